//! The server that is measured: the released binary, as an operator would start it.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::usage::{Usage, resident_bytes};

const TIME_TO_START: Duration = Duration::from_secs(60);
const TIME_TO_STOP: Duration = Duration::from_secs(60);

/// Which program serves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Program {
    /// `sixin serve`.
    Sixin,
    /// H: the same server, in which a request is answered as soon as it is let in and understood.
    AtOnce,
}

/// A server that serves until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts one on a store; what it logs goes to `directory`. Nothing is configured but that, a rate limit that is
    /// never reached, and what `configuration` says.
    pub(crate) fn start(
        program: Program,
        url: &str,
        directory: &Path,
        configuration: &[(&str, &str)],
    ) -> Result<Self> {
        let mut command = program.command()?;
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("SIXIN__") || name == "RUST_LOG")
        {
            command.env_remove(name);
        }
        command
            .current_dir(directory)
            .env("SIXIN__DATABASE__URL", url)
            .env("SIXIN__SERVER__LISTEN", "127.0.0.1:0")
            .env("SIXIN__METRICS__LISTEN", "127.0.0.1:0")
            .env("SIXIN__RATE__SENDS", "1000000000")
            .env("SIXIN__SERVER__CONNECTIONS_PER_ADDRESS", "100000")
            .envs(configuration.iter().copied())
            .stdin(Stdio::null());
        let log = directory.join("server.log");
        // Straight into a file, as a service manager has it: nobody here spends time on it while it is measured.
        let child = command.stderr(File::create(&log)?).spawn().with_context(|| format!("{command:?}"))?;
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        server.address = server.announced(&log)?;
        Ok(server)
    }

    /// The address that the log tells, once it is there.
    fn announced(&mut self, log: &Path) -> Result<SocketAddr> {
        let begun = Instant::now();
        while begun.elapsed() < TIME_TO_START && self.child.try_wait()?.is_none() {
            let said = std::fs::read_to_string(log)?;
            let serves = said.lines().find_map(|line| line.split_once("sixin serves address="));
            if let Some(address) = serves.and_then(|(_, rest)| rest.split(' ').next()?.parse().ok()) {
                return Ok(address);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("the server does not serve; see {}", log.display())
    }

    /// Has it stop as a service manager does, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        let sent = Command::new("kill").arg(self.pid().to_string()).status()?;
        anyhow::ensure!(sent.success(), "the server was gone before it was stopped");
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            anyhow::ensure!(begun.elapsed() < TIME_TO_STOP, "the server does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::of(self.pid())
    }

    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        resident_bytes(self.pid())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Killed, not stopped: what it acknowledged must be there all the same.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn command(self) -> Result<Command> {
        let me = std::env::current_exe()?;
        Ok(match self {
            Self::AtOnce => {
                let mut command = Command::new(me);
                command.arg("serve-at-once");
                command
            }
            Self::Sixin => {
                let binary = me.with_file_name("sixin");
                anyhow::ensure!(binary.exists(), "{} is not there; build it first", binary.display());
                let mut command = Command::new(binary);
                command.arg("serve");
                command
            }
        })
    }
}
