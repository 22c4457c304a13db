use std::collections::HashMap;

use sixin_domain::conversation::Latest;
use sixin_domain::id::{FileId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::site::role::RoleBook;
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::Uid;

use super::*;
use crate::conversations::ports::MockConversationViews;
use crate::ports::MockClock;
use crate::site::ports::MockRoles;
use crate::testing::{conversation, new_user, user};
use crate::users::ports::{MockRelations, MockUsers};

fn reading(views: MockConversationViews) -> ConversationReading {
    let mut users = MockUsers::new();
    users.expect_find().returning(|who| match who {
        UserRef::Uid(Uid(uid)) if *uid < 10_010 => Ok(Some(user(*uid - 10_000, "named"))),
        _ => Ok(None),
    });
    users
        .expect_find_numbered()
        .returning(|ids| Ok(ids.iter().map(|id| user(id.0, &format!("user-{id}"))).collect()));
    let mut relations = MockRelations::new();
    relations.expect_between().returning(|_, _| Ok(HashMap::new()));
    let mut roles = MockRoles::new();
    roles.expect_book().returning(|| Ok(Arc::new(RoleBook::default())));
    roles.expect_of_each().returning(|_| Ok(HashMap::new()));
    let mut clock = MockClock::new();
    clock.expect_now().return_const(Millis(1000));
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let users: Arc<dyn Users> = Arc::new(users);
    let profiles = Profiles {
        users: Arc::clone(&users),
        roles: Arc::new(roles),
        relations: Arc::new(relations),
        clock: Arc::clone(&clock),
    };
    ConversationReading { views: Arc::new(views), users, profiles: Arc::new(profiles), clock }
}

fn viewer(id: i64) -> Viewer {
    Viewer { user: user(id, "viewer"), settings: Arc::new(Settings::default()) }
}

/// Conversations of user 1 with users from 2, the first with the newest message.
fn listed(count: i64) -> Vec<Conversation> {
    let with = |peer: i64| {
        let mut found = conversation(100 + peer, 1, peer);
        found.a.latest = Some(Latest { id: None, brief: String::new(), time: Millis(1000 - peer) });
        found
    };
    (2..2 + count).map(with).collect()
}

const REQUEST: ListRequest = ListRequest { pinned: None, start: ListStart::Offset(0), limit: 3 };

#[tokio::test]
async fn a_list_tells_where_the_next_part_begins_and_at_the_end_that_there_is_none() {
    for (stored, shown, next) in
        [(4, 3, Some((Millis(996), ConversationId(104)))), (3, 3, None), (0, 0, None)]
    {
        let mut views = MockConversationViews::new();
        views.expect_list().withf(|query| query.limit == 4).once().returning(move |_| Ok(listed(stored)));
        let totals = ListTotals { conversations: 7, unread: 0 };
        views.expect_totals().once().returning(move |_, _| Ok(totals));
        let list = reading(views).list(&viewer(1), REQUEST).await.unwrap();
        assert_eq!((list.conversations.len(), list.next, list.total), (shown, next, 7));
        assert_eq!(list.shown.users.len(), shown);
    }
}

#[tokio::test]
async fn latest_messages_that_show_as_files_are_told_by_their_bodies_and_only_looked_at_if_they_may_be() {
    let with_latest = |brief: &'static str| {
        move |id: i64| {
            let mut found = conversation(100 + id, 1, id);
            let latest = Latest { id: Some(MessageId(id)), brief: brief.into(), time: Millis(1000 - id) };
            found.a.latest = Some(latest);
            found
        }
    };
    let mut views = MockConversationViews::new();
    views.expect_list().return_once(move |_| {
        Ok(vec![with_latest("[image]")(2), with_latest("[image]")(3), with_latest("hello")(4)])
    });
    views.expect_totals().returning(|_, _| Ok(ListTotals::default()));
    views.expect_bodies().withf(|ids| ids == [MessageId(2), MessageId(3)]).once().returning(|_| {
        let file = Body::File { file: FileId(1), kind: FileKind::Image };
        Ok(vec![(MessageId(2), file), (MessageId(3), Body::Text("[image]".into()))])
    });
    let list = reading(views).list(&viewer(1), REQUEST).await.unwrap();
    assert_eq!(list.files, HashSet::from([MessageId(2)]));
}

#[tokio::test]
async fn a_conversation_is_found_by_id_or_by_the_other_and_only_by_its_sides() {
    let by = async |who: i64, which: ConversationRef| {
        let mut views = MockConversationViews::new();
        views.expect_find().returning(|id| Ok((id.0 == 9).then(|| conversation(9, 1, 2))));
        views.expect_of_pair().returning(|pair| {
            Ok((pair == Pair::of(UserId(1), UserId(2)).unwrap()).then(|| conversation(9, 1, 2)))
        });
        reading(views).detail(&viewer(who), &which).await
    };
    let id = |id| ConversationRef::Id(ConversationId(id));
    let with = |uid| ConversationRef::With(UserRef::Uid(Uid(uid)));
    for which in [id(9), with(10_002)] {
        let detail = by(1, which).await.unwrap();
        assert_eq!(detail.conversation.id, ConversationId(9));
        assert!(detail.shown.users.contains_key(&UserId(2)));
    }
    // Whether a conversation is one of others nobody is told.
    for (who, which) in [(3, id(9)), (1, id(8)), (1, with(10_003))] {
        assert!(matches!(by(who, which).await, Err(ConversationError::NoSuchConversation(_))));
    }
    assert!(matches!(by(1, with(99_999)).await, Err(ConversationError::PeerUnknown)));
    assert!(matches!(by(1, with(10_001)).await, Err(ConversationError::Oneself)));
}

/// What the store is asked for, of a conversation with 100 messages of which user 1 has cleared 20.
async fn asked(holes: i64, request: MessagesRequest) -> Result<MessageQuery, ConversationError> {
    let mut views = MockConversationViews::new();
    views.expect_find().returning(move |_| {
        let mut found = conversation(9, 1, 2);
        found.last_seq = 100;
        found.a.cleared_seq = 20;
        found.a.message_count = 80 - holes;
        Ok(Some(found))
    });
    views.expect_seq_of().returning(|_, message| Ok((message.0 < 1000).then_some(message.0)));
    let (tell, told) = std::sync::mpsc::channel();
    views.expect_messages().returning(move |query| {
        tell.send(query).unwrap();
        Ok(Vec::new())
    });
    let which = ConversationRef::Id(ConversationId(9));
    reading(views).messages(&viewer(1), &which, request).await?;
    Ok(told.recv().unwrap())
}

const NEWEST: MessagesRequest =
    MessagesRequest { after: None, before: None, order: Order::Newest, offset: 30, limit: 10 };

#[tokio::test]
async fn nothing_below_the_watermark_is_asked_for() {
    let query = asked(0, MessagesRequest { after: Some(MessageId(5)), ..NEWEST }).await.unwrap();
    assert_eq!(query.after, 20);
    let query = asked(0, MessagesRequest { after: Some(MessageId(50)), ..NEWEST }).await.unwrap();
    assert_eq!(query.after, 50);
}

#[tokio::test]
async fn a_deep_page_of_a_dense_view_is_found_by_position() {
    let query = asked(0, NEWEST).await.unwrap();
    assert_eq!((query.after, query.before, query.offset), (20, 71, 0));
    let query = asked(0, MessagesRequest { order: Order::Oldest, ..NEWEST }).await.unwrap();
    assert_eq!((query.after, query.before, query.offset), (50, 101, 0));
    let query = asked(0, MessagesRequest { before: Some(MessageId(60)), ..NEWEST }).await.unwrap();
    assert_eq!((query.after, query.before, query.offset), (20, 30, 0));
}

#[tokio::test]
async fn a_page_of_a_view_with_holes_is_counted_by_the_store() {
    let query = asked(1, NEWEST).await.unwrap();
    assert_eq!((query.after, query.before, query.offset), (20, 101, 30));
}

#[tokio::test]
async fn a_bound_must_be_a_message_of_the_conversation() {
    let bad = asked(0, MessagesRequest { before: Some(MessageId(5000)), ..NEWEST }).await;
    assert!(matches!(bad, Err(ConversationError::MessageUnknown)));
}

/// User 1, whose membership ended at 500, on a private site that still shows what is older.
fn former_member() -> Viewer {
    let rows = [("site_mode", "private"), ("site_private_end_after", "2")];
    let rows = rows.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let user = Arc::new(sixin_domain::user::User { expired_at: Some(Millis(500)), ..new_user(1, "viewer") });
    Viewer { user, settings: Arc::new(Settings::new(rows.into())) }
}

fn with_latest_at(time: i64) -> Conversation {
    let mut found = conversation(9, 1, 2);
    found.last_seq = 10;
    found.a.latest = Some(Latest { id: Some(MessageId(1)), brief: "secret".into(), time: Millis(time) });
    found
}

#[tokio::test]
async fn former_members_are_not_told_what_is_newer_than_their_membership() {
    for (time, is_shown) in [(500, true), (501, false)] {
        let mut views = MockConversationViews::new();
        views.expect_find().returning(move |_| Ok(Some(with_latest_at(time))));
        views.expect_list().returning(move |_| Ok(vec![with_latest_at(time)]));
        views.expect_totals().returning(|_, _| Ok(ListTotals { conversations: 1, unread: 1 }));
        let reading = reading(views);
        let which = ConversationRef::Id(ConversationId(9));
        let detail = reading.detail(&former_member(), &which).await.unwrap();
        assert_eq!(detail.conversation.a.latest.is_some(), is_shown, "{time}");
        let list = reading.list(&former_member(), REQUEST).await.unwrap();
        assert_eq!(list.conversations[0].a.latest.is_some(), is_shown, "{time}");
        let member = reading.detail(&viewer(1), &which).await.unwrap();
        assert!(member.conversation.a.latest.is_some(), "members see all");
    }
}

#[tokio::test]
async fn former_members_read_only_messages_that_are_older_than_the_end() {
    let read = async |last_readable: i64, after: Option<MessageId>| {
        let mut views = MockConversationViews::new();
        views.expect_find().returning(|_| Ok(Some(with_latest_at(900))));
        views.expect_seq_of().returning(|_, message| Ok(Some(message.0)));
        views.expect_seq_at().withf(|_, time| *time == Millis(500)).returning(move |_, _| Ok(last_readable));
        views
            .expect_messages()
            .withf(move |query| query.before == last_readable + 1)
            .returning(|_| Ok(Vec::new()));
        let request = MessagesRequest { after, before: None, order: Order::Newest, offset: 0, limit: 5 };
        reading(views).messages(&former_member(), &ConversationRef::Id(ConversationId(9)), request).await
    };
    assert!(read(7, None).await.is_ok());
    assert!(matches!(read(7, Some(MessageId(7))).await, Err(ConversationError::TooNew)));
    assert!(matches!(read(0, None).await, Err(ConversationError::TooNew)));
    assert!(read(10, Some(MessageId(10))).await.is_ok(), "there is nothing newer");
}
