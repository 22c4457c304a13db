//! `sixin user`

use serde_json::json;
use sixin_application::admin::users::{self, ShownUser, UserSpec};
use sixin_application::ports::{ListedSession, ListedUser, Roles, SessionAdmin, SignIn, UserAdmin};
use sixin_domain::app_key::Secret;
use sixin_domain::contact::{Email, Phone};
use sixin_domain::id::{MAX_SAFE_INTEGER, RoleId, UserId};
use sixin_domain::role::UserRole;
use sixin_domain::time::Millis;
use sixin_domain::user::User as DomainUser;
use sixin_domain::username::{Uid, Username};
use sixin_password::Passwords;
use sixin_storage::Database;

use super::session::{described, session_json};
use super::{CommandError, Output, find_user, in_hours, now, read_secret, shown_time};
use crate::cli::{SignInOptions, User};
use crate::system::SystemSecrets;

pub(super) async fn run(database: &Database, out: Output, command: User) -> Result<(), CommandError> {
    match command {
        User::Create { username, uid, nickname, aid, sign_in } => {
            let name = Username::new(username.as_str())
                .map_err(|error| CommandError::Username(format!("the username {username:?}"), error))?;
            let uid = uid.map(checked_uid).transpose()?;
            let sign_in = checked_sign_in(sign_in).await?;
            let spec = UserSpec { username: name, uid, nickname, aid, sign_in };
            let user = users::create(database, &SystemSecrets, spec, now()).await?;
            let text =
                format!("user {} has uid {} and belongs to account {}", user.username, user.uid, user.aid);
            out.line(
                &text,
                || json!({ "username": user.username.as_str(), "uid": user.uid.0, "aid": user.aid }),
            );
        }
        User::Show { user } => {
            let user = find_user(database, &user).await?;
            show(database, out, user).await?;
        }
        User::Password { user } => {
            let user = find_user(database, &user).await?;
            let password = read_secret("new password")?;
            let passwords = Passwords::default();
            let ended = users::set_password(database, &passwords, user.account, &password, now()).await?;
            done(out, &user, &format!("password set, {ended} session(s) ended"));
        }
        User::Disable { user, undo } => {
            let user = find_user(database, &user).await?;
            UserAdmin::set_enabled(database, user.id, undo).await?;
            done(out, &user, if undo { "enabled" } else { "disabled" });
        }
        User::Delete { user } => {
            let user = find_user(database, &user).await?;
            UserAdmin::delete(database, user.id, now()).await?;
            done(out, &user, "deleted");
        }
        User::Block { user, blocked, undo } => {
            let (user, blocked) = (find_user(database, &user).await?, find_user(database, &blocked).await?);
            if user.id == blocked.id {
                return Err(CommandError::Usage("nobody blocks themself".to_owned()));
            }
            database.set_blocked(user.id, blocked.id, !undo, now()).await?;
            done(out, &user, &format!("{} {}", if undo { "unblocked" } else { "blocked" }, blocked.username));
        }
        User::Role { user, role, hours, restore } => {
            let user = find_user(database, &user).await?;
            for id in [Some(role), restore].into_iter().flatten() {
                if !database.book().await?.0.iter().any(|role| role.id == RoleId(id)) {
                    return Err(CommandError::NotFound(format!("role {id}; see `sixin role list`")));
                }
            }
            let until = hours.map(in_hours);
            database.set_main_role(user.id, RoleId(role), until, restore.map(RoleId), now()).await?;
            done(out, &user, &format!("given role {role}"));
        }
        User::List { limit } => list(database, out, limit).await?,
    }
    Ok(())
}

async fn checked_sign_in(options: SignInOptions) -> Result<SignIn, CommandError> {
    let wrong = |what: &str| CommandError::Usage(what.to_owned());
    let email = options.email.map(|text| Email::parse(&text).ok_or("that is no e-mail address"));
    let phone = options.phone.map(|text| {
        Phone::parse(&text).ok_or("a telephone number has a country code, such as +4915112345678")
    });
    let email = email.transpose().map_err(wrong)?;
    let phone = phone.transpose().map_err(wrong)?;
    let password = match options.password.as_deref() {
        Some("-") => Some(read_secret("password")?),
        password => password.map(Secret::new),
    };
    let password = match password {
        Some(password) => Some(users::hash_password(&Passwords::default(), &password).await?),
        None => None,
    };
    Ok(SignIn { email, phone, password })
}

fn checked_uid(uid: i64) -> Result<Uid, CommandError> {
    if (1..=MAX_SAFE_INTEGER).contains(&uid) {
        return Ok(Uid(uid));
    }
    Err(CommandError::Usage("a uid is a number from 1 to 9007199254740991".to_owned()))
}

async fn show(database: &Database, out: Output, user: DomainUser) -> Result<(), CommandError> {
    let ShownUser { user, account, roles, role_book } = users::show(database, user).await?;
    let sessions: Vec<ListedSession> = SessionAdmin::list(database, Some(user.account), 0, 500)
        .await?
        .into_iter()
        .filter(|session| session.user.as_ref().is_none_or(|(uid, _)| *uid == user.uid))
        .collect();
    let now = now();
    let role_name = |role: &UserRole| {
        let name = role_book.0.iter().find(|known| known.id == role.role).map(|known| known.name.as_str());
        format!("{} {}", role.role, name.unwrap_or("(gone)"))
    };
    let time = |at: Option<Millis>| at.map_or("no".to_owned(), shown_time);
    let account = account.as_ref();
    let email = account.and_then(|account| account.email.as_ref()).map(|email| email.as_str().to_owned());
    let phone = account.and_then(|account| account.phone.as_ref()).map(|phone| phone.whole());
    let has_password = account.is_some_and(|account| account.password.is_some());
    let aid = account.map(|account| account.aid.as_str()).unwrap_or_default();
    let mut lines = vec![
        format!("uid:       {}", user.uid),
        format!("username:  {}", user.username),
        format!("nickname:  {}", user.profile.nickname),
        format!("state:     {}", state(&user)),
        format!("made:      {}", shown_time(user.profile.created_at)),
        format!("banned:    {}", time(user.restrictions.banned_until)),
        format!("muted:     {}", if user.restrictions.is_muted { "yes" } else { "no" }),
        format!("expires:   {}", time(user.expired_at)),
        format!("account:   {aid}"),
        format!("e-mail:    {}", email.as_deref().unwrap_or("none")),
        format!("phone:     {}", phone.as_deref().unwrap_or("none")),
        format!("password:  {}", if has_password { "set" } else { "none" }),
    ];
    lines.extend(
        roles.iter().map(|role| {
            format!("role:      {}{}", role_name(role), if role.is_main { " (main)" } else { "" })
        }),
    );
    lines.extend(sessions.iter().map(|session| format!("session:   {}", described(session, now))));
    out.line(&lines.join("\n"), || {
        let at = |at: Option<Millis>| at.map(|at| at.0);
        json!({
            "uid": user.uid.0, "username": user.username.as_str(), "nickname": user.profile.nickname,
            "enabled": user.is_enabled, "deleted": user.deleted_at.is_some(), "deleted_at": at(user.deleted_at),
            "created_at": user.profile.created_at.0, "expired_at": at(user.expired_at),
            "banned_until": at(user.restrictions.banned_until), "muted": user.restrictions.is_muted,
            "aid": aid, "email": email, "phone": phone, "has_password": has_password,
            "roles": roles.iter().map(|role| json!({
                "id": role.role.0, "main": role.is_main, "expired_at": at(role.expired_at),
                "restore": role.restore_role.map(|role| role.0),
            })).collect::<Vec<_>>(),
            "sessions": sessions.iter().map(|session| session_json(session, now)).collect::<Vec<_>>(),
        })
    });
    Ok(())
}

fn state(user: &DomainUser) -> &'static str {
    match (user.deleted_at, user.is_enabled) {
        (Some(_), _) => "deleted",
        (None, false) => "disabled",
        (None, true) => "enabled",
    }
}

fn done(out: Output, user: &DomainUser, what: &str) {
    let text = format!("{} ({}): {what}", user.username, user.uid);
    out.line(&text, || json!({ "username": user.username.as_str(), "uid": user.uid.0, "done": what }));
}

async fn list(database: &Database, out: Output, limit: i64) -> Result<(), CommandError> {
    let (mut after, mut left) = (UserId(0), limit.max(0));
    while left > 0 {
        let page = UserAdmin::list(database, after, left.min(500)).await?;
        let Some(last) = page.last() else { break };
        after = last.user.id;
        left -= i64::try_from(page.len()).unwrap_or(left);
        page.iter().for_each(|row| print_row(out, row));
    }
    Ok(())
}

fn print_row(out: Output, row: &ListedUser) {
    let user = &row.user;
    let state = Some(state(user)).filter(|state| *state != "enabled").unwrap_or_default();
    let text = format!("{:<17} {:<32} {:<10} {state}", user.uid, user.username.as_str(), row.aid);
    out.line(text.trim_end(), || {
        json!({
            "uid": user.uid.0, "username": user.username.as_str(), "aid": row.aid,
            "enabled": user.is_enabled, "deleted": user.deleted_at.is_some(),
        })
    });
}
