//! Two processes and a Redis of the test's own.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use sixin_application::delivery::neighbours::{Concerned, NeighbourListener};
use sixin_application::sending::rate::{Counted, CountedWhat, SharedRates};
use sixin_domain::event::Event;
use sixin_domain::log::{Position, Span};
use sixin_domain::sending::rate::Rate;

use super::*;
use crate::testing::TestRedis;

/// What one process hears of the others.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl NeighbourListener for Heard {
    fn reached(&self, are_reached: bool) {
        self.0.lock().unwrap().push(format!("reached: {are_reached}"));
    }

    fn hinted(&self, hint: &Hint) {
        let Concerned::Users(users) = &hint.concerned else { panic!("{hint:?}") };
        self.0.lock().unwrap().push(format!("{:?} {:?}", hint.until.map(|until| until.0), users));
    }

    fn signalled(&self, users: &[UserId], signal: &Signal) {
        self.0.lock().unwrap().push(format!("{users:?} {signal:?}"));
    }
}

impl Heard {
    async fn until(&self, what: &str) {
        let begun = Instant::now();
        while !self.0.lock().unwrap().iter().any(|heard| heard == what) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{what:?} is not in {:?}",
                self.0.lock().unwrap()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}

async fn process(url: &str, site: &str, name: &str) -> (Redis, Arc<Heard>) {
    let place = Place { site: site.to_owned(), process: name.to_owned() };
    let (redis, work) = Redis::new(RedisAddress::parse(url).unwrap(), place);
    let heard = Arc::new(Heard::default());
    let listener = Arc::clone(&heard);
    tokio::spawn(async move { work.run(listener).await });
    (redis, heard)
}

async fn reached(redis: &Redis) {
    while !redis.are_reached() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn commit(until: i64, user: i64) -> Commit {
    let span = Some(Span { previous: Position(until - 1), last: Position(until) });
    Commit { span, events: vec![Event::ProfileChanged(UserId(user))], messages: Vec::new() }
}

const TYPING: Signal = Signal::Typing { from: UserId(1) };

#[tokio::test]
async fn processes_hear_of_each_other_and_not_of_themselves_nor_of_other_sites() {
    let Some(server) = TestRedis::start() else { return };
    let (one, heard_by_one) = process(&server.url(), "here", "one").await;
    let (_two, heard_by_two) = process(&server.url(), "here", "two").await;
    let (_other, heard_elsewhere) = process(&server.url(), "elsewhere", "one").await;
    for heard in [&heard_by_one, &heard_by_two, &heard_elsewhere] {
        heard.until("reached: true").await;
        heard.forget();
    }
    one.committed(&commit(7, 4));
    one.signal(&[UserId(2)], &TYPING);
    heard_by_two.until("Some(7) [UserId(4)]").await;
    heard_by_two.until("[UserId(2)] Typing { from: UserId(1) }").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(*heard_by_one.0.lock().unwrap(), [""; 0]);
    assert_eq!(*heard_elsewhere.0.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_redis_that_dies_or_hangs_is_noticed_and_reached_again() {
    let Some(mut server) = TestRedis::start() else { return };
    let (one, heard) = process(&server.url(), "here", "one").await;
    let (two, heard_by_two) = process(&server.url(), "here", "two").await;
    heard.until("reached: true").await;
    heard.forget();
    server.kill();
    heard.until("reached: false").await;
    assert!(!one.are_reached());
    // Nothing is gathered for nobody.
    one.committed(&commit(7, 4));
    server.begin();
    heard.until("reached: true").await;
    heard.forget();
    heard_by_two.until("reached: false").await;
    reached(&two).await;
    server.hang();
    heard.until("reached: false").await;
    server.go_on();
    heard.until("reached: true").await;
    reached(&two).await;
    two.committed(&commit(9, 4));
    heard.until("Some(9) [UserId(4)]").await;
}

const COUNTED: Counted = Counted { what: CountedWhat::Sends, sender: UserId(1), own: None };
const RATE: Rate = Rate { sends: 2, window_ms: 60_000 };

#[tokio::test]
async fn sends_are_counted_over_all_processes() {
    let Some(mut server) = TestRedis::start() else { return };
    let (one, heard) = process(&server.url(), "here", "one").await;
    let (two, heard_by_two) = process(&server.url(), "here", "two").await;
    assert_eq!(one.enter(COUNTED, RATE).await, None, "not reached yet");
    heard.until("reached: true").await;
    heard_by_two.until("reached: true").await;
    let first = one.enter(COUNTED, RATE).await.unwrap().unwrap();
    two.enter(COUNTED, RATE).await.unwrap().unwrap();
    let wait = one.enter(COUNTED, RATE).await.unwrap().unwrap_err();
    assert!((50_000..=60_000).contains(&wait), "{wait}");
    // What is counted apart is not used up.
    let uploads = Counted { what: CountedWhat::Uploads, ..COUNTED };
    let through_key = Counted { own: Some(sixin_domain::id::AppKeyId(3)), ..COUNTED };
    for other in [uploads, through_key, Counted { sender: UserId(2), ..COUNTED }] {
        assert!(matches!(two.enter(other, RATE).await, Some(Ok(_))), "{other:?}");
    }
    // What was not accepted is given back.
    one.withdraw(COUNTED, first);
    tokio::time::sleep(Duration::from_millis(100)).await;
    two.enter(COUNTED, RATE).await.unwrap().unwrap();
    assert!(matches!(two.enter(COUNTED, RATE).await, Some(Err(_))));
    // A window moves on.
    let brief = Rate { sends: 1, window_ms: 300 };
    let other = Counted { sender: UserId(7), ..COUNTED };
    one.enter(other, brief).await.unwrap().unwrap();
    let wait = two.enter(other, brief).await.unwrap().unwrap_err();
    tokio::time::sleep(Duration::from_millis(u64::try_from(wait).unwrap())).await;
    two.enter(other, brief).await.unwrap().unwrap();
    // One that has forgotten everything begins anew.
    server.begin();
    heard.until("reached: false").await;
    heard.forget();
    heard.until("reached: true").await;
    one.enter(COUNTED, RATE).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_send_does_not_wait_for_a_redis_that_hangs() {
    let Some(server) = TestRedis::start() else { return };
    let (one, heard) = process(&server.url(), "here", "one").await;
    heard.until("reached: true").await;
    server.hang();
    assert_eq!(one.enter(COUNTED, RATE).await, None);
    let begun = Instant::now();
    for _ in 0..1000 {
        assert_eq!(one.enter(COUNTED, RATE).await, None);
    }
    // One waited; those after it did not even ask.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    server.go_on();
}
