//! Keys and values that a message carries (docs/wire/rongcloud.md#expansion).

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use sixin_application::messages::change_messages::MessageRef;
use sixin_domain::message::expansion::{Edit, PAIRS_A_CALL};
use sixin_web::answer::reply;
use utoipa::ToSchema;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::conversations::{message, must_be_private, required_user};
use crate::fields::{Fields, missing};
use crate::responses::{SUCCESS, done};
use crate::sending::options::{expansion_key, pairs};

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

/// `POST /message/expansion/set.json`.
pub(crate) async fn set(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| edited(&api, &fields, new_pairs).await).await
}

/// `POST /message/expansion/delete.json`.
pub(crate) async fn delete(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| edited(&api, &fields, old_keys).await).await
}

/// `POST /message/expansion/query.json`.
pub(crate) async fn query(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let wanted = message(&fields, "msgUID")?;
        let page = fields.integer("pageNo")?.unwrap_or(1);
        if page < 1 {
            return Err(Failure::parameter("pageNo must be 1 or more"));
        }
        // One that does not fit is beyond the last.
        let page = usize::try_from(page).unwrap_or(usize::MAX);
        let found = api.expand_messages.query(wanted, page, read_expansion).await?;
        let pair = |(key, v, at): (_, _, sixin_domain::time::Millis)| (key, Pair { v, ts: at.0 });
        let answer = Carried { code: SUCCESS, extra_content: found.into_iter().map(pair).collect() };
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// Reads from the options of a message whether it was published with `expansion=true`, and with which pairs.
pub(crate) fn read_expansion(delivery: &str) -> Option<BTreeMap<String, String>> {
    let delivery: Map<String, Value> = serde_json::from_str(delivery).ok()?;
    delivery.get("expansion").and_then(Value::as_bool).filter(|is_on| *is_on)?;
    let pairs = delivery.get("extraContent").and_then(Value::as_object).into_iter().flatten();
    Some(pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
}

async fn edited(
    api: &RongCloudApi,
    fields: &Fields,
    read: fn(&Fields) -> Result<Edit, Failure>,
) -> Result<HttpResponse, Failure> {
    must_be_private(fields)?;
    let wanted = MessageRef {
        by: required_user(fields, "userId")?,
        with: required_user(fields, "targetId")?,
        name: message(fields, "msgUID")?,
    };
    // Well formed, and without an effect while there are no devices.
    fields.flag("isSyncSender")?;
    let edit = read(fields)?;
    api.expand_messages.edit(&wanted, edit, read_expansion).await?;
    Ok(done())
}

/// `extraKeyVal`: an object, or the text of one.
fn new_pairs(fields: &Fields) -> Result<Edit, Failure> {
    const NAME: &str = "extraKeyVal";
    let given = fields.object(NAME)?.ok_or_else(|| missing(NAME))?;
    if given.is_empty() {
        return Err(Failure::parameter(format!("{NAME} must hold 1 to {PAIRS_A_CALL} pairs")));
    }
    Ok(Edit::Set(pairs(NAME, given)?.into_iter().collect()))
}

/// `extraKey`: an array of keys, or the text of one.
fn old_keys(fields: &Fields) -> Result<Edit, Failure> {
    const NAME: &str = "extraKey";
    let keys = fields.list(NAME)?;
    if keys.len() > PAIRS_A_CALL {
        return Err(Failure::parameter(format!("{NAME} must hold at most {PAIRS_A_CALL} keys")));
    }
    let keys = keys.into_iter().map(|key| expansion_key(NAME, key));
    Ok(Edit::Remove(keys.collect::<Result<_, _>>()?))
}
