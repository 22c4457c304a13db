//! The description of what links to files lead to, and of the kinds of files.

use serde_json::{Map, Value, json};
use sixin_domain::file::media::ThumbnailSize;
use sixin_web::files::serve::FILE;
use sixin_web::openapi::{bytes, parameter, plainly_refused, request_id_header, schema_ref};

/// The path items.
pub(crate) fn paths() -> Vec<(String, Value)> {
    vec![(FILE.to_owned(), json!({"get": read()}))]
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
