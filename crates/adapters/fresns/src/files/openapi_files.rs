//! The description of uploading files, of links to them, and of what links lead to.

use serde_json::{Map, Value, json};
use sixin_domain::access::session::Login;
use sixin_domain::file::media::ThumbnailSize;
use sixin_web::files::serve::FILE;
use sixin_web::openapi::{bytes, parameter, plainly_refused, request_id_header, schema_ref};

use crate::openapi::{Endpoint, id_schema, query};
use crate::routes::{FILE_LINK, UPLOAD};

/// The paths and what they take.
pub(crate) fn paths() -> Vec<(&'static str, Value)> {
    vec![
        (UPLOAD, json!({"post": upload()})),
        (FILE_LINK, json!({"get": link()})),
        (FILE, json!({"get": read()})),
    ]
}

/// Each kind of file is an object of its own, and a file one of them: generators of clients can't add one of several objects
/// to another.
pub(crate) fn name_kinds(schemas: &mut Map<String, Value>) {
    let Some(mut file) = schemas.remove("FresnsFile") else { return };
    let kinds = schemas.remove("FresnsFileOfKind").unwrap_or_default();
    let kinds = kinds.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let common = file.pointer_mut("/allOf/1").map(Value::take).unwrap_or_default();
    let names = ["FresnsImageFile", "FresnsVideoFile", "FresnsAudioFile", "FresnsDocumentFile"];
    for (name, of_kind) in names.into_iter().zip(kinds) {
        schemas.insert(name.to_owned(), json!({"allOf": [schema_ref("FresnsAnyFile"), of_kind]}));
    }
    schemas.insert("FresnsAnyFile".to_owned(), common);
    let file = json!({"description": "A file.", "oneOf": names.map(schema_ref)});
    schemas.insert("FresnsFile".to_owned(), file);
}

fn upload() -> Value {
    let mut described = Endpoint {
        login: Login::User,
        id: "upload_file",
        summary: "Upload a file for a message",
        about: "The file can then be sent, once, by its uploader to the user it was uploaded for. What it holds \
                decides what it is kept as, whatever `type` and its extension say; the name gets the right extension. It \
                must be whole, of a kind that the site takes (a refusal names them), and not larger nor longer than the \
                site and the caller's role allow. Pictures lose what cameras write into them, so size and hashes may not be \
                those of what was sent, and get thumbnails. A file that is not sent within a day is removed.\n\n"
            .to_owned(),
        parameters: Vec::new(),
        body: Some((json!({}), json!({}))),
        data: schema_ref("FresnsFile"),
    }
    .describe();
    if let Some(body) = described.get_mut("requestBody") {
        *body = json!({"required": true, "content": {"multipart/form-data": {"schema": form()}}});
    }
    if let Some(responses) = described.get_mut("responses").and_then(Value::as_object_mut) {
        responses.remove("413");
        responses.remove("415");
        responses.insert(
            "429".to_owned(),
            crate::openapi::failed(crate::codes::TOO_FAST, "Too many uploads of this user of late.", true),
        );
    }
    described
}

fn form() -> Value {
    json!({
        "type": "object",
        "required": ["usageType", "tableName", "tableColumn", "tableKey", "type", "uploadMode", "file"],
        "properties": {
            "usageType": {"type": "integer", "enum": [6], "description": "6: a conversation."},
            "tableName": {"type": "string", "enum": ["conversation_messages"]},
            "tableColumn": {"type": "string", "enum": ["message_file_id", "id"]},
            "tableKey": {"type": "string", "minLength": 1, "description": "Number or name of the user who gets it."},
            "type": {"type": "string", "enum": ["image", "video", "audio", "document"]},
            "uploadMode": {"type": "string", "enum": ["file"]},
            "file": {"type": "string", "format": "binary", "description": "The file, with its name."},
            "moreJson": {"type": "string", "description": "A JSON object of at most 4096 bytes that is kept with it."},
        },
    })
}

fn link() -> Value {
    let kind = json!({"type": "string", "enum": ["conversation"]});
    Endpoint {
        login: Login::User,
        id: "link_file",
        summary: "Get a link to a file",
        about: "For who uploaded the file, and for who sees a message with it.\n\n".to_owned(),
        parameters: vec![
            parameter("path", "fid", true, "Id of the file.", &json!({"type": "string", "minLength": 1}), ""),
            query("type", "What `fsid` is the id of.", &kind, "conversation"),
            query(
                "fsid",
                "Id of the message, or of the conversation, in which the caller sees it.",
                &id_schema(),
                "",
            ),
        ],
        body: None,
        data: schema_ref("FresnsFileLink"),
    }
    .describe()
}

/// Not a call of the dialect: it takes no signature but its own.
fn read() -> Value {
    let sizes: Vec<_> = ThumbnailSize::ALL.iter().map(|size| size.name()).collect();
    let text = json!({"type": "string"});
    let file = |about: &str| json!({"description": about, "content": {"*/*": {"schema": bytes()}}});
    json!({
        "tags": ["fresns"],
        "operationId": "read_file",
        "summary": "Read a file",
        "description": "By a link that another call gave. Pictures are shown, all else is to be saved. Parts can be \
                        asked for with the header `Range`.",
        "parameters": [
            parameter("path", "fid", true, "Id of the file.", &json!({"type": "string", "minLength": 1}), ""),
            parameter("query", "size", false, "A thumbnail.", &json!({"type": "string", "enum": sizes}), ""),
            parameter("query", "expires", true, "When the link ends.", &json!({"type": "integer"}), ""),
            parameter("query", "sign", true, "The signature of the link.", &text, ""),
            request_id_header(),
        ],
        "responses": {
            "200": file("The file."),
            "206": file("The part that was asked for."),
            "304": {"description": "The file is the one that the client has."},
            "403": plainly_refused("The link is wrong, or its time is over."),
            "404": plainly_refused("There is no such file any more."),
            "416": plainly_refused("There are no such bytes in it."),
            "500": plainly_refused("A fault of the server."),
            "503": plainly_refused("The file can't be read now."),
        },
    })
}
