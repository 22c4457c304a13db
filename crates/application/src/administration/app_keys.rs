//! App keys.

use std::sync::Arc;

use sixin_domain::access::app_key::{AppKey, Secret};
use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;

use super::{AdminError, Deed, Desk};
use crate::operations::app_keys::{self as operations, AppKeyError, KeySpec};
use crate::operations::ports::{AppKeyAdmin, NewAppKey};
use crate::operators::caller::Caller;
use crate::ports::SecretSource;

/// For how many hours a former secret may go on working at most: a year.
pub const MOST_OVERLAP_HOURS: i64 = 24 * 365;

pub(super) fn check_overlap(hours: i64) -> Result<(), AdminError> {
    if (0..=MOST_OVERLAP_HOURS).contains(&hours) {
        return Ok(());
    }
    Err(AdminError::invalid(format!("the former secret works for 0 to {MOST_OVERLAP_HOURS} more hours")))
}

/// Looks after app keys.
pub struct AdministerAppKeys {
    /// What is written down.
    pub desk: Desk,
    /// The keys.
    pub keys: Arc<dyn AppKeyAdmin>,
    /// Makes secrets.
    pub secrets: Arc<dyn SecretSource>,
}

impl AdministerAppKeys {
    /// All keys, oldest first. Their secrets are to be shown to nobody.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<AppKey>, AdminError> {
        caller.need(Permission::SeeSite)?;
        Ok(self.keys.list().await?)
    }

    /// Makes a key. Its secret is to be shown now and never again.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn create(&self, caller: &Caller, spec: KeySpec) -> Result<NewAppKey, AdminError> {
        let name = spec.name.clone();
        let deed = Deed::new(Permission::KeepAppKeys, Action::AppKeyCreate, "")
            .with("dialect", spec.dialect.name())
            .with("name", &name);
        self.desk.carry_out(caller, deed, operations::create(&*self.keys, &*self.secrets, spec)).await
    }

    /// Takes over a key that exists elsewhere. `allow_short`: also with a secret that can be guessed.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn import(
        &self,
        caller: &Caller,
        spec: KeySpec,
        (app_id, secret): (String, Secret),
        allow_short: bool,
    ) -> Result<(), AdminError> {
        let (id, name) = (app_id.clone(), spec.name.clone());
        let deed = Deed::new(Permission::KeepAppKeys, Action::AppKeyCreate, &id)
            .with("dialect", spec.dialect.name())
            .with("name", &name);
        let work = operations::import(&*self.keys, spec, app_id, secret, allow_short);
        self.desk.carry_out(caller, deed, work).await.map(drop)
    }

    /// Switches a key on or off.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_enabled(&self, caller: &Caller, id: &str, is_enabled: bool) -> Result<(), AdminError> {
        let action = if is_enabled { Action::AppKeyEnable } else { Action::AppKeyDisable };
        let deed = Deed::new(Permission::KeepAppKeys, action, id);
        self.desk.carry_out(caller, deed, operations::set_enabled(&*self.keys, id, is_enabled)).await
    }

    /// Gives a key a rate of its own; `None` for that of the site, 0 for no limit.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_rate(&self, caller: &Caller, id: &str, rate: Option<u32>) -> Result<(), AdminError> {
        let said = rate.map_or_else(|| "site".to_owned(), |rate| rate.to_string());
        let deed = Deed::new(Permission::KeepAppKeys, Action::AppKeySet, id).with("sends_per_minute", said);
        self.desk.carry_out(caller, deed, operations::change_rate(&*self.keys, id, rate)).await
    }

    /// Gives a key a fresh secret; the present one works for so many more hours.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn rotate(&self, caller: &Caller, id: &str, overlap_hours: i64) -> Result<Secret, AdminError> {
        check_overlap(overlap_hours)?;
        let deed = Deed::new(Permission::KeepAppKeys, Action::AppKeyRotate, id).with("hours", overlap_hours);
        let rotate = async {
            let (now, overlap) = (self.desk.now(), overlap_hours * 60 * 60 * 1000);
            let secret = operations::rotate(&*self.keys, &*self.secrets, id, now, overlap).await?;
            secret.ok_or_else(|| AppKeyError::NotFound(id.to_owned()))
        };
        self.desk.carry_out(caller, deed, rotate).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::administration::testing::{NOW, caller, desk};
    use crate::operations::ports::MockAppKeyAdmin;
    use crate::ports::MockSecretSource;
    use sixin_domain::operator::OperatorRole;

    #[tokio::test]
    async fn only_administrators_rotate_and_the_secret_is_not_written_down() {
        let mut keys = MockAppKeyAdmin::new();
        keys.expect_rotate()
            .withf(|_, _, until| *until == NOW.plus(3_600_000))
            .returning(|id, _, _| Ok(id == "key"));
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "s".repeat(length));
        let (desk, written) = desk();
        let keys = AdministerAppKeys { desk, keys: Arc::new(keys), secrets: Arc::new(secrets) };
        let admin = caller(OperatorRole::Administrator);
        let refused = keys.rotate(&caller(OperatorRole::Support), "key", 1).await;
        assert!(matches!(refused, Err(AdminError::Forbidden(_))));
        assert!(matches!(keys.rotate(&admin, "key", -1).await, Err(AdminError::Invalid(_))));
        assert_eq!(keys.rotate(&admin, "key", 1).await.unwrap().reveal(), "s".repeat(32));
        assert_eq!(written.take(), ["app-key.rotate key hours=1"]);
        assert!(matches!(keys.rotate(&admin, "kee", 1).await, Err(AdminError::Unknown(_))));
    }
}
