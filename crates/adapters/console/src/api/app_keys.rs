//! App keys.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::operations::app_keys::KeySpec;
use sixin_application::operators::caller::Caller;
use sixin_domain::access::app_key::{Dialect, Secret};
use utoipa::{OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with, part};
use crate::ConsoleApi;
use crate::views::AppKeyInfo;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_list_app_keys,
    admin_create_app_key,
    admin_import_app_key,
    admin_rotate_app_key,
    admin_enable_app_key,
    admin_set_app_key_rate
))]
pub(crate) struct Operations;

/// All app keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminAppKeys)]
pub(crate) struct AppKeysInfo {
    /// The keys, the oldest first.
    pub(crate) app_keys: Vec<AppKeyInfo>,
}

/// All app keys, without their secrets.
pub(crate) async fn list(api: &ConsoleApi, caller: &Caller) -> Result<AppKeysInfo, AdminError> {
    let (keys, now) = (api.administration.app_keys.list(caller).await?, api.clock.now());
    Ok(AppKeysInfo { app_keys: keys.iter().map(|key| AppKeyInfo::of(key, now)).collect() })
}

/// List app keys
///
/// Without their secrets. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/app-keys", responses((status = 200, body = AppKeysInfo)))]
pub(crate) async fn admin_list_app_keys(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| list(&api, caller).await).await
}

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewAppKey, example = json!({"dialect": "rongcloud", "name": "orders"}))]
struct NewKeyBody {
    /// `fresns` for apps, `rongcloud` for back ends.
    dialect: String,
    /// Fresns: the platform of the app, 1 to 13.
    #[serde(default)]
    platform: i64,
    /// Whether old time stamps and repeated nonces are refused.
    #[serde(default)]
    strict: bool,
    /// A note.
    #[serde(default)]
    name: String,
    /// How often one user may send through it in any minute, 0 for any number; as often as the site says if it is not given.
    sends_per_minute: Option<u32>,
}

/// The dialect of that name.
pub(crate) fn dialect(name: &str) -> Result<Dialect, AdminError> {
    Dialect::from_name(name).ok_or_else(|| AdminError::invalid("the dialect is fresns or rongcloud"))
}

/// A secret, which is not shown again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminKeySecret)]
pub(crate) struct KeySecret {
    /// The public id of the key.
    pub(crate) app_id: String,
    /// Its secret.
    pub(crate) secret: String,
}

/// Make an app key
///
/// The answer holds its secret, which is not shown again. Scope `app-keys`.
#[utoipa::path(post, path = "/admin/v1/app-keys", request_body = NewKeyBody, responses((status = 200, body = KeySecret)))]
pub(crate) async fn admin_create_app_key(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewKeyBody| {
        let NewKeyBody { platform, strict, name, sends_per_minute, .. } = body;
        let dialect = dialect(&body.dialect)?;
        let spec = KeySpec { dialect, platform, is_strict: strict, name, sends_per_minute };
        let made = api.administration.app_keys.create(caller, spec).await?;
        Ok(KeySecret { app_id: made.app_id, secret: made.secret.reveal().to_owned() })
    })
    .await
}

/// A key that exists elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminImportedAppKey, example = json!({"app_id": "c9kqb3rdkbb8j", "secret": "uTNrkYskbNC5Mn", "allow_short": true, "dialect": "rongcloud", "name": "orders"}))]
struct ImportedKeyBody {
    /// Its public id, 1 to 64 visible ASCII characters.
    app_id: String,
    /// Its secret, 16 to 128 visible ASCII characters.
    secret: String,
    /// Whether a shorter secret is taken, which can be guessed from a signed request.
    #[serde(default)]
    allow_short: bool,
    /// `fresns` for apps, `rongcloud` for back ends.
    dialect: String,
    /// Fresns: the platform of the app, 1 to 13.
    #[serde(default)]
    platform: i64,
    /// Whether old time stamps and repeated nonces are refused.
    #[serde(default)]
    strict: bool,
    /// A note.
    #[serde(default)]
    name: String,
    /// How often one user may send through it in any minute, 0 for any number; as often as the site says if it is not given.
    sends_per_minute: Option<u32>,
}

/// Take over an app key
///
/// With the id and the secret that its programs have. Scope `app-keys`.
#[utoipa::path(post, path = "/admin/v1/app-keys/import", request_body = ImportedKeyBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_import_app_key(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: ImportedKeyBody| {
        let ImportedKeyBody { platform, strict, name, sends_per_minute, .. } = body;
        let dialect = dialect(&body.dialect)?;
        let spec = KeySpec { dialect, platform, is_strict: strict, name, sends_per_minute };
        let key = (body.app_id, Secret::new(body.secret));
        api.administration.app_keys.import(caller, spec, key, body.allow_short).await?;
        Ok(DONE)
    })
    .await
}

/// For how long the present secret goes on working.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminRotate, example = json!({"overlap_hours": 24}))]
struct RotateBody {
    /// In hours, 0 to 8760; 24 if it is not given.
    overlap_hours: Option<i64>,
}

/// Give an app key a fresh secret
///
/// The answer holds it, and it is not shown again; the present one works for a while longer. Scope `app-keys`.
#[utoipa::path(post, path = "/admin/v1/app-keys/{app_id}/rotate", params(("app_id" = String, Path, description = "The public id of the key.")), request_body = RotateBody, responses((status = 200, body = KeySecret)))]
pub(crate) async fn admin_rotate_app_key(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RotateBody| {
        let (app_id, hours) = (part(&request, "app_id"), body.overlap_hours.unwrap_or(24));
        let secret = api.administration.app_keys.rotate(caller, &app_id, hours).await?;
        Ok(KeySecret { app_id, secret: secret.reveal().to_owned() })
    })
    .await
}

/// On or off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminEnabled, example = json!({"enabled": false}))]
struct EnabledBody {
    /// Whether it may be used.
    enabled: bool,
}

/// Switch an app key on or off
///
/// Scope `app-keys`.
#[utoipa::path(put, path = "/admin/v1/app-keys/{app_id}/enabled", params(("app_id" = String, Path, description = "The public id of the key.")), request_body = EnabledBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_enable_app_key(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: EnabledBody| {
        api.administration.app_keys.set_enabled(caller, &part(&request, "app_id"), body.enabled).await?;
        Ok(DONE)
    })
    .await
}

/// How often one user may send through a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminKeyRate, example = json!({"sends_per_minute": 600}))]
struct RateBody {
    /// In any minute, 0 for any number; null: as often as the site says.
    sends_per_minute: Option<u32>,
}

/// Give an app key a rate of its own
///
/// Or that of the site again. Scope `app-keys`.
#[utoipa::path(put, path = "/admin/v1/app-keys/{app_id}/rate", params(("app_id" = String, Path, description = "The public id of the key.")), request_body = RateBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_set_app_key_rate(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RateBody| {
        let app_id = part(&request, "app_id");
        api.administration.app_keys.set_rate(caller, &app_id, body.sends_per_minute).await?;
        Ok(DONE)
    })
    .await
}
