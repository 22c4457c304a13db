//! Files for messages: uploading, and links (docs/wire/fresns.md#files).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sixin_application::files::upload_file::{UploadError, UploadPurpose, UploadRequest};
use sixin_domain::file::upload::taken;
use sixin_domain::file::{FileKind, StoredFile};
use sixin_web::documented;
use sixin_web::request::parameters::{coded, read};
use sixin_web::request::{body, multipart};
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Locale, Visit, answered, query, visit};
use crate::api::FresnsApi;
use crate::codes::{EXCLUSIVE, Failure, MISSING, NO_OBJECT, NO_STORAGE, NOT_ALLOWED};
use crate::files::file_info::{FileInfo, file_info, file_url};
use crate::parameters::Parameters;
use crate::responses::done;
use crate::routes::{FILE_LINK, UPLOAD};
use crate::values::{Id, not_allowed};

/// Longest `moreJson`, in bytes.
const MORE_JSON_BYTES: usize = 4096;
/// The number of conversations among the purposes of a file.
const FOR_CONVERSATIONS: i64 = 6;

/// A link to a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsFileLink)]
pub(crate) struct FileLinkInfo {
    /// Works for ten minutes, unless the site says otherwise.
    original_url: String,
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(upload_file, link_file))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsUploadForm)]
struct UploadForm {
    /// 6: a conversation.
    #[serde(rename = "usageType")]
    _usage_type: ForConversations,
    #[serde(rename = "tableName")]
    _table_name: UploadTable,
    #[serde(rename = "tableColumn")]
    _table_column: UploadColumn,
    /// There is no message yet that it could be the number of.
    #[schema(ignore)]
    table_id: Option<String>,
    /// Number or name of the user who gets it.
    #[schema(required = true)]
    table_key: Option<String>,
    #[serde(rename = "type")]
    kind: UploadKind,
    upload_mode: UploadMode,
    #[schema(ignore)]
    file_info: Option<String>,
    /// The file, with its name.
    #[serde(rename = "file", default)]
    #[schema(required = true, value_type = String, format = Binary)]
    _file: (),
    /// A JSON object of at most 4096 bytes that is kept with it.
    more_json: Option<MoreJson>,
}

/// What a file is for: files of this server are for messages only.
struct ForConversations;

documented!(ForConversations, json!({"type": "integer", "enum": [FOR_CONVERSATIONS]}));

impl<'de> Deserialize<'de> for ForConversations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if i64::deserialize(deserializer)? == FOR_CONVERSATIONS { Ok(Self) } else { Err(not_allowed()) }
    }
}

/// Where a file is noted.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum UploadTable {
    ConversationMessages,
}

documented!(UploadTable, json!({"type": "string", "enum": ["conversation_messages"]}));

/// In which column it is noted.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum UploadColumn {
    MessageFileId,
    Id,
}

documented!(UploadColumn, json!({"type": "string", "enum": ["message_file_id", "id"]}));

/// How a file comes: by itself, or from a storage that is asked elsewhere.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum UploadMode {
    File,
    FileInfo,
}

documented!(UploadMode, json!({"type": "string", "enum": ["file"]}));

pub(crate) struct UploadKind(pub(crate) FileKind);

documented!(UploadKind, json!({"type": "string", "enum": ["image", "video", "audio", "document"]}));

impl<'de> Deserialize<'de> for UploadKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FileKind::from_name(&String::deserialize(deserializer)?).map(Self).ok_or_else(not_allowed)
    }
}

/// A JSON object, written anew.
pub(crate) struct MoreJson(pub(crate) String);

documented!(MoreJson, json!({"type": "string"}));

impl<'de> Deserialize<'de> for MoreJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > MORE_JSON_BYTES {
            return Err(D::Error::custom("is too long"));
        }
        let object: Result<Map<String, Value>, _> = serde_json::from_str(&text);
        let object = object.map_err(|_| coded::<D::Error>(&NO_OBJECT.to_string(), "must be an object"))?;
        Ok(Self(Value::Object(object).to_string()))
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = FresnsLinkFile)]
pub(crate) struct LinkFile {
    /// What `fsid` is the id of.
    #[serde(rename = "type")]
    _kind: Option<LinkedWithin>,
    /// Id of the message, or of the conversation, in which the caller sees it.
    fsid: Option<Id>,
}

/// In what a file is seen.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsLinkedWithin)]
pub(crate) enum LinkedWithin {
    Conversation,
}

/// Upload a file for a message
///
/// The file can then be sent, once, by its uploader to the user it was uploaded for. What it holds decides what it is kept as,
/// whatever `type` and its extension say; the name gets the right extension. It must be whole, of a kind that the site takes (a
/// refusal names them), and not larger nor longer than the site and the caller's role allow. Pictures lose what cameras write into
/// them, so size and hashes may not be those of what was sent, and get thumbnails. A file that is not sent within a day is removed.
#[utoipa::path(post, path = UPLOAD, security(("user" = [])), request_body(content = UploadForm, content_type = "multipart/form-data"), responses((status = 200, body = FileInfo)))]
pub(crate) async fn upload_file(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visit, file) = uploaded(&request, payload, &api, wanted).await?;
        Ok(done(file_info(&file, &visit.locale), visit.locale.language))
    })
    .await
}

/// The file that a form brings, for what `wanted` reads from its other fields and the file's name.
pub(crate) async fn uploaded<F: DeserializeOwned>(
    request: &HttpRequest,
    mut payload: web::Payload,
    api: &FresnsApi,
    wanted: fn(F, Option<String>, &Visit) -> Result<UploadRequest, Failure>,
) -> Result<(Visit, StoredFile), Failure> {
    let begun = async {
        let visit = visit(request, api).await?;
        let arrival = api.upload_file.begin(&visit.viewer()).await?;
        Ok::<_, Failure>((visit, arrival))
    };
    let (visit, arrival) = match begun.await {
        Ok(begun) => begun,
        Err(failure) => {
            body::discard_in_time(&mut payload, &api.http).await;
            return Err(failure);
        }
    };
    let arrival = (arrival.file, arrival.most_bytes);
    let form = multipart::read(request, payload, arrival, &api.http).await?;
    let (name, staged) = form.file.unzip();
    let wanted = wanted(read(&Parameters::of_fields(form.values))?, name, &visit)?;
    let staged = staged.ok_or(Failure::of(MISSING, "file"))?;
    let viewer = visit.viewer();
    match api.upload_file.finish(&viewer, wanted, staged).await {
        Ok(file) => Ok((visit, file)),
        Err(UploadError::File(refusal)) if refusal.is_for_what_it_is() => {
            let more = taken(&viewer.settings);
            Err(Failure { more, ..UploadError::File(refusal).into() })
        }
        Err(error) => Err(error.into()),
    }
}

/// What a form asks for.
fn wanted(form: UploadForm, name: Option<String>, visit: &Visit) -> Result<UploadRequest, Failure> {
    let purpose = match (form.table_id, form.table_key) {
        (Some(_), Some(_)) => return Err(Failure::of(EXCLUSIVE, "tableId")),
        (None, None) => return Err(Failure::of(MISSING, "tableKey")),
        (Some(_), None) => return Err(Failure::of(NOT_ALLOWED, "tableId")),
        (None, Some(key)) => UploadPurpose::MessageTo(key),
    };
    match (form.upload_mode, form.file_info) {
        (UploadMode::File, Some(_)) => return Err(Failure::of(EXCLUSIVE, "fileInfo")),
        (UploadMode::File, None) => {}
        (UploadMode::FileInfo, _) => return Err(Failure::new(NO_STORAGE)),
    }
    let name = name.ok_or(Failure::of(MISSING, "file"))?;
    let more_json = form.more_json.map(|more| more.0);
    let platform = visit.platform;
    Ok(UploadRequest { kind: form.kind.0, name, purpose, more_json, is_sensitive: false, platform })
}

/// Get a link to a file
///
/// For who uploaded the file, and for who sees a message with it.
#[utoipa::path(get, path = FILE_LINK, security(("user" = [])), params(("fid" = String, Path, description = "Id of the file.", min_length = 1)), request_body = LinkFile, responses((status = 200, body = FileLinkInfo)))]
pub(crate) async fn link_file(
    request: HttpRequest,
    fid: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (original_url, locale) = linked(&request, &api, &fid).await?;
        Ok(done(FileLinkInfo { original_url }, locale.language))
    })
    .await
}

/// The address of a file that the caller sees.
pub(crate) async fn linked(
    request: &HttpRequest,
    api: &FresnsApi,
    fid: &str,
) -> Result<(String, Locale), Failure> {
    let visit = visit(request, api).await?;
    let LinkFile { fsid, .. } = query(request)?;
    let file = api.read_file.shown(visit.caller.user.id, fid, fsid.map(|id| id.0)).await?;
    Ok((file_url(&file, &visit.locale), visit.locale))
}
