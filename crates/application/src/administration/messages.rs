//! Messages, for those who settle what two users complain about. Each look has a reason, and is written down.

use std::collections::HashMap;
use std::sync::Arc;

use sixin_domain::conversation::Conversation;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ID_EPOCH, MAX_SAFE_INTEGER, MessageId, UserId, first_id_at};
use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::time::Millis;
use sixin_domain::user::User;

use super::ports::{MessageReview, ReviewedMessage};
use super::users::AdministerUsers;
use super::{AdminError, Deed, Desk, checked_reason};
use crate::conversations::ports::ConversationViews;
use crate::operators::caller::Caller;
use crate::users::ports::Users;

/// Messages that are read at a time.
pub const PAGE: i64 = 50;
/// Messages a search looks at before it asks to go on.
pub const LOOKED_AT: usize = 20_000;
/// Messages a search finds before it asks to go on.
pub const FOUND: usize = 100;
/// Messages a search reads at a time.
const CHUNK: i64 = 1_000;

/// A message with both sides' views of it.
#[derive(Debug, Clone)]
pub struct ShownMessage {
    /// The message and what it said before.
    pub reviewed: ReviewedMessage,
    /// Whether each side sees it, the first user of the conversation first.
    pub shows: [bool; 2],
    /// Whether its recipient has read it.
    pub is_read: bool,
}

/// A part of a conversation, as nobody but operators sees it.
#[derive(Debug, Clone)]
pub struct ReviewedConversation {
    /// The two users, in the order they were asked for.
    pub users: [Arc<User>; 2],
    /// The conversation; `None`: they have written nothing to each other.
    pub conversation: Option<Conversation>,
    /// How many messages of it are in the store.
    pub stored: i64,
    /// Its messages, the latest first.
    pub messages: Vec<ShownMessage>,
    /// Where the next part begins; `None`: there is no more.
    pub next: Option<i64>,
}

/// What is searched for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Somebody who wrote or got the message.
    pub user: Option<String>,
    /// Somebody else who wrote or got it.
    pub other: Option<String>,
    /// A text in it, whatever the case.
    pub text: String,
    /// Sent at that time or later.
    pub since: Option<Millis>,
    /// Sent before that time.
    pub until: Option<Millis>,
    /// Where a former search stopped.
    pub before: Option<i64>,
}

/// What a search has found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The messages, the latest first, each with whoever wrote and got it, as far as they are known.
    pub messages: Vec<ReviewedMessage>,
    /// Users by number.
    pub users: HashMap<UserId, Arc<User>>,
    /// How many messages were looked at.
    pub looked_at: usize,
    /// Since when all messages were looked at; `None`: none was.
    pub covered_since: Option<Millis>,
    /// Where a further search goes on; `None`: everything was looked at.
    pub next: Option<i64>,
}

/// Reads messages of others.
pub struct ReviewMessages {
    /// What is written down.
    pub desk: Desk,
    /// Finds users.
    pub users: Arc<dyn Users>,
    /// Finds conversations.
    pub conversations: Arc<dyn ConversationViews>,
    /// Reads messages.
    pub review: Arc<dyn MessageReview>,
}

impl ReviewMessages {
    /// What two users wrote to each other before a place, with what was recalled, deleted and edited.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn conversation(
        &self,
        caller: &Caller,
        [one, other]: [&str; 2],
        reason: &str,
        before: Option<i64>,
    ) -> Result<ReviewedConversation, AdminError> {
        caller.need(Permission::ReadMessages)?;
        let reason = checked_reason(reason)?;
        let users = [
            AdministerUsers::found(&*self.users, one).await?,
            AdministerUsers::found(&*self.users, other).await?,
        ];
        let [one, other] = &users;
        let pair = Pair::of(one.id, other.id)
            .ok_or_else(|| AdminError::invalid("a conversation has two different users"))?;
        let target = format!("{} {}", one.username, other.username);
        let mut deed = Deed::new(Permission::ReadMessages, Action::ConversationRead, &target).because(reason);
        if let Some(before) = before {
            deed = deed.with("before", before);
        }
        let first = one.id;
        let read = self.desk.carry_out(caller, deed, self.read(pair, first, before));
        let (conversation, messages, next) = read.await?;
        let stored = match &conversation {
            Some(found) => found.last_seq - self.review.gone(found.id).await?,
            None => 0,
        };
        Ok(ReviewedConversation { users, conversation, stored, messages, next })
    }

    async fn read(
        &self,
        pair: Pair,
        first: UserId,
        before: Option<i64>,
    ) -> Result<(Option<Conversation>, Vec<ShownMessage>, Option<i64>), AdminError> {
        let Some(conversation) = self.conversations.of_pair(pair).await? else {
            return Ok((None, Vec::new(), None));
        };
        let before = before.unwrap_or(MAX_SAFE_INTEGER);
        let mut page = self.review.page(conversation.id, before, PAGE + 1).await?;
        let wanted = usize::try_from(PAGE).unwrap_or_default();
        let is_more = page.len() > wanted;
        page.truncate(wanted);
        let next = page.last().filter(|_| is_more).map(|message| message.message.seq);
        let shown = page.into_iter().map(|reviewed| shown(&conversation, first, reviewed)).collect();
        Ok((Some(conversation), shown, next))
    }

    /// Messages with a text, of users, of a time: as many as are found among so many at a time.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn search(&self, caller: &Caller, search: &Search, reason: &str) -> Result<Found, AdminError> {
        caller.need(Permission::ReadMessages)?;
        let reason = checked_reason(reason)?;
        if search.user.is_none() && search.text.trim().is_empty() {
            return Err(AdminError::invalid("search for a text, for the messages of a user, or for both"));
        }
        let user = self.optional(search.user.as_deref()).await?;
        let other = self.optional(search.other.as_deref()).await?;
        let named = [&user, &other].into_iter().flatten().map(|user| user.username.to_string());
        let target = named.collect::<Vec<_>>().join(" ");
        let mut deed = Deed::new(Permission::ReadMessages, Action::MessageSearch, &target).because(reason);
        if !search.text.trim().is_empty() {
            deed = deed.with("text", search.text.trim());
        }
        for (name, at) in [("since", search.since), ("until", search.until)] {
            if let Some(at) = at {
                deed = deed.with(name, at.0);
            }
        }
        let wanted = Wanted {
            users: [user, other].into_iter().flatten().map(|user| user.id).collect(),
            text: search.text.trim().to_lowercase(),
            from: first_id_at(search.since.unwrap_or(ID_EPOCH)),
            before: search.before.unwrap_or_else(|| search.until.map_or(MAX_SAFE_INTEGER, first_id_at)),
        };
        self.desk.carry_out(caller, deed, self.look(wanted)).await
    }

    async fn optional(&self, user: Option<&str>) -> Result<Option<Arc<User>>, AdminError> {
        match user {
            Some(user) => AdministerUsers::found(&*self.users, user).await.map(Some),
            None => Ok(None),
        }
    }

    async fn look(&self, wanted: Wanted) -> Result<Found, AdminError> {
        let (mut messages, mut looked_at, mut before) = (Vec::new(), 0, wanted.before);
        let (mut covered_since, mut is_over) = (None, false);
        while !is_over && looked_at < LOOKED_AT && messages.len() < FOUND {
            let chunk = self.review.scan(MessageId(wanted.from), MessageId(before), CHUNK).await?;
            is_over = i64::try_from(chunk.len()).unwrap_or(CHUNK) < CHUNK;
            for reviewed in chunk {
                if messages.len() == FOUND {
                    is_over = false;
                    break;
                }
                looked_at += 1;
                before = reviewed.message.id.0;
                covered_since = Some(reviewed.message.sent_at);
                if wanted.has(&reviewed) {
                    messages.push(reviewed);
                }
            }
        }
        let mut ids: Vec<UserId> =
            messages.iter().flat_map(|found| [found.message.sender, found.recipient]).collect();
        ids.sort_unstable();
        ids.dedup();
        let users = self.users.find_numbered(&ids).await?;
        let users = users.into_iter().map(|user| (user.id, user)).collect();
        Ok(Found { messages, users, looked_at, covered_since, next: (!is_over).then_some(before) })
    }
}

/// What a search looks for.
struct Wanted {
    users: Vec<UserId>,
    text: String,
    from: i64,
    before: i64,
}

impl Wanted {
    fn has(&self, reviewed: &ReviewedMessage) -> bool {
        let sides = [reviewed.message.sender, reviewed.recipient];
        let text = || reviewed.message.body.text().unwrap_or_default().to_lowercase();
        self.users.iter().all(|user| sides.contains(user))
            && (self.text.is_empty() || text().contains(&self.text))
    }
}

fn shown(conversation: &Conversation, first: UserId, reviewed: ReviewedMessage) -> ShownMessage {
    let pair = conversation.pair;
    let second = if first == pair.a() { pair.b() } else { pair.a() };
    let shows = [first, second]
        .map(|user| conversation.seen_by(user).is_ok_and(|view| reviewed.visibility.shows_in(&view)));
    let is_read = conversation.seen_by(reviewed.recipient).is_ok_and(|view| view.is_read(&reviewed.message));
    ShownMessage { reviewed, shows, is_read }
}

#[cfg(test)]
mod tests;
