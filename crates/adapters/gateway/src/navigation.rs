//! Where a client is told to connect (docs/client-sdk.md#navigation): `/v2/navi.json`, and `/navi.js` for older ones.

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::access::ports::AppKeys;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::ports::StoreResult;
use sixin_domain::access::app_key::Dialect;
use sixin_web::answer::fallback;
use sixin_web::answer::reply::{self, header_text};
use sixin_web::request::body;
use sixin_web::request::scheme::is_over_tls;

use crate::api::GatewayApi;

const NAVIGATION: &str = "/v2/navi.json";
const OLD_NAVIGATION: &str = "/navi.js";
/// The headers that browsers ask to send.
pub(crate) const REQUEST_HEADERS: &[&str] = &["rc-appkey", "rc-negotiate"];
/// Receipts of the fifth kind.
const RECEIPTS: i32 = 4;
/// That users have profiles.
const PROFILES: i32 = 1;
/// That users can be watched.
const PRESENCE: i32 = 1;
/// A WebSocket, and one over TLS.
const PLAIN: i32 = 5;
const SECURE: i32 = 6;

#[derive(Deserialize)]
struct Asked {
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AskedLongAgo {
    app_id: Option<String>,
    token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    addr: String,
    protocol: i32,
    weight: i32,
}

/// What the SDK is told. The names are the SDK's; what is left out is off.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Navigation {
    code: u16,
    user_id: String,
    server_addr: Vec<Place>,
    /// For older ones.
    server: String,
    backup_server: String,
    /// Or the SDK sends its logs to a host of its vendor.
    log_switch: i32,
    open_history_msg: i32,
    #[serde(rename = "type")]
    kind: i32,
    open_anti: i32,
    sub_driven: i32,
    #[serde(rename = "grpRRVer")]
    receipts: i32,
    user_profile: i32,
    server_save_unread: i32,
    stream_server: StreamServer,
}

/// Where growing messages are read.
#[derive(Serialize)]
struct StreamServer {
    addrs: Vec<Place>,
}

#[derive(Serialize)]
struct TurnedAway {
    code: u16,
}

/// Registers the endpoints.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            fallback::one(NAVIGATION, [Method::POST])
                .route(web::post().to(navigate))
                .route(web::route().method(Method::OPTIONS).to(preflight)),
        )
        .service(fallback::one(OLD_NAVIGATION, [Method::GET]).route(web::get().to(navigate_as_before)));
}

/// Whether an app key is one of those that RongCloud's clients show.
pub(crate) async fn is_known(keys: &dyn AppKeys, app_key: &str) -> StoreResult<bool> {
    let key = keys.find(app_key).await?;
    Ok(key.is_some_and(|key| key.is_enabled && key.dialect == Dialect::RongCloud))
}

/// A token without the hosts that may be written behind it.
pub(crate) fn bare(token: &str) -> &str {
    token.split_once('@').map_or(token, |(token, _)| token)
}

async fn navigate(request: HttpRequest, payload: web::Payload, api: web::Data<GatewayApi>) -> HttpResponse {
    let app_key = header_text(&request, "rc-appkey").unwrap_or_default().to_owned();
    // An app that shows no body shows no token.
    let body = body::read(&request, payload, &api.http).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&body);
    let token = web::Query::<Asked>::from_query(&text).ok().and_then(|asked| asked.into_inner().token);
    let answer = match place(&request, &api, &app_key, &token.unwrap_or_default()).await {
        Ok(found) => reply::json(StatusCode::OK, 200, &found),
        Err(status) => refused(status),
    };
    for_browsers(answer, &api)
}

async fn navigate_as_before(request: HttpRequest, api: web::Data<GatewayApi>) -> HttpResponse {
    let asked =
        web::Query::<AskedLongAgo>::from_query(request.query_string()).ok().map(web::Query::into_inner);
    let (app_key, token) = asked.map_or((None, None), |asked| (asked.app_id, asked.token));
    let (app_key, token) = (app_key.unwrap_or_default(), token.unwrap_or_default());
    let answer = match place(&request, &api, &app_key, &token).await {
        // The SDK takes what stands between the braces; a name of its own is not echoed.
        Ok(found) => reply::json(StatusCode::OK, 200, &found),
        Err(status) => refused(status),
    };
    for_browsers(answer, &api)
}

async fn preflight(api: web::Data<GatewayApi>) -> HttpResponse {
    let mut answer = HttpResponse::NoContent().finish();
    let headers = answer.headers_mut();
    let allowed = HeaderValue::from_static("RC-Appkey, RC-Negotiate, Content-Type");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    for_browsers(answer, &api)
}

/// Pages of any origin may ask, unless the site names origins: then it is these, as for everything else. A token proves who asks, not
/// a cookie.
pub(crate) fn for_browsers(mut answer: HttpResponse, api: &GatewayApi) -> HttpResponse {
    if api.http.cors_origins.is_empty() {
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn refused(status: StatusCode) -> HttpResponse {
    reply::json(status, i64::from(status.as_u16()), &TurnedAway { code: status.as_u16() })
}

async fn place(
    request: &HttpRequest,
    api: &GatewayApi,
    app_key: &str,
    token: &str,
) -> Result<Navigation, StatusCode> {
    let user_id = match guest(api, app_key, token).await {
        Ok(Some(guest)) => guest.viewer.user.username.to_string(),
        // Who is banned is told so by the connection.
        Ok(None) => String::new(),
        Err(status) => return Err(status),
    };
    reply::note_app_key(request, app_key);
    let addr = api.public_address.as_deref().map(str::to_owned);
    let addr = addr.unwrap_or_else(|| request.connection_info().host().to_owned());
    let asks = header_text(request, "rc-negotiate").is_some_and(|said| said.contains("conn=6"));
    let is_secure = asks || is_over_tls(request);
    let (protocol, scheme) = if is_secure { (SECURE, "https") } else { (PLAIN, "http") };
    // Without a scheme the SDK takes https on any page.
    let streams = vec![Place { addr: format!("{scheme}://{addr}"), protocol, weight: 10 }];
    Ok(Navigation {
        code: 200,
        user_id,
        server: addr.clone(),
        backup_server: String::new(),
        server_addr: vec![Place { addr, protocol, weight: 10 }],
        log_switch: 0,
        open_history_msg: 1,
        kind: 0,
        open_anti: 0,
        sub_driven: PRESENCE,
        receipts: RECEIPTS,
        user_profile: PROFILES,
        server_save_unread: api.keeps_unread.into(),
        stream_server: StreamServer { addrs: streams },
    })
}

/// The user behind a token; `None` of one that is known and may not connect.
async fn guest(api: &GatewayApi, app_key: &str, token: &str) -> Result<Option<LiveGuest>, StatusCode> {
    let is_known = is_known(&*api.app_keys, app_key).await.map_err(|error| unavailable(&error))?;
    if !is_known {
        return Err(StatusCode::UNAUTHORIZED);
    }
    match api.passes.of_device(bare(token)).await {
        Ok(guest) => Ok(Some(guest)),
        Err(PassRefusal::DeviceUnknown | PassRefusal::Ticket) => Err(StatusCode::UNAUTHORIZED),
        Err(PassRefusal::Banned | PassRefusal::Session(_)) => Ok(None),
        Err(PassRefusal::Store(error)) => Err(unavailable(&error)),
    }
}

fn unavailable(error: &sixin_application::ports::StoreError) -> StatusCode {
    tracing::warn!(%error, "a client can't be told where to connect");
    StatusCode::SERVICE_UNAVAILABLE
}
