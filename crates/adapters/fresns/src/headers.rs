//! The header stage: what every request must carry. The one place that reads headers, in whichever spelling they come.
//!
//! The first spelling is the documented one. Clients from 2.0.0-beta.5 on send a token of the account beside one of
//! the user, and clients from 2.2.0 on the same in names of their own, such as the WeChat mini-program of 2023. Those
//! of 3.x have these names too and sign in another way; they are known by the path that they call.

use actix_web::HttpRequest;
use serde_json::{Map, Value};
use sixin_application::access::authenticate_user::{Generation, UserCredentials};
use sixin_domain::user::username::Uid;
use sixin_web::answer::reply::header_text;

use crate::codes::Failure;
use crate::v3;

/// The headers browsers may send.
pub(crate) const SIGNING_HEADERS: &[&str] = &[
    "platformid",
    "version",
    "appid",
    "timestamp",
    "sign",
    "langtag",
    "timezone",
    "contentformat",
    "aid",
    "aidtoken",
    "uid",
    "uidtoken",
    "token",
    "deviceinfo",
    "x-fresns-app-id",
    "x-fresns-client-platform-id",
    "x-fresns-client-version",
    "x-fresns-client-device-info",
    "x-fresns-client-lang-tag",
    "x-fresns-client-timezone",
    "x-fresns-client-content-format",
    "x-fresns-aid",
    "x-fresns-aid-token",
    "x-fresns-uid",
    "x-fresns-uid-token",
    "x-fresns-signature",
    "x-fresns-signature-timestamp",
    "x-fresns-space-id",
];

/// What one generation of clients calls its headers.
struct Names {
    platform: &'static str,
    version: &'static str,
    app_id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
    language: &'static str,
    timezone: &'static str,
    aid: &'static str,
    uid: &'static str,
    tokens: Tokens,
    /// What must be a JSON object; `None` where clients send Base64, of which nothing is needed.
    device: Option<&'static str>,
    /// What is signed, in the spelling that is hashed.
    signed: &'static [&'static str],
    /// The last platform there is.
    platforms: i64,
    generation: Generation,
}

/// How tokens travel.
enum Tokens {
    /// One: that of the user where a user is named, else that of the account.
    One(&'static str),
    /// That of the account and that of the user beside each other.
    Both { account: &'static str, user: &'static str },
}

/// The documented spelling.
const FIRST: Names = Names {
    platform: "platformId",
    version: "version",
    app_id: "appId",
    timestamp: "timestamp",
    signature: "sign",
    language: "langTag",
    timezone: "timezone",
    aid: "aid",
    uid: "uid",
    tokens: Tokens::One("token"),
    device: Some("deviceInfo"),
    signed: &["platformId", "version", "appId", "timestamp", "aid", "uid", "token"],
    platforms: 13,
    generation: Generation::First,
};

/// 2.0.0-beta.5 to 2.1: the same names, and two tokens.
const TWO_TOKENS: Names = Names {
    tokens: Tokens::Both { account: "aidToken", user: "uidToken" },
    signed: &["platformId", "version", "appId", "timestamp", "aid", "aidToken", "uid", "uidToken"],
    ..FIRST
};

/// 2.2 to 2.x.
const LATER: Names = Names {
    platform: "X-Fresns-Client-Platform-Id",
    version: "X-Fresns-Client-Version",
    app_id: "X-Fresns-App-Id",
    timestamp: "X-Fresns-Signature-Timestamp",
    signature: "X-Fresns-Signature",
    language: "X-Fresns-Client-Lang-Tag",
    timezone: "X-Fresns-Client-Timezone",
    aid: "X-Fresns-Aid",
    uid: "X-Fresns-Uid",
    tokens: Tokens::Both { account: "X-Fresns-Aid-Token", user: "X-Fresns-Uid-Token" },
    device: None,
    signed: &[
        "X-Fresns-App-Id",
        "X-Fresns-Aid",
        "X-Fresns-Aid-Token",
        "X-Fresns-Client-Platform-Id",
        "X-Fresns-Client-Version",
        "X-Fresns-Signature-Timestamp",
        "X-Fresns-Uid",
        "X-Fresns-Uid-Token",
    ],
    platforms: 13,
    generation: Generation::Later,
};

/// 3.x: the same names, and that of a space where there are several.
const THIRD: Names = Names {
    signed: &[
        "X-Fresns-Space-Id",
        "X-Fresns-App-Id",
        "X-Fresns-Aid",
        "X-Fresns-Aid-Token",
        "X-Fresns-Client-Platform-Id",
        "X-Fresns-Client-Version",
        "X-Fresns-Signature-Timestamp",
        "X-Fresns-Uid",
        "X-Fresns-Uid-Token",
    ],
    platforms: 11,
    generation: Generation::Third,
    ..LATER
};

impl Names {
    /// The spelling a request is in. Nothing is ever read from another one than that.
    fn of(request: &HttpRequest) -> &'static Self {
        if v3::is_third(request) {
            return &THIRD;
        }
        let has = |name: &&str| header_text(request, name).is_some();
        let is_later = [LATER.app_id, LATER.signature].iter().any(has)
            || (!has(&FIRST.app_id) && LATER.signed.iter().any(has));
        if is_later {
            &LATER
        } else if ["aidToken", "uidToken"].iter().any(has) {
            &TWO_TOKENS
        } else {
            &FIRST
        }
    }
}

/// The language a request asks for, in whichever spelling.
pub(crate) fn lang_tag(request: &HttpRequest) -> Option<&str> {
    header_text(request, Names::of(request).language)
}

/// The time zone a request asks for, in whichever spelling.
pub(crate) fn timezone(request: &HttpRequest) -> Option<&str> {
    header_text(request, Names::of(request).timezone)
}

/// The token of the account in a request of 3.x.
pub(crate) fn account_token(request: &HttpRequest) -> Option<&str> {
    header_text(request, "X-Fresns-Aid-Token")
}

/// Whether a request is an app's.
pub(crate) fn is_of_app(request: &HttpRequest) -> bool {
    [FIRST.app_id, LATER.app_id].iter().any(|name| header_text(request, name).is_some())
}

/// The credentials, or the code of the first header that is missing or wrong, in the order of the header table.
pub(crate) fn credentials(request: &HttpRequest) -> Result<UserCredentials, Failure> {
    let names = Names::of(request);
    let text = |name| header_text(request, name);
    let needed = |name, code| text(name).map(str::to_owned).ok_or(Failure::of(code, name));
    let platform = text(names.platform).and_then(|text| platform(text, names.platforms));
    let platform = platform.ok_or(Failure::of(31101, names.platform))?;
    needed(names.version, 31201)?;
    let app_id = needed(names.app_id, 31301)?;
    let timestamp = text(names.timestamp)
        .filter(|text| is_timestamp(text))
        .ok_or(Failure::of(31000, names.timestamp))?
        .to_owned();
    let signature = needed(names.signature, 31302)?;
    let aid = text(names.aid).map(str::to_owned);
    let uid = match text(names.uid) {
        Some(uid) => Some(Uid::from_canonical(uid).ok_or(Failure::of(31000, names.uid))?),
        None => None,
    };
    let (token, account_token) = tokens(names, text, aid.is_some(), uid.is_some())?;
    if let Some(name) = names.device {
        check_device(text(name), name)?;
    }
    let signed = names.signed.iter().filter_map(|name| Some((*name, text(name)?.to_owned()))).collect();
    Ok(UserCredentials {
        generation: names.generation,
        app_id,
        platform,
        signed,
        timestamp,
        signature,
        lang_tag: text(names.language).map(str::to_owned),
        timezone: text(names.timezone).map(str::to_owned),
        aid,
        uid,
        token,
        account_token,
    })
}

/// The token that proves the caller and, where both travel, that of its account.
fn tokens<'r>(
    names: &Names,
    text: impl Fn(&'static str) -> Option<&'r str>,
    has_account: bool,
    has_user: bool,
) -> Result<(Option<String>, Option<String>), Failure> {
    let needed = |name, is_needed| match text(name) {
        None if is_needed => Err(Failure::of(31503, name)),
        token => Ok(token.map(str::to_owned)),
    };
    match names.tokens {
        Tokens::One(name) => Ok((needed(name, has_account || has_user)?, None)),
        Tokens::Both { account, user } => {
            let of_account = needed(account, has_account)?;
            let of_user = needed(user, has_user)?;
            Ok(if has_user { (of_user, of_account) } else { (of_account, None) })
        }
    }
}

/// From 1 to the last there is.
fn platform(text: &str, last: i64) -> Option<i64> {
    Uid::from_canonical(text).map(|number| number.0).filter(|number| (1..=last).contains(number))
}

/// 10 to 13 digits: seconds or milliseconds.
fn is_timestamp(text: &str) -> bool {
    (10..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A JSON object. That it names no address is fine.
fn check_device(text: Option<&str>, name: &'static str) -> Result<(), Failure> {
    let text = text.ok_or(Failure::of(31701, name))?;
    serde_json::from_str::<Map<String, Value>>(text).map(|_| ()).map_err(|_| Failure::of(31702, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const LATER_HEADERS: [(&str, &str); 11] = [
        ("X-Fresns-App-Id", "Zx4kTq9L"),
        ("X-Fresns-Client-Platform-Id", "8"),
        ("X-Fresns-Client-Version", "2.6.2"),
        ("X-Fresns-Client-Device-Info", "e30="),
        ("X-Fresns-Client-Lang-Tag", "zh-Hans"),
        ("X-Fresns-Aid", "h8Qp3ZtV"),
        ("X-Fresns-Aid-Token", "of-the-account"),
        ("X-Fresns-Uid", "90417"),
        ("X-Fresns-Uid-Token", "of-the-user"),
        ("X-Fresns-Signature", "5ec7e7"),
        ("X-Fresns-Signature-Timestamp", "1668061200123"),
    ];

    fn read(headers: &[(&str, &str)], changes: &[(&str, &str)]) -> Result<UserCredentials, Failure> {
        let mut request = TestRequest::get();
        for (name, value) in headers {
            let changed = changes.iter().find(|(changed, _)| changed == name);
            request = request.insert_header((*name, changed.map_or(*value, |(_, value)| *value)));
        }
        for (name, value) in changes.iter().filter(|(name, _)| headers.iter().all(|(known, _)| known != name))
        {
            request = request.insert_header((*name, *value));
        }
        credentials(&request.to_http_request())
    }

    fn later(changes: &[(&str, &str)]) -> Result<UserCredentials, Failure> {
        read(&LATER_HEADERS, changes)
    }

    #[test]
    fn below_the_path_of_3_x_the_same_names_are_those_of_3_x() {
        let third = |changes: &[(&str, &str)]| {
            let mut request = TestRequest::get().uri("/api/fresns/v1/conversation/list");
            for (name, value) in LATER_HEADERS.iter().chain(changes) {
                request = request.insert_header((*name, *value));
            }
            credentials(&request.to_http_request())
        };
        let found = third(&[("X-Fresns-Space-Id", "s1")]).unwrap();
        assert_eq!((found.generation, found.signed.len()), (Generation::Third, 9));
        assert_eq!(found.account_token.as_deref(), Some("of-the-account"));
        assert_eq!(third(&[]).unwrap().signed.len(), 8);
        let platform = |number| third(&[("X-Fresns-Client-Platform-Id", number)]).map(|found| found.platform);
        assert_eq!(platform("11"), Ok(11));
        assert_eq!(platform("12"), Err(Failure::of(31101, "X-Fresns-Client-Platform-Id")));
    }

    #[test]
    fn the_names_of_2_2_are_read_with_both_tokens_and_signed_whole() {
        let found = later(&[]).unwrap();
        assert_eq!(found.generation, Generation::Later);
        assert_eq!((found.platform, found.uid), (8, Some(Uid(90_417))));
        assert_eq!(found.token.as_deref(), Some("of-the-user"));
        assert_eq!(found.account_token.as_deref(), Some("of-the-account"));
        assert_eq!(found.lang_tag.as_deref(), Some("zh-Hans"));
        assert_eq!(found.signed.len(), 8);
        let account = later(&[("X-Fresns-Uid", ""), ("X-Fresns-Uid-Token", "")]).unwrap();
        assert_eq!((account.token.as_deref(), account.account_token), (Some("of-the-account"), None));
        assert_eq!(account.signed.len(), 6);
    }

    #[test]
    fn two_tokens_in_plain_names_are_read_too() {
        let plain = [
            ("platformId", "5"),
            ("version", "2.0.0"),
            ("appId", "Zx4kTq9L"),
            ("timestamp", "1668061200"),
            ("sign", "5ec7e7"),
            ("aid", "h8Qp3ZtV"),
            ("uid", "90417"),
            ("aidToken", "of-the-account"),
            ("uidToken", "of-the-user"),
            ("deviceInfo", "{}"),
        ];
        let found = read(&plain, &[]).unwrap();
        assert_eq!(found.generation, Generation::First);
        assert_eq!(found.token.as_deref(), Some("of-the-user"));
        assert_eq!(found.account_token.as_deref(), Some("of-the-account"));
        assert_eq!(found.signed.len(), 8);
        assert_eq!(read(&plain, &[("uidToken", "")]).err().unwrap().code, 31503);
    }

    #[test]
    fn device_information_in_base64_may_be_anything_and_may_be_absent() {
        for device in ["", "e30=", "bm90IGpzb24=", "%%%", "{}", "null"] {
            assert!(later(&[("X-Fresns-Client-Device-Info", device)]).is_ok(), "{device}");
        }
    }

    #[test]
    fn each_missing_header_is_told_by_its_own_name() {
        for (name, value, code) in [
            ("X-Fresns-Client-Platform-Id", "", 31101),
            ("X-Fresns-Client-Platform-Id", "14", 31101),
            ("X-Fresns-Client-Version", "", 31201),
            ("X-Fresns-App-Id", "", 31301),
            ("X-Fresns-Signature-Timestamp", "", 31000),
            ("X-Fresns-Signature-Timestamp", "1668061200.5", 31000),
            ("X-Fresns-Signature", "", 31302),
            ("X-Fresns-Uid", "mira", 31000),
            ("X-Fresns-Aid-Token", "", 31503),
            ("X-Fresns-Uid-Token", "", 31503),
        ] {
            assert_eq!(later(&[(name, value)]).err().unwrap(), Failure::of(code, name), "{name}: {value}");
        }
    }

    #[test]
    fn headers_of_one_spelling_never_fill_gaps_of_another() {
        let signed = later(&[("X-Fresns-Uid", ""), ("uid", "7"), ("token", "t"), ("aid", "x")]).unwrap();
        assert_eq!((signed.uid, signed.aid.as_deref()), (None, Some("h8Qp3ZtV")));
        assert_eq!(later(&[("X-Fresns-App-Id", ""), ("appId", "k")]).err().unwrap().code, 31301);
    }
}
