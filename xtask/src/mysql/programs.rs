//! The database programs of the machine and how each of them wants to be called.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::programs;

/// Names the program of the database server that tests start.
pub const SERVER_VARIABLE: &str = "SIXIN_TEST_MYSQLD";

/// MariaDB and MySQL differ in how a data directory is made and in a few options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// `mariadbd`, prepared by `mariadb-install-db`.
    MariaDb,
    /// `mysqld`, which prepares its directory itself.
    MySql,
}

/// A server program, and what prepares a data directory for it.
#[derive(Debug)]
pub struct MySqlPrograms {
    flavour: Flavour,
    server: PathBuf,
    installer: PathBuf,
    as_root: bool,
}

impl MySqlPrograms {
    /// The server that [`SERVER_VARIABLE`] names, else what the machine has, MariaDB first.
    #[must_use]
    pub fn find() -> Option<Self> {
        let named = env::var_os(SERVER_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let server = named.or_else(|| programs::find(&["mariadbd", "mysqld"]))?;
        let version = programs::output(&server, &["--no-defaults", "--version"])?;
        let flavour = flavour_of(&version);
        let installer = match flavour {
            Flavour::MariaDb => programs::find(&["mariadb-install-db", "mysql_install_db"])?,
            Flavour::MySql => server.clone(),
        };
        Some(Self { flavour, server, installer, as_root: programs::is_root() })
    }

    /// What to call the server in a message.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.flavour {
            Flavour::MariaDb => "MariaDB",
            Flavour::MySql => "MySQL",
        }
    }

    /// The command that prepares a data directory whose root user has no password.
    #[must_use]
    pub fn prepare(&self, data: &Path) -> Vec<OsString> {
        let mut command: Vec<OsString> = vec![self.installer.clone().into(), "--no-defaults".into()];
        match self.flavour {
            Flavour::MariaDb => command
                .extend(["--auth-root-authentication-method=normal", "--skip-test-db"].map(OsString::from)),
            Flavour::MySql => command.push("--initialize-insecure".into()),
        }
        command.extend(self.user());
        command.push(option("--datadir=", data));
        command
    }

    /// The command that serves a data directory on a port of this machine alone.
    #[must_use]
    pub fn serve(&self, directory: &Path, data: &Path, init_file: &Path, port: u16) -> Vec<OsString> {
        let mut command: Vec<OsString> = vec![self.server.clone().into(), "--no-defaults".into()];
        command.extend(self.user());
        command.extend([
            option("--datadir=", data),
            option("--socket=", &directory.join("server.sock")),
            option("--pid-file=", &directory.join("server.pid")),
            option("--init-file=", init_file),
            format!("--port={port}").into(),
        ]);
        command.extend(SERVER_OPTIONS.map(OsString::from));
        if self.flavour == Flavour::MySql {
            // A second port that every MySQL of the machine would claim, and a directory it expects to exist.
            command.extend(["--mysqlx=OFF", "--secure-file-priv=NULL"].map(OsString::from));
        }
        command
    }

    /// Both servers refuse to run as root unless they are told to.
    fn user(&self) -> Option<OsString> {
        self.as_root.then(|| "--user=root".into())
    }
}

/// Small. What is durable stays as it is by default, because the tests look at it.
const SERVER_OPTIONS: [&str; 6] = [
    "--bind-address=127.0.0.1",
    "--max-connections=500",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--innodb-buffer-pool-size=64M",
    "--performance-schema=OFF",
];

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

fn flavour_of(version: &str) -> Flavour {
    if version.contains("MariaDB") { Flavour::MariaDb } else { Flavour::MySql }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mysqld_that_is_mariadb_is_told_from_one_that_is_not() {
        let mariadb = "/usr/sbin/mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64";
        let mysql = "/usr/sbin/mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)";
        assert_eq!(flavour_of(mariadb), Flavour::MariaDb);
        assert_eq!(flavour_of(mysql), Flavour::MySql);
    }

    #[test]
    fn root_is_named_to_the_server_and_nobody_else_is() {
        let programs = |as_root| MySqlPrograms {
            flavour: Flavour::MySql,
            server: "mysqld".into(),
            installer: "mysqld".into(),
            as_root,
        };
        let prepare = |as_root| programs(as_root).prepare(Path::new("/d"));
        assert_eq!(
            prepare(true),
            ["mysqld", "--no-defaults", "--initialize-insecure", "--user=root", "--datadir=/d"]
        );
        assert_eq!(prepare(false), ["mysqld", "--no-defaults", "--initialize-insecure", "--datadir=/d"]);
    }
}
