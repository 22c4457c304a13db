//! The headers of 2.0 and 2.x in the document.

use serde_json::{Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::header;

/// The headers every endpoint takes. Those that say who calls are needed where somebody must be signed in.
pub(super) fn headers(login: Login) -> Vec<Value> {
    let (account, user) = (matches!(login, Login::Account | Login::User), login == Login::User);
    let text = json!({"type": "string"});
    vec![
        header(
            "platformId",
            true,
            "Platform of the app key, 1 to 13.",
            &json!({"type": "integer", "minimum": 1, "maximum": 13}),
            "5",
        ),
        header("version", true, "Version of the app.", &text, "2.0.0"),
        header("appId", true, "Id of the app key.", &text, "Zx4kTq9L"),
        header(
            "timestamp",
            true,
            "When it was signed: seconds (10 digits) or milliseconds since 1970.",
            &json!({"type": "string", "pattern": "^[0-9]{10,13}$"}),
            "1668061200123",
        ),
        header("sign", true, "Hex MD5, see above.", &text, "256a35a02de008c6f906e418b8c44008"),
        header("langTag", false, "Language of messages and dates; without it the site's.", &text, "en"),
        header(
            "timezone",
            false,
            "UTC offset in hours; without it the user's own, else the site's.",
            &text,
            "+8",
        ),
        header("aid", account, "Id of the account.", &text, "h8Qp3ZtV"),
        header(
            "uid",
            user,
            "Number of the user.",
            &json!({"type": "integer", "minimum": 1, "maximum": 9_007_199_254_740_991_i64}),
            "90417",
        ),
        header(
            "token",
            account,
            "The session token of the user, or of the account without a user.",
            &text,
            "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm",
        ),
        header(
            "deviceInfo",
            true,
            "Text of a JSON object that describes the device.",
            &text,
            "{\"type\":\"Mobile\",\"platformName\":\"iOS\"}",
        ),
    ]
}
