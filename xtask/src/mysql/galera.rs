//! A cluster of three MariaDB servers on this machine, kept in step by Galera.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    failure::{Failure, Result},
    mysql::private::{PrivateMySql, RunningMySql, free_port},
    programs,
};

/// Where Debian and others keep the library.
const LIBRARIES: [&str; 3] =
    ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so", "/usr/lib/libgalera_smm.so"];

/// What gives a new node its state. The scripts of the distribution need versions of rsync or backup programs that not every
/// machine has.
const COPY: &str = include_str!("wsrep_sst_copy");

/// A cluster; its nodes end when it is dropped.
#[derive(Debug)]
pub struct Galera {
    /// The nodes, the first of which began it.
    pub nodes: Vec<RunningMySql>,
    _scripts: TempDir,
}

/// How many nodes there are.
const NODES: usize = 3;

const TIME_TO_JOIN: Duration = Duration::from_secs(60);

/// The ports of a node beside the one for clients.
struct Ports {
    group: u16,
    incremental: u16,
    state: u16,
}

/// Starts the nodes, one after the other, and waits until each answers.
///
/// # Errors
/// When the library or a program is missing, or a node does not start; the message says what to do.
pub fn start() -> Result<Galera> {
    let library: PathBuf =
        LIBRARIES.iter().map(PathBuf::from).find(|path| path.exists()).ok_or_else(|| {
            Failure::new("no Galera library was found: install galera-4 beside mariadb-server")
        })?;
    let port = || free_port();
    let ports = (0..NODES)
        .map(|_| Ok(Ports { group: port()?, incremental: port()?, state: port()? }))
        .collect::<Result<Vec<_>>>()?;
    let members: Vec<String> = ports.iter().map(|ports| format!("127.0.0.1:{}", ports.group)).collect();
    let address = format!("gcomm://{}", members.join(","));
    let scripts = scripts()?;
    let mut nodes = Vec::new();
    for (number, ports) in ports.iter().enumerate() {
        let mut options = options(&library, number, ports, &address);
        if number == 0 {
            options.push("--wsrep-new-cluster".to_owned());
        }
        let scripts = Some(scripts.path().to_path_buf());
        let node = PrivateMySql { options, scripts, ..PrivateMySql::default() }.start()?;
        wait_until_ready(&node)?;
        nodes.push(node);
    }
    Ok(Galera { nodes, _scripts: scripts })
}

/// A directory with what gives a new node its state.
fn scripts() -> Result<TempDir> {
    let directory =
        tempfile::tempdir().map_err(|error| Failure::new(format!("no directory for scripts: {error}")))?;
    let script = directory.path().join("wsrep_sst_copy");
    fs::write(&script, COPY).map_err(|error| Failure::at(&script, &error))?;
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&script, executable).map_err(|error| Failure::at(&script, &error))?;
    Ok(directory)
}

/// A node that answers may not have joined yet, and then gives no other its state.
fn wait_until_ready(node: &RunningMySql) -> Result<()> {
    let client = programs::find(&["mariadb", "mysql"])
        .ok_or_else(|| Failure::new("no MariaDB client was found: install mariadb-client"))?;
    let port = node.url().trim_end_matches('/').rsplit(':').next().unwrap_or_default().to_owned();
    let port = format!("--port={port}");
    let asks = [
        "--no-defaults",
        "--host=127.0.0.1",
        &port,
        "--user=root",
        "--execute=SHOW STATUS LIKE 'wsrep_ready'",
    ];
    let deadline = Instant::now() + TIME_TO_JOIN;
    while !programs::output(&client, &asks).is_some_and(|answer| answer.contains("ON")) {
        if Instant::now() > deadline {
            return Err(Failure::new("a node of the cluster does not become ready"));
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn options(library: &Path, number: usize, ports: &Ports, address: &str) -> Vec<String> {
    vec![
        "--wsrep-on=ON".to_owned(),
        format!("--wsrep-provider={}", library.display()),
        "--wsrep-cluster-name=sixin".to_owned(),
        format!("--wsrep-cluster-address={address}"),
        format!("--wsrep-node-name=node{number}"),
        format!("--wsrep-node-address=127.0.0.1:{}", ports.group),
        format!("--wsrep-sst-receive-address=127.0.0.1:{}", ports.state),
        format!(
            "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{};ist.recv_addr=127.0.0.1:{};gcache.size=32M",
            ports.group, ports.incremental
        ),
        "--wsrep-sst-method=copy".to_owned(),
        "--binlog-format=ROW".to_owned(),
        "--innodb-autoinc-lock-mode=2".to_owned(),
    ]
}
