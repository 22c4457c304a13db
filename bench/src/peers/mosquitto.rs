//! Mosquitto, with sessions that it keeps.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use super::mqtt::Mqtt;
use super::{PeerRow, Running, free_port, users};
use crate::bench::Bench;

pub(super) fn measure(bench: &mut Bench, program: &Path) -> Result<Vec<PeerRow>> {
    let (directory, port) = (bench.directory.join("mosquitto"), free_port()?);
    std::fs::create_dir_all(&directory)?;
    let _ = std::fs::remove_file(directory.join("mosquitto.db"));
    let configuration = directory.join("mosquitto.conf");
    std::fs::write(
        &configuration,
        format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nuser root\npersistence true\n\
             persistence_location {}/\n",
            directory.display()
        ),
    )?;
    let child = Command::new(program)
        .arg("-c")
        .arg(&configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let server = Running::new(child, port)?;
    users::measure(bench, &server, &Mqtt, ("Mosquitto, QoS 1", "nothing: it is saved every half hour"))
}
