//! The description of this dialect: what handlers and requests say of themselves, and what all have in common.

pub(crate) mod operation;

use operation::completed;

use serde_json::{Map, Value, json};
use sixin_web::openapi::{Description, SEND_ONCE, answer, derived, header, request_id_header, schema_ref};
use utoipa::OpenApi;

use crate::codes::{Code, KEY_REUSED};
use crate::conversations::{attributes, tags};
use crate::messages::{changes, expansions, history, logs, openapi_logs};
use crate::responses::{Refused, SUCCESS};
use crate::sending::options::Options;
use crate::sending::{publish, stream, system};
use crate::site::sensitive_words;
use crate::users::{friends, hosted_profiles, lists, preferences, profiles, restrictions};

#[derive(OpenApi)]
#[openapi(components(schemas(Refused, Options)))]
struct Schemas;

const SIGNING: &str = "Publishes a message of one user to 1 to 1000 others.\n\n\
**Signature.** `Signature` is the hex SHA-1 of app secret, `Nonce` and `Timestamp`, joined as they stand in the headers \
without separators; either hex case. `Timestamp` is in seconds or milliseconds. Each header may also be sent as \
`RC-App-Key`, `RC-Nonce`, `RC-Timestamp`, `RC-Signature`. Body and path are not covered, so use TLS. Old time stamps and \
repeated nonces are refused only for keys that are strict.\n\n\
**Body.** A form or JSON; a body that begins with `{` is read as JSON whatever its content type says. Empty texts, JSON \
null and, for optional parameters, the text `undefined` count as not given; a whole number counts as its digits. `toUserId` \
may be repeated, sent as `toUserId[]` or `toUserId[0]`, `toUserId[1]` and so on, joined with commas, or a JSON array. Any \
other parameter that comes twice must say the same twice. multipart/form-data is read too, and so is what is packed with \
gzip; other encodings and character sets are 415.\n\n\
**Stored or not at all.** One unknown user refuses the whole call. With `verifyBlacklist=1` recipients on whose relation \
a block stands are skipped; if none is left, 1005. A sender among its recipients is skipped; if none is left, 1003.\n\n\
**Signals.** Where `isPersisted` and `isCounted` are not given, the type decides: notices (RC:InfoNtf, RC:ContactNtf, \
RC:ProfileNtf, RC:CmdNtf, RC:GrpNtf) are not counted as unread, and signals between devices (RC:CmdMsg, RC:RcCmd, RC:TypSts, \
RC:ReadNtf, other receipts, RC:MsgExMsg, those of calls) are not kept in the conversation either.\n\n";

pub(crate) const MSG_RANDOM: &str = "Without that header, `msgRandom` does the same for one minute. (RongCloud answers an error to a \
repeat; sixin answers as the first time.)\n\n";

/// What this dialect has in the document.
#[must_use]
pub fn description() -> Description {
    let mut document = Schemas::openapi();
    for subject in [
        publish::Operations::openapi(),
        stream::Operations::openapi(),
        system::Operations::openapi(),
        changes::Operations::openapi(),
        history::Operations::openapi(),
        expansions::Operations::openapi(),
        profiles::Operations::openapi(),
        friends::Operations::openapi(),
        hosted_profiles::Operations::openapi(),
        lists::Operations::openapi(),
        restrictions::Operations::openapi(),
        preferences::Operations::openapi(),
        tags::Operations::openapi(),
        attributes::Operations::openapi(),
        sensitive_words::Operations::openapi(),
        logs::Operations::openapi(),
    ] {
        document.merge(subject);
    }
    let (mut schemas, operations) = derived(&document);
    unite_publishing(&mut schemas);
    let paths = completed(&mut schemas, operations).into_iter().chain(openapi_logs::paths()).collect();
    Description {
        tag: "rongcloud",
        about: "For back ends that sign with their app secret.",
        credentials: &["App-Key", "Nonce", "Timestamp", "Signature"],
        schemas,
        paths,
        webhooks: Vec::new(),
    }
}

/// The options of a publish are read beside the rest of it, and a template takes lists for some of both, and a piece of a message an
/// object.
fn unite_publishing(schemas: &mut Map<String, Value>) {
    let mut options = schemas.remove("RongCloudPublishOptions").unwrap_or_default();
    let Some(publish) = schemas.get_mut("RongCloudPublish") else { return };
    add_properties(publish, &mut options);
    let publish = publish.clone();
    for other in ["RongCloudTemplate", "RongCloudStream"] {
        if let Some(own) = schemas.get_mut(other) {
            let mut whole = publish.clone();
            add_properties(&mut whole, own);
            *own = whole;
        }
    }
}

fn add_properties(schema: &mut Value, other: &mut Value) {
    for (name, added) in other.as_object_mut().into_iter().flatten() {
        match (schema.get_mut(name), added) {
            (Some(Value::Object(properties)), Value::Object(added)) => properties.append(added),
            (Some(Value::Array(required)), Value::Array(added)) => required.append(added),
            (Some(kept), example) if name == "example" => *kept = example.take(),
            _ => {}
        }
    }
}

/// What a publish does, its codes among it.
pub(crate) fn about_publish() -> String {
    format!("{SIGNING}{SEND_ONCE}{MSG_RANDOM}{}", code_table())
}

pub(crate) fn code_table() -> String {
    let mut table = format!(
        "| code | HTTP | text | meaning |\n| --- | --- | --- | --- |\n| {SUCCESS} | 200 | 成功 | done |\n"
    );
    for code in Code::ALL.into_iter().filter(|code| !matches!(code, Code::NotActivated | Code::TooManyWords))
    {
        let (number, status, text) = code.row();
        table.push_str(&format!("| {number} | {} | {text} | {} |\n", status.as_u16(), code.meaning()));
    }
    table.push_str("\nA body that is too large (413), that does not arrive in time (408) or is in an encoding that is not read (415), and a key of another request (409), have code 1003.");
    table
}

/// The signature, as parameters.
pub(crate) fn signed() -> Vec<Value> {
    let text = json!({"type": "string", "minLength": 1});
    vec![
        header("App-Key", true, "Id of the app key.", &text, "your-app-key"),
        header("Nonce", true, "Any text; a new one for each request if the key is strict.", &text, "14314"),
        header(
            "Timestamp",
            true,
            "When it was signed: seconds or milliseconds since 1970.",
            &text,
            "1408710653000",
        ),
        header(
            "Signature",
            true,
            "Hex SHA-1 of secret, nonce and time stamp.",
            &text,
            "30be0bbca9c9b2e27578701e9fda2358a814c88f",
        ),
        request_id_header(),
    ]
}

/// The answer with that status to a request that was not accepted.
pub(crate) fn refused(status: u16, description: &str) -> Value {
    let retry = matches!(status, 429 | 503);
    answer(description, &schema_ref("RongCloudError"), &examples(status), retry)
}

/// One example for each code with that status.
fn examples(status: u16) -> Value {
    let rows = Code::ALL.into_iter().map(Code::row).filter(|(_, of_code, _)| of_code.as_u16() == status);
    let example = |(number, text, detail): (i64, &str, &str)| {
        let error_message = format!("{text}: {detail}");
        let value = json!({"code": number, "errorMessage": error_message, "msg": error_message, "url": crate::routes::PUBLISH});
        (number.to_string(), json!({"value": value}))
    };
    if status == 409 {
        let (number, _, text) = Code::Parameter.row();
        return Value::Object(std::iter::once(example((number, text, KEY_REUSED))).collect());
    }
    Value::Object(rows.map(|(number, _, text)| example((number, text, "what to mend, in English"))).collect())
}
