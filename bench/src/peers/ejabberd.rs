//! ejabberd with its message archive, as Debian packages it. It is run by Erlang itself: the package's own script would run it as
//! another user.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use xtask::mysql::private::RunningMySql;

use super::xmpp::{HOST, Xmpp, name};
use super::{CONNECTED, PeerRow, Running, free_port, users};
use crate::bench::Bench;
use crate::store::Mysql;

/// Where Debian keeps the tables.
const SCHEMAS: &str = "/usr/share/ejabberd/sql";
/// Where Debian keeps ejabberd, below a folder named for the machine,
const LIBRARIES: &str = "/usr/lib";
/// and where its drivers.
const DRIVERS: &str = "/usr/lib/erlang/lib";

/// What it takes to run it.
pub(super) struct Programs {
    erlang: PathBuf,
    libraries: PathBuf,
}

impl Programs {
    /// Nothing, if it or one of its drivers is not on this machine.
    pub(super) fn find() -> Option<Self> {
        let erlang = xtask::programs::find(&["erl"])?;
        let folders = |folder: &str| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
        };
        let has = |folder: &str, library: &str| {
            let is_it = |path: &PathBuf| {
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(library))
            };
            folders(folder).iter().any(is_it)
        };
        let has_drivers = ["p1_mysql-", "p1_sqlite3-"].iter().all(|driver| has(DRIVERS, driver));
        let libraries = folders(LIBRARIES)
            .into_iter()
            .filter(|_| has_drivers)
            .find(|folder| folder.to_str().is_some_and(|folder| has(folder, "ejabberd-")))?;
        Some(Self { erlang, libraries })
    }
}

/// On a file that is in write-ahead mode and synchronised at each commit, as SQLite is built.
pub(super) fn on_sqlite(bench: &mut Bench, programs: &Programs) -> Result<Vec<PeerRow>> {
    let directory = fresh_directory(bench)?;
    let file = directory.join("ejabberd.db");
    let file = file.to_str().context("the path of the benchmark is not UTF-8")?;
    let mut database = SqliteConnection::establish(file)?;
    database.batch_execute("PRAGMA journal_mode = WAL")?;
    database.batch_execute(&std::fs::read_to_string(format!("{SCHEMAS}/lite.sql"))?)?;
    database.batch_execute(&everybody())?;
    drop(database);
    let configuration = format!("sql_type: sqlite\nsql_database: \"{file}\"\n");
    let server = start(programs, &directory, &configuration)?;
    users::measure(bench, &server, &Xmpp, ("ejabberd on SQLite", "both archives, WAL, synchronous FULL"))
}

/// On the server that sixin is measured on.
pub(super) fn on_mysql(
    bench: &mut Bench,
    programs: &Programs,
    server: &RunningMySql,
) -> Result<Vec<PeerRow>> {
    let directory = fresh_directory(bench)?;
    let url = server.url();
    Mysql::establish(&url)?.batch_execute("DROP DATABASE IF EXISTS ejabberd; CREATE DATABASE ejabberd")?;
    let mut database = Mysql::establish(&format!("{url}ejabberd"))?;
    database.batch_execute(&std::fs::read_to_string(format!("{SCHEMAS}/mysql.sql"))?)?;
    database.batch_execute(&everybody())?;
    drop(database);
    let port = url.trim_end_matches('/').rsplit(':').next().context("the URL has a port")?.to_owned();
    let configuration = format!(
        "sql_type: mysql\nsql_server: 127.0.0.1\nsql_port: {port}\nsql_database: ejabberd\nsql_username: root\n\
         sql_password: \"\"\n"
    );
    let name = format!("ejabberd on {}", server.name);
    let server = start(programs, &directory, &configuration)?;
    users::measure(bench, &server, &Xmpp, (&name, "both archives, flushed at each commit"))
}

fn fresh_directory(bench: &Bench) -> Result<PathBuf> {
    let directory = bench.directory.join("ejabberd");
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    std::fs::create_dir_all(directory.join("mnesia"))?;
    Ok(directory)
}

fn everybody() -> String {
    let rows: Vec<String> = (0..CONNECTED).map(name).map(|name| format!("('{name}', '{name}')")).collect();
    format!("INSERT INTO users (username, password) VALUES {}", rows.join(", "))
}

fn start(programs: &Programs, directory: &Path, database: &str) -> Result<Running> {
    let port = free_port()?;
    let configuration = directory.join("ejabberd.yml");
    std::fs::write(
        &configuration,
        format!(
            "hosts: [{HOST}]\nloglevel: warning\ncertfiles: []\nauth_method: sql\nauth_password_format: plain\n\
             default_db: sql\nnew_sql_schema: false\n{database}\
             listen:\n  - port: {port}\n    ip: \"127.0.0.1\"\n    module: ejabberd_c2s\n    access: all\n    shaper: none\n\
             \x20   starttls: false\n    backlog: 1024\n\
             modules:\n  mod_mam:\n    default: always\n\
             \x20 mod_stream_mgmt:\n    max_ack_queue: infinity\n    ack_timeout: infinity\n    resume_timeout: 0\n"
        ),
    )?;
    let mnesia = directory.join("mnesia");
    let mnesia = mnesia.to_str().context("the path of the benchmark is not UTF-8")?;
    ensure!(!mnesia.contains('"'), "the path of the benchmark has a quotation mark");
    let log = std::fs::File::create(directory.join("out"))?;
    let child = Command::new(&programs.erlang)
        .args(["-noinput", "+K", "true", "-mnesia", "dir", &format!("\"{mnesia}\""), "-s", "ejabberd"])
        .env("ERL_LIBS", &programs.libraries)
        .env("EJABBERD_CONFIG_PATH", &configuration)
        .env("EJABBERD_LOG_PATH", directory.join("ejabberd.log"))
        .env("HOME", directory)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    Running::new(child, port)
}
