//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sixin_application::access::ports::PasswordError;
use sixin_application::administration::AdminError;
use sixin_application::operators::access::{OperatorAccessError, Proof};
use sixin_domain::access::app_key::Secret;
use sixin_web::request::body;
use sixin_web::request::client_address::client_address;

use super::form::Form;
use super::words::Words;
use super::{guard, language, session, visit};
use crate::ConsoleApi;
use crate::codes::told;

const PAGE: &str = "/console/sign-in";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    w: &'static Words,
    /// What the form carries.
    form_token: String,
    /// Where one goes afterwards.
    to: String,
    /// The name that was typed.
    name: String,
    /// What went wrong.
    message: Option<&'static str>,
}

/// Sends to the sign-in page whoever is not signed in, and back to where they wanted to go.
pub(super) fn ask(here: &str) -> HttpResponse {
    match language::own_page(here) {
        super::HOME => guard::to(PAGE),
        page => guard::to(&format!("{PAGE}?to={}", utf8_percent_encode(page, NON_ALPHANUMERIC))),
    }
}

/// Says that it can't be found out who is signed in.
pub(super) fn failed(w: &'static Words, error: AdminError) -> HttpResponse {
    let (status, refused) = told(error);
    let message = Some(w.refusal(refused.error));
    let page = SignInPage { w, form_token: String::new(), to: String::new(), name: String::new(), message };
    guard::page(status, &page)
}

/// The page, with a fresh word in its form and in a cookie: no other page knows both.
fn shown(
    api: &ConsoleApi,
    request: &HttpRequest,
    (status, message): (StatusCode, Option<&'static str>),
    form: &Form,
) -> HttpResponse {
    let form_token = session::cookie(request, session::FORM).unwrap_or_else(|| api.secrets.alphanumeric(32));
    let page = SignInPage {
        w: language::of(request),
        form_token: form_token.clone(),
        to: language::own_page(form.text("to")).to_owned(),
        name: form.text("name").to_owned(),
        message,
    };
    let mut answer = guard::page(status, &page);
    session::set(&mut answer, request, &api.http, session::FORM, &form_token);
    answer
}

/// `GET /console/sign-in`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, (StatusCode::OK, None), &Form::of_query(request.query_string()))
}

/// `POST /console/sign-in`
pub(super) async fn enter(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let w = language::of(&request);
    let form = match body::read(&request, payload, &api.http).await {
        Ok(bytes) => Form::read(&bytes),
        Err(_) => {
            return shown(&api, &request, (StatusCode::BAD_REQUEST, Some(w.stale_form)), &Form::default());
        }
    };
    let expected = session::cookie(&request, session::FORM).unwrap_or_default();
    if session::is_foreign(&request) || !session::are_same(form.text("form_token"), &expected) {
        return shown(&api, &request, (StatusCode::FORBIDDEN, Some(w.stale_form)), &form);
    }
    let address = client_address(&request, &api.http.trusted_proxies);
    let proof = Proof { password: Secret::new(form.text("password")), code: form.text("code").to_owned() };
    let entered = api.administration.access.sign_in(form.text("name").trim(), &proof, address).await;
    let token = match entered {
        Ok(token) => token,
        Err(error) => return shown(&api, &request, refused(w, error), &form),
    };
    let mut answer = guard::to(language::own_page(form.text("to")));
    session::set(&mut answer, &request, &api.http, session::SESSION, token.reveal());
    session::set(&mut answer, &request, &api.http, session::FORM, "");
    answer
}

fn refused(w: &'static Words, error: OperatorAccessError) -> (StatusCode, Option<&'static str>) {
    match error {
        OperatorAccessError::Wrong => (StatusCode::UNAUTHORIZED, Some(w.wrong_password)),
        OperatorAccessError::Locked => (StatusCode::TOO_MANY_REQUESTS, Some(w.locked)),
        OperatorAccessError::Password(PasswordError::Busy) => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(w.refusal("unavailable")))
        }
        OperatorAccessError::Password(error) => {
            let (status, refused) = told(error.into());
            (status, Some(w.refusal(refused.error)))
        }
        OperatorAccessError::Store(error) => {
            let (status, refused) = told(error.into());
            (status, Some(w.refusal(refused.error)))
        }
    }
}

/// `POST /console/sign-out`
pub(super) async fn leave(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let token = session::cookie(&request, session::SESSION).unwrap_or_default();
    let mut answer = visit::done(&api, &request, payload, "", async |visit, _| {
        api.administration.access.sign_out(&token, &visit.caller).await?;
        Ok(visit::After::Go(PAGE.to_owned()))
    })
    .await;
    if answer.status() == StatusCode::SEE_OTHER {
        session::set(&mut answer, &request, &api.http, session::SESSION, "");
    }
    answer
}
