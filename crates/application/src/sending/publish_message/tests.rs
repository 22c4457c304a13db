use super::*;
use crate::delivery::ports::MockLiveSignals;
use crate::hooks::testing::nobody_objects;
use crate::ports::MockClock;
use crate::sending::committer::{Committer, CommitterLimits, Lanes};
use crate::sending::ports::{AppendError, MessageStore, MockIdempotencyKeys, MockMessageStore, SendUnit};
use crate::sending::rate::{CountedWhat, SendRate};
use crate::site::ports::{MockBlockWordSource, MockSettingSource};
use crate::testing::{ids, key, stored, user};
use crate::users::ports::{MockRelations, MockUsers};
use sixin_domain::id::ID_EPOCH;
use sixin_domain::sending::limits::Limits;
use sixin_domain::sending::rate::Rate;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::site::settings::Settings;
use sixin_domain::user::Relation;
use std::collections::BTreeMap;
use std::sync::Mutex;

fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

fn wording(text: &str) -> Wording {
    Wording { content: format!(r#"{{"content":"{text}"}}"#), text: Some(text.into()), delivery: None }
}

fn request(to: &[&str]) -> PublishRequest {
    PublishRequest {
        from: name("ann"),
        to: to.iter().map(|to| name(to)).collect(),
        object_name: ObjectName::new("RC:TxtMsg").unwrap(),
        said: Said::ToAll(wording("darn")),
        effects: WantedEffects { updates_latest: true, ..WantedEffects::default() },
        verify_blacklist: false,
        nonce: None,
        idempotency: None,
        own_rate: None,
    }
}

async fn publish(
    request: PublishRequest,
    settings: &[(&str, &str)],
) -> (Result<Vec<String>, PublishError>, Vec<SendUnit>) {
    let (result, appended) = publish_knowing(MockIdempotencyKeys::new(), request, settings).await;
    let names = result.map(|done| done.placed.into_iter().map(|(name, _)| name.to_string()).collect());
    (names, appended)
}

async fn publish_knowing(
    keys: MockIdempotencyKeys,
    request: PublishRequest,
    settings: &[(&str, &str)],
) -> (Result<Published, PublishError>, Vec<SendUnit>) {
    let (publishing, appended) = publishing(keys, settings);
    let result = publishing.publish(request).await;
    let appended = appended.lock().unwrap().clone();
    (result, appended)
}

/// Over a site with users ann, bob, cid, dan (deleted) and eve, where bob blocks ann and ann blocks cid; and what gets
/// stored there.
fn publishing(
    keys: MockIdempotencyKeys,
    settings: &[(&str, &str)],
) -> (MessagePublishing, Arc<Mutex<Vec<SendUnit>>>) {
    let mut users = MockUsers::new();
    users.expect_find_named().returning(|names| {
        let mut dan = user(4, "dan");
        Arc::make_mut(&mut dan).deleted_at = Some(ID_EPOCH);
        let all = [user(1, "ann"), user(2, "bob"), user(3, "cid"), dan, user(5, "eve")];
        Ok(all.into_iter().filter(|user| names.contains(&user.username)).collect())
    });
    let mut relations = MockRelations::new();
    relations.expect_between().returning(|_, _| {
        let by_recipient = Relation { recipient_blocked_sender: true, ..Relation::default() };
        let by_sender = Relation { sender_blocked_recipient: true, ..Relation::default() };
        Ok(HashMap::from([(UserId(2), by_recipient), (UserId(3), by_sender)]))
    });
    let rows: BTreeMap<String, String> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(move || Ok(Arc::new(Settings::new(rows.clone()))));
    let mut block_words = MockBlockWordSource::new();
    block_words.expect_filter().returning(|| {
        let words = [BlockWord {
            word: "darn".into(),
            mode: WordMode::Replace(Some("*".repeat(30))),
            is_whole: false,
        }];
        Ok(Arc::new(BlockWordFilter::new(words)))
    });
    let mut clock = MockClock::new();
    clock.expect_now().return_const(ID_EPOCH);
    clock.expect_steady().return_const(ID_EPOCH);
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let appended = Arc::new(Mutex::new(Vec::new()));
    let mut log = MockMessageStore::new();
    let seen = Arc::clone(&appended);
    log.expect_append().returning(move |units| {
        let answers = units.iter().map(|unit| Ok(stored(unit))).collect();
        seen.lock().unwrap().extend(units);
        answers
    });
    let log: Arc<dyn MessageStore> = Arc::new(log);
    let lanes = Lanes { narrow: 1, wide: false };
    // Only bob is connected.
    let mut live = MockLiveSignals::new();
    live.expect_may_be_connected().returning(|user| user == UserId(2));
    live.expect_signal().returning(|users, signal| {
        assert_eq!(users, [UserId(2)]);
        let Signal::Status(status) = signal else { panic!("{signal:?}") };
        assert_eq!(
            (status.message.sender, status.recipient, status.conversation),
            (UserId(1), UserId(2), None)
        );
    });
    let pipeline = Pipeline {
        before_send: Arc::new(nobody_objects()),
        ids: Arc::new(ids()),
        rate: Arc::new(SendRate::new(Rate::default(), CountedWhat::Sends, None)),
        committer: Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap()),
        keys: Arc::new(keys),
        clock: Arc::clone(&clock),
    };
    let publishing = MessagePublishing {
        users: Arc::new(users),
        relations: Arc::new(relations),
        texts: Arc::new(BackEndTexts {
            settings: Arc::new(settings),
            block_words: Arc::new(block_words),
            limits: Limits { typed_text_bytes: 40, ..Limits::default() },
        }),
        clock,
        pipeline: Arc::new(pipeline),
        live: Arc::new(live),
    };
    (publishing, appended)
}

#[tokio::test]
async fn all_recipients_are_one_unit_answered_in_request_order() {
    let (delivered, stored) = publish(request(&["cid", "bob"]), &[]).await;
    assert_eq!(delivered.unwrap(), ["cid", "bob"]);
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].envelope.effects.sender_visible);
}

#[tokio::test]
async fn the_same_recipient_twice_is_delivered_once() {
    let (delivered, _) = publish(request(&["bob", "cid", "bob"]), &[]).await;
    assert_eq!(delivered.unwrap(), ["bob", "cid"]);
}

#[tokio::test]
async fn a_sender_among_the_recipients_is_passed_over_unless_it_is_the_only_one() {
    let (delivered, _) = publish(request(&["ann", "bob", "ann", "cid"]), &[]).await;
    assert_eq!(delivered.unwrap(), ["bob", "cid"]);
    let each = ["to ann", "to bob"].map(wording).to_vec();
    let to_each = PublishRequest { said: Said::ToEach(each), ..request(&["ann", "bob"]) };
    let (delivered, stored) = publish(to_each, &[]).await;
    assert_eq!(delivered.unwrap(), ["bob"]);
    let body = &stored[0].envelope.body;
    assert!(matches!(body, Body::Typed { text: Some(text), .. } if text == "to bob"), "{body:?}");
    let (result, stored) = publish(request(&["ann", "ann"]), &[]).await;
    assert!(
        matches!(result, Err(PublishError::User { refusal: Refusal::Oneself, user }) if user.as_str() == "ann")
    );
    assert!(stored.is_empty());
}

#[tokio::test]
async fn a_signal_is_not_kept_unless_its_sender_wants_it() {
    for (is_persisted, kept) in [(None, false), (Some(true), true)] {
        let effects = WantedEffects { is_persisted, ..WantedEffects::default() };
        let object_name = ObjectName::new("RC:TypSts").unwrap();
        let (_, stored) = publish(PublishRequest { object_name, effects, ..request(&["bob"]) }, &[]).await;
        let effects = stored[0].envelope.effects;
        assert_eq!((effects.is_persisted, effects.is_counted), (kept, false));
    }
}

#[tokio::test]
async fn one_unknown_or_deleted_recipient_refuses_the_whole_call_and_is_named() {
    for (bad, expected) in [("zoe", Refusal::RecipientUnknown), ("dan", Refusal::RecipientDeleted)] {
        let (result, stored) = publish(request(&["bob", bad, "cid"]), &[]).await;
        assert!(
            matches!(result, Err(PublishError::User { refusal, user }) if refusal == expected && user.as_str() == bad)
        );
        assert!(stored.is_empty());
    }
}

#[tokio::test]
async fn an_unknown_sender_is_refused_and_named() {
    let (result, stored) = publish(PublishRequest { from: name("zoe"), ..request(&["bob"]) }, &[]).await;
    assert!(
        matches!(result, Err(PublishError::User { refusal: Refusal::SenderUnknown, user }) if user.as_str() == "zoe")
    );
    assert!(stored.is_empty());
}

#[tokio::test]
async fn recipients_with_a_block_in_either_direction_are_skipped_when_asked() {
    let with_blocks = |to: &[&str]| PublishRequest { verify_blacklist: true, ..request(to) };
    let (nobody, stored) = publish(with_blocks(&["bob", "cid"]), &[]).await;
    assert!(matches!(nobody, Err(PublishError::User { refusal: Refusal::Blocked, .. })));
    assert!(stored.is_empty());
    let (all, _) = publish(request(&["bob", "cid"]), &[]).await;
    assert_eq!(all.unwrap(), ["bob", "cid"]);
}

#[tokio::test]
async fn a_back_ends_text_is_left_alone_unless_the_site_wants_its_words_replaced() {
    let (_, stored) = publish(request(&["bob"]), &[]).await;
    assert!(matches!(&stored[0].envelope.body, Body::Typed { content, .. } if content.contains("darn")));
    let (_, stored) = publish(request(&["bob"]), &[("publish_block_words", "true")]).await;
    let stars = "*".repeat(30);
    assert!(matches!(&stored[0].envelope.body, Body::Typed { content, text: Some(text), .. }
            if *content == format!(r#"{{"content":"{stars}"}}"#) && *text == stars));
}

#[tokio::test]
async fn a_published_text_is_measured_again_after_replacement() {
    let long = PublishRequest { said: Said::ToAll(wording("darn darn")), ..request(&["bob"]) };
    let (result, stored) = publish(long, &[("publish_block_words", "true")]).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::Refused(Refusal::TextTooLong)))));
    assert!(stored.is_empty());
}

fn at(id: i64, recipient: i64) -> Placed {
    let place = Some((sixin_domain::id::ConversationId(9), id));
    Placed { id: MessageId(id), recipient: UserId(recipient), place, sent_at: ID_EPOCH }
}

/// What is answered to a request with a key which the rules refuse because of dan.
async fn refused_with_key(
    found: Result<Option<Vec<Placed>>, AppendError>,
) -> Result<Published, PublishError> {
    let mut keys = MockIdempotencyKeys::new();
    keys.expect_find()
        .withf(|send| send.sender == UserId(1) && send.key.key == "k" && send.accepted_at == ID_EPOCH)
        .return_once(move |_| found);
    let request = PublishRequest { idempotency: Some(key("k")), ..request(&["dan", "bob"]) };
    let (result, appended) = publish_knowing(keys, request, &[]).await;
    assert!(appended.is_empty());
    result
}

#[tokio::test]
async fn a_refused_request_that_was_a_repeat_gets_the_first_answer() {
    let published = refused_with_key(Ok(Some(vec![at(5, 2), at(6, 4)]))).await.unwrap();
    assert!(published.replayed);
    assert_eq!(published.placed, [(name("bob"), at(5, 2)), (name("dan"), at(6, 4))]);
}

#[tokio::test]
async fn a_refused_request_that_was_none_stays_refused() {
    let result = refused_with_key(Ok(None)).await;
    assert!(matches!(result, Err(PublishError::User { refusal: Refusal::RecipientDeleted, .. })));
    let result = refused_with_key(Err(AppendError::KeyReused)).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::KeyReused))));
    let result = refused_with_key(Err(AppendError::NonceUsed)).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::Replayed))));
    let result = refused_with_key(Err(StoreError::Unavailable("gone".into()).into())).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::Store(_)))));
}

#[tokio::test]
async fn an_unknown_sender_has_sent_nothing_before() {
    let request = PublishRequest { from: name("zoe"), idempotency: Some(key("k")), ..request(&["bob"]) };
    let (result, _) = publish_knowing(MockIdempotencyKeys::new(), request, &[]).await;
    assert!(matches!(result, Err(PublishError::User { refusal: Refusal::SenderUnknown, .. })));
}

#[tokio::test]
async fn a_key_is_stored_with_the_messages() {
    let request = PublishRequest { idempotency: Some(key("k")), ..request(&["bob"]) };
    let (_, appended) = publish(request, &[]).await;
    assert_eq!(appended[0].idempotency, Some(key("k")));
}

fn to_each(to: &[&str], texts: &[&str]) -> PublishRequest {
    let wordings = texts.iter().map(|text| wording(text)).collect();
    PublishRequest { said: Said::ToEach(wordings), ..request(to) }
}

/// Who is told what by a unit, in order.
fn told(unit: &SendUnit) -> Vec<(i64, String)> {
    let text = |body: &Body| match body {
        Body::Typed { text: Some(text), .. } => text.clone(),
        other => panic!("{other:?}"),
    };
    let said = |message: &sixin_domain::message::NewMessage| {
        message.own.as_ref().map_or(&unit.envelope.body, |own| &own.body).clone()
    };
    unit.messages.iter().map(|message| (message.recipient.0, text(&said(message)))).collect()
}

#[tokio::test]
async fn each_recipient_is_told_its_own_in_one_unit() {
    let (delivered, stored) =
        publish(to_each(&["cid", "bob", "eve"], &["hi cid", "hi bob", "hi cid"]), &[]).await;
    assert_eq!(delivered.unwrap(), ["cid", "bob", "eve"]);
    assert_eq!(stored.len(), 1);
    let expected = [(3, "hi cid".to_owned()), (2, "hi bob".to_owned()), (5, "hi cid".to_owned())];
    assert_eq!(told(&stored[0]), expected);
    // What is the same is held once.
    let own: Vec<bool> = stored[0].messages.iter().map(|message| message.own.is_some()).collect();
    assert_eq!(own, [false, true, false]);
}

#[tokio::test]
async fn what_a_skipped_or_doubled_recipient_was_to_be_told_moves_to_nobody_else() {
    let blocks = PublishRequest { verify_blacklist: true, ..to_each(&["bob", "eve"], &["to bob", "to eve"]) };
    let (delivered, stored) = publish(blocks, &[]).await;
    assert_eq!(delivered.unwrap(), ["eve"]);
    assert_eq!(told(&stored[0]), [(5, "to eve".to_owned())]);
    let doubled = to_each(&["bob", "bob", "eve"], &["first", "second", "third"]);
    let (_, stored) = publish(doubled, &[]).await;
    assert_eq!(told(&stored[0]), [(2, "first".to_owned()), (5, "third".to_owned())]);
}

#[tokio::test]
async fn words_are_replaced_in_what_each_is_told() {
    let words = [("publish_block_words", "true")];
    let (_, stored) = publish(to_each(&["bob", "cid"], &["darn", "fine"]), &words).await;
    assert_eq!(told(&stored[0]), [(2, "*".repeat(30)), (3, "fine".to_owned())]);
    let (result, stored) = publish(to_each(&["bob", "cid"], &["fine", "darn darn"]), &words).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::Refused(Refusal::TextTooLong)))));
    assert!(stored.is_empty());
}

#[tokio::test]
async fn what_is_passed_on_is_held_to_the_rules_and_neither_stored_nor_counted() {
    let words = [("publish_block_words", "true")];
    let (publishing, stored) = publishing(MockIdempotencyKeys::new(), &words);
    for _ in 0..200 {
        publishing.pass_on(request(&["bob", "eve"])).await.unwrap();
    }
    let about = async |request| match publishing.pass_on(request).await {
        Err(PublishError::User { refusal, user }) => (refusal, user.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(about(request(&["bob", "zoe"])).await, (Refusal::RecipientUnknown, "zoe".into()));
    let unknown = PublishRequest { from: name("zoe"), ..request(&["bob"]) };
    assert_eq!(about(unknown).await, (Refusal::SenderUnknown, "zoe".into()));
    let with_blocks = |to: &[&str]| PublishRequest { verify_blacklist: true, ..request(to) };
    assert_eq!(about(with_blocks(&["bob"])).await, (Refusal::Blocked, "bob".into()));
    publishing.pass_on(with_blocks(&["bob", "eve"])).await.unwrap();
    let long = PublishRequest { said: Said::ToAll(wording("darn darn")), ..request(&["bob"]) };
    let refused = publishing.pass_on(long).await;
    assert!(matches!(refused, Err(PublishError::Send(SendError::Refused(Refusal::TextTooLong)))));
    assert!(stored.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_without_a_content_for_everybody_is_a_fault_and_stores_nothing() {
    let (result, stored) = publish(to_each(&["bob", "eve"], &["only one"]), &[]).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::Store(_)))));
    assert!(stored.is_empty());
}
