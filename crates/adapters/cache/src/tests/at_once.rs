//! Many callers at once, and changes that overtake answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use sixin_domain::access::app_key::AppKey;
use sixin_domain::site::block_words::BlockWordFilter;
use tokio::sync::{Notify, Semaphore};

use super::super::*;
use super::{Mocks, app_key, epochs, gone};

/// A store that answers what it held when it was asked, but only when it is let.
struct Slow {
    asked: Notify,
    let_go: Semaphore,
    calls: AtomicUsize,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self { asked: Notify::new(), let_go: Semaphore::new(0), calls: AtomicUsize::new(0) })
    }

    /// Answers how many calls there have been.
    async fn call(&self) -> usize {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.asked.notify_one();
        self.let_go.acquire().await.unwrap().forget();
        call
    }
}

#[async_trait]
impl AppKeys for Slow {
    async fn find(&self, app_id: &str) -> StoreResult<Option<AppKey>> {
        let is_enabled = self.call().await == 1;
        Ok(Some(AppKey { is_enabled, ..app_key(app_id) }))
    }
}

#[async_trait]
impl BlockWordSource for Slow {
    async fn filter(&self) -> StoreResult<Arc<BlockWordFilter>> {
        if self.call().await == 1 { Ok(Arc::new(BlockWordFilter::new([]))) } else { Err(gone()) }
    }
}

async fn slow() -> (Arc<Slow>, Arc<Caches>) {
    let slow = Slow::new();
    let stores = Stores { app_keys: slow.clone(), block_words: slow.clone(), ..Mocks::default().stores() };
    let caches = Arc::new(Caches::new(stores, CacheLimits::default()));
    caches.refresh(&epochs(0)).await.unwrap();
    (slow, caches)
}

#[tokio::test]
async fn what_was_read_before_a_change_and_arrives_after_the_drop_is_not_kept() {
    let (slow, caches) = slow().await;
    let early = tokio::spawn({
        let caches = Arc::clone(&caches);
        async move { caches.app_keys.find("one").await }
    });
    slow.asked.notified().await;
    // The key is switched off now, and the drop overtakes the answer.
    caches.refresh(&epochs(1)).await.unwrap();
    slow.let_go.add_permits(1);
    assert!(early.await.unwrap().unwrap().unwrap().is_enabled);
    slow.let_go.add_permits(1);
    for _ in 0..2 {
        assert!(!caches.app_keys.find("one").await.unwrap().unwrap().is_enabled);
    }
    assert_eq!(slow.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_only_answer_of_its_kind_does_not_outlive_a_drop_either() {
    let (slow, caches) = slow().await;
    let early = tokio::spawn({
        let caches = Arc::clone(&caches);
        async move { caches.block_words.filter().await }
    });
    slow.asked.notified().await;
    caches.drop_topic(Topic::BlockWords);
    slow.let_go.add_permits(2);
    assert!(early.await.unwrap().is_ok());
    assert!(caches.block_words.filter().await.is_err());
    assert_eq!(slow.calls.load(Ordering::SeqCst), 2);
}

/// Has a hundred callers wait for the automaton behind one that is already waiting for it.
async fn queued_up(caches: &Arc<Caches>, slow: &Slow) -> Vec<tokio::task::JoinHandle<bool>> {
    let ask = || {
        let caches = Arc::clone(caches);
        tokio::spawn(async move { caches.block_words.filter().await.is_ok() })
    };
    let mut callers = vec![ask()];
    slow.asked.notified().await;
    callers.extend((0..100).map(|_| ask()));
    tokio::task::yield_now().await;
    callers
}

async fn count(callers: Vec<tokio::task::JoinHandle<bool>>) -> usize {
    let mut successes = 0;
    for caller in callers {
        successes += usize::from(caller.await.unwrap());
    }
    successes
}

#[tokio::test]
async fn an_automaton_that_many_wait_for_is_built_once() {
    let (slow, caches) = slow().await;
    let callers = queued_up(&caches, &slow).await;
    slow.let_go.add_permits(1);
    assert_eq!(count(callers).await, 101);
    assert_eq!(slow.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn those_who_queue_up_before_a_dead_store_share_its_answer() {
    let (slow, caches) = slow().await;
    slow.calls.store(1, Ordering::SeqCst);
    let callers = queued_up(&caches, &slow).await;
    slow.let_go.add_permits(1000);
    assert_eq!(count(callers).await, 0);
    // The first failure answers the first caller, the second one all others.
    assert_eq!(slow.calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_the_work_to_the_next() {
    let (slow, caches) = slow().await;
    let callers = queued_up(&caches, &slow).await;
    callers[0].abort();
    slow.calls.store(0, Ordering::SeqCst);
    slow.let_go.add_permits(1);
    assert_eq!(count(callers.into_iter().skip(1).collect()).await, 100);
}
