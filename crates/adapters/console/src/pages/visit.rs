//! What every page of a signed-in operator goes through.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_application::operators::access::SignedIn;
use sixin_application::operators::caller::Caller;
use sixin_web::request::body;
use sixin_web::request::client_address::client_address;

use super::form::Form;
use super::layout::Layout;
use super::words::Words;
use super::{guard, language, session};
use crate::ConsoleApi;
use crate::codes::told;

/// With which header a script asks for a page that nobody has asked for: that keeps no session alive.
const BACKGROUND: &str = "x-background";

/// An operator at a page.
pub(super) struct Visit {
    pub(super) caller: Caller,
    form_token: String,
    w: &'static Words,
    here: String,
    is_done: bool,
    page: &'static str,
}

impl Visit {
    /// What stands around the page.
    pub(super) fn layout(&self) -> Layout {
        Layout {
            here: self.here.clone(),
            is_done: self.is_done,
            ..Layout::new(self.w, self.page, &self.caller, self.form_token.clone())
        }
    }

    /// The words of the language.
    pub(super) fn words(&self) -> &'static Words {
        self.w
    }
}

/// What is shown after something was done.
pub(super) enum After {
    /// Another page, that says that it was done.
    Go(String),
    /// This one.
    Show(HttpResponse),
}

/// Says what was not done, and why.
#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    l: Layout,
    what: &'static str,
    message: String,
}

async fn visit(api: &ConsoleApi, request: &HttpRequest, page: &'static str) -> Result<Visit, HttpResponse> {
    let w = language::of(request);
    let here = match request.uri().path_and_query() {
        Some(address) => address.as_str().to_owned(),
        None => request.path().to_owned(),
    };
    let token = session::cookie(request, session::SESSION).unwrap_or_default();
    let address = client_address(request, &api.http.trusted_proxies);
    let is_used = !request.headers().contains_key(BACKGROUND);
    let found = api.administration.access.of_session(&token, address, is_used).await;
    let found = found.map_err(|error| super::sign_in::failed(w, error.into()))?;
    let Some(SignedIn { caller, form_token }) = found else {
        return Err(super::sign_in::ask(&here));
    };
    let is_done = Form::of_query(request.query_string()).is_ticked("done");
    Ok(Visit { caller, form_token, w, here, is_done, page })
}

fn refused(visit: &Visit, error: AdminError) -> HttpResponse {
    let (status, refused) = told(error);
    let mut l = visit.layout();
    l.is_done = false;
    guard::page(status, &RefusedPage { what: l.w.refusal(refused.error), l, message: refused.message })
}

/// Shows a page to whoever is signed in.
pub(super) async fn shown<T: Template>(
    api: &ConsoleApi,
    request: &HttpRequest,
    page: &'static str,
    make: impl AsyncFnOnce(&Visit, &Form) -> Result<T, AdminError>,
) -> HttpResponse {
    let visit = match visit(api, request, page).await {
        Ok(visit) => visit,
        Err(answer) => return answer,
    };
    match make(&visit, &Form::of_query(request.query_string())).await {
        Ok(template) => guard::page(StatusCode::OK, &template),
        Err(error) => refused(&visit, error),
    }
}

/// Does what a form of a page asks for, if it was sent from a page of this session.
pub(super) async fn done(
    api: &ConsoleApi,
    request: &HttpRequest,
    payload: Payload,
    page: &'static str,
    work: impl AsyncFnOnce(&Visit, &Form) -> Result<After, AdminError>,
) -> HttpResponse {
    let body = body::read(request, payload, &api.http).await;
    let visit = match visit(api, request, page).await {
        Ok(visit) => visit,
        Err(answer) => return answer,
    };
    let form = match body {
        Ok(bytes) => Form::read(&bytes),
        Err(error) => return refused(&visit, AdminError::Invalid(error.to_string())),
    };
    if session::is_foreign(request) || !session::are_same(form.text("form_token"), &visit.form_token) {
        let l = visit.layout();
        let message = l.w.stale_form.to_owned();
        return guard::page(StatusCode::FORBIDDEN, &RefusedPage { what: l.w.not_done, l, message });
    }
    match work(&visit, &form).await {
        Ok(After::Go(address)) => guard::to(&address),
        Ok(After::Show(answer)) => answer,
        Err(error) => refused(&visit, error),
    }
}
