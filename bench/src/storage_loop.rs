//! D: the batched loop over the storage adapter itself. No HTTP and no committer, but our tables, our indexes, and
//! every COMMIT on disk.

use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sixin::system::SystemClock;
use sixin_application::ports::Clock;
use sixin_application::sending::ports::{MessageStore, SendUnit};
use sixin_domain::id::{ConversationId, IdSequence, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::{Effects, Envelope, NewMessage};
use sixin_domain::time::Millis;
use sixin_storage::{Database, DatabaseUrl};

use crate::latency::Latencies;
use crate::ledger::Acknowledged;
use crate::population::Population;
use crate::store::Store;
use crate::text::text;

/// Units in a batch if nothing else is said: as many as the server takes at most.
pub(crate) const FULL_BATCH: usize = 512;

/// What a loop has done.
#[derive(Debug)]
pub(crate) struct Looped {
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Messages a second.
    pub(crate) rate: f64,
    /// Of a message, from when it was there to be stored until it was on disk.
    pub(crate) latencies: Latencies,
}

/// When messages are there to be stored.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Supply {
    /// Always, so many a batch.
    Always(usize),
    /// So many a second; a batch takes what is there.
    Paced(f64),
}

/// Loops for `time`, with as many writers as the server would have.
pub(crate) fn run(
    database: &Database,
    population: &Population,
    run: u32,
    supply: Supply,
    time: Duration,
) -> Result<Looped> {
    let writers = writers(database);
    let begun = Instant::now();
    let (done, parts) = channel();
    std::thread::scope(|scope| {
        for shard in 0..writers {
            let done = done.clone();
            let mut writer = Writer::new(database, population, run, (shard, writers));
            scope.spawn(move || done.send(writer.work(supply, begun, time)));
        }
    });
    drop(done);
    let mut all = Looped { acknowledged: Vec::new(), rate: 0.0, latencies: Latencies::new()? };
    for part in parts {
        let (acknowledged, latencies) = part?;
        all.acknowledged.extend(acknowledged);
        all.latencies.add(&latencies)?;
    }
    all.rate = crate::numbers::float(all.acknowledged.len()) / begun.elapsed().as_secs_f64();
    Ok(all)
}

/// Stores so many messages, and perhaps some more.
pub(crate) fn fill(database: &Database, population: &Population, messages: u64) -> Result<()> {
    let mut stored = 0;
    while stored < messages {
        let part = run(database, population, 0, Supply::Always(FULL_BATCH), Duration::from_secs(1))?;
        stored += u64::try_from(part.acknowledged.len())?;
    }
    Ok(())
}

/// One message in each conversation.
pub(crate) fn begin_conversations(database: &Database, population: &Population) -> Result<()> {
    let writer = Writer::new(database, population, 0, (0, 1));
    let pairs = population.pairs;
    let all: Vec<usize> = (0..pairs.conversations()).collect();
    for some in all.chunks(FULL_BATCH) {
        let units = some.iter().map(|&conversation| writer.unit(pairs.pair(conversation), 0));
        let units = units.collect::<Result<Vec<_>>>()?;
        writer.store(units)?;
    }
    Ok(())
}

/// One message from a person to each of so many users that are made for it, and are answered.
pub(crate) fn begin_hub(store: &Store, hub: usize, conversations: usize) -> Result<Vec<UserId>> {
    let recipients = store.add_users(conversations)?;
    send_around(&store.open()?, &store.population, (hub, &recipients), conversations)?;
    Ok(recipients)
}

/// So many messages from a person to these users in turn.
pub(crate) fn send_around(
    database: &Database,
    population: &Population,
    (hub, recipients): (usize, &[UserId]),
    count: usize,
) -> Result<()> {
    let writer = Writer::new(database, population, 0, (0, 1));
    let mut left: Vec<UserId> = recipients.iter().copied().cycle().take(count).collect();
    while !left.is_empty() {
        let some = left.split_off(left.len().saturating_sub(FULL_BATCH));
        let unit = |recipient: &UserId| {
            let mut unit = writer.unit((hub, hub), 0)?;
            unit.messages.iter_mut().for_each(|message| message.recipient = *recipient);
            Ok(unit)
        };
        writer.store(some.iter().map(unit).collect::<Result<Vec<_>>>()?)?;
    }
    Ok(())
}

/// How many batches are on their way at once: one on SQLite; on MySQL as many as the server has narrow lanes.
fn writers(database: &Database) -> usize {
    match database.options().url {
        DatabaseUrl::Sqlite(_) => 1,
        DatabaseUrl::Mysql(_) => usize::try_from(database.options().writers).unwrap_or(1).saturating_sub(2),
    }
}

struct Writer<'a> {
    database: &'a Database,
    population: &'a Population,
    run: u32,
    shard: (usize, usize),
    /// The number of the next message; those of different shards differ.
    next: u64,
}

impl<'a> Writer<'a> {
    fn new(database: &'a Database, population: &'a Population, run: u32, shard: (usize, usize)) -> Self {
        Self { database, population, run, shard, next: u64::try_from(shard.0).unwrap_or(0) }
    }

    fn work(
        &mut self,
        supply: Supply,
        begun: Instant,
        time: Duration,
    ) -> Result<(Vec<Acknowledged>, Latencies)> {
        let mut acknowledged = Vec::new();
        let mut latencies = Latencies::new()?;
        let mut schedule = Schedule::new(supply, self.shard.1, begun, time);
        while let Some(due) = schedule.wait() {
            let mut units = Vec::with_capacity(due.len());
            let first = self.next;
            for _ in &due {
                let pair = self.population.pairs.any_of(self.shard.0, self.shard.1);
                let number = self.next;
                self.next += u64::try_from(self.shard.1)?;
                units.push(self.unit(pair, number)?);
            }
            let step = u64::try_from(self.shard.1)?;
            let ids = self.store(units)?;
            let now = Instant::now();
            for ((since, id), place) in due.iter().zip(ids).zip(0..) {
                latencies.record(now.saturating_duration_since(*since));
                acknowledged.push((first + place * step, id));
            }
        }
        Ok((acknowledged, latencies))
    }

    /// A message as the server would hand it to the storage adapter.
    fn unit(&self, (from, to): (usize, usize), number: u64) -> Result<SendUnit> {
        let now = SystemClock.now();
        let (id, conversation) = two_ids(now)?;
        Ok(SendUnit {
            envelope: Envelope {
                sender: self.population.person(from)?.id,
                body: Body::Text(text(self.run, number)),
                effects: Effects::OWN,
                delivery: None,
            },
            messages: vec![NewMessage {
                id: MessageId(id),
                conversation_if_new: ConversationId(conversation),
                recipient: self.population.person(to)?.id,
                own: None,
            }],
            upload: None,
            nonce: None,
            idempotency: None,
            accepted_at: now,
        })
    }

    /// Stores a batch and answers the ids of its messages.
    fn store(&self, units: Vec<SendUnit>) -> Result<Vec<i64>> {
        let mut ids = Vec::with_capacity(units.len());
        for stored in self.database.append(units) {
            ids.extend(stored?.placed.first().map(|placed| placed.id.0));
        }
        Ok(ids)
    }
}

/// Ids that no other loop of this process gets, nor any server: those take their process number from the lowest.
fn two_ids(now: Millis) -> Result<(i64, i64)> {
    static IDS: Mutex<Option<IdSequence>> = Mutex::new(None);
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let ids = ids.get_or_insert_with(|| IdSequence::new(31, now)).take(now, Millis(i64::MAX), 2);
    match ids.context("there are no more ids")?.as_slice() {
        &[one, other] => Ok((one, other)),
        _ => bail!("two ids were asked for"),
    }
}

/// When the messages of one writer are due.
struct Schedule {
    supply: Supply,
    begun: Instant,
    end: Instant,
    /// Between two messages of this writer, if they are paced.
    gap: Duration,
    given: u32,
}

impl Schedule {
    fn new(supply: Supply, writers: usize, begun: Instant, time: Duration) -> Self {
        let gap = match supply {
            Supply::Always(_) => Duration::ZERO,
            Supply::Paced(rate) => Duration::from_secs_f64(crate::numbers::float(writers) / rate.max(1.0)),
        };
        Self { supply, begun, end: begun + time, gap, given: 0 }
    }

    /// Since when each message of the next batch is there; waits for the first. `None` once time is over.
    fn wait(&mut self) -> Option<Vec<Instant>> {
        let now = Instant::now();
        let Supply::Always(batch) = self.supply else { return self.wait_for_the_next(now) };
        (now < self.end).then(|| vec![now; batch])
    }

    /// What was due before the end is stored even if the loop is late, for lateness is what is measured.
    fn wait_for_the_next(&mut self, now: Instant) -> Option<Vec<Instant>> {
        let next = self.next()?;
        std::thread::sleep(next.saturating_duration_since(now));
        let now = Instant::now();
        let mut due = Vec::new();
        while due.len() < FULL_BATCH
            && let Some(next) = self.next().filter(|next| *next <= now)
        {
            due.push(next);
            self.given += 1;
        }
        Some(due)
    }

    /// When the next message is due; `None` if that is past the end.
    fn next(&self) -> Option<Instant> {
        let next = self.begun + self.gap * self.given;
        (next < self.end).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paced_supply_gives_what_was_promised_and_nothing_before_its_time() {
        let (begun, time) = (Instant::now(), Duration::from_millis(200));
        let mut schedule = Schedule::new(Supply::Paced(10_000.0), 2, begun, time);
        let mut given = 0;
        while let Some(due) = schedule.wait() {
            assert!(due.iter().all(|since| *since <= Instant::now()));
            given += due.len();
        }
        assert_eq!(given, 1000);
    }
}
