//! `cargo xtask test`: every test of the project, with all it needs around it.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use crate::{
    clients::Clients,
    failure::{Failure, Result},
    mysql::server::{MySqlServer, URL_VARIABLE},
    package, programs, workspace,
};

/// What was asked for on the command line.
#[derive(Debug, Default)]
pub struct TestRun {
    /// Leave out every test on MySQL.
    pub no_mysql: bool,
    /// Leave out every test with a foreign client.
    pub no_clients: bool,
    /// Handed on to `cargo test`.
    pub cargo_arguments: Vec<String>,
    /// How often a crash loop kills its server, if not as often as in every run.
    pub crash_rounds: Option<u32>,
}

impl TestRun {
    /// Only the crash loops, with that many kills in each.
    #[must_use]
    pub fn crash_loop(rounds: u32, no_mysql: bool) -> Self {
        let arguments = ["-p", "sixin", "--test", "e2e", "crash", "--", "--nocapture"];
        let cargo_arguments = arguments.map(str::to_owned).to_vec();
        Self { no_mysql, no_clients: true, cargo_arguments, crash_rounds: Some(rounds) }
    }

    /// Only the tests that need a cluster of database servers, which start it themselves, one after the other.
    #[must_use]
    pub fn cluster() -> Self {
        let arguments = [
            "-p",
            "sixin",
            "--test",
            "e2e",
            "cluster::",
            "--",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ];
        let cargo_arguments = arguments.map(str::to_owned).to_vec();
        Self { no_clients: true, cargo_arguments, ..Self::default() }
    }

    /// Prepares, runs and sums up. Returns whether the tests passed.
    ///
    /// # Errors
    /// When something the tests need is missing and wasn't left out by choice.
    pub fn run(&self) -> Result<bool> {
        let mysql = if self.no_mysql { None } else { Some(MySqlServer::obtain()?) };
        let clients = if self.no_clients { None } else { Some(Clients::prepare()?) };
        let status = self
            .cargo_test(mysql.as_ref(), clients.as_ref(), self.chromium().as_deref())
            .status()
            .map_err(|error| Failure::to_start("cargo test", &error))?;
        let origin = mysql.as_ref().map(|server| server.origin.as_str());
        let summary = self.summary(origin, self.not_here(), status);
        drop(mysql);
        println!("{summary}");
        Ok(status.success())
    }

    /// The browser that the reference page is opened in. It is large, so it is used where it is and installed nowhere.
    fn chromium(&self) -> Option<PathBuf> {
        if self.no_clients {
            None
        } else {
            programs::find(&["chromium", "chromium-browser", "google-chrome"])
        }
    }

    fn cargo_test(
        &self,
        mysql: Option<&MySqlServer>,
        clients: Option<&Clients>,
        chromium: Option<&Path>,
    ) -> Command {
        let mut cargo = workspace::cargo();
        cargo.arg("test");
        if !selects_packages(&self.cargo_arguments) {
            cargo.arg("--workspace");
        }
        cargo.arg("--no-fail-fast").args(&self.cargo_arguments);
        match mysql {
            Some(server) => set(&mut cargo, URL_VARIABLE, &server.url, "SIXIN_TEST_NO_MYSQL"),
            None => set(&mut cargo, "SIXIN_TEST_NO_MYSQL", "1", URL_VARIABLE),
        }
        match clients {
            Some(Clients { node, python, typescript, python_example, generator }) => {
                set(&mut cargo, "SIXIN_TEST_NODE", node, "SIXIN_TEST_NO_CLIENTS");
                cargo.env("SIXIN_TEST_PYTHON", python).env("SIXIN_TEST_TYPESCRIPT", typescript);
                cargo.env("SIXIN_TEST_PYTHON_EXAMPLE", python_example);
                let nothing = PathBuf::new;
                cargo.env("SIXIN_TEST_GENERATOR", generator.clone().unwrap_or_else(nothing));
                cargo.env("SIXIN_TEST_GO", programs::find(&["go"]).unwrap_or_else(nothing));
            }
            None => {
                set(&mut cargo, "SIXIN_TEST_NO_CLIENTS", "1", "SIXIN_TEST_NODE");
                cargo.env_remove("SIXIN_TEST_PYTHON").env_remove("SIXIN_TEST_TYPESCRIPT");
                cargo.env_remove("SIXIN_TEST_PYTHON_EXAMPLE");
                cargo.env_remove("SIXIN_TEST_GENERATOR").env_remove("SIXIN_TEST_GO");
            }
        }
        match chromium {
            Some(browser) => drop(cargo.env("SIXIN_TEST_CHROMIUM", browser)),
            // The test is told that there is none; left unset it fails, so that it is never passed over in silence.
            None => drop(cargo.env("SIXIN_TEST_CHROMIUM", "")),
        }
        if self.no_clients {
            cargo.env_remove("SIXIN_TEST_NGINX");
        } else {
            let nginx = programs::find(&["nginx"]).unwrap_or_default();
            cargo.env("SIXIN_TEST_NGINX", nginx);
        }
        cargo.env("SIXIN_TEST_REDIS_SERVER", programs::redis().unwrap_or_default());
        if let Some(rounds) = self.crash_rounds {
            cargo.env("SIXIN_CRASH_ROUNDS", rounds.to_string());
        }
        cargo
    }

    /// What is not tested because its program is not on this machine.
    fn not_here(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if programs::redis().is_none() {
            missing.push(("processes that reach each other through Redis", "redis-server"));
        }
        if !self.no_clients {
            self.no_programs_for_clients(&mut missing);
        }
        let line = |(part, package)| {
            format!("left out: {part}, which is not on this machine (Debian's package: {package})")
        };
        let mut lines: Vec<String> = missing.into_iter().map(line).collect();
        lines.extend(package::why_not_tried().map(|reason| format!("left out: {reason}")));
        lines
    }

    fn no_programs_for_clients(&self, missing: &mut Vec<(&str, &str)>) {
        if self.chromium().is_none() {
            missing.push(("the reference page in Chromium", "chromium"));
        }
        if programs::find(&["nginx"]).is_none() {
            missing.push(("live streams through nginx", "nginx-light"));
        }
        if programs::find(&["java"]).is_none() {
            missing.push((
                "generated clients in Rust and Go: they are made by a program in Java",
                "default-jre-headless",
            ));
        } else if programs::find(&["go"]).is_none() {
            missing.push(("a generated client in Go", "golang-go"));
        }
    }

    fn summary(&self, mysql: Option<&str>, not_here: Vec<String>, status: ExitStatus) -> String {
        let mut lines = vec![String::new()];
        if let Some(origin) = mysql {
            lines.push(format!("MySQL: {origin}"));
        }
        lines.extend(self.left_out().into_iter().map(|part| format!("left out by choice: {part}")));
        lines.extend(not_here);
        let outcome = if status.success() { "all tests passed" } else { "tests failed" };
        let but = if self.left_out().is_empty() { "" } else { ", apart from what was left out" };
        lines.push(format!("{outcome}{but}"));
        lines.join("\n")
    }

    fn left_out(&self) -> Vec<&'static str> {
        let parts = [
            (self.no_mysql, "every test on MySQL (--no-mysql)"),
            (self.no_clients, "every test with a foreign client (--no-clients)"),
        ];
        parts.into_iter().filter_map(|(chosen, part)| chosen.then_some(part)).collect()
    }
}

/// Sets one variable and takes its opposite away, which may come from the shell we were called in.
fn set(command: &mut Command, name: &str, value: impl AsRef<OsStr>, opposite: &str) {
    command.env(name, value.as_ref()).env_remove(opposite);
}

/// Whether the caller chose packages; `--workspace` would override that. What follows a bare `--` is for the
/// test binaries and chooses nothing.
fn selects_packages(arguments: &[String]) -> bool {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument.starts_with("-p") || argument.starts_with("--package"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(arguments: &[&str]) -> Vec<String> {
        arguments.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_summary_repeats_by_name_what_was_left_out() {
        let run = TestRun { no_mysql: true, no_clients: true, ..TestRun::default() };
        assert_eq!(
            run.summary(None, Vec::new(), ExitStatus::default()),
            "\nleft out by choice: every test on MySQL (--no-mysql)\n\
             left out by choice: every test with a foreign client (--no-clients)\n\
             all tests passed, apart from what was left out"
        );
    }

    #[test]
    fn the_summary_of_a_complete_run_is_plain() {
        let origin = Some("a MariaDB started for this run");
        let summary = TestRun::default().summary(origin, Vec::new(), ExitStatus::default());
        assert_eq!(summary, "\nMySQL: a MariaDB started for this run\nall tests passed");
    }

    #[test]
    fn the_summary_names_what_is_not_on_this_machine() {
        let missing = vec!["left out: live streams through nginx".to_owned()];
        let summary = TestRun::default().summary(None, missing, ExitStatus::default());
        assert_eq!(summary, "\nleft out: live streams through nginx\nall tests passed");
    }

    #[test]
    fn a_chosen_package_replaces_the_workspace() {
        assert!(selects_packages(&words(&["-p", "sixin-domain"])));
        assert!(selects_packages(&words(&["--package=sixin-domain"])));
        assert!(!selects_packages(&words(&["brief", "--", "-p"])));
        assert!(!selects_packages(&[]));
    }

    #[test]
    fn what_is_left_out_is_told_to_the_tests() {
        let run = TestRun { no_mysql: true, no_clients: true, ..TestRun::default() };
        let cargo = run.cargo_test(None, None, None);
        let variables: Vec<_> = cargo.get_envs().collect();
        assert!(variables.contains(&("SIXIN_TEST_NO_MYSQL".as_ref(), Some("1".as_ref()))));
        assert!(variables.contains(&("SIXIN_TEST_NO_CLIENTS".as_ref(), Some("1".as_ref()))));
        assert!(variables.contains(&(URL_VARIABLE.as_ref(), None)));
        assert!(variables.contains(&("SIXIN_TEST_PYTHON".as_ref(), None)));
    }
}
