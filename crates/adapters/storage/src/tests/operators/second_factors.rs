//! What operators prove beside their passwords.

use sixin_application::operators::ports::{Operators, SecondFactors};
use sixin_domain::id::OperatorId;
use sixin_domain::operator::second_factor::FactorSecret;

use super::signed_in::{add, name};
use crate::tests::harness::TestDatabase;
use crate::tests::on_every_database;

on_every_database!(
    a_second_factor_is_of_one_operator_until_it_is_taken_away,
    a_code_is_used_once_whoever_is_first,
    a_second_factor_that_cannot_be_read_is_not_none,
);

fn secret() -> FactorSecret {
    FactorSecret::new(*b"12345678901234567890")
}

fn of(db: &TestDatabase, operator: OperatorId) -> Option<FactorSecret> {
    db.wait(SecondFactors::of(&db.database, operator)).unwrap()
}

fn set(db: &TestDatabase, operator: OperatorId, factor: Option<(FactorSecret, i64)>) {
    db.wait(SecondFactors::set(&db.database, operator, factor)).unwrap();
}

fn take(db: &TestDatabase, operator: OperatorId, step: i64) -> bool {
    db.wait(db.database.take_step(operator, step)).unwrap()
}

fn a_second_factor_is_of_one_operator_until_it_is_taken_away(db: &TestDatabase) {
    let (ann, bob) = (add(db, "ann").unwrap(), add(db, "bob").unwrap());
    assert_eq!((of(db, ann), of(db, OperatorId(99))), (None, None));
    set(db, ann, Some((secret(), 5)));
    assert_eq!((of(db, ann), of(db, bob)), (Some(secret()), None));
    let has = |called| {
        let found = db.wait(Operators::find(&db.database, &name(called))).unwrap().unwrap();
        found.0.has_second_factor
    };
    assert!(has("ann") && !has("bob"));
    set(db, ann, None);
    assert!(of(db, ann).is_none() && !has("ann"));
}

fn a_code_is_used_once_whoever_is_first(db: &TestDatabase) {
    let ann = add(db, "ann").unwrap();
    set(db, ann, Some((secret(), 5)));
    assert!(!take(db, ann, 4) && !take(db, ann, 5), "that is what it was confirmed with");
    assert!(take(db, ann, 7));
    assert!(!take(db, ann, 7) && !take(db, ann, 6));
    let won = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| take(db, ann, 8))).collect();
        tries.into_iter().map(|one| one.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
}

fn a_second_factor_that_cannot_be_read_is_not_none(db: &TestDatabase) {
    let ann = add(db, "ann").unwrap();
    db.execute("UPDATE operators SET totp_secret = 'broken'");
    assert!(db.wait(SecondFactors::of(&db.database, ann)).is_err());
}
