//! The MySQL the tests run on: the one they are given, or one that lives as long as they do.

use std::env;

use crate::{
    failure::{Failure, Result},
    mysql::private::{MISSING, PrivateMySql, RunningMySql},
    mysql::programs::MySqlPrograms,
    programs,
};

/// Names a server to use instead of one of our own.
pub const URL_VARIABLE: &str = "SIXIN_TEST_MYSQL_URL";

/// A server for the tests; ours is stopped and removed when this is dropped.
#[derive(Debug)]
pub struct MySqlServer {
    /// Where it listens, as `mysql://user@host:port/`.
    pub url: String,
    /// What it is and where it comes from, for the summary.
    pub origin: String,
    _ours: Option<RunningMySql>,
}

impl MySqlServer {
    /// The server named in the environment, else one of the machine's own programs.
    ///
    /// The programs are installed if need be, and needed in either case: a test that kills its server has one of its
    /// own.
    ///
    /// # Errors
    /// When there is none and none may be installed, or when it doesn't start; the message says what to do.
    pub fn obtain() -> Result<Self> {
        if MySqlPrograms::find().is_none() && !programs::install(&["mariadb-server"])? {
            return Err(Failure::new(MISSING));
        }
        if let Some(url) = env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty()) {
            let origin = format!("the one named in {URL_VARIABLE}");
            return Ok(Self { url, origin, _ours: None });
        }
        let server = PrivateMySql::default().start()?;
        let origin = format!("a {} started for this run", server.name);
        Ok(Self { url: server.url(), origin, _ours: Some(server) })
    }
}
