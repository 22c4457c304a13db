//! Users register the devices that are to be woken for them.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::live_ticket::{LivePass, LiveProof};
use sixin_domain::push::{BadDevice, DeviceSpec, MOST_DEVICES, PushDevice};
use thiserror::Error;

use super::ports::{NewDevice, PushDevices};
use crate::access::authenticate_user::hash_token;
use crate::ports::{Clock, StoreError, StoreResult};

/// Why no device was registered.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// It can't be one.
    #[error(transparent)]
    Device(#[from] BadDevice),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps devices of users. Each is of the session or token it was registered with, and ends with that.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepDevices: Send + Sync {
    /// Registers one and answers its number. One that somebody else has registered with the same token is from now on this user's.
    async fn register(&self, pass: &LivePass, spec: DeviceSpec) -> Result<i64, RegisterError>;

    /// Those of the user.
    async fn list(&self, pass: &LivePass) -> StoreResult<Vec<PushDevice>>;

    /// Forgets one; `false` if the user has none of that number.
    async fn forget(&self, pass: &LivePass, id: i64) -> StoreResult<bool>;
}

/// [`KeepDevices`] over the ports.
pub struct DeviceKeeping {
    /// Where they are kept.
    pub devices: Arc<dyn PushDevices>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepDevices for DeviceKeeping {
    async fn register(&self, pass: &LivePass, spec: DeviceSpec) -> Result<i64, RegisterError> {
        let spec = spec.checked()?;
        let (proof, is_only) = match &pass.proof {
            LiveProof::Session { token, .. } => (*token, true),
            // RongCloud's back ends hand the same token to all devices of a user.
            LiveProof::Device { token } => (*token, false),
        };
        let token_hash = hash_token(&format!("{} {}", spec.platform.name(), spec.token.reveal()));
        let device = NewDevice { user: pass.user, spec, token_hash, proof, is_only, at: self.clock.now() };
        let most = i64::try_from(MOST_DEVICES).unwrap_or(i64::MAX);
        Ok(self.devices.register(&device, most).await?)
    }

    async fn list(&self, pass: &LivePass) -> StoreResult<Vec<PushDevice>> {
        self.devices.list(pass.user, self.clock.now()).await
    }

    async fn forget(&self, pass: &LivePass, id: i64) -> StoreResult<bool> {
        self.devices.forget(pass.user, id).await
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::id::UserId;
    use sixin_domain::push::{PushPlatform, PushToken};
    use sixin_domain::time::Millis;

    use super::*;
    use crate::ports::MockClock;
    use crate::push::ports::MockPushDevices;

    fn keeping(devices: MockPushDevices) -> DeviceKeeping {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(5));
        DeviceKeeping { devices: Arc::new(devices), clock: Arc::new(clock) }
    }

    fn spec(token: &str) -> DeviceSpec {
        let token = PushToken::kept(token.to_owned());
        let (app, language) = (String::new(), String::new());
        DeviceSpec { platform: PushPlatform::Fcm, token, keys: None, app, language, hides_text: false }
    }

    #[tokio::test]
    async fn a_session_is_one_device_and_a_token_of_a_back_end_may_be_many() {
        let session = LiveProof::Session { aid: "a".into(), token: [7; 32], platform: 5 };
        for (proof, is_only) in [(session, true), (LiveProof::Device { token: [7; 32] }, false)] {
            let mut devices = MockPushDevices::new();
            devices
                .expect_register()
                .once()
                .withf(move |device, most| {
                    device.is_only == is_only
                        && device.proof == [7; 32]
                        && device.user == UserId(2)
                        && *most == 20
                })
                .returning(|_, _| Ok(9));
            let pass = LivePass { user: UserId(2), proof };
            assert_eq!(keeping(devices).register(&pass, spec("t")).await.unwrap(), 9);
        }
    }

    #[tokio::test]
    async fn what_can_be_no_device_is_not_kept() {
        let pass = LivePass { user: UserId(2), proof: LiveProof::Device { token: [7; 32] } };
        let refused = keeping(MockPushDevices::new()).register(&pass, spec("")).await;
        assert!(matches!(refused, Err(RegisterError::Device(BadDevice::Token))));
    }
}
