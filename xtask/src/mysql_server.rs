//! The MySQL the tests run on: the one they are given, or one that lives as long as they do.

use std::{
    env, fs,
    io::Read,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    failure::{Failure, Result},
    mysql_programs::MySqlPrograms,
    programs,
    supervisor::Supervised,
};

/// Names a server to use instead of one of our own.
pub const URL_VARIABLE: &str = "SIXIN_TEST_MYSQL_URL";

const TIME_TO_START: Duration = Duration::from_secs(120);
const MISSING: &str = "no MariaDB or MySQL server was found: install mariadb-server (or MySQL), \
     name a server in SIXIN_TEST_MYSQL_URL, or leave it out with --no-mysql";

/// Tests come over TCP, and without name look-up `root@localhost` isn't the root that comes from there.
const INIT_SQL: &str = "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';\n\
     GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n";

/// A server for the tests; ours is stopped and removed when this is dropped.
#[derive(Debug)]
pub struct MySqlServer {
    /// Where it listens, as `mysql://user@host:port/`.
    pub url: String,
    /// What it is and where it comes from, for the summary.
    pub origin: String,
    // In this order: the server ends before its directory goes.
    _process: Option<Supervised>,
    _directory: Option<TempDir>,
}

impl MySqlServer {
    /// The server named in the environment, else one of the machine's own programs, installed if need be.
    ///
    /// # Errors
    /// When there is none and none may be installed, or when it doesn't start; the message says what to do.
    pub fn obtain() -> Result<Self> {
        if let Some(url) = env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty()) {
            let origin = format!("the one named in {URL_VARIABLE}");
            return Ok(Self { url, origin, _process: None, _directory: None });
        }
        let found = match MySqlPrograms::find() {
            None if programs::install(&["mariadb-server"])? => MySqlPrograms::find(),
            found => found,
        };
        start(&found.ok_or_else(|| Failure::new(MISSING))?)
    }
}

fn start(programs: &MySqlPrograms) -> Result<MySqlServer> {
    let directory = tempfile::Builder::new()
        .prefix("sixin-mysql-")
        .tempdir()
        .map_err(|error| Failure::new(format!("no temporary directory: {error}")))?;
    let path = directory.path();
    let (data, init_file) = (path.join("data"), path.join("init.sql"));
    fs::create_dir(&data).map_err(|error| Failure::at(&data, &error))?;
    fs::write(&init_file, INIT_SQL).map_err(|error| Failure::at(&init_file, &error))?;

    let port = free_port()?;
    println!("starting a {} of our own on 127.0.0.1:{port}", programs.name());
    let serve = programs.serve(path, &data, &init_file, port);
    let process = Supervised::start(path, &programs.prepare(&data), &serve)?;
    wait_until_it_answers(&process, port)?;
    Ok(MySqlServer {
        url: format!("mysql://root@127.0.0.1:{port}/"),
        origin: format!("a {} started for this run", programs.name()),
        _process: Some(process),
        _directory: Some(directory),
    })
}

/// A port nobody listens on at this moment.
fn free_port() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Failure::new(format!("no free port on 127.0.0.1: {error}")))
}

fn wait_until_it_answers(process: &Supervised, port: u16) -> Result<()> {
    let deadline = Instant::now() + TIME_TO_START;
    while !greets(port) {
        let problem = if process.has_ended() {
            "the database server ended by itself"
        } else if Instant::now() > deadline {
            "the database server doesn't accept connections"
        } else {
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        return Err(Failure::new(format!("{problem}; the end of its log:\n{}", process.log_tail())));
    }
    Ok(())
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
    fn a_free_port_can_be_bound() {
        let port = free_port().unwrap();
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
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
