//! What one user is shown of entries of the log.

use std::collections::HashMap;
use std::sync::Arc;

use sixin_domain::event::Event;
use sixin_domain::id::MessageId;
use sixin_domain::log::{LogEntry, Logged};
use sixin_domain::message::body::Body;

use super::follower::Follower;
use super::loading::{Loaded, MessageLoader, Wanted};
use super::ports::DeliveredMessage;
use super::stream::{LiveEvent, StreamOwner};
use crate::ports::StoreResult;

/// Reads for one user.
pub(crate) struct Reading {
    pub(crate) follower: Arc<Follower>,
    pub(crate) loader: Arc<MessageLoader>,
    pub(crate) has_receipts: bool,
    pub(crate) owner: StreamOwner,
}

/// Messages that entries are about.
pub(crate) struct Known {
    /// Those that were stored here a moment ago, as they were then. Whoever is told of a change to one needs it as it is now.
    fresh: HashMap<MessageId, Arc<DeliveredMessage>>,
    /// The others, and those that were changed, as they are now.
    loaded: Loaded,
}

impl Reading {
    /// The messages that entries are about.
    pub(crate) async fn known(&self, entries: impl Iterator<Item = &LogEntry> + Clone) -> StoreResult<Known> {
        let messages = entries.clone().filter_map(|entry| match &entry.what {
            Logged::Message(message) => Some(message.id),
            Logged::Change(_) => None,
        });
        let fresh = self.follower.fresh(&messages.collect::<Vec<_>>());
        let mut wanted = Wanted::default();
        for entry in entries {
            match &entry.what {
                Logged::Message(message) if fresh.contains_key(&message.id) => {}
                what => want(&mut wanted, what),
            }
        }
        Ok(Known { fresh, loaded: self.loader.load(wanted).await? })
    }

    /// What the user gets to see of an entry.
    pub(crate) fn shown(&self, what: Logged, Known { fresh, loaded }: &Known) -> Option<LiveEvent> {
        let StreamOwner { user, membership_end, .. } = self.owner;
        let seen = |message: &&Arc<DeliveredMessage>| message.shows_to(user, membership_end);
        match what {
            Logged::Message(message) => {
                let found = fresh.get(&message.id).or_else(|| loaded.get(&message.id));
                let found = found.filter(seen).filter(|found| found.is_enabled)?;
                Some(LiveEvent::Message(Arc::clone(found)))
            }
            Logged::Change(event) => match &*event {
                Event::MessageRecalled(changed)
                | Event::MessageEdited(changed)
                | Event::MessageExpanded(changed)
                | Event::MessageGrown { message: changed, .. } => {
                    let is_recall = matches!(*event, Event::MessageRecalled(_));
                    // What was recalled since says nothing any more.
                    let shows = |found: &&Arc<DeliveredMessage>| is_recall || found.is_enabled;
                    let found = loaded.get(&changed.id).filter(seen).filter(shows)?;
                    Some(LiveEvent::Changed(event, Some(Arc::clone(found))))
                }
                Event::ConversationRead { seat, .. } | Event::MessagesRead(seat, _)
                    if seat.owner != user && !self.has_receipts =>
                {
                    None
                }
                _ => Some(LiveEvent::Changed(event, None)),
            },
        }
    }
}

fn want(wanted: &mut Wanted, what: &Logged) {
    match what {
        Logged::Message(message) if message.is_kept => wanted.kept.push(message.id),
        Logged::Message(message) => wanted.transient.push(message.id),
        Logged::Change(event) => match &**event {
            Event::MessageRecalled(changed)
            | Event::MessageEdited(changed)
            | Event::MessageExpanded(changed)
            | Event::MessageGrown { message: changed, .. } => wanted.kept.push(changed.id),
            _ => {}
        },
    }
}

/// About how many bytes an event takes.
pub(crate) fn size(event: &LiveEvent) -> usize {
    let message = match event {
        LiveEvent::Message(message) => Some(message),
        LiveEvent::Changed(_, message) => message.as_ref(),
    };
    message.map_or(0, |message| match &message.message.body {
        Body::Text(text) => text.len(),
        Body::Typed { content, .. } => content.len(),
        Body::File { .. } => 0,
    })
}
