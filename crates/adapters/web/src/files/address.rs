//! Where clients of either dialect find the bytes of a file.

use actix_web::HttpRequest;
use sixin_application::files::links::{FileLinks, SignedLink};
use sixin_domain::file::media::ThumbnailSize;
use sixin_domain::file::{FileKind, Keeping, StoredFile};
use sixin_domain::site::settings::Settings;

use crate::files::serve;
use crate::request::scheme::is_over_tls;

/// The address of a file as it was uploaded, wherever it is kept.
pub fn address(file: &StoredFile, settings: &Settings, origin: &str, links: &FileLinks) -> String {
    match file.keeping {
        Keeping::Elsewhere => Place::of(file.kind, settings).url(&file.path),
        Keeping::Arriving | Keeping::Kept => link(file, None, settings, origin, links),
    }
}

/// The address of a file that is kept here, in one of its sizes or as it was uploaded.
pub fn link(
    file: &StoredFile,
    size: Option<ThumbnailSize>,
    settings: &Settings,
    origin: &str,
    links: &FileLinks,
) -> String {
    of_link(&links.link(file, size, settings), origin)
}

/// The address of a link.
pub fn of_link(signed: &SignedLink, origin: &str) -> String {
    format!("{origin}{}", serve::path(signed))
}

/// Where files of a kind are.
pub struct Place<'a> {
    domain: &'a str,
    is_local: bool,
}

impl<'a> Place<'a> {
    /// That of a kind, by the site's settings.
    pub fn of(kind: FileKind, settings: &'a Settings) -> Self {
        let name = kind.name();
        let bucket = settings.text(&format!("{name}_bucket_domain"));
        Self {
            domain: if bucket.is_empty() { settings.text("system_url") } else { bucket },
            is_local: settings.text(&format!("{name}_filesystem_disk")) == "local",
        }
    }

    /// A path below the domain; a path that is an address already stays one.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http://") || path.starts_with("https://") {
            return path.to_owned();
        }
        let prefix = if self.is_local { "/storage/" } else { "/" };
        format!("{}{prefix}{}", self.domain.trim_end_matches('/'), path.trim_start_matches('/'))
    }
}

/// The address the site is known by, else the one that this request was sent to.
pub fn origin(request: &HttpRequest, settings: &Settings) -> String {
    let known = settings.text("system_url");
    if !known.is_empty() {
        return known.trim_end_matches('/').to_owned();
    }
    let connection = request.connection_info();
    let is_plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte));
    // Whoever comes over TLS as far as here has no proxy before it that takes it off.
    let scheme = if is_over_tls(request) { "https" } else { connection.scheme() };
    if is_plain(connection.host()) && ["http", "https"].contains(&scheme) {
        format!("{scheme}://{}", connection.host())
    } else {
        String::new()
    }
}
