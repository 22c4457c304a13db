//! Which keys of a user object a client of 3.x wants: `filterUserType` and `filterUserKeys`.

use serde::Deserialize;
use serde_json::json;
use sixin_web::documented;
use utoipa::ToSchema;

use crate::codes::{Failure, MISSING};
use crate::key_filter::KeyFilter;

/// What `filterUserKeys` are.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Fresns3FilterType)]
pub(super) enum FilterType {
    Whitelist,
    Blacklist,
}

/// Parameter `filterUserKeys`.
#[derive(Deserialize)]
pub(super) struct FilterKeys(Vec<String>);

documented!(
    FilterKeys,
    json!({"description": "Keys of `user`, separated by commas, inner ones with dots.", "type": "string"})
);

/// The filter; whoever says how to filter has to say what.
pub(super) fn filter(kind: Option<FilterType>, keys: Option<FilterKeys>) -> Result<KeyFilter, Failure> {
    let keys = keys.map(|keys| keys.0);
    match kind {
        None => Ok(KeyFilter::default()),
        Some(_) if keys.is_none() => Err(Failure::of(MISSING, "filterUserKeys")),
        Some(FilterType::Whitelist) => Ok(KeyFilter::of_names(keys, None)),
        Some(FilterType::Blacklist) => Ok(KeyFilter::of_names(None, keys)),
    }
}
