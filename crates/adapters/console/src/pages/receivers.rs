//! Webhooks and hooks.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_domain::id::{EndpointId, HookId};
use sixin_domain::time::Millis;

use super::form::Form;
use super::layout::Layout;
use super::visit::{After, done, shown};
use crate::ConsoleApi;
use crate::api::receivers::{self as api_receivers, DecisionsAsked, HookAction, WebhookAction};
use crate::views::{DeadLetterInfo, DecisionInfo, HookInfo, WebhookInfo};

const HOUR_MS: i64 = 60 * 60 * 1000;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct WebhooksPage {
    l: Layout,
    webhooks: Vec<WebhookInfo>,
    /// Of which webhook the dead letters are shown.
    of: i64,
    dead: Vec<DeadLetterInfo>,
}

/// `GET /console/webhooks`
pub(super) async fn webhooks(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "webhooks", async |visit, asked| {
        let webhooks = api_receivers::webhooks(&api, &visit.caller).await?.webhooks;
        let of = asked.number("dead")?.unwrap_or(0);
        let dead = match of {
            0 => Vec::new(),
            id => api_receivers::dead_letters(&api, &visit.caller, id).await?.dead_letters,
        };
        Ok(WebhooksPage { l: visit.layout(), webhooks, of, dead })
    })
    .await
}

fn id(form: &Form) -> Result<i64, AdminError> {
    form.number("id")?.ok_or_else(|| AdminError::invalid("name the number"))
}

/// `POST /console/webhooks`
pub(super) async fn act_on_webhook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "webhooks", async |visit, form| {
        let hours = form.number("hours")?.filter(|hours| (1..=24 * 365).contains(hours));
        let since = hours.map(|hours| api.clock.now().plus(-hours * HOUR_MS));
        let action = match form.text("action") {
            "pause" => WebhookAction::Pause,
            "resume" => WebhookAction::Resume,
            "test" => WebhookAction::Test,
            "replay" => WebhookAction::Replay,
            "retry" => WebhookAction::Retry,
            "forget" => WebhookAction::Forget,
            "remove" => WebhookAction::Remove,
            _ => return Err(AdminError::invalid("there is no such action")),
        };
        let (id, deed) = (EndpointId(id(form)?), action.deed(since.map(|at| Millis(at.0)))?);
        api.administration.receivers.with_webhook(&visit.caller, id, deed).await?;
        Ok(After::Go("/console/webhooks?done=1".to_owned()))
    })
    .await
}

#[derive(Template)]
#[template(path = "hooks.html")]
struct HooksPage {
    l: Layout,
    hooks: Vec<HookInfo>,
    decisions: Vec<DecisionInfo>,
}

/// `GET /console/hooks`
pub(super) async fn hooks(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "hooks", async |visit, asked| {
        let hooks = api_receivers::hooks(&api, &visit.caller).await?.hooks;
        let wanted = DecisionsAsked { hook: asked.number("hook")?, limit: Some(100) };
        let decisions = api_receivers::decisions(&api, &visit.caller, wanted).await?.decisions;
        Ok(HooksPage { l: visit.layout(), hooks, decisions })
    })
    .await
}

/// `POST /console/hooks`
pub(super) async fn act_on_hook(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    done(&api, &request, payload, "hooks", async |visit, form| {
        let action = match form.text("action") {
            "pause" => HookAction::Pause,
            "resume" => HookAction::Resume,
            "remove" => HookAction::Remove,
            _ => return Err(AdminError::invalid("there is no such action")),
        };
        let id = HookId(id(form)?);
        api.administration.receivers.with_hook(&visit.caller, id, action.deed()).await?;
        Ok(After::Go("/console/hooks?done=1".to_owned()))
    })
    .await
}
