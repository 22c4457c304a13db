//! The client in TypeScript that is generated from our own description (`examples/typescript`).

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::clients::{prepared, run};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(the_typescript_client_walks_through_a_conversation_and_repeats_what_is_not_answered);

const PASSWORD: &str = "correct horse";
const GAVE_UP: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/typescript")
}

/// The example's programs in a directory of their own, with its packages, generated and compiled.
fn compiled(packages: &Path) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (example(), directory.path());
    std::fs::create_dir(to.join("src")).unwrap();
    for file in
        ["package.json", "tsconfig.json", "src/client.ts", "src/retrying.ts", "src/signing.ts", "src/walk.ts"]
    {
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

/// Passes everything on, but the answers to the first requests for that path: instead it hangs up, or says 503 as a proxy
/// does that gave up waiting.
fn forgetful(server: &str, path: &'static str, times: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (server, forgotten) =
        (server.trim_start_matches("http://").to_owned(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&forgotten);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (server, count) = (TcpStream::connect(&server).unwrap(), Arc::clone(&count));
            std::thread::spawn(move || pass_on(client, server, path, (&count, times)));
        }
    });
    (address, forgotten)
}

fn pass_on(mut client: TcpStream, mut server: TcpStream, path: &str, (count, times): (&AtomicUsize, usize)) {
    let (mut answers, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let is_forgotten = Arc::new(AtomicUsize::new(0));
    let forgets = Arc::clone(&is_forgotten);
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(length @ 1..) = answers.read(&mut bytes) {
            let answer = match forgets.load(Ordering::SeqCst) {
                0 => &bytes[..length],
                odd if odd % 2 == 1 => break,
                _ => GAVE_UP,
            };
            if to_client.write_all(answer).is_err() || answer == GAVE_UP {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut bytes = [0; 65_536];
    while let Ok(length @ 1..) = client.read(&mut bytes) {
        let is_meant = String::from_utf8_lossy(&bytes[..length]).starts_with(&format!("POST {path} "));
        if is_meant {
            let earlier = count.fetch_add(1, Ordering::SeqCst);
            if earlier < times {
                is_forgotten.store(earlier + 1, Ordering::SeqCst);
            }
        }
        if server.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}

fn the_typescript_client_walks_through_a_conversation_and_repeats_what_is_not_answered(site: &Site) {
    let Some(packages) = prepared("SIXIN_TEST_TYPESCRIPT") else { return };
    let directory = compiled(Path::new(&packages));
    for (name, email) in [("dora", "dora@example.org"), ("emil", "emil@example.org")] {
        site.sixin_with_input(&["user", "create", name, "--email", email, "--password", "-"], PASSWORD);
    }
    let (address, asked) = forgetful(&site.server.url, crate::calls::SEND, 2);
    let mut command = Command::new("node");
    command.arg(directory.path().join("dist/walk.js")).env("SIXIN_PASSWORD", PASSWORD);
    command.env("SIXIN_EMAIL", "dora@example.org").env("SIXIN_OTHER_EMAIL", "emil@example.org");
    let parties = [("SIXIN_URL", address.as_str()), ("SIXIN_FROM", "dora"), ("SIXIN_TO", "emil")];
    run(site, command, &parties);
    assert_eq!(asked.load(Ordering::SeqCst), 4, "two sends, two of them without an answer at first");
    assert_eq!(site.messages(), 2, "and each is stored once");
}
