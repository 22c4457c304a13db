//! `sixin import`

use std::io::IsTerminal;

use actix_web::rt::task::spawn_blocking;
use serde_json::json;
use sixin_application::operations::import_fresns::{ImportReport, import_fresns};
use sixin_application::operations::ports::StoreCheck;
use sixin_storage::{Database, FresnsDatabase};

use super::{CommandError, Output, backup, check};
use crate::cli::{Import, ImportFresns};

/// `sixin import`
pub(super) async fn run(database: Database, out: Output, command: Import) -> Result<(), CommandError> {
    // It blocks, and takes as long as the site is large.
    spawn_blocking(move || imported(&database, out, command)).await.map_err(std::io::Error::other)?
}

fn imported(database: &Database, out: Output, command: Import) -> Result<(), CommandError> {
    let Import::Fresns(ImportFresns { from, prefix, dry_run }) = command;
    let mut source = FresnsDatabase::open(&backup::url(&from)?, &prefix)?;
    let is_watched = !out.json && std::io::stderr().is_terminal();
    let tell = |report: &ImportReport| {
        if is_watched {
            eprint!("\r{} users, {} messages", report.users + report.known_users, report.messages);
        }
    };
    let report = import_fresns(&mut source, database, database, dry_run, &tell)?;
    if is_watched {
        eprintln!();
    }
    out.line(&said(&report, dry_run), || as_json(&report, dry_run));
    if dry_run { Ok(()) } else { check::report(out, &database.check()?) }
}

fn said(report: &ImportReport, is_dry: bool) -> String {
    let ImportReport { users, known_users, refused_users, conversations, messages, files, .. } = report;
    let mut text = if is_dry { "would import " } else { "imported " }.to_owned();
    text.push_str(&format!(
        "{users} users ({known_users} were here already), {} follows, {} blocks, {messages} messages in {conversations} \
         conversations, {files} files that stay where they are",
        report.follows, report.blocks
    ));
    if *refused_users > 0 {
        text.push_str(&format!("\n{refused_users} users can't come:"));
        for refused in &report.refused {
            text.push_str(&format!("\n  {refused}"));
        }
    }
    if report.foreign_messages > 0 {
        text.push_str(&format!("\n{} messages are of users that did not come", report.foreign_messages));
    }
    if report.empty_messages > 0 {
        text.push_str(&format!("\n{} messages have no text, or a file that is gone", report.empty_messages));
    }
    text
}

fn as_json(report: &ImportReport, is_dry: bool) -> serde_json::Value {
    json!({
        "dry_run": is_dry,
        "accounts": report.accounts,
        "users": report.users,
        "known_users": report.known_users,
        "refused_users": report.refused_users,
        "refused": report.refused,
        "follows": report.follows,
        "blocks": report.blocks,
        "conversations": report.conversations,
        "messages": report.messages,
        "foreign_messages": report.foreign_messages,
        "empty_messages": report.empty_messages,
        "files": report.files,
    })
}
