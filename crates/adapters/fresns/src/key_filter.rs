//! Which keys of a user object a client wants: `whitelistKeys` and `blacklistKeys`, in dot notation.

use std::borrow::Cow;
use std::rc::Rc;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use sixin_web::documented;

/// Parameter `whitelistKeys`.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct KeysShown(Vec<String>);

documented!(
    KeysShown,
    json!({
        "description": "Only these keys of `user`, separated by commas, inner ones with dots.", "type": "string",
    })
);

/// Parameter `blacklistKeys`.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct KeysHidden(Vec<String>);

documented!(KeysHidden, json!({"description": "Not these keys of `user`.", "type": "string"}));

/// What a client wants to see of an object.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct KeyFilter {
    /// Only these, if any are named.
    only: Vec<Vec<String>>,
    /// And of those not these.
    not: Vec<Vec<String>>,
}

impl KeyFilter {
    /// Parameters `whitelistKeys` and `blacklistKeys`.
    pub(crate) fn of(only: Option<KeysShown>, not: Option<KeysHidden>) -> Self {
        Self::of_names(only.map(|keys| keys.0), not.map(|keys| keys.0))
    }

    /// Only these keys, and of those not these.
    pub(crate) fn of_names(only: Option<Vec<String>>, not: Option<Vec<String>>) -> Self {
        let paths = |keys: Vec<String>| {
            keys.into_iter().map(|key| key.split('.').map(str::to_owned).collect()).collect()
        };
        Self { only: paths(only.unwrap_or_default()), not: paths(not.unwrap_or_default()) }
    }

    fn is_empty(&self) -> bool {
        self.only.is_empty() && self.not.is_empty()
    }

    /// What is wanted of an object.
    fn applied(&self, object: &RawValue) -> serde_json::Result<Box<RawValue>> {
        match (self.only.is_empty(), self.not.is_empty()) {
            (true, _) => without(object, &paths(&self.not)),
            (false, true) => kept(object, &paths(&self.only)),
            (false, false) => without(&kept(object, &paths(&self.only))?, &paths(&self.not)),
        }
    }
}

/// The members of an object in order, each with its value as it is written: reading into it costs more than the rest, and
/// little of it is wanted.
type Members<'a> = IndexMap<String, Cow<'a, RawValue>>;

/// `None` of what is no object.
fn members(value: &RawValue) -> Option<Members<'_>> {
    let members: IndexMap<String, &RawValue> = serde_json::from_str(value.get()).ok()?;
    Some(members.into_iter().map(|(key, value)| (key, Cow::Borrowed(value))).collect())
}

type Path<'p> = &'p [String];

fn paths(paths: &[Vec<String>]) -> Vec<Path<'_>> {
    paths.iter().map(Vec::as_slice).collect()
}

/// Which keys paths begin with, each with what is behind it: nothing if the key itself is meant.
fn by_key<'p>(paths: &[Path<'p>]) -> IndexMap<&'p str, Vec<Path<'p>>> {
    let mut keys: IndexMap<&str, Vec<Path<'_>>> = IndexMap::new();
    for (key, rest) in paths.iter().filter_map(|path| path.split_first()) {
        keys.entry(key).or_default().push(rest);
    }
    keys
}

/// An object with what paths lead to and nothing else.
fn kept(object: &RawValue, paths: &[Path<'_>]) -> serde_json::Result<Box<RawValue>> {
    let mut from = members(object).unwrap_or_default();
    let mut into = Members::new();
    for (key, rests) in by_key(paths) {
        let Some(value) = from.swap_remove(key) else { continue };
        if rests.iter().any(|rest| rest.is_empty()) {
            into.insert(key.to_owned(), value);
        } else if members(&value).is_some() {
            into.insert(key.to_owned(), Cow::Owned(kept(&value, &rests)?));
        }
    }
    to_raw_value(&into)
}

/// A value without what paths lead to.
fn without(value: &RawValue, paths: &[Path<'_>]) -> serde_json::Result<Box<RawValue>> {
    let Some(mut members) = members(value) else { return Ok(value.to_owned()) };
    for (key, rests) in by_key(paths) {
        if rests.iter().any(|rest| rest.is_empty()) {
            members.shift_remove(key);
        } else if let Some(inner) = members.get_mut(key) {
            *inner = Cow::Owned(without(inner, &rests)?);
        }
    }
    to_raw_value(&members)
}

/// An object of which only the wanted keys are written.
#[derive(Debug)]
pub(crate) struct Filtered<'f, T> {
    pub(crate) value: T,
    pub(crate) keys: &'f KeyFilter,
}

/// Everything is wanted.
static EVERYTHING: KeyFilter = KeyFilter { only: Vec::new(), not: Vec::new() };

impl<T> Filtered<'static, T> {
    /// An object of which every key is written.
    pub(crate) fn whole(value: T) -> Self {
        Self { value, keys: &EVERYTHING }
    }
}

impl<T: Serialize> Filtered<'_, T> {
    /// It as it is written, for several objects that have it in them; `None` if it can't be written.
    pub(crate) fn written(&self) -> Option<Written> {
        to_raw_value(self).ok().map(|json| Written(json.into()))
    }
}

/// An object that was written once and stands in several others.
#[derive(Debug, Clone)]
pub(crate) struct Written(Rc<RawValue>);

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> Serialize for Filtered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.keys.is_empty() {
            return self.value.serialize(serializer);
        }
        let filtered = to_raw_value(&self.value).and_then(|value| self.keys.applied(&value));
        filtered.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use sixin_web::request::parameters::read;

    use super::*;
    use crate::parameters::Parameters;

    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Keys {
        whitelist_keys: Option<KeysShown>,
        blacklist_keys: Option<KeysHidden>,
    }

    fn filtered(query: &str) -> Value {
        let Keys { whitelist_keys, blacklist_keys } = read(&Parameters::of_query(query)).unwrap();
        let keys = KeyFilter::of(whitelist_keys, blacklist_keys);
        let value = json!({"uid": 1, "name": "a", "stats": {"likes": 2, "blocks": 3}, "roles": [1]});
        serde_json::to_value(Filtered { value, keys: &keys }).unwrap()
    }

    #[test]
    fn without_keys_everything_is_written() {
        assert_eq!(filtered("")["stats"]["blocks"], 3);
    }

    #[test]
    fn a_whitelist_keeps_and_a_blacklist_removes_also_inside() {
        assert_eq!(filtered("whitelistKeys=uid,stats.likes"), json!({"uid": 1, "stats": {"likes": 2}}));
        assert_eq!(
            filtered("blacklistKeys=name,stats.likes,roles"),
            json!({"uid": 1, "stats": {"blocks": 3}})
        );
        assert_eq!(filtered("whitelistKeys=uid,name&blacklistKeys=name"), json!({"uid": 1}));
    }

    #[test]
    fn keys_nobody_has_change_nothing() {
        assert_eq!(filtered("whitelistKeys=nope,uid.deeper,stats.nope,..,"), json!({"stats": {}}));
        assert_eq!(filtered("blacklistKeys=nope,uid.deeper,.."), filtered(""));
    }
}
