//! The lines of a log, one a message (facts: rongcloud 9.3).

use std::sync::Arc;

use serde::Serialize;
use sixin_application::file_links::FileLinks;
use sixin_application::read_logs::LoggedMessage;
use sixin_domain::body::Body;
use sixin_domain::message_uid;
use sixin_domain::settings::Settings;

use super::history_info::{Addresses, shown};
use super::times::LocalTimes;

/// A conversation of two users.
const PRIVATE: u8 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    app_id: &'a str,
    from_user_id: &'a str,
    target_id: &'a str,
    target_type: u8,
    #[serde(rename = "GroupId")]
    group_id: &'static str,
    classname: String,
    content: String,
    date_time: String,
    #[serde(rename = "msgUID")]
    msg_uid: String,
    source: &'static str,
}

/// What all lines of a log have in common.
pub(super) struct Lines {
    pub(super) app_id: String,
    pub(super) settings: Arc<Settings>,
    pub(super) origin: String,
    pub(super) links: Arc<FileLinks>,
}

impl Lines {
    /// The line of a message, with its end.
    pub(super) fn line(&self, logged: LoggedMessage) -> serde_json::Result<Vec<u8>> {
        let LoggedMessage { message, sender, recipient } = logged;
        // On which kind of device a user wrote is not kept.
        let source = if matches!(message.body, Body::Typed { .. }) { "Server" } else { "" };
        let addresses = Addresses { settings: &self.settings, origin: &self.origin, links: &self.links };
        let (classname, content) = shown(message.body, message.file.as_ref(), &addresses);
        let times = LocalTimes::of(&self.settings);
        let mut line = serde_json::to_vec(&Line {
            app_id: &self.app_id,
            from_user_id: sender.as_str(),
            target_id: recipient.as_str(),
            target_type: PRIVATE,
            group_id: "",
            classname,
            content,
            date_time: times.to_the_millisecond(message.sent_at),
            msg_uid: message_uid::encode(message.id),
            source,
        })?;
        line.push(b'\n');
        Ok(line)
    }
}
