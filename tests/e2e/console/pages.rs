//! The console over HTTP, as a browser asks for it.

use super::PASSWORD;
use crate::calls::{FORM, form};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    whoever_is_not_signed_in_is_asked_to_and_comes_back,
    a_wrong_password_is_refused_and_too_many_lock_the_door,
    a_form_without_the_word_of_its_session_does_nothing,
    no_other_page_shows_the_console_and_nothing_foreign_runs_in_it,
    what_an_operator_may_not_do_is_refused_on_the_server,
    every_page_shows_in_both_languages,
    what_is_done_on_a_page_shows_in_the_api_and_in_the_audit,
    what_belongs_to_a_user_is_downloaded_and_erased_on_its_page,
    how_long_things_are_kept_stands_among_the_settings,
    whoever_signs_out_or_is_switched_off_is_out,
    what_users_write_is_shown_as_text,
);

/// A page that came.
pub(super) struct Page {
    pub(super) status: u16,
    headers: ureq::http::HeaderMap,
    pub(super) text: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the first field of that name.
    pub(super) fn field(&self, name: &str) -> String {
        let after = self.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }

    fn cookies(&self) -> Vec<String> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

/// A browser with a few cookies.
pub(super) struct Browser<'a> {
    site: &'a Site,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    pub(super) fn new(site: &'a Site) -> Self {
        Self { site, cookies: Vec::new() }
    }

    fn ask(&mut self, method: &str, path: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut call = ureq::http::Request::builder().method(method).uri(self.site.url(path));
        call = call.header("Cookie", cookies.join("; "));
        for (name, value) in more {
            call = call.header(*name, *value);
        }
        let body = if method == "POST" { form(fields) } else { Vec::new() };
        if method == "POST" {
            call = call.header("Content-Type", FORM);
        }
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent = ureq::Agent::new_with_config(config.build());
        let mut answer = agent.run(call.body(body).unwrap()).unwrap();
        let text = String::from_utf8_lossy(&answer.body_mut().read_to_vec().unwrap()).into_owned();
        let page = Page { status: answer.status().as_u16(), headers: answer.headers().clone(), text };
        for cookie in page.cookies() {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        page
    }

    pub(super) fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, &[], &[])
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.ask("POST", path, fields, &[])
    }

    pub(super) fn sign_in(&mut self, name: &str, password: &str) -> Page {
        self.sign_in_with(name, password, "")
    }

    pub(super) fn sign_in_with(&mut self, name: &str, password: &str, code: &str) -> Page {
        let word = self.get("/console/sign-in").field("form_token");
        let fields = [("form_token", word.as_str()), ("name", name), ("password", password), ("code", code)];
        self.post("/console/sign-in", &fields)
    }

    /// Sends a form with the word of the session.
    pub(super) fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let word = self.get("/console/").field("form_token");
        let mut all = vec![("form_token", word.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }
}

pub(super) fn signed_in<'a>(site: &'a Site, role: &str) -> Browser<'a> {
    site.operator(role, role);
    let mut browser = Browser::new(site);
    let page = browser.sign_in(role, PASSWORD);
    assert_eq!((page.status, page.header("location")), (303, "/console/"), "{}", page.text);
    browser
}

const PAGES: [&str; 15] = [
    "/console/",
    "/console/users",
    "/console/user?name=alice",
    "/console/conversation",
    "/console/search",
    "/console/app-keys",
    "/console/settings",
    "/console/roles",
    "/console/words",
    "/console/webhooks",
    "/console/hooks",
    "/console/operators",
    "/console/operator?name=administrator",
    "/console/audit",
    "/console/own",
];

fn whoever_is_not_signed_in_is_asked_to_and_comes_back(site: &Site) {
    let mut browser = Browser::new(site);
    for path in PAGES {
        let page = browser.get(path);
        assert_eq!(page.status, 303, "{path}");
        assert!(page.header("location").starts_with("/console/sign-in"), "{path}");
    }
    let asked = browser.get("/console/user?name=alice").header("location").to_owned();
    assert_eq!(browser.get(&asked).field("to"), "/console/user?name=alice");
    site.operator("olga", "viewer");
    let word = browser.get("/console/sign-in").field("form_token");
    let fields = [("form_token", word.as_str()), ("name", "olga"), ("password", PASSWORD)];
    let mut back = fields.to_vec();
    back.push(("to", "/console/users"));
    let page = browser.post("/console/sign-in", &back);
    assert_eq!((page.status, page.header("location")), (303, "/console/users"));
    let session = page.cookies().into_iter().find(|cookie| cookie.starts_with("sixin_console=")).unwrap();
    assert!(
        session.contains("HttpOnly")
            && session.contains("SameSite=Strict")
            && session.contains("Path=/console")
    );
    assert!(!session.contains("Max-Age"), "it ends with the browser");
    // Nobody is sent elsewhere afterwards.
    let mut other = Browser::new(site);
    let word = other.get("/console/sign-in").field("form_token");
    let mut elsewhere = vec![("form_token", word.as_str()), ("name", "olga"), ("password", PASSWORD)];
    elsewhere.push(("to", "//evil.example/"));
    assert_eq!(other.post("/console/sign-in", &elsewhere).header("location"), "/console/");
}

fn a_wrong_password_is_refused_and_too_many_lock_the_door(site: &Site) {
    site.operator("olga", "viewer");
    let mut browser = Browser::new(site);
    for name in ["olga", "nobody"] {
        let page = browser.sign_in(name, "wrong password");
        assert_eq!(page.status, 401);
        assert!(page.text.contains("The name, the password or the code is wrong."), "both are told the same");
    }
    for _ in 0..4 {
        assert_eq!(browser.sign_in("olga", "wrong password").status, 401);
    }
    assert_eq!(browser.sign_in("olga", PASSWORD).status, 429);
    assert!(browser.get("/console/").status == 303);
    assert_eq!(site.audit(1), [" sign-in.failed olga"]);
}

fn a_form_without_the_word_of_its_session_does_nothing(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    let mut other = Browser::new(site);
    other.sign_in("administrator", PASSWORD);
    let others_word = other.get("/console/").field("form_token");
    let rows = site.audit(1000).len();
    for word in ["", "x", &others_word] {
        let fields = [("form_token", word), ("name", "alice"), ("action", "delete"), ("confirm", "alice")];
        assert_eq!(browser.post("/console/user", &fields).status, 403, "{word}");
        assert_eq!(browser.post("/console/sign-out", &[("form_token", word)]).status, 403);
    }
    // With the word, but sent by another site, as browsers tell.
    let word = browser.get("/console/").field("form_token");
    let fields = [("form_token", word.as_str()), ("name", "alice"), ("action", "mute")];
    let page = browser.ask("POST", "/console/user", &fields, &[("Sec-Fetch-Site", "cross-site")]);
    assert_eq!(page.status, 403);
    // Signing in needs the word of the form and its cookie too.
    let mut bare = Browser::new(site);
    let fields = [("form_token", "x"), ("name", "administrator"), ("password", PASSWORD)];
    assert_eq!(bare.post("/console/sign-in", &fields).status, 403);
    assert_eq!(site.audit(1000).len(), rows, "nothing was done");
    assert_eq!(browser.get("/console/").status, 200, "and nobody was signed out");
}

fn no_other_page_shows_the_console_and_nothing_foreign_runs_in_it(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    let mut all = PAGES.to_vec();
    all.extend(["/console/console.css", "/console/console.js", "/console/icon.svg", "/console/sign-in"]);
    for path in all {
        let page = browser.get(path);
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        for foreign in ["https://", "//cdn", " style=", " onclick", "javascript:", "unsafe-"] {
            assert!(!page.text.contains(foreign), "{path} holds {foreign}");
        }
        if page.header("content-type").starts_with("text/html") {
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            assert_eq!(
                page.text.matches("<script").count(),
                page.text.matches("<script src=\"/console/").count()
            );
        }
    }
}

fn what_an_operator_may_not_do_is_refused_on_the_server(site: &Site) {
    let mut viewer = signed_in(site, "viewer");
    let mut support = signed_in(site, "support");
    for path in ["/console/conversation", "/console/search", "/console/audit"] {
        assert_eq!(viewer.get(path).status, 403, "{path}");
    }
    assert_eq!(support.get("/console/audit").status, 403);
    let deeds: [(&str, &[(&str, &str)]); 9] = [
        ("/console/user", &[("name", "alice"), ("action", "delete"), ("confirm", "alice")]),
        ("/console/user", &[("name", "alice"), ("action", "export"), ("reason", "a dispute")]),
        (
            "/console/user",
            &[("name", "alice"), ("action", "erase"), ("confirm", "alice"), ("reason", "a dispute")],
        ),
        ("/console/settings", &[("action", "retention")]),
        ("/console/settings", &[("key", "nickname_max"), ("value", "20")]),
        ("/console/roles", &[("role", "4"), ("action", "disable")]),
        ("/console/app-keys", &[("action", "create"), ("dialect", "rongcloud")]),
        ("/console/webhooks", &[("action", "pause"), ("id", "1")]),
        ("/console/hooks", &[("action", "pause"), ("id", "1")]),
    ];
    for (path, fields) in deeds {
        assert_eq!(viewer.submit(path, fields).status, 403, "{path}");
        assert_eq!(support.submit(path, fields).status, 403, "{path}");
    }
    for (path, fields) in [
        ("/console/user", &[("name", "alice"), ("action", "mute")][..]),
        ("/console/users", &[("username", "dora")]),
        ("/console/words", &[("action", "put"), ("word", "darn"), ("mode", "refuse")]),
        ("/console/conversation", &[("first", "alice"), ("second", "bob"), ("reason", "a dispute")]),
        ("/console/search", &[("text", "x"), ("reason", "a dispute")]),
    ] {
        assert_eq!(viewer.submit(path, fields).status, 403, "{path}");
        assert!(support.submit(path, fields).status < 400, "{path}");
    }
    // What one may not do is not offered either.
    let page = viewer.get("/console/user?name=alice").text;
    assert!(!page.contains("value=\"ban\"") && !page.contains("/console/audit"), "{page}");
}

fn every_page_shows_in_both_languages(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    for path in PAGES {
        let english = browser.get(path);
        assert_eq!(english.status, 200, "{path}");
        assert!(english.text.contains("<html lang=\"en\">") && english.text.contains("Overview"), "{path}");
        let chinese = browser.ask("GET", path, &[], &[("Accept-Language", "zh-CN,zh;q=0.9")]);
        assert!(chinese.text.contains("<html lang=\"zh\">") && chinese.text.contains("概览"), "{path}");
    }
    let page = browser.get("/console/language?to=zh&back=%2Fconsole%2Fusers");
    assert_eq!((page.status, page.header("location")), (303, "/console/users"));
    assert!(browser.get("/console/users").text.contains("用户名"), "the choice stays");
}

fn what_is_done_on_a_page_shows_in_the_api_and_in_the_audit(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    let token = site.token("administrator", super::ALL_SCOPES);
    let api = |path: &str| site.admin(&token, "GET", path, &serde_json::Value::Null).body;
    let page = browser.submit("/console/users", &[("username", "dora"), ("nickname", "Dora")]);
    assert_eq!((page.status, page.header("location")), (303, "/console/user?name=dora&done=1"));
    assert!(browser.get("/console/user?name=dora&done=1").text.contains("Done."));
    assert_eq!(api("/users/dora")["user"]["nickname"], "Dora");
    let deed = [("name", "dora"), ("action", "ban"), ("minutes", "60"), ("reason", "spam")];
    assert_eq!(browser.submit("/console/user", &deed).status, 303);
    assert!(api("/users/dora")["user"]["banned_until"].is_i64());
    assert!(browser.get("/console/user?name=dora").text.contains("banned until"));
    let row = &api("/audit?target=dora")["rows"][0];
    assert_eq!((&row["action"], &row["who"]), (&"user.ban".into(), &"administrator".into()));
    assert_eq!(row["details"]["reason"], "spam");
    let change = [("key", "nickname_max"), ("value", "21"), ("action", "")];
    assert_eq!(browser.submit("/console/settings", &change).status, 303);
    assert_eq!(site.sixin(&["setting", "get", "nickname_max"])["value"], "21");
    let word = [("action", "put"), ("word", "darn"), ("mode", "replace"), ("with", "d**n")];
    assert_eq!(browser.submit("/console/words", &word).status, 303);
    let tried = browser.submit("/console/words", &[("action", "try"), ("text", "darn it")]);
    assert!(tried.text.contains("<blockquote>d**n it</blockquote>"), "{}", tried.text);
    let made = browser.submit(
        "/console/app-keys",
        &[("action", "create"), ("dialect", "rongcloud"), ("key_name", "orders")],
    );
    assert_eq!(made.status, 200);
    assert!(made.text.contains("This secret is shown once."));
    assert!(!browser.get("/console/app-keys").text.contains("This secret is shown once."));
    // To delete somebody the name has to be typed.
    let wrong = [("name", "dora"), ("action", "delete"), ("confirm", "dor")];
    assert_eq!(browser.submit("/console/user", &wrong).status, 400);
    let right = [("name", "dora"), ("action", "delete"), ("confirm", "dora")];
    assert_eq!(browser.submit("/console/user", &right).status, 303);
    assert_eq!(api("/users/dora")["user"]["state"], "deleted");
}

fn what_belongs_to_a_user_is_downloaded_and_erased_on_its_page(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    site.sixin(&["user", "create", "dora"]);
    let page = browser.get("/console/user?name=dora").text;
    assert!(page.contains("value=\"export\"") && page.contains("value=\"erase\""), "{page}");
    assert_eq!(browser.submit("/console/user", &[("name", "dora"), ("action", "export")]).status, 400);
    let export = [("name", "dora"), ("action", "export"), ("reason", "dora asked for it")];
    let archive = browser.submit("/console/user", &export);
    assert_eq!((archive.status, archive.header("content-type")), (200, "application/zip"));
    assert!(archive.header("content-disposition").starts_with("attachment"));
    assert!(archive.text.starts_with("PK") && archive.text.contains("person.json"));
    let erase =
        |confirm, reason| [("name", "dora"), ("action", "erase"), ("confirm", confirm), ("reason", reason)];
    for (confirm, reason) in [("dor", "dora asked for it"), ("dora", "")] {
        assert_eq!(browser.submit("/console/user", &erase(confirm, reason)).status, 400);
    }
    let erased = browser.submit("/console/user", &erase("dora", "dora asked for it"));
    assert_eq!(erased.status, 303, "{}", erased.text);
    let page = browser.get(erased.header("location"));
    assert!(
        page.status == 200 && page.text.contains("[erased]") && page.text.contains("Done."),
        "{}",
        page.text
    );
    assert_eq!(browser.get("/console/user?name=dora").status, 404);
    let rows = site.audit(2);
    assert!(rows[0].starts_with("administrator user.erase [erased]"), "{rows:?}");
    assert!(rows[1].starts_with("administrator user.export [erased]"), "{rows:?}");
}

fn how_long_things_are_kept_stands_among_the_settings(site: &Site) {
    let mut browser = signed_in(site, "administrator");
    let page = browser.get("/console/settings").text;
    assert!(page.contains("How long things are kept") && !page.contains("Would go now"), "{page}");
    assert!(browser.get("/console/settings?count=1").text.contains("Would go now"));
    let ran = browser.submit("/console/settings", &[("action", "retention")]);
    assert_eq!((ran.status, ran.header("location")), (303, "/console/settings?count=1&done=1#retention"));
    assert_eq!(site.audit(1), ["administrator retention.run "]);
}

fn whoever_signs_out_or_is_switched_off_is_out(site: &Site) {
    let mut browser = signed_in(site, "viewer");
    let kept = browser.cookies.clone();
    assert_eq!(browser.submit("/console/sign-out", &[]).status, 303);
    browser.cookies = kept;
    assert_eq!(browser.get("/console/").status, 303, "the session is over, whoever kept its cookie");
    browser.sign_in("viewer", PASSWORD);
    assert_eq!(browser.get("/console/").status, 200);
    site.sixin(&["operator", "disable", "viewer"]);
    assert_eq!(browser.get("/console/").status, 303);
    assert_eq!(browser.sign_in("viewer", PASSWORD).status, 401);
    site.sixin(&["operator", "disable", "viewer", "--undo"]);
    browser.sign_in("viewer", PASSWORD);
    assert_eq!(browser.get("/console/").status, 200);
    site.sixin_with_input(&["operator", "password", "viewer"], "another password");
    assert_eq!(browser.get("/console/").status, 303, "a new password ends sessions");
}

fn what_users_write_is_shown_as_text(site: &Site) {
    let mut browser = signed_in(site, "support");
    let nasty = "<script>alert(1)</script>\"'&";
    site.send_text(&site.alice, "bob", nasty).is(200, 0);
    let fields = [("first", "alice"), ("second", "bob"), ("reason", "a \"dispute\" <b>")];
    let page = browser.submit("/console/conversation", &fields);
    assert_eq!(page.status, 200);
    assert!(page.text.contains("alert(1)") && !page.text.contains("<script>alert"), "{}", page.text);
    assert!(!page.text.contains("<b>"));
    let found = browser.get("/console/users?q=%22%3E%3Cscript%3E");
    assert!(!found.text.contains("\"><script>"));
}
