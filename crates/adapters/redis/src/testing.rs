//! A Redis of a test's own, which it may kill.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long one takes to start at most.
const TIME_TO_START: Duration = Duration::from_secs(20);

/// A server on a port of its own, which ends with this.
#[derive(Debug)]
pub struct TestRedis {
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl TestRedis {
    /// Starts one; `None` where there is no Redis, which `cargo xtask test` tells at its end.
    ///
    /// # Panics
    /// If the test was not started by `cargo xtask test`, or the server does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let program = std::env::var("SIXIN_TEST_REDIS_SERVER")
            .expect("cargo xtask test says where Redis is, in SIXIN_TEST_REDIS_SERVER");
        (!program.is_empty()).then(|| Self::run(program.into()))
    }

    /// Runs a program that speaks Redis's protocol.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn run(program: PathBuf) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|taken| taken.local_addr());
        let mut redis = Self { program, port: port.expect("a free port").port(), child: None };
        redis.begin();
        redis
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Begins anew, with nothing in it.
    ///
    /// # Panics
    /// If it does not start.
    pub fn begin(&mut self) {
        self.kill();
        let port = self.port.to_string();
        let child = Command::new(&self.program)
            .args([
                "--port",
                &port,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no",
            ])
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Redis");
        self.child = Some(child);
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(begun.elapsed() < TIME_TO_START, "Redis does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Has it hang: it keeps its connections and answers nothing.
    pub fn hang(&self) {
        self.send_signal("STOP");
    }

    /// Has it go on.
    pub fn go_on(&self) {
        self.send_signal("CONT");
    }

    fn send_signal(&self, signal: &str) {
        let pid = self.child.as_ref().map(Child::id).expect("it runs").to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{signal}");
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        self.kill();
    }
}
