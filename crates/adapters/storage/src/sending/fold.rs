//! What a batch changes in each conversation, added up before anything is written.

use std::collections::BTreeMap;

use sixin_application::sending::ports::SendUnit;
use sixin_domain::conversation::pair::{Pair, Side};
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::time::Millis;

/// A message that is the latest somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Latest {
    pub(super) id: MessageId,
    /// Its position among the batch's messages of the conversation, from 0.
    pub(super) index: i64,
    pub(super) brief: String,
}

/// What changes for one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SideDelta {
    /// Messages that show in its view.
    pub(super) messages: i64,
    /// Messages that are unread for it.
    pub(super) unread: i64,
    /// The last of them that becomes its latest.
    pub(super) latest: Option<Latest>,
    /// The position of the first of them, whether it becomes the latest or not: what shows in a list has a time.
    pub(super) shown_at: Option<i64>,
}

/// What changes in one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delta {
    pub(super) pair: Pair,
    /// Its id, if it does not exist yet.
    pub(super) id_if_new: ConversationId,
    /// How many messages are added.
    pub(super) count: i64,
    /// No message is dated earlier.
    pub(super) not_before: Millis,
    pub(super) latest: Option<Latest>,
    pub(super) a: SideDelta,
    pub(super) b: SideDelta,
}

/// Adds up the persisted messages of a batch, by pair and sorted by pair, so that all writers take rows in the same
/// order.
pub(super) fn fold(units: &[&SendUnit]) -> Vec<Delta> {
    let mut deltas: BTreeMap<Pair, Delta> = BTreeMap::new();
    for unit in units {
        let brief = unit.envelope.body.brief();
        for message in &unit.messages {
            let Some(pair) = Pair::of(unit.envelope.sender, message.recipient) else { continue };
            let delta = deltas.entry(pair).or_insert_with(|| Delta {
                pair,
                id_if_new: message.conversation_if_new,
                count: 0,
                not_before: unit.accepted_at,
                latest: None,
                a: SideDelta::default(),
                b: SideDelta::default(),
            });
            let own = message.own.as_ref().map(|own| own.body.brief());
            delta.add(unit, message.id, message.recipient == pair.a(), own.as_deref().unwrap_or(&brief));
        }
    }
    deltas.into_values().collect()
}

impl Delta {
    fn add(&mut self, unit: &SendUnit, id: MessageId, to_a: bool, brief: &str) {
        let effects = unit.envelope.effects;
        let latest =
            effects.updates_latest.then(|| Latest { id, index: self.count, brief: brief.to_owned() });
        let (receiver, sender) = if to_a { (Side::A, Side::B) } else { (Side::B, Side::A) };
        let index = self.count;
        self.side(receiver).show(index, latest.as_ref(), effects.is_counted);
        if effects.sender_visible {
            self.side(sender).show(index, latest.as_ref(), false);
        }
        self.latest = latest.or(self.latest.take());
        self.not_before = self.not_before.max(unit.accepted_at);
        self.count += 1;
    }

    fn side(&mut self, side: Side) -> &mut SideDelta {
        match side {
            Side::A => &mut self.a,
            Side::B => &mut self.b,
        }
    }
}

impl SideDelta {
    fn show(&mut self, index: i64, latest: Option<&Latest>, is_unread: bool) {
        self.messages += 1;
        self.shown_at.get_or_insert(index);
        self.unread += i64::from(is_unread);
        if let Some(latest) = latest {
            self.latest = Some(latest.clone());
        }
    }
}
