//! What a text looks like to a person.

pub mod alike;
pub mod invisible;
pub mod visible;
