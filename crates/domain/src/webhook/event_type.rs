//! What an event is called on the wire, and which of them a receiver wants (docs/webhooks.md#events).

use thiserror::Error;

use crate::event::{Event, Tie};
use crate::log::Logged;
use crate::text::names;

/// What happened, as receivers know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum EventType {
    MessageCreated,
    MessageRecalled,
    MessageModified,
    MessageExpanded,
    MessageRead,
    MessageDeleted,
    ConversationDeleted,
    ConversationCleared,
    ConversationPinned,
    ConversationMuted,
    UserOnline,
    UserOffline,
    UserBlocked,
    UserBanned,
    EndpointDisabled,
    PushRequested,
}

/// What is told to those alone who name it, and nothing else with it: it comes later than what it is about, so it has an order of its own.
const PUSH: EventType = EventType::PushRequested;

const ALL: [(EventType, &str); 16] = [
    (EventType::MessageCreated, "message.created"),
    (EventType::MessageRecalled, "message.recalled"),
    (EventType::MessageModified, "message.modified"),
    (EventType::MessageExpanded, "message.expanded"),
    (EventType::MessageRead, "message.read"),
    (EventType::MessageDeleted, "message.deleted"),
    (EventType::ConversationDeleted, "conversation.deleted"),
    (EventType::ConversationCleared, "conversation.cleared"),
    (EventType::ConversationPinned, "conversation.pinned"),
    (EventType::ConversationMuted, "conversation.muted"),
    (EventType::UserOnline, "user.online"),
    (EventType::UserOffline, "user.offline"),
    (EventType::UserBlocked, "user.blocked"),
    (EventType::UserBanned, "user.banned"),
    (EventType::EndpointDisabled, "endpoint.disabled"),
    (EventType::PushRequested, "push.requested"),
];

impl EventType {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&ALL, &self)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(event, _)| *event)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|(_, name)| *name)
    }

    /// That of an entry of the log; `None` of what receivers are not told.
    #[must_use]
    pub fn of(what: &Logged) -> Option<Self> {
        let Logged::Change(event) = what else { return Some(Self::MessageCreated) };
        Some(match &**event {
            Event::MessageStored { .. } => Self::MessageCreated,
            Event::MessageRecalled(_) => Self::MessageRecalled,
            // In between it would be told hundreds of times.
            Event::MessageEdited(_) | Event::MessageGrown { is_over: true, .. } => Self::MessageModified,
            Event::MessageExpanded(_) => Self::MessageExpanded,
            Event::ConversationRead { .. } | Event::MessagesRead(..) => Self::MessageRead,
            Event::MessagesDeleted(..) => Self::MessageDeleted,
            Event::ConversationDeleted { .. } => Self::ConversationDeleted,
            Event::HistoryCleared(..) => Self::ConversationCleared,
            Event::ConversationPinned { .. } => Self::ConversationPinned,
            Event::NotificationLevelSet { with: Some(_), .. } => Self::ConversationMuted,
            Event::PresenceChanged { is_online: true, .. } => Self::UserOnline,
            Event::PresenceChanged { is_online: false, .. } => Self::UserOffline,
            Event::TieSet { tie: Tie::Block, .. } => Self::UserBlocked,
            Event::UserStateChanged(_) => Self::UserBanned,
            Event::EndpointDisabled(_) => Self::EndpointDisabled,
            Event::MessageGrown { is_over: false, .. }
            | Event::NotificationLevelSet { with: None, .. }
            | Event::PushPeriodSet { .. }
            | Event::TieSet { .. }
            | Event::RemarksSet { .. }
            | Event::TagsChanged { .. }
            | Event::ProfileChanged(_)
            | Event::SessionsEnded { .. }
            | Event::DeviceTokensExpired { .. } => return None,
        })
    }
}

/// Why names of events can't be a choice.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// A name is that of no event.
    #[error("there is no event {0:?}; there are {known}, and message.*, conversation.*, user.* for all of a kind", known = known())]
    Unknown(String),
    /// Something was named beside what is told alone.
    #[error("push.requested is told alone: add another webhook for the other events")]
    NotAlone,
}

fn known() -> String {
    EventType::names().collect::<Vec<_>>().join(", ")
}

/// Which events a receiver wants; by default all but `push.requested`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter(Vec<String>);

impl EventFilter {
    /// Reads names with commas between them; none stands for all.
    ///
    /// # Errors
    /// See [`EventError`].
    pub fn parse(text: &str) -> Result<Self, EventError> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(str::to_owned).collect();
        if let Some(unknown) = names.iter().find(|name| !ALL.iter().any(|(_, known)| is_meant(name, known))) {
            return Err(EventError::Unknown(unknown.clone()));
        }
        let pushes = names.iter().filter(|name| is_meant(name, PUSH.name())).count();
        if pushes != 0 && pushes != names.len() { Err(EventError::NotAlone) } else { Ok(Self(names)) }
    }

    /// That of what asks for the waking of devices.
    #[must_use]
    pub fn of_pushes() -> Self {
        Self(vec![PUSH.name().to_owned()])
    }

    /// Whether it is told what asks for the waking of devices, and nothing else.
    #[must_use]
    pub fn is_of_pushes(&self) -> bool {
        self.0.iter().any(|name| is_meant(name, PUSH.name()))
    }

    /// As it was read.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.join(",")
    }

    /// Whether such an event is wanted.
    #[must_use]
    pub fn wants(&self, event: EventType) -> bool {
        if self.0.is_empty() { event != PUSH } else { self.0.iter().any(|name| is_meant(name, event.name())) }
    }
}

fn is_meant(name: &str, event: &str) -> bool {
    match name.strip_suffix(".*") {
        Some(kind) => event.split_once('.').is_some_and(|(of, _)| of == kind),
        None => name == event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use proptest::prelude::*;

    #[test]
    fn every_event_has_one_name_and_a_name_one_event() {
        let names: std::collections::BTreeSet<_> = EventType::names().collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|(event, name)| event.name() == *name));
    }

    #[test]
    fn a_filter_is_names_and_kinds_and_without_any_wants_all() {
        let filter = EventFilter::parse(" message.created, user.* ,").unwrap();
        assert!(filter.wants(EventType::MessageCreated) && filter.wants(EventType::UserOffline));
        assert!(!filter.wants(EventType::MessageRead) && !filter.wants(EventType::EndpointDisabled));
        assert_eq!(filter.text(), "message.created,user.*");
        let left_out: Vec<_> =
            ALL.iter().filter(|(event, _)| !EventFilter::default().wants(*event)).collect();
        assert_eq!(left_out, [&(EventType::PushRequested, "push.requested")]);
    }

    #[test]
    fn what_asks_for_the_waking_of_devices_is_named_and_named_alone() {
        for alone in ["push.requested", "push.*", "push.requested,push.*"] {
            assert!(EventFilter::parse(alone).is_ok_and(|filter| filter.is_of_pushes()), "{alone}");
        }
        assert_eq!(EventFilter::parse("message.*,push.requested"), Err(EventError::NotAlone));
        assert!(!EventFilter::default().is_of_pushes() && EventFilter::of_pushes().is_of_pushes());
    }

    #[test]
    fn unknown_names_are_refused_by_name() {
        for unknown in ["message.create", "*", "messages.*", "message", ".*", "message.*.*"] {
            let refused = EventFilter::parse(&format!("user.online,{unknown}"));
            assert_eq!(refused, Err(EventError::Unknown(unknown.to_owned())));
        }
    }

    #[test]
    fn what_stays_with_one_user_is_told_to_no_receiver() {
        let of = |event| EventType::of(&Logged::Change(Box::new(event)));
        let tie = |tie| Event::TieSet { tie, owner: UserId(1), other: UserId(2), is_set: true };
        assert_eq!(of(tie(Tie::Block)), Some(EventType::UserBlocked));
        assert_eq!(of(tie(Tie::Follow)), None);
        assert_eq!(of(Event::ProfileChanged(UserId(1))), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = EventFilter::parse(&text);
        }
    }
}
