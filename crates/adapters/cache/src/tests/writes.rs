//! A write drops what it changed before it is answered, whatever came of it.

use std::sync::Arc;

use sixin_application::operations::ports::{MockSessionAdmin, SessionAdmin};
use sixin_application::ports::StoreError;
use sixin_application::users::ports::{ListKind, ListSet, MockUserLists, Relations, UserLists};
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::Relation;

use super::super::*;
use super::Mocks;

const ANN: UserId = UserId(1);
const BOB: UserId = UserId(2);

fn block() -> ListSet {
    ListSet { kind: ListKind::Black, owner: ANN, others: vec![BOB], is_listed: true, most: 3000 }
}

#[tokio::test]
async fn a_relation_is_read_again_after_a_change_also_if_that_failed() {
    for fails in [false, true] {
        let mut mocks = Mocks::default();
        mocks
            .relations
            .expect_between()
            .times(2)
            .returning(|_, _| Ok(std::iter::once((BOB, Relation::default())).collect()));
        let caches = Arc::new(mocks.cached().await);
        let mut store = MockUserLists::new();
        store.expect_set().once().returning(move |_, _| {
            if fails { Err(StoreError::Unavailable("gone".into())) } else { Ok(true) }
        });
        let lists = Dropping::new(Arc::new(store), Arc::clone(&caches));
        for _ in 0..2 {
            caches.relations.between(ANN, &[BOB]).await.unwrap();
        }
        assert_eq!(lists.set(block(), Millis(1)).await.is_err(), fails);
        caches.relations.between(ANN, &[BOB]).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_that_may_have_ended_is_not_answered_from_memory() {
    let mut mocks = Mocks::default();
    mocks.sessions.expect_find().times(2).returning(|_, _| Ok(super::signed_in()));
    let caches = Arc::new(mocks.cached().await);
    let mut store = MockSessionAdmin::new();
    store.expect_end().returning(|_, _, _| Err(StoreError::Unavailable("gone".into())));
    let sessions = Dropping::new(Arc::new(store), Arc::clone(&caches));
    for _ in 0..2 {
        Sessions::find(&*caches.sessions, "aid", &[1; 32]).await.unwrap();
    }
    assert!(sessions.end(AccountId(1), None, 5).await.is_err());
    Sessions::find(&*caches.sessions, "aid", &[1; 32]).await.unwrap();
}
