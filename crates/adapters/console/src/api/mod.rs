//! The administration API: `Authorization: Bearer` and a token of an operator, JSON in, JSON out.
#![allow(unused_qualifications, reason = "what utoipa derives for parameters writes whole paths")]

pub(crate) mod adding;
pub(crate) mod app_keys;
pub(crate) mod audit;
pub(crate) mod messages;
pub(crate) mod operators;
pub(crate) mod overview;
pub(crate) mod own_account;
pub(crate) mod people;
pub(crate) mod receivers;
pub(crate) mod retention;
pub(crate) mod site;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod words;

use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sixin_application::administration::AdminError;
use sixin_application::administration::people::ExportedPerson;
use sixin_application::operators::caller::Caller;
use sixin_web::answer::fallback::{get, one};
use sixin_web::answer::reply::{self, header_text};
use sixin_web::request::body;
use sixin_web::request::client_address::client_address;
use utoipa::ToSchema;

use crate::ConsoleApi;
use crate::archive;
use crate::codes::{refused, unauthorized, without_body};

/// Where it is.
pub(crate) const BASE: &str = "/admin/v1";

/// Rows that a part of a list has, if nobody says how many, and at most.
pub(crate) const USUAL_LIMIT: i64 = 50;
pub(crate) const MOST_LIMIT: i64 = 500;

/// Something was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDone)]
pub(crate) struct Done {
    /// Always true.
    pub(crate) done: bool,
    /// How many sessions, events or the like it was about; null where that is not counted.
    pub(crate) count: Option<i64>,
}

pub(crate) const DONE: Done = Done { done: true, count: None };

impl Done {
    pub(crate) fn counted(count: usize) -> Self {
        Self { done: true, count: i64::try_from(count).ok() }
    }
}

/// Registers the endpoints.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}{path}");
    routes
        .service(one(&at("/overview"), [Method::GET]).route(get().to(overview::admin_overview)))
        .service(one(&at("/audit"), [Method::GET]).route(get().to(audit::admin_audit)))
        .service(
            one(&at("/users"), [Method::GET, Method::POST])
                .route(get().to(users::admin_list_users))
                .route(web::post().to(users::admin_create_user)),
        )
        .service(
            one(&at("/users/{user}"), [Method::GET, Method::DELETE])
                .route(get().to(users::admin_show_user))
                .route(web::delete().to(users::admin_delete_user)),
        )
        .service(
            one(&at("/users/{user}/password"), [Method::POST])
                .route(web::post().to(users::admin_set_user_password)),
        )
        .service(
            one(&at("/users/{user}/sessions/revoke"), [Method::POST])
                .route(web::post().to(users::admin_revoke_sessions)),
        )
        .service(
            one(&at("/users/{user}/restrict"), [Method::POST])
                .route(web::post().to(users::admin_restrict_user)),
        )
        .configure(configure_people)
        .configure(configure_site)
        .configure(configure_messages)
        .configure(configure_receivers)
        .configure(configure_operators)
        .configure(configure_own_account);
}

fn configure_people(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}{path}");
    routes
        .service(
            one(&at("/users/{user}/export"), [Method::POST]).route(web::post().to(people::admin_export_user)),
        )
        .service(
            one(&at("/users/{user}/erase"), [Method::POST]).route(web::post().to(people::admin_erase_user)),
        )
        .service(
            one(&at("/retention"), [Method::GET, Method::POST])
                .route(get().to(retention::admin_show_retention))
                .route(web::post().to(retention::admin_run_retention)),
        );
}

fn configure_site(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}{path}");
    routes
        .service(
            one(&at("/app-keys"), [Method::GET, Method::POST])
                .route(get().to(app_keys::admin_list_app_keys))
                .route(web::post().to(app_keys::admin_create_app_key)),
        )
        .service(
            one(&at("/app-keys/import"), [Method::POST])
                .route(web::post().to(app_keys::admin_import_app_key)),
        )
        .service(
            one(&at("/app-keys/{app_id}/rotate"), [Method::POST])
                .route(web::post().to(app_keys::admin_rotate_app_key)),
        )
        .service(
            one(&at("/app-keys/{app_id}/enabled"), [Method::PUT])
                .route(web::put().to(app_keys::admin_enable_app_key)),
        )
        .service(
            one(&at("/app-keys/{app_id}/rate"), [Method::PUT])
                .route(web::put().to(app_keys::admin_set_app_key_rate)),
        )
        .service(one(&at("/settings"), [Method::GET]).route(get().to(site::admin_list_settings)))
        .service(
            one(&at("/settings/{key}"), [Method::PUT, Method::DELETE])
                .route(web::put().to(site::admin_set_setting))
                .route(web::delete().to(site::admin_reset_setting)),
        )
        .service(one(&at("/roles"), [Method::GET]).route(get().to(site::admin_list_roles)))
        .service(one(&at("/roles/{role}"), [Method::PUT]).route(web::put().to(site::admin_set_role)))
        .service(
            one(&at("/block-words"), [Method::GET, Method::PUT, Method::DELETE])
                .route(get().to(words::admin_list_words))
                .route(web::put().to(words::admin_put_word))
                .route(web::delete().to(words::admin_remove_word)),
        )
        .service(one(&at("/block-words/try"), [Method::POST]).route(web::post().to(words::admin_try_words)));
}

fn configure_messages(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}{path}");
    routes
        .service(
            one(&at("/conversations/read"), [Method::POST])
                .route(web::post().to(messages::admin_read_conversation)),
        )
        .service(
            one(&at("/messages/search"), [Method::POST])
                .route(web::post().to(messages::admin_search_messages)),
        );
}

fn configure_receivers(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}{path}");
    routes
        .service(
            one(&at("/webhooks"), [Method::GET, Method::POST])
                .route(get().to(receivers::admin_list_webhooks))
                .route(web::post().to(adding::admin_add_webhook)),
        )
        .service(
            one(&at("/webhooks/{id}/rotate"), [Method::POST])
                .route(web::post().to(adding::admin_rotate_webhook)),
        )
        .service(
            one(&at("/webhooks/{id}/dead-letters"), [Method::GET])
                .route(get().to(receivers::admin_dead_letters)),
        )
        .service(
            one(&at("/webhooks/{id}/do"), [Method::POST])
                .route(web::post().to(receivers::admin_do_with_webhook)),
        )
        .service(
            one(&at("/hooks"), [Method::GET, Method::POST])
                .route(get().to(receivers::admin_list_hooks))
                .route(web::post().to(adding::admin_add_hook)),
        )
        .service(
            one(&at("/hooks/{id}/rotate"), [Method::POST]).route(web::post().to(adding::admin_rotate_hook)),
        )
        .service(one(&at("/hooks/{id}/test"), [Method::POST]).route(web::post().to(adding::admin_test_hook)))
        .service(one(&at("/hooks/decisions"), [Method::GET]).route(get().to(receivers::admin_list_decisions)))
        .service(
            one(&at("/hooks/{id}/do"), [Method::POST]).route(web::post().to(receivers::admin_do_with_hook)),
        );
}

fn configure_operators(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}/operators{path}");
    routes
        .service(
            one(&at(""), [Method::GET, Method::POST])
                .route(get().to(operators::admin_list_operators))
                .route(web::post().to(operators::admin_create_operator)),
        )
        .service(
            one(&at("/{name}/role"), [Method::PUT]).route(web::put().to(operators::admin_set_operator_role)),
        )
        .service(
            one(&at("/{name}/enabled"), [Method::PUT]).route(web::put().to(operators::admin_enable_operator)),
        )
        .service(
            one(&at("/{name}/password"), [Method::POST])
                .route(web::post().to(operators::admin_set_operator_password)),
        )
        .service(
            one(&at("/{name}/second-factor"), [Method::DELETE])
                .route(web::delete().to(operators::admin_take_second_factor)),
        )
        .service(
            one(&at("/{name}/tokens"), [Method::GET, Method::POST])
                .route(get().to(tokens::admin_list_tokens))
                .route(web::post().to(tokens::admin_create_token)),
        )
        .service(
            one(&at("/{name}/tokens/{id}"), [Method::DELETE])
                .route(web::delete().to(tokens::admin_revoke_token)),
        );
}

fn configure_own_account(routes: &mut web::ServiceConfig) {
    let at = |path: &str| format!("{BASE}/own{path}");
    routes
        .service(
            one(&at("/password"), [Method::POST]).route(web::post().to(own_account::admin_set_own_password)),
        )
        .service(
            one(&at("/second-factor/propose"), [Method::POST])
                .route(web::post().to(own_account::admin_propose_second_factor)),
        )
        .service(
            one(&at("/second-factor/begin"), [Method::POST])
                .route(web::post().to(own_account::admin_begin_second_factor)),
        )
        .service(
            one(&at("/second-factor/end"), [Method::POST])
                .route(web::post().to(own_account::admin_end_second_factor)),
        );
}

/// The operator for whom the token of a request speaks.
async fn caller(api: &ConsoleApi, request: &HttpRequest) -> Result<Caller, HttpResponse> {
    let value = header_text(request, "authorization").unwrap_or_default();
    let token = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim()).ok_or_else(unauthorized)?;
    let address = client_address(request, &api.http.trusted_proxies);
    let found = api.administration.access.of_token(token, address).await;
    found.map_err(|error| refused(error.into()))?.ok_or_else(unauthorized)
}

/// Answers a request of an operator that has no body.
pub(crate) async fn answered<T: Serialize>(
    api: &ConsoleApi,
    request: &HttpRequest,
    work: impl AsyncFnOnce(&Caller) -> Result<T, AdminError>,
) -> HttpResponse {
    let caller = match caller(api, request).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    match work(&caller).await {
        Ok(done) => private(reply::json(StatusCode::OK, 200, &done)),
        Err(error) => refused(error),
    }
}

/// Answers a request of an operator that has a body in JSON.
pub(crate) async fn answered_with<B: DeserializeOwned, T: Serialize>(
    api: &ConsoleApi,
    request: &HttpRequest,
    payload: Payload,
    work: impl AsyncFnOnce(&Caller, B) -> Result<T, AdminError>,
) -> HttpResponse {
    let bytes = match body::read(request, payload, &api.http).await {
        Ok(bytes) => bytes,
        Err(error) => return without_body(&error),
    };
    answered(api, request, async |caller| {
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let read = serde_json::from_slice(text).map_err(|error| unreadable("the body", &error))?;
        work(caller, read).await
    })
    .await
}

/// Answers a request of an operator with what belongs to a person.
pub(crate) async fn handed_out<B: DeserializeOwned>(
    api: &ConsoleApi,
    request: &HttpRequest,
    payload: Payload,
    work: impl AsyncFnOnce(&Caller, B) -> Result<ExportedPerson, AdminError>,
) -> HttpResponse {
    let bytes = match body::read(request, payload, &api.http).await {
        Ok(bytes) => bytes,
        Err(error) => return without_body(&error),
    };
    let caller = match caller(api, request).await {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    let read = serde_json::from_slice(&bytes).map_err(|error| unreadable("the body", &error));
    let exported = match read {
        Ok(body) => work(&caller, body).await,
        Err(error) => Err(error),
    };
    exported.map_or_else(refused, archive::answer)
}

fn unreadable(what: &str, error: &dyn std::fmt::Display) -> AdminError {
    AdminError::Invalid(format!("{what} can't be read: {error}"))
}

/// What the address of a request asks for.
pub(crate) fn query<Q: DeserializeOwned>(request: &HttpRequest) -> Result<Q, AdminError> {
    let read = Query::<Q>::from_query(request.query_string());
    read.map(Query::into_inner).map_err(|error| unreadable("the query", &error))
}

/// A part of the path, decoded.
pub(crate) fn part(request: &HttpRequest, name: &str) -> String {
    let raw = request.match_info().get(name).unwrap_or_default();
    // What is left encoded stands for what would have been taken for something else, such as a slash.
    percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// A part of the path that is a number.
pub(crate) fn number(request: &HttpRequest, name: &str, what: &str) -> Result<i64, AdminError> {
    let text = part(request, name);
    text.parse().map_err(|_| AdminError::Unknown(format!("{what} {text}")))
}

/// How many rows are asked for.
pub(crate) fn limit(given: Option<i64>) -> Result<i64, AdminError> {
    match given.unwrap_or(USUAL_LIMIT) {
        limit if (1..=MOST_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(AdminError::Invalid(format!("limit is a number from 1 to {MOST_LIMIT}"))),
    }
}

/// Nobody but the caller keeps it.
fn private(mut answer: HttpResponse) -> HttpResponse {
    let value = actix_web::http::header::HeaderValue::from_static("no-store");
    answer.headers_mut().insert(actix_web::http::header::CACHE_CONTROL, value);
    answer
}
