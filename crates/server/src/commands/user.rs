//! `sixin user`

use serde_json::json;
use sixin_application::operations::ports::{ListedUser, SignIn, UserAdmin};
use sixin_application::operations::users::{self, MainRole, UserSpec};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{MAX_SAFE_INTEGER, RoleId, UserId};
use sixin_domain::user::User as DomainUser;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::username::{Uid, Username};
use sixin_password::Passwords;
use sixin_storage::Database;

use super::user_show::{self, state};
use super::{CommandError, Output, find_user, in_hours, now, read_secret};
use super::{backup, erase};
use crate::cli::{SignInOptions, User};
use crate::config::Config;
use crate::system::SystemSecrets;

pub(super) async fn run(
    config: &Config,
    database: &Database,
    out: Output,
    command: User,
) -> Result<(), CommandError> {
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
            user_show::run(database, out, user).await?;
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
        User::Export { user, file } => backup::export(config, database, out, &user, &file).await?,
        User::Erase { user, yes } => erase::run(database, out, &user, yes).await?,
        User::Erased => erase::list(database).await?,
        User::EraseAgain => erase::again(database, out).await?,
        User::Block { user, blocked, undo } => {
            let (user, blocked) = (find_user(database, &user).await?, find_user(database, &blocked).await?);
            users::block(database, user.id, blocked.id, !undo, now()).await?;
            done(out, &user, &format!("{} {}", if undo { "unblocked" } else { "blocked" }, blocked.username));
        }
        User::Role { user, role, hours, restore } => {
            let user = find_user(database, &user).await?;
            let (until, then) = (hours.map(in_hours), restore.map(RoleId));
            let given = MainRole { role: RoleId(role), until, then };
            users::give_role(database, database, user.id, given, now()).await?;
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
