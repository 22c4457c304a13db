//! App keys, sessions and nonces.

use sixin_application::access::authenticate_user::hash_token;
use sixin_application::access::ports::{AppKeys, FoundSession, Sessions};
use sixin_application::operations::ports::{
    AppKeyAdmin, ChangeError, ListedSession, NewAppKey, NewSession, SessionAdmin, UserAdmin,
};
use sixin_domain::access::app_key::{AppKey, Dialect, Secret};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    a_key_is_found_by_its_exact_id,
    a_rotated_key_keeps_its_former_secret_until_a_time,
    a_key_is_switched_off_and_on,
    a_key_has_a_rate_of_its_own_or_that_of_the_site,
    sessions_are_listed_with_their_users_and_a_new_password_ends_them,
    a_session_is_found_by_account_and_token,
    a_new_session_replaces_the_one_of_the_same_platform,
    sessions_are_revoked_and_end_with_their_user,
    sessions_that_are_made_at_once_leave_one,
    the_session_of_an_account_and_that_of_its_user_end_apart,
);

fn key(app_id: &str) -> NewAppKey {
    NewAppKey {
        app_id: app_id.to_owned(),
        secret: Secret::new("first"),
        dialect: Dialect::Fresns,
        platform: 5,
        is_strict: true,
        name: "a note".into(),
        sends_per_minute: None,
    }
}

fn find(db: &TestDatabase, app_id: &str) -> Option<AppKey> {
    db.wait(AppKeys::find(&db.database, app_id)).unwrap()
}

fn a_key_is_found_by_its_exact_id(db: &TestDatabase) {
    db.wait(AppKeyAdmin::add(&db.database, &key("Key"))).unwrap();
    let found = find(db, "Key").unwrap();
    assert_eq!((found.dialect, found.platform, found.kind), (Dialect::Fresns, 5, 1));
    assert!(found.is_strict && found.is_enabled && found.former.is_none());
    for other in ["key", "KEY", "Key ", " Key", "Ke", ""] {
        assert_eq!(find(db, other), None, "{other:?}");
    }
    let again = db.wait(AppKeyAdmin::add(&db.database, &key("Key")));
    assert!(matches!(again, Err(ChangeError::Taken)));
    assert!(db.wait(AppKeyAdmin::add(&db.database, &key("key"))).is_ok());
    assert_eq!(db.wait(AppKeyAdmin::list(&db.database)).unwrap().len(), 2);
}

fn a_rotated_key_keeps_its_former_secret_until_a_time(db: &TestDatabase) {
    db.wait(AppKeyAdmin::add(&db.database, &key("Key"))).unwrap();
    let rotate = |id: &str| db.wait(db.database.rotate(id, &Secret::new("second"), NOW)).unwrap();
    assert!(rotate("Key"));
    assert!(!rotate("Other"));
    let found = find(db, "Key").unwrap();
    assert_eq!(found.secret.reveal(), "second");
    assert_eq!(
        found.former.map(|(secret, until)| (secret.reveal().to_owned(), until)),
        Some(("first".into(), NOW))
    );
}

fn a_key_is_switched_off_and_on(db: &TestDatabase) {
    db.wait(AppKeyAdmin::add(&db.database, &key("Key"))).unwrap();
    for is_enabled in [false, false, true] {
        assert!(db.wait(AppKeyAdmin::set_enabled(&db.database, "Key", is_enabled)).unwrap());
        assert_eq!(find(db, "Key").unwrap().is_enabled, is_enabled);
    }
    assert!(!db.wait(AppKeyAdmin::set_enabled(&db.database, "Other", true)).unwrap());
}

fn a_key_has_a_rate_of_its_own_or_that_of_the_site(db: &TestDatabase) {
    db.wait(AppKeyAdmin::add(&db.database, &key("Key"))).unwrap();
    let own = NewAppKey { sends_per_minute: Some(0), ..key("Own") };
    db.wait(AppKeyAdmin::add(&db.database, &own)).unwrap();
    assert_eq!(
        (find(db, "Key").unwrap().own_rate(), find(db, "Own").unwrap().sends_per_minute),
        (None, Some(0))
    );
    for rate in [Some(1_000_000), Some(1_000_000), None, Some(7)] {
        assert!(db.wait(AppKeyAdmin::set_rate(&db.database, "Key", rate)).unwrap());
        assert_eq!(find(db, "Key").unwrap().sends_per_minute, rate);
    }
    assert_eq!(find(db, "Own").unwrap().sends_per_minute, Some(0));
    assert!(!db.wait(AppKeyAdmin::set_rate(&db.database, "key", Some(1))).unwrap());
}

fn sessions_are_listed_with_their_users_and_a_new_password_ends_them(db: &TestDatabase) {
    for name in ["ann", "bob"] {
        db.user(name);
    }
    let mut accounts = Vec::new();
    for (name, platform, token) in [("ann", 5, "a"), ("ann", 6, "b"), ("bob", 5, "c")] {
        let (session, _) = session(db, name, platform, token);
        accounts.push(session.account);
    }
    let account_alone = NewSession { user: None, platform: 2, ..session(db, "ann", 5, "a").0 };
    let of_account = NewSession { token: hash_token("d"), ..account_alone };
    db.wait(SessionAdmin::add(&db.database, &of_account)).unwrap();
    let list = |account, after, limit| {
        let rows = db.wait(SessionAdmin::list(&db.database, account, after, limit)).unwrap();
        let name = |row: &ListedSession| row.user.as_ref().map(|(_, name)| name.to_string());
        rows.iter().map(|row| (name(row), row.platform)).collect::<Vec<_>>()
    };
    let (ann, bob) = (Some("ann".to_owned()), Some("bob".to_owned()));
    assert_eq!(list(Some(accounts[0]), 0, 9), [(ann.clone(), 6), (ann, 5), (None, 2)]);
    assert_eq!(list(None, 0, 9).len(), 4);
    assert_eq!(list(None, 0, 2).len(), 2);
    let set = db.wait(UserAdmin::set_password(&db.database, accounts[0], &Secret::new("hash"), NOW));
    assert_eq!(set.unwrap(), 3);
    assert_eq!(list(None, 0, 9), [(bob, 5)]);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM accounts WHERE password = 'hash'"), 1);
}

fn session(db: &TestDatabase, name: &str, platform: i64, token: &str) -> (NewSession, String) {
    let user = db.wait(sixin_application::users::ports::Users::find(
        &db.database,
        &sixin_domain::user::username::UserRef::parse(name).unwrap(),
    ));
    let user = user.unwrap().unwrap();
    let session = NewSession {
        account: user.account,
        user: Some(user.id),
        platform,
        token: hash_token(token),
        expired_at: Some(NOW),
        created_at: NOW,
    };
    db.wait(SessionAdmin::add(&db.database, &session)).unwrap();
    let aid = db.lines(&format!("SELECT aid AS line FROM accounts WHERE id = {}", user.account)).remove(0);
    (session, aid)
}

fn found(db: &TestDatabase, aid: &str, token: &str) -> FoundSession {
    db.wait(Sessions::find(&db.database, aid, &hash_token(token))).unwrap()
}

fn a_session_is_found_by_account_and_token(db: &TestDatabase) {
    db.user("ann");
    let (made, aid) = session(db, "ann", 5, "token");
    let there = found(db, &aid, "token");
    assert_eq!(there.account, Some(made.account));
    assert_eq!(
        there.session.map(|session| (session.user, session.platform, session.expired_at)),
        Some((made.user, 5, Some(NOW)))
    );
    assert_eq!(found(db, &aid, "Token"), FoundSession { session: None, ..there });
    assert_eq!(found(db, &aid.to_uppercase(), "token"), FoundSession::default());
    db.execute("UPDATE accounts SET is_enable = 0");
    assert_eq!(found(db, &aid, "token"), FoundSession::default());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM session_tokens WHERE token_hash = 'token'"), 0);
}

fn a_new_session_replaces_the_one_of_the_same_platform(db: &TestDatabase) {
    db.user("ann");
    let (_, aid) = session(db, "ann", 5, "one");
    session(db, "ann", 6, "two");
    session(db, "ann", 5, "three");
    let is_there = |token| found(db, &aid, token).session.is_some();
    assert_eq!([is_there("one"), is_there("two"), is_there("three")], [false, true, true]);
}

fn sessions_are_revoked_and_end_with_their_user(db: &TestDatabase) {
    let ann = db.user("ann");
    let (_, aid) = session(db, "ann", 5, "one");
    session(db, "ann", 6, "two");
    assert_eq!(db.wait(db.database.revoke(ann.id, Some(5))).unwrap(), 1);
    assert!(found(db, &aid, "one").session.is_none() && found(db, &aid, "two").session.is_some());
    session(db, "ann", 5, "three");
    assert_eq!(db.wait(db.database.revoke(ann.id, None)).unwrap(), 2);
    session(db, "ann", 5, "four");
    db.wait(UserAdmin::delete(&db.database, ann.id, NOW)).unwrap();
    assert!(found(db, &aid, "four").session.is_none());
}

fn sessions_that_are_made_at_once_leave_one(db: &TestDatabase) {
    let ann = db.user("ann");
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let (db, account) = (db.another(), ann.account);
            scope.spawn(move || {
                for round in 0..5 {
                    let user = None;
                    let token = hash_token(&format!("{thread} {round}"));
                    let session =
                        NewSession { account, user, platform: 5, token, expired_at: None, created_at: NOW };
                    db.wait(SessionAdmin::add(&db.database, &session)).unwrap();
                }
            });
        }
    });
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM session_tokens"), 1);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM accounts WHERE last_login_at > 0"), 1);
}

fn the_session_of_an_account_and_that_of_its_user_end_apart(db: &TestDatabase) {
    let ann = db.user("ann");
    let (of_user, aid) = session(db, "ann", 5, "user");
    session(db, "ann", 6, "elsewhere");
    let open = || {
        let of_account = NewSession { user: None, token: hash_token("account"), ..of_user.clone() };
        db.wait(SessionAdmin::add(&db.database, &of_account)).unwrap();
    };
    let there = || ["account", "user", "elsewhere"].map(|token| found(db, &aid, token).session.is_some());
    open();
    assert_eq!(there(), [true, true, true]);
    db.wait(db.database.end(ann.account, None, 5)).unwrap();
    assert_eq!(there(), [false, true, true]);
    open();
    db.wait(db.database.end(ann.account, Some(ann.id), 5)).unwrap();
    assert_eq!(there(), [false, false, true]);
}
