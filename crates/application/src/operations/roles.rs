//! Changing roles.

use sixin_domain::id::{MAX_SAFE_INTEGER, RoleId};
use sixin_domain::site::permission::{self, PermissionError};
use sixin_domain::text::visible::is_name;
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::operations::ports::RoleAdmin;
use crate::ports::StoreError;

/// Longest name, in characters.
const NAME_CHARS: usize = 64;

/// What is to become of a role. What is not given stays as it is.
#[derive(Debug, Clone, Default)]
pub struct RoleChange<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// A permission, as `key=value`.
    pub permission: Option<&'a str>,
    /// Whether permissions are taken that only clients look at.
    pub is_custom: bool,
    /// Whether it counts.
    pub is_enabled: Option<bool>,
}

/// Why a role was not changed.
#[derive(Debug, Error)]
pub enum RoleError {
    /// Roles are numbered from 1.
    #[error("a role is a number from 1 to 9007199254740991")]
    Number,
    /// A name nobody can see, or a long one.
    #[error("the name must be one line of at most 64 characters with something to see in it")]
    BadName,
    /// Not `key=value`.
    #[error("a permission looks like conversation=true")]
    NoPermission,
    /// Name or value of a permission are refused.
    #[error(transparent)]
    Permission(#[from] PermissionError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes or changes a role.
///
/// # Errors
/// See [`RoleError`].
pub async fn set(
    roles: &dyn RoleAdmin,
    role: i64,
    change: RoleChange<'_>,
    now: Millis,
) -> Result<(), RoleError> {
    if !(1..=MAX_SAFE_INTEGER).contains(&role) {
        return Err(RoleError::Number);
    }
    if change.name.is_some_and(|name| !is_name(name) || name.chars().count() > NAME_CHARS) {
        return Err(RoleError::BadName);
    }
    let permission = match change.permission {
        None => None,
        Some(text) => Some(text.split_once('=').ok_or(RoleError::NoPermission)?),
    };
    if let Some((key, value)) = permission {
        permission::check(key, value, change.is_custom)?;
    }
    Ok(roles.set(RoleId(role), change.name, permission, change.is_enabled, now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ports::MockRoleAdmin;

    #[tokio::test]
    async fn only_what_fits_is_stored() {
        let mut roles = MockRoleAdmin::new();
        roles
            .expect_set()
            .once()
            .withf(|role, name, permission, is_enabled, _| {
                (role.0, *name, *permission, *is_enabled)
                    == (7, Some("Moderators"), Some(("conversation", "true")), Some(true))
            })
            .returning(|_, _, _, _, _| Ok(()));
        let right = RoleChange {
            name: Some("Moderators"),
            permission: Some("conversation=true"),
            is_custom: false,
            is_enabled: Some(true),
        };
        assert!(set(&roles, 7, right.clone(), Millis(0)).await.is_ok());
        let long = "x".repeat(65);
        let wrong = [
            (0, right.clone()),
            (MAX_SAFE_INTEGER + 1, right.clone()),
            (7, RoleChange { name: Some("\u{200b}"), ..right.clone() }),
            (7, RoleChange { name: Some(&long), ..right.clone() }),
            (7, RoleChange { permission: Some("conversation"), ..right.clone() }),
            (7, RoleChange { permission: Some("conversation=yes"), ..right.clone() }),
            (7, RoleChange { permission: Some("conversatoin=true"), ..right }),
        ];
        for (role, change) in wrong {
            assert!(set(&roles, role, change.clone(), Millis(0)).await.is_err(), "{role} {change:?}");
        }
    }
}
