//! Clients in Rust and Go that openapi-generator makes of our own description (`examples/rust`, `examples/go`).

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clients::{prepared, run};
use crate::site::Site;

/// A program that `cargo xtask test` found or installed; empty where it tells at its end that there is none.
fn found(variable: &str) -> Option<String> {
    prepared(variable).filter(|program| !program.is_empty())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The example in a directory of its own, beside the client that is generated.
fn generated(generator: &str, language: &str, properties: &str) -> tempfile::TempDir {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = tempfile::tempdir().unwrap();
    copy(&root.join("examples").join(language), directory.path());
    let mut command = Command::new(generator);
    command.args(["generate", "-g", language, "-i"]).arg(root.join("openapi/sixin.json"));
    command.arg("-o").arg(directory.path().join("client"));
    command.arg(format!("--additional-properties={properties}"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    directory
}

fn publishes_and_reads(command: Command) {
    let site = Site::on_sqlite();
    run(&site, command, &[("SIXIN_TO", "bob")]);
    assert_eq!(site.messages(), 2);
}

#[test]
fn a_generated_client_in_rust_publishes_and_reads() {
    let Some(generator) = found("SIXIN_TEST_GENERATOR") else { return };
    let directory = generated(&generator, "rust", "packageName=client");
    let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("generated-rust-client");
    let mut command = Command::new("cargo");
    command.current_dir(&directory).args(["run", "--quiet"]).env("CARGO_TARGET_DIR", built);
    publishes_and_reads(command);
}

#[test]
fn a_generated_client_in_go_publishes_and_reads() {
    let (Some(generator), Some(go)) = (found("SIXIN_TEST_GENERATOR"), found("SIXIN_TEST_GO")) else { return };
    let properties = "packageName=sixin,enumClassPrefix=true,withGoMod=false";
    let directory = generated(&generator, "go", properties);
    let client = directory.path().join("client");
    // Its own tests want a library of theirs.
    std::fs::remove_dir_all(client.join("test")).unwrap();
    std::fs::write(client.join("go.mod"), "module sixin.example/client\n\ngo 1.19\n").unwrap();
    let mut command = Command::new(go);
    command.current_dir(&directory).args(["run", "."]);
    // Nothing is fetched.
    command.env("GOFLAGS", "-mod=mod").env("GOPROXY", "off").env("GONOSUMDB", "*");
    publishes_and_reads(command);
}
