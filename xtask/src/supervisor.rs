//! A server process that never outlives us.
//!
//! Beside the server runs a small shell that waits for its standard input to end. The other end of that pipe is ours,
//! so it ends when we are done, when we fail, and when we are killed: then the shell kills the server and removes its
//! directory. Nobody has to catch a signal for that. Killed, not asked to stop: a MariaDB that is asked while it
//! starts up goes on for ever, and what it holds is thrown away anyway.

use std::{
    ffi::OsString,
    fs,
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::failure::{Failure, Result};

/// The file that holds what the server and its preparation print.
const LOG: &str = "server.log";

/// Reads what to watch, a process group a line. Once standard input ends, kills the last one, if there is one, and
/// removes the directory `$1`. The wait has an end, because where nobody collects dead processes they seem to be there
/// for ever.
const WATCH: &str = r#"
group=
while read -r line; do group=$line; done
if [ -n "$group" ]; then
    kill -s KILL -- "-$group"
    for attempt in 1 2 3 4 5 6 7 8 9 10; do
        kill -s 0 -- "-$group" || break
        sleep 0.2
    done
fi
rm -rf "$1"
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
        let mut watcher = shell(WATCH, directory)?;
        let script = format!("{} && exec {}", quoted(prepare), quoted(server));
        let server = watched(&script, directory, &mut watcher)?;
        Ok(Self { server, watcher, directory: directory.to_path_buf() })
    }

    /// Kills the server (SIGKILL) and leaves its directory as it is.
    ///
    /// # Errors
    /// When it can't be killed.
    pub fn kill(&mut self) -> Result<()> {
        let killed = self.server.kill().and_then(|()| self.server.wait());
        killed.map_err(|error| Failure::new(format!("can't kill a server: {error}")))?;
        // Its number may belong to somebody else from now on.
        tell(&mut self.watcher, "")
    }

    /// Runs `server` after [`Supervised::kill`], in the same directory.
    ///
    /// # Errors
    /// When no shell can be started.
    pub fn start_again(&mut self, server: &[OsString]) -> Result<()> {
        let script = format!("exec {}", quoted(server));
        self.server = watched(&script, &self.directory, &mut self.watcher)?;
        Ok(())
    }

    /// The number of the process that serves (while it is prepared, of the shell that does it).
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Whether the server ended.
    #[must_use]
    pub fn has_ended(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(Some(_)))
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

/// Runs a script in `directory` that ends by becoming the server. It waits for a line before it begins, which it gets
/// once the watcher knows it; if we are gone by then, it ends.
fn watched(script: &str, directory: &Path, watcher: &mut Child) -> Result<Child> {
    let script = format!("read -r line || exit\nexec </dev/null >>\"$1/{LOG}\" 2>&1\n{script}\n");
    let mut server = shell(&script, directory)?;
    tell(watcher, &server.id().to_string())?;
    tell(&mut server, "begin")?;
    drop(server.stdin.take());
    Ok(server)
}

/// A shell in a process group of its own: Ctrl-C is for us alone, and a group can be killed as a whole.
fn shell(script: &str, directory: &Path) -> Result<Child> {
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(directory).process_group(0);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.spawn().map_err(|error| Failure::to_start("sh", &error))
}

fn tell(shell: &mut Child, line: &str) -> Result<()> {
    let told = shell.stdin.as_mut().map(|stdin| writeln!(stdin, "{line}"));
    told.transpose().map_err(|error| Failure::new(format!("a shell doesn't listen: {error}")))?;
    Ok(())
}

fn quoted(command: &[OsString]) -> String {
    command.iter().fold(String::new(), |mut line, word| {
        let word = word.to_string_lossy().replace('\'', r"'\''");
        line.push_str(&format!("'{word}' "));
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

    fn wait_until(mut what: impl FnMut() -> bool) {
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

        let mut supervised = Supervised::start(&directory, &words(&["true"]), &server).unwrap();
        wait_until(|| pid_file.exists());
        let pid = fs::read_to_string(&pid_file).unwrap();
        assert_eq!(pid.trim(), supervised.pid().to_string());
        assert!(is_running(&pid));
        assert!(!supervised.has_ended());
        drop(supervised);

        assert!(!is_running(&pid));
        assert!(!directory.exists());
    }

    #[test]
    fn a_killed_server_starts_again_in_its_directory_and_is_stopped_in_the_end() {
        let directory = tempfile::tempdir().unwrap().keep();
        let (data, server) = (directory.join("data"), words(&["sleep", "60"]));
        let mut prepare = words(&["touch"]);
        prepare.push(data.clone().into());

        let mut supervised = Supervised::start(&directory, &prepare, &server).unwrap();
        wait_until(|| data.exists());
        let first = supervised.pid().to_string();
        supervised.kill().unwrap();
        assert!(!is_running(&first) && supervised.has_ended() && data.exists());

        supervised.start_again(&server).unwrap();
        let second = supervised.pid().to_string();
        assert!(is_running(&second) && !supervised.has_ended());
        drop(supervised);
        assert!(!is_running(&second) && !directory.exists());
    }

    #[test]
    fn a_preparation_that_fails_is_an_end_with_a_log() {
        let directory = tempfile::tempdir().unwrap().keep();
        let prepare = words(&["sh", "-c", "echo it\\'s full; exit 3"]);

        let mut supervised = Supervised::start(&directory, &prepare, &words(&["sleep", "60"])).unwrap();
        wait_until(|| supervised.has_ended());

        assert_eq!(supervised.log_tail(), "it's full");
    }
}
