//! Who is online, and who wants to hear of it.

use prost::Message;
use sixin_application::delivery::watching::{Shown, WatchError, seconds};
use sixin_application::ports::StoreError;
use sixin_domain::user::username::Username;

use super::{Answer, Caller, found};
use crate::codes::Code;
use crate::wire::users::{
    PullSubDataResp, PullUserSubReq, PullUserSubResp, QrySubDataReq, SubData, SubDataDetail,
    UpdateUserSubReq, UpdateUserSubResp, WatchedUser, Watching,
};

/// What is watched: whether a user is online. There are others, of profiles and of friends.
const ONLINE: i32 = 1;
/// The same of users that are not watched.
const ONLINE_ONCE: i32 = 3;
/// No longer.
const UNWATCH: i32 = 1;
/// Everybody who is online is so on some platform; which one sixin does not keep.
const WEB: i32 = 3;

impl From<WatchError> for Code {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::TooMany => Self::TOO_MANY_WATCHED,
            WatchError::Time => Self::PARAMETER,
            WatchError::Store(error) => error.into(),
        }
    }
}

/// Watches users, or no longer.
pub(crate) async fn watch(caller: &Caller<'_>, asked: UpdateUserSubReq) -> Result<Answer, Code> {
    if asked.kind != Some(ONLINE) {
        return Err(Code::UNSUPPORTED);
    }
    let (me, keep) = (caller.showing.me(), &caller.showing.api.keep_watches);
    let users = names(&asked.users)?;
    if asked.op.unwrap_or_default() == UNWATCH {
        keep.unwatch(me, &users).await?;
    } else {
        keep.watch(me, &users, asked.expiry.unwrap_or_default().into()).await?;
    }
    let shown = keep.shown(me).await?;
    caller.stream.watch(shown);
    Ok(found(&UpdateUserSubResp { users: Vec::new(), time: Some(caller.now().0) }))
}

/// Whom the user watches, on whichever device it has said so.
pub(crate) async fn watched(caller: &Caller<'_>, asked: PullUserSubReq) -> Result<Answer, Code> {
    let watched = caller.showing.api.keep_watches.watched(caller.showing.me()).await?;
    let list = watched.iter().map(|(name, watched)| Watching {
        users: vec![WatchedUser { user_id: Some(name.to_string()) }],
        kind: Some(ONLINE),
        time: Some(watched.since.0),
        expiry: i32::try_from(seconds(watched)).ok(),
        op: Some(0),
    });
    let version = caller.now().0.max(asked.version.unwrap_or_default());
    let (version, has_next, is_full) = (Some(version), Some(false), Some(true));
    Ok(found(&PullUserSubResp { list: list.collect(), version, has_next, is_full }))
}

/// How those are whom the user watches.
pub(crate) async fn of_watched(caller: &Caller<'_>) -> Result<Answer, Code> {
    let keep = &caller.showing.api.keep_watches;
    let watched = keep.watched(caller.showing.me()).await?;
    let names: Vec<Username> = watched.into_iter().map(|(name, _)| name).collect();
    let mut list = Vec::new();
    for some in names.chunks(sixin_application::delivery::watching::MOST_AT_ONCE) {
        list.extend(details(caller, some, ONLINE).await?);
    }
    Ok(answered(caller, list))
}

/// How some are.
pub(crate) async fn of_some(caller: &Caller<'_>, asked: QrySubDataReq) -> Result<Answer, Code> {
    let kind = asked.kind.filter(|kind| [ONLINE, ONLINE_ONCE].contains(kind)).ok_or(Code::UNSUPPORTED)?;
    let list = details(caller, &names(&asked.users)?, kind).await?;
    Ok(answered(caller, list))
}

fn answered(caller: &Caller<'_>, list: Vec<SubDataDetail>) -> Answer {
    let version = Some(caller.now().0);
    found(&PullSubDataResp { list, version, has_next: Some(false), is_full: Some(true) })
}

async fn details(caller: &Caller<'_>, users: &[Username], kind: i32) -> Result<Vec<SubDataDetail>, Code> {
    let shown = caller.showing.api.keep_watches.presence(caller.showing.me(), users).await?;
    let at = caller.now().0;
    let detail = |Shown { name, is_online }: Shown| detail(name.to_string(), is_online, at, kind);
    Ok(shown.into_iter().map(detail).collect())
}

fn detail(user: String, is_online: bool, at: i64, kind: i32) -> SubDataDetail {
    let data = SubData { platform: Some(WEB), value: Some(is_online.into()), version: Some(at) };
    SubDataDetail { user_id: Some(user), data: vec![data], kind: Some(kind) }
}

/// That somebody who is watched came or went.
pub(crate) fn told(user: String, is_online: bool, at: i64) -> Vec<u8> {
    detail(user, is_online, at, ONLINE).encode_to_vec()
}

fn names(users: &[WatchedUser]) -> Result<Vec<Username>, Code> {
    let name = |user: &WatchedUser| Username::new(user.user_id.as_deref().unwrap_or_default());
    users.iter().map(name).collect::<Result<_, _>>().map_err(|_| Code::PARAMETER)
}

/// Has a stream show whom its user watches.
pub(crate) async fn begin(
    api: &crate::api::GatewayApi,
    me: sixin_domain::id::UserId,
    stream: &sixin_application::delivery::stream::LiveStream,
) -> Result<(), StoreError> {
    let shown = api.keep_watches.shown(me).await?;
    if !shown.is_empty() {
        stream.watch(shown);
    }
    Ok(())
}
