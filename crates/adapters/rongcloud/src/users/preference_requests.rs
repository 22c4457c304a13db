//! What is asked for to wake devices or not, to call users something, and to pin.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::json;
use sixin_domain::user::push_preferences::NotificationLevel;
use sixin_domain::user::remark::{MOST_CHARS, Remark};
use sixin_domain::user::username::Username;
use sixin_web::documented;
use utoipa::ToSchema;

use crate::fields::TextOrDigits;
use crate::fields::source::names_itself;
use crate::fields::values::{
    AnyNumber, PageNumber, PrivateConversation, Size, Switch, Text, UserId, WholeNumber, listed,
};

/// Remarks of one call.
const MOST_REMARKS: usize = 100;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetPushPeriod,
    example = json!({"userId": "user1", "startTime": "22:00:00", "period": 480, "level": 1}))]
pub(super) struct SetPushPeriod {
    /// The user.
    pub(super) user_id: UserId,
    /// When it begins each day: HH:mm:ss.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]
    pub(super) start_time: String,
    /// How many minutes it takes.
    #[schema(value_type = i64, minimum = 1, maximum = 1439)]
    pub(super) period: WholeNumber,
    /// 1: private conversations and mentions still notify; 5: nothing does. Default 1.
    #[serde(default)]
    #[schema(value_type = SilentLevel)]
    pub(super) level: AnyNumber,
}

/// How silent.
pub(super) struct SilentLevel;

documented!(SilentLevel, json!({"type": "integer", "enum": [1, 5]}));

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetRemarks,
    example = json!({"userId": "user1", "remarks": [{"id": "user2", "remark": "Bob from work"}]}))]
pub(super) struct SetRemarks {
    /// Who calls them so.
    pub(super) user_id: UserId,
    /// 1 to 100 remarks. In a form: the text of the array.
    #[schema(value_type = Vec<NewRemark>, min_items = 1, max_items = 100)]
    pub(super) remarks: NewRemarks,
}

/// What a user calls another.
#[derive(serde::Deserialize, ToSchema)]
#[schema(as = RongCloudNewRemark)]
pub(super) struct NewRemark {
    /// Who it is about.
    #[serde(alias = "Id")]
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    pub(super) id: TextOrDigits,
    /// What the user calls it.
    #[serde(alias = "Remark")]
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    pub(super) remark: TextOrDigits,
}

/// 1 to 100 remarks, the text of a JSON array or an array.
pub(super) struct NewRemarks(pub(super) Vec<(Username, String)>);

impl<'de> Deserialize<'de> for NewRemarks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given: Option<Vec<NewRemark>> = listed(deserializer)?;
        let form = "must be a JSON array of objects with id and remark, both strings";
        let given = given.ok_or_else(|| D::Error::custom(form))?;
        if !(1..=MOST_REMARKS).contains(&given.len()) {
            return Err(D::Error::custom(format_args!("must hold 1 to {MOST_REMARKS} remarks")));
        }
        let checked = |NewRemark { id: TextOrDigits(id), remark: TextOrDigits(remark) }| {
            if remark.contains('\0') {
                return Err(names_itself("remark must not contain a NUL character"));
            }
            let remark = Remark::new(remark).ok_or_else(|| {
                names_itself(&format!(
                    "remark must be one line of 1 to {MOST_CHARS} characters, with something to see in it"
                ))
            })?;
            let user = Username::new(&id).map_err(|error| names_itself(&format!("id {error}")))?;
            Ok((user, remark.into_text()))
        };
        given.into_iter().map(checked).collect::<Result<_, _>>().map(Self)
    }
}

pub(super) type RemarksSize = Size<100, 50>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetRemarks, example = json!({"userId": "user1", "page": 1, "size": 50}))]
pub(super) struct GetRemarks {
    /// The user.
    pub(super) user_id: UserId,
    /// Remarks of a page.
    #[serde(default)]
    pub(super) size: RemarksSize,
    /// Which page.
    #[serde(default)]
    pub(super) page: PageNumber,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudDeleteRemark, example = json!({"userId": "user1", "targetId": "user2"}))]
pub(super) struct DeleteRemark {
    /// The user.
    pub(super) user_id: UserId,
    /// Who it is about.
    pub(super) target_id: UserId,
}

/// What notifies.
#[derive(Default)]
pub(super) struct OptionalLevel(pub(super) Option<NotificationLevel>);

documented!(OptionalLevel, json!({"type": "integer", "enum": [-1, 0, 1, 2, 4, 5]}));

impl<'de> Deserialize<'de> for OptionalLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let unknown = || D::Error::custom("must be -1, 0, 1, 2, 4 or 5");
        let number = AnyNumber::deserialize(deserializer)?.0;
        number.map(|number| NotificationLevel::new(number).ok_or_else(unknown)).transpose().map(Self)
    }
}

// `requestId` is the user whose setting it is, not the id of a request (docs/wire/rongcloud.md#request-id).
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetNotificationLevel,
    example = json!({"conversationType": 1, "requestId": "user1", "targetId": "user2", "unpushLevel": 5}))]
pub(super) struct SetNotificationLevel {
    #[serde(rename = "conversationType")]
    pub(super) _kind: PrivateConversation,
    /// Of no effect.
    #[serde(rename = "busChannel")]
    pub(super) _bus_channel: Option<Channel>,
    /// Whose setting it is: a user id, though the name says otherwise.
    pub(super) request_id: UserId,
    /// The other side.
    pub(super) target_id: UserId,
    /// 1: nothing, as 5; 0: unset.
    pub(super) is_muted: Option<Switch>,
    /// -1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing. One of the two must be
    /// given; this one counts if both are.
    #[serde(default)]
    pub(super) unpush_level: OptionalLevel,
}

pub(super) type Channel = Text<20>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetNotificationLevel,
    example = json!({"conversationType": 1, "requestId": "user1", "targetId": "user2"}))]
pub(super) struct GetNotificationLevel {
    #[serde(rename = "conversationType")]
    pub(super) _kind: PrivateConversation,
    /// Of no effect.
    #[serde(rename = "busChannel")]
    pub(super) _bus_channel: Option<Channel>,
    /// Whose setting it is: a user id, though the name says otherwise.
    pub(super) request_id: UserId,
    /// The other side.
    pub(super) target_id: UserId,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetTypeNotificationLevel,
    example = json!({"conversationType": 1, "requestId": "user1", "unpushLevel": 5}))]
pub(super) struct SetTypeNotificationLevel {
    #[serde(rename = "conversationType")]
    pub(super) _kind: PrivateConversation,
    /// Whose setting it is: a user id, though the name says otherwise.
    pub(super) request_id: UserId,
    /// 1: nothing, as 5; 0: unset.
    pub(super) is_muted: Option<Switch>,
    /// -1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing. One of the two must be
    /// given; this one counts if both are.
    #[serde(default)]
    pub(super) unpush_level: OptionalLevel,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetTypeNotificationLevel, example = json!({"conversationType": 1, "requestId": "user1"}))]
pub(super) struct GetTypeNotificationLevel {
    #[serde(rename = "conversationType")]
    pub(super) _kind: PrivateConversation,
    /// Whose setting it is: a user id, though the name says otherwise.
    pub(super) request_id: UserId,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetConversationTop,
    example = json!({"userId": "user1", "conversationType": 1, "targetId": "user2", "setTop": true}))]
pub(super) struct SetConversationTop {
    #[serde(rename = "conversationType")]
    pub(super) _kind: PrivateConversation,
    /// In whose list.
    pub(super) user_id: UserId,
    /// The other side.
    pub(super) target_id: UserId,
    /// true: pinned, false: not.
    pub(super) set_top: bool,
}
