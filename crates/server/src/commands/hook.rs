//! `sixin hook`

use std::collections::HashMap;

use serde_json::json;
use sixin_application::hooks::manage::RuleSpec;
use sixin_application::hooks::ports::Decision;
use sixin_application::users::ports::Users;
use sixin_domain::hook::rule::HookRule;
use sixin_domain::hook::verdict::{Reason, Verdict};
use sixin_domain::id::{HookId, UserId};
use sixin_domain::message::uid as message_uid;
use sixin_storage::Database;

use super::receivers::{NewReceiver, print_rotated};
use super::{CommandError, Output, read_secret, shown_time};
use crate::cli::{Hook, NewHook};
use crate::config::Config;
use crate::receivers::telling;

pub(super) async fn run(
    config: &Config,
    database: &Database,
    out: Output,
    command: Hook,
) -> Result<(), CommandError> {
    let hooks = telling::manage_hooks(config, database)?;
    match command {
        Hook::Add(options) => {
            let (id, rule) = hooks.add(spec(options)?).await?;
            NewReceiver {
                id: id.0,
                kind: rule.kind.name(),
                url: &rule.url,
                app_id: rule.app_id.as_deref(),
                secret: &rule.secret,
            }
            .print(out);
        }
        Hook::List => hooks.list().await?.iter().for_each(|rule| print_row(out, rule)),
        Hook::Test { id } => print_verdict(out, id, &hooks.test(HookId(id)).await?),
        Hook::Rotate { id, overlap_hours } => {
            let secret = hooks.rotate(HookId(id), overlap_hours * 60 * 60 * 1000).await?;
            print_rotated(out, id, &secret, overlap_hours);
        }
        Hook::Pause { id } => {
            hooks.set_running(HookId(id), false).await?;
            out.line("it is not asked", || json!({ "id": id, "state": "paused" }));
        }
        Hook::Resume { id } => {
            hooks.set_running(HookId(id), true).await?;
            out.line("it is asked", || json!({ "id": id, "state": "on" }));
        }
        Hook::Remove { id } => {
            hooks.remove(HookId(id)).await?;
            out.line("removed", || json!({ "id": id }));
        }
        Hook::Decisions { hook, limit } => {
            let decisions = hooks.decisions(hook.map(HookId), limit).await?;
            let names = names(database, &decisions).await?;
            decisions.iter().for_each(|decision| print_decision(out, decision, &names));
        }
    }
    Ok(())
}

fn spec(options: NewHook) -> Result<RuleSpec, CommandError> {
    let secret = if options.own_secret { Some(read_secret("secret")?) } else { None };
    Ok(RuleSpec {
        url: options.url,
        kind: options.kind,
        name: options.name,
        origins: options.dialects,
        object_names: options.object_names,
        app_id: options.app_key,
        secret,
        deadline_ms: options.deadline_ms,
        on_failure: options.on_failure,
        max_in_flight: options.max_in_flight,
    })
}

/// What the users of decisions are called.
async fn names(database: &Database, all: &[Decision]) -> Result<HashMap<UserId, String>, CommandError> {
    let ids: Vec<UserId> = all.iter().flat_map(|one| [one.sender, one.recipient]).collect();
    let users = database.find_numbered(&ids).await?;
    Ok(users.iter().map(|user| (user.id, user.username.as_str().to_owned())).collect())
}

fn print_row(out: Output, rule: &HookRule) {
    let (kind, url, origins) = (rule.kind.name(), rule.url.shown(), rule.origins.text());
    let state = if rule.is_paused { "paused" } else { "on" };
    let (failure, names) = (rule.on_failure.name(), rule.object_names.text());
    let types = if names.is_empty() { "all types" } else { &names };
    let text = format!(
        "{:<4} {kind:<9} {state:<6} {origins}: {types}; {} ms, else {failure}  {url} {}",
        rule.id.0, rule.deadline_ms, rule.name
    );
    out.line(text.trim_end(), || {
        json!({
            "id": rule.id.0, "kind": kind, "url": url, "name": rule.name, "state": state,
            "dialects": origins, "object_names": names, "app_key": rule.app_id,
            "deadline_ms": rule.deadline_ms, "on_failure": failure, "max_in_flight": rule.max_in_flight,
            "former_secret_until": rule.former.as_ref().map(|(_, until)| until.0),
        })
    });
}

fn print_verdict(out: Output, id: i64, verdict: &Verdict) {
    let (decision, reason) = match verdict {
        Verdict::Allow { .. } => ("allow", None),
        Verdict::Deny { reason } => ("deny", reason.as_ref()),
        Verdict::Replace { .. } => ("replace", None),
    };
    let said = reason.map(|reason| format!(": {}", reason.text())).unwrap_or_default();
    out.line(
        &format!("the hook answered {decision}{said}"),
        || json!({ "id": id, "decision": decision, "reason": reason.map(Reason::text) }),
    );
}

fn print_decision(out: Output, decision: &Decision, names: &HashMap<UserId, String>) {
    let name = |user: UserId| names.get(&user).map_or("?", String::as_str);
    let (from, to) = (name(decision.sender), name(decision.recipient));
    let uid = decision.message.map(message_uid::encode);
    let others = decision.recipients.saturating_sub(1);
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    let (outcome, reason) = (decision.outcome.name(), &decision.reason);
    let text = format!(
        "{}  hook {:<4} {outcome:<16} {from} to {to}{more}, {} ms  {} {reason}",
        shown_time(decision.at),
        decision.hook.0,
        decision.took_ms,
        uid.as_deref().unwrap_or("not stored"),
    );
    out.line(text.trim_end(), || {
        json!({
            "hook": decision.hook.0, "at": decision.at.0, "outcome": outcome, "from": from, "to": to,
            "recipients": decision.recipients, "messageUID": uid, "took_ms": decision.took_ms,
            "reason": reason,
        })
    });
}
