//! Webhooks, hooks, rates of app keys, and operators themselves: over the API and in the console, as on the command line.

use serde_json::{Value, json};

use super::pages::{Browser, signed_in};
use super::{ALL_SCOPES, PASSWORD};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::Site;
use crate::webhooks::receiver::{HERE, Receiver, Reply};

on_every_database!(
    each_role_may_keep_what_it_may_and_the_server_says_so,
    operators_are_made_changed_and_reset_over_the_api_and_passwords_show_once,
    nobody_takes_away_its_own_power_or_names_what_is_not_there,
    tokens_are_made_and_revoked_and_do_no_more_than_their_scopes,
    an_app_key_gets_a_rate_of_its_own_and_that_of_the_site_again,
    an_app_key_that_exists_elsewhere_is_taken_over_over_the_api_and_in_the_console,
    what_can_be_done_over_the_api_can_be_done_in_the_console,
);

fn each_role_may_keep_what_it_may_and_the_server_says_so(site: &Site) {
    let key = site.rong.id.clone();
    let rate = format!("/app-keys/{key}/rate");
    let url = json!({"url": "https://hooks.example.org/x"});
    let calls: [(&str, &str, Value, [u16; 3]); 13] = [
        ("POST", "/webhooks", url.clone(), [403, 403, 200]),
        ("POST", "/webhooks/1/rotate", json!({}), [403, 403, 200]),
        ("POST", "/hooks", url, [403, 403, 200]),
        ("POST", "/hooks/1/rotate", json!({}), [403, 403, 200]),
        ("POST", "/hooks/9/test", Value::Null, [403, 403, 404]),
        ("PUT", &rate, json!({"sends_per_minute": 7}), [403, 403, 200]),
        ("GET", "/operators", Value::Null, [403, 403, 200]),
        ("POST", "/operators", json!({"name": "new", "role": "viewer"}), [403, 403, 200]),
        ("PUT", "/operators/viewer/role", json!({"role": "viewer"}), [403, 403, 200]),
        ("PUT", "/operators/viewer/enabled", json!({"enabled": true}), [403, 403, 200]),
        ("POST", "/operators/viewer/password", json!({}), [403, 403, 200]),
        ("GET", "/operators/viewer/tokens", Value::Null, [403, 403, 200]),
        ("POST", "/operators/viewer/tokens", json!({"name": "x", "scopes": "users"}), [403, 403, 200]),
    ];
    for (at, role) in ["viewer", "support", "administrator"].into_iter().enumerate() {
        let token = site.operator_with_token(role, role);
        let rows = site.audit(1000).len();
        for (method, path, body, statuses) in &calls {
            let answer = site.admin(&token, method, path, body);
            assert_eq!(answer.status, statuses[at], "{role} {method} {path}: {answer:?}");
        }
        assert_eq!(site.audit(1000).len() > rows, role == "administrator", "{role}");
        let mut browser = Browser::new(site);
        browser.sign_in(role, PASSWORD);
        for path in ["/console/operators", "/console/operator?name=viewer"] {
            assert_eq!(browser.get(path).status, [403, 403, 200][at], "{role} {path}");
        }
        for (path, fields) in [
            ("/console/operators", &[("action", "password"), ("operator", "viewer")][..]),
            (
                "/console/operator",
                &[("action", "create"), ("operator", "viewer"), ("scope.users", "on"), ("token_name", "y")],
            ),
            ("/console/webhooks", &[("action", "add"), ("url", "https://hooks.example.org/y")]),
            ("/console/hooks", &[("action", "rotate"), ("id", "1")]),
            ("/console/app-keys", &[("action", "rate"), ("app_id", &key), ("sends_per_minute", "9")]),
        ] {
            let status = browser.submit(path, fields).status;
            assert_eq!(status >= 400, at < 2, "{role} {path}: {status}");
        }
        let is_offered = browser.get("/console/webhooks").text.contains("value=\"add\"");
        assert_eq!(is_offered, role == "administrator");
    }
}

fn operators_are_made_changed_and_reset_over_the_api_and_passwords_show_once(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let call = |method: &str, path: &str, body: Value| site.admin(&token, method, path, &body);
    let made = call("POST", "/operators", json!({"name": "Vera", "role": "viewer"}));
    assert_eq!((made.status, &made.body["name"]), (200, &json!("vera")));
    let password = made.body["password"].as_str().unwrap().to_owned();
    assert!(password.len() >= 20);
    assert_eq!(site.audit(1), ["olga operator.create vera"]);
    let mut vera = Browser::new(site);
    assert_eq!(vera.sign_in("vera", &password).status, 303);
    assert_eq!(vera.get("/console/audit").status, 403);
    assert_eq!(call("PUT", "/operators/vera/role", json!({"role": "administrator"})).status, 200);
    assert_eq!(vera.get("/console/audit").status, 200, "at once");
    assert_eq!(call("PUT", "/operators/vera/enabled", json!({"enabled": false})).status, 200);
    assert_eq!(vera.get("/console/").status, 303, "its sessions are over");
    assert_eq!(call("PUT", "/operators/vera/enabled", json!({"enabled": true})).status, 200);
    let reset = call("POST", "/operators/vera/password", json!({}));
    let fresh = reset.body["password"].as_str().unwrap().to_owned();
    assert_ne!(fresh, password);
    assert_eq!(vera.sign_in("vera", &password).status, 401);
    assert_eq!(vera.sign_in("vera", &fresh).status, 303);
    let given = call("POST", "/operators/vera/password", json!({"password": PASSWORD}));
    assert_eq!((given.status, &given.body["password"]), (200, &Value::Null));
    let listed = call("GET", "/operators", Value::Null).body;
    assert_eq!(listed["operators"][1]["name"], "vera");
    assert!(listed["operators"][1]["signed_in_at"].is_i64());
    let rows = site.database.number(&format!(
        "SELECT COUNT(*) AS number FROM audit_log WHERE details LIKE '%{password}%' OR details LIKE '%{fresh}%'"
    ));
    assert_eq!(rows, 0);
    assert!(!site.server.log().contains(&fresh));
}

fn nobody_takes_away_its_own_power_or_names_what_is_not_there(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    for (method, path, body, status) in [
        ("PUT", "/operators/olga/role", json!({"role": "viewer"}), 400),
        ("PUT", "/operators/olga/enabled", json!({"enabled": false}), 400),
        ("PUT", "/operators/nobody/enabled", json!({"enabled": false}), 404),
        ("PUT", "/operators/%20x/enabled", json!({"enabled": false}), 404),
        ("POST", "/operators/nobody/password", json!({}), 404),
        ("POST", "/operators/olga/password", json!({"password": "short"}), 400),
        ("POST", "/operators", json!({"name": "olga", "role": "viewer"}), 409),
        ("POST", "/operators", json!({"name": "a b", "role": "viewer"}), 400),
        ("POST", "/operators", json!({"name": "vera", "role": "root"}), 400),
        ("POST", "/operators", json!({"name": "vera"}), 400),
        ("GET", "/operators/nobody/tokens", Value::Null, 404),
        ("POST", "/operators/olga/tokens", json!({"name": "x", "scopes": "root"}), 400),
        ("POST", "/operators/olga/tokens", json!({"name": "x", "scopes": "users", "hours": 0}), 400),
        ("POST", "/operators/olga/tokens", json!({"name": "\u{202e}", "scopes": "users"}), 400),
        ("DELETE", "/operators/olga/tokens/99", Value::Null, 404),
        ("DELETE", "/operators/olga/tokens/x", Value::Null, 404),
        ("POST", "/webhooks", json!({"url": "http://127.0.0.1/"}), 400),
        ("POST", "/webhooks", json!({"url": "https://a.example/", "kind": "smtp"}), 400),
        ("POST", "/webhooks", json!({"url": "https://a.example/", "max_in_flight": 0}), 400),
        ("POST", "/webhooks", json!({"url": "https://a.example/", "secret": "short"}), 400),
        ("POST", "/webhooks", json!({"url": "https://a.example/", "events": "no.such"}), 400),
        ("POST", "/webhooks", json!({}), 400),
        ("POST", "/webhooks/9/rotate", json!({}), 404),
        ("POST", "/webhooks/9/rotate", json!({"overlap_hours": -1}), 400),
        ("POST", "/webhooks/9/do", json!({"action": "replay", "event": 1, "since": 1}), 400),
        ("POST", "/hooks", json!({"url": "https://a.example/", "deadline_ms": 1}), 400),
        ("POST", "/hooks", json!({"url": "https://a.example/", "on_failure": "eat"}), 400),
        ("POST", "/hooks/9/rotate", json!({}), 404),
        ("PUT", "/app-keys/none/rate", json!({"sends_per_minute": 1}), 404),
        ("PUT", "/app-keys/none/rate", json!({"sends_per_minute": 1_000_001}), 400),
        ("PUT", "/app-keys/none/rate", json!({"sends_per_minute": -1}), 400),
    ] {
        let answer = site.admin(&token, method, path, &body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        assert!(answer.body["error"].is_string() && answer.body["message"].is_string());
    }
}

fn tokens_are_made_and_revoked_and_do_no_more_than_their_scopes(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    site.operator("vera", "viewer");
    let wanted = json!({"name": "dashboard", "scopes": "users,audit", "hours": 1});
    let made = site.admin(&token, "POST", "/operators/vera/tokens", &wanted).body;
    let (id, veras) = (made["id"].as_i64().unwrap(), made["token"].as_str().unwrap().to_owned());
    assert_eq!(site.audit(1), ["olga operator.token.create vera"]);
    let ask = |path: &str| site.admin(&veras, "GET", path, &Value::Null).status;
    assert_eq!((ask("/users"), ask("/settings"), ask("/audit")), (200, 403, 403), "its scopes and its role");
    let listed = site.admin(&token, "GET", "/operators/vera/tokens", &Value::Null).body;
    assert_eq!(
        (&listed["tokens"][0]["name"], &listed["tokens"][0]["scopes"]),
        (&json!("dashboard"), &json!("users,audit"))
    );
    assert!(listed["tokens"][0]["ends_at"].is_i64() && !listed.to_string().contains(&veras));
    // One of somebody else is not found under that name.
    assert_eq!(
        site.admin(&token, "DELETE", &format!("/operators/olga/tokens/{id}"), &Value::Null).status,
        404
    );
    assert_eq!(
        site.admin(&token, "DELETE", &format!("/operators/vera/tokens/{id}"), &Value::Null).status,
        200
    );
    assert_eq!(ask("/users"), 401);
}

fn an_app_key_gets_a_rate_of_its_own_and_that_of_the_site_again(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let path = format!("/app-keys/{}/rate", site.rong.id);
    let set = |rate: Value| {
        let answer = site.admin(&token, "PUT", &path, &json!({ "sends_per_minute": rate }));
        assert_eq!(answer.status, 200, "{answer:?}");
        site.settle();
        site.sixin(&["app-key", "show", &site.rong.id])["sends_per_minute"].clone()
    };
    assert_eq!(set(json!(1)), json!(1));
    site.publish_text("alice", "bob", "the first").is(200, 200);
    assert_eq!(site.publish_text("alice", "bob", "one too many").status, 429);
    assert_eq!(set(json!(0)), json!(0));
    site.publish_text("alice", "bob", "no limit").is(200, 200);
    assert_eq!(set(Value::Null), Value::Null);
    assert_eq!(site.audit(1), [format!("olga app-key.set {}", site.rong.id)]);
}

fn an_app_key_that_exists_elsewhere_is_taken_over_over_the_api_and_in_the_console(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    let import = |app_id: &str, secret: &str, allow_short: bool| {
        let body =
            json!({"app_id": app_id, "secret": secret, "allow_short": allow_short, "dialect": "rongcloud"});
        site.admin(&token, "POST", "/app-keys/import", &body).status
    };
    assert_eq!(import("former-key", "short", false), 400);
    assert_eq!(import("former-key", "uTNrkYskbNC5Mn", true), 200);
    assert_eq!(import("former-key", "another-secret-of-it", false), 409);
    let mut browser = Browser::new(site);
    assert_eq!(browser.sign_in("olga", PASSWORD).status, 303);
    let fields = [
        ("action", "import"),
        ("app_id", "other-key"),
        ("secret", "a secret that is long"),
        ("dialect", "rongcloud"),
    ];
    assert_eq!(browser.submit("/console/app-keys", &fields).status, 400, "it has blanks");
    let fields = [fields[0], fields[1], ("secret", "a-secret-that-is-long"), fields[3]];
    assert_eq!(browser.submit("/console/app-keys", &fields).status, 303);
    for (app_id, secret) in [("former-key", "uTNrkYskbNC5Mn"), ("other-key", "a-secret-that-is-long")] {
        assert_eq!(site.sixin(&["app-key", "show", app_id])["dialect"], "rongcloud");
        let told = site.database.number(&format!(
            "SELECT COUNT(*) AS number FROM audit_log WHERE details LIKE '%{secret}%' OR target LIKE '%{secret}%'"
        ));
        assert_eq!(told, 0, "a secret is written down");
    }
    assert!(site.audit(20).contains(&"olga app-key.create former-key".to_owned()));
}

fn what_can_be_done_over_the_api_can_be_done_in_the_console(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    let once = "This secret is shown once.";
    let secret =
        |text: &str| text.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let webhook = [
        ("action", "add"),
        ("url", "https://hooks.example.org/x"),
        ("note", "orders"),
        ("events", "message.created"),
    ];
    let added = browser.submit("/console/webhooks", &webhook);
    assert!(added.status == 200 && added.text.contains(once), "{}", added.text);
    let first = secret(&added.text);
    let rotated = browser.submit("/console/webhooks", &[("action", "rotate"), ("id", "1")]);
    assert!(rotated.text.contains(once) && secret(&rotated.text) != first);
    let listed = browser.get("/console/webhooks").text;
    assert!(listed.contains("orders") && !listed.contains(once) && !listed.contains("whsec_x"));
    let row = &site.sixin(&["webhook", "list"]);
    assert_eq!((&row["name"], &row["events"]), (&json!("orders"), &json!("message.created")));
    let signed = [
        ("action", "add"),
        ("url", "https://hooks.example.org/y"),
        ("kind", "rongcloud-route"),
        ("app_key", &site.rong.id),
    ];
    let signed = browser.submit("/console/webhooks", &signed);
    assert!(
        signed.text.contains("The secret of its app key signs.") && !signed.text.contains(&site.rong.secret)
    );
    let hook = [
        ("action", "add"),
        ("url", "https://hooks.example.org/z"),
        ("deadline_ms", "500"),
        ("on_failure", "refuse"),
    ];
    let added = browser.submit("/console/hooks", &hook);
    assert!(added.text.contains(once), "{}", added.text);
    let row = site.sixin(&["hook", "list"]);
    assert_eq!(
        (&row["deadline_ms"], &row["on_failure"], &row["dialects"]),
        (&json!(500), &json!("refuse"), &json!("fresns,client"))
    );
    assert!(browser.submit("/console/hooks", &[("action", "rotate"), ("id", "1")]).text.contains(once));
    let made = browser
        .submit("/console/operators", &[("action", "create"), ("operator", "vera"), ("role", "support")]);
    assert!(made.text.contains("This password is shown once."), "{}", made.text);
    let mut vera = Browser::new(site);
    assert_eq!(vera.sign_in("vera", &secret(&made.text)).status, 303);
    assert!(!browser.get("/console/operators").text.contains("This password is shown once."));
    let role = [("action", "role"), ("operator", "vera"), ("role", "viewer")];
    assert_eq!(browser.submit("/console/operators", &role).status, 303);
    assert_eq!(vera.get("/console/search").status, 403);
    let me = [("action", "disable"), ("operator", "administrator")];
    assert_eq!(browser.submit("/console/operators", &me).status, 400);
    let token = [
        ("action", "create"),
        ("operator", "vera"),
        ("token_name", "board"),
        ("scope.overview", "on"),
        ("scope.users", "on"),
    ];
    let made = browser.submit("/console/operator", &token);
    assert!(made.text.contains(once), "{}", made.text);
    let veras = secret(&made.text);
    assert_eq!(site.admin(&veras, "GET", "/overview", &Value::Null).status, 200);
    assert_eq!(site.admin(&veras, "GET", "/settings", &Value::Null).status, 403);
    let id = site.sixin(&["operator", "token", "list", "vera"])["id"].to_string();
    assert_eq!(
        browser
            .submit("/console/operator", &[("action", "revoke"), ("operator", "vera"), ("id", &id)])
            .status,
        303
    );
    assert_eq!(site.admin(&veras, "GET", "/overview", &Value::Null).status, 401);
    let rate = [("action", "rate"), ("app_id", &site.rong.id), ("sends_per_minute", "77")];
    assert_eq!(browser.submit("/console/app-keys", &rate).status, 303);
    assert!(browser.get("/console/app-keys").text.contains("77"));
}

#[test]
fn a_webhook_and_a_hook_that_were_added_over_the_api_are_told_and_asked() {
    let site = Site::on(TestDatabase::sqlite(), HERE);
    let token = site.token_of_administrator();
    let call = |path: &str, body: Value| {
        let answer = site.admin(&token, "POST", path, &body);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    };
    let told = Receiver::start(|_, _| Reply::Status(200));
    let asked = Receiver::start(|_, _| Reply::Says(r#"{"decision":"deny","reason":"not today"}"#));
    let webhook = call("/webhooks", json!({"url": told.url, "events": "message.created"}));
    let secret = webhook["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    site.settle();
    let sent = site.publish_texts(("alice", "bob"), 2);
    told.until_texts(&site, &sent);
    let id = webhook["id"].as_i64().unwrap();
    let event = told.received()[0].header("webhook-id").trim_start_matches("msg_").parse::<i64>().unwrap();
    let before = told.received().len();
    call(&format!("/webhooks/{id}/do"), json!({"action": "replay", "event": event}));
    let begun = std::time::Instant::now();
    while told.received().len() == before {
        assert!(begun.elapsed() < crate::site::PATIENCE, "{}", site.server.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let hook = call("/hooks", json!({"url": asked.url, "dialects": "fresns"}));
    let said = call(&format!("/hooks/{}/test", hook["id"]), Value::Null);
    assert_eq!((&said["decision"], &said["reason"]), (&json!("deny"), &json!("not today")));
    site.settle();
    assert_ne!(site.send_text(&site.alice, "bob", "hi").code(), 0);
}

impl Site {
    fn token_of_administrator(&self) -> String {
        self.operator("olga", "administrator");
        self.token("olga", ALL_SCOPES)
    }
}
