//! A message that grows: an answer that is read while it is written (docs/wire/rongcloud.md#stream).
//!
//! Its writer hands over pieces with numbers, each of them kept before that is answered. What both sides read is told in fewer
//! steps: a long message every second, a short one four times a second. So a message of 128 KB costs its readers no more than a few
//! megabytes, however small its pieces are.

use serde_json::Value;
use thiserror::Error;

use crate::message::object_name::{ObjectName, STREAM};
use crate::text::json_object::Pairs;
use crate::time::Millis;

/// What is to be told waits so long, in milliseconds,
pub const TELL_MS: i64 = 250;
/// and a millisecond longer for so many bytes that are told with it.
const BYTES_A_MS: i64 = 64;
/// Why a message ended whose writer fell silent: its `stopReason`, which is 0 of any other.
pub const SILENT: i64 = 1;

/// What a piece says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// What comes next.
    More(String),
    /// All there is: what was said before has changed.
    All(String),
}

/// A piece of a growing message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its number; the first piece, which is sent like any message, has 1.
    pub seq: i64,
    /// Its text.
    pub said: Said,
    /// Of the last one: why it is the last, a number of the writer's own; 0 if there is nothing to say about it.
    pub ends: Option<i64>,
}

/// Why a piece is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GrowthRefusal {
    /// One before it is missing.
    #[error("the next piece has the number {0}")]
    Gap(i64),
    /// The message is whole already, or its writer was silent for too long.
    #[error("the message has ended")]
    Over,
    /// It would be too long.
    #[error("the message would be longer than {0} bytes")]
    TooLong(usize),
    /// It was taken back.
    #[error("the message has been recalled")]
    Recalled,
}

/// What has become of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growing {
    /// Its content, as both sides read it.
    pub content: String,
    /// The number of the last piece.
    pub seq: i64,
    /// What came since the content was told.
    pub untold: String,
    /// When the last piece came.
    pub grown_at: Millis,
    /// When the content was told.
    pub told_at: Millis,
    /// Whether nothing follows.
    pub is_over: bool,
}

/// What has become of a message by a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grown {
    /// Nothing: the piece is known.
    Known,
    /// The piece is kept, and told later.
    Kept(Growing),
    /// The content has changed.
    Told(Growing),
}

/// What a content says of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The text so far.
    pub text: String,
    /// The number of its last piece.
    pub seq: i64,
    /// Whether nothing follows.
    pub is_over: bool,
    /// Whether it ended as its writer meant it to.
    pub is_complete: bool,
    /// The writer's reason for its end.
    pub complete_reason: i64,
    /// Ours.
    pub stop_reason: i64,
}

impl Stage {
    /// That of a content.
    #[must_use]
    pub fn of(content: &str) -> Self {
        let pairs = Pairs::parse(content);
        let member = |name: &str| {
            let raw = pairs.as_ref()?.get(name)?;
            serde_json::from_str::<Value>(raw.get()).ok()
        };
        let number = |name: &str| member(name).and_then(|value| value.as_i64()).unwrap_or(0);
        let is_complete = member("complete").is_none_or(|complete| complete != Value::Bool(false));
        let stop_reason = number("stopReason");
        Self {
            text: text_in(content).unwrap_or_default(),
            seq: number("seq"),
            is_over: is_complete || stop_reason != 0,
            is_complete,
            complete_reason: number("completeReason"),
            stop_reason,
        }
    }
}

/// The text in the content of such a message.
#[must_use]
pub fn text_in(content: &str) -> Option<String> {
    let pairs = Pairs::parse(content)?;
    serde_json::from_str(pairs.get("content")?.get()).ok()
}

/// The number of the piece that a message begins with which grows; `None` of any other message.
#[must_use]
pub fn begins(object_name: &ObjectName, content: &str) -> Option<i64> {
    let stage = (object_name.as_str() == STREAM).then(|| Stage::of(content))?;
    (!stage.is_over && stage.seq > 0).then_some(stage.seq)
}

enum End {
    NotYet,
    Complete(i64),
    Silent,
}

impl Growing {
    /// A message of which nothing more is to come, or nothing was ever to.
    #[must_use]
    pub fn ended(content: String, at: Millis) -> Self {
        let seq = Stage::of(&content).seq;
        Self { content, seq, untold: String::new(), grown_at: at, told_at: at, is_over: true }
    }

    /// All its text, what is not told yet with it.
    #[must_use]
    pub fn text(&self) -> String {
        text_in(&self.content).unwrap_or_default() + &self.untold
    }

    /// Its content with all its text.
    #[must_use]
    pub fn whole(&self) -> String {
        if self.untold.is_empty() { self.content.clone() } else { self.rewritten(&[]) }
    }

    /// The earliest time at which what is not told yet may be told.
    #[must_use]
    pub fn tell_at(&self) -> Millis {
        let bytes = i64::try_from(self.content.len()).unwrap_or(i64::MAX);
        self.told_at.plus(TELL_MS + bytes / BYTES_A_MS)
    }

    /// Adds a piece. One that is known changes nothing, whatever it says now: its writer has not heard that it was taken.
    ///
    /// # Errors
    /// See [`GrowthRefusal`].
    pub fn add(mut self, piece: Piece, at: Millis, most_bytes: usize) -> Result<Grown, GrowthRefusal> {
        if piece.seq <= self.seq {
            return Ok(Grown::Known);
        }
        if self.is_over {
            return Err(GrowthRefusal::Over);
        }
        let next = self.seq.saturating_add(1);
        if piece.seq != next {
            return Err(GrowthRefusal::Gap(next));
        }
        let is_all = matches!(piece.said, Said::All(_));
        match piece.said {
            Said::More(text) => self.untold.push_str(&text),
            Said::All(text) => {
                self.content = self.with(&[("content", quoted(""))]);
                self.untold = text;
            }
        }
        if self.content.len() + quoted(&self.untold).len() > most_bytes + 2 {
            return Err(GrowthRefusal::TooLong(most_bytes));
        }
        (self.seq, self.grown_at) = (piece.seq, at);
        Ok(match piece.ends {
            Some(reason) => Grown::Told(self.told(at, &End::Complete(reason))),
            None if is_all || at >= self.tell_at() => Grown::Told(self.told(at, &End::NotYet)),
            None => Grown::Kept(self),
        })
    }

    /// Tells what is due, and ends a message whose writer has been silent for so long. `None`: there is nothing to tell.
    #[must_use]
    pub fn settled(self, now: Millis, patience_ms: i64) -> Option<Self> {
        if self.is_over {
            return None;
        }
        if now.since(self.grown_at) >= patience_ms {
            return Some(self.told(now, &End::Silent));
        }
        (!self.untold.is_empty() && now >= self.tell_at()).then(|| self.told(now, &End::NotYet))
    }

    fn told(self, at: Millis, end: &End) -> Self {
        let number = |number: i64| number.to_string();
        let ending = match end {
            End::NotYet => Vec::new(),
            End::Complete(reason) => vec![
                ("complete", "true".to_owned()),
                ("completeReason", number(*reason)),
                ("stopReason", number(0)),
            ],
            End::Silent => vec![("complete", "false".to_owned()), ("stopReason", number(SILENT))],
        };
        let is_over = !matches!(end, End::NotYet);
        let content = self.rewritten(&ending);
        Self { content, untold: String::new(), told_at: at, is_over, ..self }
    }

    /// The content with all text, the last number and these members.
    fn rewritten(&self, more: &[(&'static str, String)]) -> String {
        let mut members = vec![("content", quoted(&self.text())), ("seq", self.seq.to_string())];
        members.extend_from_slice(more);
        self.with(&members)
    }

    fn with(&self, members: &[(&'static str, String)]) -> String {
        Pairs::parse(&self.content).unwrap_or_else(|| Pairs(Vec::new())).with(members)
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests;
