//! `GET /live/presence`: who is online (docs/live.md#presence).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::delivery::passes::LiveGuest;
use sixin_application::ports::StoreResult;
use sixin_domain::id::UserId;
use utoipa::ToSchema;

use super::admission::{enter, malformed, unavailable, with_live_headers};
use super::dialect::LiveVoice;
use super::query::{PresenceQuery, users};
use super::{Live, PRESENCE};
use crate::answer::reply;

/// Most users that can be asked for, or watched.
pub(crate) const MOST_USERS: usize = 1000;

/// Who is online.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LivePresence)]
pub(crate) struct PresenceInfo {
    /// The users that were asked for and exist, in that order.
    users: Vec<UserPresence>,
}

/// Whether a user is online.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LiveUserPresence)]
pub(crate) struct UserPresence {
    /// As it was asked for.
    #[schema(example = "user2")]
    user: String,
    /// Whether it is connected, or was until a moment ago.
    is_online: bool,
}

/// Ask who is online
///
/// Users by their names, at most 1000. Who has blocked the caller seems to be offline. To hear of changes open a stream with
/// `?watch=` and the same names.
#[utoipa::path(get, path = PRESENCE, tag = "Live", params(PresenceQuery), responses((status = 200, body = PresenceInfo)))]
pub(crate) async fn presence(request: HttpRequest, live: web::Data<Live>) -> HttpResponse {
    let (guest, voice) = match enter(&request, &live).await {
        Ok(entered) => entered,
        Err(answer) => return answer,
    };
    let named = users(&request, "users");
    if named.is_empty() || named.len() > MOST_USERS {
        return malformed("users names 1 to 1000 users, separated by commas");
    }
    match shown(&live, &guest, &*voice, named).await {
        Ok(users) => with_live_headers(reply::json(StatusCode::OK, 200, &PresenceInfo { users })),
        Err(error) => unavailable(&error),
    }
}

async fn shown(
    live: &Live,
    guest: &LiveGuest,
    voice: &dyn LiveVoice,
    named: Vec<String>,
) -> StoreResult<Vec<UserPresence>> {
    let mut found = Vec::with_capacity(named.len());
    for user in named {
        if let Some(id) = id_of(live, voice, &user).await? {
            found.push((user, id));
        }
    }
    let ids: Vec<UserId> = found.iter().map(|(_, id)| *id).collect();
    let online = live.api.presence.online_to(guest.viewer.user.id, &ids).await?;
    let shown = |(user, id)| UserPresence { user, is_online: online.contains(&id) };
    Ok(found.into_iter().map(shown).collect())
}

async fn id_of(live: &Live, voice: &dyn LiveVoice, name: &str) -> StoreResult<Option<UserId>> {
    let Some(user) = voice.user(name) else { return Ok(None) };
    Ok(live.api.users.find(&user).await?.map(|user| user.id))
}

/// Whom a stream is to watch from its beginning: those that its address names.
pub(crate) async fn watched(
    request: &HttpRequest,
    live: &Live,
    guest: &LiveGuest,
    voice: &dyn LiveVoice,
) -> StoreResult<Vec<UserId>> {
    let names = users(request, "watch").into_iter().take(MOST_USERS);
    watchable(live, guest, voice, names).await
}

/// Those of the named that exist and have not blocked the guest.
pub(crate) async fn watchable(
    live: &Live,
    guest: &LiveGuest,
    voice: &dyn LiveVoice,
    names: impl Iterator<Item = String>,
) -> StoreResult<Vec<UserId>> {
    let mut found = Vec::new();
    for name in names {
        found.extend(id_of(live, voice, &name).await?);
    }
    if found.is_empty() {
        return Ok(found);
    }
    let relations = live.api.relations.between(guest.viewer.user.id, &found).await?;
    found.retain(|user| !relations.get(user).is_some_and(|relation| relation.recipient_blocked_sender));
    Ok(found)
}
