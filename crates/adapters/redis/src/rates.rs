//! How much each user has sent, over all processes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use redis::Script;
use sixin_application::sending::rate::{Counted, CountedWhat, SharedRates};
use sixin_domain::sending::rate::Rate;

use crate::{Redis, Shared};

/// A send waits no longer than this for the answer.
const PATIENCE: Duration = Duration::from_millis(100);
/// After one that did not come in time nobody asks for so long.
const PAUSE_MS: u64 = 1_000;

/// A set of the sends that still count, by their times; by the clock of the server, which is the same for all. Answers 0 for "entered",
/// else the milliseconds until one would be.
const ENTER: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window = tonumber(ARGV[1])
local sends = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) >= sends then
    local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
    return math.max(1, math.min(window, tonumber(oldest[2]) + window - now))
end
redis.call('ZADD', KEYS[1], now, ARGV[3])
redis.call('PEXPIRE', KEYS[1], window)
return 0
";
static ENTERING: LazyLock<Script> = LazyLock::new(|| Script::new(ENTER));
static MARKS: AtomicU64 = AtomicU64::new(0);

/// Until when nobody asks, since the last answer did not come in time.
#[derive(Default)]
pub(crate) struct Slowness {
    began: OnceLock<Instant>,
    until_ms: AtomicU64,
}

impl Slowness {
    fn now_ms(&self) -> u64 {
        let began = self.began.get_or_init(Instant::now);
        u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_slow(&self) -> bool {
        self.now_ms() < self.until_ms.load(Ordering::Relaxed)
    }

    fn note(&self) {
        self.until_ms.store(self.now_ms().saturating_add(PAUSE_MS), Ordering::Relaxed);
    }
}

impl Shared {
    fn rate_key(&self, counted: Counted) -> String {
        let what = match counted.what {
            CountedWhat::Sends => "sends",
            CountedWhat::Uploads => "uploads",
        };
        let key = self.place.channel(&format!("{what}:{}", counted.sender.0));
        match counted.own {
            Some(app_key) => format!("{key}:{}", app_key.0),
            None => key,
        }
    }
}

#[async_trait]
impl SharedRates for Redis {
    async fn enter(&self, counted: Counted, rate: Rate) -> Option<Result<String, i64>> {
        let shared = &self.0;
        if shared.rates.is_slow() {
            return None;
        }
        let mut connection = shared.connection()?;
        let mark = format!("{}:{}", shared.place.process, MARKS.fetch_add(1, Ordering::Relaxed));
        let mut asked = ENTERING.key(shared.rate_key(counted));
        asked.arg(rate.window_ms).arg(rate.sends).arg(&mark);
        match tokio::time::timeout(PATIENCE, asked.invoke_async::<i64>(&mut connection)).await {
            Ok(Ok(0)) => Some(Ok(mark)),
            Ok(Ok(wait_ms)) => Some(Err(wait_ms)),
            failed => {
                shared.rates.note();
                metrics::counter!("sixin_redis_failures_total").increment(1);
                if failed.is_ok_and(|answer| answer.is_err_and(|error| error.is_unrecoverable_error())) {
                    shared.is_lost.notify_one();
                }
                None
            }
        }
    }

    fn withdraw(&self, counted: Counted, mark: String) {
        let shared = Arc::clone(&self.0);
        let Some(mut connection) = shared.connection() else { return };
        let taken_back = async move {
            let mut command = redis::cmd("ZREM");
            command.arg(shared.rate_key(counted)).arg(mark);
            // What stays in the set counts until its window ends.
            let _ = tokio::time::timeout(PATIENCE, command.query_async::<i64>(&mut connection)).await;
        };
        tokio::spawn(taken_back);
    }
}
