//! The columns of Fresns that are read. Releases name some of them differently, and lack others.

use diesel::result::Error;
use diesel::{QueryResult, result::DatabaseErrorKind};
use sixin_application::operations::ports::{CopiedRow, CopiedValue};

/// What a column of Fresns holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number, or a flag.
    Number,
    /// A text, or JSON.
    Text,
    /// A time, in seconds there and in milliseconds here.
    Time,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its names, ours first.
    pub(super) names: &'static [&'static str],
    /// What it holds.
    pub(super) kind: Kind,
    /// What stands for it in a release that lacks it, in SQL; `None`: every release has it.
    pub(super) default: Option<&'static str>,
}

impl Column {
    /// What it is called here.
    pub(super) fn ours(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

const fn column(names: &'static [&'static str], kind: Kind, default: Option<&'static str>) -> Column {
    Column { names, kind, default }
}

const fn number(names: &'static [&'static str]) -> Column {
    column(names, Kind::Number, None)
}

const fn text(names: &'static [&'static str]) -> Column {
    column(names, Kind::Text, None)
}

const fn time(names: &'static [&'static str]) -> Column {
    column(names, Kind::Time, None)
}

const fn text_if_any(names: &'static [&'static str]) -> Column {
    column(names, Kind::Text, Some("NULL"))
}

const fn time_if_any(names: &'static [&'static str]) -> Column {
    column(names, Kind::Time, Some("NULL"))
}

const fn number_or(names: &'static [&'static str], default: &'static str) -> Column {
    column(names, Kind::Number, Some(default))
}

/// What is taken over of an account as it is.
pub(super) const ACCOUNT_REST: &[Column] = &[
    text(&["country_code"]),
    text(&["pure_phone"]),
    text(&["password"]),
    time_if_any(&["last_login_at"]),
    number(&["is_enable"]),
    time(&["created_at"]),
    time(&["updated_at"]),
    time(&["deleted_at"]),
];

/// What is taken over of a user as it is.
pub(super) const USER_REST: &[Column] = &[
    text(&["nickname"]),
    text(&["password"]),
    text(&["avatar_file_url"]),
    text_if_any(&["banner_file_url"]),
    number(&["gender"]),
    time(&["birthday"]),
    text(&["bio"]),
    text_if_any(&["location"]),
    number_or(&["verified_status"], "0"),
    text_if_any(&["verified_desc"]),
    time_if_any(&["verified_at"]),
    number_or(&["conversation_limit", "dialog_limit"], "1"),
    number_or(&["comment_limit"], "1"),
    text(&["timezone"]),
    time(&["expired_at"]),
    time_if_any(&["last_post_at"]),
    time_if_any(&["last_comment_at"]),
    time_if_any(&["last_username_at"]),
    time_if_any(&["last_nickname_at"]),
    number_or(&["rank_state"], "1"),
    number(&["is_enable"]),
    number_or(&["wait_delete"], "0"),
    time_if_any(&["wait_delete_at"]),
    time(&["created_at"]),
    time(&["updated_at"]),
    time(&["deleted_at"]),
];

/// What is taken over of a file as it is.
pub(super) const FILE_REST: &[Column] = &[
    text(&["name"]),
    text_if_any(&["mime"]),
    text(&["extension"]),
    number(&["size"]),
    text_if_any(&["md5"]),
    text_if_any(&["sha"]),
    text_if_any(&["sha_type"]),
    text(&["path"]),
    number(&["image_width"]),
    number(&["image_height"]),
    number(&["audio_time"]),
    number(&["video_time"]),
    text_if_any(&["video_cover_path"]),
    text_if_any(&["video_gif_path"]),
    text_if_any(&["more_json"]),
    number_or(&["transcoding_state"], "3"),
    number_or(&["is_sensitive"], "0"),
    number(&["is_enable"]),
    time(&["created_at"]),
];

pub(super) const ACCOUNT: &[Column] = &[number(&["id"]), text(&["aid"]), text(&["email"]), text(&["phone"])];
pub(super) const USER: &[Column] =
    &[number(&["id"]), number(&["account_id"]), number(&["uid"]), text(&["username"])];
pub(super) const FOLLOW: &[Column] = &[
    number(&["id"]),
    number(&["user_id"]),
    number(&["follow_id"]),
    text_if_any(&["user_note"]),
    number_or(&["is_mutual"], "0"),
    time(&["created_at"]),
];
pub(super) const BLOCK: &[Column] = &[
    number(&["id"]),
    number(&["user_id"]),
    number(&["block_id"]),
    text_if_any(&["user_note"]),
    number_or(&["is_mutual"], "0"),
    time(&["created_at"]),
];
/// A status counts from 1, unread; a flag says whether all is read.
pub(super) const CONVERSATION: &[Column] = &[
    number(&["id"]),
    number(&["a_user_id"]),
    number(&["b_user_id"]),
    number_or(&["a_status"], "NULL"),
    number_or(&["a_is_read"], "NULL"),
    number(&["a_is_display"]),
    number_or(&["a_is_pin", "a_is_sticky"], "0"),
    number_or(&["b_status"], "NULL"),
    number_or(&["b_is_read"], "NULL"),
    number(&["b_is_display"]),
    number_or(&["b_is_pin", "b_is_sticky"], "0"),
];
pub(super) const MESSAGE: &[Column] = &[
    number(&["id"]),
    number(&["send_user_id"]),
    number(&["receive_user_id"]),
    number(&["message_type"]),
    text(&["message_text"]),
    number(&["message_file_id"]),
    time(&["created_at"]),
    time(&["send_deleted_at"]),
    time(&["receive_deleted_at"]),
    time(&["receive_read_at"]),
    number_or(&["is_enable"], "1"),
];
pub(super) const FILE: &[Column] = &[number(&["id"]), text(&["fid"]), number(&["type"])];

/// The values of a row, one after the other.
pub(super) struct Values(std::vec::IntoIter<CopiedValue>);

impl Values {
    pub(super) fn of(row: CopiedRow) -> Self {
        Self(row.into_iter())
    }

    pub(super) fn opt_number(&mut self) -> Option<i64> {
        match self.0.next() {
            Some(CopiedValue::Number(number)) => Some(number),
            _ => None,
        }
    }

    pub(super) fn number(&mut self) -> QueryResult<i64> {
        self.opt_number().ok_or_else(|| missing("a number"))
    }

    pub(super) fn opt_text(&mut self) -> Option<String> {
        match self.0.next() {
            Some(CopiedValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn text(&mut self) -> QueryResult<String> {
        self.opt_text().ok_or_else(|| missing("a text"))
    }

    /// All that is left.
    pub(super) fn rest(self) -> CopiedRow {
        self.0.collect()
    }
}

fn missing(what: &str) -> Error {
    Error::DatabaseError(
        DatabaseErrorKind::Unknown,
        Box::new(format!("{what} is missing in a row of Fresns")),
    )
}
