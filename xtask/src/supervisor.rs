//! A server process that never outlives us.
//!
//! Beside the server runs a small shell that waits for its standard input to end. The other end of that pipe is ours,
//! so it ends when we are done, when we fail, and when we are killed: then the shell kills the server and removes its
//! directory. Nobody has to catch a signal for that. Killed, not asked to stop: a MariaDB that is asked while it
//! starts up goes on for ever, and what it holds is thrown away anyway.

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::failure::{Failure, Result};

/// The file that holds what the server and its preparation print.
const LOG: &str = "server.log";
/// The file that appears when the server has ended by itself.
const ENDED: &str = "ended";

/// Kills the group `$1` and removes the directory `$2` once standard input ends. The wait has an end, because where
/// nobody collects dead processes they seem to be there for ever.
const WATCH: &str = r#"
cat >/dev/null
kill -s KILL -- "-$1"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    kill -s 0 -- "-$1" || break
    sleep 0.2
done
rm -rf "$2"
"#;

/// A server in a directory of its own; dropping it stops the one and removes the other.
#[derive(Debug)]
pub struct Supervised {
    server: Child,
    watcher: Child,
    directory: PathBuf,
}

impl Supervised {
    /// Runs `prepare` and then `server`, both with their files in `directory`.
    ///
    /// # Errors
    /// When no shell can be started.
    pub fn start(directory: &Path, prepare: &[OsString], server: &[OsString]) -> Result<Self> {
        let mut server = shell(&run_script(prepare, server))
            .arg(directory)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| Failure::to_start("sh", &error))?;
        let watcher = shell(WATCH).arg(server.id().to_string()).arg(directory).stdin(Stdio::piped()).spawn();
        match watcher {
            Ok(watcher) => Ok(Self { server, watcher, directory: directory.to_path_buf() }),
            Err(error) => {
                // The failure to report is the first one.
                let _ = server.kill();
                Err(Failure::to_start("sh", &error))
            }
        }
    }

    /// Whether the server ended although nobody asked it to.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.directory.join(ENDED).exists()
    }

    /// The last lines the server printed.
    #[must_use]
    pub fn log_tail(&self) -> String {
        let log = fs::read(self.directory.join(LOG)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let from = lines.len().saturating_sub(20);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        // Nothing can be done about a process that can't be waited for.
        let _ = self.server.wait();
        let _ = self.watcher.wait();
    }
}

/// A shell in a process group of its own: Ctrl-C is for us alone, and a group can be killed as a whole.
fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    shell
}

/// Runs in the directory `$1`.
fn run_script(prepare: &[OsString], server: &[OsString]) -> String {
    let (prepare, server) = (quoted(prepare), quoted(server));
    format!("{{ {prepare} && {server}; }} >\"$1/{LOG}\" 2>&1\necho \"$?\" >\"$1/{ENDED}\"\n")
}

fn quoted(command: &[OsString]) -> String {
    command.iter().fold(String::new(), |mut line, word| {
        let word = word.to_string_lossy().replace('\'', r"'\''");
        // Writing to a String can't fail.
        let _ = write!(line, "'{word}' ");
        line
    })
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::*;

    fn words(command: &[&str]) -> Vec<OsString> {
        command.iter().map(OsString::from).collect()
    }

    fn wait_until(what: impl Fn() -> bool) {
        for _ in 0..200 {
            if what() {
                return;
            }
            thread::sleep(Duration::from_millis(25));
        }
        panic!("waited for five seconds");
    }

    fn is_running(pid: &str) -> bool {
        Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status().unwrap().success()
    }

    #[test]
    fn dropping_it_stops_the_server_and_removes_its_directory() {
        let directory = tempfile::tempdir().unwrap().keep();
        let pid_file = directory.join("pid");
        let server = ["sh", "-c", "echo $$ >\"$0.new\"; mv \"$0.new\" \"$0\"; exec sleep 60"];
        let mut server = words(&server);
        server.push(pid_file.clone().into());

        let supervised = Supervised::start(&directory, &words(&["true"]), &server).unwrap();
        wait_until(|| pid_file.exists());
        let pid = fs::read_to_string(&pid_file).unwrap();
        assert!(is_running(&pid));
        assert!(!supervised.has_ended());
        drop(supervised);

        assert!(!is_running(&pid));
        assert!(!directory.exists());
    }

    #[test]
    fn a_preparation_that_fails_is_an_end_with_a_log() {
        let directory = tempfile::tempdir().unwrap().keep();
        let prepare = words(&["sh", "-c", "echo it\\'s full; exit 3"]);

        let supervised = Supervised::start(&directory, &prepare, &words(&["sleep", "60"])).unwrap();
        wait_until(|| supervised.has_ended());

        assert_eq!(supervised.log_tail(), "it's full");
    }
}
