//! The lines of a log, one a message (docs/wire/rongcloud.md#hourly-log).

use std::sync::Arc;

use serde::Serialize;
use sixin_application::files::links::FileLinks;
use sixin_application::messages::read_logs::LoggedMessage;
use sixin_domain::message::is_of_back_end;
use sixin_domain::message::uid as message_uid;
use sixin_domain::site::settings::Settings;

use crate::messages::history_info::{Addresses, shown};
use crate::times::LocalTimes;

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
pub(crate) struct Lines {
    pub(crate) app_id: String,
    pub(crate) settings: Arc<Settings>,
    pub(crate) origin: String,
    pub(crate) links: Arc<FileLinks>,
}

impl Lines {
    /// The line of a message, with its end.
    pub(crate) fn line(&self, logged: LoggedMessage) -> serde_json::Result<Vec<u8>> {
        let LoggedMessage { message, sender, recipient } = logged;
        // On which kind of device a user wrote is not kept.
        let source = if is_of_back_end(&message.body, message.delivery.as_ref()) { "Server" } else { "" };
        let addresses = Addresses { settings: &self.settings, origin: &self.origin, links: &self.links };
        let (classname, content) = shown(message.body, message.file.as_ref(), &addresses);
        let times = LocalTimes::of(&self.settings);
        let mut line = serde_json::to_string(&Line {
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
        line = without_separators(line);
        line.push('\n');
        Ok(line.into_bytes())
    }
}

/// A log has one message a line, also for readers to whom the characters of Unicode end one (Python's `splitlines`,
/// JavaScript before 2019). JSON has them in texts only, where they can be written in ASCII.
fn without_separators(line: String) -> String {
    const SEPARATORS: [(char, &str); 3] =
        [('\u{85}', "\\u0085"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    SEPARATORS.into_iter().fold(line, |line, (separator, written)| {
        if line.contains(separator) { line.replace(separator, written) } else { line }
    })
}

#[cfg(test)]
mod tests {
    use super::without_separators;
    use serde_json::{Value, json};

    #[test]
    fn no_text_breaks_a_line_and_each_stays_what_it_was() {
        let content = "a\u{2028}b\u{2029}c\u{85}d\n\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}";
        let line = json!({ "content": content, content: 1 }).to_string();
        let line = without_separators(line);
        assert!(line.chars().all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')), "{line:?}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["content"], content);
    }
}
