//! Settings and roles.

use std::sync::Arc;

use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::site::role::RoleBook;
use sixin_domain::site::settings::Settings;

use super::{AdminError, Deed, Desk};
use crate::operations::ports::{RoleAdmin, SettingAdmin};
use crate::operations::roles::{self, RoleChange};
use crate::operations::settings;
use crate::operators::caller::Caller;
use crate::site::ports::{Roles, SettingSource};

/// Where settings are kept, beside the roles that some of them name.
pub trait SettingStore: SettingSource + SettingAdmin + Roles {}

impl<Store: SettingSource + SettingAdmin + Roles> SettingStore for Store {}

/// Looks after settings and roles.
pub struct AdministerSite {
    /// What is written down.
    pub desk: Desk,
    /// Settings, and roles as they are.
    pub settings: Arc<dyn SettingStore>,
    /// Changes roles.
    pub roles: Arc<dyn RoleAdmin>,
}

impl AdministerSite {
    /// The settings in force.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn settings(&self, caller: &Caller) -> Result<Arc<Settings>, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.settings.settings().await?)
    }

    /// Changes a setting; running servers follow within two seconds.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set(&self, caller: &Caller, key: &str, value: &str) -> Result<(), AdminError> {
        let deed = Deed::new(Permission::ChangeSite, Action::SettingSet, key).with("value", value);
        self.desk.carry_out(caller, deed, settings::set(&*self.settings, key, value, self.desk.now())).await
    }

    /// Lets the built-in value of a setting hold again, and answers it.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn reset(&self, caller: &Caller, key: &str) -> Result<&'static str, AdminError> {
        let deed = Deed::new(Permission::ChangeSite, Action::SettingReset, key);
        self.desk.carry_out(caller, deed, settings::reset(&*self.settings, key)).await
    }

    /// The roles.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn roles(&self, caller: &Caller) -> Result<Arc<RoleBook>, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.settings.book().await?)
    }

    /// Makes or changes a role.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_role(
        &self,
        caller: &Caller,
        role: i64,
        change: RoleChange<'_>,
    ) -> Result<(), AdminError> {
        let number = role.to_string();
        let mut deed = Deed::new(Permission::ChangeSite, Action::RoleSet, &number);
        if let Some(name) = change.name {
            deed = deed.with("name", name);
        }
        if let Some(permission) = change.permission {
            deed = deed.with("permission", permission);
        }
        if let Some(is_enabled) = change.is_enabled {
            deed = deed.with("enabled", is_enabled);
        }
        self.desk.carry_out(caller, deed, roles::set(&*self.roles, role, change, self.desk.now())).await
    }
}
