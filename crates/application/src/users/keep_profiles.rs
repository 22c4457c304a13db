//! A back end keeps more about its users than how they are shown (docs/wire/rongcloud.md#profiles).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::user::User;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::conversations::ports::Order;
use crate::ports::{Clock, StoreError};
use crate::users::named_users::{UsersError, ids_of, one_named};
use crate::users::ports::{BackEndUsers, HostedProfiles, KeptProfile, ShownAs, Users};

/// Why a profile stays as it is.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// One of the users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// What is to be kept breaks a rule.
    #[error(transparent)]
    Rule(#[from] ProfileRule),
}

impl From<StoreError> for ProfileError {
    fn from(error: StoreError) -> Self {
        Self::Users(error.into())
    }
}

/// A user and what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfiledUser {
    /// Who.
    pub user: Arc<User>,
    /// What.
    pub kept: KeptProfile,
}

/// Something that is known of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

impl ProfiledUser {
    /// What is known of the user, by the names that RongCloud's clients have for it; without pairs of a back end's own.
    #[must_use]
    pub fn known(&self) -> Vec<(&'static str, Known)> {
        let (shown, profile) = (&self.user.profile, &self.kept.profile);
        let text = |text: &Option<String>| text.clone().map(Known::Text);
        let number = |number: Option<i64>| number.map(Known::Number);
        let members = [
            ("uniqueId", text(&profile.unique_id)),
            ("name", Some(Known::Text(shown.nickname.clone()))),
            ("portraitUri", text(&shown.avatar_file_url)),
            ("email", text(&profile.email)),
            ("birthday", text(&profile.birthday)),
            // The table counts from 1 (docs/wire/fresns.md#gender).
            ("gender", Some(Known::Number((shown.gender - 1).max(0)))),
            ("location", text(&shown.location)),
            ("role", number(profile.role)),
            ("level", number(profile.level)),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Keeps profiles. Every user that is named has to exist.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepProfiles: Send + Sync {
    /// Changes how a user is shown and what is kept of it; what is not given stays as it is.
    async fn set(&self, user: &Username, shown: ShownAs, change: HostedProfile) -> Result<(), ProfileError>;

    /// Forgets what is kept of users; their names and pictures stay.
    async fn clean(&self, users: &[Username]) -> Result<(), ProfileError>;

    /// Users with what is kept of them, in their order.
    async fn of(&self, users: &[Username]) -> Result<Vec<ProfiledUser>, ProfileError>;

    /// Users that have not been deleted with what is kept of them, by when they were made, and how many there are.
    async fn page(
        &self,
        order: Order,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<ProfiledUser>, i64), ProfileError>;
}

/// [`KeepProfiles`] over the ports.
pub struct ProfileKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Lists them.
    pub listed: Arc<dyn BackEndUsers>,
    /// What is kept of them.
    pub profiles: Arc<dyn HostedProfiles>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepProfiles for ProfileKeeping {
    async fn set(&self, name: &Username, shown: ShownAs, change: HostedProfile) -> Result<(), ProfileError> {
        change.check()?;
        let user = one_named(&*self.users, name).await?;
        if user.deleted_at.is_some() {
            return Err(UsersError::Left(name.clone()).into());
        }
        Ok(self.profiles.set(user.id, shown, change, self.clock.now()).await??)
    }

    async fn clean(&self, users: &[Username]) -> Result<(), ProfileError> {
        let ids = ids_of(&*self.users, users).await?;
        Ok(self.profiles.clean(&ids, self.clock.now()).await?)
    }

    async fn of(&self, names: &[Username]) -> Result<Vec<ProfiledUser>, ProfileError> {
        // Whoever is unknown is named.
        ids_of(&*self.users, names).await?;
        let found = self.users.find_named(names).await?;
        let user = |name: &Username| found.iter().find(|user| user.username == *name).cloned();
        self.profiled(names.iter().filter_map(user).collect()).await
    }

    async fn page(
        &self,
        order: Order,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<ProfiledUser>, i64), ProfileError> {
        let page = self.listed.page(order, offset, limit).await?;
        let users = page.users.into_iter().map(Arc::new).collect();
        Ok((self.profiled(users).await?, page.total))
    }
}

impl ProfileKeeping {
    async fn profiled(&self, users: Vec<Arc<User>>) -> Result<Vec<ProfiledUser>, ProfileError> {
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let mut kept = self.profiles.of(&ids).await?;
        let profiled = |user: Arc<User>| {
            let kept = kept.remove(&user.id).unwrap_or_default();
            ProfiledUser { user, kept }
        };
        Ok(users.into_iter().map(profiled).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::testing::{name, three_users};
    use crate::users::ports::{MockBackEndUsers, MockHostedProfiles};
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn keeping(profiles: MockHostedProfiles) -> ProfileKeeping {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        ProfileKeeping {
            users: Arc::new(three_users()),
            listed: Arc::new(MockBackEndUsers::new()),
            profiles: Arc::new(profiles),
            clock: Arc::new(clock),
        }
    }

    fn level(level: i64) -> HostedProfile {
        HostedProfile { level: Some(level), ..HostedProfile::default() }
    }

    #[tokio::test]
    async fn a_profile_within_its_rules_is_kept_of_a_user_that_exists() {
        let mut profiles = MockHostedProfiles::new();
        let shown = ShownAs { nickname: Some("Bo".into()), portrait: None };
        let wanted = shown.clone();
        profiles
            .expect_set()
            .once()
            .withf(move |user, shown, change, at| {
                (*user, shown, change, *at) == (UserId(2), &wanted, &level(3), NOW)
            })
            .returning(|_, _, _, _| Ok(Ok(())));
        keeping(profiles).set(&name("bob"), shown, level(3)).await.unwrap();
        let keeping = keeping(MockHostedProfiles::new());
        let refused = keeping.set(&name("bob"), ShownAs::default(), level(101)).await;
        assert!(matches!(refused, Err(ProfileError::Rule(ProfileRule::Number("level", 100)))));
        let unknown = keeping.set(&name("dan"), ShownAs::default(), level(1)).await;
        assert!(matches!(unknown, Err(ProfileError::Users(UsersError::Unknown(_)))));
    }

    #[tokio::test]
    async fn users_come_in_the_order_they_were_asked_for_with_or_without_a_profile() {
        let mut profiles = MockHostedProfiles::new();
        profiles
            .expect_of()
            .returning(|_| Ok([(UserId(1), KeptProfile { profile: level(3), changed_at: NOW })].into()));
        let found = keeping(profiles).of(&[name("cid"), name("ann")]).await.unwrap();
        let told: Vec<_> =
            found.iter().map(|found| (found.user.username.as_str(), found.kept.profile.level)).collect();
        assert_eq!(told, [("cid", None), ("ann", Some(3))]);
    }
}
