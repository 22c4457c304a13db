//! Webhooks and hooks.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::administration::receivers::{HookDeed, WebhookDeed};
use sixin_application::operators::caller::Caller;
use sixin_domain::id::{EndpointId, HookId};
use sixin_domain::log::Position;
use sixin_domain::time::Millis;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with, limit, number, query};
use crate::ConsoleApi;
use crate::views::{DeadLetterInfo, DecisionInfo, HookInfo, WebhookInfo};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_list_webhooks,
    admin_dead_letters,
    admin_do_with_webhook,
    admin_list_hooks,
    admin_list_decisions,
    admin_do_with_hook
))]
pub(crate) struct Operations;

/// All webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminWebhooks)]
pub(crate) struct WebhooksInfo {
    /// The webhooks.
    pub(crate) webhooks: Vec<WebhookInfo>,
}

/// All webhooks.
pub(crate) async fn webhooks(api: &ConsoleApi, caller: &Caller) -> Result<WebhooksInfo, AdminError> {
    let all = api.administration.receivers.webhooks(caller).await?;
    Ok(WebhooksInfo { webhooks: all.iter().map(WebhookInfo::of).collect() })
}

/// List webhooks
///
/// Without their secrets, with what waits for each. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/webhooks", responses((status = 200, body = WebhooksInfo)))]
pub(crate) async fn admin_list_webhooks(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| webhooks(&api, caller).await).await
}

/// Dead letters of a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDeadLetters)]
pub(crate) struct DeadLettersInfo {
    /// The events, at most 1000.
    pub(crate) dead_letters: Vec<DeadLetterInfo>,
}

/// Dead letters of a webhook.
pub(crate) async fn dead_letters(
    api: &ConsoleApi,
    caller: &Caller,
    id: i64,
) -> Result<DeadLettersInfo, AdminError> {
    let dead = api.administration.receivers.dead_letters(caller, EndpointId(id)).await?;
    Ok(DeadLettersInfo { dead_letters: dead.iter().map(DeadLetterInfo::of).collect() })
}

/// List what a webhook was not told
///
/// Events that are not tried any more. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/webhooks/{id}/dead-letters", params(("id" = i64, Path, description = "The number of the webhook.")), responses((status = 200, body = DeadLettersInfo)))]
pub(crate) async fn admin_dead_letters(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        dead_letters(&api, caller, number(&request, "id", "webhook")?).await
    })
    .await
}

/// What is done with a webhook.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AdminWebhookAction)]
pub(crate) enum WebhookAction {
    /// It waits.
    Pause,
    /// It goes on.
    Resume,
    /// It gets a test.
    Test,
    /// It is told again what happened since `since`, or the one `event`.
    Replay,
    /// Its dead letters are tried again.
    Retry,
    /// Its dead letters are forgotten.
    Forget,
    /// It is removed, with all that waits for it.
    Remove,
}

impl WebhookAction {
    pub(crate) fn deed(
        self,
        since: Option<Millis>,
        event: Option<Position>,
    ) -> Result<WebhookDeed, AdminError> {
        Ok(match self {
            Self::Pause => WebhookDeed::Pause,
            Self::Resume => WebhookDeed::Resume,
            Self::Test => WebhookDeed::Test,
            Self::Replay => match (since, event) {
                (Some(since), None) => WebhookDeed::Replay(since),
                (None, Some(event)) => WebhookDeed::ReplayOne(event),
                _ => {
                    return Err(AdminError::invalid(
                        "say since when the webhook is told again, or which event",
                    ));
                }
            },
            Self::Retry => WebhookDeed::Retry,
            Self::Forget => WebhookDeed::Forget,
            Self::Remove => WebhookDeed::Remove,
        })
    }
}

/// What is done with a webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminDoWithWebhook, example = json!({"action": "retry"}))]
struct WebhookBody {
    /// What.
    action: WebhookAction,
    /// For `replay`: since when, in milliseconds since 1970 UTC.
    since: Option<i64>,
    /// For `replay`: the position of one event, which is the number behind `msg_` in its `webhook-id`.
    event: Option<i64>,
}

/// Pause, resume, test, replay, retry, forget or remove
///
/// `count` says how many dead letters are tried again or forgotten. Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/webhooks/{id}/do", params(("id" = i64, Path, description = "The number of the webhook.")), request_body = WebhookBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_do_with_webhook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: WebhookBody| {
        let id = EndpointId(number(&request, "id", "webhook")?);
        let deed = body.action.deed(body.since.map(Millis), body.event.map(Position))?;
        let count = api.administration.receivers.with_webhook(caller, id, deed).await?;
        Ok(Done { done: true, count })
    })
    .await
}

/// All hooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminHooks)]
pub(crate) struct HooksInfo {
    /// The hooks, in the order in which they are asked.
    pub(crate) hooks: Vec<HookInfo>,
}

/// All hooks.
pub(crate) async fn hooks(api: &ConsoleApi, caller: &Caller) -> Result<HooksInfo, AdminError> {
    let all = api.administration.receivers.hooks(caller).await?;
    Ok(HooksInfo { hooks: all.iter().map(HookInfo::of).collect() })
}

/// List hooks
///
/// Without their secrets. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/hooks", responses((status = 200, body = HooksInfo)))]
pub(crate) async fn admin_list_hooks(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| hooks(&api, caller).await).await
}

/// Which decisions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DecisionsAsked {
    /// Only those of this hook.
    pub(crate) hook: Option<i64>,
    /// How many, 1 to 500; 50 if it is not given.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<i64>,
}

/// What hooks decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDecisions)]
pub(crate) struct DecisionsInfo {
    /// The decisions, the latest first.
    pub(crate) decisions: Vec<DecisionInfo>,
}

/// What hooks decided.
pub(crate) async fn decisions(
    api: &ConsoleApi,
    caller: &Caller,
    asked: DecisionsAsked,
) -> Result<DecisionsInfo, AdminError> {
    let (hook, limit) = (asked.hook.map(HookId), limit(asked.limit)?);
    let (decisions, users) = api.administration.receivers.decisions(caller, hook, limit).await?;
    Ok(DecisionsInfo { decisions: decisions.iter().map(|one| DecisionInfo::of(one, &users)).collect() })
}

/// List what hooks decided
///
/// The latest first, for 30 days. Scope `site`.
#[utoipa::path(get, path = "/admin/v1/hooks/decisions", params(DecisionsAsked), responses((status = 200, body = DecisionsInfo)))]
pub(crate) async fn admin_list_decisions(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| decisions(&api, caller, query(&request)?).await).await
}

/// What is done with a hook.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AdminHookAction)]
pub(crate) enum HookAction {
    /// It is asked no more.
    Pause,
    /// It is asked again.
    Resume,
    /// It is removed.
    Remove,
}

impl HookAction {
    pub(crate) fn deed(self) -> HookDeed {
        match self {
            Self::Pause => HookDeed::Pause,
            Self::Resume => HookDeed::Resume,
            Self::Remove => HookDeed::Remove,
        }
    }
}

/// What is done with a hook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminDoWithHook, example = json!({"action": "pause"}))]
struct HookBody {
    /// What.
    action: HookAction,
}

/// Pause, resume or remove a hook
///
/// Scope `receivers`.
#[utoipa::path(post, path = "/admin/v1/hooks/{id}/do", params(("id" = i64, Path, description = "The number of the hook.")), request_body = HookBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_do_with_hook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: HookBody| {
        let id = HookId(number(&request, "id", "hook")?);
        api.administration.receivers.with_hook(caller, id, body.action.deed()).await?;
        Ok(DONE)
    })
    .await
}
