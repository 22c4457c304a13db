//! What an operator proves beside its password: a code of six digits that changes every thirty seconds (RFC 6238), made by an app that
//! shares a secret with the server.

use std::fmt;

use thiserror::Error;
use totp_rs::{Builder, Secret, Totp};

use super::OperatorName;
use crate::time::Millis;

/// Bytes of a secret, as RFC 4226 (section 4, R6) recommends.
pub const SECRET_BYTES: usize = 20;
/// Seconds that a code lasts.
const STEP_S: u64 = 30;
/// Steps before and after the present one whose codes are taken too: clocks differ, and people type slowly (RFC 6238, section 5.2).
const SKEW: u16 = 1;
/// Who issues the codes, as apps show it.
const ISSUER: &str = "sixin";

/// Why something is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret of a second factor is 32 letters and digits of Base32")]
pub struct FactorSecretError;

/// What the app of an operator and the server share.
#[derive(Clone, PartialEq, Eq)]
pub struct FactorSecret([u8; SECRET_BYTES]);

/// It never appears in logs.
impl fmt::Debug for FactorSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FactorSecret")
    }
}

impl FactorSecret {
    /// Of these bytes, which MUST come from a cryptographically secure generator.
    #[must_use]
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads what [`text`](Self::text) has written, in groups or not.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, FactorSecretError> {
        let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let secret = Secret::try_from_base32(plain).map_err(|_| FactorSecretError)?;
        secret.as_bytes().try_into().map(Self).map_err(|_| FactorSecretError)
    }

    /// In Base32, as people type it into an app.
    #[must_use]
    pub fn text(&self) -> String {
        Secret::from(self.0).to_base32()
    }

    /// What apps read from a picture.
    #[must_use]
    pub fn url(&self, operator: &OperatorName) -> String {
        // It fails only for names that no operator can have.
        let named = self.codes().with_account_name(operator.as_str()).with_issuer(Some(ISSUER));
        named.build().and_then(|totp| totp.to_url()).unwrap_or_default()
    }

    /// In which step of time that is the code, at present or a step away; `None` if it is none.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Millis) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let now = u64::try_from(now.0 / 1000).ok()?;
        self.totp()?.check(&code, now).and_then(|step| i64::try_from(step).ok())
    }

    /// The code of a moment.
    #[must_use]
    pub fn code(&self, at: Millis) -> Option<String> {
        Some(self.totp()?.generate(u64::try_from(at.0 / 1000).ok()?).to_string())
    }

    fn codes(&self) -> Builder {
        Builder::new().with_secret(self.0).with_step_duration(STEP_S).with_skew(SKEW)
    }

    fn totp(&self) -> Option<Totp> {
        self.codes().build().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn secret() -> FactorSecret {
        FactorSecret::new(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(secret().code(Millis(second * 1000)).as_deref(), Some(code));
        }
    }

    #[test]
    fn a_code_is_taken_a_step_early_and_a_step_late_and_no_more() {
        let at = |second: i64| secret().step_of("28 7082", Millis(second * 1000));
        for second in [0, 30, 59, 60, 89] {
            assert_eq!(at(second), Some(1), "{second}");
        }
        assert_eq!(at(90), None);
        for wrong in ["", "28708", "2870820", "287083", "+87082", "abcdef", "２８７０８２"] {
            assert_eq!(secret().step_of(wrong, Millis(59_000)), None, "{wrong}");
        }
        assert_eq!(secret().step_of("287082", Millis(-59_000)), None);
    }

    #[test]
    fn a_secret_is_read_as_it_is_written_and_is_never_seen_by_chance() {
        let text = secret().text();
        assert_eq!(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(FactorSecret::parse(&text), Ok(secret()));
        assert_eq!(FactorSecret::parse("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"), Ok(secret()));
        for wrong in ["", "GEZDGNBV", "0EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", &format!("{text}{text}"), "ä"] {
            assert_eq!(FactorSecret::parse(wrong), Err(FactorSecretError), "{wrong}");
        }
        assert_eq!(format!("{:?}", secret()), "FactorSecret");
    }

    #[test]
    fn apps_read_who_it_is_for() {
        let name = OperatorName::new("ann@example.org").unwrap();
        let expected =
            "otpauth://totp/sixin:ann%40example%2Eorg?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sixin";
        assert_eq!(secret().url(&name).replace("%2E", "."), expected.replace("%2E", "."));
    }
}
