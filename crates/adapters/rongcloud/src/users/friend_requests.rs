//! What is asked for to keep friends.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::json;
use sixin_domain::text::visible::is_name;
use sixin_domain::user::friend::FriendPermission;
use sixin_web::documented;
use utoipa::ToSchema;

use crate::fields::values::{Number, ObjectText, Size, Switch, Text, UserId, Users};

/// Characters of what a friend is called.
const REMARK_CHARS: usize = 64;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudAddFriend, example = json!({"userId": "user1", "targetId": "user2", "optType": 2}))]
pub(super) struct AddFriend {
    /// Who wants a friend.
    pub(super) user_id: UserId,
    /// Whom.
    pub(super) target_id: UserId,
    /// 1: as the other permits; 2: at once. Default 1.
    pub(super) opt_type: Option<Number<1, 2>>,
}

pub(super) type Hundred = Users<100>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudOfFriends, example = json!({"userId": "user1", "targetIds": ["user2"]}))]
pub(super) struct OfFriends {
    /// Whose friends.
    pub(super) user_id: UserId,
    /// Who is meant.
    pub(super) target_ids: Hundred,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudCleanFriends, example = json!({"userId": "user1"}))]
pub(super) struct CleanFriends {
    /// Whose friends.
    pub(super) user_id: UserId,
}

pub(super) type FriendsSize = Size<100, 50>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetFriends, example = json!({"userId": "user1", "size": 50, "order": 0}))]
pub(super) struct GetFriends {
    /// Whose friends.
    pub(super) user_id: UserId,
    /// `pageToken` of the answer before.
    pub(super) page_token: Option<Text<64>>,
    /// How many at most.
    #[serde(default)]
    pub(super) size: FriendsSize,
    /// 0: the oldest friendship first; 1: the newest. Default 0.
    pub(super) order: Option<Switch>,
}

/// What a friend is called.
pub(super) struct Remark(pub(super) String);

documented!(Remark, json!({"type": "string", "maxLength": REMARK_CHARS}));

impl<'de> Deserialize<'de> for Remark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text::<REMARK_CHARS>(remark) = Text::deserialize(deserializer)?;
        if remark.chars().count() > REMARK_CHARS || !is_name(&remark) {
            return Err(D::Error::custom(format_args!(
                "must be one line of at most {REMARK_CHARS} characters, with something to see in it"
            )));
        }
        Ok(Self(remark))
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetFriendProfile, example = json!({
    "userId": "user1", "targetId": "user2", "remarkName": "Bob from work", "friendExtProfile": "{\"ext_team\":\"blue\"}",
}))]
pub(super) struct SetFriendProfile {
    /// Whose friend.
    pub(super) user_id: UserId,
    /// The friend.
    pub(super) target_id: UserId,
    /// What the friend is called.
    pub(super) remark_name: Option<Remark>,
    /// The text of a JSON object of texts. It replaces what was there; an empty object removes it.
    pub(super) friend_ext_profile: Option<ObjectText>,
}

/// Whom a user takes.
pub(super) struct Permission(pub(super) FriendPermission);

documented!(
    Permission,
    json!({
        "description": "1: whoever asks; 2: whoever the user agrees to; 3: nobody.", "type": "integer", "enum": [1, 2, 3],
    })
);

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Number::<1, 3>(number) = Number::deserialize(deserializer)?;
        FriendPermission::from_number(number).map(Self).ok_or_else(|| D::Error::custom("must be 1, 2 or 3"))
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetFriendPermission, example = json!({"userIds": ["user1"], "permissionType": 2}))]
pub(super) struct SetPermission {
    /// Whose permission.
    pub(super) user_ids: Hundred,
    /// Whom they take.
    pub(super) permission_type: Permission,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudGetFriendPermissions, example = json!({"userIds": ["user1"]}))]
pub(super) struct GetPermissions {
    /// Whose permissions.
    pub(super) user_ids: Hundred,
}
