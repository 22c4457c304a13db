//! What somebody who was asked has said, and what follows.

use thiserror::Error;

use super::replacement::Replacement;
use super::rule::OnFailure;
use crate::text::names;

/// Longest reason, in characters (RongCloud's `extra`).
pub const REASON_CHARS: usize = 1024;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The message may be stored.
    Allow {
        /// Whether nobody else is asked.
        is_final: bool,
    },
    /// It may not.
    Deny {
        /// What its sender is told.
        reason: Option<Reason>,
    },
    /// It may, but otherwise than it came.
    Replace {
        /// How.
        with: Box<Replacement>,
        /// Whether nobody else is asked.
        is_final: bool,
    },
}

/// What a sender is told: something to see, on one line, not too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// That text without what can't be seen, cut where it is too long; `None` if nothing is left.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let shown = text.chars().map(|char| if char.is_control() { ' ' } else { char });
        let shown: String = shown.take(REASON_CHARS).collect();
        let shown = shown.trim();
        (!crate::text::visible::is_blank(shown)).then(|| Self(shown.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HookFailure {
    /// Nobody was asked, because nobody answers these days.
    #[error("it was not asked: it has failed too often")]
    Open,
    /// Nobody was asked, because too much was asked already.
    #[error("it was not asked: too many questions are under way")]
    Full,
    /// The answer did not come in time.
    #[error("it did not answer in time")]
    TimedOut,
    /// There was no connection, or it broke.
    #[error("it could not be reached")]
    Unreachable,
    /// It is where nobody connects to.
    #[error("its address is not one that may be connected to (webhooks.allow)")]
    Forbidden,
    /// Its certificate is for another name, over, or signed by nobody who is trusted.
    #[error(
        "its certificate is not trusted: it is for another name, its time is over, or its issuer is unknown (webhooks.ca_file)"
    )]
    Untrusted,
    /// There is no app key, or none that is on, to sign with; or no secret.
    #[error("there is nothing to sign with: its app key is not there or not on, or its secret can't be used")]
    NoKey,
    /// It answered so.
    #[error("it answered {0}")]
    Status(u16),
    /// What it answered is no answer to this.
    #[error("its answer can't be read")]
    Malformed,
}

impl HookFailure {
    /// Whether somebody was asked: only then it says something of whoever was.
    #[must_use]
    pub fn was_asked(self) -> bool {
        !matches!(self, Self::Open | Self::Full | Self::Forbidden | Self::NoKey)
    }
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It may be stored.
    Allowed,
    /// It may not.
    Denied,
    /// It was changed.
    Replaced,
    /// It was to be changed as it can't be, so it was not stored.
    BadReplacement,
    /// There was no answer, and it went on.
    FailedDelivered,
    /// There was no answer, and it was not stored.
    FailedRefused,
}

const OUTCOMES: [(Outcome, &str); 6] = [
    (Outcome::Allowed, "allowed"),
    (Outcome::Denied, "denied"),
    (Outcome::Replaced, "replaced"),
    (Outcome::BadReplacement, "bad_replacement"),
    (Outcome::FailedDelivered, "failed_delivered"),
    (Outcome::FailedRefused, "failed_refused"),
];

impl Outcome {
    /// The name in metrics, in the database and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        names::name(&OUTCOMES, &self)
    }

    /// That of the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        names::named(&OUTCOMES, name)
    }
}

/// What follows from an answer, or from none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// The next one is asked.
    GoOn,
    /// The message is stored as it is.
    Store,
    /// The message is changed; and the next one is asked, or none.
    Change(Box<Replacement>, bool),
    /// The message is not stored: somebody objects.
    Deny(Option<Reason>),
    /// The message is not stored: nobody could be asked.
    Unjudged,
}

/// What follows.
#[must_use]
pub fn consequence(answer: Result<Verdict, HookFailure>, on_failure: OnFailure) -> Consequence {
    match (answer, on_failure) {
        (Ok(Verdict::Allow { is_final: false }), _) | (Err(_), OnFailure::Deliver) => Consequence::GoOn,
        (Ok(Verdict::Allow { is_final: true }), _) => Consequence::Store,
        (Ok(Verdict::Replace { with, is_final }), _) => Consequence::Change(with, is_final),
        (Ok(Verdict::Deny { reason }), _) => Consequence::Deny(reason),
        (Err(_), OnFailure::Refuse) => Consequence::Unjudged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answers() -> impl Strategy<Value = Result<Verdict, HookFailure>> {
        prop_oneof![
            any::<bool>().prop_map(|is_final| Ok(Verdict::Allow { is_final })),
            "\\PC{0,20}".prop_map(|text| Ok(Verdict::Deny { reason: Reason::of(&text) })),
            any::<bool>().prop_map(|is_final| { Ok(Verdict::Replace { with: Box::default(), is_final }) }),
            proptest::sample::select(vec![
                HookFailure::Open,
                HookFailure::Full,
                HookFailure::TimedOut,
                HookFailure::Unreachable,
                HookFailure::Forbidden,
                HookFailure::Untrusted,
                HookFailure::NoKey,
                HookFailure::Status(500),
                HookFailure::Malformed,
            ])
            .prop_map(Err),
        ]
    }

    proptest! {
        #[test]
        fn an_answer_decides_and_only_without_one_what_the_operator_said(answer in answers()) {
            let of = |on_failure| consequence(answer.clone(), on_failure);
            let (deliver, refuse) = (of(OnFailure::Deliver), of(OnFailure::Refuse));
            match &answer {
                Ok(_) => prop_assert_eq!(&deliver, &refuse),
                Err(_) => prop_assert_eq!((&deliver, &refuse), (&Consequence::GoOn, &Consequence::Unjudged)),
            }
            let is_denied = matches!(answer, Ok(Verdict::Deny { .. }));
            prop_assert_eq!(is_denied, matches!(deliver, Consequence::Deny(_)));
            prop_assert!(deliver != Consequence::Unjudged);
        }

        #[test]
        fn a_reason_is_one_line_of_at_most_1024_characters(text in any::<String>()) {
            if let Some(reason) = Reason::of(&text) {
                prop_assert!(reason.text().chars().count() <= REASON_CHARS);
                prop_assert!(!reason.text().chars().any(char::is_control));
                prop_assert!(!reason.text().trim().is_empty());
            }
        }
    }

    #[test]
    fn a_reason_without_anything_to_see_is_none() {
        assert_eq!(Reason::of(" \n\u{200b}"), None);
        assert_eq!(Reason::of(" no\nadvertising ").unwrap().text(), "no advertising");
    }
}
