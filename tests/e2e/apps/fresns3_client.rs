//! What a client of Fresns 3.x sends, in our own words: it signs with SHA-256, and signs in with a login token of the page.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;

use crate::calls::{Answer, Headers, now_ms, try_call};
use crate::on_every_database;
use crate::site::{Key, Site};
use crate::upload::{fetch, form, png, with_form};
use crate::walk::PASSWORD;

on_every_database!(
    a_client_of_3_x_walks_from_its_start_to_signing_out,
    a_login_token_works_once_for_the_app_that_asked,
    wrong_passwords_at_the_page_count_with_those_of_apps,
);

/// `wrong horse`
const WRONG: &str = "d3JvbmcgaG9yc2U=";

/// A mini-program of 2024: what it has stored.
struct Client<'s> {
    site: &'s Site,
    key: Key,
    /// Account, its token, user, its token.
    signed_in: Option<[String; 4]>,
    language: &'static str,
    platform: &'static str,
}

impl<'s> Client<'s> {
    fn new(site: &'s Site) -> Self {
        let platform = "11";
        let made = site.sixin(&["app-key", "create", "--dialect", "fresns", "--platform", platform]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let key = Key { id: text("app_id"), secret: text("secret") };
        Self { site, key, signed_in: None, language: "zh-Hans", platform }
    }

    /// The headers of one call.
    fn headers(&self) -> Headers {
        let stamp = now_ms().to_string();
        let mut signed = vec![
            ("X-Fresns-App-Id", self.key.id.clone()),
            ("X-Fresns-Client-Platform-Id", self.platform.to_owned()),
            ("X-Fresns-Client-Version", "3.0.6".to_owned()),
            ("X-Fresns-Signature-Timestamp", stamp),
        ];
        let names = ["X-Fresns-Aid", "X-Fresns-Aid-Token", "X-Fresns-Uid", "X-Fresns-Uid-Token"];
        signed.extend(self.signed_in.iter().flat_map(|values| names.into_iter().zip(values.clone())));
        let parts = SignedParts::ThirdFields(signed.clone());
        let signature = HttpSignatures.sign(&parts, &Secret::new(self.key.secret.as_str()));
        let unsigned = [
            ("X-Fresns-Signature", signature.as_str()),
            ("X-Fresns-Client-Lang-Tag", self.language),
            ("X-Fresns-Client-Timezone", "+8"),
            ("X-Fresns-Client-Device-Info", "e30="),
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
        ];
        let owned = |(name, value): (&str, String)| (name.to_owned(), value);
        let unsigned = unsigned.map(|(name, value)| (name, value.to_owned()));
        signed.into_iter().chain(unsigned).map(owned).collect()
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = self.site.url(&format!("/api/fresns/v1/{path}"));
        try_call(method, &url, &self.headers(), body.as_bytes()).unwrap()
    }

    fn data(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call(method, path, body).is(200, 0).body["data"].clone()
    }

    fn read(&self, path: &str) -> Value {
        self.data("GET", path, &Value::Null)
    }

    /// What the page does: it calls with the headers that the app gave it in its address.
    fn at_the_page(&self, email: &str, password: &str) -> Answer {
        let given: serde_json::Map<String, Value> = self
            .headers()
            .into_iter()
            .filter(|(name, _)| name.starts_with("X-Fresns-"))
            .map(|(name, value)| (name, value.into()))
            .collect();
        let access_token = BASE64_STANDARD.encode(Value::from(given).to_string());
        let opened: serde_json::Map<String, Value> =
            serde_json::from_slice(&BASE64_STANDARD.decode(access_token).unwrap()).unwrap();
        let mut headers: Headers =
            opened.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect();
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        let body = json!({"type": "email", "account": email, "password": password}).to_string();
        let url = self.site.url("/api/fresns/v1/account/login-token");
        try_call("POST", &url, &headers, body.as_bytes()).unwrap()
    }

    fn login_token(&self, email: &str) -> Value {
        self.at_the_page(email, PASSWORD).is(200, 0).body["data"]["loginToken"].clone()
    }

    fn redeem(&self, token: &Value) -> Answer {
        self.call("POST", "account/auth-token", &json!({"loginToken": token, "deviceToken": ""}))
    }

    fn sign_in(&mut self, email: &str) -> Value {
        let signed_in = self.redeem(&self.login_token(email)).is(200, 0).body["data"].clone();
        self.keep(&signed_in["authToken"]);
        signed_in
    }

    fn keep(&mut self, token: &Value) {
        for key in ["expiredHours", "expiredDays", "expiredDateTime"] {
            assert!(token[key].is_null(), "{key}");
        }
        let text = |name: &str| token[name].as_str().map_or_else(|| token[name].to_string(), str::to_owned);
        self.signed_in = Some(["aid", "aidToken", "uid", "uidToken"].map(text));
    }
}

fn make(site: &Site, name: &str) -> String {
    let email = format!("{name}@example.org");
    site.sixin_with_input(&["user", "create", name, "--email", &email, "--password", "-"], "correct horse");
    email
}

/// The ids on a page, in its order.
fn ids(page: &Value) -> Vec<String> {
    page["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["cmid"].as_str().unwrap().to_owned())
        .collect()
}

fn a_client_of_3_x_walks_from_its_start_to_signing_out(site: &Site) {
    let mut client = Client::new(site);
    start(&client);
    let signed_in = client.sign_in(&make(site, "dora"));
    assert_eq!(
        (&signed_in["detail"]["hasEmail"], &signed_in["detail"]["kycVerified"]),
        (&true.into(), &false.into())
    );
    assert_eq!(client.read("account/detail")["detail"]["users"][0]["username"], "dora");
    let switched = client.data("POST", "user/auth-token", &json!({"uidOrUsername": "dora", "pin": ""}));
    assert_eq!(switched["authToken"]["aidToken"], signed_in["authToken"]["aidToken"]);
    client.keep(&switched["authToken"]);

    let sent: Vec<String> = (0..4)
        .map(|number| {
            let answer = site.send_text(&site.alice, "dora", &format!("hello {number}"));
            answer.is(200, 0).body["data"]["id"].to_string()
        })
        .collect();
    reading(&client, &sent);
    sending(site, &client);
    files(site, &client);
    changing(&client, &sent);
    users(&client);
    errors(&mut client);
}

/// What it asks before anybody has signed in.
fn start(client: &Client<'_>) {
    let (status, _, body) = fetch(&client.site.url("/api/fresns/v1/global/status"), &[]);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &body["activate"]), (200, &json!(true)));
    assert!(body["deactivateDescribe"]["zh-Hans"].is_string());
    let configs = client.read("global/configs");
    assert_eq!(configs["channel_conversations_name"], "私信");
    let page = configs["account_login_service"].as_str().unwrap();
    assert_eq!(
        page.split_once("?accessToken={accessToken}").unwrap().0,
        client.site.url("/account-center/login")
    );
    assert_eq!(client.read("global/language-pack?langTag=zh-Hans")["delete"], "删除");
    assert_eq!(client.read("common/ip-info")["networkIpv4"], "127.0.0.1");
    assert_eq!(client.read("global/stickers"), json!([]));
    client.call("GET", "conversation/list", &Value::Null).is(200, 31501);

    let (status, headers, html) = fetch(&client.site.url("/account-center/login?accessToken=e30"), &[]);
    let html = String::from_utf8(html).unwrap();
    let policy = headers.iter().find(|(name, _)| name == "content-security-policy").unwrap().1.clone();
    assert!(status == 200 && policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
    for file in ["login.css", "login.js"] {
        assert!(html.contains(file));
        assert_eq!(fetch(&client.site.url(&format!("/account-center/{file}")), &[]).0, 200);
    }
}

fn reading(client: &Client<'_>, sent: &[String]) {
    assert_eq!(client.read("user/overview")["conversations"]["unreadMessages"], 4);
    let list =
        client.read("conversation/list?pinned=false&filterUserType=whitelist&filterUserKeys=nickname,status");
    assert_eq!((&list["pagination"]["total"], list.get("paginate")), (&json!(1), None));
    let conversation = &list["list"][0];
    assert_eq!(conversation["user"], json!({"nickname": "Alice", "status": true}));
    assert!(conversation.get("id").is_none());
    let latest = &conversation["latestMessage"];
    assert_eq!((&latest["cmid"], &latest["type"]), (&json!(sent[3]), &json!("text")));
    let detail = client.read("conversation/alice/detail");
    assert_eq!((&detail["configs"]["status"], &detail["detail"]["unreadCount"]), (&json!(true), &json!(4)));
    assert_eq!(detail["configs"]["files"]["image"]["uploadMethod"], "api");
    // One that has not begun is there all the same.
    assert_eq!(client.read("conversation/bob/detail")["detail"]["messageCount"], 0);
    assert_eq!(client.read("conversation/bob/messages")["list"], json!([]));

    let page = |number: i64| {
        client.read(&format!("conversation/alice/messages?pageListDirection=oldest&pageSize=2&page={number}"))
    };
    assert_eq!([ids(&page(2)), ids(&page(1))].concat(), sent);
    let unread =
        |client: &Client<'_>| client.read("user/overview")["conversations"]["unreadMessages"].clone();
    let two = json!({"cmids": sent[..2].join(",")});
    client.call("PATCH", "conversation/alice/read-status", &two).is(200, 0);
    assert_eq!(unread(client), 2);
    client.call("PATCH", "conversation/alice/read-status", &json!({})).is(200, 0);
    assert_eq!(unread(client), 0);
}

fn sending(site: &Site, client: &Client<'_>) {
    let text = json!({"uidOrUsername": site.alice.uid.to_string(), "message": "你好"});
    let answer = client.data("POST", "conversation/message", &text);
    assert_eq!(
        (&answer["type"], &answer["content"], &answer["isMe"]),
        (&json!("text"), &json!("你好"), &json!(true))
    );
    let seen =
        site.get_as(&site.alice, "conversation/dora/messages").is(200, 0).body["data"]["list"][0].clone();
    assert_eq!(seen["id"].to_string(), answer["cmid"].as_str().unwrap());
}

fn files(site: &Site, client: &Client<'_>) {
    let fields = [("usageType", "conversation"), ("usageFsid", "alice"), ("type", "image")];
    let upload = form(&fields, Some(("cat.png", &png(30, 20))));
    let url = site.url("/api/fresns/v1/common/file/upload");
    let uploaded = try_call("POST", &url, &with_form(client.headers()), &upload).unwrap();
    let file = uploaded.is(200, 0).body["data"].clone();
    assert_eq!((&file["width"], &file["height"], &file["warning"]), (&json!(30), &json!(20), &json!("none")));
    let body = json!({"uidOrUsername": "alice", "fid": file["fid"]});
    let sent = client.data("POST", "conversation/message", &body);
    assert_eq!((&sent["type"], &sent["file"]["fid"]), (&json!("file"), &file["fid"]));
    assert_eq!(client.read("conversation/list")["list"][0]["latestMessage"]["type"], "file");
    let (fid, cmid) = (file["fid"].as_str().unwrap(), sent["cmid"].as_str().unwrap());
    let link = client.read(&format!("common/file/{fid}/link?type=conversation&fsid={cmid}"));
    assert_eq!(fetch(link["link"].as_str().unwrap(), &[]).0, 200);
    client.call("PATCH", &format!("common/file/{fid}/info"), &json!({"warning": "nudity"})).is(200, 0);
    let shown = client.read("conversation/alice/messages")["list"].as_array().unwrap().clone();
    let shown = shown.iter().find(|message| message["cmid"] == cmid).unwrap();
    assert_eq!(shown["file"]["warning"], "sensitive");
    client.call("PATCH", "common/file/nothere/info", &json!({"warning": "none"})).is(200, 37600);
    client.call("POST", "common/file/upload-token", &json!({})).is(200, 32104);
}

fn changing(client: &Client<'_>, sent: &[String]) {
    let one = json!({"type": "messages", "cmids": sent[0]});
    client.call("DELETE", "conversation/alice", &one).is(200, 0);
    let left = ids(&client.read("conversation/alice/messages"));
    assert!(!left.contains(&sent[0]) && left.contains(&sent[1]));
    for (method, pinned) in [("PATCH", true), ("PUT", false), ("PUT", true)] {
        client.call(method, "conversation/alice/pin", &json!({})).is(200, 0);
        assert_eq!(client.read("conversation/list")["list"][0]["pinned"], pinned, "{method}");
    }
    client.call("DELETE", "conversation/alice", &json!({"type": "conversation"})).is(200, 0);
    assert_eq!(client.read("conversation/list")["list"], json!([]));
    assert_eq!(client.read("conversation/alice/messages")["list"], json!([]));
}

fn users(client: &Client<'_>) {
    let edit = json!({"nickname": "Dora", "bio": "Hello", "gender": 3, "conversationPolicy": 2});
    client.call("PATCH", "user/profile", &edit).is(200, 0);
    let dora = client.read("user/dora/detail")["detail"].clone();
    assert_eq!(
        (&dora["nickname"], &dora["gender"], &dora["conversationPolicy"]),
        (&json!("Dora"), &json!(3), &json!(2))
    );
    client.call("PATCH", "user/setting", &json!({"conversationLimit": 1, "timezone": "+9"})).is(200, 0);
    for (kind, key) in [("follow", "followStatus"), ("block", "blockStatus")] {
        let mark = json!({"markType": kind, "type": "user", "fsid": "alice", "note": ""});
        for stands in [true, false] {
            client.call("POST", "user/mark", &mark).is(200, 0);
            let alice = client.read("user/alice/detail")["detail"].clone();
            assert_eq!(alice["interaction"][key], stands, "{key}");
        }
    }
    noted(client);
    assert_eq!(client.read("notification/list")["list"], json!([]));
}

/// What one calls another stands beside the mark, and back ends know it.
fn noted(client: &Client<'_>) {
    let noted = || client.read("user/alice/detail")["detail"]["interaction"]["note"].clone();
    let mark = |note: &str| json!({"markType": "follow", "type": "user", "fsid": "alice", "note": note});
    client.call("POST", "user/mark", &mark("Alice from work")).is(200, 0);
    assert_eq!(noted(), "Alice from work");
    let kept = client.site.call_back_end("/user/remarks/get.json", &[("userId", "dora")]);
    assert!(kept.is(200, 200).body.to_string().contains("Alice from work"));
    let note = json!({"type": "user", "fsid": "alice", "note": "Ali"});
    client.call("PATCH", "user/mark-note", &note).is(200, 0);
    assert_eq!(noted(), "Ali");
    client.call("POST", "user/mark", &mark("")).is(200, 0);
    assert_eq!(noted(), Value::Null, "a note is shown beside a mark");
    client.call("PATCH", "user/mark-note", &json!({"type": "user", "fsid": "alice"})).is(200, 0);
}

/// Errors are shown as they come, so they are in its language; and none of them ends its session but one.
fn errors(client: &mut Client<'_>) {
    let to = |client: &Client<'_>, whom: &str| {
        client.call("POST", "conversation/message", &json!({"uidOrUsername": whom, "message": "x"}))
    };
    assert_eq!(to(client, "dora").is(200, 36603).body["message"], "不能给自己发私信");
    client.language = "en";
    assert_eq!(to(client, "dora").is(200, 36603).body["message"], "You can't write to yourself");
    let sign_out = [31103, 31502, 31503, 31504, 31505, 31602, 31603];
    let mark = json!({"markType": "block", "type": "user", "fsid": "nobody"});
    let absent = [
        to(client, "nobody").code(),
        client.call("GET", "user/nobody/detail", &Value::Null).code(),
        client.call("GET", "conversation/nobody/detail", &Value::Null).code(),
        client.call("PATCH", "conversation/bob/read-status", &json!({})).code(),
        client.call("POST", "user/mark", &mark).code(),
        client.call("POST", "user/auth-token", &json!({"uidOrUsername": "alice"})).code(),
        client.call("POST", "account/auth-token", &json!({"loginToken": "x"})).code(),
    ];
    assert!(absent.iter().all(|code| *code != 0 && !sign_out.contains(code)), "{absent:?}");
    let platform = std::mem::replace(&mut client.platform, "12");
    client.call("GET", "conversation/list", &Value::Null).is(200, 31101);
    client.platform = platform;
    client.call("DELETE", "account/auth-token", &Value::Null).is(200, 0);
    assert!(sign_out.contains(&client.call("GET", "conversation/list", &Value::Null).code()));
}

fn a_login_token_works_once_for_the_app_that_asked(site: &Site) {
    let (client, other) = (Client::new(site), Client::new(site));
    let email = make(site, "dora");
    let token = client.login_token(&email);
    other.redeem(&token).is(200, 31506);
    client.redeem(&format!("{}0", token.as_str().unwrap()).into()).is(200, 31506);
    client.redeem(&token).is(200, 0);
    client.redeem(&token).is(200, 31507);
    // What has changed since the password was shown counts.
    let token = client.login_token(&email);
    site.change("UPDATE accounts SET is_enable = 0 WHERE email = 'dora@example.org'");
    client.redeem(&token).is(200, 34307);
    let log = site.server.log_with(&["account/login-token", "account/auth-token"]);
    for secret in [token.as_str().unwrap(), PASSWORD, email.as_str()] {
        assert!(!log.contains(secret), "{log}");
    }
}

fn wrong_passwords_at_the_page_count_with_those_of_apps(site: &Site) {
    let client = Client::new(site);
    let email = make(site, "dora");
    for _ in 0..5 {
        client.at_the_page(&email, WRONG).is(200, 34304);
    }
    client.at_the_page(&email, PASSWORD).is(200, 34306);
    let headers = site.user_headers(&site.alice, &[("aid", None), ("uid", None), ("token", None)]);
    let body = json!({"type": "email", "account": email, "password": PASSWORD}).to_string();
    let url = site.url("/api/v2/account/login");
    try_call("POST", &url, &headers, body.as_bytes()).unwrap().is(200, 34306);
}
