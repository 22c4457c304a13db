//! What callers do, made up at random.

use proptest::prelude::*;
use proptest::sample::Index;
use sixin_application::sending::ports::{IdempotencyKey, SendUnit};
use sixin_domain::id::AppKeyId;
use sixin_domain::message::body::Body;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::{Effects, Saying};
use sixin_domain::time::Millis;

use crate::tests::harness::TestDatabase;

/// How many users a case has.
pub(crate) const USERS: i64 = 4;
/// How long a key lives; steps in time are a third of that at most.
pub(crate) const LIVES_MS: i64 = 900;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Send {
    /// 0 to 3, as are the recipients.
    pub(crate) from: i64,
    pub(crate) to: Vec<i64>,
    pub(crate) effects: Effects,
    /// `None`: a custom type without text.
    pub(crate) text: Option<String>,
    /// Whether some recipients are told something of their own.
    pub(crate) has_own: bool,
    pub(crate) is_fresns: bool,
    pub(crate) key: Option<u8>,
}

/// A request, or one like an earlier one that carried a key.
#[derive(Debug, Clone)]
pub(crate) enum Request {
    New(Send),
    Again(Index),
    Changed(Index, Send),
}

/// What happens.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// Requests that make one batch.
    Batch(Vec<Request>),
    /// The same request at the same instant through two processes.
    AtOnce(Request),
    /// A process is stopped and started.
    Restart,
    /// A user changes its view of the conversation with another.
    Whole(Change, i64, i64),
    /// A user changes its view of single messages: any that were ever sent, its own or not.
    Some(Change, i64, Vec<Index>),
}

/// What a user does to its view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Read,
    Delete,
    /// Of whole conversations only.
    Pin,
}

/// Events, each with the milliseconds that passed before it; clocks of processes differ, so it may be less than none.
pub(crate) fn events() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let batch = prop::collection::vec(request(), 1..6).prop_map(Event::Batch);
    let event = prop_oneof![
        6 => batch,
        3 => request().prop_map(Event::AtOnce),
        1 => Just(Event::Restart),
        2 => (whole_change(), 0..USERS, 1..USERS).prop_map(|(change, user, away)| {
            Event::Whole(change, user, (user + away) % USERS)
        }),
        2 => (some_change(), 0..USERS, prop::collection::vec(any::<Index>(), 1..6))
            .prop_map(|(change, user, messages)| Event::Some(change, user, messages)),
    ];
    prop::collection::vec((-20..LIVES_MS / 3, event), 5..20)
}

fn whole_change() -> impl Strategy<Value = Change> {
    prop::sample::select(vec![Change::Read, Change::Delete, Change::Pin])
}

fn some_change() -> impl Strategy<Value = Change> {
    prop::sample::select(vec![Change::Read, Change::Delete])
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        4 => send().prop_map(Request::New),
        3 => any::<Index>().prop_map(Request::Again),
        1 => (any::<Index>(), send()).prop_map(|(index, send)| Request::Changed(index, send)),
    ]
}

fn send() -> impl Strategy<Value = Send> {
    prop_oneof![fresns(), publish()]
}

fn key() -> impl Strategy<Value = Option<u8>> {
    prop::option::of(0..3u8)
}

/// Short, long, and so long that several recipients share it.
fn text() -> impl Strategy<Value = String> {
    ("[a-z语]{1,5}", prop::sample::select(vec![1, 60, 400])).prop_map(|(text, times)| text.repeat(times))
}

fn fresns() -> impl Strategy<Value = Send> {
    (0..USERS, 1..USERS, text(), key()).prop_map(|(from, away, text, key)| Send {
        from,
        to: vec![(from + away) % USERS],
        effects: Effects::OWN,
        text: Some(text),
        has_own: false,
        is_fresns: true,
        key,
    })
}

fn publish() -> impl Strategy<Value = Send> {
    let to = prop::sample::subsequence((1..USERS).collect::<Vec<_>>(), 1..=3).prop_shuffle();
    let effects = (prop::bool::weighted(0.85), any::<bool>(), any::<bool>(), prop::bool::weighted(0.7));
    let said = (prop::option::of(text()), any::<bool>());
    (0..USERS, to, effects, said, key()).prop_map(|(from, to, effects, (text, has_own), key)| {
        let (is_persisted, is_counted, sender_visible, updates_latest) = effects;
        Send {
            from,
            to: to.into_iter().map(|away| (from + away) % USERS).collect(),
            effects: Effects { is_persisted, is_counted, sender_visible, updates_latest },
            text,
            has_own,
            is_fresns: false,
            key,
        }
    })
}

impl Send {
    /// Whose key it is: keys of one app key and sender only are the same.
    pub(crate) fn scope(&self) -> Option<(bool, i64, u8)> {
        Some((self.is_fresns, self.from, self.key?))
    }

    /// What the recipient of that number is told, if it is something of its own.
    pub(crate) fn own_text(&self, recipient: i64) -> Option<String> {
        (self.has_own && recipient % 2 == 1).then(|| format!("for {recipient} alone"))
    }

    fn body(&self, text: Option<String>) -> Body {
        match &text {
            Some(text) if self.is_fresns => Body::Text(text.clone()),
            _ => Body::Typed {
                object_name: ObjectName::new(if text.is_some() { "RC:TxtMsg" } else { "My:Type" }).unwrap(),
                content: "{}".repeat(1000),
                text,
            },
        }
    }

    /// The unit it becomes; `base` is added to the numbers of users.
    pub(crate) fn unit(&self, db: &TestDatabase, base: i64, accepted_at: Millis) -> SendUnit {
        let recipients: Vec<i64> = self.to.iter().map(|to| base + to).collect();
        let mut unit = db.unit(base + self.from, &recipients, "");
        unit.envelope.body = self.body(self.text.clone());
        for message in &mut unit.messages {
            let own = self.own_text(message.recipient.0);
            message.own = own.map(|text| Box::new(Saying { body: self.body(Some(text)), delivery: None }));
        }
        unit.envelope.effects = self.effects;
        unit.accepted_at = accepted_at;
        unit.idempotency = self.key.map(|key| IdempotencyKey {
            app_key: AppKeyId(i64::from(self.is_fresns)),
            key: key.to_string(),
            fingerprint: self.fingerprint(),
            lives_ms: LIVES_MS,
        });
        unit
    }

    /// Different for requests that differ; enough for that, cryptography is the application's.
    fn fingerprint(&self) -> [u8; 32] {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        format!("{self:?}").hash(&mut hasher);
        let mut fingerprint = [0; 32];
        fingerprint[..8].copy_from_slice(&hasher.finish().to_be_bytes());
        fingerprint
    }
}
