//! What operators do with their own account: a second factor, and a password of their own.

use serde_json::{Value, json};
use sixin_domain::operator::second_factor::FactorSecret;
use sixin_domain::time::Millis;

use super::PASSWORD;
use super::pages::{Browser, signed_in};
use crate::calls::{Answer, now_ms};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    with_a_second_factor_nobody_gets_in_by_the_password_alone_and_a_code_works_once,
    a_second_factor_is_set_up_and_ended_in_the_console,
    a_second_factor_is_given_and_taken_on_the_command_line_and_by_another_administrator,
    an_operator_chooses_a_password_of_its_own_with_the_old_one,
);

/// The code of now, or of so many steps later: one step is taken early.
fn code(secret: &str, later: i64) -> String {
    FactorSecret::parse(secret).unwrap().code(Millis(now_ms() + 30_000 * later)).unwrap()
}

/// The status with which the door answers: 303 lets in.
fn enters(site: &Site, name: &str, password: &str, code: &str) -> u16 {
    Browser::new(site).sign_in_with(name, password, code).status
}

fn done(answer: &Answer) {
    assert_eq!((answer.status, &answer.body["done"]), (200, &json!(true)), "{answer:?}");
}

fn with_a_second_factor_nobody_gets_in_by_the_password_alone_and_a_code_works_once(site: &Site) {
    let token = site.operator_with_token("vera", "viewer");
    let own =
        |path: &str, body: Value| site.admin(&token, "POST", &format!("/own/second-factor/{path}"), &body);
    let proposed = own("propose", Value::Null).body;
    let secret = proposed["secret"].as_str().unwrap();
    assert!(proposed["url"].as_str().unwrap().starts_with("otpauth://totp/sixin:vera?secret="));
    let begin = |password: &str, code: &str| {
        let answer = own("begin", json!({"password": password, "secret": secret, "code": code}));
        (answer.status, answer.body["error"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(begin("not the password", &code(secret, 0)), (403, "unproven".to_owned()));
    assert_eq!(begin(PASSWORD, "12345"), (400, "invalid".to_owned()));
    assert_eq!(enters(site, "vera", PASSWORD, ""), 303, "nothing has begun");
    let confirmed = code(secret, 0);
    assert_eq!(begin(PASSWORD, &confirmed).0, 200);
    assert_eq!(enters(site, "vera", PASSWORD, ""), 401);
    assert_eq!(enters(site, "vera", PASSWORD, &confirmed), 401, "it was used to confirm");
    let fresh = code(secret, 1);
    assert_eq!(enters(site, "vera", "not the password", &fresh), 401);
    assert_eq!(enters(site, "vera", PASSWORD, &fresh), 303, "a wrong password does not use a code");
    assert_eq!(enters(site, "vera", PASSWORD, &fresh), 401);
    let rows = site.audit(20);
    assert!(rows.iter().any(|row| row == "vera operator.second-factor.on vera"), "{rows:?}");
    assert!(!site.server.log().contains(secret), "a secret is in the log");
}

fn a_second_factor_is_set_up_and_ended_in_the_console(site: &Site) {
    let mut browser = signed_in(site, "support");
    let shown = browser.submit("/console/own", &[("action", "propose")]);
    assert!(shown.text.contains("<svg"), "{}", shown.text);
    let secret = shown.field("secret");
    let confirmed = code(&secret, 0);
    let fields = [("action", "begin"), ("secret", &secret), ("code", &confirmed), ("password", PASSWORD)];
    assert_eq!(browser.submit("/console/own", &fields).status, 303);
    assert!(browser.get("/console/own").text.contains("in use"));
    let end = |browser: &mut Browser<'_>, code: &str| {
        browser.submit("/console/own", &[("action", "end"), ("password", PASSWORD), ("code", code)]).status
    };
    assert_eq!(end(&mut browser, &confirmed), 403);
    assert_eq!(end(&mut browser, &code(&secret, 1)), 303);
    assert_eq!(enters(site, "support", PASSWORD, ""), 303);
}

fn a_second_factor_is_given_and_taken_on_the_command_line_and_by_another_administrator(site: &Site) {
    let token = site.operator_with_token("olga", "administrator");
    site.operator("vera", "viewer");
    for way in ["command line", "api", "console"] {
        let given = site.sixin(&["operator", "second-factor", "vera"]);
        let secret = given["secret"].as_str().unwrap();
        assert_eq!(enters(site, "vera", PASSWORD, ""), 401, "{way}");
        assert_eq!(enters(site, "vera", PASSWORD, &code(secret, 0)), 303, "{way}");
        let listed = site.admin(&token, "GET", "/operators", &Value::Null).body;
        assert_eq!(listed["operators"][1]["second_factor"], true, "{way}");
        match way {
            "command line" => drop(site.sixin(&["operator", "second-factor", "vera", "--off"])),
            "api" => done(&site.admin(&token, "DELETE", "/operators/vera/second-factor", &Value::Null)),
            _ => {
                let mut browser = Browser::new(site);
                assert_eq!(browser.sign_in("olga", PASSWORD).status, 303);
                let fields = [("action", "take-factor"), ("operator", "vera")];
                assert_eq!(browser.submit("/console/operators", &fields).status, 303);
            }
        }
        assert_eq!(enters(site, "vera", PASSWORD, ""), 303, "{way}");
    }
    let own = site.admin(&token, "DELETE", "/operators/olga/second-factor", &Value::Null);
    assert_eq!(own.status, 400, "that needs the password");
}

fn an_operator_chooses_a_password_of_its_own_with_the_old_one(site: &Site) {
    const NEW: &str = "battery staple horse";
    let mut browser = signed_in(site, "viewer");
    let choose = |browser: &mut Browser<'_>, old: &str, new: &str, again: &str| {
        let fields = [("action", "password"), ("password", old), ("new", new), ("again", again)];
        browser.submit("/console/own", &fields).status
    };
    assert_eq!(choose(&mut browser, "not the password", NEW, NEW), 403);
    assert_eq!(choose(&mut browser, PASSWORD, NEW, "battery staple house"), 400);
    assert_eq!(choose(&mut browser, PASSWORD, "short", "short"), 400);
    assert_eq!(choose(&mut browser, PASSWORD, NEW, NEW), 303);
    assert_eq!(browser.get("/console/own").status, 303, "all sessions end");
    assert_eq!((enters(site, "viewer", PASSWORD, ""), enters(site, "viewer", NEW, "")), (401, 303));
    let token = site.token("viewer", "overview");
    let body = json!({"password": NEW, "new": PASSWORD});
    done(&site.admin(&token, "POST", "/own/password", &body));
    assert_eq!(enters(site, "viewer", PASSWORD, ""), 303);
    let rows = site.audit(20);
    let changes = rows.iter().filter(|row| *row == "viewer operator.password viewer").count();
    assert_eq!(changes, 4, "two that were done, one that was begun, and that it has failed: {rows:?}");
}
