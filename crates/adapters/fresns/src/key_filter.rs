//! Which keys of a user object a client wants: `whitelistKeys` and `blacklistKeys`, in dot notation.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
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
        let paths = |keys: Vec<String>| {
            keys.into_iter().map(|key| key.split('.').map(str::to_owned).collect()).collect()
        };
        let (only, not) = (only.map(|keys| keys.0), not.map(|keys| keys.0));
        Self { only: paths(only.unwrap_or_default()), not: paths(not.unwrap_or_default()) }
    }

    fn is_empty(&self) -> bool {
        self.only.is_empty() && self.not.is_empty()
    }

    fn applied(&self, mut value: Value) -> Value {
        if !self.only.is_empty() {
            let mut kept = Value::Object(Map::new());
            for path in &self.only {
                keep(&mut value, &mut kept, path);
            }
            value = kept;
        }
        for path in &self.not {
            remove(&mut value, path);
        }
        value
    }
}

/// Moves what a path leads to from one object into another.
fn keep(from: &mut Value, into: &mut Value, path: &[String]) {
    let (Some((key, rest)), Some(from), Some(into)) =
        (path.split_first(), from.as_object_mut(), into.as_object_mut())
    else {
        return;
    };
    if rest.is_empty() {
        if let Some(value) = from.remove(key) {
            into.insert(key.clone(), value);
        }
    } else if let Some(inner) = from.get_mut(key).filter(|inner| inner.is_object()) {
        keep(inner, into.entry(key.clone()).or_insert_with(|| Value::Object(Map::new())), rest);
    }
}

fn remove(from: &mut Value, path: &[String]) {
    let (Some((key, rest)), Some(from)) = (path.split_first(), from.as_object_mut()) else { return };
    if rest.is_empty() {
        from.remove(key);
    } else if let Some(inner) = from.get_mut(key) {
        remove(inner, rest);
    }
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

impl<T: Serialize> Serialize for Filtered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.keys.is_empty() {
            return self.value.serialize(serializer);
        }
        let value = serde_json::to_value(&self.value).map_err(serde::ser::Error::custom)?;
        self.keys.applied(value).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
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
