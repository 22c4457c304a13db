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
mod tests {
    use super::*;
    use crate::administration::ports::MockMessageReview;
    use crate::administration::testing::{Written, caller, desk};
    use crate::conversations::ports::MockConversationViews;
    use crate::testing::three_users;
    use sixin_domain::conversation::visibility::Visibility;
    use sixin_domain::conversation::{SideState, ViewedMessage};
    use sixin_domain::id::ConversationId;
    use sixin_domain::message::body::Body;
    use sixin_domain::operator::OperatorRole;

    fn reviewed(id: i64, sender: i64, text: &str) -> ReviewedMessage {
        let sender = UserId(sender);
        ReviewedMessage {
            message: ViewedMessage {
                id: MessageId(id),
                seq: id,
                sender,
                sent_at: Millis(id * 1000),
                body: Body::Text(text.into()),
                file: None,
                read_at: None,
                is_counted: true,
                delivery: None,
            },
            recipient: UserId(3 - sender.0),
            visibility: Visibility {
                seq: id,
                sender,
                is_enabled: true,
                is_counted: true,
                sender_visible: true,
                is_deleted_by_sender: false,
                is_deleted_by_recipient: false,
                is_marked: false,
            },
            recalled_at: None,
            revisions: Vec::new(),
        }
    }

    fn conversation() -> Conversation {
        let side = |read_seq, cleared_seq| SideState {
            is_display: true,
            is_pin: false,
            read_seq,
            cleared_seq,
            unread: 0,
            message_count: 3,
            latest: None,
        };
        Conversation {
            id: ConversationId(9),
            pair: Pair::of(UserId(1), UserId(2)).unwrap(),
            last_seq: 3,
            a: side(0, 0),
            b: side(2, 1),
        }
    }

    fn messages(review: MockMessageReview) -> (ReviewMessages, Written) {
        let (desk, written) = desk();
        let mut conversations = MockConversationViews::new();
        conversations.expect_of_pair().returning(|pair| Ok((pair == conversation().pair).then(conversation)));
        let messages = ReviewMessages {
            desk,
            users: Arc::new(three_users()),
            conversations: Arc::new(conversations),
            review: Arc::new(review),
        };
        (messages, written)
    }

    #[tokio::test]
    async fn nobody_looks_without_a_reason_or_without_being_support() {
        let (messages, written) = messages(MockMessageReview::new());
        for reason in ["", "  ", "ab", "a\nb\nc", &"x".repeat(501)] {
            let support = caller(OperatorRole::Support);
            let read = messages.conversation(&support, ["ann", "bob"], reason, None).await;
            assert!(matches!(read, Err(AdminError::Invalid(_))), "{reason:?}");
            let search = Search { text: "x".into(), ..Search::default() };
            let found = messages.search(&support, &search, reason).await;
            assert!(matches!(found, Err(AdminError::Invalid(_))), "{reason:?}");
        }
        let viewer = caller(OperatorRole::Viewer);
        let read = messages.conversation(&viewer, ["ann", "bob"], "a dispute", None).await;
        assert!(matches!(read, Err(AdminError::Forbidden(_))));
        assert_eq!(written.take(), [] as [String; 0]);
    }

    #[tokio::test]
    async fn a_conversation_is_read_as_each_side_sees_it_and_that_is_written_down() {
        let mut review = MockMessageReview::new();
        review.expect_gone().returning(|_| Ok(1));
        review.expect_page().returning(|_, _, _| {
            let mut recalled = reviewed(3, 1, "gone");
            recalled.visibility.is_enabled = false;
            Ok(vec![recalled, reviewed(2, 1, "two"), reviewed(1, 1, "one")])
        });
        let (messages, written) = messages(review);
        let support = caller(OperatorRole::Support);
        let read = messages.conversation(&support, ["bob", "ann"], "a dispute", None).await.unwrap();
        // Bob, who was asked for first, has cleared all up to the first message, and read up to the second.
        let views: Vec<_> = read.messages.iter().map(|one| (one.shows, one.is_read)).collect();
        assert_eq!(views, [([false, false], false), ([true, true], true), ([false, true], true)]);
        assert_eq!(read.next, None);
        assert_eq!(written.take(), ["conversation.read bob ann reason=a dispute"]);
        let nothing = messages.conversation(&support, ["ann", "cid"], "a dispute", Some(5)).await.unwrap();
        assert!(nothing.conversation.is_none() && nothing.messages.is_empty());
        assert_eq!(written.take(), ["conversation.read ann cid before=5 reason=a dispute"]);
        let oneself = messages.conversation(&support, ["ann", "ann"], "a dispute", None).await;
        assert!(matches!(oneself, Err(AdminError::Invalid(_))));
    }

    /// A store with a message for each id from 1 up to `last`, every tenth of which says what is searched for.
    fn store(last: i64) -> MockMessageReview {
        let mut review = MockMessageReview::new();
        review.expect_scan().returning(move |from, before, limit| {
            let (from, end) = (from.0.max(1), before.0.min(last + 1));
            let ids = (from..end).rev().take(usize::try_from(limit).unwrap());
            Ok(ids
                .map(|id| reviewed(id, 1 + id % 2, if id % 10 == 0 { "A Needle" } else { "hay" }))
                .collect())
        });
        review
    }

    #[tokio::test]
    async fn a_search_says_what_it_has_covered_and_goes_on_where_it_stopped() {
        let (messages, written) = messages(store(1_500));
        let support = caller(OperatorRole::Support);
        let mut search = Search { text: "needle".into(), ..Search::default() };
        let mut all = Vec::new();
        let mut looks = 0;
        loop {
            let found = messages.search(&support, &search, "a dispute").await.unwrap();
            assert!(found.messages.len() <= FOUND && found.looked_at <= LOOKED_AT);
            all.extend(found.messages.iter().map(|one| one.message.id.0));
            looks += 1;
            let Some(next) = found.next else {
                assert_eq!(found.covered_since, Some(Millis(1000)));
                break;
            };
            search.before = Some(next);
        }
        assert_eq!((all.len(), looks), (150, 2));
        assert!(all.is_sorted_by(|one, other| one > other), "each is found once, the latest first");
        assert_eq!(written.take().len(), looks);
    }

    #[tokio::test]
    async fn a_search_that_finds_little_stops_after_so_many() {
        let (messages, _) = messages(store(50_000));
        let search = Search { text: "no such word".into(), ..Search::default() };
        let found = messages.search(&caller(OperatorRole::Support), &search, "a dispute").await.unwrap();
        assert_eq!((found.looked_at, found.messages.len()), (LOOKED_AT, 0));
        assert_eq!(found.next, Some(50_001 - i64::try_from(LOOKED_AT).unwrap()));
    }

    #[tokio::test]
    async fn both_users_have_to_be_in_a_message() {
        let (messages, _) = messages(store(20));
        let search = |user: &str, other: Option<&str>| Search {
            user: Some(user.into()),
            other: other.map(str::to_owned),
            ..Search::default()
        };
        let support = caller(OperatorRole::Support);
        let count = async |search: Search| {
            messages.search(&support, &search, "a dispute").await.unwrap().messages.len()
        };
        assert_eq!(count(search("ann", None)).await, 20);
        assert_eq!(count(search("ann", Some("bob"))).await, 20);
        assert_eq!(count(search("ann", Some("cid"))).await, 0);
        let nobody = messages.search(&support, &search("dan", None), "a dispute").await;
        assert!(matches!(nobody, Err(AdminError::Unknown(_))));
        let everything = messages.search(&support, &Search::default(), "a dispute").await;
        assert!(matches!(everything, Err(AdminError::Invalid(_))));
    }
}
