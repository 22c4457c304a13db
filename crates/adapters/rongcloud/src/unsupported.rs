//! What RongCloud has and a service for two users has not.

use actix_web::HttpResponse;

use crate::codes::{Code, Failure};
use crate::responses;

/// How the paths of other services begin (docs/wire/rongcloud.md#not-one-to-one).
const UNSUPPORTED: [&str; 35] = [
    "/group/",
    "/chatroom/",
    "/discussion/",
    "/ultragroup",
    "/v2/",
    "/entrust/",
    "/bot/",
    "/rtc/",
    "/room/",
    "/message/group/",
    "/message/discussion/",
    "/message/chatroom/",
    "/message/ultragroup/",
    "/message/system/",
    "/message/broadcast",
    "/message/online/",
    "/message/expansion/ultragroup",
    "/statusmessage/group/",
    "/statusmessage/chatroom/",
    "/statusmessage/discussion/",
    "/statusmessage/ultragroup/",
    "/v3/message/group/",
    "/v3/message/chatroom/",
    "/v3/message/ultragroup/",
    "/v3/message/system/",
    "/v3/ultragroup/",
    "/v3/group/",
    "/v3/chatroom/",
    "/user/group/",
    "/user/chatroom/",
    "/user/ultragroup/",
    "/user/tag/",
    "/user/tags/",
    "/push/",
    "/push.json",
];

/// The answer to a call for groups, chat rooms, broadcasts and the like; `None` for any other path.
pub(crate) fn unsupported(path: &str) -> Option<HttpResponse> {
    let detail =
        "sixin is for one-to-one messages; there are no groups, chat rooms, broadcasts, tags or pushes";
    let is_unsupported = UNSUPPORTED.iter().any(|beginning| path.starts_with(beginning));
    is_unsupported.then(|| responses::refused(path, &Failure::new(Code::NotActivated, detail)))
}
