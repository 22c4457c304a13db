//! Operators, and one of them with its tokens.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_application::administration::operators::named;
use sixin_application::operators::manage::TokenSpec;
use sixin_domain::operator::permission::Permission;
use sixin_domain::operator::{OperatorName, OperatorRole};

use super::form::Form;
use super::guard;
use super::layout::Layout;
use super::visit::{After, Visit, done, shown};
use crate::ConsoleApi;
use crate::api::operators::{OperatorInfo, OperatorPassword, list, role};
use crate::api::tokens::{NewTokenBody, TokenInfo, TokenSecret, tokens};

#[derive(Template)]
#[template(path = "operators.html")]
struct OperatorsPage {
    l: Layout,
    operators: Vec<OperatorInfo>,
    /// A password that is shown this once.
    fresh: Option<OperatorPassword>,
}

async fn all(
    api: &ConsoleApi,
    visit: &Visit,
    fresh: Option<OperatorPassword>,
) -> Result<OperatorsPage, AdminError> {
    let operators = list(api, &visit.caller).await?.operators;
    Ok(OperatorsPage { l: visit.layout(), operators, fresh })
}

/// `GET /console/operators`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "operators", async |visit, _| all(&api, visit, None).await).await
}

/// `POST /console/operators`
pub(super) async fn act(api: web::Data<ConsoleApi>, request: HttpRequest, payload: Payload) -> HttpResponse {
    done(&api, &request, payload, "operators", async |visit, form| {
        let (operators, caller) = (&api.administration.operators, &visit.caller);
        let name = named(form.text("operator").trim())?;
        let made = match form.text("action") {
            "create" => operators.create(caller, (name.clone(), role(form.text("role"))?), None).await?,
            "password" => operators.set_password(caller, &name, None).await?,
            "role" => {
                operators.set_role(caller, &name, role(form.text("role"))?).await?;
                return Ok(After::Go("/console/operators?done=1".to_owned()));
            }
            "take-factor" => {
                operators.take_second_factor(caller, &name).await?;
                return Ok(After::Go("/console/operators?done=1".to_owned()));
            }
            "enable" | "disable" => {
                operators.set_enabled(caller, &name, form.text("action") == "enable").await?;
                return Ok(After::Go("/console/operators?done=1".to_owned()));
            }
            _ => return Err(AdminError::invalid("there is no such action")),
        };
        let page = all(&api, visit, Some(OperatorPassword::of(&name, made.as_ref()))).await?;
        Ok(After::Show(guard::page(StatusCode::OK, &page)))
    })
    .await
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    l: Layout,
    name: String,
    tokens: Vec<TokenInfo>,
    /// The scopes there are.
    scopes: Vec<&'static str>,
    /// A token that is shown this once.
    fresh: Option<TokenSecret>,
}

async fn of_one(
    api: &ConsoleApi,
    visit: &Visit,
    name: &OperatorName,
    fresh: Option<TokenSecret>,
) -> Result<TokensPage, AdminError> {
    let tokens = tokens(api, &visit.caller, name).await?.tokens;
    let scopes = Permission::TABLE.into_iter().map(|(_, name, _)| name).collect();
    Ok(TokensPage { l: visit.layout(), name: name.to_string(), tokens, scopes, fresh })
}

/// `GET /console/operator?name=…`
pub(super) async fn tokens_page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "operators", async |visit, asked| {
        of_one(&api, visit, &named(asked.text("name"))?, None).await
    })
    .await
}

/// `POST /console/operator`
pub(super) async fn act_on_token(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "operators", async |visit, form| {
        let (operators, name) = (&api.administration.operators, named(form.text("operator"))?);
        if form.text("action") == "revoke" {
            let id = form.number("id")?.ok_or_else(|| AdminError::invalid("name the number"))?;
            operators.revoke_token(&visit.caller, &name, id).await?;
            return Ok(After::Go(format!("/console/operator?name={name}&done=1")));
        }
        let (id, token) = operators.create_token(&visit.caller, &name, spec(&api, form)?).await?;
        let fresh = TokenSecret { id, token: token.reveal().to_owned() };
        let page = of_one(&api, visit, &name, Some(fresh)).await?;
        Ok(After::Show(guard::page(StatusCode::OK, &page)))
    })
    .await
}

fn spec(api: &ConsoleApi, form: &Form) -> Result<TokenSpec, AdminError> {
    let all = Permission::TABLE.into_iter().map(|(_, name, _)| name);
    let ticked: Vec<&str> = all.filter(|name| form.is_ticked(&format!("scope.{name}"))).collect();
    let hours = form.number("hours")?;
    NewTokenBody { name: form.text("token_name").to_owned(), scopes: ticked.join(","), hours }.spec(api)
}

impl OperatorsPage {
    /// The roles there are.
    fn roles(&self) -> [&'static str; 3] {
        OperatorRole::ALL.map(OperatorRole::name)
    }
}
