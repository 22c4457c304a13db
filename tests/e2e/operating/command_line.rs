//! The commands of the binary, as an operator uses them.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::{BINARY, Site, command, sixin, sixin_with_input};

on_every_database!(
    keys_users_and_settings_are_made_and_listed,
    a_user_is_made_with_what_its_account_signs_in_with,
    mistakes_are_named_and_change_nothing,
    users_and_their_sessions_are_shown_and_a_new_password_ends_them,
    a_key_is_shown_switched_and_given_a_rate_of_its_own,
    settings_are_reset_and_errors_are_json_where_that_was_asked_for,
    a_server_that_may_not_migrate_says_what_to_run,
);

fn run(url: &str, arguments: &[&str]) -> (bool, String) {
    let output: Output = command(url).args(arguments).output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

fn keys_users_and_settings_are_made_and_listed(site: &Site) {
    let url = site.database.url();
    let imported = sixin_with_input(
        &url,
        &["app-key", "import", "z3v5yqkbv8v30", "--dialect", "rongcloud"],
        "secret-of-16-chars\n",
    );
    assert_eq!(
        (&imported["app_id"], &imported["secret"]),
        (&Value::from("z3v5yqkbv8v30"), &Value::from("secret-of-16-chars"))
    );
    let (_, keys) = run(&url, &["app-key", "list"]);
    assert!(keys.contains("z3v5yqkbv8v30") && !keys.contains("secret"), "{keys}");
    let (_, users) = run(&url, &["user", "list"]);
    assert_eq!(users.lines().count(), 3, "{users}");
    assert_eq!(run(&url, &["setting", "get", "site_mode"]), (true, "public\n".to_owned()));
    let (_, settings) = run(&url, &["setting", "list"]);
    assert!(settings.contains("conversation_status = true"));
    let (_, roles) = run(&url, &["role", "list"]);
    assert!(roles.contains("General User") && roles.contains("Interdiction"));
    sixin(&url, &["block-word", "add", "darn", "--mode", "replace", "--with", "d**n"]);
    assert_eq!(run(&url, &["block-word", "list"]), (true, "darn\treplace\td**n\n".to_owned()));
    let (worked, line) =
        run(&url, &["curl", "rongcloud", "--app-id", &site.rong.id, "--from", "alice", "--to", "bob"]);
    assert!(worked && line.starts_with("curl ") && line.contains("Signature: "), "{line}");
    let uid = site.alice.uid.to_string();
    let (worked, line) = run(
        &url,
        &[
            "curl",
            "fresns",
            "--app-id",
            &site.fresns.id,
            "--aid",
            &site.alice.aid,
            "--uid",
            &uid,
            "--token",
            "t",
            "--to",
            "bob",
        ],
    );
    assert!(worked && line.contains("sign: ") && line.contains(r#""uidOrUsername":"bob""#), "{line}");
}

fn a_user_is_made_with_what_its_account_signs_in_with(site: &Site) {
    let url = site.database.url();
    let create = |name: &'static str, more: &[&'static str]| [&["user", "create", name], more].concat();
    let made = sixin_with_input(
        &url,
        &create("dora", &["--email", "Dora@Example.org", "--phone", "+4915112345678", "--password", "-"]),
        "correct horse\n",
    );
    let aid = made["aid"].as_str().unwrap();
    let count = |condition: &str| {
        site.database
            .number(&format!("SELECT COUNT(*) AS number FROM accounts WHERE aid = '{aid}' AND {condition}"))
    };
    assert_eq!(count("email = 'dora@example.org' AND country_code = '49' AND pure_phone = '15112345678'"), 1);
    assert_eq!(count("password LIKE '$argon2id$%'"), 1);
    for (more, reason) in [
        (&["--email", "dora@example.org"][..], "already taken: e-mail address"),
        (&["--phone", "+4915112345678"], "already taken: telephone number"),
        (&["--email", "dora"], "no e-mail address"),
        (&["--phone", "015112345678"], "country code"),
        (&["--password", "short"], "at least 8 characters"),
    ] {
        let (worked, said) = run(&url, &create("erik", more));
        assert!(!worked && said.contains(reason), "{said}");
        assert!(!said.contains("short"), "{said}");
    }
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM users WHERE username = 'erik'"), 0);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM accounts"), 4);
}

fn mistakes_are_named_and_change_nothing(site: &Site) {
    let url = site.database.url();
    for (arguments, named) in [
        (&["user", "create", "alice"][..], "already taken: username"),
        (&["user", "create", "dora", "--uid", &site.alice.uid.to_string()], "already taken: uid"),
        (&["user", "create", "a,b"], "comma"),
        (&["user", "create", "77", "--uid", "78"], "78"),
        (&["user", "disable", "nobody"], "nobody"),
        (&["user", "block", "alice", "alice"], "themself"),
        (&["user", "role", "alice", "99"], "99"),
        (&["session", "create", "alice", "--platform", "14"], "platform"),
        (&["app-key", "create", "--dialect", "fresns", "--platform", "0"], "platform"),
        (&["app-key", "rotate", "nokey"], "nokey"),
        (&["setting", "set", "site_mode", "open"], "site_mode"),
        (&["setting", "set", "no_such_setting", "1"], "no_such_setting"),
        (&["block-word", "add", "x", "--mode", "burn"], "mode"),
        (&["block-word", "import", "/nowhere"], "/nowhere"),
        (&["role", "set", "4", "--permission", "conversation"], "permission"),
        (&["role", "set", "4", "--permission", "conversatoin=true"], "did you mean conversation?"),
        (&["role", "set", "4", "--permission", "conversation=perhaps"], "true or false"),
        (&["setting", "set", "site_mod", "public"], "did you mean site_mode?"),
        (&["setting", "set", "image_max_size", "50 MB"], "a whole number from 1 to 10240"),
        (&["setting", "set", "default_role", "99"], "sixin role list"),
        (&["setting", "reset", "site_mod"], "site_mode"),
        (&["app-key", "show", "nokey"], "nokey"),
        (&["app-key", "enable", "nokey"], "nokey"),
        (&["app-key", "set", "nokey", "--sends-per-minute", "5"], "nokey"),
        (&["app-key", "set", &site.rong.id, "--sends-per-minute", "1000001"], "1000000"),
        (&["app-key", "set", &site.rong.id, "--sends-per-minute", "many"], "or site"),
        (&["user", "show", "nobody"], "nobody"),
    ] {
        let (worked, text) = run(&url, arguments);
        assert!(!worked && text.contains(named), "{arguments:?}: {text}");
    }
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM users"), 3);
}

fn users_and_their_sessions_are_shown_and_a_new_password_ends_them(site: &Site) {
    let url = site.database.url();
    let shown = sixin(&url, &["user", "show", "alice"]);
    assert_eq!((&shown["uid"], &shown["username"]), (&Value::from(site.alice.uid), &Value::from("alice")));
    assert_eq!((&shown["enabled"], &shown["has_password"]), (&Value::from(true), &Value::from(false)));
    assert_eq!(shown["sessions"].as_array().unwrap().len(), 1);
    let (_, sessions) = run(&url, &["session", "list"]);
    assert_eq!(sessions.lines().count(), 3, "{sessions}");
    let (_, sessions) = run(&url, &["session", "list", "alice"]);
    assert!(sessions.lines().count() == 1 && sessions.contains("alice"), "{sessions}");
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    site.sixin_with_input(&["user", "password", "alice"], "correct horse\n");
    site.send_text(&site.alice, "bob", "hi").is(200, 31_603);
    site.send_text(&site.bob, "alice", "hi").is(200, 0);
    let (worked, shown) = run(&url, &["user", "show", "alice"]);
    assert!(worked && shown.contains("password:  set") && !shown.contains("argon2"), "{shown}");
    assert_eq!(run(&url, &["session", "list", "alice"]), (true, String::new()));
}

fn a_key_is_shown_switched_and_given_a_rate_of_its_own(site: &Site) {
    let url = site.database.url();
    let (_, shown) = run(&url, &["app-key", "show", &site.rong.id]);
    assert!(shown.contains("that of the site") && !shown.contains(&site.rong.secret), "{shown}");
    site.sixin(&["app-key", "set", &site.rong.id, "--sends-per-minute", "2"]);
    for _ in 0..2 {
        site.publish_text("alice", "bob", "hi").is(200, 200);
    }
    site.publish_text("alice", "bob", "hi").is(429, 1008);
    // Counted by user, and apart from what the user sends itself.
    site.publish_text("carol", "bob", "hi").is(200, 200);
    site.send_text(&site.alice, "bob", "hi").is(200, 0);
    site.sixin(&["app-key", "set", &site.rong.id, "--sends-per-minute", "0"]);
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let shown = sixin(&url, &["app-key", "show", &site.rong.id]);
    assert_eq!(shown["sends_per_minute"], Value::from(0));
    site.sixin(&["app-key", "set", &site.rong.id, "--sends-per-minute", "site"]);
    assert_eq!(sixin(&url, &["app-key", "show", &site.rong.id])["sends_per_minute"], Value::Null);
    site.sixin(&["app-key", "disable", &site.rong.id]);
    site.publish_text("alice", "bob", "hi").is(401, 1002);
    site.sixin(&["app-key", "enable", &site.rong.id]);
    site.publish_text("alice", "bob", "hi").is(200, 200);
    let import = |arguments: &[&str]| {
        let mut child = command(&url)
            .args([&["app-key", "import", "short", "--dialect", "rongcloud"], arguments].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"fifteen-letters\n").unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (worked, said) = import(&[]);
    assert!(!worked && said.contains("--allow-short") && !said.contains("fifteen"), "{said}");
    let (worked, said) = import(&["--allow-short"]);
    assert!(worked && said.contains("warning"), "{said}");
}

fn settings_are_reset_and_errors_are_json_where_that_was_asked_for(site: &Site) {
    let url = site.database.url();
    sixin(&url, &["setting", "set", "site_name", "Ours"]);
    assert_eq!(sixin(&url, &["setting", "reset", "site_name"])["value"], "sixin");
    assert_eq!(run(&url, &["setting", "get", "site_name"]), (true, "sixin\n".to_owned()));
    for (arguments, code) in [
        (&["--json", "user", "show", "nobody"][..], 1),
        (&["user", "disable", "--json", "nobody"], 1),
        (&["--json", "app-key", "show", "nokey"], 1),
        (&["--json", "setting", "set", "site_mode", "open"], 1),
        (&["--json", "user", "destroy", "alice"], 2),
        (&["--json", "app-key", "create"], 2),
    ] {
        let output = command(&url).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let said: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert!(said["error"].as_str().is_some_and(|text| !text.is_empty()), "{arguments:?}: {said}");
    }
}

fn a_server_that_may_not_migrate_says_what_to_run(site: &Site) {
    site.database.execute("DELETE FROM __diesel_schema_migrations WHERE version LIKE '%6'");
    let output = command(&site.database.url())
        .env("SIXIN__DATABASE__MIGRATE_AT_START", "false")
        .arg("serve")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains("sixin migrate"), "{error}");
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused_at_start_by_name() {
    let database = TestDatabase::sqlite();
    for (key, value, named) in [
        ("SIXIN__SERVER__LISSEN", "x", "did you mean SIXIN__SERVER__LISTEN?"),
        ("SIXIN_SERVER_LISTEN", "127.0.0.1:1", "SIXIN__SERVER__LISTEN"),
        ("SIXIN__SERVER__CORS_ORIGINS", "https://app.example/", "here https://app.example"),
        ("SIXIN__RATE__SENDS", "0", "rate.sends"),
        ("SIXIN__DATABASE__URL", "postgres://x/y", "sqlite:// or mysql://"),
    ] {
        for arguments in [["serve"], ["check-config"]] {
            let output = command(&database.url()).env(key, value).args(arguments).output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && error.contains(named), "{key}: {error}");
        }
    }
    let (worked, text) = run("mysql://me:hunter2@127.0.0.1:1/db", &["check-config"]);
    assert!(worked && text.contains("mysql://127.0.0.1:1/db") && !text.contains("hunter2"), "{text}");
}

/// Whatever the shell says, and whoever makes the file: the database, its log, folders for files.
#[test]
fn what_is_made_is_for_its_owner_alone_and_a_database_open_to_others_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let made = Command::new("sh")
        .args(["-c", "umask 000; exec \"$0\" demo --once --listen 127.0.0.1:0", BINARY])
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut found = 0;
    let mut folders = vec![directory.path().join("var")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.metadata().unwrap();
            assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", path.display());
            found += 1;
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    assert!(found >= 4, "{found}");
    let database = directory.path().join("var/sixin.db");
    let url = format!("sqlite://{}", database.display());
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o644)).unwrap();
    let migrated = command(&url).arg("migrate").output().unwrap();
    let said = String::from_utf8_lossy(&migrated.stderr).into_owned();
    assert!(migrated.status.success() && said.contains("open to others") && said.contains("0644"), "{said}");
}

#[test]
fn the_demo_sends_through_both_dialects_and_reuses_what_it_made() {
    let directory = tempfile::tempdir().unwrap();
    let demo = || {
        let output = Command::new(BINARY)
            .current_dir(directory.path())
            .args(["demo", "--once", "--listen", "127.0.0.1:0"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let credentials = || std::fs::read_to_string(directory.path().join("var/demo.json")).unwrap();
    let mode = |path: &str| directory.path().join(path).metadata().unwrap().permissions().mode() & 0o777;
    let first = demo();
    assert!(first.contains("\"code\":200") && first.contains("\"code\":0"), "{first}");
    assert!(
        first.contains("seq 1") && first.contains("seq 2") && first.matches("curl -sS").count() == 3,
        "{first}"
    );
    assert!(first.contains("/api/v2/conversation/list"), "one of the lines reads: {first}");
    assert_eq!((mode("var"), mode("var/demo.json"), mode("var/sixin.db")), (0o700, 0o600, 0o600));
    let made = credentials();
    let second = demo();
    assert!(second.contains("seq 3") && second.contains("seq 4"), "{second}");
    assert_eq!(credentials(), made);
    let output =
        Command::new(BINARY).current_dir(directory.path()).args(["curl", "fresns"]).output().unwrap();
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(line.contains("uidOrUsername") && line.contains("alice"), "{line}");
}
