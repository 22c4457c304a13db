//! Endpoints: who is told, and of what.

use crate::access::app_key::Secret;
use crate::event::Event;
use crate::id::EndpointId;
use crate::log::{Logged, Position};
use crate::text::names;
use crate::time::Millis;

use super::event_type::{EventFilter, EventType};
use super::health::{Health, OffReason};
use super::receiver_url::ReceiverUrl;
use super::signing_secret;

/// In which form a receiver is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndpointKind {
    /// Standard Webhooks: any event.
    Standard,
    /// RongCloud's full message routing: messages.
    RongRoute,
    /// RongCloud's online status: who comes and goes.
    RongOnline,
    /// RongCloud's operation sync: what was recalled and deleted.
    RongOperation,
}

const KINDS: [(EndpointKind, &str); 4] = [
    (EndpointKind::Standard, "standard"),
    (EndpointKind::RongRoute, "rongcloud-route"),
    (EndpointKind::RongOnline, "rongcloud-online"),
    (EndpointKind::RongOperation, "rongcloud-operation"),
];

impl EndpointKind {
    /// The name in the database and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&KINDS, &self)
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        names::named(&KINDS, name)
    }

    /// Whether it is signed with the secret of an app key, and not with one of its own.
    #[must_use]
    pub fn is_rong_cloud(self) -> bool {
        self != Self::Standard
    }

    /// How long a receiver may take to answer, in milliseconds: what its specification lets it expect.
    #[must_use]
    pub fn patience_ms(self) -> i64 {
        if self.is_rong_cloud() { 5_000 } else { 15_000 }
    }

    /// How many events one request may carry.
    #[must_use]
    pub fn most_at_once(self) -> usize {
        if self == Self::RongOnline { 100 } else { 1 }
    }
}

/// Whether an endpoint is told anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointState {
    /// It is.
    On,
    /// The operator wants it to wait.
    Paused,
    /// It was switched off.
    Off(OffReason),
}

/// A receiver, and what it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its number.
    pub id: EndpointId,
    /// What the operator calls it.
    pub name: String,
    /// In which form it is told.
    pub kind: EndpointKind,
    /// Where it is.
    pub url: ReceiverUrl,
    /// What is signed with; empty of RongCloud's kinds.
    pub secret: Secret,
    /// The secret before the last rotation, and until when it is signed with too.
    pub former: Option<(Secret, Millis)>,
    /// The app key whose secret signs, of RongCloud's kinds.
    pub app_id: Option<String>,
    /// What it wants to hear of, if it is a standard one.
    pub events: EventFilter,
    /// Whether a route is told what back ends publish too.
    pub has_server_messages: bool,
    /// How many requests may be under way at a time.
    pub max_in_flight: usize,
    /// Whether it is told anything.
    pub state: EndpointState,
    /// How it has answered lately.
    pub health: Health,
    /// Everything up to here was told, or is parked.
    pub cursor: Position,
    /// Changes with every change an operator makes.
    pub generation: i64,
    /// Changes when an operator has it begin somewhere else, or anew: what was kept of its progress before does not count.
    pub replays: i64,
}

impl Endpoint {
    /// Whether it is told of such an entry of the log.
    #[must_use]
    pub fn wants(&self, what: &Logged) -> bool {
        let Some(event) = EventType::of(what) else { return false };
        match self.kind {
            EndpointKind::Standard if self.is_of_pushes() => {
                matches!(event, EventType::MessageCreated | EventType::MessageRecalled)
            }
            // Of its own end nobody hears.
            EndpointKind::Standard => self.events.wants(event) && !self.is_about_itself(what),
            EndpointKind::RongRoute => event == EventType::MessageCreated,
            EndpointKind::RongOnline => matches!(event, EventType::UserOnline | EventType::UserOffline),
            EndpointKind::RongOperation => matches!(
                event,
                EventType::MessageRecalled | EventType::MessageDeleted | EventType::ConversationCleared
            ),
        }
    }

    /// Whether it is told whose devices are to be woken, and not what has happened.
    #[must_use]
    pub fn is_of_pushes(&self) -> bool {
        self.kind == EndpointKind::Standard && self.events.is_of_pushes()
    }

    fn is_about_itself(&self, what: &Logged) -> bool {
        matches!(what, Logged::Change(event) if **event == Event::EndpointDisabled(self.id))
    }

    /// The secrets that are signed with at that moment.
    pub fn live_secrets(&self, now: Millis) -> impl Iterator<Item = &Secret> {
        signing_secret::live(&self.secret, self.former.as_ref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{MessageId, UserId};
    use crate::log::LoggedMessage;

    fn endpoint(kind: EndpointKind, events: &str) -> Endpoint {
        Endpoint {
            id: EndpointId(7),
            name: String::new(),
            kind,
            url: ReceiverUrl::parse("https://app.example/").unwrap(),
            secret: Secret::new("present"),
            former: Some((Secret::new("former"), Millis(10))),
            app_id: None,
            events: EventFilter::parse(events).unwrap(),
            has_server_messages: false,
            max_in_flight: 16,
            state: EndpointState::On,
            health: Health::default(),
            cursor: Position(0),
            generation: 0,
            replays: 0,
        }
    }

    #[test]
    fn each_kind_is_told_what_it_is_for() {
        let message = Logged::Message(LoggedMessage {
            id: MessageId(1),
            sender: UserId(1),
            recipient: UserId(2),
            is_kept: true,
        });
        let online = Logged::Change(Box::new(Event::PresenceChanged { user: UserId(1), is_online: true }));
        for (kind, events, expected) in [
            (EndpointKind::Standard, "", (true, true)),
            (EndpointKind::Standard, "message.*", (true, false)),
            (EndpointKind::Standard, "push.requested", (true, false)),
            (EndpointKind::RongRoute, "", (true, false)),
            (EndpointKind::RongOnline, "", (false, true)),
            (EndpointKind::RongOperation, "", (false, false)),
        ] {
            let endpoint = endpoint(kind, events);
            assert_eq!((endpoint.wants(&message), endpoint.wants(&online)), expected, "{kind:?} {events}");
            assert_eq!(EndpointKind::from_name(kind.name()), Some(kind));
        }
    }

    #[test]
    fn nobody_is_told_of_its_own_end_but_all_others_are() {
        let ended = |id| Logged::Change(Box::new(Event::EndpointDisabled(EndpointId(id))));
        let endpoint = endpoint(EndpointKind::Standard, "");
        assert!(!endpoint.wants(&ended(7)) && endpoint.wants(&ended(8)));
    }

    #[test]
    fn while_a_secret_is_rotated_both_are_signed_with() {
        let endpoint = endpoint(EndpointKind::Standard, "");
        assert_eq!(endpoint.live_secrets(Millis(10)).count(), 2);
        assert_eq!(endpoint.live_secrets(Millis(11)).count(), 1);
    }
}
