//! By what a request and its repeats are known (docs/design.md#send-once).

use std::borrow::Cow;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use sixin_application::ports::{StoreError, StoreResult};
use sixin_application::sending::ports::IdempotencyKey;
use sixin_domain::id::AppKeyId;

/// The header by which callers name a request.
pub const HEADER: &str = "Idempotency-Key";
/// The header that marks the answer to a repeat.
pub const REPLAYED: &str = "Idempotent-Replayed";
/// Longest key.
pub const MAX_LENGTH: usize = 255;

/// The header is there and holds no key; each dialect says so in its own way.
#[derive(Debug, PartialEq, Eq)]
pub struct BadKey;

/// What a caller named a request by. The way is part of the stored key, so that one can't be taken for the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Header `Idempotency-Key`.
    Header(String),
    /// A number among the parameters.
    Number(i64),
}

/// A parameter after decoding: its name and its value as text.
pub type Parameter<'a> = (&'static str, Cow<'a, str>);

/// The key in the header: 1 to 255 visible ASCII characters, and not two different ones.
pub fn from_header(request: &HttpRequest) -> Result<Option<Given>, BadKey> {
    let mut values = request.headers().get_all(HEADER);
    let Some(first) = values.next() else { return Ok(None) };
    let text = first.to_str().map_err(|_| BadKey)?;
    let is_key = (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key || values.any(|other| other != first) {
        return Err(BadKey);
    }
    Ok(Some(Given::Header(text.to_owned())))
}

/// The key of a request to an endpoint that takes only POST.
pub fn key(
    app_key: AppKeyId,
    given: &Given,
    lives_ms: i64,
    path: &str,
    parameters: Vec<Parameter<'_>>,
) -> IdempotencyKey {
    let key = match given {
        Given::Header(text) => format!("header {text}"),
        Given::Number(number) => format!("number {number}"),
    };
    IdempotencyKey { app_key, key, fingerprint: fingerprint("POST", path, parameters), lives_ms }
}

/// SHA-256 over method, path and the decoded parameters. In whatever order and spelling parameters come, the same
/// request has the same fingerprint. Who signs, and how, is no part of it: a repeat may be signed anew.
fn fingerprint(method: &str, path: &str, mut parameters: Vec<Parameter<'_>>) -> [u8; 32] {
    parameters.sort_unstable();
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        // With its length before it, no text runs into the next one.
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    };
    add(method);
    add(path);
    for (name, value) in &parameters {
        add(name);
        add(value);
    }
    hash.finalize().into()
}

/// Marks the answer to a repeat.
pub fn marked(mut answer: HttpResponse, is_repeat: bool) -> HttpResponse {
    if is_repeat {
        let name = HeaderName::from_static("idempotent-replayed");
        answer.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    answer
}

/// Whether an answer is that to a repeat.
fn is_repeat(answer: &HttpResponse) -> bool {
    answer.headers().contains_key("idempotent-replayed")
}

/// What came of a send of a strict key. What is stored has used up its nonce in the same transaction; everything else
/// uses it up here, so that no signed request is let through twice, whatever came of it the first time.
pub async fn settled<F: From<StoreError>>(
    result: Result<HttpResponse, F>,
    spend: impl Future<Output = StoreResult<bool>>,
    replayed: impl FnOnce(F) -> F,
) -> Result<HttpResponse, F> {
    match result {
        Ok(answer) if !is_repeat(&answer) => Ok(answer),
        Ok(answer) => spend.await.map(|_| answer).map_err(F::from),
        Err(failure) if spend.await? => Err(failure),
        Err(failure) => Err(replayed(failure)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use proptest::prelude::*;

    fn given(values: &[&[u8]]) -> Result<Option<Given>, BadKey> {
        let mut request = TestRequest::default();
        for value in values {
            request = request.append_header((HEADER, HeaderValue::from_bytes(value).unwrap()));
        }
        from_header(&request.to_http_request())
    }

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters() {
        let header = |text: &str| Ok(Some(Given::Header(text.to_owned())));
        assert_eq!(given(&[]), Ok(None));
        for good in ["a", "!~", "\"8e03978e-40d5\"", &"x".repeat(255)] {
            assert_eq!(given(&[good.as_bytes()]), header(good), "{good}");
        }
        for bad in [&b""[..], b" ", b"a b", b"a\tb", b"\xff", "é".as_bytes(), "x".repeat(256).as_bytes()] {
            assert_eq!(given(&[bad]), Err(BadKey), "{bad:?}");
        }
        assert_eq!(given(&[b"a", b"a"]), header("a"));
        assert_eq!(given(&[b"a", b"b"]), Err(BadKey));
    }

    #[test]
    fn a_header_and_a_number_of_the_same_digits_are_different_keys() {
        let of = |given| key(AppKeyId(1), &given, 1000, "/", Vec::new()).key;
        assert_ne!(of(Given::Header("7".into())), of(Given::Number(7)));
        assert_ne!(of(Given::Header("number 7".into())), of(Given::Number(7)));
    }

    fn of<'a>(parameters: impl IntoIterator<Item = &'a (&'static str, &'a str)>) -> [u8; 32] {
        let parameters = parameters.into_iter().map(|(name, value)| (*name, Cow::Borrowed(*value)));
        fingerprint("POST", "/p", parameters.collect())
    }

    #[test]
    fn method_path_names_and_values_all_count_and_do_not_run_into_each_other() {
        let all = [
            fingerprint("POST", "/p", Vec::new()),
            fingerprint("PUT", "/p", Vec::new()),
            fingerprint("POST", "/q", Vec::new()),
            of(&[("a", "")]),
            of(&[("a", "b")]),
            of(&[("ab", "")]),
            of(&[("a", "b"), ("a", "b")]),
            of(&[("a", "bab")]),
            of(&[("a", "b"), ("c", "d")]),
            of(&[("a", "d"), ("c", "b")]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|other| other != one), "{index}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_parameters_never_matters(
            values in proptest::collection::vec((0..4_usize, "[ab]{0,3}"), 0..8),
            seed in any::<u64>(),
        ) {
            let names = ["a", "b", "ab", "c"];
            let parameters: Vec<(&'static str, &str)> =
                values.iter().map(|(name, value)| (names[*name], value.as_str())).collect();
            let mut shuffled = parameters.clone();
            let mut state = seed;
            for index in (1..shuffled.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                shuffled.swap(index, usize::try_from(state >> 33).unwrap() % (index + 1));
            }
            prop_assert_eq!(of(&parameters), of(&shuffled));
        }
    }
}
