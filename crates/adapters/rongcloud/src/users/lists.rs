//! Blacklists and whitelists (docs/wire/rongcloud.md#user-lists). The documentation spells the former in two ways.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::users::ports::{ListKind, ListPlace};
use sixin_domain::time::Millis;
use sixin_web::answer::reply;
use utoipa::ToSchema;

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::codes::Failure;
use crate::fields::conversations::required_user;
use crate::fields::users::{size_or, users};
use crate::responses::{SUCCESS, done};
use crate::routes::post;

/// Users of one call at most.
pub(crate) const MOST_USERS: usize = 20;
/// Users of a part at most, and without `size`.
const LARGEST_PART: i64 = 1000;

/// The paths of a list, and the parameter for those on it.
pub(crate) struct ListPaths {
    pub(crate) kind: ListKind,
    pub(crate) add: &'static str,
    pub(crate) remove: &'static str,
    pub(crate) query: &'static str,
}

/// As the clients spell it, as the English documentation does, and the whitelist.
pub(crate) const LISTS: [ListPaths; 3] = [
    ListPaths {
        kind: ListKind::Black,
        add: "/user/blacklist/add.json",
        remove: "/user/blacklist/remove.json",
        query: "/user/blacklist/query.json",
    },
    ListPaths {
        kind: ListKind::Black,
        add: "/user/blocklist/add.json",
        remove: "/user/blocklist/remove.json",
        query: "/user/blocklist/query.json",
    },
    ListPaths {
        kind: ListKind::White,
        add: "/user/whitelist/add.json",
        remove: "/user/whitelist/remove.json",
        query: "/user/whitelist/query.json",
    },
];

/// The parameter that names those on a list.
pub(crate) fn listed_parameter(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Black => "blackUserId",
        ListKind::White => "whiteUserId",
    }
}

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    for ListPaths { kind, add, remove, query } in LISTS {
        let set = |path: &str, is_listed: bool| {
            post(
                path,
                move |request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>| async move {
                    set(&request, payload, &api, kind, is_listed).await
                },
            )
        };
        config.service(set(add, true)).service(set(remove, false)).service(post(
            query,
            move |request: HttpRequest, payload: web::Payload, api: web::Data<RongCloudApi>| async move {
                part(&request, payload, &api, kind).await
            },
        ));
    }
}

/// A list, or a part of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudUserList)]
pub(crate) struct UserList {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// Ids of those who are on it, the newest first.
    users: Vec<String>,
    /// Where the list goes on: the next `pageToken`. Absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

async fn set(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    kind: ListKind,
    is_listed: bool,
) -> HttpResponse {
    answered(request, payload, api, async |fields| {
        let owner = required_user(&fields, "userId")?;
        let others = users(&fields, listed_parameter(kind), MOST_USERS)?;
        api.keep_user_lists.set(kind, &owner, &others, is_listed).await?;
        Ok(done())
    })
    .await
}

async fn part(
    request: &HttpRequest,
    payload: web::Payload,
    api: &RongCloudApi,
    kind: ListKind,
) -> HttpResponse {
    answered(request, payload, api, async |fields| {
        let owner = required_user(&fields, "userId")?;
        let after = fields.text("pageToken")?.map(|token| place(&token)).transpose()?;
        let size = size_or(&fields, "size", LARGEST_PART, LARGEST_PART)?;
        let part = api.keep_user_lists.part(kind, &owner, after, size).await?;
        let users = part.users.iter().map(ToString::to_string).collect();
        let next = part.next.map(|place| format!("{:x}-{:x}", place.since.0, place.number));
        Ok(reply::json(StatusCode::OK, SUCCESS, &UserList { code: SUCCESS, users, next }))
    })
    .await
}

fn place(token: &str) -> Result<ListPlace, Failure> {
    let number = |text| i64::from_str_radix(text, 16).ok();
    let place = token
        .split_once('-')
        .and_then(|(since, id)| Some(ListPlace { since: Millis(number(since)?), number: number(id)? }));
    place.ok_or_else(|| Failure::parameter("pageToken must be the next of an earlier answer"))
}
