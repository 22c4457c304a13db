use super::*;
use crate::delivery::testing::{FakeLog, at};
use crate::webhooks::ports::Posted;
use crate::webhooks::testing::{FakeReceiver, FakeWork, TOKEN, endpoint, store, tools};

struct Process {
    log: Arc<FakeLog>,
    work: Arc<FakeWork>,
    receiver: Arc<FakeReceiver>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn process() -> Process {
    let (log, work) = (FakeLog::new(), Arc::new(FakeWork::default()));
    let receiver = FakeReceiver::new(|_, _| Posted::Taken);
    work.0.lock().unwrap().endpoint = Some(endpoint(4));
    let tools = tools(&log, &work, &receiver);
    let held_at = tools.clock.steady();
    let webhooks = Webhooks {
        tools: Arc::new(tools),
        bell: Arc::default(),
        token: TOKEN.to_owned(),
        workers: HashMap::new(),
        held_at,
    };
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(webhooks.run(stopped));
    Process { log, work, receiver, stop, task }
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_held_is_told_and_given_back_in_the_end() {
    let process = process();
    let texts = store(&process.log, 1, 3);
    seconds(3).await;
    assert_eq!(process.receiver.taken(), texts);
    process.stop.send_replace(true);
    process.task.await.unwrap();
    assert_eq!(process.work.0.lock().unwrap().endpoint, None);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_was_changed_goes_on_as_it_is_now() {
    let process = process();
    store(&process.log, 1, 1);
    seconds(3).await;
    // Everything again, says the operator.
    process.work.0.lock().unwrap().endpoint = Some(Endpoint { generation: 1, ..endpoint(4) });
    seconds(4).await;
    assert_eq!(process.receiver.taken(), ["1: 0", "1: 0"]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_lost_is_not_told_any_more() {
    let process = process();
    seconds(3).await;
    process.work.0.lock().unwrap().is_lost = true;
    seconds(2).await;
    store(&process.log, 1, 3);
    seconds(5).await;
    assert_eq!(process.receiver.came(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_can_not_renew_its_leases_sends_nothing_more_before_they_end() {
    let process = process();
    seconds(3).await;
    process.work.0.lock().unwrap().failing = usize::MAX;
    seconds(5).await;
    store(&process.log, 1, 3);
    seconds(20).await;
    assert_eq!(process.receiver.came(), 0);
    process.work.0.lock().unwrap().failing = 0;
    seconds(5).await;
    assert_eq!(process.receiver.taken().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_others_are_to_have_is_given_back_once_nothing_of_it_is_under_way() {
    let process = process();
    let texts = store(&process.log, 1, 3);
    seconds(3).await;
    process.work.0.lock().unwrap().is_excess = true;
    // One look has its worker stop, another finds that it has.
    seconds(3).await;
    {
        let kept = process.work.0.lock().unwrap();
        assert_eq!((kept.given_back, &kept.endpoint), (1, &None));
        assert_eq!(kept.cursor, Some(at(process.log.kept.lock().unwrap().head)), "how far it came is kept");
    }
    store(&process.log, 1, 2);
    seconds(3).await;
    assert_eq!(process.receiver.taken(), texts, "that is for others now");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_nobody_else_wants_after_all_is_gone_on_with() {
    let process = process();
    seconds(3).await;
    process.work.0.lock().unwrap().is_excess = true;
    seconds(1).await;
    process.work.0.lock().unwrap().is_excess = false;
    seconds(3).await;
    let texts = store(&process.log, 1, 3);
    seconds(3).await;
    assert_eq!(process.receiver.taken(), texts);
}
