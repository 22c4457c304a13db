//! How long memory is trusted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::site::settings::Settings;

use super::super::*;
use super::{Mocks, app_key, epochs, gone};
use sixin_application::ports::MockCacheEpochs;

#[tokio::test(start_paused = true)]
async fn memory_is_not_trusted_before_the_epochs_were_read() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|id| Ok(Some(app_key(id))));
    mocks.settings.expect_settings().times(2).returning(|| Ok(Arc::new(Settings::default())));
    let caches = Caches::new(mocks.stores(), CacheLimits::default());
    for _ in 0..2 {
        caches.app_keys.find("one").await.unwrap();
        caches.settings.settings().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn memory_is_trusted_for_two_seconds_without_epochs_and_again_when_they_are_back() {
    let mut mocks = Mocks::default();
    let mut answers = 0;
    mocks.app_keys.expect_find().times(2).returning(move |id| {
        answers += 1;
        if answers == 1 { Ok(Some(app_key(id))) } else { Err(gone()) }
    });
    let mut answers = 0;
    mocks.settings.expect_settings().times(2).returning(move || {
        answers += 1;
        if answers == 1 { Ok(Arc::new(Settings::default())) } else { Err(gone()) }
    });
    let caches = mocks.cached().await;
    let works = async || {
        let works = caches.app_keys.find("one").await.is_ok();
        assert_eq!(caches.settings.settings().await.is_ok(), works);
        works
    };
    assert!(works().await);
    let mut broken = MockCacheEpochs::new();
    broken.expect_read().returning(|| Err(gone()));
    tokio::time::advance(Duration::from_millis(1990)).await;
    assert!(caches.refresh(&broken).await.is_err());
    assert!(works().await);
    tokio::time::advance(Duration::from_millis(20)).await;
    assert!(!works().await);
    // Nothing has changed meanwhile, so what was kept is as good as before.
    caches.refresh(&epochs(0)).await.unwrap();
    assert!(works().await);
}

#[tokio::test(start_paused = true)]
async fn trust_counts_from_the_moment_the_epochs_were_asked_for() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|id| Ok(Some(app_key(id))));
    let caches = mocks.cached().await;
    struct Late;
    #[async_trait]
    impl CacheEpochs for Late {
        async fn read(&self) -> StoreResult<Vec<(Topic, i64)>> {
            tokio::time::sleep(Duration::from_millis(2100)).await;
            Ok(Topic::ALL.map(|topic| (topic, 0)).to_vec())
        }
    }
    caches.refresh(&Late).await.unwrap();
    caches.app_keys.find("one").await.unwrap();
    caches.app_keys.find("one").await.unwrap();
}

/// Answers that were learnt together end apart: in the second half of their time, and never many at once.
#[tokio::test(start_paused = true)]
async fn no_answer_is_kept_for_longer_than_ten_minutes_and_they_do_not_end_together() {
    const KEYS: usize = 600;
    let asked = Arc::new(AtomicUsize::new(0));
    let mut mocks = Mocks::default();
    let counter = Arc::clone(&asked);
    mocks.app_keys.expect_find().returning(move |id| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(Some(app_key(id)))
    });
    let counter = Arc::clone(&asked);
    mocks.settings.expect_settings().returning(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Settings::default()))
    });
    let caches = mocks.cached().await;
    let asked_for = async || {
        caches.refresh(&epochs(0)).await.unwrap();
        for key in 0..KEYS {
            caches.app_keys.find(&key.to_string()).await.unwrap();
        }
        caches.settings.settings().await.unwrap();
        asked.swap(0, Ordering::Relaxed)
    };
    assert_eq!(asked_for().await, KEYS + 1);
    tokio::time::advance(MAX_AGE / 2 - Duration::from_millis(1)).await;
    assert_eq!(asked_for().await, 0);
    let mut again = 0;
    for _ in 0..30 {
        tokio::time::advance(MAX_AGE / 60).await;
        let now = asked_for().await;
        assert!(now <= KEYS / 30 * 2, "{now} of {KEYS} at once");
        again += now;
    }
    assert!(again >= KEYS, "{again} of {KEYS}");
}
