//! Operators.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::administration::operators::named;
use sixin_application::operators::caller::Caller;
use sixin_domain::access::app_key::Secret;
use sixin_domain::operator::{Operator, OperatorName, OperatorRole};
use utoipa::{OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with, part};
use crate::ConsoleApi;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_list_operators,
    admin_create_operator,
    admin_set_operator_role,
    admin_enable_operator,
    admin_set_operator_password,
    admin_take_second_factor
))]
pub(crate) struct Operations;

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminOperator)]
pub(crate) struct OperatorInfo {
    /// What it signs in as.
    pub(crate) name: String,
    /// `viewer`, `support` or `administrator`.
    pub(crate) role: &'static str,
    /// Whether it may do anything at all.
    pub(crate) enabled: bool,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it last signed in, or null.
    pub(crate) signed_in_at: Option<i64>,
    /// Whether it proves more than its password.
    pub(crate) second_factor: bool,
}

impl OperatorInfo {
    fn of(operator: &Operator) -> Self {
        Self {
            name: operator.name.to_string(),
            role: operator.role.name(),
            enabled: operator.is_enabled,
            created_at: operator.created_at.0,
            signed_in_at: operator.signed_in_at.map(|at| at.0),
            second_factor: operator.has_second_factor,
        }
    }
}

/// All operators.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminOperators)]
pub(crate) struct OperatorsInfo {
    /// The operators, by name.
    pub(crate) operators: Vec<OperatorInfo>,
}

/// All operators.
pub(crate) async fn list(api: &ConsoleApi, caller: &Caller) -> Result<OperatorsInfo, AdminError> {
    let all = api.administration.operators.list(caller).await?;
    Ok(OperatorsInfo { operators: all.iter().map(OperatorInfo::of).collect() })
}

/// List operators
///
/// Scope `operators`.
#[utoipa::path(get, path = "/admin/v1/operators", responses((status = 200, body = OperatorsInfo)))]
pub(crate) async fn admin_list_operators(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| list(&api, caller).await).await
}

/// The role of that name.
pub(crate) fn role(name: &str) -> Result<OperatorRole, AdminError> {
    let known = || AdminError::invalid("the role is viewer, support or administrator");
    OperatorRole::from_name(name).ok_or_else(known)
}

/// The operator that the path names.
pub(crate) fn of_path(request: &HttpRequest) -> Result<OperatorName, AdminError> {
    let name = part(request, "name");
    named(&name).map_err(|_| AdminError::Unknown(format!("operator {name}")))
}

/// An operator to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewOperator, example = json!({"name": "vera", "role": "viewer"}))]
struct NewOperatorBody {
    /// What it signs in as: 1 to 64 ASCII letters, digits and `. _ @ -`.
    name: String,
    /// `viewer`, `support` or `administrator`.
    role: String,
    /// Its password, at least 12 characters; one is made if it is not given.
    password: Option<String>,
}

/// An operator, and its password if that was made here: it is not shown again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminOperatorPassword)]
pub(crate) struct OperatorPassword {
    /// What it signs in as.
    pub(crate) name: String,
    /// The password that was made; null if one was given.
    pub(crate) password: Option<String>,
}

impl OperatorPassword {
    pub(crate) fn of(name: &OperatorName, made: Option<&Secret>) -> Self {
        Self { name: name.to_string(), password: made.map(|made| made.reveal().to_owned()) }
    }
}

/// Make an operator
///
/// Without a password one is made, and is in the answer this once. Scope `operators`.
#[utoipa::path(post, path = "/admin/v1/operators", request_body = NewOperatorBody, responses((status = 200, body = OperatorPassword)))]
pub(crate) async fn admin_create_operator(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewOperatorBody| {
        let new = (named(&body.name)?, role(&body.role)?);
        let (name, password) = (new.0.clone(), body.password.map(Secret::new));
        let made = api.administration.operators.create(caller, new, password).await?;
        Ok(OperatorPassword::of(&name, made.as_ref()))
    })
    .await
}

/// A role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminOperatorRole, example = json!({"role": "support"}))]
struct RoleBody {
    /// `viewer`, `support` or `administrator`.
    role: String,
}

/// Give an operator another role
///
/// At once. Nobody does that to itself. Scope `operators`.
#[utoipa::path(put, path = "/admin/v1/operators/{name}/role", params(("name" = String, Path, description = "What the operator signs in as.")), request_body = RoleBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_set_operator_role(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RoleBody| {
        api.administration.operators.set_role(caller, &of_path(&request)?, role(&body.role)?).await?;
        Ok(DONE)
    })
    .await
}

/// On or off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminOperatorEnabled, example = json!({"enabled": false}))]
struct EnabledBody {
    /// Whether it may do anything.
    enabled: bool,
}

/// Switch an operator on or off
///
/// Off, its sessions end and its tokens do nothing. Nobody does that to itself. Scope `operators`.
#[utoipa::path(put, path = "/admin/v1/operators/{name}/enabled", params(("name" = String, Path, description = "What the operator signs in as.")), request_body = EnabledBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_enable_operator(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: EnabledBody| {
        api.administration.operators.set_enabled(caller, &of_path(&request)?, body.enabled).await?;
        Ok(DONE)
    })
    .await
}

/// A password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewOperatorPassword, example = json!({}))]
struct PasswordBody {
    /// At least 12 characters; one is made if it is not given.
    password: Option<String>,
}

/// Give an operator a new password
///
/// Its sessions end. Without a password one is made, and is in the answer this once. Scope `operators`.
#[utoipa::path(post, path = "/admin/v1/operators/{name}/password", params(("name" = String, Path, description = "What the operator signs in as.")), request_body = PasswordBody, responses((status = 200, body = OperatorPassword)))]
pub(crate) async fn admin_set_operator_password(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: PasswordBody| {
        let (name, password) = (of_path(&request)?, body.password.map(Secret::new));
        let made = api.administration.operators.set_password(caller, &name, password).await?;
        Ok(OperatorPassword::of(&name, made.as_ref()))
    })
    .await
}

/// Take away an operator's second factor
///
/// For whoever has lost the app. Nobody does that to itself here. Scope `operators`.
#[utoipa::path(delete, path = "/admin/v1/operators/{name}/second-factor", params(("name" = String, Path, description = "What the operator signs in as.")), responses((status = 200, body = Done)))]
pub(crate) async fn admin_take_second_factor(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
) -> HttpResponse {
    answered(&api, &request, async |caller| {
        api.administration.operators.take_second_factor(caller, &of_path(&request)?).await?;
        Ok(DONE)
    })
    .await
}
