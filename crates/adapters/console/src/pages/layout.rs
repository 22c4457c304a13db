//! What all pages have in common.

use chrono::DateTime;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sixin_application::operators::caller::Caller;
use sixin_domain::operator::permission::Permission;

use super::words::Words;

/// A number, by whatever way a template has it.
pub(super) trait Number {
    fn number(&self) -> i64;
}

impl Number for i64 {
    fn number(&self) -> i64 {
        *self
    }
}

impl<T: Number> Number for &T {
    fn number(&self) -> i64 {
        (*self).number()
    }
}

/// Around each page.
pub(super) struct Layout {
    /// The words of its language.
    pub(super) w: &'static Words,
    /// Which page it is.
    pub(super) page: &'static str,
    /// The name of the operator.
    pub(super) name: String,
    /// What the operator is.
    pub(super) role: &'static str,
    /// What forms carry.
    pub(super) form_token: String,
    /// Where the language is changed and one comes back to.
    pub(super) here: String,
    /// Whether something was done that is to be said.
    pub(super) is_done: bool,
    /// What the operator may do.
    pub(super) may: Vec<Permission>,
}

impl Layout {
    pub(super) fn new(w: &'static Words, page: &'static str, caller: &Caller, form_token: String) -> Self {
        let all = Permission::TABLE.into_iter().map(|(permission, ..)| permission);
        Self {
            w,
            page,
            name: caller.name().to_string(),
            role: w.role(caller.role()),
            form_token,
            here: String::new(),
            is_done: false,
            may: all.filter(|permission| caller.may(*permission)).collect(),
        }
    }

    /// Whether the operator may do what has that name.
    pub(super) fn may(&self, name: impl AsRef<str>) -> bool {
        Permission::from_name(name.as_ref()).is_some_and(|permission| self.may.contains(&permission))
    }

    /// A moment.
    pub(super) fn time(&self, at: impl Number) -> String {
        moment(at.number(), "%Y-%m-%d %H:%M:%S")
    }

    /// The same for programs.
    pub(super) fn iso(&self, at: impl Number) -> String {
        moment(at.number(), "%Y-%m-%dT%H:%M:%SZ")
    }

    /// A text in an address.
    pub(super) fn encoded(&self, text: impl AsRef<str>) -> String {
        utf8_percent_encode(text.as_ref(), NON_ALPHANUMERIC).to_string()
    }
}

fn moment(at: i64, pattern: &str) -> String {
    DateTime::from_timestamp_millis(at).map(|time| time.format(pattern).to_string()).unwrap_or_default()
}

/// A size for people.
pub(super) fn size(bytes: f64) -> String {
    let (mut rest, mut unit) = (bytes.max(0.0), "B");
    for next in ["kB", "MB", "GB", "TB"] {
        if rest < 1000.0 {
            break;
        }
        (rest, unit) = (rest / 1000.0, next);
    }
    if rest < 10.0 && unit != "B" { format!("{rest:.1} {unit}") } else { format!("{rest:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in
            [(0.0, "0 B"), (999.0, "999 B"), (1_500.0, "1.5 kB"), (2.0e10, "20 GB"), (-1.0, "0 B")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
