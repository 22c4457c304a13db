use super::*;
use crate::delivery::ports::MockLiveSignals;
use crate::files::ports::MockFiles;
use crate::hooks::testing::nobody_objects;
use crate::ports::MockClock;
use crate::sending::committer::{Committer, CommitterLimits, Lanes};
use crate::sending::ports::{
    AppendError, MessageStore, MockIdempotencyKeys, MockMessageStore, MockStoredBodies,
};
use crate::sending::rate::{CountedWhat, SendRate};
use crate::site::ports::{MockBlockWordSource, MockRoles};
use crate::testing::{general_role, ids, key, stored, stored_file, user};
use crate::users::ports::{MockRelations, MockUsers};
use sixin_domain::file::{FileKind, PendingUpload};
use sixin_domain::id::{FileId, ID_EPOCH, MessageId};
use sixin_domain::sending::rate::Rate;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::user::username::{Uid, Username};
use std::collections::{BTreeMap, HashMap};

fn book() -> RoleBook {
    RoleBook(vec![general_role()])
}

fn file(kind: FileKind, is_enabled: bool) -> StoredFile {
    StoredFile { is_enabled, ..stored_file(kind) }
}

fn sending(files: MockFiles, relation: Relation, times: usize) -> MessageSending {
    let mut users = MockUsers::new();
    users.expect_find().returning(|who| Ok((*who == UserRef::Uid(Uid(10_002))).then(|| user(2, "bob"))));
    let mut relations = MockRelations::new();
    relations.expect_between().returning(move |_, to| Ok(HashMap::from([(to[0], relation)])));
    let mut roles = MockRoles::new();
    roles.expect_of().returning(|_| Ok(Vec::new()));
    roles.expect_book().returning(|| Ok(Arc::new(book())));
    let mut block_words = MockBlockWordSource::new();
    block_words.expect_filter().returning(|| {
        let replace = WordMode::Replace(Some("x".repeat(40)));
        Ok(Arc::new(BlockWordFilter::new([
            BlockWord { word: "darn".into(), mode: replace, is_whole: false },
            BlockWord { word: "curse".into(), mode: WordMode::Refuse, is_whole: false },
            BlockWord { word: "gone".into(), mode: WordMode::Replace(None), is_whole: false },
        ])))
    });
    let mut clock = MockClock::new();
    clock.expect_now().return_const(ID_EPOCH);
    clock.expect_steady().return_const(ID_EPOCH);
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let mut log = MockMessageStore::new();
    log.expect_append().times(times).returning(|units| units.iter().map(|unit| Ok(stored(unit))).collect());
    let log: Arc<dyn MessageStore> = Arc::new(log);
    let lanes = Lanes { narrow: 1, wide: false };
    let pipeline = Pipeline {
        before_send: Arc::new(nobody_objects()),
        ids: Arc::new(ids()),
        rate: Arc::new(SendRate::new(Rate::default(), CountedWhat::Sends, None)),
        committer: Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap()),
        keys: Arc::new(MockIdempotencyKeys::new()),
        clock: Arc::clone(&clock),
    };
    MessageSending {
        users: Arc::new(users),
        relations: Arc::new(relations),
        roles: Arc::new(roles),
        block_words: Arc::new(block_words),
        files: Arc::new(files),
        stored_bodies: Arc::new(MockStoredBodies::new()),
        clock,
        pipeline: Arc::new(pipeline),
        limits: Limits { text_bytes: 50, ..Limits::default() },
        live: Arc::new(MockLiveSignals::new()),
    }
}

fn typed(object_name: &str, content: &str, text: Option<&str>) -> Content {
    Content::Typed(Box::new(TypedContent {
        object_name: ObjectName::new(object_name).unwrap(),
        content: content.into(),
        text: text.map(str::to_owned),
        effects: Effects { is_counted: false, ..Effects::OWN },
        delivery: None,
    }))
}

#[tokio::test]
async fn a_typed_content_is_stored_by_the_rules_of_texts_and_never_steers_clients() {
    let sending_once = || sending(MockFiles::new(), Relation::default(), 1);
    let plain = typed("My:Gift", r#"{"what":"darn"}"#, None);
    let sent = sending_once().send(request("10002", plain)).await.unwrap();
    assert!(matches!(sent.body, Body::Typed { content, .. } if content == r#"{"what":"darn"}"#));
    let text = typed("RC:TxtMsg", r#"{"content":"darn","extra":"e"}"#, Some("darn"));
    let sent = sending_once().send(request("10002", text)).await.unwrap();
    let Body::Typed { content, text, .. } = sent.body else { panic!() };
    assert_eq!(text, Some("x".repeat(40)));
    assert!(content.contains(&"x".repeat(40)) && content.contains("extra"));
    let refused = async |content: Content, relation: Relation| {
        sending(MockFiles::new(), relation, 0).send(request("10002", content)).await.unwrap_err()
    };
    let curse = || typed("RC:TxtMsg", r#"{"content":"curse"}"#, Some("curse"));
    let error = refused(curse(), Relation::default()).await;
    assert!(matches!(error, SendError::Refused(Refusal::ForbiddenWord)));
    for name in ["RC:RcCmd", "RC:RcNtf"] {
        let error = refused(typed(name, "{}", None), Relation::default()).await;
        assert!(matches!(error, SendError::Refused(Refusal::TypeReserved)), "{name}");
    }
    let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
    let error = refused(typed("My:Gift", "{}", None), blocked).await;
    assert!(matches!(error, SendError::Refused(Refusal::Blocked)));
}

#[tokio::test]
async fn what_is_passed_on_follows_the_rules_and_reaches_only_who_is_there() {
    for is_there in [true, false] {
        let mut live = MockLiveSignals::new();
        live.expect_may_be_connected().return_const(is_there);
        live.expect_signal()
            .times(usize::from(is_there))
            .withf(|users, signal| users == [UserId(2)] && matches!(signal, Signal::Status(_)))
            .return_const(());
        let sending =
            MessageSending { live: Arc::new(live), ..sending(MockFiles::new(), Relation::default(), 0) };
        sending.pass_on(request("10002", typed("My:Mood", "{}", None))).await.unwrap();
    }
    let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
    let sending = sending(MockFiles::new(), blocked, 0);
    let refused = sending.pass_on(request("10002", typed("My:Mood", "{}", None))).await;
    assert!(matches!(refused, Err(SendError::Refused(Refusal::Blocked))));
}

fn request(to: &str, content: Content) -> SendRequest {
    SendRequest {
        sender: user(1, "ann"),
        settings: Arc::new(Settings::new(BTreeMap::new())),
        to: UserRef::parse(to).ok(),
        content,
        nonce: None,
        idempotency: None,
        own_rate: None,
    }
}

async fn send_text(to: &str, text: &str, stored: usize) -> Result<SentMessage, SendError> {
    let sending = sending(MockFiles::new(), Relation::default(), stored);
    sending.send(request(to, Content::Text(text.into()))).await
}

fn refusal(result: Result<SentMessage, SendError>) -> Refusal {
    match result {
        Err(SendError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_text_is_stored_with_its_words_replaced() {
    let sent = send_text("10002", "oh darn", 1).await.unwrap();
    assert_eq!(sent.body, Body::Text(format!("oh {}", "x".repeat(40))));
    assert_eq!(sent.placed.recipient, UserId(2));
}

#[tokio::test]
async fn a_refused_word_is_not_stored() {
    assert_eq!(refusal(send_text("10002", "a curse", 0).await), Refusal::ForbiddenWord);
}

#[tokio::test]
async fn a_message_of_which_nothing_to_see_is_left_is_not_stored() {
    for text in ["gone", "gone \u{200b}gone"] {
        assert_eq!(refusal(send_text("10002", text, 0).await), Refusal::ForbiddenWord, "{text:?}");
    }
    assert!(send_text("10002", "gone.", 1).await.is_ok());
}

#[tokio::test]
async fn length_counts_after_replacement() {
    assert!(send_text("10002", &"y".repeat(50), 1).await.is_ok());
    assert_eq!(refusal(send_text("10002", &"y".repeat(51), 0).await), Refusal::TextTooLong);
    assert_eq!(refusal(send_text("10002", "darn darn", 0).await), Refusal::TextTooLong);
}

#[tokio::test]
async fn nobody_of_that_name_is_refused() {
    assert_eq!(refusal(send_text("10003", "hi", 0).await), Refusal::RecipientUnknown);
    assert_eq!(refusal(send_text(" not a name ", "hi", 0).await), Refusal::RecipientUnknown);
}

#[tokio::test]
async fn a_blocked_sender_is_refused() {
    let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
    let sending = sending(MockFiles::new(), blocked, 0);
    let result = sending.send(request("10002", Content::Text("hi".into()))).await;
    assert_eq!(refusal(result), Refusal::Blocked);
}

async fn send_file(
    found: Option<(StoredFile, &'static str, i64)>,
    stored: usize,
) -> Result<SentMessage, SendError> {
    let mut files = MockFiles::new();
    files.expect_find().withf(|fid| fid == "fid00001").returning(move |_| {
        Ok(found.clone().map(|(file, addressee, uploader)| {
            let upload = PendingUpload {
                usage: FileUsageId(8),
                uploader: UserId(uploader),
                addressee: addressee.into(),
            };
            (file, vec![upload])
        }))
    });
    let sending = sending(files, Relation::default(), stored);
    sending.send(request("10002", Content::File("fid00001".into()))).await
}

#[tokio::test]
async fn a_file_goes_only_to_the_peer_it_was_uploaded_for_by_either_name() {
    let image = file(FileKind::Image, true);
    for addressee in ["bob", "10002"] {
        let sent = send_file(Some((image.clone(), addressee, 1)), 1).await.unwrap();
        assert_eq!(sent.body, Body::File { file: FileId(5), kind: FileKind::Image });
    }
    for (addressee, uploader) in [("eve", 1), ("10003", 1), ("bob", 3)] {
        let result = send_file(Some((image.clone(), addressee, uploader)), 0).await;
        assert_eq!(refusal(result), Refusal::FileUnknown, "{addressee} {uploader}");
    }
    assert_eq!(refusal(send_file(None, 0).await), Refusal::FileUnknown);
}

#[tokio::test]
async fn a_disabled_file_or_kind_is_refused() {
    let disabled = send_file(Some((file(FileKind::Image, false), "bob", 1)), 0).await;
    assert_eq!(refusal(disabled), Refusal::FileDisabled);
    let video = send_file(Some((file(FileKind::Video, true), "bob", 1)), 0).await;
    assert_eq!(refusal(video), Refusal::FileKindForbidden);
}

fn placed() -> Placed {
    let place = Some((sixin_domain::id::ConversationId(9), 1));
    Placed { id: MessageId(77), recipient: UserId(2), place, sent_at: ID_EPOCH }
}

/// A site that stored "as it was" as message 77; `found` is what it knows of the key.
fn knowing(found: Result<Option<Vec<Placed>>, AppendError>, relation: Relation) -> MessageSending {
    let mut keys = MockIdempotencyKeys::new();
    keys.expect_find()
        .withf(|send| send.sender == UserId(1) && send.key.key == "k")
        .return_once(move |_| found);
    let mut bodies = MockStoredBodies::new();
    bodies
        .expect_find()
        .withf(|id| *id == MessageId(77))
        .returning(|_| Ok(Some((Body::Text("as it was".into()), None))));
    let mut sending = sending(MockFiles::new(), relation, 0);
    let pipeline = &sending.pipeline;
    let (ids, rate) = (Arc::clone(&pipeline.ids), Arc::clone(&pipeline.rate));
    let (committer, clock) = (Arc::clone(&pipeline.committer), Arc::clone(&pipeline.clock));
    let before_send = Arc::clone(&pipeline.before_send);
    sending.pipeline = Arc::new(Pipeline { ids, rate, before_send, committer, clock, keys: Arc::new(keys) });
    sending.stored_bodies = Arc::new(bodies);
    sending
}

fn with_key(text: &str) -> SendRequest {
    SendRequest { idempotency: Some(key("k")), ..request("10002", Content::Text(text.into())) }
}

#[tokio::test]
async fn a_refused_request_that_was_a_repeat_gets_the_first_message_as_it_was_stored() {
    let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
    let sent = knowing(Ok(Some(vec![placed()])), blocked).send(with_key("hi")).await.unwrap();
    assert!(sent.replayed);
    assert_eq!((sent.placed, sent.body), (placed(), Body::Text("as it was".into())));
}

#[tokio::test]
async fn a_refused_request_that_was_none_stays_refused() {
    let result = knowing(Ok(None), Relation::default()).send(with_key("a curse")).await;
    assert_eq!(refusal(result), Refusal::ForbiddenWord);
    let result = knowing(Err(AppendError::KeyReused), Relation::default()).send(with_key("a curse")).await;
    assert!(matches!(result, Err(SendError::KeyReused)));
}

#[tokio::test]
async fn a_sender_who_is_too_fast_still_gets_the_answer_to_a_repeat() {
    let sending = knowing(Ok(Some(vec![placed()])), Relation::default());
    let rate = &sending.pipeline.rate;
    while rate.enter(UserId(1), None, ID_EPOCH).await.is_ok() {}
    assert!(sending.send(with_key("hi")).await.unwrap().replayed);
}

#[tokio::test]
async fn a_repeat_the_store_knows_is_answered_with_the_first_message_as_it_was_stored() {
    let mut log = MockMessageStore::new();
    log.expect_append().return_once(|units| {
        assert_eq!(units[0].idempotency, Some(key("k")));
        vec![Ok(Stored::replayed(vec![placed()]))]
    });
    let log: Arc<dyn MessageStore> = Arc::new(log);
    let mut sending = knowing(Ok(None), Relation::default());
    let lanes = Lanes { narrow: 1, wide: false };
    let committer = Committer::start(&log, lanes, CommitterLimits::default()).unwrap();
    Arc::get_mut(&mut sending.pipeline).unwrap().committer = Arc::new(committer);
    let sent = sending.send(with_key("hi")).await.unwrap();
    assert!(sent.replayed);
    assert_eq!(sent.body, Body::Text("as it was".into()));
}

#[test]
fn a_number_names_by_uid_and_anything_else_by_username() {
    let mut ann = user(1, "ann");
    assert!(is_named(&ann, "10001") && is_named(&ann, "ann") && !is_named(&ann, "Ann"));
    Arc::make_mut(&mut ann).username = Username::new("007").unwrap();
    assert!(is_named(&ann, "007") && !is_named(&ann, "7"));
}
