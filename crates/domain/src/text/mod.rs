//! What a text looks like to a person.

pub mod alike;
pub mod invisible;
pub mod json_object;
pub mod surrogates;
pub mod visible;
