//! Changing settings.

use sixin_domain::id::RoleId;
use sixin_domain::site::settings::{KNOWN, SettingError, accepted_key, check_beside};
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::operations::ports::SettingAdmin;
use crate::ports::StoreError;
use crate::site::ports::{Roles, SettingSource};

/// Why a setting was not changed.
#[derive(Debug, Error)]
pub enum SettingChangeError {
    /// Name or value are refused.
    #[error(transparent)]
    Refused(#[from] SettingError),
    /// A role nobody could have.
    #[error("default_role takes the number of an enabled role, not {0}; `sixin role list` shows them all")]
    NoRole(i64),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Stores a value that fits its setting and the settings in force.
///
/// # Errors
/// See [`SettingChangeError`].
pub async fn set<Store: SettingSource + SettingAdmin + Roles + ?Sized>(
    store: &Store,
    key: &str,
    value: &str,
    now: Millis,
) -> Result<(), SettingChangeError> {
    let accepted = check_beside(&*store.settings().await?, key, value)?;
    // Without a role that is there, everybody without one of their own would be shut out.
    if key == "default_role"
        && let Ok(role) = value.parse()
        && store.book().await?.enabled(RoleId(role)).is_none()
    {
        return Err(SettingChangeError::NoRole(role));
    }
    Ok(SettingAdmin::set(store, accepted, value, now).await?)
}

/// Lets the built-in value hold again and answers it.
///
/// # Errors
/// See [`SettingChangeError`].
pub async fn reset<Store: SettingAdmin + ?Sized>(
    store: &Store,
    key: &str,
) -> Result<&'static str, SettingChangeError> {
    store.reset(accepted_key(key)?).await?;
    Ok(KNOWN.iter().find(|known| known.key == key).map_or("", |known| known.default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::sync::Arc;

    use async_trait::async_trait;
    use sixin_domain::id::UserId;
    use sixin_domain::site::role::{Role, RoleBook, UserRole};
    use sixin_domain::site::settings::{Accepted, Settings};

    use crate::operations::ports::MockSettingAdmin;
    use crate::ports::StoreResult;

    /// The built-in settings, one enabled role and one that is not, and what is to be stored.
    struct Site(MockSettingAdmin);

    #[async_trait]
    impl SettingSource for Site {
        async fn settings(&self) -> StoreResult<Arc<Settings>> {
            Ok(Arc::new(Settings::default()))
        }
    }

    #[async_trait]
    impl SettingAdmin for Site {
        async fn set(&self, setting: Accepted, value: &str, at: Millis) -> StoreResult<()> {
            self.0.set(setting, value, at).await
        }

        async fn reset(&self, setting: Accepted) -> StoreResult<bool> {
            self.0.reset(setting).await
        }
    }

    #[async_trait]
    impl Roles for Site {
        async fn book(&self) -> StoreResult<Arc<RoleBook>> {
            let role = |id, is_enabled| Role {
                id: RoleId(id),
                name: "role".into(),
                kind: 3,
                permissions: Vec::new(),
                is_enabled,
                is_deleted: false,
                is_display_name: false,
                is_display_icon: false,
                icon_file_url: None,
                nickname_color: None,
                rank_state: 1,
            };
            Ok(Arc::new(RoleBook(vec![role(4, true), role(5, false)])))
        }

        async fn of(&self, _: UserId) -> StoreResult<Vec<UserRole>> {
            Ok(Vec::new())
        }

        async fn of_each(&self, _: &[UserId]) -> StoreResult<HashMap<UserId, Vec<UserRole>>> {
            Ok(HashMap::new())
        }
    }

    #[tokio::test]
    async fn only_what_fits_is_stored() {
        let mut admin = MockSettingAdmin::new();
        admin.expect_set().times(3).returning(|_, _, _| Ok(()));
        let site = Site(admin);
        for (key, value) in [("default_role", "4"), ("default_role", ""), ("nickname_max", "30")] {
            assert!(set(&site, key, value, Millis(0)).await.is_ok(), "{key}={value}");
        }
        for (key, value) in
            [("default_role", "5"), ("default_role", "6"), ("nickname_max", "1"), ("site_mod", "x")]
        {
            assert!(set(&site, key, value, Millis(0)).await.is_err(), "{key}={value}");
        }
    }

    #[tokio::test]
    async fn a_reset_setting_has_its_built_in_value() {
        let mut admin = MockSettingAdmin::new();
        admin.expect_reset().times(2).returning(|_| Ok(true));
        let site = Site(admin);
        assert_eq!(reset(&site, "site_mode").await.unwrap(), "public");
        assert_eq!(reset(&site, "client.theme").await.unwrap(), "");
        assert!(reset(&site, "site_mod").await.is_err());
    }
}
