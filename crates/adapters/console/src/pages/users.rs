//! The list of users.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sixin_application::administration::users::UserForm;
use sixin_domain::access::app_key::Secret;

use super::layout::Layout;
use super::visit::{After, done, shown};
use crate::ConsoleApi;
use crate::api::users::{UsersAsked, search};
use crate::views::UsersInfo;

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    l: Layout,
    q: String,
    found: UsersInfo,
}

/// The address of a user's page.
pub(super) fn address(name: &str) -> String {
    format!("/console/user?name={}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

/// `GET /console/users`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "users", async |visit, asked| {
        let q = asked.text("q").to_owned();
        let wanted = UsersAsked { q: Some(q.clone()), after: asked.number("after")?, limit: None };
        let found = search(&api, &visit.caller, wanted).await?;
        Ok(UsersPage { l: visit.layout(), q, found })
    })
    .await
}

/// `POST /console/users`: makes one.
pub(super) async fn create(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "users", async |visit, form| {
        let password = form.text("password");
        let wanted = UserForm {
            username: form.text("username").to_owned(),
            uid: form.number("uid")?,
            nickname: form.some("nickname"),
            email: form.some("email"),
            phone: form.some("phone"),
            password: (!password.is_empty()).then(|| Secret::new(password)),
        };
        let made = api.administration.users.create(&visit.caller, wanted).await?;
        Ok(After::Go(format!("{}&done=1", address(made.username.as_str()))))
    })
    .await
}
