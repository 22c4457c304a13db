//! What a text looks like to a person.

pub mod alike;
pub mod invisible;
pub mod json_object;
pub(crate) mod names;
pub mod surrogates;
pub mod visible;
