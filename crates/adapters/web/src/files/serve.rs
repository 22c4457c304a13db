//! The bytes of files, for whoever has a link to them.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;
use sixin_application::files::links::SignedLink;
use sixin_application::files::read_file::{LinkedFile, ReadFileError};
use sixin_application::ports::StoreError;
use sixin_domain::file::FileKind;
use sixin_domain::file::link::FileLink;
use sixin_domain::file::media::{ThumbnailSize, checked_type};

use crate::answer::byte_range::{Wanted, wanted};
use crate::answer::fallback;
use crate::answer::reply::{TRY_AGAIN_MS, header_text, with_retry_after};
use crate::api::Shared;

/// Where they are.
pub const FILE: &str = "/files/{fid}";

/// Longer nothing is kept by browsers.
const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

/// What a link says beside the file's id.
#[derive(Deserialize)]
struct Query {
    size: Option<String>,
    expires: i64,
    sign: String,
}

/// The address of a file below the server's own.
pub(crate) fn path(signed: &SignedLink) -> String {
    let FileLink { fid, size, expires } = &signed.link;
    let size = size.map_or_else(String::new, |size| format!("size={}&", size.name()));
    format!("/files/{fid}?{size}expires={expires}&sign={}", signed.signature)
}

/// `GET /files/{fid}`, and `HEAD`.
pub(crate) async fn read(
    request: HttpRequest,
    fid: web::Path<String>,
    api: web::Data<Shared>,
) -> HttpResponse {
    match found(&request, fid.into_inner(), &api).await {
        Ok(answer) => answer,
        Err(error) => refused(&request, &error),
    }
}

async fn found(request: &HttpRequest, fid: String, api: &Shared) -> Result<HttpResponse, ReadFileError> {
    let query = web::Query::<Query>::from_query(request.query_string());
    let Query { size, expires, sign } = query.map_err(|_| ReadFileError::LinkWrong)?.into_inner();
    let size = match size {
        Some(name) => Some(ThumbnailSize::from_name(&name).ok_or(ReadFileError::LinkWrong)?),
        None => None,
    };
    let signed = SignedLink { link: FileLink { fid, size, expires }, signature: sign };
    let file = api.read_file.linked(&signed).await?;
    let tag = tag(&file, size);
    if tag.is_some() && header_text(request, "if-none-match") == tag.as_deref() {
        let mut answer = HttpResponse::NotModified();
        describe(&mut answer, &file, tag);
        return Ok(answer.finish());
    }
    let part = match file.size.map(|size| (size, wanted(header_text(request, "range"), size))) {
        Some((size, Wanted::Unsatisfiable)) => return Ok(unsatisfiable(request, size)),
        Some((size, Wanted::Part(part))) => Some((part, size)),
        _ => None,
    };
    let open = api.read_file.open(&file, part.as_ref().map(|(part, _)| part.clone())).await?;
    let mut answer = match &part {
        Some((part, size)) => {
            let range = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            let mut answer = HttpResponse::PartialContent();
            answer.insert_header((header::CONTENT_RANGE, range));
            answer
        }
        None => HttpResponse::Ok(),
    };
    describe(&mut answer, &file, tag);
    Ok(answer.body(SizedStream::new(open.length, open.bytes)))
}

/// What browsers are told so that a file stays a file: not guessed at, not run, and saved unless it is a picture.
fn describe(answer: &mut HttpResponseBuilder, file: &LinkedFile, tag: Option<String>) {
    let kind = file.file.kind;
    let mime = checked_type(kind, &file.extension).unwrap_or("application/octet-stream");
    let disposition =
        if kind == FileKind::Image { DispositionType::Inline } else { DispositionType::Attachment };
    let name = ExtendedValue {
        charset: header::Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name(file).into_bytes(),
    };
    let parameters = vec![DispositionParam::FilenameExt(name)];
    answer
        .insert_header((header::CONTENT_TYPE, mime))
        .insert_header(ContentDisposition { disposition, parameters })
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((
            header::CACHE_CONTROL,
            format!("private, max-age={}", (file.left_ms / 1000).min(YEAR_SECONDS)),
        ));
    if file.size.is_some() {
        answer.insert_header((header::ACCEPT_RANGES, "bytes"));
    }
    if let Some(tag) = tag {
        answer.insert_header((header::ETAG, tag));
    }
}

/// The name under which a file is saved. A thumbnail may be of another format than its picture.
fn name(file: &LinkedFile) -> String {
    if file.extension == file.file.extension {
        return file.file.name.clone();
    }
    let stem = file.file.name.rsplit_once('.').map_or(file.file.name.as_str(), |(stem, _)| stem);
    format!("{stem}.{}", file.extension)
}

/// By what the same bytes are known: their hash.
fn tag(file: &LinkedFile, size: Option<ThumbnailSize>) -> Option<String> {
    let hash = file.file.sha.as_deref()?;
    Some(format!("\"{hash}{}\"", size.map_or("", ThumbnailSize::name)))
}

fn unsatisfiable(request: &HttpRequest, size: u64) -> HttpResponse {
    let mut answer = fallback::plain(request.path(), StatusCode::RANGE_NOT_SATISFIABLE);
    if let Ok(range) = header::HeaderValue::from_str(&format!("bytes */{size}")) {
        answer.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    answer
}

fn refused(request: &HttpRequest, error: &ReadFileError) -> HttpResponse {
    let plain = |status| fallback::plain(request.path(), status);
    match error {
        ReadFileError::LinkWrong => plain(StatusCode::FORBIDDEN),
        ReadFileError::Unknown | ReadFileError::Disabled => fallback::gone(request.path()),
        ReadFileError::Bytes(_) | ReadFileError::Store(StoreError::Unavailable(_)) => {
            tracing::error!(%error, "a file could not be read");
            with_retry_after(plain(StatusCode::SERVICE_UNAVAILABLE), TRY_AGAIN_MS)
        }
        ReadFileError::Store(StoreError::Fault(_)) => {
            tracing::error!(%error, "a file could not be read");
            plain(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}
