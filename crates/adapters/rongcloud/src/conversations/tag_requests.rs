//! What is asked for to sort conversations.

use std::fmt::Display;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::json;
use sixin_domain::conversation::tag::{MOST_TAGS, TAGGED_A_CALL, Tag, TagId};
use sixin_domain::user::username::Username;
use sixin_web::documented;
use utoipa::ToSchema;

use crate::fields::TextOrDigits;
use crate::fields::source::names_itself;
use crate::fields::values::{PrivateConversation, UserId, listed};

/// What a tag is known by.
pub(super) struct KnownBy(pub(super) TagId);

documented!(KnownBy, json!({"type": "string", "minLength": 1, "maxLength": 20}));

impl<'de> Deserialize<'de> for KnownBy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        TagId::new(&id).map(Self).map_err(D::Error::custom)
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetTags,
    example = json!({"userId": "user1", "tags": [{"tagId": "t1", "tagName": "Work"}]}))]
pub(super) struct SetTags {
    /// Whose tags they are.
    pub(super) user_id: UserId,
    /// 1 to 20 tags. Those there are get new names.
    #[schema(value_type = Vec<NewTag>, min_items = 1, max_items = 20)]
    pub(super) tags: NewTags,
}

/// A tag.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudNewTag)]
struct NewTag {
    /// What it is known by: one line.
    #[schema(value_type = String, min_length = 1, max_length = 20)]
    tag_id: TextOrDigits,
    /// What it is called: one line.
    #[schema(value_type = String, min_length = 1, max_length = 15)]
    tag_name: TextOrDigits,
}

/// Some tags.
pub(super) struct NewTags(pub(super) Vec<Tag>);

impl<'de> Deserialize<'de> for NewTags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let most = usize::try_from(MOST_TAGS).unwrap_or_default();
        let given: Vec<NewTag> = some(deserializer, most, "objects with tagId and tagName, both strings")?;
        let checked = |NewTag { tag_id: TextOrDigits(id), tag_name: TextOrDigits(name) }| {
            TagId::new(&id).map_err(|rule| of_part("tagId", rule))?;
            Tag::new(&id, &name).map_err(|rule| of_part("tagName", rule))
        };
        given.into_iter().map(checked).collect::<Result<_, _>>().map(Self)
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudDeleteTags, example = json!({"userId": "user1", "tagIds": ["t1"]}))]
pub(super) struct DeleteTags {
    /// Whose tags they are.
    pub(super) user_id: UserId,
    /// 1 to 20 tags.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    pub(super) tag_ids: KnownTags,
}

/// Some tags by what they are known by.
pub(super) struct KnownTags(pub(super) Vec<TagId>);

impl<'de> Deserialize<'de> for KnownTags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let most = usize::try_from(MOST_TAGS).unwrap_or_default();
        let given: Vec<TextOrDigits> = some(deserializer, most, "strings")?;
        let checked = |TextOrDigits(id)| TagId::new(&id).map_err(|rule| of_part("tagIds", rule));
        given.into_iter().map(checked).collect::<Result<_, _>>().map(Self)
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudTagConversations, example = json!({
    "userId": "user1", "tagId": "t1", "conversations": [{"targetId": "user2", "conversationType": 1}],
}))]
pub(super) struct TagConversations {
    /// Whose tag it is.
    pub(super) user_id: UserId,
    /// Which tag.
    pub(super) tag_id: KnownBy,
    /// 1 to 100 conversations.
    #[schema(value_type = Vec<NamedConversation>, min_items = 1, max_items = 100)]
    pub(super) conversations: NamedConversations,
}

/// A conversation of the user.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudNamedConversation)]
struct NamedConversation {
    /// The other side.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    target_id: TextOrDigits,
    /// 1; there are no other conversations here.
    #[schema(value_type = PrivateConversation)]
    conversation_type: TextOrDigits,
}

/// Some conversations, by their other sides.
pub(super) struct NamedConversations(pub(super) Vec<Username>);

impl<'de> Deserialize<'de> for NamedConversations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = "objects with targetId and conversationType";
        let given: Vec<NamedConversation> = some(deserializer, TAGGED_A_CALL, form)?;
        let checked = |NamedConversation { target_id: TextOrDigits(id), conversation_type }| {
            if conversation_type.0 != "1" {
                return Err(names_itself("conversationType must be 1: sixin is for one-to-one messages"));
            }
            Username::new(&id).map_err(|rule| of_part("targetId", rule))
        };
        given.into_iter().map(checked).collect::<Result<_, _>>().map(Self)
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudTaggedConversations, example = json!({"userId": "user1", "tagId": "t1"}))]
pub(super) struct TaggedConversations {
    /// Whose tag it is.
    pub(super) user_id: UserId,
    /// Which tag.
    pub(super) tag_id: KnownBy,
}

/// A list of 1 to so many.
fn some<'de, T: serde::de::DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
    most: usize,
    form: &str,
) -> Result<Vec<T>, D::Error> {
    let given = listed(deserializer)?;
    let given: Vec<T> =
        given.ok_or_else(|| D::Error::custom(format_args!("must be a JSON array of {form}")))?;
    if (1..=most).contains(&given.len()) {
        return Ok(given);
    }
    Err(D::Error::custom(format_args!("must hold 1 to {most} entries")))
}

fn of_part<E: Error>(part: &str, rule: impl Display) -> E {
    names_itself(&format!("{part} {rule}"))
}
