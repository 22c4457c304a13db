//! What operators may do: one table.

use std::collections::BTreeSet;

use thiserror::Error;

use super::OperatorRole;

/// Something that operators may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See how the site does.
    SeeOverview,
    /// See users and how they stand to each other.
    SeeUsers,
    /// See settings, roles, words, app keys, webhooks and hooks, without any secret.
    SeeSite,
    /// Make users.
    CreateUsers,
    /// Give users new passwords and end their sessions.
    KeepSessions,
    /// Ban, mute and disable users.
    RestrictUsers,
    /// Read messages, which is always written down with a reason.
    ReadMessages,
    /// Add and remove words.
    KeepWords,
    /// Delete users.
    DeleteUsers,
    /// Get all that belongs to a user, which is always written down with a reason.
    ExportUsers,
    /// Erase users for good, which is always written down with a reason.
    EraseUsers,
    /// Change settings and roles.
    ChangeSite,
    /// Have what is too old removed now.
    RunRetention,
    /// Make app keys, give them secrets, switch them on and off.
    KeepAppKeys,
    /// Add, change and remove webhooks and hooks.
    KeepReceivers,
    /// Read what operators did.
    ReadAudit,
    /// Make operators and change what they may do.
    KeepOperators,
}

impl Permission {
    /// The table: each permission, its name (which is the scope of a token) and the least role that has it.
    pub const TABLE: [(Self, &'static str, OperatorRole); 17] = [
        (Self::SeeOverview, "overview", OperatorRole::Viewer),
        (Self::SeeUsers, "users", OperatorRole::Viewer),
        (Self::SeeSite, "site", OperatorRole::Viewer),
        (Self::CreateUsers, "users.create", OperatorRole::Support),
        (Self::KeepSessions, "users.sessions", OperatorRole::Support),
        (Self::RestrictUsers, "users.restrict", OperatorRole::Support),
        (Self::ReadMessages, "messages", OperatorRole::Support),
        (Self::KeepWords, "words", OperatorRole::Support),
        (Self::DeleteUsers, "users.delete", OperatorRole::Administrator),
        (Self::ExportUsers, "users.export", OperatorRole::Administrator),
        (Self::EraseUsers, "users.erase", OperatorRole::Administrator),
        (Self::ChangeSite, "site.change", OperatorRole::Administrator),
        (Self::RunRetention, "retention", OperatorRole::Administrator),
        (Self::KeepAppKeys, "app-keys", OperatorRole::Administrator),
        (Self::KeepReceivers, "receivers", OperatorRole::Administrator),
        (Self::ReadAudit, "audit", OperatorRole::Administrator),
        (Self::KeepOperators, "operators", OperatorRole::Administrator),
    ];

    fn row(self) -> (&'static str, OperatorRole) {
        let row = Self::TABLE.into_iter().find(|(permission, ..)| *permission == self);
        // A test holds that each has its row; without one nobody has it but administrators.
        row.map_or(("", OperatorRole::Administrator), |(_, name, role)| (name, role))
    }

    /// What it is called as the scope of a token.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The permission of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, known, _)| *known == name).map(|(permission, ..)| permission)
    }

    /// The least role that has it.
    #[must_use]
    pub fn least_role(self) -> OperatorRole {
        self.row().1
    }
}

impl OperatorRole {
    /// Whether an operator of this role may do that.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }
}

/// Why something is no list of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScopesError {
    /// There is no such scope.
    #[error("there is no scope {0:?}; there are: {known}", known = known_scopes())]
    Unknown(String),
    /// A token that may do nothing.
    #[error("name at least one scope; there are: {known}", known = known_scopes())]
    None,
}

fn known_scopes() -> String {
    Permission::TABLE.iter().map(|(_, name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// What a token may be used for, as far as its operator may do it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Permission>);

impl Scopes {
    /// Reads names with commas between them.
    ///
    /// # Errors
    /// See [`ScopesError`].
    pub fn parse(text: &str) -> Result<Self, ScopesError> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let scope =
            |name| Permission::from_name(name).ok_or_else(|| ScopesError::Unknown(String::from(name)));
        let scopes: BTreeSet<_> = names.map(scope).collect::<Result<_, _>>()?;
        if scopes.is_empty() {
            return Err(ScopesError::None);
        }
        Ok(Self(scopes))
    }

    /// The names with commas between them.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(",")
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn has(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn permission() -> impl Strategy<Value = Permission> {
        (0..Permission::TABLE.len()).prop_map(|at| Permission::TABLE[at].0)
    }

    fn role() -> impl Strategy<Value = OperatorRole> {
        (0..OperatorRole::ALL.len()).prop_map(|at| OperatorRole::ALL[at])
    }

    proptest! {
        #[test]
        fn whoever_is_more_may_do_all_that_those_who_are_less_may(
            one in role(), other in role(), permission in permission()
        ) {
            let (less, more) = (one.min(other), one.max(other));
            prop_assert!(!less.may(permission) || more.may(permission));
            prop_assert!(OperatorRole::Administrator.may(permission));
        }

        #[test]
        fn scopes_are_read_as_they_are_written(all in proptest::collection::btree_set(permission(), 1..8)) {
            let scopes = Scopes(all);
            prop_assert_eq!(Scopes::parse(&scopes.text()).unwrap(), scopes);
        }
    }

    #[test]
    fn every_permission_has_one_row_and_a_name_of_its_own() {
        let names: HashSet<_> = Permission::TABLE.iter().map(|(_, name, _)| name).collect();
        let permissions: HashSet<_> = Permission::TABLE.iter().map(|(permission, ..)| permission).collect();
        assert_eq!((names.len(), permissions.len()), (Permission::TABLE.len(), Permission::TABLE.len()));
        for (permission, name, role) in Permission::TABLE {
            assert_eq!((permission.name(), permission.least_role()), (name, role));
        }
    }

    #[test]
    fn viewers_read_no_messages_and_support_changes_no_site() {
        let (viewer, support) = (OperatorRole::Viewer, OperatorRole::Support);
        assert!(viewer.may(Permission::SeeUsers) && !viewer.may(Permission::ReadMessages));
        assert!(!viewer.may(Permission::RestrictUsers) && support.may(Permission::RestrictUsers));
        for permission in [
            Permission::DeleteUsers,
            Permission::ExportUsers,
            Permission::EraseUsers,
            Permission::ChangeSite,
            Permission::RunRetention,
            Permission::KeepAppKeys,
            Permission::KeepOperators,
            Permission::ReadAudit,
        ] {
            assert!(!support.may(permission), "{permission:?}");
        }
    }

    #[test]
    fn no_scope_and_an_unknown_one_are_refused() {
        assert_eq!(Scopes::parse(" , "), Err(ScopesError::None));
        assert_eq!(Scopes::parse("users,root"), Err(ScopesError::Unknown("root".into())));
        assert_eq!(Scopes::parse("users, overview,users").unwrap().text(), "overview,users");
    }
}
