use std::collections::{BTreeMap, HashSet};

use sixin_domain::access::app_key::Secret;
use sixin_domain::access::session::Session;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::site::settings::Settings;

use super::*;
use crate::access::ports::{FoundSession, MockNonceUses, MockSessions, MockSignatures, SignedParts};
use crate::delivery::ports::MockDeviceTokenOwners;
use crate::ports::{MockClock, MockSecretSource};
use crate::site::ports::MockSettingSource;
use crate::testing::new_user;
use crate::users::ports::MockUsers;

const NOW: Millis = Millis(1_795_348_800_000);

struct World {
    user: User,
    session: Option<Session>,
    device: Option<UserId>,
}

fn world() -> World {
    let session =
        Session { account: AccountId(1), user: Some(UserId(7)), platform: 5, expired_at: Some(NOW.plus(9)) };
    World { user: new_user(7, "mira"), session: Some(session), device: Some(UserId(7)) }
}

fn admission(world: World) -> LiveAdmission {
    admission_at(world, NOW)
}

fn admission_at(world: World, now: Millis) -> LiveAdmission {
    let World { user, session, device } = world;
    let mut sessions = MockSessions::new();
    sessions.expect_find().returning(move |_, _| Ok(FoundSession { account: Some(AccountId(1)), session }));
    let mut devices = MockDeviceTokenOwners::new();
    devices
        .expect_owner()
        .returning(move |token| Ok(device.filter(|_| *token == hash_token("of the device"))));
    let mut users = MockUsers::new();
    users.expect_find_numbered().returning(move |_| Ok(vec![Arc::new(user.clone())]));
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(|| Ok(Arc::new(Settings::new(BTreeMap::new()))));
    let mut signatures = MockSignatures::new();
    signatures.expect_sign().returning(|parts, _| match parts {
        SignedParts::Link(text) => format!("s{}", text.len()),
        _ => String::new(),
    });
    signatures.expect_verify().returning(
        |parts, _, signature| matches!(parts, SignedParts::Link(text) if signature == format!("s{}", text.len())),
    );
    let clock = || {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(now);
        Arc::new(clock)
    };
    let mut secrets = MockSecretSource::new();
    let mut number = 10;
    secrets.expect_alphanumeric().returning(move |_| {
        number += 1;
        format!("nonce{number}")
    });
    let (mut used, mut known) = (MockNonceUses::new(), HashSet::new());
    used.expect_use_up().returning(move |nonce| Ok(known.insert(nonce.nonce.clone())));
    let links = FileLinks { secret: Secret::new("secret"), signatures: Arc::new(signatures), clock: clock() };
    LiveAdmission {
        sessions: Arc::new(sessions),
        devices: Arc::new(devices),
        users: Arc::new(users),
        settings: Arc::new(settings),
        links: Arc::new(links),
        secrets: Arc::new(secrets),
        clock: clock(),
        used: Arc::new(used),
    }
}

fn session_pass() -> LivePass {
    let proof = LiveProof::Session { aid: "aid".into(), token: [1; 32], platform: 5 };
    LivePass { user: UserId(7), proof }
}

#[tokio::test]
async fn a_session_holds_as_long_as_it_is_there_and_its_user_may_come_in() {
    let guest = admission(world()).look_again(&session_pass()).await.unwrap();
    assert_eq!((guest.viewer.user.id, guest.ends_at), (UserId(7), Some(NOW.plus(9))));
    let refused = async |change: fn(&mut World)| {
        let mut world = world();
        change(&mut world);
        admission(world).look_again(&session_pass()).await.unwrap_err()
    };
    assert!(matches!(refused(|world| world.session = None).await, PassRefusal::Session(_)));
    assert!(matches!(
        refused(|world| world.user.deleted_at = Some(NOW)).await,
        PassRefusal::Session(SessionRefusal::UserDeleted)
    ));
    assert!(matches!(
        refused(|world| world.user.is_enabled = false).await,
        PassRefusal::Session(SessionRefusal::UserDisabled)
    ));
    assert!(matches!(
        refused(|world| world.user.restrictions.banned_until = Some(NOW.plus(1))).await,
        PassRefusal::Banned
    ));
    assert!(matches!(
        refused(|world| world.session = world.session.map(|session| Session { platform: 6, ..session }))
            .await,
        PassRefusal::Session(SessionRefusal::OtherPlatform)
    ));
}

#[tokio::test]
async fn a_device_is_let_in_by_its_token_and_not_when_its_user_is_kept_out() {
    let guest = admission(world()).of_device("of the device").await.unwrap();
    assert_eq!(guest.viewer.user.id, UserId(7));
    let unknown = admission(world()).of_device("of another").await.unwrap_err();
    assert!(matches!(unknown, PassRefusal::DeviceUnknown));
    let mut banned = world();
    banned.user.restrictions.banned_until = Some(NOW.plus(1));
    assert!(matches!(admission(banned).of_device("of the device").await.unwrap_err(), PassRefusal::Banned));
    let ended = World { device: Some(UserId(8)), ..world() };
    let pass = LivePass { user: UserId(7), proof: LiveProof::Device { token: hash_token("of the device") } };
    assert!(matches!(admission(ended).look_again(&pass).await.unwrap_err(), PassRefusal::DeviceUnknown));
}

#[tokio::test]
async fn a_ticket_works_for_a_minute() {
    let endless = || {
        let session = world().session.map(|session| Session { expired_at: None, ..session });
        World { session, ..world() }
    };
    let ticket = admission(endless()).ticket(&session_pass());
    let late = admission_at(endless(), NOW.plus(60_001)).redeem(&ticket).await;
    assert!(matches!(late.unwrap_err(), PassRefusal::Ticket));
    assert!(admission_at(endless(), NOW.plus(59_000)).redeem(&ticket).await.is_ok());
}

#[tokio::test]
async fn a_ticket_works_once_and_only_as_it_was_given() {
    let admission = admission(world());
    let (one, other) = (admission.ticket(&session_pass()), admission.ticket(&session_pass()));
    assert_ne!(one, other);
    assert_eq!(admission.redeem(&one).await.unwrap().pass, session_pass());
    assert!(matches!(admission.redeem(&one).await.unwrap_err(), PassRefusal::Ticket), "used");
    assert!(admission.redeem(&other).await.is_ok());
    let third = admission.ticket(&session_pass());
    for broken in
        ["", ".", "x", &third[..third.len() - 1], &format!("{third}0"), &third.replace(".7.", ".77.")]
    {
        assert!(matches!(admission.redeem(broken).await.unwrap_err(), PassRefusal::Ticket), "{broken}");
    }
    assert!(admission.redeem(&third).await.is_ok());
}
