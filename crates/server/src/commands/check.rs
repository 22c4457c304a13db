//! `sixin check`

use actix_web::rt::task::spawn_blocking;
use serde_json::json;
use sixin_application::operations::ports::{StoreCheck, StoreReport};
use sixin_storage::Database;

use super::{CommandError, Output};

pub(super) async fn run(database: &Database, out: Output) -> Result<(), CommandError> {
    let store = database.clone();
    // It blocks, and takes as long as the store is large.
    let found = spawn_blocking(move || store.check()).await.map_err(std::io::Error::other)??;
    report(out, &found)
}

/// Says what was found.
pub(super) fn report(out: Output, report: &StoreReport) -> Result<(), CommandError> {
    for finding in &report.findings {
        let text = format!("broken: {} (rows {}, ...)", finding.rule, finding.rows.join(", "));
        out.line(&text, || json!({ "broken": finding.rule, "rows": finding.rows }));
    }
    if !report.findings.is_empty() {
        return Err(CommandError::Broken(report.findings.len()));
    }
    let text = format!(
        "the store is in order: {} conversations, {} messages, the log ends at {}",
        report.conversations, report.messages, report.head
    );
    out.line(
        &text,
        || json!({ "conversations": report.conversations, "messages": report.messages, "head": report.head }),
    );
    Ok(())
}
