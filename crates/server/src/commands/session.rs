//! `sixin session`

use serde_json::{Value, json};
use sixin_application::operations::ports::{ListedSession, SessionAdmin};
use sixin_application::operations::sessions;
use sixin_domain::id::AccountId;
use sixin_domain::time::Millis;
use sixin_storage::Database;

use super::{CommandError, Output, find_user, in_hours, now, shown_time};
use crate::cli::Session;
use crate::system::SystemSecrets;

pub(super) async fn run(database: &Database, out: Output, command: Session) -> Result<(), CommandError> {
    match command {
        Session::Create { user, platform, hours } => {
            let user = find_user(database, &user).await?;
            let until = hours.map(in_hours);
            let token = sessions::create(
                database,
                &SystemSecrets,
                (user.account, Some(user.id)),
                platform,
                until,
                now(),
            )
            .await?;
            let text =
                format!("uid:   {}\ntoken: {}\n(the token is not shown again)", user.uid, token.reveal());
            out.line(&text, || json!({ "uid": user.uid.0, "token": token.reveal(), "platform": platform }));
        }
        Session::List { user, limit } => {
            let account = match user {
                Some(user) => Some(find_user(database, &user).await?.account),
                None => None,
            };
            list(database, out, account, limit).await?;
        }
        Session::Revoke { user, platform } => {
            let user = find_user(database, &user).await?;
            let revoked = database.revoke(user.id, platform).await?;
            out.line(&format!("{revoked} session(s) ended"), || json!({ "revoked": revoked }));
        }
    }
    Ok(())
}

async fn list(
    database: &Database,
    out: Output,
    account: Option<AccountId>,
    limit: i64,
) -> Result<(), CommandError> {
    let (mut after, mut left, now) = (0, limit.max(0), now());
    while left > 0 {
        let page = SessionAdmin::list(database, account, after, left.min(500)).await?;
        let Some(last) = page.last() else { break };
        after = last.number;
        left -= i64::try_from(page.len()).unwrap_or(left);
        page.iter().for_each(|session| print_session(out, session, now));
    }
    Ok(())
}

/// One session, without its token, of which only a hash is kept.
fn print_session(out: Output, session: &ListedSession, now: Millis) {
    out.line(&described(session, now), || session_json(session, now));
}

pub(super) fn described(session: &ListedSession, now: Millis) -> String {
    let whose = match &session.user {
        Some((uid, username)) => format!("{uid} {username}"),
        None => "(account)".to_owned(),
    };
    let end = match session.expired_at {
        None => "never ends".to_owned(),
        Some(at) if at < now => format!("ended {}", shown_time(at)),
        Some(at) => format!("ends {}", shown_time(at)),
    };
    let (platform, made) = (session.platform, shown_time(session.created_at));
    format!("{whose:<32} {:<10} platform {platform:>2}  made {made}  {end}", session.aid)
}

pub(super) fn session_json(session: &ListedSession, now: Millis) -> Value {
    let user = session.user.as_ref();
    json!({
        "uid": user.map(|(uid, _)| uid.0), "username": user.map(|(_, username)| username.as_str()),
        "aid": session.aid, "platform": session.platform, "created_at": session.created_at.0,
        "expired_at": session.expired_at.map(|at| at.0),
        "expired": session.expired_at.is_some_and(|at| at < now),
    })
}
