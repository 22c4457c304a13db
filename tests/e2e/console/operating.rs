//! Operators and the audit on the command line.

use serde_json::Value;

use super::PASSWORD;
use crate::on_every_database;
use crate::site::{Site, command};

on_every_database!(
    operators_are_made_changed_and_listed,
    a_short_password_and_a_second_operator_of_a_name_are_refused,
    what_commands_change_is_written_down_and_what_they_only_show_is_not,
);

fn lines(site: &Site, arguments: &[&str]) -> Vec<Value> {
    let output = command(&site.database.url()).arg("--json").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn operators_are_made_changed_and_listed(site: &Site) {
    site.operator("Olga", "viewer");
    site.sixin(&["operator", "role", "olga", "support"]);
    site.sixin(&["operator", "disable", "olga"]);
    let listed = lines(site, &["operator", "list"]);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["name"], &listed[0]["role"], &listed[0]["enabled"]),
        (&"olga".into(), &"support".into(), &false.into())
    );
    site.sixin(&["operator", "disable", "olga", "--undo"]);
    assert_eq!(lines(site, &["operator", "list"])[0]["enabled"], true);
    let made = site.sixin(&["operator", "token", "create", "olga", "--name", "ci", "--scopes", "users"]);
    assert!(made["token"].as_str().unwrap().starts_with("sxo_"));
    let tokens = lines(site, &["operator", "token", "list", "olga"]);
    assert_eq!((&tokens[0]["name"], &tokens[0]["scopes"]), (&"ci".into(), &"users".into()));
    assert!(!tokens[0].to_string().contains(made["token"].as_str().unwrap()), "it is shown once");
    site.sixin(&["operator", "token", "revoke", "olga", &made["id"].to_string()]);
    assert_eq!(lines(site, &["operator", "token", "list", "olga"]).len(), 0);
    let stored = site.database.number(
        "SELECT COUNT(*) AS number FROM operators WHERE password LIKE '$argon2id$%' AND password NOT LIKE '%horse%'",
    );
    assert_eq!(stored, 1);
}

fn a_short_password_and_a_second_operator_of_a_name_are_refused(site: &Site) {
    let refused = |name: &str, password: &str| {
        use std::io::Write;
        let mut child = command(&site.database.url())
            .args(["operator", "create", name, "--role", "viewer"])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    site.operator("olga", "viewer");
    assert!(refused("olga", PASSWORD).contains("there is an operator olga already"));
    assert!(refused("nina", "short").contains("at least 12 characters"));
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM operators"), 1);
}

fn what_commands_change_is_written_down_and_what_they_only_show_is_not(site: &Site) {
    let before = site.audit(1000).len();
    for shown in [&["user", "list"][..], &["user", "show", "alice"], &["setting", "list"], &["audit", "list"]]
    {
        lines(site, shown);
    }
    assert_eq!(site.audit(1000).len(), before);
    site.sixin(&["user", "disable", &site.alice.uid.to_string()]);
    site.sixin(&["setting", "set", "nickname_max", "30"]);
    site.sixin(&["block-word", "add", "darn", "--mode", "refuse"]);
    site.sixin_with_input(&["user", "password", "bob"], PASSWORD);
    let expected = [
        "command line user.password bob",
        "command line block-word.put darn",
        "command line setting.set nickname_max",
        "command line user.disable alice",
    ];
    assert_eq!(site.audit(4), expected);
    let kept = site.database.number("SELECT COUNT(*) AS number FROM audit_log WHERE details LIKE '%horse%'");
    assert_eq!(kept, 0, "a secret was written down");
    // What failed is written down with what it was.
    let output = command(&site.database.url()).args(["user", "block", "alice", "alice"]).output().unwrap();
    assert!(!output.status.success());
    let rows = lines(site, &["audit", "list", "--limit", "2"]);
    assert_eq!(rows[0]["details"]["failed"], rows[1]["id"].to_string());
}
