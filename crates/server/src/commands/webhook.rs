//! `sixin webhook`

use serde_json::json;
use sixin_application::webhooks::manage::{EndpointReport, EndpointSpec, ManageWebhooks};
use sixin_application::webhooks::ports::{Parked, ParkedEvent};
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointState};
use sixin_storage::Database;

use super::receivers::{NewReceiver, print_rotated};
use super::{CommandError, Output, read_secret, shown_time};
use crate::cli::{NewWebhook, Webhook};
use crate::config::Config;
use crate::receivers::telling;

pub(super) async fn run(
    config: &Config,
    database: &Database,
    out: Output,
    command: Webhook,
) -> Result<(), CommandError> {
    let webhooks = telling::manage_webhooks(config, database)?;
    match command {
        Webhook::Add(options) => {
            let (id, endpoint) = webhooks.add(spec(options)?).await?;
            NewReceiver {
                id: id.0,
                kind: endpoint.kind.name(),
                url: &endpoint.url,
                app_id: endpoint.app_id.as_deref(),
                secret: &endpoint.secret,
            }
            .print(out);
        }
        Webhook::List => webhooks.list().await?.iter().for_each(|report| print_row(out, report)),
        Webhook::Test { id } => {
            webhooks.test(EndpointId(id)).await?;
            out.line("the receiver has taken the test", || json!({ "id": id, "taken": true }));
        }
        Webhook::Rotate { id, overlap_hours } => {
            let secret = webhooks.rotate(EndpointId(id), overlap_hours * 60 * 60 * 1000).await?;
            print_rotated(out, id, &secret, overlap_hours);
        }
        Webhook::Pause { id } => {
            webhooks.set_running(EndpointId(id), false).await?;
            out.line("it waits", || json!({ "id": id, "state": "paused" }));
        }
        Webhook::Resume { id } => {
            webhooks.set_running(EndpointId(id), true).await?;
            out.line("it goes on", || json!({ "id": id, "state": "on" }));
        }
        Webhook::Replay { id, since, event } => {
            match (since, event) {
                (_, Some(event)) => webhooks.replay_one(EndpointId(id), Position(event)).await?,
                (Some(since), None) => webhooks.replay_since(EndpointId(id), since).await?,
                (None, None) => return Err(CommandError::Usage("name --since or --event".to_owned())),
            }
            out.line("it is told again", || json!({ "id": id }));
        }
        Webhook::DeadLetters { id, retry, forget } => {
            dead_letters(&webhooks, out, EndpointId(id), retry, forget).await?;
        }
        Webhook::Remove { id } => {
            webhooks.remove(EndpointId(id)).await?;
            out.line("removed", || json!({ "id": id }));
        }
    }
    Ok(())
}

fn spec(options: NewWebhook) -> Result<EndpointSpec, CommandError> {
    let secret = if options.own_secret { Some(read_secret("secret")?) } else { None };
    Ok(EndpointSpec {
        url: options.url,
        kind: options.kind,
        name: options.name,
        events: options.events,
        app_id: options.app_key,
        secret,
        has_server_messages: options.server_messages,
        max_in_flight: options.max_in_flight,
        since: options.since,
    })
}

async fn dead_letters(
    webhooks: &ManageWebhooks,
    out: Output,
    id: EndpointId,
    retry: bool,
    forget: bool,
) -> Result<(), CommandError> {
    if retry {
        let count = webhooks.revive(id).await?;
        out.line(&format!("{count} are tried again"), || json!({ "id": id.0, "retried": count }));
    } else if forget {
        let count = webhooks.forget(id).await?;
        out.line(&format!("{count} are forgotten"), || json!({ "id": id.0, "forgotten": count }));
    } else {
        webhooks.dead_letters(id).await?.iter().for_each(|event| print_dead(out, event));
    }
    Ok(())
}

fn state(endpoint: &Endpoint) -> String {
    match endpoint.state {
        EndpointState::Off(reason) => format!("off ({})", reason.name()),
        EndpointState::Paused => "paused".to_owned(),
        EndpointState::On if endpoint.health.is_probing() => "probing".to_owned(),
        EndpointState::On if endpoint.health.failures > 0 => "failing".to_owned(),
        EndpointState::On => "on".to_owned(),
    }
}

fn print_row(out: Output, EndpointReport { endpoint, parked }: &EndpointReport) {
    let Parked { waiting, dead, last_failure } = parked;
    let why = last_failure.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let (kind, url, state) = (endpoint.kind.name(), endpoint.url.shown(), state(endpoint));
    let told_until = shown_time(endpoint.cursor.time());
    let text = format!(
        "{:<4} {kind:<19} {state:<13} told until {told_until}, {waiting} waiting, {dead} dead{why}  {url} {}",
        endpoint.id.0, endpoint.name
    );
    out.line(text.trim_end(), || {
        json!({
            "id": endpoint.id.0, "kind": kind, "url": url, "name": endpoint.name, "state": state,
            "events": endpoint.events.text(), "app_key": endpoint.app_id,
            "server_messages": endpoint.has_server_messages, "max_in_flight": endpoint.max_in_flight,
            "pos": endpoint.cursor.0, "waiting": waiting, "dead": dead, "last_failure": last_failure,
            "former_secret_until": endpoint.former.as_ref().map(|(_, until)| until.0),
        })
    });
}

fn print_dead(out: Output, event: &ParkedEvent) {
    let since = event.first_failed_at.map(shown_time).unwrap_or_default();
    let (position, why) = (event.position.0, &event.last_failure);
    let text = format!("{position}  {} tries since {since}: {why}", event.tries);
    out.line(&text, || {
        json!({
            "pos": position, "tries": event.tries, "first_failed_at": event.first_failed_at.map(|at| at.0),
            "why": why,
        })
    });
}
