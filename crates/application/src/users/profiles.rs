//! Users as one of them sees the others: what a user object is made of, for many users at once.

use std::collections::HashMap;
use std::sync::Arc;

use sixin_domain::access::session::membership_end;
use sixin_domain::id::UserId;
use sixin_domain::sending::may_write::{SiteRules, Speaker, may_send, may_write};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::role::{Role, RoleBook, UserRole};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::user::{Relation, User};

use crate::ports::{Clock, StoreResult};
use crate::site::ports::Roles;
use crate::users::ports::{Relations, Users};

/// Who looks.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The user.
    pub user: Arc<User>,
    /// The settings in force.
    pub settings: Arc<Settings>,
}

impl Viewer {
    /// When its membership ended, if it is a former member of a private site.
    #[must_use]
    pub fn membership_end(&self, now: Millis) -> Option<Millis> {
        membership_end(&self.user, self.settings.site_mode(), now)
    }

    /// The role that decides what it may do.
    ///
    /// # Errors
    /// If it can't be looked up.
    pub async fn role(&self, roles: &dyn Roles, now: Millis) -> StoreResult<Option<Role>> {
        let own = roles.of(self.user.id).await?;
        Ok(roles.book().await?.deciding(&own, self.settings.default_role(), now).cloned())
    }
}

/// A user as the viewer sees it.
#[derive(Debug, Clone)]
pub struct ShownUser {
    /// The user.
    pub user: Arc<User>,
    /// Its roles.
    pub roles: Vec<UserRole>,
    /// How the viewer, as a sender, stands to it.
    pub relation: Relation,
    /// Whether the viewer may write to it, and if not why.
    pub may_write: Result<(), Refusal>,
}

/// Several users as the viewer sees them.
#[derive(Debug, Clone, Default)]
pub struct ShownUsers {
    /// All roles of the site.
    pub role_book: Arc<RoleBook>,
    /// The users; numbers nobody has are missing.
    pub users: HashMap<UserId, ShownUser>,
}

/// Gathers what is shown of users. The number of look-ups does not depend on how many they are.
pub struct Profiles {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Their roles.
    pub roles: Arc<dyn Roles>,
    /// Who follows and blocks whom.
    pub relations: Arc<dyn Relations>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Profiles {
    /// The users with these numbers, deleted ones included.
    ///
    /// # Errors
    /// If something can't be looked up.
    pub async fn of(&self, viewer: &Viewer, ids: &[UserId]) -> StoreResult<ShownUsers> {
        let mut wanted = ids.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let role_book = self.roles.book().await?;
        if wanted.is_empty() {
            return Ok(ShownUsers { role_book, users: HashMap::new() });
        }
        let found = self.users.find_numbered(&wanted).await?;
        let relations = self.relations.between(viewer.user.id, &wanted).await?;
        wanted.push(viewer.user.id);
        let mut roles = self.roles.of_each(&wanted).await?;
        let now = self.clock.now();
        let own_roles = roles.get(&viewer.user.id).cloned().unwrap_or_default();
        let site = SiteRules::of(&viewer.settings, &role_book, &own_roles, now);
        let show = |user: Arc<User>| {
            let relation = relations.get(&user.id).copied().unwrap_or_default();
            let speaker = Speaker::User(&site);
            let may_write = may_write(speaker, Some(&viewer.user), Some(&user), relation, now);
            let roles = if user.id == viewer.user.id {
                own_roles.clone()
            } else {
                roles.remove(&user.id).unwrap_or_default()
            };
            (user.id, ShownUser { user, roles, relation, may_write })
        };
        let users = found.into_iter().map(show).collect();
        Ok(ShownUsers { role_book, users })
    }

    /// Whether the viewer may send at all, whoever it would be to.
    ///
    /// # Errors
    /// If something can't be looked up.
    pub async fn may_send(&self, viewer: &Viewer) -> StoreResult<Result<(), Refusal>> {
        let (book, own) = (self.roles.book().await?, self.roles.of(viewer.user.id).await?);
        let now = self.clock.now();
        Ok(may_send(&SiteRules::of(&viewer.settings, &book, &own, now), &viewer.user, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::site::ports::MockRoles;
    use crate::testing::{general_role, user};
    use crate::users::ports::{MockRelations, MockUsers};
    use sixin_domain::time::Millis;

    fn profiles(mut users: MockUsers, relation: Relation) -> Profiles {
        users
            .expect_find_numbered()
            .times(1)
            .returning(|ids| Ok(ids.iter().map(|id| user(id.0, &format!("user-{id}"))).collect()));
        let mut relations = MockRelations::new();
        relations
            .expect_between()
            .times(1)
            .returning(move |_, others| Ok(others.iter().map(|other| (*other, relation)).collect()));
        let mut roles = MockRoles::new();
        roles.expect_book().times(1).returning(|| Ok(Arc::new(RoleBook(vec![general_role()]))));
        roles.expect_of_each().times(1).returning(|_| Ok(HashMap::new()));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        Profiles {
            users: Arc::new(users),
            roles: Arc::new(roles),
            relations: Arc::new(relations),
            clock: Arc::new(clock),
        }
    }

    fn viewer() -> Viewer {
        Viewer { user: user(1, "viewer"), settings: Arc::new(Settings::default()) }
    }

    #[tokio::test]
    async fn many_users_take_as_many_look_ups_as_one() {
        let ids: Vec<UserId> = (2..50).chain(2..50).map(UserId).collect();
        let shown = profiles(MockUsers::new(), Relation::default()).of(&viewer(), &ids).await.unwrap();
        assert_eq!(shown.users.len(), 48);
        assert!(shown.users.values().all(|shown| shown.may_write.is_ok()));
    }

    #[tokio::test]
    async fn whether_the_viewer_may_write_follows_the_rules_of_sending() {
        let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
        let shown = profiles(MockUsers::new(), blocked).of(&viewer(), &[UserId(1), UserId(2)]).await.unwrap();
        assert_eq!(shown.users[&UserId(2)].may_write, Err(Refusal::Blocked));
        assert_eq!(shown.users[&UserId(1)].may_write, Err(Refusal::Oneself));
    }
}
