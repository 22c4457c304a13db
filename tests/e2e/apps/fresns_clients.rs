//! What real clients of Fresns send, in our own words: the WeChat mini-program of October 2023 (2.x), and the web engine in
//! PHP that speaks the documented headers.

use serde_json::{Value, json};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;

use crate::calls::{Answer, Headers, get, now_ms, try_call};
use crate::on_every_database;
use crate::site::{Key, Person, Site};
use crate::upload::{FOR_BOB, UPLOAD, fetch, form, png, with_form};
use crate::walk::{PASSWORD, account};

on_every_database!(
    the_mini_program_walks_from_its_start_to_errors_in_its_language,
    the_web_engine_in_php_finds_every_key_its_pages_read,
    clocks_that_are_off_by_the_zone_of_the_site_are_taken_and_nothing_between,
    both_tokens_of_a_later_client_are_checked,
);

/// A mini-program: what it has stored.
struct MiniProgram<'s> {
    site: &'s Site,
    key: Key,
    aid: Option<String>,
    aid_token: Option<String>,
    uid: Option<String>,
    uid_token: Option<String>,
    language: &'static str,
    /// By how much its clock is off.
    off_ms: i64,
}

impl<'s> MiniProgram<'s> {
    fn new(site: &'s Site) -> Self {
        let made = site.sixin(&["app-key", "create", "--dialect", "fresns", "--platform", "8"]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let key = Key { id: text("app_id"), secret: text("secret") };
        let [aid, aid_token, uid, uid_token] = [None, None, None, None];
        Self { site, key, aid, aid_token, uid, uid_token, language: "zh-Hans", off_ms: 0 }
    }

    /// The headers of one call. The values are joined raw, as its own library does.
    fn headers(&self) -> Headers {
        let stamp = (now_ms() + self.off_ms).to_string();
        let signed = [
            ("X-Fresns-App-Id", Some(self.key.id.as_str())),
            ("X-Fresns-Aid", self.aid.as_deref()),
            ("X-Fresns-Aid-Token", self.aid_token.as_deref()),
            ("X-Fresns-Client-Platform-Id", Some("8")),
            ("X-Fresns-Client-Version", Some("2.6.2")),
            ("X-Fresns-Signature-Timestamp", Some(stamp.as_str())),
            ("X-Fresns-Uid", self.uid.as_deref()),
            ("X-Fresns-Uid-Token", self.uid_token.as_deref()),
        ];
        let fields: Vec<(&'static str, String)> =
            signed.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect();
        let parts = SignedParts::Fields(fields.clone());
        let signature = HttpSignatures.sign(&parts, &Secret::new(self.key.secret.as_str()));
        // {"agent":"WeChat","networkIpv4":"127.0.0.1"}
        let device = "eyJhZ2VudCI6IldlQ2hhdCIsIm5ldHdvcmtJcHY0IjoiMTI3LjAuMC4xIn0=";
        let unsigned = [
            ("X-Fresns-Signature", signature.as_str()),
            ("X-Fresns-Client-Device-Info", device),
            ("X-Fresns-Client-Lang-Tag", self.language),
            ("X-Fresns-Client-Timezone", "+8"),
            ("X-Fresns-Client-Content-Format", ""),
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
        ];
        let unsigned = unsigned.map(|(name, value)| (name.to_owned(), value.to_owned()));
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(unsigned).collect()
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = self.site.url(&format!("/api/v2/{path}"));
        try_call(method, &url, &self.headers(), body.as_bytes()).unwrap()
    }

    fn data(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call(method, path, body).is(200, 0).body["data"].clone()
    }

    fn read(&self, path: &str) -> Value {
        self.data("GET", path, &Value::Null)
    }

    /// Signs in to an account and its first user, as the program does.
    fn sign_in(&mut self, email: &str) {
        let login = json!({
            "type": "email", "account": email, "countryCode": "", "password": PASSWORD, "verifyCode": "",
            "deviceToken": "",
        });
        let account = self.data("POST", "account/login", &login);
        let token = &account["sessionToken"];
        self.aid = token["aid"].as_str().map(str::to_owned);
        self.aid_token = token["token"].as_str().map(str::to_owned);
        for key in ["uid", "expiredHours", "expiredDays", "expiredDateTime", "expiredTime"] {
            assert!(token.get(key).is_some(), "{key}");
        }
        assert_eq!(account["detail"]["aid"], token["aid"]);
        let which = account["detail"]["users"][0]["uid"].to_string();
        let user = self.data(
            "POST",
            "user/auth",
            &json!({"uidOrUsername": which, "password": "", "deviceToken": ""}),
        );
        let token = &user["sessionToken"];
        assert_eq!(token["aid"].as_str(), self.aid.as_deref());
        self.uid = Some(token["uid"].to_string());
        self.uid_token = token["token"].as_str().map(str::to_owned);
    }
}

fn make(site: &Site, name: &str) -> String {
    let email = format!("{name}@example.org");
    site.sixin_with_input(&["user", "create", name, "--email", &email, "--password", "-"], "correct horse");
    email
}

/// The ids on a page, in its order.
fn ids(page: &Value) -> Vec<i64> {
    page["list"].as_array().unwrap().iter().map(|message| message["id"].as_i64().unwrap()).collect()
}

fn the_mini_program_walks_from_its_start_to_errors_in_its_language(site: &Site) {
    let mut program = MiniProgram::new(site);
    start(&program);
    program.sign_in(&make(site, "dora"));
    let sent: Vec<i64> = (0..4)
        .map(|number| {
            site.send_text(&site.alice, "dora", &format!("hello {number}")).is(200, 0).body["data"]["id"]
                .as_i64()
                .unwrap()
        })
        .collect();
    let panel = program.read("user/panel");
    assert_eq!(panel["conversations"]["unreadMessages"], 4);

    let list = program.read("conversation/list?page=1&pinned=false&whitelistKeys=avatar,nickname,status");
    assert_eq!(list["paginate"]["currentPage"], 1);
    let (conversation, id) = (&list["list"][0], list["list"][0]["id"].clone());
    assert_eq!((&conversation["pinned"], &conversation["unreadCount"]), (&json!(false), &json!(4)));
    let latest = &conversation["latestMessage"];
    assert_eq!((&latest["type"], &latest["message"]), (&json!(1), &json!("hello 3")));
    assert_eq!(latest["timeAgo"], "1 分钟前");

    let detail = program.read(&format!("conversation/{id}/detail?whitelistKeys=avatar,nickname,status"));
    assert_eq!((&detail["user"]["nickname"], &detail["user"]["status"]), (&json!("Alice"), &json!(true)));
    assert!(detail["user"]["avatar"].as_str().unwrap().ends_with("/assets/avatar.png"));
    let whole = json!({"type": "conversation", "conversationId": id.to_string()});
    program.call("PUT", "conversation/mark-as-read", &whole).is(200, 0);
    assert_eq!(program.read("user/panel")["conversations"]["unreadMessages"], 0);

    // The newest page with its oldest message first; older pages are put before it.
    let page = |number: i64| {
        program.read(&format!("conversation/{id}/messages?pageListDirection=oldest&pageSize=2&page={number}"))
    };
    assert_eq!([ids(&page(2)), ids(&page(1))].concat(), sent);
    assert_eq!((&page(2)["paginate"]["lastPage"], &page(2)["pagination"]["total"]), (&json!(2), &json!(4)));
    let turned = program.read(&format!("conversation/{id}/messages?pageListDirection=latest&pageSize=2"));
    assert_eq!(ids(&turned), [sent[3], sent[2]]);

    send_and_delete(site, &program, &id, &sent);
    errors(&mut program);
}

/// What it asks before anybody has signed in.
fn start(program: &MiniProgram<'_>) {
    let (status, body) = get(&program.site.url("/status.json"));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["activate"]), (200, &json!(true)));
    assert!(body["deactivateDescription"]["zh-Hans"].is_string());
    let configs = program.read("global/configs")["list"].clone();
    for key in ["cache_minutes", "menu_conversations", "site_mode", "site_name", "language_menus"] {
        assert!(!configs[key].is_null(), "{key}");
    }
    assert_eq!(configs["language_pack_contents"]["delete"], "删除");
    assert_eq!(configs["menu_conversations"], "私信");
    assert_eq!(program.read("global/configs?isAll=1")["list"], configs);
    assert_eq!(program.read("common/ip-info")["networkIpv4"], "127.0.0.1");
    assert_eq!(program.read("global/code-messages?isAll=1&unikey=Fresns")["36603"], "不能给自己发私信");
    assert_eq!(program.read("global/stickers"), json!([]));
    program.call("GET", "conversation/list", &Value::Null).is(200, 31501);
}

fn send_and_delete(site: &Site, program: &MiniProgram<'_>, id: &Value, received: &[i64]) {
    let text = json!({"uidOrUsername": site.alice.uid.to_string(), "message": "你好", "fid": null});
    let answer = program.data("POST", "conversation/send-message", &text);
    assert_eq!((&answer["content"], &answer["isMe"]), (&json!("你好"), &json!(true)));
    assert!(answer["timeAgo"].is_string());

    let fields = FOR_BOB.map(|(name, value)| (name, if name == "tableKey" { "alice" } else { value }));
    let upload = form(&fields, Some(("cat.png", &png(30, 20))));
    let uploaded = try_call("POST", &site.url(UPLOAD), &with_form(program.headers()), &upload).unwrap();
    let file = uploaded.is(200, 0).body["data"].clone();
    let body = json!({"uidOrUsername": "alice", "message": null, "fid": file["fid"]});
    assert_eq!(program.data("POST", "conversation/send-message", &body)["type"], 2);
    let latest =
        |program: &MiniProgram<'_>| program.read("conversation/list")["list"][0]["latestMessage"].clone();
    assert_eq!(
        (latest(program)["type"].clone(), latest(program)["message"].clone()),
        (json!(2), json!("[image]"))
    );
    let lookalike = json!({"uidOrUsername": "alice", "message": "[image]"});
    program.data("POST", "conversation/send-message", &lookalike);
    assert_eq!(
        (latest(program)["type"].clone(), latest(program)["message"].clone()),
        (json!(1), json!("[image]"))
    );

    let one = json!({"type": "message", "messageIds": received[0].to_string()});
    program.call("DELETE", "conversation/delete", &one).is(200, 0);
    let left = program.read(&format!("conversation/{id}/messages?pageListDirection=oldest"));
    assert!(!ids(&left).contains(&received[0]) && ids(&left).contains(&received[1]));
    program.call("PUT", "conversation/pin", &json!({"conversationId": id.to_string()})).is(200, 0);
    assert_eq!(program.read("conversation/list?pinned=1")["list"][0]["pinned"], true);
    let mark = json!({"interactionType": "follow", "markType": "user", "fsid": "alice"});
    program.call("POST", "user/mark", &mark).is(200, 0);
    let alice = program.read("user/alice/detail")["detail"].clone();
    assert_eq!(alice["interaction"]["followStatus"], true);
    let whole = json!({"type": "conversation", "conversationId": id});
    program.call("DELETE", "conversation/delete", &whole).is(200, 0);
    assert_eq!(program.read("conversation/list")["list"], json!([]));
    for path in ["notification/list", "group/categories"] {
        assert_eq!(program.read(path)["list"], json!([]), "{path}");
    }
}

/// Errors are shown as they come, so they are in its language; and none of them ends its session but one.
fn errors(program: &mut MiniProgram<'_>) {
    let to = |program: &MiniProgram<'_>, whom: &str| {
        program.call("POST", "conversation/send-message", &json!({"uidOrUsername": whom, "message": "x"}))
    };
    assert_eq!(to(program, "dora").is(200, 36603).body["message"], "不能给自己发私信");
    for (language, text) in [
        ("en", "You can't write to yourself"),
        ("en-US", "You can't write to yourself"),
        ("zh_HK", "不能傳私訊給自己"),
        ("zh-Hans-CN", "不能给自己发私信"),
    ] {
        program.language = language;
        assert_eq!(to(program, "dora").is(200, 36603).body["message"], text, "{language}");
    }
    let unknown = to(program, "nobody").code();
    program.language = "tlh";
    let refused = to(program, "alice");
    assert_eq!(
        refused.is(200, 31401).body["message"],
        "The site does not offer that language / 站点未启用该语言标签"
    );
    program.language = "en";
    let sign_out = [31502, 31503, 31504, 31505, 31602, 31603];
    let absent = [
        unknown,
        program.call("GET", "user/nobody/detail", &Value::Null).code(),
        program.call("GET", "conversation/nobody/detail", &Value::Null).code(),
        program.call("GET", "conversation/99/messages", &Value::Null).code(),
        program
            .call(
                "POST",
                "user/mark",
                &json!({"interactionType": "block", "markType": "user", "fsid": "nobody"}),
            )
            .code(),
        program.call("POST", "user/auth", &json!({"uidOrUsername": "nobody"})).code(),
        program.call("POST", "user/auth", &json!({"uidOrUsername": "alice"})).code(),
    ];
    assert!(absent.iter().all(|code| *code != 0 && !sign_out.contains(code)), "{absent:?}");
    program.call("DELETE", "account/logout", &Value::Null).is(200, 0);
    assert!(sign_out.contains(&program.call("GET", "conversation/list", &Value::Null).code()));
}

fn the_web_engine_in_php_finds_every_key_its_pages_read(site: &Site) {
    let person = &site.alice;
    site.send_text(&site.bob, "alice", "hello").is(200, 0);
    let read = |path: &str| site.get_as(person, path).is(200, 0).body["data"].clone();
    let list = read("conversation/list");
    for object in [&list["list"][0]["latestMessage"], &read("conversation/bob/detail")["latestMessage"]] {
        assert_eq!((&object["type"], &object["message"]), (&json!(1), &json!("hello")));
    }
    assert_eq!(read("group/categories")["list"], json!([]));
    assert_eq!(read("group/categories")["pagination"]["total"], 0);
    for path in ["group/tree", "global/stickers", "global/channels"] {
        assert_eq!(read(path), json!([]), "{path}");
    }
    assert_eq!(read("notification/list?type=1&page=1")["list"], json!([]));
    let types = json!({"type": "all"}).to_string();
    site.call_as(person, "PUT", "notification/mark-as-read", &types).is(200, 0);
    site.call_as(person, "DELETE", "notification/delete", &types).is(200, 0);
    let unsigned = site.user_headers(person, &[("sign", Some("00"))]);
    for path in ["group/tree", "notification/list", "common/ip-info", "global/channels"] {
        let url = site.url(&format!("/api/v2/{path}"));
        try_call("GET", &url, &unsigned, b"").unwrap().is(200, 31302);
    }
    let configs = read("global/configs?isAll=true")["list"].clone();
    for key in
        ["site_name", "site_email_login", "site_phone_login", "cache_minutes", "hashtag_show", "menu_account"]
    {
        assert!(!configs[key].is_null(), "{key}");
    }
    for menu in configs["language_menus"].as_array().unwrap() {
        for key in ["langName", "langCode", "areaStatus", "areaCode", "areaName", "rating"] {
            assert!(menu.get(key).is_some(), "{key}");
        }
    }
    site.sixin(&["setting", "set", "client.fs_theme_color", "\"teal\""]);
    site.sixin(&["setting", "set", "client.menu_account", "Mine"]);
    let own = read("global/configs?keys=fs_theme_color,menu_account")["list"].clone();
    assert_eq!(own, json!({"fs_theme_color": "teal", "menu_account": "Mine"}));
    // Its later betas send both tokens in plain names.
    let (aid, of_account, uid) = account(site, "dora");
    let dora = Person { uid: uid.as_i64().unwrap(), aid, token: of_account.clone() };
    let headers = site.user_headers(&dora, &[("uid", None)]);
    let url = site.url("/api/v2/user/auth");
    let user = try_call("POST", &url, &headers, br#"{"uidOrUsername":"dora"}"#).unwrap();
    let of_user = user.is(200, 0).body["data"]["sessionToken"]["token"].as_str().unwrap().to_owned();
    let both =
        [("aidToken", Some(of_account.as_str())), ("uidToken", Some(of_user.as_str())), ("token", None)];
    let with = |changes: &[(&'static str, Option<&str>)]| {
        let headers = site.user_headers(&dora, changes);
        try_call("GET", &site.url("/api/v2/conversation/list"), &headers, b"").unwrap().code()
    };
    assert_eq!(with(&both), 0);
    assert_eq!(with(&[both[0], ("uidToken", Some("wrong")), both[2]]), 31603);
    assert_eq!(with(&[("aidToken", Some("wrong")), both[1], both[2]]), 31505);
    let (status, headers, picture) = fetch(&site.url("/assets/avatar.png"), &[]);
    assert_eq!((status, &picture[..4]), (200, &b"\x89PNG"[..]));
    assert!(headers.contains(&("content-type".to_owned(), "image/png".to_owned())));
}

fn clocks_that_are_off_by_the_zone_of_the_site_are_taken_and_nothing_between(site: &Site) {
    const MINUTE: i64 = 60_000;
    let mut program = MiniProgram::new(site);
    // A fresh site is in +8.
    for (minutes, code) in [
        (0, 0),
        (-9, 0),
        (9, 0),
        (-11, 31303),
        (11, 31303),
        (-480, 0),
        (-471, 0),
        (-469, 31303),
        (-240, 31303),
        (480, 31303),
    ] {
        program.off_ms = minutes * MINUTE;
        assert_eq!(program.call("GET", "common/ip-info", &Value::Null).code(), code, "{minutes}");
    }
    // The documented spelling is held to five minutes.
    let stamp = (now_ms() - 6 * MINUTE).to_string();
    let headers = site.user_headers(&site.alice, &[("timestamp", Some(&stamp))]);
    try_call("GET", &site.url("/api/v2/conversation/list"), &headers, b"").unwrap().is(200, 31303);
}

fn both_tokens_of_a_later_client_are_checked(site: &Site) {
    let mut program = MiniProgram::new(site);
    program.sign_in(&make(site, "dora"));
    let list = |program: &MiniProgram<'_>| program.call("GET", "conversation/list", &Value::Null).code();
    assert_eq!(list(&program), 0);
    let (of_account, of_user) = (program.aid_token.clone(), program.uid_token.clone());
    for (account, user, code) in [
        (Some("wrong".to_owned()), of_user.clone(), 31505),
        (of_account.clone(), Some("wrong".to_owned()), 31603),
        (of_user.clone(), of_account.clone(), 31505),
        (None, of_user.clone(), 31503),
        (of_account.clone(), None, 31503),
    ] {
        (program.aid_token, program.uid_token) = (account, user);
        assert_eq!(list(&program), code);
    }
    (program.aid_token, program.uid_token) = (of_account, of_user);
    assert_eq!(list(&program), 0);
    // With the account's own token a user may be switched while one is signed in.
    program.call("POST", "user/auth", &json!({"uidOrUsername": "dora"})).is(200, 0);
    assert_eq!(list(&program), 31603, "the new token ends the former");
}
