//! How a body becomes parameters: a form in one of its two encodings, or a JSON object.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use serde_json::{Map, Value};
use sixin_domain::text::json_object::Pairs;
use sixin_domain::text::surrogates::{HALF_A_PAIR, has_lone_surrogate};
use sixin_web::request::{body, multipart};

use super::Fields;
use crate::api::RongCloudApi;
use crate::codes::Failure;

/// How deep the parts of a name may lie: `values[0][{name}]` has two.
const MOST_STEPS: usize = 3;

impl Fields {
    /// The parameters of a request.
    pub(crate) async fn of_request(
        request: &HttpRequest,
        payload: web::Payload,
        api: &RongCloudApi,
    ) -> Result<Self, Failure> {
        let bytes = body::read(request, payload, &api.http).await?;
        if !multipart::is_multipart(request) {
            return Self::parse(&bytes);
        }
        let pairs = multipart::values(request, bytes).await;
        pairs.map(Self::of_pairs).map_err(|error| Failure::parameter(error.to_string()))
    }

    /// Reads a body. One whose first byte that is not blank is `{` is JSON whatever its content type says: the
    /// specification's JavaScript sample sends that under a form content type with axios before 1.0.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let text = std::str::from_utf8(body);
        if body.trim_ascii_start().first() == Some(&b'{') {
            let text = text.map_err(|_| Failure::parameter("the body is not UTF-8; encode it so"))?;
            return Self::json(text);
        }
        if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() {
            return Err(Failure::parameter("the body must be a form or a JSON object"));
        }
        Self::form(body)
    }

    fn json(text: &str) -> Result<Self, Failure> {
        let broken =
            |error: serde_json::Error| Failure::parameter(format!("the body is not valid JSON: {error}"));
        let pairs: Pairs<'_> = serde_json::from_str(text).map_err(broken)?;
        let members = pairs.0.into_iter().map(|(name, raw)| {
            if has_lone_surrogate(raw.get()) {
                return Err(Failure::parameter(format!("{name} {HALF_A_PAIR}")));
            }
            let unread = |error| Failure::parameter(format!("{name} can't be read: {error}"));
            let value = serde_json::from_str(raw.get()).map_err(unread)?;
            Ok((name, value))
        });
        members.collect::<Result<_, _>>().map(Self)
    }

    fn form(body: &[u8]) -> Result<Self, Failure> {
        let pairs = body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let name = String::from_utf8(decoded(halves.next().unwrap_or_default()));
            let name = name.map_err(|_| not_utf8("the name of a parameter"))?;
            let value = String::from_utf8(decoded(halves.next().unwrap_or_default()));
            let value = value.map_err(|_| not_utf8(&name))?;
            Ok((name, value))
        });
        pairs.collect::<Result<_, _>>().map(Self::of_pairs)
    }

    /// Parameters whose names say where in a list they belong (`a[0]`, `a[0][b]`: PHP's `http_build_query`, Node's `qs`)
    /// become that list.
    fn of_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut fields = Vec::new();
        let mut trees: BTreeMap<String, Tree> = BTreeMap::new();
        for (name, value) in pairs {
            match steps(&name) {
                Some((base, steps)) => trees.entry(base.to_owned()).or_default().put(&steps, value),
                None => fields.push((name, Value::String(value))),
            }
        }
        fields.extend(trees.into_iter().map(|(name, tree)| (name, tree.into_value())));
        Self(fields)
    }
}

fn not_utf8(name: &str) -> Failure {
    Failure::parameter(format!("{name} is not UTF-8 after form decoding; encode it so"))
}

/// Where a value belongs below a name. Positions come first, in the order of their numbers, which is not that of their
/// texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Position(u64),
    Name(String),
}

/// What stands below a name.
#[derive(Debug, Default)]
struct Tree {
    values: Vec<String>,
    branches: BTreeMap<Step, Tree>,
}

impl Tree {
    fn put(&mut self, steps: &[Step], value: String) {
        match steps.split_first() {
            None => self.values.push(value),
            Some((step, rest)) => self.branches.entry(step.clone()).or_default().put(rest, value),
        }
    }

    /// The last value, a list, or an object.
    fn into_value(mut self) -> Value {
        if self.branches.is_empty() {
            return self.values.pop().map_or(Value::Null, Value::String);
        }
        if self.branches.keys().all(|step| matches!(step, Step::Position(_))) {
            return Value::Array(self.branches.into_values().map(Self::into_value).collect());
        }
        let member = |(step, tree): (Step, Self)| match step {
            Step::Position(number) => (number.to_string(), tree.into_value()),
            Step::Name(name) => (name, tree.into_value()),
        };
        Value::Object(self.branches.into_iter().map(member).collect::<Map<_, _>>())
    }
}

/// The name before the first bracket, and what stands in the brackets. `None`: it is a plain name, or `name[]`, whose values
/// are in the order they come in.
fn steps(name: &str) -> Option<(&str, Vec<Step>)> {
    let (base, rest) = name.split_once('[')?;
    let inner = rest.strip_suffix(']')?;
    let steps: Vec<Step> = inner.split("][").map(step).collect::<Option<_>>()?;
    (!base.is_empty() && steps.len() <= MOST_STEPS).then_some((base, steps))
}

fn step(text: &str) -> Option<Step> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if is_number => Some(Step::Position(number)),
        _ if text.is_empty() => None,
        _ => Some(Step::Name(text.to_owned())),
    }
}

/// Form decoding: `+` and `%20` are spaces; a percent sign without two hex digits stands for itself (Python sends
/// everything but `content` unescaped).
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = bytes.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_encoding::percent_decode(&spaced).collect()
}
