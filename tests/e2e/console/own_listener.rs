//! The console on a listener of its own, and switched off.

use crate::calls::get;
use crate::database::TestDatabase;
use crate::site::Site;

#[test]
fn with_an_address_of_its_own_the_console_is_there_and_nowhere_else() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__CONSOLE__ADDRESS", "127.0.0.1:0")]);
    let log = site.server.log_with(&["sixin serves"]);
    let line = log.lines().find(|line| line.contains("sixin serves")).unwrap();
    let served: serde_json::Value = serde_json::from_str(line).unwrap();
    let own = format!("http://{}", served["console"].as_str().unwrap());
    assert_eq!(get(&format!("{own}/console/sign-in")).0, 200);
    assert_eq!(get(&format!("{own}/admin/v1/users")).0, 401);
    assert_eq!(get(&format!("{own}/health")).0, 200);
    for path in ["/docs/", "/openapi.json", "/message/private/publish.json"] {
        assert_eq!(get(&format!("{own}{path}")).0, 404, "{path}");
    }
    for path in ["/console/sign-in", "/console/", "/admin/v1/users"] {
        assert_eq!(get(&site.url(path)).0, 404, "{path}");
    }
}

#[test]
fn where_it_is_switched_off_there_is_no_console() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__CONSOLE__ENABLED", "false")]);
    for path in ["/console/sign-in", "/console/", "/admin/v1/users"] {
        assert_eq!(get(&site.url(path)).0, 404, "{path}");
    }
}
