use sixin_domain::id::UserId;

use super::*;
use crate::operations::ports::{ChangeError, MockUserAdmin, TakenName};
use crate::ports::{MockClock, MockSecretSource};
use crate::testing::{name, new_user};
use crate::users::ports::{MockBackEndUsers, MockDeviceTokens, MockUsers};

const NOW: Millis = Millis(1000);

#[derive(Default)]
struct Parts {
    users: MockUsers,
    admin: MockUserAdmin,
    kept: MockBackEndUsers,
    tokens: MockDeviceTokens,
}

impl Parts {
    /// Users that are found, one answer a question.
    fn finding(mut self, answers: &[Option<User>]) -> Self {
        let mut answers = Vec::from(answers).into_iter();
        self.users
            .expect_find_named()
            .returning(move |_| Ok(answers.next().unwrap().map(Arc::new).into_iter().collect()));
        self
    }

    fn keeping(self) -> UserKeeping {
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "t".repeat(length));
        secrets.expect_number().return_const(12_345_678_i64);
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        UserKeeping {
            users: Arc::new(self.users),
            admin: Arc::new(self.admin),
            kept: Arc::new(self.kept),
            tokens: Arc::new(self.tokens),
            secrets: Arc::new(secrets),
            clock: Arc::new(clock),
        }
    }
}

fn shown(nickname: &str) -> ShownAs {
    ShownAs { nickname: Some(nickname.into()), portrait: None }
}

fn one_token() -> MockDeviceTokens {
    let mut tokens = MockDeviceTokens::new();
    let is_hash = |new: &NewDeviceToken| new.user == UserId(1) && new.hash == hash_token(&"t".repeat(43));
    tokens.expect_add().once().withf(move |new, most| is_hash(new) && *most == 100).returning(|_, _| Ok(()));
    tokens
}

fn named(nickname: &str) -> User {
    let mut ann = new_user(1, "ann");
    ann.profile.nickname = nickname.into();
    ann
}

#[tokio::test]
async fn who_does_not_exist_is_made_and_gets_a_token_of_which_the_hash_is_stored() {
    let mut parts = Parts { tokens: one_token(), ..Parts::default() }.finding(&[None, Some(named("Ann"))]);
    let is_new =
        |new: &crate::operations::ports::NewUser| new.username == name("ann") && new.nickname == "Ann";
    parts.admin.expect_add().once().withf(is_new).returning(|_| Ok(()));
    let token = parts.keeping().token(&name("ann"), shown("Ann")).await.unwrap();
    assert_eq!(token.reveal(), "t".repeat(43));
}

#[tokio::test]
async fn who_exists_is_shown_anew_only_if_that_differs() {
    let same = Parts { tokens: one_token(), ..Parts::default() }.finding(&[Some(named("Ann"))]);
    same.keeping().token(&name("ann"), shown("Ann")).await.unwrap();
    let mut other = Parts { tokens: one_token(), ..Parts::default() }.finding(&[Some(named("Ann"))]);
    let is_shown =
        |id: &UserId, as_: &ShownAs, at: &Millis| (*id, as_, *at) == (UserId(1), &shown("Anna"), NOW);
    other.kept.expect_show().once().withf(is_shown).returning(|_, _, _| Ok(()));
    other.keeping().token(&name("ann"), shown("Anna")).await.unwrap();
}

#[tokio::test]
async fn of_two_that_make_a_user_at_once_both_get_a_token_of_the_one() {
    let mut parts = Parts { tokens: one_token(), ..Parts::default() }.finding(&[None, Some(named("Ann"))]);
    parts.admin.expect_add().returning(|_| Err(ChangeError::Taken));
    parts.admin.expect_taken().returning(|_| Ok(vec![TakenName::Uid]));
    assert!(parts.keeping().token(&name("ann"), shown("Ann")).await.is_ok());
}

#[tokio::test]
async fn a_number_that_is_the_uid_of_another_makes_no_user() {
    let mut parts = Parts::default().finding(&[None, None]);
    parts.admin.expect_add().once().returning(|_| Err(ChangeError::Taken));
    parts.admin.expect_taken().returning(|_| Ok(vec![TakenName::Username, TakenName::Uid]));
    let refused = parts.keeping().token(&name("90417"), shown("Ann")).await;
    assert!(matches!(refused, Err(UsersError::NumberTaken(_))));
}

#[tokio::test]
async fn who_has_left_or_is_disabled_gets_no_token() {
    let gone = User { deleted_at: Some(NOW), ..named("Ann") };
    let disabled = User { is_enabled: false, ..named("Ann") };
    for user in [gone, disabled] {
        let refused =
            Parts::default().finding(&[Some(user)]).keeping().token(&name("ann"), shown("Ann")).await;
        assert!(matches!(refused, Err(UsersError::Left(_))));
    }
}

#[tokio::test]
async fn what_is_not_given_stays_and_who_is_not_there_is_refused() {
    let nothing = ShownAs::default();
    Parts::default()
        .finding(&[Some(named("Ann"))])
        .keeping()
        .refresh(&name("ann"), nothing.clone())
        .await
        .unwrap();
    let refused = Parts::default().finding(&[None]).keeping().refresh(&name("ann"), nothing).await;
    assert!(matches!(refused, Err(UsersError::Unknown(_))));
}

#[tokio::test]
async fn tokens_end_for_all_users_or_none() {
    let mut parts = Parts::default().finding(&[Some(named("Ann")), Some(named("Ann"))]);
    let is_meant = |ids: &[UserId], before: &Millis| (ids, *before) == (&[UserId(1)][..], Millis(7));
    parts.tokens.expect_expire().once().withf(is_meant).returning(|_, _| Ok(()));
    let keeping = parts.keeping();
    keeping.expire_tokens(&[name("ann")], Millis(7)).await.unwrap();
    let refused = keeping.expire_tokens(&[name("ann"), name("bob")], Millis(7)).await;
    assert!(matches!(refused, Err(UsersError::Unknown(who)) if who.as_str() == "bob"));
}

#[tokio::test]
async fn a_deleted_user_is_not_looked_at() {
    let gone = User { deleted_at: Some(NOW), ..named("Ann") };
    let keeping = Parts::default().finding(&[Some(gone), Some(named("Ann"))]).keeping();
    assert!(matches!(keeping.find(&name("ann")).await, Err(UsersError::Unknown(_))));
    assert!(keeping.find(&name("ann")).await.is_ok());
}
