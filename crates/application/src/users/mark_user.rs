//! A user follows or blocks another, or takes that back (docs/wire/fresns.md#marks).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::user::remark::Remark;
use sixin_domain::user::username::UserRef;
use thiserror::Error;

use crate::ports::{Clock, StoreError};
use crate::site::ports::Roles;
use crate::users::keep_preferences::MOST_REMARKS;
use crate::users::ports::{Mark, RelationChanges, Remarks, Toggled, Users};
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

    /// Keeps what a user calls another, for itself and its devices; `None`: nothing any more. Back ends know it as remark.
    async fn note(&self, viewer: &Viewer, whom: &UserRef, note: Option<Remark>) -> Result<(), MarkError>;
}

/// [`MarkUser`] over the ports.
pub struct UserMarking {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Whose role allows how much.
    pub roles: Arc<dyn Roles>,
    /// Who follows and blocks whom.
    pub relations: Arc<dyn RelationChanges>,
    /// What users call each other.
    pub remarks: Arc<dyn Remarks>,
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
        let marked = self.marked(viewer, whom).await?;
        let role = viewer.role(&*self.roles, now).await?;
        let most = role.and_then(|role| role.number(most)).unwrap_or(USUAL_MOST);
        match self.relations.toggle(mark, viewer.user.id, marked, most, now).await? {
            Toggled::On | Toggled::Off => Ok(()),
            Toggled::TooMany => Err(MarkError::TooMany),
        }
    }

    async fn note(&self, viewer: &Viewer, whom: &UserRef, note: Option<Remark>) -> Result<(), MarkError> {
        let (now, owner) = (self.clock.now(), viewer.user.id);
        if viewer.membership_end(now).is_some() {
            return Err(MarkError::MembershipExpired);
        }
        let about = self.marked(viewer, whom).await?;
        let Some(note) = note else { return Ok(self.remarks.remove(owner, about).await?) };
        let notes = vec![(about, note.into_text())];
        let has_room = self.remarks.set(owner, notes, MOST_REMARKS, now).await?;
        if has_room { Ok(()) } else { Err(MarkError::TooMany) }
    }
}

impl UserMarking {
    /// Somebody else who is still there.
    async fn marked(&self, viewer: &Viewer, whom: &UserRef) -> Result<UserId, MarkError> {
        let marked = self.users.find(whom).await?.ok_or(MarkError::Unknown)?;
        if marked.id == viewer.user.id {
            return Err(MarkError::Oneself);
        }
        if marked.deleted_at.is_some() {
            return Err(MarkError::Deleted);
        }
        Ok(marked.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::site::ports::MockRoles;
    use crate::testing::{general_role, new_user, user};
    use crate::users::ports::{MockRelationChanges, MockRemarks, MockUsers};
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
            remarks: Arc::new(MockRemarks::new()),
            clock: Arc::new(clock),
        }
    }

    fn noting(remarks: MockRemarks) -> UserMarking {
        UserMarking { remarks: Arc::new(remarks), ..marking(MockRelationChanges::new()) }
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

    #[tokio::test]
    async fn a_note_is_the_remark_of_who_makes_it_and_without_a_text_it_goes() {
        let mut remarks = MockRemarks::new();
        let wanted = vec![(UserId(2), "Bob from work".to_owned())];
        remarks
            .expect_set()
            .once()
            .withf(move |owner, notes, most, at| {
                (owner.0, notes, *most, *at) == (1, &wanted, MOST_REMARKS, NOW)
            })
            .returning(|_, _, _, _| Ok(true));
        remarks
            .expect_remove()
            .once()
            .withf(|owner, about| (owner.0, about.0) == (1, 2))
            .returning(|_, _| Ok(()));
        let noting = noting(remarks);
        let note = Remark::new("Bob from work".to_owned());
        noting.note(&ann(&[]), &named("bob"), note).await.unwrap();
        noting.note(&ann(&[]), &named("bob"), None).await.unwrap();
    }

    #[tokio::test]
    async fn notes_are_of_others_who_are_there_and_bounded() {
        let mut full = MockRemarks::new();
        full.expect_set().returning(|_, _, _, _| Ok(false));
        let noting = noting(full);
        let note = || Remark::new("x".to_owned());
        let refused = async |whom: &str| noting.note(&ann(&[]), &named(whom), note()).await.unwrap_err();
        assert!(matches!(refused("bob").await, MarkError::TooMany));
        assert!(matches!(refused("ann").await, MarkError::Oneself));
        assert!(matches!(refused("gone").await, MarkError::Deleted));
        assert!(matches!(refused("nobody").await, MarkError::Unknown));
    }
}
