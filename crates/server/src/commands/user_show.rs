//! `sixin user show`

use std::sync::Arc;

use serde_json::{Value, json};
use sixin_application::operations::ports::{ListedSession, SessionAdmin};
use sixin_application::operations::users::{self, ShownUser};
use sixin_domain::site::role::UserRole;
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::contact::{Email, Phone};
use sixin_storage::Database;

use super::session::{described, session_json};
use super::{CommandError, Output, now, shown_time};

/// How many sessions are looked at; there is one a platform for each user of the account.
const MOST_SESSIONS: i64 = 500;

pub(super) async fn run(database: &Database, out: Output, user: Arc<User>) -> Result<(), CommandError> {
    let shown = users::show(database, user).await?;
    let uid = shown.user.uid;
    let mut sessions = SessionAdmin::list(database, Some(shown.user.account), 0, MOST_SESSIONS).await?;
    sessions.retain(|session| session.user.as_ref().is_none_or(|(of, _)| *of == uid));
    let now = now();
    out.line(&text(&shown, &sessions, now), || value(&shown, &sessions, now));
    Ok(())
}

pub(super) fn state(user: &User) -> &'static str {
    match (user.deleted_at, user.is_enabled) {
        (Some(_), _) => "deleted",
        (None, false) => "disabled",
        (None, true) => "enabled",
    }
}

/// The account: public id, e-mail address, telephone number, and whether it has a password.
fn account(shown: &ShownUser) -> (&str, Option<&str>, Option<String>, bool) {
    let Some(account) = &shown.account else { return ("", None, None, false) };
    let email = account.email.as_ref().map(Email::as_str);
    (&account.aid, email, account.phone.as_ref().map(Phone::whole), account.password.is_some())
}

fn text(shown: &ShownUser, sessions: &[ListedSession], now: Millis) -> String {
    let user = &shown.user;
    let time = |at: Option<Millis>| at.map_or("no".to_owned(), shown_time);
    let (aid, email, phone, has_password) = account(shown);
    let mut lines = vec![
        format!("uid:       {}", user.uid),
        format!("username:  {}", user.username),
        format!("nickname:  {}", user.profile.nickname),
        format!("state:     {}", state(user)),
        format!("made:      {}", shown_time(user.profile.created_at)),
        format!("banned:    {}", time(user.restrictions.banned_until)),
        format!("muted:     {}", if user.restrictions.is_muted { "yes" } else { "no" }),
        format!("expires:   {}", time(user.expired_at)),
        format!("account:   {aid}"),
        format!("e-mail:    {}", email.unwrap_or("none")),
        format!("phone:     {}", phone.as_deref().unwrap_or("none")),
        format!("password:  {}", if has_password { "set" } else { "none" }),
    ];
    lines.extend(shown.roles.iter().map(|role| format!("role:      {}", role_text(shown, role))));
    lines.extend(sessions.iter().map(|session| format!("session:   {}", described(session, now))));
    lines.join("\n")
}

fn role_text(shown: &ShownUser, role: &UserRole) -> String {
    let known = shown.role_book.0.iter().find(|known| known.id == role.role);
    let name = known.map_or("(gone)", |known| known.name.as_str());
    format!("{} {name}{}", role.role, if role.is_main { " (main)" } else { "" })
}

fn value(shown: &ShownUser, sessions: &[ListedSession], now: Millis) -> Value {
    let user = &shown.user;
    let at = |at: Option<Millis>| at.map(|at| at.0);
    let (aid, email, phone, has_password) = account(shown);
    let role = |role: &UserRole| {
        json!({
            "id": role.role.0, "main": role.is_main, "expired_at": at(role.expired_at),
            "restore": role.restore_role.map(|role| role.0),
        })
    };
    json!({
        "uid": user.uid.0, "username": user.username.as_str(), "nickname": user.profile.nickname,
        "enabled": user.is_enabled, "deleted": user.deleted_at.is_some(), "deleted_at": at(user.deleted_at),
        "created_at": user.profile.created_at.0, "expired_at": at(user.expired_at),
        "banned_until": at(user.restrictions.banned_until), "muted": user.restrictions.is_muted,
        "aid": aid, "email": email, "phone": phone, "has_password": has_password,
        "roles": shown.roles.iter().map(role).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(|session| session_json(session, now)).collect::<Vec<_>>(),
    })
}
