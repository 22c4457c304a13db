//! The account of the operator who calls.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::operators::access::Proof;
use sixin_application::operators::caller::Caller;
use sixin_domain::access::app_key::Secret;
use sixin_domain::operator::second_factor::FactorSecret;
use utoipa::{OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with};
use crate::ConsoleApi;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_set_own_password,
    admin_propose_second_factor,
    admin_begin_second_factor,
    admin_end_second_factor
))]
pub(crate) struct Operations;

/// What the operator knows and has.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminProof, example = json!({"password": "correct horse battery", "code": "123456"}))]
struct ProofBody {
    /// The password.
    password: String,
    /// A fresh code of the second factor, if there is one.
    #[serde(default)]
    code: String,
}

impl ProofBody {
    fn proof(self) -> Proof {
        Proof { password: Secret::new(self.password), code: self.code }
    }
}

/// A password of the operator's own choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminOwnPassword, example = json!({"password": "correct horse battery", "code": "123456", "new": "battery staple horse"}))]
struct OwnPasswordBody {
    /// The password so far.
    password: String,
    /// A fresh code of the second factor, if there is one.
    #[serde(default)]
    code: String,
    /// The new one, at least 12 characters.
    new: String,
}

/// Choose a password of one's own
///
/// All sessions of the operator end. No scope: the password is asked for.
#[utoipa::path(post, path = "/admin/v1/own/password", request_body = OwnPasswordBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_set_own_password(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: OwnPasswordBody| {
        let proof = ProofBody { password: body.password, code: body.code }.proof();
        api.administration.own_account.set_password(caller, &proof, &Secret::new(body.new)).await?;
        Ok(DONE)
    })
    .await
}

/// A second factor that means nothing yet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminProposedFactor)]
pub(crate) struct ProposedFactor {
    /// The secret in Base32, as people type it into an app.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    pub(crate) secret: String,
    /// What apps read from a picture.
    #[schema(example = "otpauth://totp/sixin:vera?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sixin")]
    pub(crate) url: String,
}

/// A second factor for the operator.
pub(crate) fn proposed(api: &ConsoleApi, caller: &Caller) -> ProposedFactor {
    let (secret, url) = api.administration.own_account.propose(caller);
    ProposedFactor { secret: secret.text(), url }
}

/// Get a secret for a second factor
///
/// It means nothing until it is confirmed with a code, and is kept nowhere. No scope.
#[utoipa::path(post, path = "/admin/v1/own/second-factor/propose", responses((status = 200, body = ProposedFactor)))]
pub(crate) async fn admin_propose_second_factor(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
) -> HttpResponse {
    answered(&api, &request, async |caller| Ok(proposed(&api, caller))).await
}

/// A second factor, confirmed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewFactor, example = json!({"password": "correct horse battery", "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "code": "123456"}))]
struct NewFactorBody {
    /// The password.
    password: String,
    /// A fresh code of the second factor that there is, if this replaces one.
    #[serde(default)]
    old_code: String,
    /// The secret that was proposed.
    secret: String,
    /// A code that the app made of it.
    code: String,
}

/// The secret that was proposed.
pub(crate) fn factor_secret(text: &str) -> Result<FactorSecret, AdminError> {
    FactorSecret::parse(text).map_err(AdminError::invalid)
}

/// Begin a second factor
///
/// From now on a fresh code is asked for at sign-in to the console. No scope: the password is asked for.
#[utoipa::path(post, path = "/admin/v1/own/second-factor/begin", request_body = NewFactorBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_begin_second_factor(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewFactorBody| {
        let proof = ProofBody { password: body.password, code: body.old_code }.proof();
        let secret = factor_secret(&body.secret)?;
        api.administration.own_account.begin_second_factor(caller, &proof, secret, &body.code).await?;
        Ok(DONE)
    })
    .await
}

/// End the second factor
///
/// From now on the password is enough. No scope: the password and a fresh code are asked for.
#[utoipa::path(post, path = "/admin/v1/own/second-factor/end", request_body = ProofBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_end_second_factor(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: ProofBody| {
        api.administration.own_account.end_second_factor(caller, &body.proof()).await?;
        Ok(DONE)
    })
    .await
}
