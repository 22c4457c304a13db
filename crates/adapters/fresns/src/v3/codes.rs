//! The codes that 3.x numbers anew.

/// Of each code the number it has in 3.x, where that is another one: what stands at the old number there is something else.
const RENUMBERED: &[(i64, i64)] = &[
    // No storage elsewhere.
    (32100, 32104),
    // A user who has a password, which is called a PIN there.
    (34111, 31604),
    // The role may not send.
    (36114, 36116),
    // As many as the role allows.
    (36116, 36118),
    // Too fast.
    (36117, 36119),
    // Files: comments have their old numbers.
    (37500, 37600),
    (37501, 37601),
];

/// A code in the numbers of 3.x.
pub(crate) fn renumbered(code: i64) -> i64 {
    RENUMBERED.iter().find(|(old, _)| *old == code).map_or(code, |(_, new)| *new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Failure;
    use crate::messages::{Language, MESSAGES};
    use crate::responses::words;

    #[test]
    fn a_code_has_another_number_and_the_same_words() {
        for (code, third) in [(36114, 36116), (37500, 37600), (36603, 36603), (0, 0)] {
            let failure = Failure::new(code).renumbered();
            assert_eq!(failure.code, third);
            let said = |failure: &Failure| words(failure, Language::Simplified.into()).into_owned();
            assert_eq!(said(&failure), said(&Failure::new(code)), "{code}");
        }
    }

    /// They sign out on these, whatever they stand for.
    #[test]
    fn no_code_becomes_one_that_signs_clients_out() {
        let sign_out = [31103, 31502, 31503, 31504, 31505, 31602, 31603];
        let made = MESSAGES.iter().map(|(code, ..)| *code).filter(|code| renumbered(*code) != *code);
        assert!(made.map(renumbered).all(|code| !sign_out.contains(&code)));
    }
}
