//! Tokens with which programs speak for operators.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::operators::caller::Caller;
use sixin_application::operators::manage::TokenSpec;
use sixin_application::operators::ports::OperatorToken;
use sixin_domain::operator::OperatorName;
use sixin_domain::operator::permission::Scopes;
use utoipa::{OpenApi, ToSchema};

use super::operators::of_path;
use super::{DONE, Done, answered, answered_with, number};
use crate::ConsoleApi;

/// Longest life of a token that has an end, in hours: ten years.
const MOST_TOKEN_HOURS: i64 = 24 * 3650;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_list_tokens, admin_create_token, admin_revoke_token))]
pub(crate) struct Operations;

/// A token of an operator, without what it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminToken)]
pub(crate) struct TokenInfo {
    /// Its number.
    pub(crate) id: i64,
    /// What it is for.
    pub(crate) name: String,
    /// What it may be used for, with commas between.
    pub(crate) scopes: String,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it ends; null for never.
    pub(crate) ends_at: Option<i64>,
}

impl TokenInfo {
    fn of(token: &OperatorToken) -> Self {
        Self {
            id: token.id,
            name: token.name.clone(),
            scopes: token.scopes.text(),
            created_at: token.created_at.0,
            ends_at: token.ends_at.map(|at| at.0),
        }
    }
}

/// Tokens of an operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminTokens)]
pub(crate) struct TokensInfo {
    /// The tokens.
    pub(crate) tokens: Vec<TokenInfo>,
}

/// Tokens of an operator.
pub(crate) async fn tokens(
    api: &ConsoleApi,
    caller: &Caller,
    name: &OperatorName,
) -> Result<TokensInfo, AdminError> {
    let all = api.administration.operators.tokens(caller, name).await?;
    Ok(TokensInfo { tokens: all.iter().map(TokenInfo::of).collect() })
}

/// List the tokens of an operator
///
/// Without what they are. Scope `operators`.
#[utoipa::path(get, path = "/admin/v1/operators/{name}/tokens", params(("name" = String, Path, description = "What the operator signs in as.")), responses((status = 200, body = TokensInfo)))]
pub(crate) async fn admin_list_tokens(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| tokens(&api, caller, &of_path(&request)?).await).await
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewToken, example = json!({"name": "dashboard", "scopes": "overview,users", "hours": 720}))]
pub(crate) struct NewTokenBody {
    /// What it is for.
    pub(crate) name: String,
    /// What it may be used for, with commas between.
    pub(crate) scopes: String,
    /// For how many hours it works, 1 to 87600; it never ends if that is not given.
    pub(crate) hours: Option<i64>,
}

impl NewTokenBody {
    pub(crate) fn spec(self, api: &ConsoleApi) -> Result<TokenSpec, AdminError> {
        let scopes = Scopes::parse(&self.scopes).map_err(AdminError::invalid)?;
        if self.hours.is_some_and(|hours| !(1..=MOST_TOKEN_HOURS).contains(&hours)) {
            return Err(AdminError::invalid(format!("a token works for 1 to {MOST_TOKEN_HOURS} hours")));
        }
        let ends_at = self.hours.map(|hours| api.clock.now().plus(hours * HOUR_MS));
        Ok(TokenSpec { name: self.name, scopes, ends_at })
    }
}

/// A token, which is not shown again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminTokenSecret)]
pub(crate) struct TokenSecret {
    /// Its number.
    pub(crate) id: i64,
    /// What programs send.
    pub(crate) token: String,
}

/// Make a token
///
/// It speaks for the operator as far as its scopes and the operator's role allow. The answer holds it, and it is not shown again.
/// Scope `operators`.
#[utoipa::path(post, path = "/admin/v1/operators/{name}/tokens", params(("name" = String, Path, description = "What the operator signs in as.")), request_body = NewTokenBody, responses((status = 200, body = TokenSecret)))]
pub(crate) async fn admin_create_token(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewTokenBody| {
        let (name, spec) = (of_path(&request)?, body.spec(&api)?);
        let (id, token) = api.administration.operators.create_token(caller, &name, spec).await?;
        Ok(TokenSecret { id, token: token.reveal().to_owned() })
    })
    .await
}

/// Revoke a token
///
/// Scope `operators`.
#[utoipa::path(delete, path = "/admin/v1/operators/{name}/tokens/{id}", params(("name" = String, Path, description = "What the operator signs in as."), ("id" = i64, Path, description = "The number of the token.")), responses((status = 200, body = Done)))]
pub(crate) async fn admin_revoke_token(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        let id = number(&request, "id", "token")?;
        api.administration.operators.revoke_token(caller, &of_path(&request)?, id).await?;
        Ok(DONE)
    })
    .await
}
