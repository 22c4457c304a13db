//! Every endpoint of the Fresns dialect for every kind of caller (docs/wire/fresns.md#header-checks).

use std::cell::RefCell;

use sixin_domain::access::session::Login;

use crate::calls::try_call;
use crate::on_every_database;
use crate::site::Site;
use crate::upload::{FOR_BOB, form, png, with_form};

on_every_database!(every_endpoint_lets_in_whom_it_should_and_nobody_else);

/// Method, path, body, and who may call. Logging out stands last: whoever is let in has to sign in again.
const ENDPOINTS: [(&str, &str, &str, Login); 22] = [
    ("PUT", "user/edit", r#"{"gender":1}"#, Login::User),
    ("GET", "account/detail", "", Login::Account),
    ("POST", "user/mark", r#"{"interactiveType":"follow","markType":"user","fsid":"bob"}"#, Login::User),
    ("POST", "common/upload-file", "A FORM", Login::User),
    ("GET", "common/file/FID/link", "", Login::User),
    ("POST", "conversation/send-message", r#"{"uidOrUsername":"bob","message":"hi"}"#, Login::User),
    ("GET", "conversation/list", "", Login::User),
    ("GET", "conversation/bob/detail", "", Login::User),
    ("GET", "conversation/bob/messages", "", Login::User),
    ("PUT", "conversation/mark-as-read", r#"{"type":"message","messageIds":"1"}"#, Login::User),
    ("PUT", "conversation/pin", r#"{"conversationId":CONVERSATION}"#, Login::User),
    ("DELETE", "conversation/delete", r#"{"type":"message","messageIds":"1"}"#, Login::User),
    ("GET", "user/panel", "", Login::User),
    ("GET", "global/configs?isAll=true", "", Login::Nobody),
    ("GET", "global/code-messages?isAll=true", "", Login::Nobody),
    ("GET", "global/roles", "", Login::UserIfPrivate),
    ("GET", "global/block-words", "", Login::UserIfPrivate),
    ("GET", "user/bob/detail", "", Login::UserIfPrivate),
    ("POST", "account/login", r#"{"type":"email","account":"a@b.example"}"#, Login::Nobody),
    ("POST", "account/register", "{}", Login::Nobody),
    ("POST", "user/auth", r#"{"uidOrUsername":"nobody"}"#, Login::Account),
    ("DELETE", "account/logout", "{}", Login::Account),
];

/// What whoever is let in gets for the body above, where that is not success.
fn let_in(path: &str) -> i64 {
    match path {
        // Without a password, for a wrong one would lock.
        "account/login" => 34_111,
        "account/register" => 34_201,
        // It wants the account's own token, and these are those of a user.
        "user/auth" => 31_501,
        _ => 0,
    }
}

/// What everybody gets that is not somebody else: headers that change, and the codes where nobody, where an account and
/// where a user has to be signed in.
type Identity<'a> = (&'a str, Vec<(&'static str, Option<&'a str>)>, [i64; 3]);

fn every_endpoint_lets_in_whom_it_should_and_nobody_else(site: &Site) {
    site.send_text(&site.alice, "bob", "first").is(200, 0);
    let conversation = site.database.number("SELECT id AS number FROM conversations").to_string();
    let fid = site.picture_for_bob()["fid"].as_str().unwrap().to_owned();
    let upload = form(&FOR_BOB, Some(("a.png", &png(9, 9))));
    let signed_in = RefCell::new(site.alice.clone());
    let check_on = |is_private: bool, identities: &[Identity<'_>]| {
        for (method, path, body, login) in ENDPOINTS {
            for (name, changes, [as_nobody, as_account, as_user]) in identities {
                let is_open = login == Login::Nobody || (login == Login::UserIfPrivate && !is_private);
                let expected = match login {
                    Login::Account => *as_account,
                    _ if is_open => *as_nobody,
                    _ => *as_user,
                };
                let expected = if expected == 0 { let_in(path) } else { expected };
                let body = body.replace("CONVERSATION", &conversation);
                let headers = site.user_headers(&signed_in.borrow(), changes);
                let url = site.url(&format!("/api/v2/{}", path.replace("FID", &fid)));
                let answer = match body.as_str() {
                    "A FORM" => try_call(method, &url, &with_form(headers), &upload),
                    body => try_call(method, &url, &headers, body.as_bytes()),
                };
                let answer = answer.unwrap();
                assert_eq!(
                    (answer.status, answer.code()),
                    (200, expected),
                    "{method} {path} as {name}: {answer:?}"
                );
                assert!(answer.code() == 0 || answer.body["data"].is_null(), "{answer:?}");
                if path == "account/logout" && expected == 0 {
                    let session = site.sixin(&["session", "create", "alice", "--platform", "5"]);
                    session["token"].as_str().unwrap().clone_into(&mut signed_in.borrow_mut().token);
                }
            }
        }
    };
    let check = |identities: &[Identity<'_>]| check_on(false, identities);
    let bob = site.bob.uid.to_string();
    check(&[
        ("a signed-in user", vec![], [0, 0, 0]),
        ("nobody", vec![("aid", None), ("uid", None), ("token", None)], [0, 31_501, 31_501]),
        ("an account without a user", vec![("uid", None)], [0, 31_505, 31_601]),
        ("another user", vec![("uid", Some(&bob))], [31_603; 3]),
        ("somebody with another's token", vec![("token", Some(&site.bob.token))], [31_603; 3]),
        ("a user without an account", vec![("aid", None)], [31_501; 3]),
    ]);
    let own = || vec![];
    site.change("UPDATE session_tokens SET platform_id = 6");
    check(&[("another platform", own(), [31_103; 3])]);
    site.change("UPDATE session_tokens SET platform_id = 5, expired_at = 1000");
    check(&[("a session that is over", own(), [31_504; 3])]);
    site.change("UPDATE session_tokens SET expired_at = NULL");
    site.change("UPDATE users SET expired_at = 1000 WHERE username = 'alice'");
    check(&[("a former member of a public site", own(), [0; 3])]);
    site.sixin(&["setting", "set", "site_mode", "private"]);
    check_on(
        true,
        &[
            ("a former member of a private site", own(), [0, 0, 35_303]),
            (
                "nobody on a private site",
                vec![("aid", None), ("uid", None), ("token", None)],
                [0, 31_501, 31_501],
            ),
        ],
    );
    site.sixin(&["setting", "set", "site_mode", "public"]);
    site.sixin(&["user", "disable", "alice"]);
    check(&[("a disabled user", own(), [35_202; 3])]);
    site.sixin(&["user", "disable", "alice", "--undo"]);
    site.change("UPDATE users SET deleted_at = 1000 WHERE username = 'alice'");
    check(&[("a deleted user", own(), [35_203; 3])]);
}
