//! The client in TypeScript that is generated from our own description (`examples/typescript`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;

use crate::clients::{prepared, run};
use crate::lossy_proxy::{Instead, lossy_proxy};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(the_typescript_client_walks_through_a_conversation_and_repeats_what_is_not_answered);

const PASSWORD: &str = "correct horse";

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/typescript")
}

const SOURCES: [&str; 6] =
    ["src/client.ts", "src/index.ts", "src/md5.ts", "src/retrying.ts", "src/signing.ts", "src/walk.ts"];

/// The example's programs in a directory of their own, with its packages, generated and compiled.
pub(crate) fn compiled(packages: &Path) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (example(), directory.path());
    std::fs::create_dir(to.join("src")).unwrap();
    for file in ["package.json", "tsconfig.json"].into_iter().chain(SOURCES) {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    std::os::unix::fs::symlink(packages.join("node_modules"), to.join("node_modules")).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new("node");
        command.current_dir(to).arg(packages.join("node_modules").join(program)).args(arguments);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stdout));
    };
    let description = from.join("../../openapi/sixin.json");
    run("openapi-typescript/bin/cli.js", &[description.to_str().unwrap(), "--output", "src/schema.d.ts"]);
    run("typescript/bin/tsc", &[]);
    directory
}

fn the_typescript_client_walks_through_a_conversation_and_repeats_what_is_not_answered(site: &Site) {
    let Some(packages) = prepared("SIXIN_TEST_TYPESCRIPT") else { return };
    let directory = compiled(Path::new(&packages));
    for (name, email) in [("dora", "dora@example.org"), ("emil", "emil@example.org")] {
        site.sixin_with_input(&["user", "create", name, "--email", email, "--password", "-"], PASSWORD);
    }
    let (address, asked) =
        lossy_proxy(&site.server.url, crate::calls::SEND, &[Instead::HangUp, Instead::GiveUp]);
    let mut command = Command::new("node");
    command.arg(directory.path().join("dist/walk.js")).env("SIXIN_PASSWORD", PASSWORD);
    command.env("SIXIN_EMAIL", "dora@example.org").env("SIXIN_OTHER_EMAIL", "emil@example.org");
    let parties = [("SIXIN_URL", address.as_str()), ("SIXIN_FROM", "dora"), ("SIXIN_TO", "emil")];
    run(site, command, &parties);
    assert_eq!(asked.load(Ordering::SeqCst), 4, "two sends, two of them without an answer at first");
    assert_eq!(site.messages(), 2, "and each is stored once");
}
