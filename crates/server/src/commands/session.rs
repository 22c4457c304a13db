//! `sixin session`

use serde_json::json;
use sixin_application::admin::sessions;
use sixin_application::ports::SessionAdmin;
use sixin_storage::Database;

use super::{CommandError, Output, find_user, in_hours, now};
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
        Session::Revoke { user, platform } => {
            let user = find_user(database, &user).await?;
            let revoked = database.revoke(user.id, platform).await?;
            out.line(&format!("{revoked} session(s) ended"), || json!({ "revoked": revoked }));
        }
    }
    Ok(())
}
