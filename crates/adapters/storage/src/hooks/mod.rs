//! Those who are asked before a message is stored, and what they said: tables `hooks` and `hook_decisions`.

mod decisions;
mod rules;

pub(crate) use self::decisions::sweep;
