//! A back end reads what a user has of a conversation, and cleans it (docs/wire/rongcloud.md#history).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use sixin_application::messages::read_history::HistoryRequest;
use sixin_domain::time::Millis;
use sixin_web::answer::reply;
use sixin_web::files::address::origin;
use utoipa::{OpenApi, ToSchema};

use crate::admission::answered;
use crate::api::RongCloudApi;
use crate::fields::values::{Moment, OptionalMoment, PrivateConversation, Size, Switch, Text, UserId};
use crate::messages::history_info::{Addresses, History, history};
use crate::responses::{Done, SUCCESS, done};
use crate::routes::{CLEAN, QUERY};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(query_private_messages, clean_history))]
pub(crate) struct Operations;

type HistorySize = Size<100, 10>;
type Channel = Text<20>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudQueryMessages, example = json!({
    "userId": "user1", "targetId": "user2", "startTime": 1_640_995_200_000_i64, "endTime": 1_640_998_800_000_i64,
    "pageSize": 10, "includeStart": 1,
}))]
struct QueryMessages {
    /// Where to begin: a time in milliseconds (or seconds) since 1970; a message of exactly that time is left out, unless
    /// `includeStart` is 1.
    start_time: Moment,
    /// Where to end: a time, and with it. Before startTime: backwards.
    end_time: Moment,
    /// How many at most, 1 to 100, those nearest to startTime.
    #[serde(default)]
    page_size: HistorySize,
    /// Of no effect; each message says which it was sent in.
    #[serde(rename = "busChannel")]
    _bus_channel: Option<Channel>,
    /// Whose view it is.
    user_id: UserId,
    /// The other side.
    target_id: UserId,
    /// 1: also a message of exactly startTime. Default false.
    include_start: Option<Switch>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudCleanHistory, example = json!({"fromUserId": "user1", "conversationType": 1, "targetId": "user2"}))]
struct CleanHistory {
    #[serde(rename = "conversationType")]
    _kind: PrivateConversation,
    /// Whose view is cleaned.
    from_user_id: UserId,
    /// The other side.
    target_id: UserId,
    /// Up to this time, and with it: milliseconds (or seconds) since 1970. Without it, or with 0, all.
    #[serde(default)]
    msg_timestamp: OptionalMoment,
}

/// Read the messages of two users
///
/// What `userId` sees of its conversation with `targetId`, from `startTime` on. Where `endTime` is later, that is forwards, the
/// oldest first; where it is earlier, backwards, the newest first: the newest ten are those of the present time as `startTime` and 0
/// as `endTime`. For the next page in either direction give the last `msgTime` as `startTime`. Messages of Fresns apps are among
/// them: a text as RC:TxtMsg, a file as RC:ImgMsg, RC:SightMsg, RC:HQVCMsg or RC:FileMsg with a link that expires.
#[utoipa::path(post, path = QUERY, request_body = QueryMessages, responses((status = 200, body = History)))]
pub(crate) async fn query_private_messages(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(&request, payload, &api, async |wanted: QueryMessages| {
        let wanted = HistoryRequest {
            user: wanted.user_id.0,
            with: wanted.target_id.0,
            from: wanted.start_time.0,
            includes_from: wanted.include_start.unwrap_or_default().0,
            until: wanted.end_time.0,
            limit: wanted.page_size.0,
        };
        let found = api.read_history.between(&wanted).await?;
        let settings = api.settings.settings().await?;
        let origin = origin(&request, &settings);
        let addresses = Addresses { settings: &settings, origin: &origin, links: &api.file_links };
        let answer: History = history(&wanted, found, &addresses);
        Ok(reply::json(StatusCode::OK, SUCCESS, &answer))
    })
    .await
}

/// Delete the history of one side
///
/// The messages are gone from the view of `fromUserId`; the other side keeps what it has.
#[utoipa::path(post, path = CLEAN, request_body = CleanHistory, responses((status = 200, body = Done)))]
pub(crate) async fn clean_history(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<RongCloudApi>,
) -> HttpResponse {
    answered(
        &request,
        payload,
        &api,
        async |CleanHistory { from_user_id, target_id, msg_timestamp, .. }| {
            // Of 0, which clients send that can't leave a number out, follows what follows of none: all is cleaned.
            let until = msg_timestamp.0.filter(|until| *until > Millis(0));
            api.read_history.clean(&from_user_id.0, &target_id.0, until).await?;
            Ok(done())
        },
    )
    .await
}
