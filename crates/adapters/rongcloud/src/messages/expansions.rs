//! Keys and values that a message carries (docs/wire/rongcloud.md#expansion).

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Value, json};
use sixin_application::messages::change_messages::MessageRef;
use sixin_domain::message::expansion::{Edit, PAIRS_A_CALL};
use sixin_web::answer::reply;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::object;
use crate::fields::source::names_itself;
use crate::fields::values::{MessageId, OptionalNumber, PrivateConversation, Switch, UserId};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::EXPANSIONS;
use crate::sending::options::{expansion_key, pairs};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(set_message_expansion, delete_message_expansion, query_message_expansion))]
pub(crate) struct Operations;

/// The pairs a message carries.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudExpansion)]
pub(crate) struct Carried {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// By key.
    extra_content: BTreeMap<String, Pair>,
}

/// A value and since when it is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudExpansionValue)]
pub(crate) struct Pair {
    /// The value.
    #[schema(example = "done")]
    v: String,
    /// When it was set: milliseconds since 1970, UTC. What a message was published with is set when that was sent.
    #[schema(example = 1_607_503_252_000_i64)]
    ts: i64,
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudSetExpansion, example = json!({
    "msgUID": "16EA-XU84-007G-FDTH", "userId": "user1", "conversationType": 1, "targetId": "user2",
    "extraKeyVal": {"state": "done"},
}))]
struct SetExpansion {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Who changes it: one side of its conversation.
    user_id: UserId,
    /// The other side.
    target_id: UserId,
    #[serde(rename = "msgUID")]
    msg_uid: MessageId,
    /// Of no effect.
    #[serde(rename = "isSyncSender")]
    _is_sync_sender: Option<Switch>,
    extra_key_val: NewPairs,
}

/// 1 to 100 pairs: an object, or the text of one.
struct NewPairs(Vec<(String, String)>);

documented!(
    NewPairs,
    json!({
        "description": "1 to 100 pairs; in a form the text of the object. Keys are 1 to 32 characters out of A-Z a-z 0-9 + = _ -, \
                        values strings of at most 4096 characters.",
        "type": "object", "additionalProperties": {"type": "string", "maxLength": 4096},
    })
);

impl<'de> Deserialize<'de> for NewPairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const NAME: &str = "extraKeyVal";
        let given = match Value::deserialize(deserializer)? {
            Value::Object(members) => Ok(members),
            Value::String(text) => object(NAME, &text),
            _ => object(NAME, ""),
        };
        let named = |failure: Failure| names_itself::<D::Error>(&failure.detail);
        let given = given.map_err(named)?;
        if given.is_empty() {
            return Err(D::Error::custom(format_args!("must hold 1 to {PAIRS_A_CALL} pairs")));
        }
        pairs(NAME, given).map(Self).map_err(named)
    }
}

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudDeleteExpansion, example = json!({
    "msgUID": "16EA-XU84-007G-FDTH", "userId": "user1", "conversationType": 1, "targetId": "user2",
    "extraKey": ["state"],
}))]
struct DeleteExpansion {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Who changes it: one side of its conversation.
    user_id: UserId,
    /// The other side.
    target_id: UserId,
    #[serde(rename = "msgUID")]
    msg_uid: MessageId,
    /// Of no effect.
    #[serde(rename = "isSyncSender")]
    _is_sync_sender: Option<Switch>,
    extra_key: OldKeys,
}

/// 1 to 100 keys: an array, or the text of one.
struct OldKeys(Vec<String>);

documented!(
    OldKeys,
    json!({
        "description": "1 to 100 keys; in a form the text of the array.",
        "type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": PAIRS_A_CALL,
    })
);

impl<'de> Deserialize<'de> for OldKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys = Vec::<String>::deserialize(deserializer)?;
        if keys.len() > PAIRS_A_CALL {
            return Err(D::Error::custom(format_args!("must hold at most {PAIRS_A_CALL} keys")));
        }
        let keys = keys.into_iter().map(|key| expansion_key("extraKey", key));
        keys.collect::<Result<_, _>>().map(Self).map_err(|failure| names_itself(&failure.detail))
    }
}

type PairsPage = OptionalNumber<1, { i64::MAX }>;

#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudQueryExpansion, example = json!({"msgUID": "16EA-XU84-007G-FDTH", "pageNo": 1}))]
struct QueryExpansion {
    #[serde(rename = "msgUID")]
    msg_uid: MessageId,
    /// Which page of 300 pairs. Default 1.
    #[serde(default)]
    page_no: PairsPage,
}

/// Set keys and values of a message
///
/// Only for a message that was published with expansion=true; the `extraContent` it was published with is part of its pairs.
/// Either of its two users may set them. A key that is there gets the new value. A message has at most 300 pairs. Nobody stored the
/// message, it was recalled or published without expansion=true: 1003.
#[utoipa::path(post, path = EXPANSIONS[0], request_body = SetExpansion, responses((status = 200, body = Done)))]
pub(crate) async fn set_message_expansion(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: SetExpansion| {
        let SetExpansion { user_id, target_id, msg_uid, extra_key_val, .. } = wanted;
        let wanted = MessageRef { by: user_id.0, with: target_id.0, name: msg_uid.0 };
        let edit = Edit::Set(extra_key_val.0.into_iter().collect());
        api.expand_messages.edit(&wanted, edit).await?;
        Ok(done())
    })
    .await
}

/// Remove keys of a message
///
/// The counterpart of set.json, with the same rules. A key that is not there is no mistake.
#[utoipa::path(post, path = EXPANSIONS[1], request_body = DeleteExpansion, responses((status = 200, body = Done)))]
pub(crate) async fn delete_message_expansion(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: DeleteExpansion| {
        let DeleteExpansion { user_id, target_id, msg_uid, extra_key, .. } = wanted;
        let wanted = MessageRef { by: user_id.0, with: target_id.0, name: msg_uid.0 };
        api.expand_messages.edit(&wanted, Edit::Remove(extra_key.0.into_iter().collect())).await?;
        Ok(done())
    })
    .await
}

/// Read keys and values of a message
///
/// All pairs there are now, by key. Since a message has at most 300 pairs, all are on the first page.
/// `/v3/message/private/query.json` shows them too, without times.
#[utoipa::path(post, path = EXPANSIONS[2], request_body = QueryExpansion, responses((status = 200, body = Carried)))]
pub(crate) async fn query_message_expansion(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |QueryExpansion { msg_uid, page_no }| {
        // One that does not fit is beyond the last.
        let page = usize::try_from(page_no.0.unwrap_or(1)).unwrap_or(usize::MAX);
        let found = api.expand_messages.query(msg_uid.0, page).await?;
        let pair = |(key, v, at): (_, _, sixin_domain::time::Millis)| (key, Pair { v, ts: at.0 });
        let answer = Carried { code: SUCCESS, extra_content: found.into_iter().map(pair).collect() };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}
