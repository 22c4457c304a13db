use super::*;
use crate::committer::{Committer, CommitterLimits, Lanes};
use crate::ports::{
    AppendError, MessageLog, MockBlockWordSource, MockClock, MockIdempotencyKeys, MockMessageLog,
    MockRelations, MockSettingSource, MockUsers, SendUnit,
};
use crate::send_rate::SendRate;
use crate::testing::{ids, key, stored, user};
use sixin_domain::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::id::ID_EPOCH;
use sixin_domain::limits::Limits;
use sixin_domain::rate::Rate;
use sixin_domain::settings::Settings;
use sixin_domain::user::Relation;
use std::collections::BTreeMap;
use std::sync::Mutex;

fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

fn request(to: &[&str]) -> PublishRequest {
    PublishRequest {
        from: name("ann"),
        to: to.iter().map(|to| name(to)).collect(),
        object_name: ObjectName::new("RC:TxtMsg").unwrap(),
        content: r#"{"content":"darn"}"#.into(),
        text: Some("darn".into()),
        replace_text: |_, text| Some(format!("<{text}>")),
        effects: Effects { sender_visible: false, ..Effects::OWN },
        verify_blacklist: false,
        delivery: None,
        nonce: None,
        idempotency: None,
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

/// Publishes on a site with users ann, bob, cid and dan (deleted), where bob blocks ann and ann blocks cid.
async fn publish_knowing(
    keys: MockIdempotencyKeys,
    request: PublishRequest,
    settings: &[(&str, &str)],
) -> (Result<Published, PublishError>, Vec<SendUnit>) {
    let mut users = MockUsers::new();
    users.expect_find_named().returning(|names| {
        let mut dan = user(4, "dan");
        dan.deleted_at = Some(ID_EPOCH);
        let all = [user(1, "ann"), user(2, "bob"), user(3, "cid"), dan];
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
        let words = [BlockWord { word: "darn".into(), mode: WordMode::Replace(Some("*".repeat(30))) }];
        Ok(Arc::new(BlockWordFilter::new(words)))
    });
    let mut clock = MockClock::new();
    clock.expect_now().return_const(ID_EPOCH);
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let appended = Arc::new(Mutex::new(Vec::new()));
    let mut log = MockMessageLog::new();
    let seen = Arc::clone(&appended);
    log.expect_append().returning(move |units| {
        let answers = units.iter().map(|unit| Ok(stored(unit))).collect();
        seen.lock().unwrap().extend(units);
        answers
    });
    let log: Arc<dyn MessageLog> = Arc::new(log);
    let lanes = Lanes { narrow: 1, wide: false };
    let outbox = Outbox {
        ids: Arc::new(ids()),
        rate: Arc::new(SendRate::new(Rate::default())),
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
        outbox: Arc::new(outbox),
    };
    let result = publishing.publish(request).await;
    let appended = appended.lock().unwrap().clone();
    (result, appended)
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
async fn one_unknown_deleted_or_own_recipient_refuses_the_whole_call_and_is_named() {
    for (bad, expected) in
        [("zoe", Refusal::RecipientUnknown), ("dan", Refusal::RecipientDeleted), ("ann", Refusal::Oneself)]
    {
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
            if *content == format!("<{stars}>") && *text == stars));
}

#[tokio::test]
async fn a_published_text_is_measured_again_after_replacement() {
    let long = PublishRequest { text: Some("darn darn".into()), ..request(&["bob"]) };
    let (result, stored) = publish(long, &[("publish_block_words", "true")]).await;
    assert!(matches!(result, Err(PublishError::Send(SendError::Refused(Refusal::TextTooLong)))));
    assert!(stored.is_empty());
}

fn at(id: i64, recipient: i64) -> Placed {
    let place = Some((sixin_domain::id::ConversationId(9), id));
    Placed { id: sixin_domain::id::MessageId(id), recipient: UserId(recipient), place, sent_at: ID_EPOCH }
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
