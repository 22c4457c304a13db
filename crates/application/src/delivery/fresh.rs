//! Messages that this process has just stored, as streams show them: whoever is connected is told of them without a look at the
//! store.
//!
//! What becomes of them afterwards stands behind them in the log, so whoever is shown one as it was stored is shown that next.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use sixin_domain::event::Event;
use sixin_domain::id::MessageId;

use super::ports::DeliveredMessage;

/// So many are kept at most,
const MOST: usize = 4_096;
/// and so many bytes of them. Whoever is further behind reads the store.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The last messages that were stored here.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    messages: HashMap<MessageId, Arc<DeliveredMessage>>,
    /// All of them in the order in which they came, and some that are gone already.
    order: VecDeque<MessageId>,
    bytes: usize,
}

impl Fresh {
    /// Keeps one; of too many the oldest go.
    pub(crate) fn keep(&mut self, message: &Arc<DeliveredMessage>) {
        self.forget(message.message.id);
        self.bytes += message.weight();
        self.order.push_back(message.message.id);
        self.messages.insert(message.message.id, Arc::clone(message));
        while self.order.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.order.pop_front() else { return };
            self.forget(oldest);
        }
    }

    /// One, if it is still here.
    pub(crate) fn get(&self, id: MessageId) -> Option<&Arc<DeliveredMessage>> {
        self.messages.get(&id)
    }

    /// What was taken back is shown to nobody any more, and what says something else only so.
    pub(crate) fn heed(&mut self, event: &Event) {
        match event {
            Event::MessageRecalled(changed)
            | Event::MessageEdited(changed)
            | Event::MessageExpanded(changed)
            | Event::MessageGrown { message: changed, .. } => self.forget(changed.id),
            Event::MessagesDeleted(_, ids) => ids.iter().for_each(|id| self.forget(*id)),
            _ => {}
        }
    }

    fn forget(&mut self, id: MessageId) {
        if let Some(gone) = self.messages.remove(&id) {
            self.bytes -= gone.weight();
        }
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::conversation::pair::Pair;
    use sixin_domain::event::ChangedMessage;
    use sixin_domain::id::{ConversationId, UserId};

    use super::*;
    use crate::delivery::testing::delivered;

    fn message(id: i64, bytes: usize) -> Arc<DeliveredMessage> {
        Arc::new(delivered(id, (UserId(1), UserId(2)), "x".repeat(bytes)))
    }

    #[test]
    fn of_too_many_or_too_large_ones_the_oldest_go() {
        let mut fresh = Fresh::default();
        let most = i64::try_from(MOST).unwrap();
        (0..=most).for_each(|id| fresh.keep(&message(id, 0)));
        assert!(fresh.get(MessageId(0)).is_none() && fresh.get(MessageId(1)).is_some());
        fresh.keep(&message(most + 1, MOST_BYTES - 1000));
        assert!(fresh.bytes <= MOST_BYTES && fresh.messages.len() < 10 && !fresh.messages.is_empty());
        fresh.keep(&message(most + 2, MOST_BYTES));
        assert!(fresh.messages.is_empty() && fresh.bytes == 0, "what is too large alone is not kept");
    }

    #[test]
    fn what_says_something_else_by_now_is_not_shown_as_it_was() {
        let pair = Pair::of(UserId(1), UserId(2)).unwrap();
        let changed = ChangedMessage { id: MessageId(1), conversation: ConversationId(7), pair };
        let mut fresh = Fresh::default();
        for event in
            [Event::MessageRecalled(changed), Event::MessageEdited(changed), Event::MessageExpanded(changed)]
        {
            fresh.keep(&message(1, 10));
            assert!(fresh.get(MessageId(1)).is_some());
            fresh.heed(&event);
            assert!(fresh.get(MessageId(1)).is_none() && fresh.bytes == 0);
        }
    }
}
