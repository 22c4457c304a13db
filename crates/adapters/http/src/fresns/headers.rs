//! The header stage: what every request must carry (facts: fresns 2; rows 1 and 2 of 3).

use actix_web::HttpRequest;
use serde_json::{Map, Value};
use sixin_application::authenticate_user::UserCredentials;
use sixin_domain::username::Uid;

use super::codes::Failure;
use crate::plumbing::reply::header_text;

/// The headers browsers may send.
pub(crate) const SIGNING_HEADERS: &[&str] =
    &["platformid", "version", "appid", "sign", "langtag", "timezone", "aid", "uid", "token", "deviceinfo"];

/// The names that are signed, in the spelling that is hashed (facts: fresns 4.1).
const SIGNED: [&str; 7] = ["platformId", "version", "appId", "timestamp", "aid", "uid", "token"];

/// The credentials, or the code of the first header that is missing or wrong, in the order of the header table.
pub(crate) fn credentials(request: &HttpRequest) -> Result<UserCredentials, Failure> {
    let text = |name| header_text(request, name);
    let needed = |name, code| text(name).map(str::to_owned).ok_or(Failure::new(code));
    let platform = text("platformId").and_then(platform).ok_or(Failure::new(31101))?;
    needed("version", 31201)?;
    let app_id = needed("appId", 31301)?;
    let timestamp =
        text("timestamp").filter(|text| is_timestamp(text)).ok_or(Failure::new(31000))?.to_owned();
    let signature = needed("sign", 31302)?;
    let aid = text("aid").map(str::to_owned);
    let uid = match text("uid") {
        Some(uid) => Some(Uid::from_canonical(uid).ok_or(Failure::new(31000))?),
        None => None,
    };
    let token = text("token").map(str::to_owned);
    if token.is_none() && (aid.is_some() || uid.is_some()) {
        return Err(Failure::new(31503));
    }
    check_device(text("deviceInfo"))?;
    let signed = SIGNED.into_iter().filter_map(|name| Some((name, text(name)?.to_owned()))).collect();
    Ok(UserCredentials {
        app_id,
        platform,
        signed,
        timestamp,
        signature,
        lang_tag: text("langTag").map(str::to_owned),
        timezone: text("timezone").map(str::to_owned),
        aid,
        uid,
        token,
    })
}

/// 1 to 13 (facts: fresns 2).
fn platform(text: &str) -> Option<i64> {
    Uid::from_canonical(text).map(|number| number.0).filter(|number| (1..=13).contains(number))
}

/// 10 to 13 digits: seconds or milliseconds.
fn is_timestamp(text: &str) -> bool {
    (10..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A JSON object. That it names no address is fine (design, chapter 5).
fn check_device(text: Option<&str>) -> Result<(), Failure> {
    let text = text.ok_or(Failure::new(31701))?;
    serde_json::from_str::<Map<String, Value>>(text).map(|_| ()).map_err(|_| Failure::new(31702))
}
