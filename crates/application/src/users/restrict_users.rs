//! A back end keeps users from things: it bans them for a time, mutes them, or deactivates them until they are
//! reactivated (docs/wire/rongcloud.md#users).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::user::username::Username;

use crate::ports::{Clock, StoreResult};
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::{BannedUser, NamePage, Restriction, UserRestrictions, Users};

/// Restricts users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait RestrictUsers: Send + Sync {
    /// Restricts users or lifts that; all of them or, if one is unknown, none. `Ok` means that it is committed, and that
    /// the next message is judged by it.
    async fn restrict(&self, users: &[Username], restriction: Restriction) -> Result<(), UsersError>;

    /// Bans users for so many minutes from now on.
    async fn ban(&self, users: &[Username], minutes: i64) -> Result<(), UsersError>;

    /// Deletes users, which can't be undone; all of them or, if one is unknown, none. Their messages stay.
    async fn delete(&self, users: &[Username]) -> Result<(), UsersError>;

    /// Who is banned now, the one whose ban ends last first.
    async fn banned(&self, offset: i64, limit: i64) -> StoreResult<Vec<BannedUser>>;

    /// Who is muted.
    async fn muted(&self, offset: i64, limit: i64) -> StoreResult<NamePage>;

    /// Who is deactivated.
    async fn deactivated(&self, offset: i64, limit: i64) -> StoreResult<NamePage>;
}

/// [`RestrictUsers`] over the ports.
pub struct UserRestricting {
    /// The users.
    pub users: Arc<dyn Users>,
    /// What they are kept from.
    pub restrictions: Arc<dyn UserRestrictions>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl RestrictUsers for UserRestricting {
    async fn restrict(&self, users: &[Username], restriction: Restriction) -> Result<(), UsersError> {
        let ids = ids_of(&*self.users, users).await?;
        Ok(self.restrictions.restrict(&ids, restriction, self.clock.now()).await?)
    }

    async fn ban(&self, users: &[Username], minutes: i64) -> Result<(), UsersError> {
        let end = self.clock.now().plus(minutes.saturating_mul(60_000));
        self.restrict(users, Restriction::BannedUntil(Some(end))).await
    }

    async fn delete(&self, users: &[Username]) -> Result<(), UsersError> {
        let ids = ids_of(&*self.users, users).await?;
        Ok(self.restrictions.delete(&ids, self.clock.now()).await?)
    }

    async fn banned(&self, offset: i64, limit: i64) -> StoreResult<Vec<BannedUser>> {
        self.restrictions.banned(self.clock.now(), offset, limit).await
    }

    async fn muted(&self, offset: i64, limit: i64) -> StoreResult<NamePage> {
        self.restrictions.muted(offset, limit).await
    }

    async fn deactivated(&self, offset: i64, limit: i64) -> StoreResult<NamePage> {
        self.restrictions.deactivated(offset, limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{MockClock, StoreError};
    use crate::testing::{name, three_users};
    use crate::users::ports::MockUserRestrictions;
    use sixin_domain::id::UserId;
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn restricting(restrictions: MockUserRestrictions) -> UserRestricting {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        UserRestricting {
            users: Arc::new(three_users()),
            restrictions: Arc::new(restrictions),
            clock: Arc::new(clock),
        }
    }

    #[tokio::test]
    async fn a_ban_ends_so_many_minutes_from_now_and_a_failure_is_told() {
        for fails in [false, true] {
            let mut restrictions = MockUserRestrictions::new();
            let end = Restriction::BannedUntil(Some(Millis(1000 + 600_000)));
            restrictions
                .expect_restrict()
                .once()
                .withf(move |ids, wanted, at| (ids, *wanted, *at) == (&[UserId(2), UserId(1)][..], end, NOW))
                .returning(
                    move |_, _, _| if fails { Err(StoreError::Unavailable("gone".into())) } else { Ok(()) },
                );
            let banned = restricting(restrictions).ban(&[name("bob"), name("ann")], 10).await;
            assert_eq!(banned.is_err(), fails);
        }
    }

    #[tokio::test]
    async fn one_unknown_user_refuses_all() {
        let restricting = restricting(MockUserRestrictions::new());
        let refused = restricting.restrict(&[name("ann"), name("dan")], Restriction::Muted(true)).await;
        assert!(matches!(refused, Err(UsersError::Unknown(who)) if who.as_str() == "dan"));
    }

    #[tokio::test]
    async fn users_are_deleted_together_or_if_one_is_unknown_not_at_all() {
        let mut restrictions = MockUserRestrictions::new();
        restrictions
            .expect_delete()
            .once()
            .withf(|users, at| (users, *at) == (&[UserId(2), UserId(1)][..], NOW))
            .returning(|_, _| Ok(()));
        restricting(restrictions).delete(&[name("bob"), name("ann")]).await.unwrap();
        let refused = restricting(MockUserRestrictions::new()).delete(&[name("bob"), name("dan")]).await;
        assert!(matches!(refused, Err(UsersError::Unknown(_))));
    }
}
