//! `sixin check`

use serde_json::json;
use sixin_application::operations::ports::StoreCheck;
use sixin_storage::Database;

use super::{CommandError, Output};

pub(super) fn run(database: &Database, out: Output) -> Result<(), CommandError> {
    let report = database.check()?;
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
