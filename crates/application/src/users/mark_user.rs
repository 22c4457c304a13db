//! A user follows or blocks another, or takes that back (docs/wire/fresns.md#marks).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::user::username::UserRef;
use thiserror::Error;

use crate::ports::{Clock, StoreError};
use crate::site::ports::Roles;
use crate::users::ports::{Mark, RelationChanges, Toggled, Users};
use crate::users::profiles::Viewer;

/// How many users one may follow, and block, if their role does not say (docs/wire/fresns.md#marks).
const USUAL_MOST: i64 = 500;

/// Why a user is not marked.
#[derive(Debug, Error)]
pub enum MarkError {
    /// There is no such user.
    #[error("there is no such user")]
    Unknown,
    /// It has left.
    #[error("the user has left")]
    Deleted,
    /// Nobody marks itself.
    #[error("nobody follows or blocks itself")]
    Oneself,
    /// The site does not allow it.
    #[error("the site does not allow that")]
    SwitchedOff,
    /// The caller's role allows no more.
    #[error("there are as many as the role allows")]
    TooMany,
    /// The membership has run out.
    #[error("the membership has run out")]
    MembershipExpired,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Marks users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait MarkUser: Send + Sync {
    /// Follows or blocks a user, or takes that back. `Ok` means that it is committed, and that the next message of either
    /// to the other is judged by it.
    async fn toggle(&self, viewer: &Viewer, mark: Mark, whom: &UserRef) -> Result<(), MarkError>;
}

/// [`MarkUser`] over the ports.
pub struct UserMarking {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Whose role allows how much.
    pub roles: Arc<dyn Roles>,
    /// Who follows and blocks whom.
    pub relations: Arc<dyn RelationChanges>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl MarkUser for UserMarking {
    async fn toggle(&self, viewer: &Viewer, mark: Mark, whom: &UserRef) -> Result<(), MarkError> {
        let (now, settings) = (self.clock.now(), &viewer.settings);
        if viewer.membership_end(now).is_some() {
            return Err(MarkError::MembershipExpired);
        }
        let (setting, most) = match mark {
            Mark::Follow => ("follow_user_setting", "follow_user_max_count"),
            Mark::Block => ("block_user_setting", "block_user_max_count"),
        };
        if !settings.is_on(setting) {
            return Err(MarkError::SwitchedOff);
        }
        let marked = self.users.find(whom).await?.ok_or(MarkError::Unknown)?;
        if marked.id == viewer.user.id {
            return Err(MarkError::Oneself);
        }
        if marked.deleted_at.is_some() {
            return Err(MarkError::Deleted);
        }
        let role = viewer.role(&*self.roles, now).await?;
        let most = role.and_then(|role| role.number(most)).unwrap_or(USUAL_MOST);
        match self.relations.toggle(mark, viewer.user.id, marked.id, most, now).await? {
            Toggled::On | Toggled::Off => Ok(()),
            Toggled::TooMany => Err(MarkError::TooMany),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::site::ports::MockRoles;
    use crate::testing::{general_role, new_user, user};
    use crate::users::ports::{MockRelationChanges, MockUsers};
    use sixin_domain::site::role::{RoleBook, parse_permissions};
    use sixin_domain::site::settings::Settings;
    use sixin_domain::time::Millis;
    use sixin_domain::user::User;
    use sixin_domain::user::username::{Uid, Username};
    use std::collections::BTreeMap;

    const NOW: Millis = Millis(1000);

    fn marking(relations: MockRelationChanges) -> UserMarking {
        let mut users = MockUsers::new();
        users.expect_find().returning(|who| {
            let gone = Arc::new(User { deleted_at: Some(NOW), ..new_user(3, "gone") });
            let all = [user(1, "ann"), user(2, "bob"), gone];
            Ok(all.into_iter().find(|user| *who == UserRef::Username(user.username.clone())))
        });
        let mut role = general_role();
        role.permissions.extend(parse_permissions(r#"[{"permKey":"block_user_max_count","permValue":7}]"#));
        let mut roles = MockRoles::new();
        roles.expect_of().returning(|_| Ok(Vec::new()));
        roles.expect_book().returning(move || Ok(Arc::new(RoleBook(vec![role.clone()]))));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        UserMarking {
            users: Arc::new(users),
            roles: Arc::new(roles),
            relations: Arc::new(relations),
            clock: Arc::new(clock),
        }
    }

    fn ann(rows: &[(&str, &str)]) -> Viewer {
        let rows = rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Viewer { user: user(1, "ann"), settings: Arc::new(Settings::new(rows.collect::<BTreeMap<_, _>>())) }
    }

    fn named(name: &str) -> UserRef {
        UserRef::Username(Username::new(name).unwrap())
    }

    #[tokio::test]
    async fn a_mark_is_toggled_within_the_limit_of_the_role() {
        for (mark, most) in [(Mark::Follow, 500), (Mark::Block, 7)] {
            let mut relations = MockRelationChanges::new();
            relations
                .expect_toggle()
                .once()
                .withf(move |of, from, to, limit, at| {
                    (*of, from.0, to.0, *limit, *at) == (mark, 1, 2, most, NOW)
                })
                .returning(|_, _, _, _, _| Ok(Toggled::On));
            let viewer = ann(&[("block_user_setting", "true")]);
            marking(relations).toggle(&viewer, mark, &named("bob")).await.unwrap();
        }
    }

    #[tokio::test]
    async fn more_than_the_role_allows_are_refused() {
        let mut relations = MockRelationChanges::new();
        relations.expect_toggle().returning(|_, _, _, _, _| Ok(Toggled::TooMany));
        let result = marking(relations).toggle(&ann(&[]), Mark::Follow, &named("bob")).await;
        assert!(matches!(result, Err(MarkError::TooMany)));
    }

    #[tokio::test]
    async fn nobody_marks_itself_who_is_not_there_or_what_the_site_forbids() {
        let refused = async |viewer: &Viewer, mark, who: &UserRef| {
            marking(MockRelationChanges::new()).toggle(viewer, mark, who).await.unwrap_err()
        };
        let site = ann(&[]);
        assert!(matches!(refused(&site, Mark::Follow, &named("ann")).await, MarkError::Oneself));
        assert!(matches!(refused(&site, Mark::Follow, &named("gone")).await, MarkError::Deleted));
        assert!(matches!(refused(&site, Mark::Follow, &UserRef::Uid(Uid(5))).await, MarkError::Unknown));
        let site = ann(&[("block_user_setting", "false")]);
        assert!(matches!(refused(&site, Mark::Block, &named("bob")).await, MarkError::SwitchedOff));
        let mut former = ann(&[("site_mode", "private"), ("site_private_end_after", "2")]);
        Arc::make_mut(&mut former.user).expired_at = Some(Millis(1));
        assert!(matches!(refused(&former, Mark::Follow, &named("bob")).await, MarkError::MembershipExpired));
    }
}
