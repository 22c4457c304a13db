//! Accounts, their passwords, and failures to sign in.

use sixin_application::access::ports::{Account, Accounts, Contact, LoginFailures, PasswordOwner};
use sixin_application::operations::ports::{NewUser, SignIn, UserAdmin};
use sixin_domain::access::app_key::Secret;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::username::{Uid, Username};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    an_account_is_found_by_address_and_number_whatever_became_of_it,
    a_password_is_replaced_only_if_it_is_still_the_former,
    users_of_an_account_are_told_without_those_who_left,
    failures_count_by_key_and_time_and_are_forgotten_by_key,
);

fn email() -> Contact {
    Contact::Email(Email::parse("ann@example.org").unwrap())
}

fn add(db: &TestDatabase, name: &str, uid: i64) {
    let user = NewUser {
        username: Username::new(name).unwrap(),
        uid: Uid(uid),
        nickname: name.into(),
        aid: "ann1".into(),
        sign_in: SignIn {
            email: Email::parse("ann@example.org"),
            phone: Phone::parse("+4915112345678"),
            password: Some(Secret::new("hash")),
        },
        created_at: NOW,
    };
    db.wait(UserAdmin::add(&db.database, &user)).unwrap();
}

fn found(db: &TestDatabase, contact: &Contact) -> Option<Account> {
    db.wait(Accounts::find(&db.database, contact)).unwrap()
}

fn an_account_is_found_by_address_and_number_whatever_became_of_it(db: &TestDatabase) {
    add(db, "ann", 7);
    let account = found(db, &email()).unwrap();
    assert_eq!((account.aid.as_str(), account.is_enabled, account.deleted_at), ("ann1", true, None));
    assert_eq!(account.email.as_ref().map(Email::as_str), Some("ann@example.org"));
    let by_phone = found(db, &Contact::Phone(Phone::parse("+4915112345678").unwrap()));
    assert_eq!(by_phone.as_ref(), Some(&account));
    assert_eq!(db.wait(db.database.numbered(account.id)).unwrap(), Some(account));
    assert_eq!(found(db, &Contact::Email(Email::parse("bob@example.org").unwrap())), None);
    db.execute("UPDATE accounts SET is_enable = 0, deleted_at = 5");
    let gone = found(db, &email()).unwrap();
    assert!(!gone.is_enabled && gone.deleted_at.is_some());
}

fn a_password_is_replaced_only_if_it_is_still_the_former(db: &TestDatabase) {
    add(db, "ann", 7);
    let account = found(db, &email()).unwrap().id;
    let user = db.wait(db.database.users_of(account, 9)).unwrap()[0];
    assert_eq!(db.wait(db.database.password_of(user)).unwrap(), None);
    db.execute("UPDATE users SET password = 'hash'");
    for owner in [PasswordOwner::Account(account), PasswordOwner::User(user)] {
        for (former, hash) in [("hash", "new"), ("hash", "newer")] {
            let (former, hash) = (Secret::new(former), Secret::new(hash));
            db.wait(db.database.replace_password(owner, &former, &hash, NOW)).unwrap();
        }
    }
    assert_eq!(found(db, &email()).unwrap().password, Some(Secret::new("new")));
    assert_eq!(db.wait(db.database.password_of(user)).unwrap(), Some(Secret::new("new")));
}

fn users_of_an_account_are_told_without_those_who_left(db: &TestDatabase) {
    add(db, "ann", 7);
    add(db, "ann2", 8);
    add(db, "ann3", 9);
    db.execute("UPDATE users SET deleted_at = 1 WHERE uid = 8");
    let account = found(db, &email()).unwrap().id;
    let count = |most| db.wait(db.database.users_of(account, most)).unwrap().len();
    assert_eq!((count(9), count(1)), (2, 1));
}

fn failures_count_by_key_and_time_and_are_forgotten_by_key(db: &TestDatabase) {
    let (one, two) = ([1; 32], [2; 32]);
    for ms in 0..3 {
        db.wait(LoginFailures::add(&db.database, &[one, two], NOW.plus(ms))).unwrap();
    }
    let count = |key, after| db.wait(db.database.count(&[(key, NOW.plus(after))])).unwrap();
    assert_eq!(
        (count(one, -1), count(one, 0), count(two, 2), count([3; 32], -1)),
        (vec![3], vec![2], vec![0], vec![0])
    );
    db.wait(LoginFailures::add(&db.database, &[one], NOW)).unwrap();
    db.wait(db.database.withdraw(&[one, [3; 32]], NOW)).unwrap();
    assert_eq!((count(one, -1), count(two, -1)), (vec![3], vec![3]), "one of two at the same time");
    db.wait(db.database.clear(&one)).unwrap();
    assert_eq!((count(one, -1), count(two, -1)), (vec![0], vec![3]));
}
