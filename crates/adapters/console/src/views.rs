//! What is shown of users, messages and the rest: the answers of the API, and what the pages are made of. Times are milliseconds since
//! 1970 UTC.

mod audit;
mod messages;
mod overview;
mod receivers;
mod retention;
mod site;
mod users;

pub(crate) use self::audit::{AuditInfo, AuditPage};
pub(crate) use self::messages::{ConversationInfo, FoundInfo};
pub(crate) use self::overview::{DiskInfo, OverviewInfo, SampleInfo};
pub(crate) use self::receivers::{DeadLetterInfo, DecisionInfo, HookInfo, WebhookInfo};
pub(crate) use self::retention::{AgeInfo, RanInfo, RetentionInfo};
pub(crate) use self::site::{AppKeyInfo, RoleInfo, SettingInfo, WordInfo};
pub(crate) use self::users::{UserDetailInfo, UserInfo, UsersInfo};
