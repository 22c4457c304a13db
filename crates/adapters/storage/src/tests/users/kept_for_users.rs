//! What back ends keep for their users: how they are shown, tokens, restrictions, preferences, pins.

use std::sync::Arc;

use sixin_application::conversations::ports::{
    ConversationPins, ConversationViews, ListQuery, ListStart, Order, Pin,
};
use sixin_application::operations::ports::{NewSession, SessionAdmin, UserAdmin};
use sixin_application::users::ports::{
    BackEndUsers, DeviceTokens, HostedProfiles, KeptProfile, NewDeviceToken, PushPreferences, Remarks,
    Restriction, ShownAs, UserRestrictions, Users,
};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::user::User;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    a_name_that_can_not_be_read_is_an_error_and_not_left_out,
    a_user_is_shown_anew_in_what_is_given,
    users_are_paged_by_when_they_were_made_without_those_who_left,
    of_too_many_tokens_the_oldest_end_and_those_before_a_time_do,
    restrictions_are_part_of_a_user_and_are_lifted_one_by_one,
    a_deactivated_user_is_as_if_disabled_and_the_operators_own_switch_stays,
    users_are_deleted_together_with_their_sessions,
    restricted_users_are_listed_without_those_who_left,
    a_profile_is_kept_changed_and_forgotten,
    a_silent_time_is_set_changed_and_removed,
    a_level_is_that_of_one_conversation_or_of_all,
    remarks_are_set_and_removed_up_to_a_limit,
    a_pin_counts_before_the_first_message_and_after,
);

fn found(db: &TestDatabase, id: UserId) -> Arc<User> {
    db.wait(db.database.find_numbered(&[id])).unwrap().remove(0)
}

fn a_user_is_shown_anew_in_what_is_given(db: &TestDatabase) {
    let ann = db.user("ann").id;
    let show = |nickname: Option<&str>, portrait: Option<&str>| {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let shown = ShownAs { nickname: text(nickname), portrait: text(portrait) };
        db.wait(db.database.show(ann, shown, NOW)).unwrap();
        let profile = found(db, ann).profile.clone();
        (profile.nickname, profile.avatar_file_url)
    };
    let long = format!("http://{}", "p".repeat(1017));
    assert_eq!(show(None, Some(&long)), ("ann".into(), Some(long.clone())));
    let name = "名".repeat(64);
    assert_eq!(show(Some(&name), None), (name.clone(), Some(long.clone())));
    assert_eq!(show(None, None), (name, Some(long)));
}

fn users_are_paged_by_when_they_were_made_without_those_who_left(db: &TestDatabase) {
    let [_, bob, ..] = ["ann", "bob", "cid", "dan"].map(|name| db.user(name).id);
    db.wait(UserAdmin::delete(&db.database, bob, NOW)).unwrap();
    let page = |order, offset, limit| {
        let page = db.wait(BackEndUsers::page(&db.database, order, offset, limit)).unwrap();
        let names: Vec<String> = page.users.iter().map(|user| user.username.to_string()).collect();
        (names.join(" "), page.total)
    };
    assert_eq!(page(Order::Oldest, 0, 2), ("ann cid".into(), 3));
    assert_eq!(page(Order::Oldest, 2, 2), ("dan".into(), 3));
    assert_eq!(page(Order::Newest, 0, 2), ("dan cid".into(), 3));
    assert_eq!(page(Order::Newest, i64::MAX, 2), (String::new(), 3));
}

fn of_too_many_tokens_the_oldest_end_and_those_before_a_time_do(db: &TestDatabase) {
    let [ann, bob] = ["ann", "bob"].map(|name| db.user(name).id);
    let add = |user, number: u8, at: i64| {
        let token = NewDeviceToken { user, hash: [number; 32], created_at: NOW.plus(at) };
        db.wait(DeviceTokens::add(&db.database, &token, 3)).unwrap();
    };
    let left = |user: UserId| {
        let text = format!("SELECT COUNT(*) AS number FROM device_tokens WHERE user_id = {user}");
        db.number(&text)
    };
    for number in 1..=5 {
        add(ann, number, i64::from(number));
        add(bob, 100 + number, 0);
    }
    assert_eq!((left(ann), left(bob)), (3, 3));
    let oldest = format!("SELECT MIN(created_at) AS number FROM device_tokens WHERE user_id = {ann}");
    assert_eq!(db.number(&oldest), NOW.plus(3).0);
    let newest = db.number("SELECT COUNT(*) AS number FROM device_tokens WHERE token_hash = X'6969696969696969696969696969696969696969696969696969696969696969'");
    assert_eq!(newest, 1, "the token that was just made is among those that are left");
    db.wait(db.database.expire(&[ann], NOW.plus(5))).unwrap();
    assert_eq!((left(ann), left(bob)), (1, 3));
    db.wait(db.database.expire(&[ann, bob], NOW.plus(6))).unwrap();
    assert_eq!((left(ann), left(bob)), (0, 0));
}

fn restrict(db: &TestDatabase, users: &[UserId], restriction: Restriction, at: i64) {
    db.wait(db.database.restrict(users, restriction, NOW.plus(at))).unwrap();
}

fn restrictions_are_part_of_a_user_and_are_lifted_one_by_one(db: &TestDatabase) {
    let users: Vec<UserId> = (0..70).map(|number| db.user(&format!("u{number}")).id).collect();
    let state = |id| {
        let user = found(db, id);
        (user.restrictions.banned_until.map(|end| end.since(NOW)), user.restrictions.is_muted)
    };
    let (first, last) = (users[0], users[69]);
    restrict(db, &users, Restriction::Muted(true), 0);
    restrict(db, &[first, last, first], Restriction::BannedUntil(Some(NOW.plus(60))), 1);
    assert_eq!(
        (state(first), state(last), state(users[5])),
        ((Some(60), true), (Some(60), true), (None, true))
    );
    restrict(db, &[first], Restriction::BannedUntil(Some(NOW.plus(30))), 2);
    restrict(db, &[last], Restriction::BannedUntil(None), 2);
    restrict(db, &[first], Restriction::Muted(false), 2);
    assert_eq!((state(first), state(last)), ((Some(30), false), (None, true)));
    let stranger = db.user("stranger").id;
    restrict(db, &[stranger], Restriction::Muted(false), 3);
    assert_eq!(state(stranger), (None, false));
}

fn a_deactivated_user_is_as_if_disabled_and_the_operators_own_switch_stays(db: &TestDatabase) {
    let [ann, bob] = ["ann", "bob"].map(|name| db.user(name).id);
    db.wait(db.database.set_enabled(bob, false)).unwrap();
    let enabled = || (found(db, ann).is_enabled, found(db, bob).is_enabled);
    restrict(db, &[ann, bob], Restriction::Deactivated(true), 0);
    assert_eq!(enabled(), (false, false));
    restrict(db, &[ann, bob], Restriction::Deactivated(false), 1);
    assert_eq!(enabled(), (true, false));
}

fn users_are_deleted_together_with_their_sessions(db: &TestDatabase) {
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| db.user(name));
    for user in [&ann, &cid] {
        let (account, token) = (user.account, [u8::try_from(user.id.0).unwrap(); 32]);
        let (user, platform, expired_at) = (Some(user.id), 5, None);
        let session = NewSession { account, user, platform, token, created_at: NOW, expired_at };
        db.wait(SessionAdmin::add(&db.database, &session)).unwrap();
    }
    for _ in 0..2 {
        db.wait(UserRestrictions::delete(&db.database, &[bob.id, ann.id, bob.id], NOW)).unwrap();
        let is_gone = |user: &Arc<User>| found(db, user.id).deleted_at == Some(NOW);
        assert!(is_gone(&ann) && is_gone(&bob) && !is_gone(&cid));
        assert_eq!(db.number("SELECT COUNT(*) AS number FROM session_tokens"), 1);
    }
}

fn restricted_users_are_listed_without_those_who_left(db: &TestDatabase) {
    let [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(|name| db.user(name).id);
    for (user, at) in [(bob, 1), (ann, 2), (cid, 3), (bob, 4), (dan, 5)] {
        restrict(db, &[user], Restriction::Muted(true), at);
        restrict(db, &[user], Restriction::Deactivated(true), -at);
        restrict(db, &[user], Restriction::BannedUntil(Some(NOW.plus(at))), 0);
    }
    db.wait(UserAdmin::delete(&db.database, dan, NOW)).unwrap();
    let names = |page: sixin_application::users::ports::NamePage| {
        let names: Vec<String> = page.names.iter().map(ToString::to_string).collect();
        (names.join(" "), page.total)
    };
    let muted = |offset, limit| names(db.wait(db.database.muted(offset, limit)).unwrap());
    assert_eq!(muted(0, 9), ("cid ann bob".into(), 3), "who is muted again stays where it was");
    assert_eq!(muted(1, 1), ("ann".into(), 3));
    let deactivated = |offset, limit| names(db.wait(db.database.deactivated(offset, limit)).unwrap());
    assert_eq!(deactivated(0, 9), ("bob ann cid".into(), 3));
    assert_eq!(deactivated(2, 1), ("cid".into(), 3));
    let banned = |at, offset, limit| {
        let banned = db.wait(db.database.banned(NOW.plus(at), offset, limit)).unwrap();
        let until = |user: &sixin_application::users::ports::BannedUser| {
            (user.username.to_string(), user.until.since(NOW))
        };
        banned.iter().map(until).collect::<Vec<_>>()
    };
    assert_eq!(banned(2, 0, 9), [("bob".to_owned(), 4), ("cid".to_owned(), 3)]);
    assert_eq!(banned(2, 0, 1).len(), 1);
    assert_eq!(banned(2, 1, 9), [("cid".to_owned(), 3)]);
    assert_eq!(banned(4, 0, 9), []);
}

fn a_profile_is_kept_changed_and_forgotten(db: &TestDatabase) {
    let [ann, bob] = ["ann", "bob"].map(|name| db.user(name).id);
    let kept = || db.wait(HostedProfiles::of(&db.database, &[ann, bob])).unwrap();
    assert!(kept().is_empty());
    let shown = ShownAs { nickname: Some("Ann".into()), portrait: None };
    let pairs = |count| (0..count).map(|number| (format!("ext_{number}"), "语".repeat(256))).collect();
    let change = HostedProfile {
        email: Some("a@b".into()),
        gender: Some(2),
        location: Some("Oslo".into()),
        level: Some(100),
        extensions: pairs(20),
        ..HostedProfile::default()
    };
    db.wait(HostedProfiles::set(&db.database, ann, shown, change.clone(), NOW)).unwrap().unwrap();
    let stored = HostedProfile { gender: None, location: None, ..change };
    assert_eq!(kept(), [(ann, KeptProfile { profile: stored.clone(), changed_at: NOW })].into());
    let user = found(db, ann);
    assert_eq!((user.profile.nickname.as_str(), user.profile.gender), ("Ann", 3));
    assert_eq!(user.profile.location.as_deref(), Some("Oslo"));
    let later = NOW.plus(5);
    let more = HostedProfile { extensions: pairs(21), gender: Some(1), ..HostedProfile::default() };
    let refused = db.wait(HostedProfiles::set(&db.database, ann, ShownAs::default(), more, later)).unwrap();
    assert_eq!((refused, found(db, ann).profile.gender), (Err(ProfileRule::TooMany), 3));
    let role = HostedProfile { role: Some(7), location: Some(String::new()), ..HostedProfile::default() };
    db.wait(HostedProfiles::set(&db.database, ann, ShownAs::default(), role, later)).unwrap().unwrap();
    let changed = HostedProfile { role: Some(7), ..stored };
    assert_eq!(kept()[&ann], KeptProfile { profile: changed, changed_at: later });
    assert_eq!(found(db, ann).profile.location, None);
    db.wait(HostedProfiles::clean(&db.database, &[ann, bob, ann], later)).unwrap();
    assert!(kept().is_empty());
    assert_eq!((found(db, ann).profile.gender, found(db, ann).profile.nickname.as_str()), (1, "Ann"));
}

fn a_silent_time_is_set_changed_and_removed(db: &TestDatabase) {
    let ann = db.user("ann").id;
    let set = |period| db.wait(db.database.set_period(ann, period, NOW)).unwrap();
    let get = || db.wait(db.database.period(ann)).unwrap();
    assert_eq!(get(), None);
    for period in [
        PushPeriod::new("22:00:00", 480, None).unwrap(),
        PushPeriod::new("23:59:59", 1439, Some(5)).unwrap(),
        PushPeriod::new("00:00:00", 1, Some(1)).unwrap(),
    ] {
        set(Some(period));
        assert_eq!(get(), Some(period));
    }
    set(None);
    set(None);
    assert_eq!(get(), None);
}

fn a_level_is_that_of_one_conversation_or_of_all(db: &TestDatabase) {
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| db.user(name).id);
    let set = |with, number| {
        let level = NotificationLevel::new(number).unwrap();
        db.wait(db.database.set_level(ann, with, level, NOW)).unwrap();
    };
    let get = |with| db.wait(db.database.level(ann, with)).unwrap().number();
    set(Some(bob), 5);
    set(None, 1);
    assert_eq!([get(Some(bob)), get(None), get(Some(cid))], [5, 1, 0]);
    set(Some(bob), -1);
    set(None, 0);
    assert_eq!([get(Some(bob)), get(None)], [-1, 0]);
    let all = |most| db.wait(db.database.levels(ann, most)).unwrap();
    let level = |number| NotificationLevel::new(number).unwrap();
    assert_eq!(all(9), [(None, level(0)), (Some(bob), level(-1))]);
    assert_eq!((all(1).len(), db.wait(db.database.levels(bob, 9)).unwrap().len()), (1, 0));
    assert_eq!(db.wait(db.database.level(bob, Some(ann))).unwrap().number(), 0);
}

fn remarks_are_set_and_removed_up_to_a_limit(db: &TestDatabase) {
    let [ann, bob, cid, dan] = ["ann", "bob", "cid", "dan"].map(|name| db.user(name).id);
    let set = |remarks: &[(UserId, &str)]| {
        let remarks = remarks.iter().map(|(about, text)| (*about, (*text).to_owned())).collect();
        db.wait(Remarks::set(&db.database, ann, remarks, 2, NOW)).unwrap()
    };
    let page = |offset, limit| {
        let page = db.wait(Remarks::page(&db.database, ann, offset, limit)).unwrap();
        let remarks: Vec<String> = page.remarks.iter().map(|(name, text)| format!("{name}={text}")).collect();
        (remarks.join(" "), page.total)
    };
    let long = "备".repeat(256);
    assert!(set(&[(cid, "C"), (bob, "first"), (bob, "B")]));
    assert_eq!(page(0, 9), ("bob=B cid=C".into(), 2));
    assert!(!set(&[(bob, "no"), (dan, "D")]));
    assert!(set(&[(bob, &long)]));
    assert_eq!(page(0, 1), (format!("bob={long}"), 2));
    assert_eq!(page(1, 1), ("cid=C".into(), 2));
    db.wait(Remarks::remove(&db.database, ann, bob)).unwrap();
    db.wait(Remarks::remove(&db.database, ann, bob)).unwrap();
    assert!(set(&[(dan, "D")]));
    assert_eq!(page(0, 9), ("cid=C dan=D".into(), 2));
    assert_eq!(db.wait(Remarks::page(&db.database, bob, 0, 9)).unwrap().total, 0);
}

fn a_pin_counts_before_the_first_message_and_after(db: &TestDatabase) {
    let [ann, bob] = ["ann", "bob"].map(|name| db.user(name).id);
    let pair = Pair::of(ann, bob).unwrap();
    let pin = |owner, is_pinned, id| {
        let pin = Pin { pair, owner, is_pinned, id_if_new: ConversationId(id) };
        db.wait(ConversationPins::set(&db.database, pin, NOW)).unwrap();
    };
    let pinned = |user| {
        let query = ListQuery { user, pinned: Some(true), start: ListStart::Offset(0), limit: 9 };
        db.wait(ConversationViews::list(&db.database, query)).unwrap().len()
    };
    pin(bob, false, 70);
    assert_eq!(db.wait(db.database.of_pair(pair)).unwrap(), None);
    pin(bob, true, 71);
    let others = |user| db.wait(ConversationPins::pinned(&db.database, user, 9)).unwrap();
    assert_eq!((others(ann), others(bob)), (vec![], vec![ann]));
    assert_eq!((pinned(ann), pinned(bob)), (0, 0), "a conversation without a message is in no list");
    let placed = db.store(db.unit(ann.0, &[bob.0], "hi"));
    assert_eq!(placed[0].place.unwrap(), (ConversationId(71), 1));
    assert_eq!((pinned(ann), pinned(bob)), (0, 1));
    pin(bob, true, 72);
    pin(ann, true, 73);
    assert_eq!((pinned(ann), pinned(bob)), (1, 1));
    pin(bob, false, 74);
    pin(bob, false, 75);
    assert_eq!((pinned(ann), pinned(bob)), (1, 0));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversations"), 1);
}

fn a_name_that_can_not_be_read_is_an_error_and_not_left_out(db: &TestDatabase) {
    let (ann, bob) = (db.user("ann").id, db.user("bob").id);
    db.wait(db.database.restrict(&[bob], Restriction::Muted(true), NOW)).unwrap();
    db.wait(Remarks::set(&db.database, ann, vec![(bob, "Bo".into())], 9, NOW)).unwrap();
    assert_eq!(db.wait(db.database.muted(0, 9)).unwrap().names.len(), 1);
    db.execute("UPDATE users SET username = 'a,b' WHERE username = 'bob'");
    assert!(db.wait(db.database.muted(0, 9)).is_err());
    assert!(db.wait(Remarks::page(&db.database, ann, 0, 9)).is_err());
}
