//! `sixin backup`, `sixin restore` and `sixin move`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sixin_application::files::ports::FileBytes;
use sixin_application::operations::backup::{Copied, back_up, move_store, restore};
use sixin_application::operations::ports::{BackupContents, BackupReader, StoreCheck};
use sixin_application::ports::SecretSource;
use sixin_backup::{Archive, NewArchive};
use sixin_storage::{Database, DatabaseOptions, DatabaseUrl};

use super::{CommandError, Output, check};
use crate::cli::{Backup, Move};
use crate::config::{Config, FilePlace};
use crate::running::{StartError, migrated};
use crate::system::SystemSecrets;

/// `sixin backup`
pub(super) async fn run(
    config: &Config,
    database: Database,
    out: Output,
    command: Backup,
) -> Result<(), CommandError> {
    let files = if command.without_files { None } else { kept_files(config)? };
    let has_files = files.is_some();
    let archive = Box::new(NewArchive::create(&command.file)?);
    let folder = command.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let scratch = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let made = back_up(Arc::new(database), files, archive, Copied::Site(scratch)).await?;
    let mut text = format!("{}: {}, read back and whole", command.file.display(), described(&made.contents));
    match (has_files, made.missing) {
        (false, _) => text.push_str("; files are not in it"),
        (true, 0) => {}
        (true, missing) => text.push_str(&format!("; {missing} files were not in their place any more")),
    }
    let more = [("missing_files", json!(made.missing)), ("has_files", json!(has_files))];
    out.line(&text, || as_json(&made.contents, more));
    Ok(())
}

/// Those of a folder; a bucket is kept by those who keep it, and may hold more than fits here.
fn kept_files(config: &Config) -> Result<Option<Arc<dyn FileBytes>>, StartError> {
    if config.files.place == FilePlace::Bucket {
        return Ok(None);
    }
    Ok(Some(Arc::new(config.kept_files()?)))
}

/// `sixin user export`
pub(super) async fn export(
    config: &Config,
    database: &Database,
    out: Output,
    user: &str,
    file: &Path,
) -> Result<(), CommandError> {
    let user = super::find_user(database, user).await?;
    let archive = Box::new(NewArchive::of_person(file)?);
    // Those of one person fit here, wherever they are kept.
    let files: Arc<dyn FileBytes> = Arc::new(config.kept_files().map_err(StartError::from)?);
    let made = back_up(Arc::new(database.clone()), Some(files), archive, Copied::Person(user.id)).await?;
    let text =
        format!("{}: what belongs to {}: {}", file.display(), user.username, described(&made.contents));
    let more = [("missing_files", json!(made.missing)), ("username", json!(user.username.as_str()))];
    out.line(&text, || as_json(&made.contents, more));
    Ok(())
}

/// `sixin backup --verify`
pub(super) fn verify(out: Output, file: &Path) -> Result<(), CommandError> {
    let mut archive = Archive::open(file)?;
    let contents = archive.verify()?;
    let text =
        format!("{} is whole: {}, of sixin {}", file.display(), described(&contents), archive.version());
    out.line(&text, || as_json(&contents, []));
    Ok(())
}

/// `sixin restore`
pub(super) async fn restored_from(
    config: &Config,
    database: Database,
    out: Output,
    file: &Path,
) -> Result<(), CommandError> {
    let archive = Box::new(Archive::open(file)?);
    let files = Arc::new(config.kept_files().map_err(StartError::from)?);
    let epoch = new_epoch();
    let contents = restore(Arc::new(database.clone()), files, archive, epoch).await?;
    let text = format!("restored {} into {}", described(&contents), database.options().url);
    out.line(&text, || as_json(&contents, []));
    check::run(&database, out).await
}

/// A name for the history of a store.
pub(super) fn new_epoch() -> String {
    SystemSecrets.alphanumeric(8).to_ascii_lowercase()
}

/// `sixin move`. Blocks.
pub(super) fn moved(config: &Config, out: Output, command: &Move) -> Result<(), CommandError> {
    let options = config.database_options().map_err(StartError::from)?;
    let from = match &command.from {
        Some(from) => url(from)?,
        None => options.url.clone(),
    };
    let open = |url: DatabaseUrl, creates| {
        Database::open(DatabaseOptions { url, creates, ..options.clone() }).map_err(StartError::from)
    };
    let from = migrated(open(from, false)?)?;
    let to = open(url(&command.to)?, true)?;
    check::report(out, &from.check()?)?;
    move_store(&from, &to)?;
    let report = to.check()?;
    check::report(out, &report)?;
    let (from, to) = (from.options().url.to_string(), to.options().url.to_string());
    let text = format!("{from} is in {to} now; set database.url to that before a server starts again");
    out.line(&text, || json!({ "from": from, "to": to, "messages": report.messages }));
    Ok(())
}

/// A URL of the command line; `-` is a line of standard input, where no list of processes shows a password.
pub(super) fn url(text: &str) -> Result<DatabaseUrl, CommandError> {
    let read;
    let text = if text == "-" {
        read = super::read_secret("URL of the database")?;
        read.reveal()
    } else {
        text
    };
    DatabaseUrl::parse(text).map_err(|error| CommandError::Usage(error.to_string()))
}

fn described(contents: &BackupContents) -> String {
    let BackupContents { rows, messages, files, file_bytes } = contents;
    format!("{messages} messages, {rows} rows in all, {files} files of {file_bytes} bytes")
}

fn as_json<const MORE: usize>(contents: &BackupContents, more: [(&str, Value); MORE]) -> Value {
    let BackupContents { rows, messages, files, file_bytes } = contents;
    let counts = [("messages", messages), ("rows", rows), ("files", files), ("file_bytes", file_bytes)];
    let counts = counts.map(|(name, count)| (name, json!(count)));
    Value::Object(counts.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect())
}
