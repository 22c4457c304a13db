//! Webhooks and hooks.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use sixin_application::administration::AdminError;
use sixin_domain::id::{EndpointId, HookId};
use sixin_domain::log::Position;
use sixin_domain::time::Millis;

use super::form::Form;
use super::guard;
use super::layout::Layout;
use super::visit::{After, Visit, done, shown};
use crate::ConsoleApi;
use crate::api::adding::{HookTest, NewHookBody, NewWebhookBody, ReceiverSecret};
use crate::api::receivers::{self as api_receivers, DecisionsAsked, HookAction, WebhookAction};
use crate::views::{DeadLetterInfo, DecisionInfo, HookInfo, WebhookInfo};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// For how long a former secret signs too.
const OVERLAP_HOURS: i64 = 24;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct WebhooksPage {
    l: Layout,
    webhooks: Vec<WebhookInfo>,
    /// Of which webhook the dead letters are shown.
    of: i64,
    dead: Vec<DeadLetterInfo>,
    /// A secret that is shown this once.
    fresh: Option<ReceiverSecret>,
}

async fn webhooks_page(
    api: &ConsoleApi,
    visit: &Visit,
    of: i64,
    fresh: Option<ReceiverSecret>,
) -> Result<WebhooksPage, AdminError> {
    let webhooks = api_receivers::webhooks(api, &visit.caller).await?.webhooks;
    let dead = match of {
        0 => Vec::new(),
        id => api_receivers::dead_letters(api, &visit.caller, id).await?.dead_letters,
    };
    Ok(WebhooksPage { l: visit.layout(), webhooks, of, dead, fresh })
}

/// `GET /console/webhooks`
pub(super) async fn webhooks(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "webhooks", async |visit, asked| {
        webhooks_page(&api, visit, asked.number("dead")?.unwrap_or(0), None).await
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
        let fresh = match form.text("action") {
            "add" => Some(added_webhook(&api, visit, form).await?),
            "rotate" => {
                let id = id(form)?;
                let receivers = &api.administration.receivers;
                let secret = receivers.rotate_webhook(&visit.caller, EndpointId(id), OVERLAP_HOURS).await?;
                Some(ReceiverSecret::of(id, &secret))
            }
            _ => None,
        };
        if fresh.is_some() {
            let page = webhooks_page(&api, visit, 0, fresh).await?;
            return Ok(After::Show(guard::page(StatusCode::OK, &page)));
        }
        let event = position(form)?;
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
        let (id, deed) = (EndpointId(id(form)?), action.deed(since.map(|at| Millis(at.0)), event)?);
        api.administration.receivers.with_webhook(&visit.caller, id, deed).await?;
        Ok(After::Go("/console/webhooks?done=1".to_owned()))
    })
    .await
}

/// The event that a form names, as its number or as the id of the request in which it was told.
fn position(form: &Form) -> Result<Option<Position>, AdminError> {
    let Some(text) = form.some("event") else { return Ok(None) };
    let number = text.strip_prefix("msg_").unwrap_or(&text).parse();
    number
        .map(|number| Some(Position(number)))
        .map_err(|_| AdminError::invalid("an event is named by its number"))
}

async fn added_webhook(api: &ConsoleApi, visit: &Visit, form: &Form) -> Result<ReceiverSecret, AdminError> {
    let wanted = NewWebhookBody {
        url: form.text("url").trim().to_owned(),
        kind: form.some("kind"),
        name: form.some("note").unwrap_or_default(),
        events: form.some("events").unwrap_or_default(),
        app_key: form.some("app_key"),
        secret: form.some("secret"),
        server_messages: form.is_ticked("server_messages"),
        max_in_flight: at_a_time(form)?,
        since: None,
    };
    let (id, made) = api.administration.receivers.add_webhook(&visit.caller, wanted.spec()?).await?;
    Ok(ReceiverSecret::made(id.0, &made.secret, made.app_id.as_deref()))
}

fn at_a_time(form: &Form) -> Result<Option<usize>, AdminError> {
    let wrong = |_| AdminError::invalid("how many at a time is a number from 1");
    form.number("max_in_flight")?.map(usize::try_from).transpose().map_err(wrong)
}

async fn added_hook(api: &ConsoleApi, visit: &Visit, form: &Form) -> Result<ReceiverSecret, AdminError> {
    let wanted = NewHookBody {
        url: form.text("url").trim().to_owned(),
        kind: form.some("kind"),
        name: form.some("note").unwrap_or_default(),
        dialects: form.some("dialects"),
        object_names: form.some("object_names").unwrap_or_default(),
        app_key: form.some("app_key"),
        secret: form.some("secret"),
        deadline_ms: form.number("deadline_ms")?,
        on_failure: form.some("on_failure"),
        max_in_flight: at_a_time(form)?,
    };
    let (id, made) = api.administration.receivers.add_hook(&visit.caller, wanted.spec()?).await?;
    Ok(ReceiverSecret::made(id.0, &made.secret, made.app_id.as_deref()))
}

#[derive(Template)]
#[template(path = "hooks.html")]
struct HooksPage {
    l: Layout,
    hooks: Vec<HookInfo>,
    decisions: Vec<DecisionInfo>,
    /// A secret that is shown this once.
    fresh: Option<ReceiverSecret>,
    /// What a hook said to a test.
    tested: Option<HookTest>,
}

async fn hooks_page(
    api: &ConsoleApi,
    visit: &Visit,
    hook: Option<i64>,
    (fresh, tested): (Option<ReceiverSecret>, Option<HookTest>),
) -> Result<HooksPage, AdminError> {
    let hooks = api_receivers::hooks(api, &visit.caller).await?.hooks;
    let wanted = DecisionsAsked { hook, limit: Some(100) };
    let decisions = api_receivers::decisions(api, &visit.caller, wanted).await?.decisions;
    Ok(HooksPage { l: visit.layout(), hooks, decisions, fresh, tested })
}

/// `GET /console/hooks`
pub(super) async fn hooks(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "hooks", async |visit, asked| {
        hooks_page(&api, visit, asked.number("hook")?, (None, None)).await
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
        let receivers = &api.administration.receivers;
        let said = match form.text("action") {
            "add" => (Some(added_hook(&api, visit, form).await?), None),
            "rotate" => {
                let id = id(form)?;
                let secret = receivers.rotate_hook(&visit.caller, HookId(id), OVERLAP_HOURS).await?;
                (Some(ReceiverSecret::of(id, &secret)), None)
            }
            "test" => {
                let verdict = receivers.test_hook(&visit.caller, HookId(id(form)?)).await?;
                (None, Some(HookTest::of(&verdict)))
            }
            _ => (None, None),
        };
        if said.0.is_some() || said.1.is_some() {
            let page = hooks_page(&api, visit, None, said).await?;
            return Ok(After::Show(guard::page(StatusCode::OK, &page)));
        }
        let action = match form.text("action") {
            "pause" => HookAction::Pause,
            "resume" => HookAction::Resume,
            "remove" => HookAction::Remove,
            _ => return Err(AdminError::invalid("there is no such action")),
        };
        let id = HookId(id(form)?);
        receivers.with_hook(&visit.caller, id, action.deed()).await?;
        Ok(After::Go("/console/hooks?done=1".to_owned()))
    })
    .await
}
