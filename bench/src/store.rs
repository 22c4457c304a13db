//! The stores that are measured: fresh ones, on the disk of the repository, on both databases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::AsyncMysqlConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use sixin::system::SystemClock;
use sixin_application::ports::Clock;
use sixin_domain::id::{UserId, first_id_at};
use sixin_storage::{Database, DatabaseOptions, DatabaseUrl};
use xtask::mysql::private::{PrivateMySql, RunningMySql};

use crate::pairs::Pairs;
use crate::population::{Person, Population};
use crate::storage_loop;

pub(crate) type Mysql = AsyncConnectionWrapper<AsyncMysqlConnection>;

/// The memory MySQL has for pages; SQLite uses the page cache of the system.
pub(crate) const BUFFER_POOL: &str = "1G";

/// Where stores are made.
#[derive(Debug)]
pub(crate) enum Engine {
    Sqlite,
    Mysql(RunningMySql),
}

impl Engine {
    /// A private MySQL with its data in `directory`; durable as it is by default. It gets these options more.
    pub(crate) fn start_mysql(directory: &Path, more: &[String]) -> Result<Self> {
        let mut options = vec![
            format!("--innodb-buffer-pool-size={BUFFER_POOL}"),
            "--innodb-log-file-size=512M".to_owned(),
            "--innodb-flush-log-at-trx-commit=1".to_owned(),
        ];
        options.extend_from_slice(more);
        let server = PrivateMySql { parent: Some(directory.to_path_buf()), options, scripts: None };
        Ok(Self::Mysql(server.start().map_err(|failure| anyhow::anyhow!("{failure}"))?))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Mysql(server) => server.name,
        }
    }

    /// The process of the database, where it is one of its own.
    pub(crate) fn pid(&self) -> Option<u32> {
        match self {
            Self::Sqlite => None,
            Self::Mysql(server) => Some(server.pid()),
        }
    }
}

/// The number of the first user that is added to the population, longer than those that are drawn.
const FIRST_ADDED: i64 = 5_000_000_000;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// A store with everybody in it and a message in each conversation.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) url: String,
    pub(crate) population: Arc<Population>,
    /// The file of an SQLite store.
    pub(crate) file: Option<PathBuf>,
}

impl Store {
    /// Makes one below `directory`; what was there of that name is removed.
    pub(crate) fn make(
        engine: &Engine,
        directory: &Path,
        name: &str,
        (pairs, runtime): (Pairs, &tokio::runtime::Runtime),
    ) -> Result<Self> {
        let file = directory.join(format!("{name}.db"));
        let url = match engine {
            Engine::Sqlite => {
                remove_sqlite(&file)?;
                format!("sqlite://{}", file.display())
            }
            Engine::Mysql(server) => {
                let mut admin = Mysql::establish(&server.url())?;
                admin.batch_execute(&format!(
                    "DROP DATABASE IF EXISTS bench_{name}; CREATE DATABASE bench_{name}"
                ))?;
                format!("{}bench_{name}", server.url())
            }
        };
        let database = open(&url)?;
        database.migrate()?;
        let mut population = runtime.block_on(Population::make(&database, pairs))?;
        let file = matches!(engine, Engine::Sqlite).then_some(file);
        let added = add_users(&url, file.as_deref(), pairs.users - population.people.len())?;
        let person = |id: UserId| Person::without_session(id, username(id.0));
        population.people.extend(added.into_iter().map(person));
        storage_loop::begin_conversations(&database, &population)?;
        Ok(Self { url, population: Arc::new(population), file })
    }

    pub(crate) fn open(&self) -> Result<Database> {
        open(&self.url)
    }

    /// Makes so many users that only get messages, and answers their numbers.
    pub(crate) fn add_users(&self, count: usize) -> Result<Vec<UserId>> {
        add_users(&self.url, self.file.as_deref(), count)
    }

    /// Makes all messages so many days older, by their ids too, whose last 12 bits are no time.
    pub(crate) fn age(&self, days: i64) -> Result<()> {
        let ms = days * 24 * 60 * 60 * 1000;
        let (ids, hours) = (ms << 12, days * 24);
        let mut all = vec![
            format!("UPDATE conversation_messages SET id = id - {ids}, created_at = created_at - {ms}"),
            format!("UPDATE conversations SET last_sent_at = last_sent_at - {ms}"),
        ];
        all.extend(["", "a_", "b_"].map(|of| {
            format!(
                "UPDATE conversations SET {of}latest_message_id = {of}latest_message_id - {ids}, \
                 {of}latest_message_time = {of}latest_message_time - {ms} WHERE {of}latest_message_id IS NOT NULL"
            )
        }));
        all.extend(
            ["a_", "b_"]
                .map(|of| format!("UPDATE conversations SET {of}latest_hour = {of}latest_hour - {hours}")),
        );
        let sql = all.join("; ");
        match &self.file {
            Some(file) => SqliteConnection::establish(&file.to_string_lossy())?.batch_execute(&sql)?,
            None => Mysql::establish(&self.url)?.batch_execute(&sql)?,
        }
        Ok(())
    }

    /// How many messages are older than so many days.
    pub(crate) fn older_than(&self, days: i64) -> Result<i64> {
        let before = first_id_at(SystemClock.now().plus(-days * 24 * 60 * 60 * 1000));
        let query = diesel::sql_query("SELECT COUNT(*) AS number FROM conversation_messages WHERE id < ?")
            .bind::<BigInt, _>(before);
        let row: Number = match &self.file {
            Some(file) => query.get_result(&mut SqliteConnection::establish(&file.to_string_lossy())?)?,
            None => query.get_result(&mut Mysql::establish(&self.url)?)?,
        };
        Ok(row.number)
    }

    /// Bytes of the write-ahead log, where there is one beside the file.
    pub(crate) fn wal_bytes(&self) -> u64 {
        let wal = self.file.as_ref().map(|file| file.with_extension("db-wal"));
        wal.and_then(|wal| std::fs::metadata(wal).ok()).map_or(0, |wal| wal.len())
    }

    /// Number and id of every message that a run has left here, by the text [`crate::text::text`] gave it.
    pub(crate) fn messages_of(&self, run: u32, not_before: i64) -> Result<Vec<(u64, i64)>> {
        let prefix = crate::text::prefix(run);
        let mut found = Vec::new();
        let mut after = not_before;
        loop {
            let rows = self.page(after)?;
            let Some(last) = rows.last() else { return Ok(found) };
            after = last.id;
            found.extend(rows.iter().filter_map(|row| {
                Some((crate::text::number(row.message_text.strip_prefix(&prefix)?)?, row.id))
            }));
        }
    }

    fn page(&self, after: i64) -> Result<Vec<Row>> {
        let query = diesel::sql_query(
            "SELECT id, COALESCE(message_text, '') AS message_text FROM conversation_messages \
             WHERE id > ? ORDER BY id LIMIT 50000",
        )
        .bind::<BigInt, _>(after);
        Ok(match &self.file {
            Some(file) => query.load(&mut SqliteConnection::establish(&file.to_string_lossy())?)?,
            None => query.load(&mut Mysql::establish(&self.url)?)?,
        })
    }

    /// Takes it away, so that the next one finds the disk as this one did.
    pub(crate) fn remove(self) -> Result<()> {
        match &self.file {
            Some(file) => remove_sqlite(file),
            None => {
                let (server, name) = self.url.rsplit_once('/').context("the URL names a database")?;
                let drop = format!("DROP DATABASE {name}");
                Ok(Mysql::establish(&format!("{server}/"))?.batch_execute(&drop)?)
            }
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    message_text: String,
}

fn open(url: &str) -> Result<Database> {
    // By the time of day, or what is written here is older to a server than its log reaches.
    let clock = || SystemClock.now();
    Ok(Database::open(DatabaseOptions { clock, ..DatabaseOptions::new(DatabaseUrl::parse(url)?) })?)
}

/// Makes so many users without sessions, and answers their numbers.
fn add_users(url: &str, file: Option<&Path>, count: usize) -> Result<Vec<UserId>> {
    let first = FIRST_ADDED.max(1 + largest_user(url, file)?);
    let numbers: Vec<i64> =
        (0..count).map(|number| Ok(first + i64::try_from(number)?)).collect::<Result<_>>()?;
    for some in numbers.chunks(500) {
        let row = |id: &i64| format!("({id}, 1, {id}, '{name}', '{name}')", name = username(*id));
        let rows = some.iter().map(row).collect::<Vec<_>>().join(", ");
        let sql = format!("INSERT INTO users (id, account_id, uid, username, nickname) VALUES {rows}");
        match file {
            Some(file) => SqliteConnection::establish(&file.to_string_lossy())?.batch_execute(&sql)?,
            None => Mysql::establish(url)?.batch_execute(&sql)?,
        }
    }
    Ok(numbers.into_iter().map(UserId).collect())
}

fn largest_user(url: &str, file: Option<&Path>) -> Result<i64> {
    let query = diesel::sql_query("SELECT COALESCE(MAX(id), 0) AS number FROM users");
    let row: Number = match file {
        Some(file) => query.get_result(&mut SqliteConnection::establish(&file.to_string_lossy())?)?,
        None => query.get_result(&mut Mysql::establish(url)?)?,
    };
    Ok(row.number)
}

fn username(added: i64) -> String {
    format!("added-{added}")
}

fn remove_sqlite(file: &Path) -> Result<()> {
    for extension in ["db", "db-wal", "db-shm"] {
        match std::fs::remove_file(file.with_extension(extension)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
