//! Blacklists (facts: rongcloud 12.3). The documentation spells them in two ways.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::keep_blacklists::BlacklistError;
use sixin_application::ports::BlockedPlace;
use sixin_domain::time::Millis;
use sixin_domain::username::Username;
use utoipa::ToSchema;

use super::codes::Failure;
use super::conversation_fields::{required_user, user};
use super::responses::{SUCCESS, done};
use super::stage::{answered, log_store};
use crate::api::Api;
use crate::plumbing::reply;

/// Users of one call at most.
const MOST_USERS: usize = 20;
/// Users of a part at most, and without `size`.
const LARGEST_PART: i64 = 1000;

/// A blacklist, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudBlacklist)]
pub(crate) struct Blacklist {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Ids of those who are blocked, the newest first.
    users: Vec<String>,
    /// Where the list goes on: the next `pageToken`. Absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// `POST /user/blacklist/add.json`.
pub(super) async fn add(request: HttpRequest, payload: web::Payload, api: web::Data<Api>) -> HttpResponse {
    set(&request, payload, &api, true).await
}

/// `POST /user/blacklist/remove.json`.
pub(super) async fn remove(request: HttpRequest, payload: web::Payload, api: web::Data<Api>) -> HttpResponse {
    set(&request, payload, &api, false).await
}

async fn set(request: &HttpRequest, payload: web::Payload, api: &Api, is_blocked: bool) -> HttpResponse {
    answered(request, payload, api, async |fields| {
        let owner = required_user(&fields, "userId")?;
        let others = fields.list("blackUserId")?;
        if others.len() > MOST_USERS {
            return Err(Failure::parameter(format!("blackUserId must name at most {MOST_USERS} users")));
        }
        let others: Vec<Username> =
            others.iter().map(|id| user("blackUserId", id)).collect::<Result<_, _>>()?;
        api.keep_blacklists.set(&owner, &others, is_blocked).await.inspect_err(log_blacklist)?;
        Ok(done())
    })
    .await
}

/// `POST /user/blacklist/query.json`.
pub(super) async fn query(request: HttpRequest, payload: web::Payload, api: web::Data<Api>) -> HttpResponse {
    answered(&request, payload, &api, async |fields| {
        let owner = required_user(&fields, "userId")?;
        let after = fields.text("pageToken")?.map(|token| place(&token)).transpose()?;
        let size = fields.integer("size")?.unwrap_or(LARGEST_PART);
        if !(1..=LARGEST_PART).contains(&size) {
            return Err(Failure::parameter(format!("size must be between 1 and {LARGEST_PART}")));
        }
        let part = api.keep_blacklists.part(&owner, after, size).await.inspect_err(log_blacklist)?;
        let users = part.users.iter().map(ToString::to_string).collect();
        let next = part.next.map(|place| format!("{:x}-{:x}", place.since.0, place.number));
        Ok(reply::json(StatusCode::OK, SUCCESS, &Blacklist { code: SUCCESS, users, next }))
    })
    .await
}

fn place(token: &str) -> Result<BlockedPlace, Failure> {
    let number = |text| i64::from_str_radix(text, 16).ok();
    let place = token
        .split_once('-')
        .and_then(|(since, id)| Some(BlockedPlace { since: Millis(number(since)?), number: number(id)? }));
    place.ok_or_else(|| Failure::parameter("pageToken must be the next of an earlier answer"))
}

fn log_blacklist(error: &BlacklistError) {
    if let BlacklistError::Store(error) = error {
        log_store(error);
    }
}
