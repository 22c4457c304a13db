//! Fresns: MD5 over sorted names and values (docs/wire/fresns.md#signature), in 3.x SHA-256 (docs/wire/fresns3.md#headers).

use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

/// What PHP's `urlencode` leaves alone besides letters and digits; a space becomes `+`
/// (docs/wire/fresns.md#signature-spellings).
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b' ');
/// The documented suffix (docs/wire/fresns.md#signature-spellings).
const SUFFIX: &str = "&key=";
/// The suffix of the betas after it, and the only one of those with two tokens.
const BETA_SUFFIX: &str = "&appSecret=";
/// The suffix of clients since 2.2, whose headers have names of their own.
const LATER_SUFFIX: &str = "&AppSecret=";
/// The suffix of clients of 3.x.
const THIRD_SUFFIX: &str = "&AppKey=";

/// The suffixes that clients use who sign fields with such names, the most common first. Each set of names has its own, so
/// no signature of one is good for another.
fn suffixes(fields: &[(&'static str, String)]) -> &'static [&'static str] {
    if fields.iter().any(|(name, _)| name.starts_with("X-Fresns-")) {
        &[LATER_SUFFIX]
    } else if fields.iter().any(|(name, _)| matches!(*name, "aidToken" | "uidToken")) {
        &[BETA_SUFFIX]
    } else {
        &[SUFFIX, BETA_SUFFIX]
    }
}

/// How values are written into the text that is hashed.
#[derive(Clone, Copy)]
enum Spelling {
    /// As PHP writes them.
    Encoded,
    /// As the documentation shows them and later JavaScript clients send them.
    Raw,
}

/// The digest in the documented spelling: raw values, first suffix.
pub(crate) fn digest(fields: &[(&'static str, String)], secret: &str) -> String {
    let suffix = suffixes(fields).first().copied().unwrap_or(SUFFIX);
    hash(&joined(fields, Spelling::Raw, Zeros::Kept), suffix, secret)
}

/// Every digest that a real client may send for these fields, each once, the most common first.
///
/// Where no value needs encoding and none is `0`, which is nearly always, there are only two; and since digests are made
/// one by one, the first is mostly all there is to compute.
pub(crate) fn candidates(fields: &[(&'static str, String)], secret: &str) -> impl Iterator<Item = String> {
    texts(fields).flat_map(move |text| suffixes(fields).iter().map(move |suffix| hash(&text, suffix, secret)))
}

/// The digest of clients of 3.x, of raw values.
pub(crate) fn third_digest(fields: &[(&'static str, String)], secret: &str) -> String {
    third_hash(&joined(fields, Spelling::Raw, Zeros::Kept), secret)
}

/// Every digest that a client of 3.x may send: its servers encode values and its clients don't, as before.
pub(crate) fn third_candidates(
    fields: &[(&'static str, String)],
    secret: &str,
) -> impl Iterator<Item = String> {
    texts(fields).map(move |text| third_hash(&text, secret))
}

/// Every text that may be hashed for these fields, each once, the most common first.
fn texts(fields: &[(&'static str, String)]) -> impl Iterator<Item = String> {
    let spellings: &[Spelling] = if fields.iter().any(|(_, value)| value.bytes().any(is_encoded)) {
        &[Spelling::Encoded, Spelling::Raw]
    } else {
        &[Spelling::Raw]
    };
    let zeros: &[Zeros] = if fields.iter().any(|(_, value)| value == "0") {
        &[Zeros::Kept, Zeros::Dropped]
    } else {
        &[Zeros::Kept]
    };
    zeros
        .iter()
        .flat_map(move |&zeros| spellings.iter().map(move |&spelling| joined(fields, spelling, zeros)))
}

/// Whether a byte looks different once it is encoded.
fn is_encoded(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !b"-_.".contains(&byte)
}

/// What happens to a value that is the text `0`: PHP takes it for empty, other clients don't
/// (docs/wire/fresns.md#signature-spellings).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    Kept,
    Dropped,
}

fn joined(fields: &[(&'static str, String)], spelling: Spelling, zeros: Zeros) -> String {
    let mut present: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|(_, value)| !value.is_empty() && (zeros == Zeros::Kept || *value != "0"))
        .collect();
    present.sort_unstable();
    let pairs: Vec<String> =
        present.into_iter().map(|(name, value)| format!("{name}={}", written(value, spelling))).collect();
    pairs.join("&")
}

fn written(value: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::Raw => value.to_owned(),
        Spelling::Encoded => utf8_percent_encode(value, FORM).to_string().replace(' ', "+"),
    }
}

fn hash(text: &str, suffix: &str, secret: &str) -> String {
    hashed::<Md5>(text, suffix, secret)
}

fn third_hash(text: &str, secret: &str) -> String {
    hashed::<Sha256>(text, THIRD_SUFFIX, secret)
}

fn hashed<D: Digest>(text: &str, suffix: &str, secret: &str) -> String {
    let mut digest = D::new();
    for part in [text, suffix, secret] {
        digest.update(part.as_bytes());
    }
    crate::hex(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HttpSignatures;
    use sixin_application::access::ports::{Signatures, SignedParts};
    use sixin_domain::access::app_key::Secret;

    const SECRET: &str = "M7r2Kc0VbYd9QwLs3HfTz8XnJp6EuGa1";

    fn fields(more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("platformId", "5".to_owned()),
            ("version", "2.0.0".to_owned()),
            ("appId", "Zx4kTq9L".to_owned()),
            ("timestamp", "1668061200".to_owned()),
        ];
        for (name, value) in more {
            fields.retain(|(present, _)| present != name);
            fields.push((name, (*value).to_owned()));
        }
        fields
    }

    fn verifies(fields: Vec<(&'static str, String)>, signature: &str) -> bool {
        HttpSignatures.verify(&SignedParts::Fields(fields), &Secret::new(SECRET), signature)
    }

    #[test]
    fn the_documented_examples_fit() {
        let user = [
            ("aid", "h8Qp3ZtV"),
            ("uid", "90417"),
            ("timestamp", "1668061200123"),
            ("token", "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm"),
        ];
        let account = [("aid", "h8Qp3ZtV"), ("token", "Tq6Zr0Xk2MbV8cNs4LwYp1GhJd7FeAu9")];
        for (case, fields, signature) in [
            ("A", fields(&[]), "4eee855e710f285adc2ea401cdd07739"),
            ("B", fields(&user), "256a35a02de008c6f906e418b8c44008"),
            ("C", fields(&account), "ee5a68490e9ddf99f2f6182895476218"),
            ("D", fields(&[("version", "2.0.0+build.7")]), "657084a06b7e7cb6b1396bff1bb47912"),
            ("E", fields(&[("version", "2.0.0+build.7")]), "23e3ac1755691a9174ba85794be55a2d"),
        ] {
            assert!(verifies(fields.clone(), signature), "{case}");
            assert!(verifies(fields, &signature.to_uppercase()), "{case}");
        }
    }

    /// Worked out apart from this code, with the same material as example B and the account's token of example C.
    #[test]
    fn the_generations_with_two_tokens_have_their_own_names_and_suffix() {
        let values = [
            "Zx4kTq9L",
            "5",
            "2.0.0",
            "h8Qp3ZtV",
            "Tq6Zr0Xk2MbV8cNs4LwYp1GhJd7FeAu9",
            "90417",
            "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm",
            "1668061200",
        ];
        let of =
            |names: [&'static str; 8]| names.into_iter().zip(values.map(str::to_owned)).collect::<Vec<_>>();
        let beta = of(["appId", "platformId", "version", "aid", "aidToken", "uid", "uidToken", "timestamp"]);
        let later = of([
            "X-Fresns-App-Id",
            "X-Fresns-Client-Platform-Id",
            "X-Fresns-Client-Version",
            "X-Fresns-Aid",
            "X-Fresns-Aid-Token",
            "X-Fresns-Uid",
            "X-Fresns-Uid-Token",
            "X-Fresns-Signature-Timestamp",
        ]);
        let (of_beta, of_later) = ("3fe7c2b9b0eed85a4f2a9f9290a0835a", "81d5640b14aeba3f299d9f1d97df4e75");
        assert!(verifies(beta.clone(), of_beta) && verifies(later.clone(), of_later));
        assert!(!verifies(beta, of_later) && !verifies(later.clone(), of_beta));
        let text = joined(&later, Spelling::Raw, Zeros::Kept);
        for suffix in ["&key=", "&appSecret=", "&AppKey="] {
            assert!(!verifies(later.clone(), &hash(&text, suffix, SECRET)), "{suffix}");
        }
    }

    /// Worked out apart from this code, with the same material.
    #[test]
    fn clients_of_3_x_sign_the_same_names_with_sha_256_and_a_suffix_of_their_own() {
        let signed = |pairs: &[(&'static str, &str)]| {
            let fields = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>();
            move |signature: &str| {
                let parts = SignedParts::ThirdFields(fields.clone());
                HttpSignatures.verify(&parts, &Secret::new(SECRET), signature)
            }
        };
        let app = [
            ("X-Fresns-App-Id", "Zx4kTq9L"),
            ("X-Fresns-Client-Platform-Id", "5"),
            ("X-Fresns-Client-Version", "2.0.0"),
            ("X-Fresns-Signature-Timestamp", "1668061200"),
        ];
        let who = [
            ("X-Fresns-Aid", "h8Qp3ZtV"),
            ("X-Fresns-Aid-Token", "Tq6Zr0Xk2MbV8cNs4LwYp1GhJd7FeAu9"),
            ("X-Fresns-Uid", "90417"),
            ("X-Fresns-Uid-Token", "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm"),
        ];
        let user = signed(&[&app[..], &who[..]].concat());
        assert!(user("77c1ee271094956917596e8670dc978b5d5b13df1c2ed70bb93866e74a9ee6a0"));
        assert!(!user("81d5640b14aeba3f299d9f1d97df4e75"), "that of 2.x");
        let space = signed(&[&app[..], &[("X-Fresns-Space-Id", "s1")]].concat());
        assert!(space("128a5471b11f7e3cf0da0e4c8b0517d85f589817b36472b8eef6bce4580022b1"));
        let built = app.map(|(name, value)| (name, if value == "2.0.0" { "2.0.0+7" } else { value }));
        let text = "X-Fresns-App-Id=Zx4kTq9L&X-Fresns-Client-Platform-Id=5&X-Fresns-Client-Version=";
        for version in ["2.0.0+7", "2.0.0%2B7"] {
            let whole = format!("{text}{version}&X-Fresns-Signature-Timestamp=1668061200");
            assert!(signed(&built)(&third_hash(&whole, SECRET)), "{version}");
            assert!(!signed(&built)(&hashed::<Sha256>(&whole, LATER_SUFFIX, SECRET)), "{version}");
        }
    }

    #[test]
    fn the_documented_spelling_is_raw_with_the_first_suffix() {
        let fields = fields(&[("version", "2.0.0+build.7")]);
        assert_eq!(digest(&fields, SECRET), "23e3ac1755691a9174ba85794be55a2d");
    }

    #[test]
    fn absent_and_empty_members_are_not_signed() {
        let empty = fields(&[("aid", ""), ("uid", ""), ("token", "")]);
        assert!(verifies(empty, "4eee855e710f285adc2ea401cdd07739"));
    }

    #[test]
    fn a_literal_zero_is_dropped_as_php_drops_it_and_kept_as_others_keep_it() {
        let zero = fields(&[("uid", "0")]);
        assert!(verifies(zero.clone(), "4eee855e710f285adc2ea401cdd07739"));
        assert!(verifies(zero.clone(), &digest(&zero, SECRET)));
    }

    #[test]
    fn the_suffix_of_the_next_generation_is_accepted_too() {
        let text = "appId=Zx4kTq9L&platformId=5&timestamp=1668061200&version=2.0.0";
        assert!(verifies(fields(&[]), &hash(text, "&appSecret=", SECRET)));
        assert!(!verifies(fields(&[]), &hash(text, "&AppKey=", SECRET)));
    }

    #[test]
    fn spellings_that_would_be_the_same_are_made_once() {
        let count = |fields: &[(&'static str, String)]| candidates(fields, SECRET).count();
        assert_eq!(count(&fields(&[])), 2);
        assert_eq!(count(&fields(&[("version", "2.0.0+build.7")])), 4);
        assert_eq!(count(&fields(&[("uid", "0")])), 4);
        assert_eq!(count(&fields(&[("uid", "0"), ("version", "2 0")])), 8);
    }

    #[test]
    fn exactly_the_bytes_that_look_different_count_as_encoded() {
        for byte in 0..128_u8 {
            let text = char::from(byte).to_string();
            assert_eq!(is_encoded(byte), written(&text, Spelling::Encoded) != text, "{byte}");
        }
        assert!(is_encoded(200));
    }

    #[test]
    fn values_are_encoded_as_php_encodes_forms() {
        assert_eq!(written("a b~c+d/é-_.9", Spelling::Encoded), "a+b%7Ec%2Bd%2F%C3%A9-_.9");
    }
}
