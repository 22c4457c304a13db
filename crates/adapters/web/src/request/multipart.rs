//! Reading a form with a file in it: the file goes on piece by piece, and memory does not grow with it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, Payload};
use futures_core::Stream;
use sixin_application::files::ports::{ArrivingFile, FileBytesError, StagedFile};
use thiserror::Error;

use crate::limits::HttpLimits;
use crate::request::body::{self, DISCARDED_BYTES};
use crate::request::disposition::Disposition;
use crate::request::pace::{Pace, TooSlow};

/// Most parts of a form.
const PARTS: usize = 64;
/// Most bytes of all values but the file.
const VALUE_BYTES: usize = 64 * 1024;
/// The name of the part that is the file.
const FILE: &str = "file";

/// Why there is no form.
#[derive(Debug, Error)]
pub enum FormError {
    /// It is no form, or was cut off.
    #[error("the form could not be read; check its content type, and that all of it was sent")]
    Broken,
    /// Too many values, or too long ones.
    #[error("the form has too many values, or too long ones")]
    TooMuch,
    /// The file is larger than allowed.
    #[error("the file is too large")]
    FileTooLarge,
    /// There are several files.
    #[error("the form has more than one file")]
    SeveralFiles,
    /// It did not arrive in time.
    #[error("the form did not arrive in time; send it faster")]
    TooSlow,
    /// The file can't be kept.
    #[error(transparent)]
    File(#[from] FileBytesError),
}

impl From<TooSlow> for FormError {
    fn from(_: TooSlow) -> Self {
        Self::TooSlow
    }
}

impl From<MultipartError> for FormError {
    fn from(_: MultipartError) -> Self {
        Self::Broken
    }
}

/// A form.
pub struct Form {
    /// Names and values, in the order they came in.
    pub values: Vec<(String, String)>,
    /// The file, and the name it came with.
    pub file: Option<(String, StagedFile)>,
}

/// Reads a form; its file, of at most `most_bytes`, is written to `file`.
pub async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    (file, most_bytes): (Box<dyn ArrivingFile>, u64),
    limits: &HttpLimits,
) -> Result<Form, FormError> {
    if !is_form(request) {
        body::discard_in_time(&mut payload, limits).await;
        return Err(FormError::Broken);
    }
    let form = Multipart::new(&as_parts(request), payload);
    let pace = Pace::new(limits.body_timeout, limits.upload_speed);
    let mut reading = Reading { form, most_bytes, pace };
    match tokio::time::timeout(limits.upload_timeout, reading.all(file)).await {
        Ok(read) => {
            if read.as_ref().is_err_and(|error| !matches!(error, FormError::TooSlow)) {
                // The client, still sending, gets to read the answer.
                reading.pace = Pace::any(limits.body_timeout);
                let _ = tokio::time::timeout(limits.body_timeout, reading.discard()).await;
            }
            read
        }
        Err(_) => Err(FormError::TooSlow),
    }
}

/// Whether a request says that its body has parts.
pub fn is_multipart(request: &HttpRequest) -> bool {
    content_type(request).starts_with("multipart/")
}

/// Names and values of a form without a file that has arrived; how large it is was seen to before. A part that has the name
/// of a file is a value like the others.
pub async fn values(request: &HttpRequest, body: Bytes) -> Result<Vec<(String, String)>, FormError> {
    if !is_form(request) {
        return Err(FormError::Broken);
    }
    let most = body.len();
    let form = Multipart::new(&as_parts(request), Arrived(Some(body)));
    let mut reading = Reading { form, most_bytes: 0, pace: Pace::any(AT_ONCE) };
    let mut values = Vec::new();
    while let Some(part) = reading.pace.next(&mut reading.form).await? {
        let mut part = part?;
        let (name, _) = named(&part)?;
        values.push((name, reading.value(&mut part, most).await?));
    }
    Ok(values)
}

/// How long a piece may take that is here already.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A body that has arrived, as a stream of one piece.
struct Arrived(Option<Bytes>);

impl Stream for Arrived {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

/// Whether a request says that it holds a form. Of what does not, the library would take the body away unread.
fn is_form(request: &HttpRequest) -> bool {
    let kind = content_type(request);
    kind.starts_with("multipart/form-data") && kind.contains("boundary=")
}

fn content_type(request: &HttpRequest) -> String {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.map(|kind| kind.trim_start().to_ascii_lowercase()).unwrap_or_default()
}

/// The headers by which the library splits a form into parts. Told that it is one, it refuses those whose part names a file in
/// another way than RFC 6266 has it, and so what many clients send; the names are read here.
fn as_parts(request: &HttpRequest) -> HeaderMap {
    let kind =
        request.headers().get(header::CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()));
    let kind = kind.unwrap_or_default();
    let parameters = kind.find(';').and_then(|at| kind.get(at..)).unwrap_or_default();
    let mut headers = HeaderMap::new();
    if let Ok(kind) = HeaderValue::try_from(format!("multipart/mixed{parameters}")) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers
}

/// The name of a part, and that of its file if it is one.
fn named(part: &Field) -> Result<(String, Option<String>), FormError> {
    let header = part.headers().get(header::CONTENT_DISPOSITION).ok_or(FormError::Broken)?;
    let Disposition { name, file_name } = Disposition::parse(header.as_bytes());
    Ok((name.ok_or(FormError::Broken)?, file_name))
}

struct Reading {
    form: Multipart,
    most_bytes: u64,
    pace: Pace,
}

impl Reading {
    async fn all(&mut self, file: Box<dyn ArrivingFile>) -> Result<Form, FormError> {
        let (mut arriving, mut form) = (Some(file), Form { values: Vec::new(), file: None });
        let (mut parts, mut left) = (0, VALUE_BYTES);
        while let Some(part) = self.pace.next(&mut self.form).await? {
            let mut part = part?;
            parts += 1;
            if parts > PARTS {
                return Err(FormError::TooMuch);
            }
            let about = named(&part)?;
            match about {
                (name, Some(file_name)) if name == FILE => {
                    let file = arriving.take().ok_or(FormError::SeveralFiles)?;
                    form.file = Some((file_name, self.file(&mut part, file).await?));
                }
                (name, _) => {
                    let value = self.value(&mut part, left).await?;
                    left -= value.len();
                    form.values.push((name, value));
                }
            }
        }
        Ok(form)
    }

    async fn file(
        &mut self,
        part: &mut Field,
        mut file: Box<dyn ArrivingFile>,
    ) -> Result<StagedFile, FormError> {
        let mut left = self.most_bytes;
        while let Some(piece) = self.pace.next(part).await? {
            let piece: Bytes = piece?;
            self.pace.count(piece.len());
            left = left.checked_sub(piece.len() as u64).ok_or(FormError::FileTooLarge)?;
            file.write(piece).await?;
        }
        Ok(file.finish().await?)
    }

    async fn value(&mut self, part: &mut Field, most: usize) -> Result<String, FormError> {
        let mut value = Vec::new();
        while let Some(piece) = self.pace.next(part).await? {
            let piece: Bytes = piece?;
            self.pace.count(piece.len());
            if value.len() + piece.len() > most {
                return Err(FormError::TooMuch);
            }
            value.extend_from_slice(&piece);
        }
        String::from_utf8(value).map_err(|_| FormError::Broken)
    }

    async fn discard(&mut self) {
        let mut left = DISCARDED_BYTES;
        while let Ok(Some(Ok(mut part))) = self.pace.next(&mut self.form).await {
            while let Ok(Some(Ok(piece))) = self.pace.next(&mut part).await {
                left = left.saturating_sub(piece.len());
                if left == 0 {
                    return;
                }
            }
        }
    }
}
