//! Webhooks and hooks, what waits for them and what they said.

use serde::Serialize;
use sixin_application::hooks::ports::Decision;
use sixin_application::webhooks::manage::EndpointReport;
use sixin_application::webhooks::ports::ParkedEvent;
use sixin_domain::hook::rule::HookRule;
use sixin_domain::id::UserId;
use sixin_domain::user::User;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointState};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// A webhook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminWebhook)]
pub(crate) struct WebhookInfo {
    /// Its number.
    pub(crate) id: i64,
    /// The operator's note.
    pub(crate) name: String,
    /// In which form it is told.
    pub(crate) kind: &'static str,
    /// Where it is, without a password.
    pub(crate) url: String,
    /// `on`, `failing`, `probing`, `paused` or `off`.
    pub(crate) state: &'static str,
    /// What it wants to hear of, empty for all.
    pub(crate) events: String,
    /// Everything up to then was told.
    pub(crate) told_until: i64,
    /// Events that wait for another try.
    pub(crate) waiting: i64,
    /// Events that are not tried any more.
    pub(crate) dead: i64,
    /// Why the last try failed, or null.
    pub(crate) last_failure: Option<String>,
}

impl WebhookInfo {
    pub(crate) fn of(report: &EndpointReport) -> Self {
        let EndpointReport { endpoint, parked } = report;
        Self {
            id: endpoint.id.0,
            name: endpoint.name.clone(),
            kind: endpoint.kind.name(),
            url: endpoint.url.shown(),
            state: state(endpoint),
            events: endpoint.events.text(),
            told_until: endpoint.cursor.time().0,
            waiting: parked.waiting,
            dead: parked.dead,
            last_failure: parked.last_failure.clone(),
        }
    }
}

fn state(endpoint: &Endpoint) -> &'static str {
    match endpoint.state {
        EndpointState::Off(_) => "off",
        EndpointState::Paused => "paused",
        EndpointState::On if endpoint.health.is_probing() => "probing",
        EndpointState::On if endpoint.health.failures > 0 => "failing",
        EndpointState::On => "on",
    }
}

/// An event that a webhook was not told and is not tried any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDeadLetter)]
pub(crate) struct DeadLetterInfo {
    /// Where it stands in the log.
    pub(crate) position: i64,
    /// When it happened.
    pub(crate) at: i64,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// Why the last try failed.
    pub(crate) last_failure: String,
}

impl DeadLetterInfo {
    pub(crate) fn of(event: &ParkedEvent) -> Self {
        Self {
            position: event.position.0,
            at: event.position.time().0,
            tries: event.tries,
            last_failure: event.last_failure.clone(),
        }
    }
}

/// A hook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminHook)]
pub(crate) struct HookInfo {
    /// Its number.
    pub(crate) id: i64,
    /// The operator's note.
    pub(crate) name: String,
    /// In which form it is asked.
    pub(crate) kind: &'static str,
    /// Where it is, without a password.
    pub(crate) url: String,
    /// Whether it is asked.
    pub(crate) enabled: bool,
    /// Of which dialects messages are asked about.
    pub(crate) dialects: String,
    /// Of which types, empty for all.
    pub(crate) object_names: String,
    /// How long an answer may take, in milliseconds.
    pub(crate) deadline_ms: i64,
    /// What becomes of a message without an answer.
    pub(crate) on_failure: &'static str,
}

impl HookInfo {
    pub(crate) fn of(rule: &HookRule) -> Self {
        Self {
            id: rule.id.0,
            name: rule.name.clone(),
            kind: rule.kind.name(),
            url: rule.url.shown(),
            enabled: !rule.is_paused,
            dialects: rule.origins.text(),
            object_names: rule.object_names.text(),
            deadline_ms: rule.deadline_ms,
            on_failure: rule.on_failure.name(),
        }
    }
}

/// What a hook decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDecision)]
pub(crate) struct DecisionInfo {
    /// Which hook.
    pub(crate) hook: i64,
    /// When.
    pub(crate) at: i64,
    /// What became of the message.
    pub(crate) outcome: &'static str,
    /// Who sent it; null if that user is not there any more.
    pub(crate) from: Option<String>,
    /// Who would have got it, the first of them.
    pub(crate) to: Option<String>,
    /// How many would have got it.
    pub(crate) recipients: usize,
    /// How long the question took, in milliseconds.
    pub(crate) took_ms: i64,
    /// What the sender was told, or why there was no answer.
    pub(crate) reason: String,
}

impl DecisionInfo {
    pub(crate) fn of(decision: &Decision, users: &HashMap<UserId, Arc<User>>) -> Self {
        let name = |id: UserId| users.get(&id).map(|user| user.username.to_string());
        Self {
            hook: decision.hook.0,
            at: decision.at.0,
            outcome: decision.outcome.name(),
            from: name(decision.sender),
            to: name(decision.recipient),
            recipients: decision.recipients,
            took_ms: decision.took_ms,
            reason: decision.reason.clone(),
        }
    }
}
