//! The client in Python that is generated from our own description (`examples/python`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;

use crate::calls::PUBLISH;
use crate::clients::{prepared, run};
use crate::lossy_proxy::{Instead, lossy_proxy};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(the_python_client_repeats_what_is_not_answered_and_each_message_is_stored_once);

/// The example's programs in a directory of their own, beside the client that is generated.
fn generated(python: &Path) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/python");
    for file in ["config.yaml", "publish.py", "retrying.py", "signing.py"] {
        std::fs::copy(from.join(file), directory.path().join(file)).unwrap();
    }
    let mut command = Command::new(python.with_file_name("openapi-python-client"));
    command.current_dir(&directory).args(["generate", "--fail-on-warning", "--meta", "none"]);
    command.args(["--output-path", "sixin_client", "--config", "config.yaml", "--path"]);
    let output = command.arg(from.join("../../openapi/sixin.json")).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stdout));
    directory
}

fn the_python_client_repeats_what_is_not_answered_and_each_message_is_stored_once(site: &Site) {
    let Some(python) = prepared("SIXIN_TEST_PYTHON_EXAMPLE") else { return };
    let directory = generated(Path::new(&python));
    let forgotten = &[Instead::KeepSilent, Instead::HangUp, Instead::GiveUp];
    let (address, asked) = lossy_proxy(&site.server.url, PUBLISH, forgotten);
    let mut command = Command::new(python);
    command.arg(directory.path().join("publish.py"));
    // A strict key wants each attempt signed anew.
    let strict = site.strict_key();
    let settings = [
        ("SIXIN_URL", address.as_str()),
        ("SIXIN_APP_KEY", &strict.id),
        ("SIXIN_APP_SECRET", &strict.secret),
        ("SIXIN_TO", "bob"),
        ("SIXIN_TIMEOUT_SECONDS", "5"),
    ];
    run(site, command, &settings);
    assert!(asked.load(Ordering::SeqCst) >= 5, "two messages, one of them without an answer three times");
    assert_eq!(site.messages(), 2, "and each is stored once");
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM idempotency_keys"), 2);
}
