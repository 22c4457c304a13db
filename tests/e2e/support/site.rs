//! A running server with keys, users and sessions.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::calls::get;
use crate::database::TestDatabase;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_sixin");
/// How long anything a test waits for may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// An app key.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A user with a session.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) uid: i64,
    pub(crate) aid: String,
    pub(crate) token: String,
}

/// A server process.
pub(crate) struct Server {
    child: Mutex<Child>,
    pub(crate) url: String,
    pub(crate) metrics_url: String,
    /// Where it keeps files, unless the test says otherwise.
    pub(crate) files: TempDir,
    log: Arc<Mutex<String>>,
}

/// A server, its database, and who is on it.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) rong: Key,
    pub(crate) fresns: Key,
    pub(crate) alice: Person,
    pub(crate) bob: Person,
    pub(crate) carol: Person,
    /// Last, so that it outlives the server.
    pub(crate) database: TestDatabase,
}

impl Site {
    pub(crate) fn on_sqlite() -> Self {
        Self::on(TestDatabase::sqlite(), &[])
    }

    pub(crate) fn on_mysql() -> Option<Self> {
        TestDatabase::mysql().map(|database| Self::on(database, &[]))
    }

    /// A server on that database, with configuration over the tests' own.
    pub(crate) fn on(database: TestDatabase, configuration: &[(&str, &str)]) -> Self {
        let url = database.url();
        let command = |arguments: &[&str]| sixin(&url, arguments);
        command(&["migrate"]);
        let key = |dialect: &str| {
            let key = command(&["app-key", "create", "--dialect", dialect, "--platform", "5"]);
            Key { id: text(&key, "app_id"), secret: text(&key, "secret") }
        };
        let person = |name: &str, nickname: &str| {
            let user = command(&["user", "create", name, "--nickname", nickname]);
            let session = command(&["session", "create", name, "--platform", "5"]);
            Person {
                uid: user["uid"].as_i64().unwrap(),
                aid: text(&user, "aid"),
                token: text(&session, "token"),
            }
        };
        let (rong, fresns) = (key("rongcloud"), key("fresns"));
        let (alice, bob) = (person("alice", "Alice"), person("bob", "Bob"));
        let carol = person("carol", "Carol");
        let server = Server::start(&url, configuration);
        Self { server, rong, fresns, alice, bob, carol, database }
    }

    /// Runs a command of the binary on this site's database and answers its JSON, once the server knows what changed.
    pub(crate) fn sixin(&self, arguments: &[&str]) -> Value {
        let answer = sixin(&self.database.url(), arguments);
        self.settle();
        answer
    }

    /// The same with a line on its standard input.
    pub(crate) fn sixin_with_input(&self, arguments: &[&str], input: &str) -> Value {
        let answer = sixin_with_input(&self.database.url(), arguments, input);
        self.settle();
        answer
    }

    /// Changes rows that the server may have in memory, and returns once it knows.
    pub(crate) fn change(&self, sql: &str) {
        self.database.execute(sql);
        self.database.execute("UPDATE cache_epochs SET epoch = epoch + 1");
        self.settle();
    }

    /// Waits until the server has looked for changes. The look that is under way may have begun before the change, so
    /// the one after it must have ended.
    pub(crate) fn settle(&self) {
        let polls = || self.server.metric("sixin_cache_polls_total");
        let (before, begun) = (polls(), Instant::now());
        while polls() < before + 2 {
            assert!(begun.elapsed() < PATIENCE, "the server does not poll: {}", self.server.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn messages(&self) -> i64 {
        self.database.number("SELECT COUNT(*) AS number FROM conversation_messages")
    }
}

pub(crate) fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

/// The binary, with nothing of the tester's own configuration.
pub(crate) fn command(url: &str) -> Command {
    let mut command = Command::new(BINARY);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SIXIN__") || name == "RUST_LOG") {
        command.env_remove(name);
    }
    command.current_dir(std::env::temp_dir()).env("SIXIN__DATABASE__URL", url);
    command
}

/// Runs a command that must succeed; the last line of its output is JSON.
pub(crate) fn sixin(url: &str, arguments: &[&str]) -> Value {
    let output = command(url).arg("--json").args(arguments).output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "sixin {arguments:?}: {out}{error}");
    out.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
}

/// Like [`sixin`], with a line on its standard input.
pub(crate) fn sixin_with_input(url: &str, arguments: &[&str], input: &str) -> Value {
    let mut child = command(url)
        .arg("--json")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

impl Server {
    /// Starts a server and waits until it serves.
    pub(crate) fn start(url: &str, configuration: &[(&str, &str)]) -> Self {
        let mut command = command(url);
        command.env("SIXIN__SERVER__LISTEN", "127.0.0.1:0").env("SIXIN__METRICS__LISTEN", "127.0.0.1:0");
        command.env("SIXIN__SERVER__WORKERS", "2").env("SIXIN__LOG__FORMAT", "json");
        command.env("SIXIN__RATE__SENDS", "100000").env("SIXIN__SERVER__BODY_TIMEOUT_SECONDS", "2");
        // Changes are looked for often, so that tests need not wait long for them.
        command.env("SIXIN__CACHE__POLL_MILLISECONDS", "20").env("SIXIN__LIVE__HEARTBEAT_SECONDS", "2");
        command.env("SIXIN__RETENTION__EVERY_SECONDS", "3");
        command.envs(configuration.iter().copied()).arg("serve");
        Self::spawn(command)
    }

    /// Starts a server where another one was.
    pub(crate) fn start_at(url: &str, address: &str) -> Self {
        Self::start(url, &[("SIXIN__SERVER__LISTEN", address)])
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let files = tempfile::tempdir().unwrap();
        for (name, folder) in [("SIXIN__FILES__FOLDER", "kept"), ("SIXIN__FILES__ARRIVING", "arriving")] {
            if !command.get_envs().any(|(set, _)| set == name) {
                command.env(name, files.path().join(folder));
            }
        }
        let mut child = command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (announce, announced) = channel();
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str::<Value>(&line)
                    && event["message"] == "sixin serves"
                {
                    let _ = announce.send(event);
                }
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let event = wait_for(&announced, &log);
        let url = |scheme: &str, key: &str| format!("{scheme}://{}", event[key].as_str().unwrap());
        let scheme = if event["tls"] == true { "https" } else { "http" };
        let (url, metrics_url) = (url(scheme, "address"), url("http", "metrics"));
        Self { child: Mutex::new(child), url, metrics_url, files, log }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The value of a counter, by its name and labels as Prometheus reads them; 0 if it was never counted up.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let (_, metrics) = get(&format!("{}/metrics", self.metrics_url));
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(0, |value| value.parse().unwrap())
    }

    /// The sum of all counters whose name and labels are such.
    pub(crate) fn metrics_that(&self, is_such: impl Fn(&str) -> bool) -> u64 {
        let (_, metrics) = get(&format!("{}/metrics", self.metrics_url));
        let such = metrics.lines().filter_map(|line| line.rsplit_once(' ')).filter(|(name, _)| is_such(name));
        such.map(|(_, value)| value.parse::<u64>().unwrap()).sum()
    }

    /// What it has logged, once that holds all of `texts`: a line is read here a moment after it was written.
    pub(crate) fn log_with(&self, texts: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if texts.iter().all(|text| log.contains(text)) {
                return log;
            }
            assert!(begun.elapsed() < PATIENCE, "{texts:?} is not in the log: {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills it without any warning.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends it a signal, as `kill` names it.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Its exit code, once it has ended by itself.
    pub(crate) fn wait(&self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.lock().unwrap().try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "the server does not stop: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn wait_for(announced: &Receiver<Value>, log: &Mutex<String>) -> Value {
    announced
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| panic!("the server does not serve: {}", log.lock().unwrap()))
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}
