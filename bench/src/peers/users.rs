//! A thousand users of a foreign protocol, who are connected and write to each other.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result};
use rand::RngExt;
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};

use super::{CONNECTED, PeerRow, Running, SENDING};
use crate::bench::{Bench, WARM_UP};
use crate::followers::LATEST;
use crate::latency::Latencies;
use crate::numbers::float;
use crate::text::{number, prefix, text};
use crate::usage::resident_bytes;

/// A protocol.
pub(super) trait Protocol {
    type User: User + 'static;

    /// The user of this number connects.
    async fn connect(&self, port: u16, place: usize, heard: &Rc<Heard>) -> Result<Self::User>;
}

/// A connected user.
pub(super) trait User {
    /// Sends to the user of that number, and waits for the acknowledgement.
    async fn send(&self, to: usize, text: &str) -> Result<()>;
}

/// What all of them see.
#[derive(Default)]
pub(super) struct Heard {
    run: Cell<u32>,
    arrivals: RefCell<HashMap<u64, Instant>>,
}

impl Heard {
    /// Notes the message whose text is in what has arrived.
    pub(super) fn note(&self, arrived: &str) {
        let known = prefix(self.run.get());
        if let Some(number) = arrived.split_once(&known).and_then(|(_, rest)| number(rest)) {
            self.arrivals.borrow_mut().insert(number, Instant::now());
        }
    }
}

/// The acknowledgement one user waits for; there is one message of a user on its way at a time.
pub(super) type Acknowledged = Rc<Notify>;

/// Connects everybody and measures.
pub(super) fn measure<P: Protocol>(
    bench: &mut Bench,
    server: &Running,
    protocol: &P,
    (name, keeps): (&str, &str),
) -> Result<Vec<PeerRow>> {
    let pid = server.child.id();
    let before = resident_bytes(pid)?;
    let heard = Rc::new(Heard::default());
    let local = LocalSet::new();
    let users = local.block_on(&bench.runtime, async {
        let mut users = Vec::new();
        for place in 0..CONNECTED {
            users.push(Rc::new(protocol.connect(server.port, place, &heard).await?));
        }
        anyhow::Ok(users)
    })?;
    let connection_bytes =
        float(usize::try_from(resident_bytes(pid)?.saturating_sub(before))?) / float(CONNECTED);
    let mut rows = Vec::new();
    for sending in SENDING {
        bench.step(&format!("{name}, {sending} sending"), bench.options.seconds + WARM_UP.as_secs());
        let load = Rc::new(Sending {
            users: users.clone(),
            heard: Rc::clone(&heard),
            run: bench.next_run(),
            measured_from: Instant::now() + WARM_UP,
            end: Instant::now() + WARM_UP + bench.options.time(),
            given: Cell::new(0),
            sent: RefCell::default(),
            latencies: RefCell::new(Latencies::new()?),
            acknowledged: Cell::new(0),
        });
        local.block_on(&bench.runtime, Rc::clone(&load).run(sending))?;
        let arrived = load.arrived()?;
        rows.push(PeerRow {
            name: name.to_owned(),
            keeps: keeps.to_owned(),
            sending,
            rate: float(load.acknowledged.get()) / bench.options.time().as_secs_f64(),
            acknowledged: load.latencies.borrow().percentiles(),
            arrived: arrived.percentiles(),
            lacking: load.lacking(),
            connection_bytes,
        });
    }
    Ok(rows)
}

struct Sending<U> {
    users: Vec<Rc<U>>,
    heard: Rc<Heard>,
    run: u32,
    measured_from: Instant,
    end: Instant,
    given: Cell<u64>,
    /// When each message that was acknowledged was sent.
    sent: RefCell<HashMap<u64, Instant>>,
    latencies: RefCell<Latencies>,
    acknowledged: Cell<usize>,
}

impl<U: User + 'static> Sending<U> {
    async fn run(self: Rc<Self>, sending: usize) -> Result<()> {
        self.heard.run.set(self.run);
        self.heard.arrivals.borrow_mut().clear();
        let mut tasks = JoinSet::new();
        for worker in 0..sending {
            tasks.spawn_local(Rc::clone(&self).work(worker, sending));
        }
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        let last = Instant::now();
        while self.lacking() > 0 && last.elapsed() < LATEST {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Sends for some of the users, each time for any of them, as soon as the last message was acknowledged.
    async fn work(self: Rc<Self>, worker: usize, of: usize) -> Result<()> {
        let own: Vec<Rc<U>> = self.users.iter().skip(worker).step_by(of).cloned().collect();
        while Instant::now() < self.end {
            let (from, to) = {
                let mut rng = rand::rng();
                (rng.random_range(0..own.len()), rng.random_range(0..self.users.len()))
            };
            let number = self.given.get();
            self.given.set(number + 1);
            let since = Instant::now();
            own.get(from).context("each has some")?.send(to, &text(self.run, number)).await?;
            let now = Instant::now();
            self.sent.borrow_mut().insert(number, since);
            if since >= self.measured_from {
                self.latencies.borrow_mut().record(now - since);
            }
            if (self.measured_from..self.end).contains(&now) {
                self.acknowledged.set(self.acknowledged.get() + 1);
            }
        }
        Ok(())
    }

    fn lacking(&self) -> usize {
        let arrivals = self.heard.arrivals.borrow();
        self.sent.borrow().keys().filter(|number| !arrivals.contains_key(number)).count()
    }

    fn arrived(&self) -> Result<Latencies> {
        let mut latencies = Latencies::new()?;
        for (number, arrived) in self.heard.arrivals.borrow().iter() {
            if let Some(since) = self.sent.borrow().get(number).filter(|since| **since >= self.measured_from)
            {
                latencies.record(arrived.saturating_duration_since(*since));
            }
        }
        Ok(latencies)
    }
}
