//! The parameters that name users and numbers (docs/wire/rongcloud.md#users).

use std::ops::RangeInclusive;

use sixin_domain::user::username::Username;

use crate::codes::{Code, Failure};
use crate::fields::conversations::user;
use crate::fields::{Fields, missing};

/// 1 to so many users.
pub(crate) fn users(fields: &Fields, parameter: &str, most: usize) -> Result<Vec<Username>, Failure> {
    let ids = fields.list(parameter)?;
    if ids.len() > most {
        return Err(Failure::parameter(format!("{parameter} must name at most {most} users")));
    }
    ids.iter().map(|id| user(parameter, id)).collect()
}

/// A number within bounds that may be left out.
pub(crate) fn number_or(
    fields: &Fields,
    parameter: &str,
    bounds: RangeInclusive<i64>,
    usual: i64,
) -> Result<i64, Failure> {
    let number = fields.integer(parameter)?.unwrap_or(usual);
    if bounds.contains(&number) {
        return Ok(number);
    }
    let (least, most) = bounds.into_inner();
    Err(Failure::parameter(format!("{parameter} must be between {least} and {most}")))
}

/// A number within bounds that must be given.
pub(crate) fn required_number(
    fields: &Fields,
    parameter: &str,
    bounds: RangeInclusive<i64>,
) -> Result<i64, Failure> {
    fields.integer(parameter)?.ok_or_else(|| missing(parameter))?;
    number_or(fields, parameter, bounds, 0)
}

/// A switch that must be given.
pub(crate) fn required_flag(fields: &Fields, parameter: &str) -> Result<bool, Failure> {
    fields.flag(parameter)?.ok_or_else(|| missing(parameter))
}

/// How many entries a page has: 1 to `most`. 0 is what clients send that can't leave a number out (Java).
pub(crate) fn size_or(fields: &Fields, parameter: &str, most: i64, usual: i64) -> Result<i64, Failure> {
    if fields.integer(parameter)? == Some(0) {
        return Ok(usual);
    }
    number_or(fields, parameter, 1..=most, usual)
}

/// How many entries to leave out before a page; pages begin with 1, and 0 is the first too.
pub(crate) fn offset(fields: &Fields, parameter: &str, size: i64) -> Result<i64, Failure> {
    let page = size_or(fields, parameter, i64::MAX, 1)?;
    Ok((page - 1).saturating_mul(size))
}

/// That the call is about conversations of two users, by the word for them.
pub(crate) fn must_be_person(fields: &Fields) -> Result<(), Failure> {
    match fields.required_text("type")?.as_str() {
        "PERSON" => Ok(()),
        "GROUP" | "CHATROOM" | "ULTRAGROUP" => {
            Err(Failure::new(Code::NotOneToOne, "sixin is for one-to-one messages; type must be PERSON"))
        }
        _ => Err(Failure::parameter("type must be PERSON")),
    }
}
