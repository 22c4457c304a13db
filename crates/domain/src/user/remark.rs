//! What users call each other.

use crate::text::visible::is_name;

/// Characters of a remark at most; that bound is ours.
pub const MOST_CHARS: usize = 256;

/// What a user calls another: one line with something to see in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark(String);

impl Remark {
    /// The remark with that text; `None` if it is too long, empty, or not one line.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        let is_short = text.chars().count() <= MOST_CHARS;
        (is_short && is_name(&text)).then_some(Self(text))
    }

    /// Its text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_one_short_line_with_something_to_see_in_it() {
        let fits = |text: &str| Remark::new(text.to_owned()).is_some();
        assert!(fits("Bob from work") && fits(&"鲍".repeat(MOST_CHARS)));
        assert!(
            !fits(&"b".repeat(MOST_CHARS + 1)) && !fits("") && !fits(" ") && !fits("a\nb") && !fits("a\0")
        );
    }
}
