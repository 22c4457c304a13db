//! Files for messages: uploading, and links (docs/wire/fresns.md#files).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value};
use sixin_application::files::upload_file::{UploadError, UploadRequest};
use sixin_domain::file::FileKind;
use sixin_domain::file::upload::taken;
use sixin_web::request::{body, multipart};
use utoipa::ToSchema;

use crate::admission::{Visit, answered, query, visit};
use crate::api::FresnsApi;
use crate::codes::{EXCLUSIVE, Failure, MALFORMED, MISSING, NO_OBJECT, NO_STORAGE, NOT_ALLOWED};
use crate::files::file_info::{file_info, file_url};
use crate::parameters::Parameters;
use crate::responses::{done, refused_with};

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

/// `POST /api/v2/common/upload-file`.
pub(crate) async fn upload(
    request: HttpRequest,
    mut payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let begun = async {
            let visit = visit(&request, &api).await?;
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
        let form = multipart::read(&request, payload, arrival, &api.http).await;
        let form = form?;
        let (name, staged) = form.file.unzip();
        let wanted = wanted(&Parameters::of_fields(form.values), name, &visit)?;
        let staged = staged.ok_or(Failure::of(MISSING, "file"))?;
        let viewer = visit.viewer();
        let language = visit.locale.language;
        match api.upload_file.finish(&viewer, wanted, staged).await {
            Ok(file) => Ok(done(file_info(&file, &visit.locale), language)),
            Err(UploadError::File(refusal)) if refusal.is_for_what_it_is() => {
                let more = taken(&viewer.settings);
                Ok(refused_with(UploadError::File(refusal).into(), language, &more))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// What a form asks for. Files of this server are for messages only.
fn wanted(form: &Parameters, name: Option<String>, visit: &Visit) -> Result<UploadRequest, Failure> {
    let needed_number = |name| form.number(name)?.ok_or(Failure::of(MISSING, name));
    if needed_number("usageType")? != FOR_CONVERSATIONS {
        return Err(Failure::of(NOT_ALLOWED, "usageType"));
    }
    one_of(form, "tableName", &["conversation_messages"])?;
    one_of(form, "tableColumn", &["message_file_id", "id"])?;
    let addressee = match (form.text("tableId")?, form.text("tableKey")?) {
        (Some(_), Some(_)) => return Err(Failure::of(EXCLUSIVE, "tableId")),
        (None, None) => return Err(Failure::of(MISSING, "tableKey")),
        // There is no message yet that it could be the number of.
        (Some(_), None) => return Err(Failure::of(NOT_ALLOWED, "tableId")),
        (None, Some(key)) => key.to_owned(),
    };
    let kind = FileKind::from_name(form.needed("type")?).ok_or(Failure::of(NOT_ALLOWED, "type"))?;
    match (form.needed("uploadMode")?, form.text("fileInfo")?.is_some()) {
        ("file", true) => return Err(Failure::of(EXCLUSIVE, "fileInfo")),
        ("file", false) => {}
        ("fileInfo", _) => return Err(Failure::new(NO_STORAGE)),
        _ => return Err(Failure::of(NOT_ALLOWED, "uploadMode")),
    }
    let name = name.ok_or(Failure::of(MISSING, "file"))?;
    Ok(UploadRequest { kind, name, addressee, more_json: more_json(form)?, platform: visit.platform })
}

fn one_of(form: &Parameters, name: &'static str, allowed: &[&str]) -> Result<(), Failure> {
    if allowed.contains(&form.needed(name)?) { Ok(()) } else { Err(Failure::of(NOT_ALLOWED, name)) }
}

/// A JSON object, written anew.
fn more_json(form: &Parameters) -> Result<Option<String>, Failure> {
    const NAME: &str = "moreJson";
    let Some(text) = form.text(NAME)? else { return Ok(None) };
    if text.len() > MORE_JSON_BYTES {
        return Err(Failure::of(MALFORMED, NAME));
    }
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| Failure::of(NO_OBJECT, NAME))?;
    Ok(Some(Value::Object(object).to_string()))
}

/// `GET /api/v2/common/file/{fid}/link`.
pub(crate) async fn link(
    request: HttpRequest,
    fid: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let parameters = query(&request);
        if parameters.text("type")?.is_some_and(|kind| kind != "conversation") {
            return Err(Failure::of(NOT_ALLOWED, "type"));
        }
        let within = parameters.number("fsid")?;
        let shown = api.read_file.shown(visit.caller.user.id, &fid, within).await;
        let file = shown?;
        let original_url = file_url(&file, &visit.locale);
        Ok(done(FileLinkInfo { original_url }, visit.locale.language))
    })
    .await
}
