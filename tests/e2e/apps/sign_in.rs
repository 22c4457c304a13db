//! Signing in as a client does.

use serde_json::{Value, json};

use crate::calls::{Answer, try_call};
use crate::on_every_database;
use crate::site::{Person, Site};

on_every_database!(
    a_client_signs_in_to_its_account_and_a_user_and_sends_and_out_again,
    five_failures_lock_and_a_success_before_forgets_them,
    of_many_guesses_at_once_no_more_are_looked_at_than_may_fail,
    a_new_session_ends_the_former_of_the_same_platform,
    account_endpoints_let_in_accounts_and_nobody_else,
);

/// `correct horse`
const RIGHT: &str = "Y29ycmVjdCBob3JzZQ==";
const WRONG: &str = "d3JvbmcgaG9yc2U=";

/// Calls without being signed in.
fn call(site: &Site, method: &str, path: &str, body: &Value) -> Answer {
    let headers = site.user_headers(&site.alice, &[("aid", None), ("uid", None), ("token", None)]);
    try_call(method, &site.url(&format!("/api/v2/{path}")), &headers, body.to_string().as_bytes()).unwrap()
}

fn call_as_account(site: &Site, account: &Person, method: &str, path: &str, body: &Value) -> Answer {
    let headers = site.user_headers(account, &[("uid", None)]);
    try_call(method, &site.url(&format!("/api/v2/{path}")), &headers, body.to_string().as_bytes()).unwrap()
}

fn make_dora(site: &Site) -> i64 {
    let arguments = ["user", "create", "dora", "--email", "dora@example.org", "--password", "correct horse"];
    site.sixin(&arguments)["uid"].as_i64().unwrap()
}

fn login(site: &Site, password: &str) -> Answer {
    let body = json!({"type": "email", "account": "Dora@example.org", "password": password});
    call(site, "POST", "account/login", &body)
}

fn token(answer: &Answer) -> String {
    answer.is(200, 0).body["data"]["sessionToken"]["token"].as_str().unwrap().to_owned()
}

/// Signs in to the account of dora.
fn dora_account(site: &Site, uid: i64) -> Person {
    let answer = login(site, RIGHT);
    let aid = answer.body["data"]["detail"]["aid"].as_str().unwrap_or_default().to_owned();
    Person { uid, aid, token: token(&answer) }
}

fn auth(site: &Site, account: &Person, which: &Value) -> Answer {
    call_as_account(site, account, "POST", "user/auth", &json!({"uidOrUsername": which}))
}

fn a_client_signs_in_to_its_account_and_a_user_and_sends_and_out_again(site: &Site) {
    let uid = make_dora(site);
    let account = dora_account(site, uid);
    let detail = call_as_account(site, &account, "GET", "account/detail", &json!({}));
    let detail = detail.is(200, 0).body["data"]["detail"].clone();
    assert_eq!((&detail["email"], &detail["users"][0]["uid"]), (&json!("d****@example.org"), &json!(uid)));
    auth(site, &account, &json!("bob")).is(200, 35201);
    auth(site, &account, &json!("nobody")).is(200, 35201);
    auth(site, &account, &json!([])).is(200, 30000);
    auth(site, &account, &Value::Null).is(200, 30001);
    let dora = Person { token: token(&auth(site, &account, &json!(uid))), ..account.clone() };
    site.send_text(&dora, "bob", "hello").is(200, 0);
    site.call_as(&dora, "POST", "user/auth", r#"{"uidOrUsername":"dora"}"#).is(200, 31501);
    // With the user's token both sessions end.
    site.call_as(&dora, "DELETE", "account/logout", "{}").is(200, 0);
    site.send_text(&dora, "bob", "hello").is(200, 31603);
    call_as_account(site, &account, "GET", "account/detail", &json!({})).is(200, 31505);
    let stored = "SELECT COUNT(*) AS number FROM session_tokens WHERE user_id IS NULL";
    assert_eq!(site.database.number(stored), 0);
    call(site, "POST", "account/register", &json!({})).is(200, 34201);
    let log = site.server.log_with(&["account/login", "user/auth", "account/logout"]);
    for secret in [&account.token, &dora.token, RIGHT, "correct horse", "dora@example.org"] {
        assert!(!log.to_lowercase().contains(&secret.to_lowercase()), "{log}");
    }
}

fn of_many_guesses_at_once_no_more_are_looked_at_than_may_fail(site: &Site) {
    let guess = |number: usize| {
        let account = format!("nobody{number}@example.org");
        call(site, "POST", "account/login", &json!({"type": "email", "account": account, "password": WRONG}))
    };
    let codes: Vec<i64> = std::thread::scope(|threads| {
        let guesses: Vec<_> = (0..120).map(|number| threads.spawn(move || guess(number).code())).collect();
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    let looked_at = codes.iter().filter(|code| **code == 34304).count();
    assert!((1..=30).contains(&looked_at), "{codes:?}");
}

fn five_failures_lock_and_a_success_before_forgets_them(site: &Site) {
    make_dora(site);
    let unknown = json!({"type": "email", "account": "nobody@example.org", "password": WRONG});
    for _ in 0..4 {
        login(site, WRONG).is(200, 34304);
    }
    login(site, RIGHT).is(200, 0);
    for _ in 0..5 {
        login(site, WRONG).is(200, 34304);
        call(site, "POST", "account/login", &unknown).is(200, 34304);
    }
    login(site, RIGHT).is(200, 34306);
    call(site, "POST", "account/login", &unknown).is(200, 34306);
    site.database.execute("UPDATE login_failures SET failed_at = failed_at - 3600000");
    login(site, RIGHT).is(200, 0);
    site.change("UPDATE accounts SET is_enable = 0 WHERE email = 'dora@example.org'");
    login(site, WRONG).is(200, 34304);
    login(site, RIGHT).is(200, 34307);
    site.change("UPDATE accounts SET is_enable = 1, deleted_at = 1 WHERE email = 'dora@example.org'");
    login(site, RIGHT).is(200, 34308);
}

fn a_new_session_ends_the_former_of_the_same_platform(site: &Site) {
    let uid = make_dora(site);
    let first = dora_account(site, uid);
    let user = Person { token: token(&auth(site, &first, &json!("dora"))), ..first.clone() };
    let second = dora_account(site, uid);
    let detail = |account| call_as_account(site, account, "GET", "account/detail", &json!({})).code();
    assert_eq!((detail(&first), detail(&second)), (31505, 0));
    site.get_as(&user, "conversation/list").is(200, 0);
    // Another platform has a session of its own.
    site.change("UPDATE session_keys SET platform_id = 6 WHERE dialect = 'fresns'");
    let headers = [("platformId", Some("6")), ("aid", None), ("uid", None), ("token", None)];
    let headers = site.user_headers(&site.alice, &headers);
    let body = json!({"type": "email", "account": "dora@example.org", "password": RIGHT}).to_string();
    let url = site.url("/api/v2/account/login");
    try_call("POST", &url, &headers, body.as_bytes()).unwrap().is(200, 0);
    site.change("UPDATE session_keys SET platform_id = 5 WHERE dialect = 'fresns'");
    assert_eq!(detail(&second), 0);
}

fn account_endpoints_let_in_accounts_and_nobody_else(site: &Site) {
    let uid = make_dora(site);
    let account = dora_account(site, uid);
    let bob = site.bob.uid.to_string();
    for (method, path) in [("GET", "account/detail"), ("POST", "user/auth"), ("DELETE", "account/logout")] {
        let with = |changes: &[(&'static str, Option<&str>)]| {
            let headers = site.user_headers(&account, changes);
            let url = site.url(&format!("/api/v2/{path}"));
            try_call(method, &url, &headers, br#"{"uidOrUsername":"bob"}"#).unwrap().code()
        };
        assert_eq!(with(&[("aid", None), ("uid", None), ("token", None)]), 31501, "{path}: nobody");
        assert_eq!(with(&[("aid", None)]), 31501, "{path}: a user without an account");
        assert_eq!(with(&[]), 31603, "{path}: the token of the account for its user");
        assert_eq!(with(&[("uid", Some(&bob))]), 31603, "{path}: another user");
        assert_eq!(with(&[("uid", None), ("token", Some("wrong"))]), 31505, "{path}: a wrong token");
        assert_eq!(
            with(&[("uid", None), ("token", Some(&site.bob.token))]),
            31505,
            "{path}: another's token"
        );
    }
    call_as_account(site, &account, "DELETE", "account/logout", &json!({})).is(200, 0);
    call_as_account(site, &account, "GET", "account/detail", &json!({})).is(200, 31505);
}
