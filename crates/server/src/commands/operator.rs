//! `sixin operator` and `sixin audit`

use serde_json::{Value, json};
use sixin_application::operators::manage::{self, OperatorError, TokenSpec};
use sixin_application::operators::ports::{AuditLog, AuditQuery, OperatorToken, OperatorTokens, Operators};
use sixin_domain::operator::Operator as DomainOperator;
use sixin_domain::operator::audit::AuditRow;
use sixin_password::Passwords;
use sixin_storage::Database;

use super::{CommandError, Output, in_hours, now, read_secret, shown_time};
use crate::cli::{Audit, AuditList, Operator, Token};
use crate::system::SystemSecrets;

/// Rows that are read at a time.
const PAGE: i64 = 500;

pub(super) async fn run(database: &Database, out: Output, command: Operator) -> Result<(), CommandError> {
    match command {
        Operator::Create { name, role } => {
            let password = read_secret("password")?;
            let new = (name.clone(), role);
            manage::create(database, &Passwords::default(), new, &password, now()).await?;
            let text = format!("operator {name} has the role {}", role.name());
            out.line(&text, || json!({ "name": name.as_str(), "role": role.name() }));
        }
        Operator::List => {
            Operators::list(database).await?.iter().for_each(|operator| print_operator(out, operator));
        }
        Operator::Role { name, role } => {
            manage::set_role(database, &name, role).await?;
            let text = format!("operator {name} has the role {} now", role.name());
            out.line(&text, || json!({ "name": name.as_str(), "role": role.name() }));
        }
        Operator::Password { name } => {
            let password = read_secret("new password")?;
            manage::set_password(database, &Passwords::default(), &name, &password).await?;
            let text = format!("operator {name} has a new password, and is signed out everywhere");
            out.line(&text, || json!({ "name": name.as_str(), "done": "password set" }));
        }
        Operator::SecondFactor { name, off: false } => {
            let secret = manage::give_second_factor(database, database, &SystemSecrets, &name).await?;
            let (text, url) = (secret.text(), secret.url(&name));
            let lines = format!("secret: {text}\nurl:    {url}\n(the secret is not shown again)");
            out.line(&lines, || json!({ "name": name.as_str(), "secret": text, "url": url }));
        }
        Operator::SecondFactor { name, off: true } => {
            manage::take_second_factor(database, database, &name).await?;
            let text = format!("operator {name} signs in with the password alone");
            out.line(&text, || json!({ "name": name.as_str(), "second_factor": false }));
        }
        Operator::Disable { name, undo } => {
            manage::set_enabled(database, &name, undo).await?;
            let state = if undo { "on" } else { "off" };
            out.line(
                &format!("operator {name} is {state}"),
                || json!({ "name": name.as_str(), "enabled": undo }),
            );
        }
        Operator::Token(command) => token(database, out, command).await?,
    }
    Ok(())
}

async fn token(database: &Database, out: Output, command: Token) -> Result<(), CommandError> {
    match command {
        Token::Create { operator, name, scopes, hours } => {
            let owner = manage::find(database, &operator).await?;
            let spec = TokenSpec { name, scopes: scopes.clone(), ends_at: hours.map(in_hours) };
            let (id, token) = manage::create_token(database, &SystemSecrets, owner.id, spec, now()).await?;
            let text = format!(
                "id:     {id}\nscopes: {}\ntoken:  {}\n(the token is not shown again)",
                scopes.text(),
                token.reveal()
            );
            out.line(&text, || json!({ "id": id, "scopes": scopes.text(), "token": token.reveal() }));
        }
        Token::List { operator } => {
            let owner = manage::find(database, &operator).await?;
            let tokens = OperatorTokens::list(database, owner.id).await?;
            tokens.iter().for_each(|token| print_token(out, token));
        }
        Token::Revoke { operator, id } => {
            let owner = manage::find(database, &operator).await?;
            manage::revoke_token(database, owner.id, id).await?;
            out.line(&format!("token {id} is revoked"), || json!({ "id": id, "revoked": true }));
        }
    }
    Ok(())
}

fn print_operator(out: Output, operator: &DomainOperator) {
    let state = if operator.is_enabled { "on" } else { "off" };
    let seen = operator
        .signed_in_at
        .map_or_else(|| "never signed in".to_owned(), |at| format!("signed in {}", shown_time(at)));
    let (name, role) = (operator.name.as_str(), operator.role.name());
    let factor = if operator.has_second_factor { "  second factor" } else { "" };
    out.line(&format!("{name:<32} {role:<14} {state:<4} {seen}{factor}"), || {
        json!({
            "name": name, "role": role, "enabled": operator.is_enabled, "created_at": operator.created_at.0,
            "signed_in_at": operator.signed_in_at.map(|at| at.0), "second_factor": operator.has_second_factor,
        })
    });
}

fn print_token(out: Output, token: &OperatorToken) {
    let end = token.ends_at.map_or_else(|| "never ends".to_owned(), |at| format!("ends {}", shown_time(at)));
    let text = format!("{:<5} {:<24} {end}  {}", token.id, token.name, token.scopes.text());
    out.line(&text, || {
        json!({
            "id": token.id, "name": token.name, "scopes": token.scopes.text(),
            "created_at": token.created_at.0, "ends_at": token.ends_at.map(|at| at.0),
        })
    });
}

/// `sixin audit list`
pub(super) async fn audit(database: &Database, out: Output, command: Audit) -> Result<(), CommandError> {
    let Audit::List(AuditList { who, action, target, limit }) = command;
    let mut query = AuditQuery { who, action, target, before: None };
    let mut left = limit.max(0);
    while left > 0 {
        let page = AuditLog::page(database, &query, left.min(PAGE)).await?;
        let Some(last) = page.last() else { break };
        query.before = Some(last.id);
        left -= i64::try_from(page.len()).unwrap_or(left);
        page.iter().for_each(|row| print_row(out, row));
    }
    Ok(())
}

fn print_row(out: Output, row: &AuditRow) {
    let from = row.address.as_deref().map(|address| format!(" from {address}")).unwrap_or_default();
    let details = if row.details == "{}" { "" } else { &row.details };
    let text = format!("{}  {}{from}  {} {} {details}", shown_time(row.at), row.who, row.action, row.target);
    out.line(text.trim_end(), || {
        let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
        json!({
            "id": row.id, "at": row.at.0, "who": row.who, "action": row.action, "target": row.target,
            "details": details, "address": row.address,
        })
    });
}

impl From<OperatorError> for CommandError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Store(error) => error.into(),
            other => Self::Operator(other),
        }
    }
}
