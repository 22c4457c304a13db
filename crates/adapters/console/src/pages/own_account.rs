//! The account of the operator who looks at it.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use qrcode::QrCode;
use qrcode::render::svg;
use sixin_application::administration::AdminError;
use sixin_application::operators::access::Proof;
use sixin_domain::access::app_key::Secret;

use super::form::Form;
use super::guard;
use super::layout::Layout;
use super::visit::{After, Visit, done, shown};
use crate::ConsoleApi;
use crate::api::own_account::{ProposedFactor, factor_secret, proposed};

/// Where one goes when it was done.
const DONE: &str = "/console/own?done=1";

#[derive(Template)]
#[template(path = "own_account.html")]
struct OwnAccountPage {
    l: Layout,
    has_second_factor: bool,
    /// A second factor that is being begun.
    fresh: Option<Fresh>,
}

/// What the app needs.
struct Fresh {
    factor: ProposedFactor,
    /// The same as a picture, which has no text of anybody in it.
    picture: String,
}

impl Fresh {
    fn of(factor: ProposedFactor) -> Self {
        // Without a picture the secret is typed in.
        let code = QrCode::new(factor.url.as_bytes());
        let draw = |code: QrCode| code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
        let drawn = code.map(draw).unwrap_or_default();
        let picture = drawn.split_once("?>").map_or(drawn.clone(), |(_, svg)| svg.to_owned());
        Self { factor, picture }
    }
}

fn own(visit: &Visit, fresh: Option<Fresh>) -> OwnAccountPage {
    OwnAccountPage { has_second_factor: visit.caller.operator.has_second_factor, l: visit.layout(), fresh }
}

/// `GET /console/own`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "own", async |visit, _| Ok(own(visit, None))).await
}

fn proof(form: &Form, code: &str) -> Proof {
    Proof { password: Secret::new(form.text("password")), code: form.text(code).to_owned() }
}

/// `POST /console/own`
pub(super) async fn act(api: web::Data<ConsoleApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    done(&api, &request, payload, "own", async |visit, form| {
        let (account, caller) = (&api.administration.own_account, &visit.caller);
        match form.text("action") {
            "propose" => {
                let page = own(visit, Some(Fresh::of(proposed(&api, caller))));
                return Ok(After::Show(guard::page(StatusCode::OK, &page)));
            }
            "begin" => {
                let secret = factor_secret(form.text("secret"))?;
                let proof = proof(form, "old_code");
                account.begin_second_factor(caller, &proof, secret, form.text("code")).await?;
            }
            "end" => account.end_second_factor(caller, &proof(form, "code")).await?,
            "password" => {
                let new = Secret::new(form.text("new"));
                if form.text("new") != form.text("again") {
                    return Err(AdminError::invalid("the two new passwords are not the same"));
                }
                account.set_password(caller, &proof(form, "code"), &new).await?;
            }
            _ => return Err(AdminError::invalid("there is no such action")),
        }
        Ok(After::Go(DONE.to_owned()))
    })
    .await
}
