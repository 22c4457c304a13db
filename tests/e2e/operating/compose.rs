//! The processes of deploy/compose/two.yml, without containers: the same settings, the same nginx, the same order.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::json;
use sixin_redis::testing::TestRedis;

use crate::calls::PUBLISH;
use crate::database::TestDatabase;
use crate::live::streams::{Events, Follow, Who};
use crate::site::{PATIENCE, Server, Site};

const COMPOSE: &str = include_str!("../../../deploy/compose/two.yml");
const NGINX: &str = include_str!("../../../deploy/compose/nginx.conf");

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The value of a setting in the compose file, without its quotes.
fn setting(name: &str) -> &'static str {
    let line = COMPOSE.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name} is not in the file")).trim_matches('"')
}

#[test]
fn the_processes_of_the_compose_file_work_together() {
    let program = std::env::var("SIXIN_TEST_NGINX").unwrap_or_default();
    let (Some(redis), Some(database)) = (TestRedis::start(), TestDatabase::mysql()) else { return };
    if program.is_empty() {
        return;
    }
    // Places differ here, and nothing else: those of the file are names of its own network.
    assert!(setting("SIXIN__DATABASE__URL").starts_with("mysql://sixin:"));
    assert_eq!(setting("SIXIN__LIVE__REDIS"), "redis://redis:6379");
    assert!(COMPOSE.contains("--innodb-flush-log-at-trx-commit=1"));
    assert!(!setting("SIXIN__SERVER__TRUSTED_PROXIES").is_empty());
    let url = redis.url();
    let files = tempfile::tempdir().unwrap();
    let folders = ["kept", "arriving"].map(|name| files.path().join(name).to_str().unwrap().to_owned());
    let configuration = [
        ("SIXIN__LIVE__REDIS", &*url),
        ("SIXIN__SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
        ("SIXIN__FILES__FOLDER", &*folders[0]),
        ("SIXIN__FILES__ARRIVING", &*folders[1]),
    ];
    let mut site = Site::on(database, &configuration);
    let second = Server::start(&site.database.url(), &configuration);
    let folder = tempfile::tempdir().unwrap();
    let (_nginx, address) = nginx(Path::new(&program), folder.path(), [&site.server, &second]);
    let own = std::mem::replace(&mut site.server.url, address.clone());
    // Everything goes through nginx now.
    let who = Who::device(&site, "bob");
    let mut events = Events::at(&address, "/live/events", &who.headers(&site));
    events.until("caught_up");
    for number in 0..10 {
        let text = format!("through nginx {number}");
        site.publish_text("alice", "bob", &text).is(200, 200);
        assert_eq!(events.until("message").text().as_deref(), Some(&*text));
    }
    let picture = site.picture_for_bob();
    site.send(&site.alice, &json!({"uidOrUsername": "bob", "fid": picture["fid"]})).is(200, 0);
    // One is stopped, as an upgrade does; nobody who sends hears of it.
    second.terminate();
    for number in 0..20 {
        site.publish_text("alice", "bob", &format!("while one stops {number}")).is(200, 200);
    }
    assert_eq!(second.wait(), Some(0));
    assert_eq!(site.messages(), 31);
    let log = [site.server.log(), second.log()].join("\n");
    assert!(log.contains(PUBLISH), "{own}");
}

/// The file, with the places that are here.
fn nginx(program: &Path, folder: &Path, servers: [&Server; 2]) -> (Running, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = |server: &Server| server.url.trim_start_matches("http://").to_owned();
    let folder = folder.display();
    let configuration = NGINX
        .replace("sixin-1:8686", &place(servers[0]))
        .replace("sixin-2:8686", &place(servers[1]))
        .replace("listen 8080;", &format!("listen 127.0.0.1:{port};"))
        .replace(
            "http {",
            &format!(
                "pid {folder}/pid; error_log {folder}/error.log; daemon off;\nhttp {{\n\
                 client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
                 fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;"
            ),
        );
    let file = Path::new(&folder.to_string()).join("nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let mut command = Command::new(program);
    command.arg("-c").arg(&file).arg("-p").arg(folder.to_string()).stderr(Stdio::null());
    let running = Running(command.spawn().unwrap());
    let begun = Instant::now();
    while TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_err() {
        assert!(begun.elapsed() < PATIENCE, "nginx does not listen");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    (running, format!("http://127.0.0.1:{port}"))
}
