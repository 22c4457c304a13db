//! A JSON object as its members in order, doubles included and values untouched.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// How many members an object may have. Each takes twenty times the memory of the five bytes that make one, and no call has as
/// many as a hundred.
const MOST_MEMBERS: usize = 4096;

/// The members of a JSON object, in order.
pub struct Pairs<'a>(pub Vec<(String, &'a RawValue)>);

impl<'a> Pairs<'a> {
    /// The object in `text`, or `None` if it holds anything else.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The last member of that name, as other readers of JSON take it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    /// The object with other values in these members, which are JSON; those that are not there come last. All other members stay as
    /// they are, in their order.
    #[must_use]
    pub fn with(&self, members: &[(&str, String)]) -> String {
        let new =
            |name: &str| members.iter().find(|(member, _)| *member == name).map(|(_, value)| value.as_str());
        let kept = self.0.iter().map(|(name, raw)| (name.as_str(), new(name).unwrap_or(raw.get())));
        let added = members.iter().filter(|(name, _)| self.get(name).is_none());
        let all = kept.chain(added.map(|(name, value)| (*name, value.as_str())));
        let all: Vec<String> = all.map(|(name, value)| format!("{}:{value}", Value::from(name))).collect();
        format!("{{{}}}", all.join(","))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Pairs<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    if members.len() == MOST_MEMBERS {
                        return Err(A::Error::custom(format_args!("more than {MOST_MEMBERS} members")));
                    }
                    members.push(member);
                }
                Ok(Pairs(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_a_bounded_number_of_members() {
        let object = |members: usize| format!("{{{}}}", vec![r#""":0"#; members].join(","));
        assert!(Pairs::parse(&object(MOST_MEMBERS)).is_some());
        assert!(Pairs::parse(&object(MOST_MEMBERS + 1)).is_none());
    }
}
