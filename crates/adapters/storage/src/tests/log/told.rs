//! What those who are connected are told of a message that was just stored is what they would read.

use std::sync::{Arc, Mutex};

use sixin_application::delivery::ports::{CommitListener, DeliveredMessage, EventLog};
use sixin_application::sending::ports::MessageStore;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::Commit;

use crate::tests::harness::TestDatabase;
use crate::tests::on_every_database;
use crate::tests::sending::shared_content::{typed, with_own};

on_every_database!(what_is_told_is_what_is_read_and_only_what_somebody_awaits,);

#[derive(Default)]
struct Connected(Mutex<Vec<Arc<DeliveredMessage>>>);

impl CommitListener for Connected {
    fn awaits(&self, user: UserId) -> bool {
        [UserId(2), UserId(3), UserId(6)].contains(&user)
    }

    fn committed(&self, commit: &Commit) {
        self.0.lock().unwrap().extend(commit.messages.iter().cloned());
    }
}

fn what_is_told_is_what_is_read_and_only_what_somebody_awaits(db: &TestDatabase) {
    let connected = Arc::new(Connected::default());
    db.database.hear(connected.clone());
    let mut not_kept = with_own(db, &[2, 3], "not kept");
    not_kept.envelope.effects.is_persisted = false;
    not_kept.envelope.effects.is_counted = false;
    let mut hidden = db.unit(6, &[7], "does not show to its sender, who is connected");
    hidden.envelope.effects.sender_visible = false;
    let units = vec![
        db.unit(1, &[2], "a text"),
        db.unit(6, &[1], "to nobody who is connected, from one who is"),
        typed(db, &[2, 4, 5], "of a type".to_owned()),
        with_own(db, &[2, 3, 4, 5], &"shared and long ".repeat(1000)),
        not_kept,
        hidden,
    ];
    assert!(db.database.append(units).iter().all(Result::is_ok));
    let told = std::mem::take(&mut *connected.0.lock().unwrap());
    let recipients: Vec<i64> = told.iter().map(|message| message.recipient.0).collect();
    assert_eq!(recipients, [2, 1, 2, 2, 3, 2, 3]);
    let ids: Vec<MessageId> = told.iter().map(|message| message.message.id).collect();
    let mut read = db.wait(db.database.messages(&ids, &ids)).unwrap();
    read.sort_by_key(|message| ids.iter().position(|id| *id == message.message.id));
    assert_eq!(told.iter().map(|message| (**message).clone()).collect::<Vec<_>>(), read);
}
