//! Somebody looks at a user (docs/wire/fresns.md#user-object).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::role::{RoleBook, UserRole};
use sixin_domain::user::username::UserRef;
use sixin_domain::user::{Relation, User};

use crate::ports::StoreResult;
use crate::users::ports::Remarks;
use crate::users::profiles::{Profiles, ShownUser, Viewer};

/// A user, as somebody sees it.
#[derive(Debug, Clone)]
pub struct SeenUser {
    /// The user.
    pub user: Arc<User>,
    /// Its roles.
    pub roles: Vec<UserRole>,
    /// All roles of the site.
    pub role_book: Arc<RoleBook>,
    /// How the viewer, as a sender, stands to it, and whether it may write to it; `None` if nobody is signed in.
    pub standing: Option<(Relation, Result<(), Refusal>)>,
    /// What the viewer calls it.
    pub note: Option<String>,
}

/// Shows users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ShowUser: Send + Sync {
    /// A user, deleted ones included. The viewer is `None` if nobody is signed in.
    async fn show(&self, viewer: Option<Viewer>, which: &UserRef) -> StoreResult<Option<SeenUser>>;
}

/// [`ShowUser`] over the ports.
pub struct UserShowing {
    /// What is shown of users.
    pub profiles: Arc<Profiles>,
    /// What users call each other.
    pub remarks: Arc<dyn Remarks>,
}

#[async_trait]
impl ShowUser for UserShowing {
    async fn show(&self, viewer: Option<Viewer>, which: &UserRef) -> StoreResult<Option<SeenUser>> {
        let Some(user) = self.profiles.users.find(which).await? else { return Ok(None) };
        let Some(viewer) = viewer else {
            let role_book = self.profiles.roles.book().await?;
            let roles = self.profiles.roles.of(user.id).await?;
            return Ok(Some(SeenUser { user, roles, role_book, standing: None, note: None }));
        };
        let mut shown = self.profiles.of(&viewer, &[user.id]).await?;
        let role_book = shown.role_book;
        let note = self.remarks.about(viewer.user.id, user.id).await?;
        let seen = |ShownUser { user, roles, relation, may_write }| {
            let standing = Some((relation, may_write));
            SeenUser { user, roles, role_book, standing, note }
        };
        Ok(shown.users.remove(&user.id).map(seen))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::ports::MockClock;
    use crate::site::ports::MockRoles;
    use crate::testing::{new_user, user};
    use crate::users::ports::{MockRelations, MockRemarks, MockUsers};
    use sixin_domain::site::settings::Settings;
    use sixin_domain::time::Millis;

    fn showing(found: Option<Arc<User>>) -> UserShowing {
        let mut users = MockUsers::new();
        users.expect_find().returning(move |_| Ok(found.clone()));
        users.expect_find_numbered().returning(|_| {
            let left = Arc::new(User { deleted_at: Some(Millis(1)), ..new_user(2, "bob") });
            Ok(vec![left])
        });
        let mut roles = MockRoles::new();
        roles.expect_book().returning(|| Ok(Arc::default()));
        roles.expect_of().returning(|_| Ok(Vec::new()));
        roles.expect_of_each().returning(|_| Ok(HashMap::new()));
        let mut relations = MockRelations::new();
        let follows = Relation { sender_follows_recipient: true, ..Relation::default() };
        relations.expect_between().returning(move |_, others| Ok(HashMap::from([(others[0], follows)])));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        let (users, roles, relations) = (Arc::new(users), Arc::new(roles), Arc::new(relations));
        let mut remarks = MockRemarks::new();
        remarks.expect_about().returning(|_, about| Ok(Some(format!("{} from work", about.0))));
        let profiles = Arc::new(Profiles { users, roles, relations, clock: Arc::new(clock) });
        UserShowing { profiles, remarks: Arc::new(remarks) }
    }

    async fn show(found: Option<Arc<User>>, viewer: Option<Arc<User>>) -> Option<SeenUser> {
        let viewer = viewer.map(|user| Viewer { user, settings: Arc::new(Settings::default()) });
        showing(found).show(viewer, &UserRef::parse("bob").unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_user_who_has_left_is_shown_and_one_that_never_was_is_not() {
        let seen = show(Some(user(2, "bob")), Some(user(1, "ann"))).await.unwrap();
        assert_eq!(seen.user.deleted_at, Some(Millis(1)));
        assert!(show(None, None).await.is_none());
    }

    #[tokio::test]
    async fn only_somebody_who_is_signed_in_stands_to_a_user_somehow() {
        let seen = show(Some(user(2, "bob")), Some(user(1, "ann"))).await.unwrap();
        let (relation, may_write) = seen.standing.unwrap();
        assert!(relation.sender_follows_recipient && may_write.is_err());
        assert_eq!(seen.note.as_deref(), Some("2 from work"));
        let seen = show(Some(user(2, "bob")), None).await.unwrap();
        assert_eq!((seen.standing, seen.note), (None, None));
    }
}
