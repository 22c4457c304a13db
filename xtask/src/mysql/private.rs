//! A MySQL server of our own: made from the programs of the machine, with data of its own, gone when we are.

use std::{
    env,
    ffi::OsString,
    fs,
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    failure::{Failure, Result},
    mysql::programs::MySqlPrograms,
    supervisor::Supervised,
};

/// What to do where there is no server to start.
pub const MISSING: &str = "no MariaDB or MySQL server was found: install mariadb-server (or MySQL), or leave its \
     tests out with --no-mysql (SIXIN_TEST_NO_MYSQL=1)";

const TIME_TO_START: Duration = Duration::from_secs(120);

/// Tests come over TCP, and without name look-up `root@localhost` isn't the root that comes from there.
const INIT_SQL: &str = "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';\n\
     GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n";

/// How a server of our own is to be started; the default is small and lies in the temporary directory.
#[derive(Clone, Debug, Default)]
pub struct PrivateMySql {
    /// Where the directory with its data is made.
    pub parent: Option<PathBuf>,
    /// Options of the server beside ours, or over them, such as `--innodb-buffer-pool-size=1G`.
    pub options: Vec<String>,
    /// Where the server looks for programs that it runs, before all else.
    pub scripts: Option<PathBuf>,
}

impl PrivateMySql {
    /// Starts a server that nobody else uses, and waits until it answers.
    ///
    /// # Errors
    /// When the machine has no server program, or when it doesn't start; the message says what to do.
    pub fn start(&self) -> Result<RunningMySql> {
        let programs = MySqlPrograms::find().ok_or_else(|| Failure::new(MISSING))?;
        let directory = self.directory()?;
        let path = directory.path();
        let (data, init_file) = (path.join("data"), path.join("init.sql"));
        fs::create_dir(&data).map_err(|error| Failure::at(&data, &error))?;
        fs::write(&init_file, INIT_SQL).map_err(|error| Failure::at(&init_file, &error))?;

        let port = free_port()?;
        let name = programs.name();
        println!("starting a {name} of our own on 127.0.0.1:{port}");
        let mut serve = programs.serve(path, &data, &init_file, port);
        serve.extend(self.options.iter().map(OsString::from));
        if let Some(scripts) = &self.scripts {
            let mut path = OsString::from("PATH=");
            path.push(scripts);
            path.push(":");
            path.push(env::var_os("PATH").unwrap_or_default());
            serve.splice(0..0, [OsString::from("env"), path]);
        }
        let process = Supervised::start(path, &programs.prepare(&data), &serve)?;
        let mut server = RunningMySql { name, port, serve, process, _directory: directory };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    fn directory(&self) -> Result<TempDir> {
        let mut name = tempfile::Builder::new();
        name.prefix("sixin-mysql-");
        let made = match &self.parent {
            Some(parent) => name.tempdir_in(parent),
            None => name.tempdir(),
        };
        made.map_err(|error| Failure::new(format!("no directory for a database server: {error}")))
    }
}

/// A server of our own; it is stopped and its data removed when this is dropped.
#[derive(Debug)]
pub struct RunningMySql {
    /// MariaDB or MySQL.
    pub name: &'static str,
    port: u16,
    serve: Vec<OsString>,
    // In this order: the server ends before its directory goes.
    process: Supervised,
    _directory: TempDir,
}

impl RunningMySql {
    /// Where it listens, as `mysql://user@host:port/`; the same after it was started again.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mysql://root@127.0.0.1:{}/", self.port)
    }

    /// The process that serves, to be looked at.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Kills it (SIGKILL); its data stay as they are at that moment.
    ///
    /// # Errors
    /// When the process can't be killed.
    pub fn kill(&mut self) -> Result<()> {
        self.process.kill()
    }

    /// Starts it again after [`RunningMySql::kill`], on the same data and port, and waits until it answers.
    ///
    /// # Errors
    /// When it doesn't start; the message holds the end of its log.
    pub fn start_again(&mut self) -> Result<()> {
        self.process.start_again(&self.serve)?;
        self.wait_until_it_answers()
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let deadline = Instant::now() + TIME_TO_START;
        while !greets(self.port) {
            let problem = if self.process.has_ended() {
                "the database server ended by itself"
            } else if Instant::now() > deadline {
                "the database server doesn't accept connections"
            } else {
                thread::sleep(Duration::from_millis(100));
                continue;
            };
            let log = self.process.log_tail();
            return Err(Failure::new(format!("{problem}; the end of its log:\n{log}")));
        }
        Ok(())
    }
}

/// A port nobody listens on at this moment. It is below those that systems give to clients by themselves (32768 and
/// up on Linux, 49152 elsewhere), so that no client takes it while the server is down.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    let failed = |error| Failure::new(format!("no free port on 127.0.0.1: {error}"));
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    for _ in 0..100 {
        // Whatever the system gives is good enough for chance.
        let given = bind(0).and_then(|listener| listener.local_addr()).map_err(failed)?.port();
        let port = 10_000 + given % 22_000;
        if bind(port).is_ok() {
            return Ok(port);
        }
    }
    bind(0).and_then(|listener| listener.local_addr()).map(|address| address.port()).map_err(failed)
}

/// Whether a server on this port sends the greeting of MySQL's protocol, version 10.
fn greets(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    let mut start = [0; 5];
    stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && start.last() == Some(&10)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn server_that_says(bytes: &'static [u8]) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || listener.accept().unwrap().0.write_all(bytes));
        port
    }

    #[test]
    fn a_free_port_can_be_bound_and_is_not_one_that_clients_get() {
        let port = free_port().unwrap();
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert!(port < 32_768);
    }

    #[test]
    fn a_port_nobody_listens_on_does_not_greet() {
        assert!(!greets(free_port().unwrap()));
    }

    #[test]
    fn only_the_greeting_of_the_protocol_counts() {
        assert!(greets(server_that_says(b"\x4a\0\0\0\x0a8.4.3\0")));
        assert!(!greets(server_that_says(b"\x4a\0\0\0\xff too many connections")));
    }
}
