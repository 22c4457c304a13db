//! The description of 3.x (docs/wire/fresns3.md): what its handlers and requests say of themselves, and what all have in common.

use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_web::openapi::{Description, derived, header, schema_ref};
use utoipa::OpenApi;

use crate::openapi::{Generation, about_send_in, completed, insert, name_refusals, part_of};
use crate::pagination::Pagination;
use crate::v3::codes::renumbered;
use crate::v3::{access, conversation_detail, conversations, files, marks, nothing, profile, site, users};

#[derive(OpenApi)]
#[openapi(components(schemas(Pagination)))]
struct Schemas;

const ABOUT: &str = "For apps made for Fresns 3.x.\n\n\
**Signature.** `X-Fresns-Signature` is the hex SHA-256 of the present ones among `X-Fresns-Aid`, `X-Fresns-Aid-Token`, \
`X-Fresns-App-Id`, `X-Fresns-Client-Platform-Id`, `X-Fresns-Client-Version`, `X-Fresns-Signature-Timestamp`, \
`X-Fresns-Space-Id`, `X-Fresns-Uid`, `X-Fresns-Uid-Token`, sorted by name, written as `name=value` and joined with `&`, \
then `&AppKey=` and the app secret. Values may be form-encoded or raw. The time stamp may be ten minutes off. The body is \
not covered, so use TLS.\n\n\
**Signing in.** The app opens the page that `account_login_service` of `global/configs` names, gets a `loginToken` from it, and \
redeems that at `account/auth-token`.\n\n\
**Refusals** come in HTTP 200 with a code other than 0 and a message in the language of `X-Fresns-Client-Lang-Tag`; the first \
condition that is not met decides.\n\n";

const THIRD: Generation = Generation {
    tag: "fresns3",
    headers,
    refused: "Fresns3Refused",
    failed: "Fresns3Failed",
    numbered: renumbered,
};

/// What clients of 3.x have in the document.
#[must_use]
pub fn description() -> Description {
    let mut document = Schemas::openapi();
    for subject in [
        access::Described::openapi(),
        conversations::Described::openapi(),
        conversation_detail::Described::openapi(),
        files::Described::openapi(),
        users::Described::openapi(),
        marks::Described::openapi(),
        profile::Described::openapi(),
        site::Described::openapi(),
        nothing::Described::openapi(),
    ] {
        document.merge(subject);
    }
    let (mut schemas, operations) = derived(&document);
    name_parts(&mut schemas);
    let paths = completed(&THIRD, &mut schemas, operations);
    Description {
        tag: THIRD.tag,
        about: ABOUT,
        credentials: &[
            "X-Fresns-App-Id",
            "X-Fresns-Client-Platform-Id",
            "X-Fresns-Client-Version",
            "X-Fresns-Signature",
            "X-Fresns-Signature-Timestamp",
            "X-Fresns-Aid",
            "X-Fresns-Aid-Token",
            "X-Fresns-Uid",
            "X-Fresns-Uid-Token",
        ],
        schemas,
        paths,
        webhooks: Vec::new(),
    }
}

/// What a send does, its codes among it.
pub(super) fn about_send_v3() -> String {
    about_send_in(&THIRD)
}

/// The headers every endpoint takes. Those that say who calls are needed where somebody must be signed in.
fn headers(login: Login) -> Vec<Value> {
    let (account, user) = (matches!(login, Login::Account | Login::User), login == Login::User);
    let text = json!({"type": "string"});
    let number = |most: i64| json!({"type": "integer", "minimum": 1, "maximum": most});
    let stamp = json!({"type": "string", "pattern": "^([0-9]{10}|[0-9]{13})$"});
    let signature = "Hex SHA-256, see above.";
    let sample = "77c1ee271094956917596e8670dc978b5d5b13df1c2ed70bb93866e74a9ee6a0";
    let signed_at = "When it was signed: seconds (10 digits) or milliseconds (13) since 1970.";
    let zone = "UTC offset in hours; without it the user's own, else the site's.";
    let language = "Language of messages and dates; without it the site's.";
    let device = "Base64 of a JSON object that describes the device; what can't be read counts as none.";
    vec![
        header("X-Fresns-Client-Platform-Id", true, "Platform of the app key, 1 to 11.", &number(11), "5"),
        header("X-Fresns-Client-Version", true, "Version of the app.", &text, "3.0.0"),
        header("X-Fresns-App-Id", true, "Id of the app key.", &text, "Zx4kTq9L"),
        header("X-Fresns-Signature-Timestamp", true, signed_at, &stamp, "1715351100123"),
        header("X-Fresns-Signature", true, signature, &text, sample),
        header("X-Fresns-Client-Lang-Tag", false, language, &text, "en"),
        header("X-Fresns-Client-Timezone", false, zone, &text, "+8"),
        header("X-Fresns-Client-Device-Info", false, device, &text, "e30="),
        header("X-Fresns-Space-Id", false, "Signed where it is sent, and of no other use.", &text, ""),
        header("X-Fresns-Aid", account, "Id of the account.", &text, "h8Qp3ZtV"),
        header("X-Fresns-Aid-Token", account, "Its token.", &text, "Tq6Zr0Xk2MbV8cNs4LwYp1GhJd7FeAu9"),
        header("X-Fresns-Uid", user, "Number of the user.", &number(9_007_199_254_740_991), "90417"),
        header("X-Fresns-Uid-Token", user, "Its token.", &text, "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm"),
    ]
}

/// What objects look like whose user has only the keys that were asked for.
fn name_parts(schemas: &mut Map<String, Value>) {
    name_refusals(&THIRD, schemas);
    let user = part_of(&schema_ref("Fresns3User"), schemas);
    schemas.insert("Fresns3UserPart".to_owned(), user);
    for whole in ["Fresns3Conversation", "Fresns3Detail"] {
        if let Some(schema) = schemas.get_mut(whole) {
            insert(schema, "/properties/user", some_user());
        }
    }
    // What is sent has the whole user, what is listed not always.
    let mut listed = schemas.get("Fresns3Message").cloned().unwrap_or_default();
    insert(&mut listed, "/properties/user", some_user());
    schemas.insert("Fresns3MessagePart".to_owned(), listed);
}

fn some_user() -> Value {
    json!({"anyOf": [schema_ref("Fresns3UserPart"), {"type": "null"}]})
}
