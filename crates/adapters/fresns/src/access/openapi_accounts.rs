//! The description of signing in and out.

use serde_json::{Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::schema_ref;

use crate::openapi::Endpoint;
use crate::routes::{ACCOUNT, AUTH, LOGIN, LOGOUT, REGISTER};

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (LOGIN, json!({"post": login()})),
        (ACCOUNT, json!({"get": detail()})),
        (LOGOUT, json!({"delete": logout()})),
        (REGISTER, json!({"post": register()})),
        (AUTH, json!({"post": auth()})),
    ]
}

fn password(about: &str) -> Value {
    json!({"type": ["string", "null"], "description": about, "examples": ["Y29ycmVjdCBob3JzZQ=="]})
}

fn login() -> Value {
    let schema = json!({
        "type": "object",
        "required": ["type", "account"],
        "properties": {
            "type": {"type": "string", "enum": ["email", "phone"]},
            "account": {
                "description": "The e-mail address, or the telephone number without the code of its country.",
                "type": "string", "minLength": 1,
            },
            "countryCode": {
                "description": "The code of the country, with type `phone`.",
                "type": "string",
            },
            "password": password("The password in Base64."),
            "verifyCode": {"type": ["string", "null"], "description": "No codes are sent here, so none is right."},
        },
    });
    let examples = json!({
        "email": {"value": {"type": "email", "account": "ann@example.org", "password": "Y29ycmVjdCBob3JzZQ=="}},
        "phone": {"value": {"type": "phone", "countryCode": "49", "account": "15112345678", "password": "Y29ycmVjdCBob3JzZQ=="}},
    });
    Endpoint {
        login: Login::Nobody,
        id: "sign_in",
        summary: "Sign in to an account",
        about: "The token that is answered opens the account on the platform of the app key; a former one there ends. \
                Code 34304 stands for a wrong password and for an account that does not exist. After five failures \
                within an hour from one address at one account the code is 34306, and also after 30 of one address or \
                600 of all within a minute.\n\n"
            .to_owned(),
        parameters: Vec::new(),
        body: Some((schema, examples)),
        data: schema_ref("FresnsSignedIn"),
    }
    .describe()
}

fn detail() -> Value {
    Endpoint {
        login: Login::Account,
        id: "show_account",
        summary: "Show the account that is signed in",
        about: "With its users; address and number are masked.\n\n".to_owned(),
        parameters: Vec::new(),
        body: None,
        data: schema_ref("FresnsAccountDetail"),
    }
    .describe()
}

fn logout() -> Value {
    Endpoint {
        login: Login::Account,
        id: "sign_out",
        summary: "Sign out",
        about: "Ends the session of the account on this platform, and with `uid` that of the user too.\n\n"
            .to_owned(),
        parameters: Vec::new(),
        body: None,
        data: json!({"type": "null"}),
    }
    .describe()
}

fn register() -> Value {
    Endpoint {
        login: Login::Nobody,
        id: "register",
        summary: "Refuse to register",
        about: "Accounts are made by the operator: the code is always 34201.\n\n".to_owned(),
        parameters: Vec::new(),
        body: None,
        data: json!({"type": "null"}),
    }
    .describe()
}

fn auth() -> Value {
    let schema = json!({
        "type": "object",
        "required": ["uidOrUsername"],
        "properties": {
            "uidOrUsername": {
                "description": "The number or the name of a user of the account.",
                "type": "string", "minLength": 1,
            },
            "password": password("The password of the user in Base64, if it has one (`hasPassword`)."),
        },
    });
    Endpoint {
        login: Login::Account,
        id: "choose_user",
        summary: "Sign in to a user of the account",
        about:
            "Takes the token of the account, without `uid`. The token that is answered is the user's on the \
                platform of the app key; a former one there ends.\n\n"
                .to_owned(),
        parameters: Vec::new(),
        body: Some((schema, json!({"by name": {"value": {"uidOrUsername": "user2"}}}))),
        data: schema_ref("FresnsSignedInUser"),
    }
    .describe()
}
