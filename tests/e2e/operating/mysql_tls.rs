//! TLS to a MySQL server that takes nothing else.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use serde_json::Value;
use xtask::mysql::private::PrivateMySql;

use crate::authority::{Authority, named};
use crate::database::TestDatabase;
use crate::site::{Server, Site, command};

fn run(url: &str) -> Output {
    command(url)
        .args(["--json", "user", "list"])
        .env("SIXIN__DATABASE__TIMEOUT_SECONDS", "2")
        .output()
        .unwrap()
}

#[test]
fn mysql_is_spoken_to_over_tls_with_a_known_authority_and_with_nobody_else() {
    if TestDatabase::is_mysql_left_out() {
        return;
    }
    let (authority, stranger) = (Authority::new(), Authority::new());
    let file = |name: &str| authority.folder.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (file("server.pem"), file("server.key"));
    authority.issue(&named("127.0.0.1"), (&certificate, &key));
    // The server may run as another user.
    for (path, mode) in
        [(authority.folder.path().to_str().unwrap(), 0o755), (&certificate, 0o644), (&key, 0o644)]
    {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let options = [
        format!("--ssl-cert={certificate}"),
        format!("--ssl-key={key}"),
        format!("--ssl-ca={}", authority.file().display()),
        "--require-secure-transport=ON".to_owned(),
    ];
    let server = PrivateMySql { options: options.to_vec(), ..PrivateMySql::default() };
    let mysql = server.start().unwrap_or_else(|failure| panic!("{failure}"));
    // The test itself trusts anybody.
    let database =
        TestDatabase::on_mysql_server(&format!("{}?require_ssl=true&verify_ca=false", mysql.url()));
    let site = Site::on(database, &[]);
    let bare = site.database.url().split('?').next().unwrap().to_owned();
    let known = format!("{bare}?ssl_ca={}", authority.file().display());
    let listed = run(&known);
    let said = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert!(listed.status.success(), "{said}");
    let first: Value =
        serde_json::from_slice(listed.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!(first["username"], "alice");
    let trusting = Server::start(&known, &[]);
    assert_eq!(crate::calls::get(&format!("{}/health", trusting.url)).0, 200);
    for (url, why) in [
        (bare.clone(), "Access denied"),
        (format!("{bare}?ssl_ca={}", stranger.file().display()), "BadSignature"),
        (format!("{bare}?ssl_ca={}", file("none.pem")), "none.pem can't be read"),
        (format!("{bare}?require_ssl=true"), "UnknownIssuer"),
        (known.replace("127.0.0.1", "localhost"), "not valid for name"),
    ] {
        let refused = run(&url);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{url}");
        assert!(said.contains(why), "not {why}: {said}");
    }
}
