//! The endpoints of this dialect.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, web};
use sixin_web::answer::fallback::{get, one};

use crate::conversations::{attributes, tags};
use crate::messages::{changes as messages, expansions, history, logs};
use crate::sending::publish::{publish_private_message, publish_private_status, publish_private_template};
use crate::sending::{stream, system};
use crate::site::sensitive_words;
use crate::users::{
    friends, hosted_profiles, lists as user_lists, preferences, profiles as users, restrictions,
};

/// Where a back end publishes (docs/wire/rongcloud.md#publish).
pub(crate) const PUBLISH: &str = "/message/private/publish.json";
/// Where it says to each recipient something of its own (docs/wire/rongcloud.md#template).
pub(crate) const TEMPLATE: &str = "/message/private/publish_template.json";
/// Where it publishes a message piece by piece, and reads what there is of one (docs/wire/rongcloud.md#stream).
pub(crate) const STREAM: &str = "/v3/message/private/publish_stream.json";
pub(crate) const GET_STREAM: &str = "/v3/message/get_stream.json";
/// Where it speaks for the user whom the site has named for that (docs/wire/rongcloud.md#system).
pub(crate) const SYSTEM: &str = "/message/system/publish.json";
/// Where it tells those who are online now (docs/wire/rongcloud.md#status-message).
pub(crate) const STATUS: &str = "/statusmessage/private/publish.json";
/// Where it takes a message back (docs/wire/rongcloud.md#recall).
pub(crate) const RECALL: &str = "/message/recall.json";
/// Where it changes one (docs/wire/rongcloud.md#modify).
pub(crate) const MODIFY: &str = "/message/private/modify.json";
/// Where it reads (docs/wire/rongcloud.md#history).
pub(crate) const QUERY: &str = "/v3/message/private/query.json";
/// Where it cleans the history of one side (docs/wire/rongcloud.md#clean).
pub(crate) const CLEAN: &str = "/conversation/message/history/clean.json";
/// Where it keeps pairs with a message (docs/wire/rongcloud.md#expansion).
pub(crate) const EXPANSIONS: [&str; 3] =
    ["/message/expansion/set.json", "/message/expansion/delete.json", "/message/expansion/query.json"];

/// Where it asks for the log of an hour, and deletes it (docs/wire/rongcloud.md#hourly-log).
pub(crate) const LOG: &str = "/message/history.json";
pub(crate) const DELETE_LOG: &str = "/message/history/delete.json";
/// Where the logs are.
pub(crate) const LOG_FILE: &str = "/message/history/{date}.zip";

/// A path that takes POST, as nearly every one of this dialect (docs/wire/rongcloud.md#transport).
pub(crate) fn post<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A, Output = HttpResponse>,
    A: FromRequest + 'static,
{
    one(path, [Method::POST]).route(web::post().to(handler))
}

/// A path that takes GET, as some newer ones do.
pub(crate) fn look_up<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A, Output = HttpResponse>,
    A: FromRequest + 'static,
{
    one(path, [Method::GET]).route(get().to(handler))
}

/// Registers the endpoints.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    let [set, delete, query] = EXPANSIONS;
    config
        .service(post(PUBLISH, publish_private_message))
        .service(post(TEMPLATE, publish_private_template))
        .service(post(STATUS, publish_private_status))
        .service(post(STREAM, stream::publish_private_stream))
        .service(post(SYSTEM, system::publish_system_message))
        .service(post(GET_STREAM, stream::get_stream))
        .service(post(RECALL, messages::recall_message))
        .service(post(MODIFY, messages::modify_private_message))
        .service(post(QUERY, history::query_private_messages))
        .service(post(CLEAN, history::clean_history))
        .service(post(set, expansions::set_message_expansion))
        .service(post(delete, expansions::delete_message_expansion))
        .service(post(query, expansions::query_message_expansion))
        .service(post(LOG, logs::link_message_log))
        .service(post(DELETE_LOG, logs::delete_message_log))
        .service(one(LOG_FILE, [Method::GET]).route(get().to(logs::read)));
    for part in [
        users::configure,
        user_lists::configure,
        restrictions::configure,
        preferences::configure,
        friends::configure,
        hosted_profiles::configure,
        tags::configure,
        attributes::configure,
        sensitive_words::configure,
    ] {
        config.configure(part);
    }
}
