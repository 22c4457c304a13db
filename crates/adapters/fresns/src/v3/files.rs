//! Files for messages in 3.x (docs/wire/fresns3.md#files).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::files::ports::FileDescription;
use sixin_application::files::read_file::ReadFileError;
use sixin_application::files::upload_file::{UploadPurpose, UploadRequest};
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Visit, answered, body, visit};
use crate::api::FresnsApi;
use crate::codes::{Failure, MISSING, NO_STORAGE};
use crate::files::file_info::file_info;
use crate::files::links::{LinkFile, MoreJson, UploadKind, linked, uploaded};
use crate::responses::{done, done_without_data};
use crate::v3::file::File;
use crate::v3::routes::{FILE_INFO, FILE_LINK, UPLOAD, UPLOAD_TOKEN};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(upload_file_v3, refuse_upload_token_v3, link_file_v3, describe_file_v3))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3UploadForm)]
struct UploadForm {
    #[serde(rename = "usageType")]
    // Generated clients in Rust can't name a type that stands elsewhere in a form.
    #[schema(inline)]
    _usage_type: Usage,
    /// Number or name of the user who gets it.
    usage_fsid: String,
    #[serde(rename = "type")]
    kind: UploadKind,
    /// The file, with its name.
    #[serde(rename = "file", default)]
    #[schema(required = true, value_type = String, format = Binary)]
    _file: (),
    #[schema(inline)]
    warning: Option<Warning>,
    /// A JSON object of at most 4096 bytes that is kept with it.
    more_info: Option<MoreJson>,
}

/// What a file is for: files of this server are for messages only.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Usage)]
enum Usage {
    Conversation,
}

/// What the uploader warns of. That it does is kept, of what is not: any warning becomes `sensitive`.
#[derive(Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[schema(as = Fresns3Warning)]
enum Warning {
    None,
    Nudity,
    Violence,
    Sensitive,
}

/// Upload a file for a message
///
/// The file can then be sent, once, by its uploader to the user it was uploaded for. What it holds decides what it is kept as,
/// whatever `type` and its extension say. It must be whole, of a kind that the site takes, and not larger nor longer than the site and
/// the caller's role allow. A file that is not sent within a day is removed.
#[utoipa::path(post, path = UPLOAD, security(("user" = [])), request_body(content = UploadForm, content_type = "multipart/form-data"), responses((status = 200, body = File)))]
pub(crate) async fn upload_file_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visit, file) = uploaded(&request, payload, &api, wanted).await?;
        Ok(done(File::from(file_info(&file, &visit.locale)), visit.locale.language))
    })
    .await
}

/// What a form asks for.
fn wanted(form: UploadForm, name: Option<String>, visit: &Visit) -> Result<UploadRequest, Failure> {
    Ok(UploadRequest {
        kind: form.kind.0,
        name: name.ok_or(Failure::of(MISSING, "file"))?,
        purpose: UploadPurpose::MessageTo(form.usage_fsid),
        more_json: form.more_info.map(|more| more.0),
        is_sensitive: form.warning.is_some_and(|warning| warning != Warning::None),
        platform: visit.platform,
    })
}

/// Refuse to let files be uploaded elsewhere
///
/// There is no storage elsewhere: the code is always 32104. Files are uploaded with `common/file/upload`.
#[utoipa::path(post, path = UPLOAD_TOKEN, security(("user" = [])), responses((status = 200)))]
pub(crate) async fn refuse_upload_token_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        visit(&request, &api).await?;
        Err(Failure::new(NO_STORAGE))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3DescribeFileBody, example = json!({"warning": "sensitive"}))]
struct DescribeFileBody {
    /// Of no effect: there is no storage elsewhere that a file could have arrived at.
    #[serde(rename = "uploaded")]
    _uploaded: Option<bool>,
    warning: Option<Warning>,
    /// A JSON object of at most 4096 bytes that is kept with it, as text.
    more_info: Option<MoreJson>,
}

/// Change what is said of a file
///
/// For who uploaded the file, before it is sent and after; what is left out stays as it is.
#[utoipa::path(patch, path = FILE_INFO, security(("user" = [])), params(("fid" = String, Path, description = "Id of the file.", min_length = 1)), request_body = DescribeFileBody, responses((status = 200)))]
pub(crate) async fn describe_file_v3(
    request: HttpRequest,
    payload: web::Payload,
    fid: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let DescribeFileBody { warning, more_info, .. } = body(&request, payload, &api).await?;
        let said = FileDescription {
            is_sensitive: warning.map(|warning| warning != Warning::None),
            more_json: more_info.map(|more| more.0),
        };
        if !api.upload_file.describe(&visit.viewer(), &fid, &said).await? {
            return Err(ReadFileError::Unknown.into());
        }
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// A link to a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3FileLink)]
pub(crate) struct FileLink {
    /// Works for ten minutes, unless the site says otherwise.
    link: String,
    /// The same in the name of 3.0.
    original_url: String,
}

/// Get a link to a file
///
/// For who uploaded the file, and for who sees a message with it: `fsid` is its `cmid`.
#[utoipa::path(get, path = FILE_LINK, security(("user" = [])), params(("fid" = String, Path, description = "Id of the file.", min_length = 1)), request_body = LinkFile, responses((status = 200, body = FileLink)))]
pub(crate) async fn link_file_v3(
    request: HttpRequest,
    fid: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (link, locale) = linked(&request, &api, &fid).await?;
        Ok(done(FileLink { original_url: link.clone(), link }, locale.language))
    })
    .await
}
