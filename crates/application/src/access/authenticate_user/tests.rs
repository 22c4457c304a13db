use super::*;
use crate::access::ports::{MockAppKeys, MockNonceUses, MockSessions, MockSignatures};
use crate::ports::MockClock;
use crate::site::ports::MockSettingSource;
use crate::testing::user;
use crate::users::ports::MockUsers;
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::session::Session;
use sixin_domain::id::UserId;
use std::collections::BTreeMap;

const NOW: Millis = Millis(1_668_061_200_123);

fn key() -> AppKey {
    AppKey {
        id: AppKeyId(1),
        app_id: "Zx4kTq9L".into(),
        dialect: Dialect::Fresns,
        platform: 5,
        kind: MAIN_API,
        secret: Secret::new("secret"),
        former: None,
        is_enabled: true,
        is_strict: false,
        name: String::new(),
        sends_per_minute: None,
    }
}

fn credentials() -> UserCredentials {
    UserCredentials {
        generation: Generation::First,
        app_id: "Zx4kTq9L".into(),
        platform: 5,
        signed: vec![("uid", "10007".into())],
        timestamp: "1668061200123".into(),
        signature: "right".into(),
        lang_tag: None,
        timezone: None,
        aid: Some("h8Qp3ZtV".into()),
        uid: Some(Uid(10_007)),
        token: Some("token".into()),
        account_token: None,
    }
}

async fn authenticate(key: Option<AppKey>, credentials: UserCredentials) -> Result<Caller, CallerRefusal> {
    authentication(key, None).authenticate(&credentials).await
}

/// `is_fresh`: what the store says of the one signature that is used up; `None`: none is.
fn authentication(key: Option<AppKey>, is_fresh: Option<bool>) -> UserAuthentication {
    let mut app_keys = MockAppKeys::new();
    app_keys.expect_find().return_once(|_| Ok(key));
    let mut signatures = MockSignatures::new();
    signatures.expect_verify().returning(|parts, _, signature| match parts {
        SignedParts::Fields(_) => signature == "right",
        SignedParts::ThirdFields(_) => signature == "right in 3.x",
        _ => false,
    });
    let mut sessions = MockSessions::new();
    sessions.expect_find().withf(|aid, _| aid == "h8Qp3ZtV").returning(|_, token| {
        let of = |user| Session { account: AccountId(1), user, platform: 5, expired_at: None };
        let session = if *token == hash_token("token") {
            Some(of(Some(UserId(7))))
        } else {
            Some(of(None)).filter(|_| *token == hash_token("of the account"))
        };
        Ok(FoundSession { account: Some(AccountId(1)), session })
    });
    let mut users = MockUsers::new();
    users
        .expect_find()
        .withf(|who| *who == UserRef::Uid(Uid(10_007)))
        .returning(|_| Ok(Some(user(7, "mira-k"))));
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(|| Ok(Arc::new(Settings::new(BTreeMap::new()))));
    let mut nonces = MockNonceUses::new();
    if let Some(is_fresh) = is_fresh {
        nonces.expect_use_up().once().returning(move |_| Ok(is_fresh));
    }
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    UserAuthentication {
        app_keys: Arc::new(app_keys),
        signatures: Arc::new(signatures),
        sessions: Arc::new(sessions),
        users: Arc::new(users),
        settings: Arc::new(settings),
        nonces: Arc::new(nonces),
        clock: Arc::new(clock),
    }
}

#[tokio::test]
async fn a_user_with_key_signature_and_session_is_let_in() {
    let caller = authenticate(Some(key()), credentials()).await.unwrap();
    assert_eq!((caller.user.id, caller.nonce), (UserId(7), None));
}

#[tokio::test]
async fn each_step_refuses_for_its_own_reason() {
    let refusal = async |key: Option<AppKey>, credentials| authenticate(key, credentials).await.unwrap_err();
    assert!(matches!(refusal(None, credentials()).await, CallerRefusal::KeyUnknown));
    let disabled = AppKey { is_enabled: false, ..key() };
    assert!(matches!(refusal(Some(disabled), credentials()).await, CallerRefusal::KeyUnknown));
    let foreign = AppKey { dialect: Dialect::RongCloud, ..key() };
    assert!(matches!(refusal(Some(foreign), credentials()).await, CallerRefusal::KeyUnknown));
    let admin_api = AppKey { kind: 2, ..key() };
    assert!(matches!(refusal(Some(admin_api), credentials()).await, CallerRefusal::KeyKindWrong));
    let other = AppKey { platform: 6, ..key() };
    assert!(matches!(refusal(Some(other), credentials()).await, CallerRefusal::PlatformWrong));
    for stamp in ["1668060840", "1668061560", "never"] {
        let stale = UserCredentials { timestamp: stamp.into(), ..credentials() };
        assert!(matches!(refusal(Some(key()), stale).await, CallerRefusal::Stale), "{stamp}");
    }
    let unsigned = UserCredentials { signature: "wrong".into(), ..credentials() };
    assert!(matches!(refusal(Some(key()), unsigned).await, CallerRefusal::SignatureWrong));
    let klingon = UserCredentials { lang_tag: Some("tlh".into()), ..credentials() };
    assert!(matches!(refusal(Some(key()), klingon).await, CallerRefusal::LanguageUnknown));
    let nowhere = UserCredentials { timezone: Some("+99".into()), ..credentials() };
    assert!(matches!(refusal(Some(key()), nowhere).await, CallerRefusal::TimezoneUnknown));
    let nobody = UserCredentials { aid: None, uid: None, token: None, ..credentials() };
    assert!(matches!(
        refusal(Some(key()), nobody).await,
        CallerRefusal::Session(SessionRefusal::AccountMissing)
    ));
}

#[tokio::test]
async fn a_stale_request_is_told_so_before_its_signature_is_looked_at() {
    let stale =
        UserCredentials { timestamp: "1668060000".into(), signature: "wrong".into(), ..credentials() };
    assert!(matches!(authenticate(Some(key()), stale).await, Err(CallerRefusal::Stale)));
}

#[tokio::test]
async fn where_both_tokens_travel_both_are_checked() {
    let with = |token: &str| UserCredentials { account_token: Some(token.into()), ..credentials() };
    assert!(authenticate(Some(key()), with("of the account")).await.is_ok());
    for wrong in ["token", "neither"] {
        assert!(
            matches!(
                authenticate(Some(key()), with(wrong)).await,
                Err(CallerRefusal::Session(SessionRefusal::AccountSessionUnknown))
            ),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn the_stamp_of_a_later_client_is_true_or_off_by_the_zone_of_the_site() {
    let later = |timestamp: i64| UserCredentials {
        generation: Generation::Later,
        timestamp: timestamp.to_string(),
        ..credentials()
    };
    // The site's zone is +8.
    let hours = 28_800;
    for (seconds, is_fresh) in [
        (0, true),
        (-600, true),
        (600, true),
        (-601, false),
        (601, false),
        (-hours, true),
        (-hours - 600, true),
        (-hours - 601, false),
        (-hours + 601, false),
        (-hours / 2, false),
        (hours, false),
    ] {
        let stamp = NOW.0 + seconds * 1000;
        let result = authenticate(Some(key()), later(stamp)).await;
        assert_eq!(result.is_ok(), is_fresh, "{seconds}");
    }
}

#[tokio::test]
async fn a_client_of_3_x_has_the_true_time_and_a_signature_of_its_own() {
    let third = |millis: i64| UserCredentials {
        generation: Generation::Third,
        timestamp: (NOW.0 + millis).to_string(),
        signature: "right in 3.x".into(),
        ..credentials()
    };
    for (seconds, is_fresh) in [(0, true), (-600, true), (600, true), (-601, false), (-28_800, false)] {
        let result = authenticate(Some(key()), third(seconds * 1000)).await;
        assert_eq!(result.is_ok(), is_fresh, "{seconds}");
    }
    let signed_as_before = UserCredentials { signature: "right".into(), ..third(0) };
    let refused = authenticate(Some(key()), signed_as_before).await;
    assert!(matches!(refused, Err(CallerRefusal::SignatureWrong)));
}

#[tokio::test]
async fn what_a_strict_key_remembers_has_the_true_time() {
    let strict = AppKey { is_strict: true, ..key() };
    let shifted = UserCredentials {
        generation: Generation::Later,
        timestamp: (NOW.0 - 28_800_000).to_string(),
        ..credentials()
    };
    let caller = authentication(Some(strict), Some(true)).authenticate(&shifted).await.unwrap();
    assert_eq!(caller.nonce.map(|used| used.signed_at), Some(NOW));
}

#[tokio::test]
async fn a_strict_key_takes_each_signature_once_and_others_use_up_nothing() {
    let strict = AppKey { is_strict: true, ..key() };
    let fresh = authentication(Some(strict.clone()), Some(true));
    let caller = fresh.authenticate(&credentials()).await.unwrap();
    assert_eq!(caller.nonce.map(|used| used.nonce), Some("right".into()));
    let used = authentication(Some(strict), Some(false));
    assert!(matches!(used.authenticate(&credentials()).await, Err(CallerRefusal::Replayed)));
    assert!(authentication(Some(key()), None).authenticate(&credentials()).await.is_ok());
}

#[tokio::test]
async fn a_signature_is_used_up_although_its_caller_is_refused() {
    let strict = AppKey { is_strict: true, ..key() };
    let nobody = UserCredentials { aid: None, uid: None, token: None, ..credentials() };
    for (fresh, is_replay) in [(true, false), (false, true)] {
        let authentication = authentication(Some(strict.clone()), Some(fresh));
        let refusal = authentication.identify(&nobody).await.unwrap_err();
        assert_eq!(matches!(refusal, CallerRefusal::Replayed), is_replay);
    }
}

#[tokio::test]
async fn a_send_leaves_its_signature_to_its_message() {
    let strict = AppKey { is_strict: true, ..key() };
    let caller = authentication(Some(strict), None).identify(&credentials()).await.unwrap();
    assert!(caller.nonce.is_some());
}
