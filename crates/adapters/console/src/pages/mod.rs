//! The console: pages for operators, made on the server.

mod form;
mod guard;
mod language;
mod layout;
mod meanings;
mod plot;
mod session;
mod sign_in;
mod visit;
mod words;

mod app_keys;
mod audit;
mod conversation;
mod operators;
mod overview;
mod own_account;
mod receivers;
mod search;
mod site;
mod user;
mod users;
mod word_list;

use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use sixin_web::answer::fallback::{get, one};

const STYLE: &str = include_str!("../../assets/console.css");
const SCRIPT: &str = include_str!("../../assets/console.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// Where the console is.
pub(crate) const HOME: &str = "/console/";

/// Registers the pages.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    let file = |content_type: &'static str, text: &'static str| {
        get().to(move || async move { guard::file(content_type, text) })
    };
    routes
        .service(one("/console/console.css", [Method::GET]).route(file("text/css; charset=utf-8", STYLE)))
        .service(
            one("/console/console.js", [Method::GET]).route(file("text/javascript; charset=utf-8", SCRIPT)),
        )
        .service(one("/console/icon.svg", [Method::GET]).route(file("image/svg+xml", ICON)))
        .service(one("/console", [Method::GET]).route(get().to(home)))
        .service(one("/console/language", [Method::GET]).route(get().to(language::choose)))
        .service(
            one("/console/sign-in", [Method::GET, Method::POST])
                .route(get().to(sign_in::page))
                .route(web::post().to(sign_in::enter)),
        )
        .service(one("/console/sign-out", [Method::POST]).route(web::post().to(sign_in::leave)))
        .service(one(HOME, [Method::GET]).route(get().to(overview::page)))
        .service(
            one("/console/users", [Method::GET, Method::POST])
                .route(get().to(users::page))
                .route(web::post().to(users::create)),
        )
        .service(
            one("/console/user", [Method::GET, Method::POST])
                .route(get().to(user::page))
                .route(web::post().to(user::act)),
        )
        .service(
            one("/console/conversation", [Method::GET, Method::POST])
                .route(get().to(conversation::page))
                .route(web::post().to(conversation::read)),
        )
        .service(
            one("/console/search", [Method::GET, Method::POST])
                .route(get().to(search::page))
                .route(web::post().to(search::search)),
        )
        .service(
            one("/console/app-keys", [Method::GET, Method::POST])
                .route(get().to(app_keys::page))
                .route(web::post().to(app_keys::act)),
        )
        .service(
            one("/console/settings", [Method::GET, Method::POST])
                .route(get().to(site::settings))
                .route(web::post().to(site::change_setting)),
        )
        .service(
            one("/console/roles", [Method::GET, Method::POST])
                .route(get().to(site::roles))
                .route(web::post().to(site::change_role)),
        )
        .service(
            one("/console/words", [Method::GET, Method::POST])
                .route(get().to(word_list::page))
                .route(web::post().to(word_list::act)),
        )
        .service(
            one("/console/webhooks", [Method::GET, Method::POST])
                .route(get().to(receivers::webhooks))
                .route(web::post().to(receivers::act_on_webhook)),
        )
        .service(
            one("/console/hooks", [Method::GET, Method::POST])
                .route(get().to(receivers::hooks))
                .route(web::post().to(receivers::act_on_hook)),
        )
        .service(
            one("/console/operators", [Method::GET, Method::POST])
                .route(get().to(operators::page))
                .route(web::post().to(operators::act)),
        )
        .service(
            one("/console/operator", [Method::GET, Method::POST])
                .route(get().to(operators::tokens_page))
                .route(web::post().to(operators::act_on_token)),
        )
        .service(
            one("/console/own", [Method::GET, Method::POST])
                .route(get().to(own_account::page))
                .route(web::post().to(own_account::act)),
        )
        .service(one("/console/audit", [Method::GET]).route(get().to(audit::page)));
}

async fn home() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, HOME))
        .json(serde_json::json!({ "console": HOME }))
}
