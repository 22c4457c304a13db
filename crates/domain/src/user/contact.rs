//! What an account is found by when somebody signs in.

use std::fmt;

/// Longest e-mail address and longest number in characters (columns `accounts.email` and `accounts.phone`).
const LONGEST: usize = 128;

/// An e-mail address, in small letters: nobody remembers how an address was once capitalised.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address; `None` if it can't be one. Whether it exists is not asked.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, host) = text.rsplit_once('@')?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = !name.is_empty() && host.len() >= 3 && text.len() <= LONGEST && !name.contains('@');
        (is_plain && fits && host.contains('.')).then(|| Self(text.to_ascii_lowercase()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A telephone number with its country code.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    country: String,
    pure: String,
}

impl Phone {
    /// Reads a number such as `+4915112345678` (E.164); `None` if it can't be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        Self::of(digits.get(..country_length(digits)?)?, digits.get(country_length(digits)?..)?)
    }

    /// The number of a country; `None` if it can't be one.
    #[must_use]
    pub fn of(country: &str, pure: &str) -> Option<Self> {
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_country = country_length(country) == Some(country.len()) && is_digits(country);
        let fits = pure.len() >= 4 && country.len() + pure.len() <= 15;
        (is_country && fits && is_digits(pure))
            .then(|| Self { country: country.to_owned(), pure: pure.to_owned() })
    }

    /// The code of the country, digits only.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.country
    }

    /// The number within the country.
    #[must_use]
    pub fn pure(&self) -> &str {
        &self.pure
    }

    /// The whole number, digits only.
    #[must_use]
    pub fn whole(&self) -> String {
        format!("{}{}", self.country, self.pure)
    }
}

/// How many digits the country code at the beginning has. No code begins with another one (ITU-T E.164).
fn country_length(digits: &str) -> Option<usize> {
    let mut first = digits.bytes();
    Some(match (first.next()?, first.next().unwrap_or_default()) {
        (b'1' | b'7', _) => 1,
        (b'2', b'0' | b'7')
        | (b'3', b'0'..=b'4' | b'6' | b'9')
        | (b'4', b'0' | b'1' | b'3'..=b'9')
        | (b'5', b'1'..=b'8')
        | (b'6', b'0'..=b'6')
        | (b'8', b'1' | b'2' | b'4' | b'6')
        | (b'9', b'0'..=b'5' | b'8') => 2,
        (b'2'..=b'9', _) => 3,
        _ => return None,
    })
}

// Whose address or number it is belongs into no log.
impl fmt::Debug for Email {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Email(…)")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_small_letters() {
        assert_eq!(
            Email::parse("Ann@Example.org").map(|email| email.as_str().to_owned()).as_deref(),
            Some("ann@example.org")
        );
        for wrong in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "ann@org",
            "a b@example.org",
            "a@b@example.org",
            "änn@example.org",
        ] {
            assert_eq!(Email::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Email::parse(&format!("{}@example.org", "a".repeat(117))), None);
    }

    #[test]
    fn a_number_is_split_behind_its_country_code() {
        for (text, country, pure) in [
            ("+4915112345678", "49", "15112345678"),
            ("+12025550123", "1", "2025550123"),
            ("+85212345678", "852", "12345678"),
            ("+8613800138000", "86", "13800138000"),
        ] {
            let phone = Phone::parse(text).unwrap();
            assert_eq!((phone.country(), phone.pure()), (country, pure));
            assert_eq!(format!("+{}", phone.whole()), text);
            assert_eq!(Phone::of(country, pure), Some(phone));
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for wrong in [
            "",
            "+",
            "4915112345678",
            "+0151123456",
            "+49",
            "+49123",
            "+49151x2345678",
            "+1234567890123456",
            "+é123456",
        ] {
            assert_eq!(Phone::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Phone::of("491", "5112345678"), None);
    }

    #[test]
    fn neither_shows_when_it_is_debugged() {
        let shown = format!("{:?} {:?}", Email::parse("ann@example.org"), Phone::parse("+4915112345678"));
        assert!(!shown.contains("ann") && !shown.contains("4915"), "{shown}");
    }
}
