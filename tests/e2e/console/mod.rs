//! What operators use: the command line, the administration API, the console.

mod api;
mod keeping;
mod operating;
mod own_account;
mod own_listener;
mod pages;
mod walk;

use serde_json::Value;

use crate::calls::{Answer, Headers, try_call};
use crate::site::Site;

/// A password that is long enough for an operator.
pub(crate) const PASSWORD: &str = "correct horse battery";

impl Site {
    /// Makes an operator.
    pub(crate) fn operator(&self, name: &str, role: &str) {
        self.sixin_with_input(&["operator", "create", name, "--role", role], PASSWORD);
    }

    /// Makes an operator with a token of all scopes that there are; answers the token.
    pub(crate) fn operator_with_token(&self, name: &str, role: &str) -> String {
        self.operator(name, role);
        self.token(name, ALL_SCOPES)
    }

    pub(crate) fn token(&self, operator: &str, scopes: &str) -> String {
        let made =
            self.sixin(&["operator", "token", "create", operator, "--name", "test", "--scopes", scopes]);
        made["token"].as_str().unwrap().to_owned()
    }

    /// Calls the administration API.
    pub(crate) fn admin(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let headers: Headers = vec![
            ("Authorization".into(), format!("Bearer {token}")),
            ("Content-Type".into(), "application/json".into()),
        ];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        try_call(method, &self.url(&format!("/admin/v1{path}")), &headers, body.as_bytes()).unwrap()
    }

    /// The newest rows of the audit, as the command line lists them: `who action target`.
    pub(crate) fn audit(&self, limit: usize) -> Vec<String> {
        let url = self.database.url();
        let output = crate::site::command(&url)
            .args(["--json", "audit", "list", "--limit", &limit.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let word = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.map(|row| format!("{} {} {}", word(&row, "who"), word(&row, "action"), word(&row, "target")))
            .collect()
    }
}

pub(crate) const ALL_SCOPES: &str = "overview,users,site,users.create,users.sessions,users.restrict,messages,words,\
    users.delete,users.export,users.erase,site.change,retention,app-keys,receivers,audit,operators";
