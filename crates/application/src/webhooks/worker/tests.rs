use std::sync::Mutex;

use super::*;
use crate::delivery::testing::{FakeLog, at};
use crate::webhooks::ports::Posted;
use crate::webhooks::testing::{FakeReceiver, FakeWork, TOKEN, endpoint, failed, store, tools};

/// Runs a worker for so many seconds.
async fn run_for(
    seconds: u64,
    (log, work, receiver): (&Arc<FakeLog>, &Arc<FakeWork>, &Arc<FakeReceiver>),
    endpoint: Endpoint,
) -> Ending {
    let worker = Worker::new(Arc::new(tools(log, work, receiver)), endpoint, TOKEN);
    let (stop, stopped) = watch::channel(false);
    let (_bell, news) = watch::channel(());
    let later = async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ending = worker.run(news, stopped) => ending,
        () = later => panic!("it does not stop"),
    }
}

fn parts(
    decide: impl Fn(&str, usize) -> Posted + Send + Sync + 'static,
) -> (Arc<FakeLog>, Arc<FakeWork>, Arc<FakeReceiver>) {
    (FakeLog::new(), Arc::new(FakeWork::default()), FakeReceiver::new(decide))
}

fn of(texts: &[String], sender: i64) -> Vec<String> {
    texts.iter().filter(|text| text.starts_with(&format!("{sender}:"))).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn conversations_are_told_side_by_side_and_each_in_order() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    let (one, other) = (store(&log, 1, 30), store(&log, 2, 30));
    let ending = run_for(3, (&log, &work, &receiver), endpoint(4)).await;
    assert_eq!(ending, Ending::Stopped);
    assert_eq!((of(&receiver.taken(), 1), of(&receiver.taken(), 2)), (one, other));
    assert_eq!(receiver.most.lock().unwrap().1, 2, "one of each");
    assert_eq!(work.0.lock().unwrap().cursor, Some(at(60)));
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_there_may_be() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    for sender in 1..=40 {
        store(&log, sender, 2);
    }
    run_for(3, (&log, &work, &receiver), endpoint(7)).await;
    assert_eq!((receiver.taken().len(), receiver.most.lock().unwrap().1), (80, 7));
}

#[tokio::test(start_paused = true)]
async fn of_what_is_told_nothing_is_written_but_the_cursor_and_that_once_a_second() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    store(&log, 1, 450);
    run_for(6, (&log, &work, &receiver), endpoint(4)).await;
    assert_eq!(receiver.taken().len(), 450);
    let writes = work.0.lock().unwrap().writes;
    assert!((4..=8).contains(&writes), "{writes} writes in about five seconds");
}

#[tokio::test(start_paused = true)]
async fn behind_what_fails_its_conversation_waits_and_is_told_in_order_later() {
    let (log, work, receiver) =
        parts(|text, before| if text.starts_with("1:") && before < 20 { failed() } else { Posted::Taken });
    let (held, others) = (store(&log, 1, 5), store(&log, 2, 40));
    run_for(2, (&log, &work, &receiver), endpoint(4)).await;
    assert_eq!((of(&receiver.taken(), 1), of(&receiver.taken(), 2)), (vec![], others.clone()));
    assert_eq!(work.parked(), 5);
    // Another process goes on, and reads part of it again.
    run_for(10, (&log, &work, &receiver), Endpoint { cursor: at(3), ..endpoint(4) }).await;
    let taken = receiver.taken();
    assert_eq!(of(&taken, 1), held, "what is parked is not read again");
    assert_eq!(of(&taken, 2).len(), 80, "but the rest is told again");
    assert_eq!(work.parked(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_fails_too_often_is_dead_and_lets_the_next_pass() {
    let (log, work, receiver) = parts(|text, _| if text == "1: 0" { failed() } else { Posted::Taken });
    let texts = store(&log, 1, 3);
    run_for(200, (&log, &work, &receiver), endpoint(4)).await;
    assert_eq!(receiver.taken(), texts[1..]);
    let kept = work.0.lock().unwrap();
    let dead: Vec<_> = kept.parked.values().map(|event| (event.tries, event.is_dead)).collect();
    assert_eq!(dead, [(4, true)]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_receiver_is_probed_and_nothing_is_parked_for_it_and_then_it_is_told_all() {
    let is_dead = Arc::new(Mutex::new(true));
    let asked = Arc::clone(&is_dead);
    let (log, work, receiver) =
        parts(move |_, _| if *asked.lock().unwrap() { failed() } else { Posted::Taken });
    let sent: Vec<Vec<String>> = (1..=50).map(|sender| store(&log, sender, 4)).collect();
    run_for(60, (&log, &work, &receiver), endpoint(4)).await;
    let (came, parked) = (receiver.came(), work.parked());
    assert!((21..=26).contains(&came), "{came} requests in a minute");
    assert!(parked <= 24, "{parked} parked");
    let (health, cursor) = {
        let kept = work.0.lock().unwrap();
        (kept.health, kept.cursor.unwrap())
    };
    assert!(health.is_probing());
    *is_dead.lock().unwrap() = false;
    run_for(200, (&log, &work, &receiver), Endpoint { health, cursor, ..endpoint(4) }).await;
    let taken = receiver.taken();
    for (sender, texts) in (1..).zip(sent) {
        assert_eq!(of(&taken, sender), texts);
    }
    assert_eq!((work.parked(), work.0.lock().unwrap().health.failures), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_gone_is_switched_off() {
    let (log, work, receiver) = parts(|_, _| Posted::Gone);
    store(&log, 1, 3);
    let ending = run_for(5, (&log, &work, &receiver), endpoint(4)).await;
    assert_eq!(ending, Ending::Off(OffReason::Gone));
    assert_eq!((receiver.came(), work.0.lock().unwrap().off), (1, Some(OffReason::Gone)));
    assert_eq!(work.parked(), 1, "what it did not take is told first when it is resumed");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_hold_the_endpoint_any_longer_stops() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    store(&log, 1, 3);
    work.0.lock().unwrap().is_lost = true;
    assert_eq!(run_for(5, (&log, &work, &receiver), endpoint(4)).await, Ending::NotOurs);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_for_a_while_holds_it_up_and_no_more() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    let texts = store(&log, 1, 3);
    work.0.lock().unwrap().failing = 3;
    assert_eq!(run_for(10, (&log, &work, &receiver), endpoint(4)).await, Ending::Stopped);
    assert_eq!((receiver.taken(), work.0.lock().unwrap().cursor), (texts, Some(at(3))));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_wanted_is_passed_over_without_a_request() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    store(&log, 1, 3);
    let events = sixin_domain::webhook::event_type::EventFilter::parse("user.*").unwrap();
    run_for(3, (&log, &work, &receiver), Endpoint { events, ..endpoint(4) }).await;
    assert_eq!((receiver.came(), work.0.lock().unwrap().cursor), (0, Some(at(3))));
}

/// An endpoint that is told whose devices are to be woken.
fn of_pushes() -> Endpoint {
    Endpoint { events: sixin_domain::webhook::event_type::EventFilter::of_pushes(), ..endpoint(4) }
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_one_go_wakes_once_and_nobody_before_the_grace_is_over() {
    let (log, work, receiver) = parts(|_, _| Posted::Taken);
    store(&log, 1, 3);
    store(&log, 2, 2);
    run_for(1, (&log, &work, &receiver), of_pushes()).await;
    assert_eq!(receiver.came(), 0, "it is too early");
    run_for(4, (&log, &work, &receiver), of_pushes()).await;
    let mut taken = receiver.taken();
    taken.sort();
    assert_eq!(taken, ["1: 2", "2: 4"], "the newest of each conversation");
    assert_eq!(work.0.lock().unwrap().cursor, Some(at(5)));
}

#[tokio::test(start_paused = true)]
async fn of_a_burst_that_was_not_taken_the_newest_is_told_again_and_nothing_else() {
    let (log, work, receiver) = parts(|_, before| if before == 0 { failed() } else { Posted::Taken });
    store(&log, 1, 3);
    run_for(4, (&log, &work, &receiver), of_pushes()).await;
    assert_eq!((receiver.came(), work.parked()), (1, 1));
    run_for(10, (&log, &work, &receiver), Endpoint { cursor: at(3), ..of_pushes() }).await;
    assert_eq!(receiver.taken(), ["1: 2"]);
    assert_eq!(work.parked(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_happened_too_long_ago_wakes_nobody_even_if_it_waited_for_its_receiver() {
    let (log, work, receiver) = parts(|_, _| Posted::Failed {
        why: crate::webhooks::ports::PostFailure::Status(503),
        retry_after_ms: Some(400_000),
    });
    store(&log, 1, 1);
    run_for(1_200, (&log, &work, &receiver), of_pushes()).await;
    assert_eq!(receiver.came(), 2, "ten minutes are over before the third try");
    assert_eq!(work.parked(), 0, "what nobody needs any longer is not a dead letter");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_of_pushes_that_was_away_is_told_what_is_not_too_old() {
    let (log, work, receiver) = parts(|_, before| if before < 25 { failed() } else { Posted::Taken });
    for sender in 1..=60 {
        store(&log, sender, 2);
    }
    run_for(500, (&log, &work, &receiver), of_pushes()).await;
    let taken: BTreeSet<_> = receiver.taken().into_iter().collect();
    assert_eq!(taken.len(), 60, "each conversation once: {taken:?}");
}
