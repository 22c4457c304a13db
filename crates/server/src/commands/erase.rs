//! `sixin user erase`, `erased` and `erase-again`

use std::io::BufRead;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sixin_application::operations::erase::{erase, erase_again};
use sixin_application::operations::ports::{ErasedUser, UserErasure};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_storage::Database;

use super::{CommandError, Output, find_user, now};
use crate::output::say;

/// A line of the list.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: i64,
    created_at: i64,
    erased_at: i64,
}

/// `sixin user erase`
pub(super) async fn run(database: &Database, out: Output, user: &str, yes: bool) -> Result<(), CommandError> {
    let user = find_user(database, user).await?;
    if !yes {
        let text = format!("{} would be erased for good; say --yes", user.username);
        return Err(CommandError::Usage(text));
    }
    let messages = erase(database, user.id, now()).await?;
    let text = format!(
        "erased {} and {messages} message(s); servers remove the files within minutes, and backups from before still hold it all: \
         keep `sixin user erased` beside them",
        user.username
    );
    out.line(&text, || json!({ "username": user.username.as_str(), "id": user.id.0, "messages": messages }));
    Ok(())
}

/// `sixin user erased`
pub(super) async fn list(database: &Database) -> Result<(), CommandError> {
    for ErasedUser { id, created_at, erased_at } in database.erased().await? {
        let line = Line { id: id.0, created_at: created_at.0, erased_at: erased_at.0 };
        say(format_args!("{}", serde_json::to_string(&line).map_err(std::io::Error::other)?));
    }
    Ok(())
}

/// `sixin user erase-again`
pub(super) async fn again(database: &Database, out: Output) -> Result<(), CommandError> {
    let mut list = Vec::new();
    for (line, number) in std::io::stdin().lock().lines().zip(1..) {
        let line = line.map_err(|error| CommandError::File("standard input".to_owned(), error))?;
        if line.trim().is_empty() {
            continue;
        }
        let Line { id, created_at, erased_at } = serde_json::from_str(&line).map_err(|error| {
            CommandError::Usage(format!("line {number} is none of `sixin user erased`: {error}"))
        })?;
        list.push(ErasedUser {
            id: UserId(id),
            created_at: Millis(created_at),
            erased_at: Millis(erased_at),
        });
    }
    let again = erase_again(database, &list, now()).await?;
    let ids: Vec<i64> = again.iter().map(|user| user.id.0).collect();
    let text = format!("{} of {} were back and are erased again", again.len(), list.len());
    out.line(&text, || json!({ "erased": ids, "listed": list.len() }));
    Ok(())
}
