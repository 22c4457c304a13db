//! `sixin retention run`

use serde_json::{Map, Value, json};
use sixin_application::operations::retention::{Due, Effort};
use sixin_domain::retention::Aging;
use sixin_storage::Database;

use super::{CommandError, Output, shown_time};
use crate::cli::Retention;
use crate::config::Config;
use crate::wiring::retention;

pub(super) async fn run(
    config: &Config,
    database: &Database,
    out: Output,
    command: Retention,
) -> Result<(), CommandError> {
    let Retention::Run { dry_run } = command;
    let retention = retention(config, database);
    if retention.ages.is_for_ever() {
        let text =
            "nothing has an age: all is kept for ever; [retention] of the configuration says otherwise";
        out.line(text, || json!({ "removed": {} }));
        return Ok(());
    }
    if dry_run {
        retention.due(usize::MAX).await?.iter().for_each(|due| would_go(out, due));
        return Ok(());
    }
    let removed = retention.run(Effort::Whole).await?.removed;
    let counted = || removed.each().filter(|(what, _)| retention.ages.days(*what).is_some());
    let text: Vec<String> = counted().map(|(what, count)| format!("{count} {}", noun(what))).collect();
    let text = format!("removed {}; servers remove the bytes of files within minutes", text.join(", "));
    let counts = || -> Map<String, Value> {
        counted().map(|(what, count)| (what.name().to_owned(), json!(count))).collect()
    };
    out.line(&text, || json!({ "removed": counts() }));
    Ok(())
}

fn would_go(out: Output, due: &Due) {
    let Due { what, days, before, count, .. } = due;
    let text = format!("{count} {} from before {}, {days} day(s) ago", noun(*what), shown_time(*before));
    out.line(&text, || json!({ "what": what.name(), "days": days, "before": before.0, "due": count }));
}

/// What is counted.
fn noun(what: Aging) -> &'static str {
    match what {
        Aging::Messages => "message(s)",
        Aging::Revisions => "revision(s)",
        Aging::Files => "file(s) that no message names",
        Aging::Audit => "row(s) of the audit",
    }
}
