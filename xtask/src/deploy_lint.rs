//! What is in `deploy/` is held against what its readers take: rules of Prometheus, a Dockerfile, manifests, compose files.

use std::process::Command;

use crate::{
    failure::{Failure, Result},
    programs, python, workspace,
};

/// Looks through all of it.
///
/// # Errors
/// When Python or promtool is missing, or a file is refused; what is wrong was printed by whoever refused it.
pub fn run() -> Result<()> {
    let deploy = workspace::root().join("deploy");
    let promtool = programs::find(&["promtool"]).ok_or_else(|| {
        Failure::new("promtool was not found: install the package prometheus of your system")
    })?;
    let python = python::prepare(&deploy.join("lint"), &workspace::root().join("target/deploy-lint"))?;
    let tool = |name: &str| Command::new(python.with_file_name(name));
    let mut rules = Command::new(&promtool);
    programs::run(rules.args(["check", "rules"]).arg(deploy.join("monitoring/alerts.yml")))?;
    let mut config = Command::new(&promtool);
    programs::run(config.args(["check", "config"]).arg(deploy.join("monitoring/prometheus.yml")))?;
    // Versions of the base image's packages change with its security fixes, which are wanted.
    programs::run(tool("hadolint").args(["--ignore", "DL3008"]).arg(deploy.join("Dockerfile")))?;
    programs::run(tool("kubernetes-validate").arg("--strict").arg(deploy.join("kubernetes/sixin.yaml")))?;
    let compose = ["compose/sqlite.yml", "compose/two.yml"].map(|file| deploy.join(file));
    programs::run(Command::new(&python).arg(deploy.join("lint/compose.py")).args(compose))
}
