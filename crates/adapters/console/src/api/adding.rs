//! Adding webhooks and hooks, and their secrets.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::hooks::manage::RuleSpec;
use sixin_application::webhooks::manage::{self as webhooks, EndpointSpec};
use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::{self, HookKind, OnFailure};
use sixin_domain::hook::verdict::{Reason, Verdict};
use sixin_domain::id::{EndpointId, HookId};
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::EndpointKind;
use utoipa::{OpenApi, ToSchema};

use super::{answered, answered_with, number};
use crate::ConsoleApi;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_add_webhook,
    admin_rotate_webhook,
    admin_add_hook,
    admin_rotate_hook,
    admin_test_hook
))]
pub(crate) struct Operations;

/// A webhook or a hook, and a secret of it that is not shown again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminReceiverSecret)]
pub(crate) struct ReceiverSecret {
    /// Its number.
    pub(crate) id: i64,
    /// The secret that signs; null where that of an app key does.
    pub(crate) secret: Option<String>,
}

impl ReceiverSecret {
    pub(crate) fn of(id: i64, secret: &Secret) -> Self {
        Self { id, secret: Some(secret.reveal().to_owned()) }
    }

    /// Of one that was added: it has one of its own unless an app key signs.
    pub(crate) fn made(id: i64, secret: &Secret, app_key: Option<&str>) -> Self {
        Self { secret: app_key.is_none().then(|| secret.reveal().to_owned()), ..Self::of(id, secret) }
    }
}

/// A webhook to be added.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewWebhook, example = json!({"url": "https://hooks.example.org/sixin", "events": "message.created"}))]
pub(crate) struct NewWebhookBody {
    /// Where the receiver is.
    pub(crate) url: String,
    /// `standard`, `rongcloud-route`, `rongcloud-online` or `rongcloud-operation`; `standard` if it is not given.
    pub(crate) kind: Option<String>,
    /// A note.
    #[serde(default)]
    pub(crate) name: String,
    /// Which events a standard one wants, with commas between them; all if it is not given.
    #[serde(default)]
    pub(crate) events: String,
    /// The app key whose secret signs, of RongCloud's kinds.
    pub(crate) app_key: Option<String>,
    /// A secret that the receiver has already, `whsec_…`; a fresh one is made if it is not given.
    pub(crate) secret: Option<String>,
    /// Whether a `rongcloud-route` is told what back ends publish too.
    #[serde(default)]
    pub(crate) server_messages: bool,
    /// How many requests may be under way at a time, 1 to 256; 16 if it is not given.
    pub(crate) max_in_flight: Option<usize>,
    /// It is told what happened since then, in milliseconds since 1970 UTC; from now on if it is not given.
    pub(crate) since: Option<i64>,
}

impl NewWebhookBody {
    pub(crate) fn spec(self) -> Result<EndpointSpec, AdminError> {
        let kind = self.kind.unwrap_or_else(|| EndpointKind::Standard.name().to_owned());
        let known = || {
            AdminError::invalid(
                "the kind is standard, rongcloud-route, rongcloud-online or rongcloud-operation",
            )
        };
        Ok(EndpointSpec {
            url: self.url,
            kind: EndpointKind::from_name(&kind).ok_or_else(known)?,
            name: self.name,
            events: self.events,
            app_id: self.app_key,
            secret: self.secret.map(Secret::new),
            has_server_messages: self.server_messages,
            max_in_flight: self.max_in_flight.unwrap_or(webhooks::DEFAULT_IN_FLIGHT),
            since: self.since.map(Millis),
        })
    }
}

/// Add a webhook
///
/// The answer holds its secret, which is not shown again. Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/webhooks", request_body = NewWebhookBody, responses((status = 200, body = ReceiverSecret)))]
pub(crate) async fn admin_add_webhook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewWebhookBody| {
        let (id, made) = api.administration.receivers.add_webhook(caller, body.spec()?).await?;
        Ok(ReceiverSecret::made(id.0, &made.secret, made.app_id.as_deref()))
    })
    .await
}

/// For how long the present secret signs too.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminRotateReceiver, example = json!({"overlap_hours": 24}))]
struct RotateReceiverBody {
    /// In hours, 0 to 8760; 24 if it is not given.
    overlap_hours: Option<i64>,
}

/// Give a webhook a fresh secret
///
/// The answer holds it, and it is not shown again; the present one signs too for a while longer. Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/webhooks/{id}/rotate", params(("id" = i64, Path, description = "The number of the webhook.")), request_body = RotateReceiverBody, responses((status = 200, body = ReceiverSecret)))]
pub(crate) async fn admin_rotate_webhook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RotateReceiverBody| {
        let (id, hours) = (number(&request, "id", "webhook")?, body.overlap_hours.unwrap_or(24));
        let secret = api.administration.receivers.rotate_webhook(caller, EndpointId(id), hours).await?;
        Ok(ReceiverSecret::of(id, &secret))
    })
    .await
}

/// A hook to be added.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewHook, example = json!({"url": "https://hooks.example.org/ask", "on_failure": "refuse"}))]
pub(crate) struct NewHookBody {
    /// Where is asked.
    pub(crate) url: String,
    /// `standard` or `rongcloud`; `standard` if it is not given.
    pub(crate) kind: Option<String>,
    /// A note.
    #[serde(default)]
    pub(crate) name: String,
    /// Of which dialects messages are asked about, with commas between them: `fresns`, `client`, `rongcloud`; `fresns,client` if it is not
    /// given.
    pub(crate) dialects: Option<String>,
    /// Of which types, with commas between them; all if it is not given.
    #[serde(default)]
    pub(crate) object_names: String,
    /// The app key whose secret signs, of kind `rongcloud`.
    pub(crate) app_key: Option<String>,
    /// A secret that the receiver has already, `whsec_…`; a fresh one is made if it is not given.
    pub(crate) secret: Option<String>,
    /// How many milliseconds an answer may take, 100 to 5000; 1000 if it is not given.
    pub(crate) deadline_ms: Option<i64>,
    /// What becomes of a message about which there is no answer: `deliver` or `refuse`; `deliver` if it is not given.
    pub(crate) on_failure: Option<String>,
    /// How many questions may be under way at a time, 1 to 1024; 64 if it is not given.
    pub(crate) max_in_flight: Option<usize>,
}

impl NewHookBody {
    pub(crate) fn spec(self) -> Result<RuleSpec, AdminError> {
        let kind = self.kind.unwrap_or_else(|| HookKind::Standard.name().to_owned());
        let failure = self.on_failure.unwrap_or_else(|| OnFailure::Deliver.name().to_owned());
        Ok(RuleSpec {
            url: self.url,
            kind: HookKind::from_name(&kind)
                .ok_or_else(|| AdminError::invalid("the kind is standard or rongcloud"))?,
            name: self.name,
            origins: self.dialects.unwrap_or_else(|| "fresns,client".to_owned()),
            object_names: self.object_names,
            app_id: self.app_key,
            secret: self.secret.map(Secret::new),
            deadline_ms: self.deadline_ms.unwrap_or(rule::DEFAULT_DEADLINE_MS),
            on_failure: OnFailure::from_name(&failure)
                .ok_or_else(|| AdminError::invalid("without an answer it is deliver or refuse"))?,
            max_in_flight: self.max_in_flight.unwrap_or(rule::DEFAULT_IN_FLIGHT),
        })
    }
}

/// Add a hook
///
/// The answer holds its secret, which is not shown again. Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/hooks", request_body = NewHookBody, responses((status = 200, body = ReceiverSecret)))]
pub(crate) async fn admin_add_hook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewHookBody| {
        let (id, made) = api.administration.receivers.add_hook(caller, body.spec()?).await?;
        Ok(ReceiverSecret::made(id.0, &made.secret, made.app_id.as_deref()))
    })
    .await
}

/// Give a hook a fresh secret
///
/// The answer holds it, and it is not shown again; the present one signs too for a while longer. Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/hooks/{id}/rotate", params(("id" = i64, Path, description = "The number of the hook.")), request_body = RotateReceiverBody, responses((status = 200, body = ReceiverSecret)))]
pub(crate) async fn admin_rotate_hook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RotateReceiverBody| {
        let (id, hours) = (number(&request, "id", "hook")?, body.overlap_hours.unwrap_or(24));
        let secret = api.administration.receivers.rotate_hook(caller, HookId(id), hours).await?;
        Ok(ReceiverSecret::of(id, &secret))
    })
    .await
}

/// What a hook said to a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminHookTest)]
pub(crate) struct HookTest {
    /// `allow`, `deny` or `replace`.
    pub(crate) decision: &'static str,
    /// What a sender would be told, or null.
    pub(crate) reason: Option<String>,
}

impl HookTest {
    pub(crate) fn of(verdict: &Verdict) -> Self {
        let (decision, reason) = match verdict {
            Verdict::Allow { .. } => ("allow", None),
            Verdict::Deny { reason } => ("deny", reason.as_ref()),
            Verdict::Replace { .. } => ("replace", None),
        };
        Self { decision, reason: reason.map(Reason::text).map(str::to_owned) }
    }
}

/// Ask a hook about a message that is none
///
/// Answers what it said; 424 if it said nothing. Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/hooks/{id}/test", params(("id" = i64, Path, description = "The number of the hook.")), responses((status = 200, body = HookTest)))]
pub(crate) async fn admin_test_hook(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        let id = HookId(number(&request, "id", "hook")?);
        Ok(HookTest::of(&api.administration.receivers.test_hook(caller, id).await?))
    })
    .await
}
