//! Where devices are kept, what users want of them, and how they are woken.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use sixin_domain::id::UserId;
use sixin_domain::log::Position;
use sixin_domain::push::{DeviceSpec, Push, PushDevice};
use sixin_domain::time::Millis;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};

use crate::access::ports::TokenHash;
use crate::ports::StoreResult;

/// A device that is registered.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Whose it is.
    pub user: UserId,
    /// What it is.
    pub spec: DeviceSpec,
    /// SHA-256 of platform and token.
    pub token_hash: TokenHash,
    /// SHA-256 of the token of the session or device it is registered with.
    pub proof: TokenHash,
    /// Whether that is the token of one device alone: then this device takes the place of another one of the same platform and app.
    pub is_only: bool,
    /// When.
    pub at: Millis,
}

/// Where devices are kept. A device counts only as long as what it was registered with holds.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PushDevices: Send + Sync {
    /// Registers one and answers its number; one of the same token becomes this one. Of more than `most` of a user those seen least
    /// recently go.
    async fn register(&self, device: &NewDevice, most: i64) -> StoreResult<i64>;

    /// Those of a user, in the order of their numbers.
    async fn list(&self, user: UserId, now: Millis) -> StoreResult<Vec<PushDevice>>;

    /// Forgets one of a user; `false` if it has none of that number.
    async fn forget(&self, user: UserId, id: i64) -> StoreResult<bool>;

    /// Forgets one that is gone, unless it was registered again meanwhile.
    async fn forget_gone(&self, device: &PushDevice) -> StoreResult<()>;
}

/// What a recipient wants of the messages of a sender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Up to here one of its devices has everything.
    pub acknowledged: Position,
    /// Whether it has blocked the sender.
    pub blocks_sender: bool,
    /// What of this conversation notifies.
    pub level_here: NotificationLevel,
    /// What of all conversations does.
    pub level_everywhere: NotificationLevel,
    /// When its devices stay silent.
    pub period: Option<PushPeriod>,
    /// What it calls the sender.
    pub remark: Option<String>,
}

/// A recipient and a sender.
pub type Direction = (UserId, UserId);

/// What has to be known to decide whether devices are woken. MUST take few statements however many are asked for, and never answer from
/// memory.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PushLookup: Send + Sync {
    /// Whether there is any device at all.
    async fn has_devices(&self) -> StoreResult<bool>;

    /// Those of the users that have devices, whether these count or not.
    async fn with_devices(&self, users: &[UserId]) -> StoreResult<HashSet<UserId>>;

    /// The devices of users.
    async fn devices(&self, users: &[UserId], now: Millis) -> StoreResult<HashMap<UserId, Vec<PushDevice>>>;

    /// What each recipient wants.
    async fn wishes(&self, directions: &[Direction]) -> StoreResult<HashMap<Direction, Wishes>>;

    /// How many messages each user has not read, over all conversations; those without any may be missing.
    async fn unread(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, i64>>;
}

/// Where acknowledgements are kept.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PushAcks: Send + Sync {
    /// Notes up to where some device of each user has everything; what was noted before and is further stays. MUST write nothing for
    /// users that nobody would wake: those without devices, unless a webhook is told whom to wake.
    async fn note(&self, acks: &[(UserId, Position)]) -> StoreResult<()>;
}

/// How a push service has taken what it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// Well.
    Taken,
    /// There is no such device any more.
    Gone,
    /// Not now; maybe later, and not before so many milliseconds if it has said so.
    Later {
        /// When it wants to be asked again.
        after_ms: Option<i64>,
    },
    /// Never: it refuses what it was sent, or who sends it.
    Refused,
}

/// Wakes devices of a platform.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PushService: Send + Sync {
    /// Sends once. MUST end in bounded time, and log neither tokens nor texts. `id` is the same whenever the same is sent again.
    async fn send(&self, device: &PushDevice, push: &Push, text: &str, id: &str, now: Millis) -> Served;
}
