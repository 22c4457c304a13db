//! Which messages are asked about, of whom, and what follows where nobody answers.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::access::app_key::Secret;
use crate::id::HookId;
use crate::message::object_name::MAX_OBJECT_NAME_CHARS;
use crate::text::names;
use crate::time::Millis;
use crate::webhook::receiver_url::ReceiverUrl;
use crate::webhook::signing_secret;

/// How long somebody who is asked may take, in milliseconds, if the operator says nothing.
pub const DEFAULT_DEADLINE_MS: i64 = 1_000;
/// And what the operator may say: a sender waits for it.
pub const DEADLINES_MS: std::ops::RangeInclusive<i64> = 100..=5_000;
/// How many questions may be under way at a time, if the operator says nothing.
pub const DEFAULT_IN_FLIGHT: usize = 64;
/// And at most.
pub const MOST_IN_FLIGHT: usize = 1_024;
/// So many names of types one rule may list.
const MOST_NAMES: usize = 32;

/// In which form is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookKind {
    /// JSON, signed like Standard Webhooks.
    Standard,
    /// A form, as RongCloud's callback before sending has it.
    RongCloud,
}

const KINDS: [(HookKind, &str); 2] = [(HookKind::Standard, "standard"), (HookKind::RongCloud, "rongcloud")];

impl HookKind {
    /// The name in the database and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&KINDS, &self)
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        names::named(&KINDS, name)
    }
}

/// By which dialect a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A user sends it from an app that speaks Fresns.
    Fresns,
    /// A user sends it from an app with RongCloud's client SDK.
    Client,
    /// A back end publishes it.
    RongCloud,
}

const ORIGINS: [(Origin, &str); 3] =
    [(Origin::Fresns, "fresns"), (Origin::Client, "client"), (Origin::RongCloud, "rongcloud")];

impl Origin {
    /// The name in the database, on the command line and on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&ORIGINS, &self)
    }
}

/// Why a text names no messages.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilterError {
    /// There is no such dialect.
    #[error("there is no dialect {0:?}; there are fresns, client and rongcloud")]
    Origin(String),
    /// None is named.
    #[error("name dialects with commas between them: fresns, client, rongcloud")]
    NoOrigin,
    /// A name that no type can have.
    #[error("{0:?} can't be the type of a message: up to 32 characters without spaces, * only at the end")]
    ObjectName(String),
    /// More names than a rule may have.
    #[error("at most 32 types can be named")]
    TooMany,
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// Dialects; one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins(BTreeSet<Origin>);

impl Origins {
    /// Reads names with commas between them.
    ///
    /// # Errors
    /// See [`FilterError`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let known =
            |name: &str| names::named(&ORIGINS, name).ok_or_else(|| FilterError::Origin(name.to_owned()));
        let origins: BTreeSet<_> = listed(text).map(known).collect::<Result<_, _>>()?;
        if origins.is_empty() { Err(FilterError::NoOrigin) } else { Ok(Self(origins)) }
    }

    /// As it is read.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|origin| origin.name()).collect::<Vec<_>>().join(",")
    }
}

/// Types of messages; none stands for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectNames(Vec<String>);

impl ObjectNames {
    /// Reads names with commas between them; one may end in `*`, and means all that begin so.
    ///
    /// # Errors
    /// See [`FilterError`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let names: Vec<String> = listed(text).map(str::to_owned).collect();
        let is_name = |name: &String| {
            let stem = name.strip_suffix('*').unwrap_or(name);
            let is_plain = |char: char| !char.is_whitespace() && !char.is_control() && char != '*';
            name.chars().count() <= MAX_OBJECT_NAME_CHARS && stem.chars().all(is_plain)
        };
        if let Some(wrong) = names.iter().find(|name| !is_name(name)) {
            return Err(FilterError::ObjectName(wrong.clone()));
        }
        if names.len() > MOST_NAMES { Err(FilterError::TooMany) } else { Ok(Self(names)) }
    }

    /// As it is read.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.join(",")
    }

    /// Whether that type is among them.
    #[must_use]
    pub fn have(&self, object_name: &str) -> bool {
        let is_meant = |name: &String| match name.strip_suffix('*') {
            Some(stem) => object_name.starts_with(stem),
            None => name == object_name,
        };
        self.0.is_empty() || self.0.iter().any(is_meant)
    }
}

/// What becomes of a message where nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It goes on as if nobody had objected.
    Deliver,
    /// It is not stored.
    Refuse,
}

const ON_FAILURE: [(OnFailure, &str); 2] = [(OnFailure::Deliver, "deliver"), (OnFailure::Refuse, "refuse")];

impl OnFailure {
    /// The name in the database and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&ON_FAILURE, &self)
    }

    /// That of the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        names::named(&ON_FAILURE, name)
    }
}

/// Somebody who is asked, and about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRule {
    /// Its number; rules are asked in the order of their numbers.
    pub id: HookId,
    /// What the operator calls it.
    pub name: String,
    /// In which form is asked.
    pub kind: HookKind,
    /// Where.
    pub url: ReceiverUrl,
    /// What is signed with; empty of RongCloud's kind.
    pub secret: Secret,
    /// The secret before the last rotation, and until when it is signed with too.
    pub former: Option<(Secret, Millis)>,
    /// The app key whose secret signs, of RongCloud's kind.
    pub app_id: Option<String>,
    /// Of which dialects messages are asked about.
    pub origins: Origins,
    /// And of which types.
    pub object_names: ObjectNames,
    /// How long an answer may take, in milliseconds.
    pub deadline_ms: i64,
    /// What follows where there is none.
    pub on_failure: OnFailure,
    /// How many questions may be under way at a time, of each process.
    pub max_in_flight: usize,
    /// Whether the operator wants it not to be asked.
    pub is_paused: bool,
    /// Changes with every change an operator makes.
    pub generation: i64,
}

impl HookRule {
    /// Whether it is asked about messages of that dialect.
    #[must_use]
    pub fn is_of(&self, origin: Origin) -> bool {
        !self.is_paused && self.origins.0.contains(&origin)
    }

    /// The secrets that are signed with, the present one first.
    pub fn live_secrets(&self, now: Millis) -> impl Iterator<Item = &Secret> {
        signing_secret::live(&self.secret, self.former.as_ref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_named_and_one_at_least() {
        let text = |text: &str| Origins::parse(text).map(|origins| origins.text());
        assert_eq!(text("fresns"), Ok("fresns".to_owned()));
        assert_eq!(text(" rongcloud, client,fresns,fresns"), Ok("fresns,client,rongcloud".to_owned()));
        assert_eq!(text(","), Err(FilterError::NoOrigin));
        assert_eq!(text("fresns,sms"), Err(FilterError::Origin("sms".to_owned())));
    }

    #[test]
    fn types_are_named_whole_or_by_how_they_begin_and_none_means_all() {
        let names = |text: &str| ObjectNames::parse(text).unwrap();
        assert!(names("").have("app:Order"));
        let some = names("RC:TxtMsg, app:*");
        assert!(some.have("RC:TxtMsg") && some.have("app:Order") && some.have("app:"));
        assert!(!some.have("RC:TxtMsg2") && !some.have("rc:TxtMsg") && !some.have("RC:ImgMsg"));
        assert_eq!(some.text(), "RC:TxtMsg,app:*");
        for wrong in ["a b", "*a", "a**", "a*b", &"x".repeat(33)] {
            assert_eq!(ObjectNames::parse(wrong), Err(FilterError::ObjectName(wrong.to_owned())));
        }
        assert_eq!(ObjectNames::parse(&vec!["x"; 33].join(",")), Err(FilterError::TooMany));
    }
}
