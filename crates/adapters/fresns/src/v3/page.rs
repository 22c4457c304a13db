//! The page on which people sign in for apps of 3.x, which never see the password (docs/wire/fresns3.md#page). Its files are in the
//! binary, and it asks nobody but this server.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};
use sixin_web::answer::fallback::{get, one};

use crate::api::FresnsApi;

/// Where it is; what `account_login_service` begins with after the server's address.
pub(crate) const LOGIN_PAGE: &str = "/account-center/login";
const STYLE_PATH: &str = "/account-center/login.css";
const SCRIPT_PATH: &str = "/account-center/login.js";

const HTML: &str = include_str!("page/login.html");
const STYLE: &str = include_str!("page/login.css");
const SCRIPT: &str = include_str!("page/login.js");
/// What stands in the page for the addresses of pages that may hear of a sign-in.
const ORIGINS: &str = "{origins}";

/// What the page needs and nothing more: its own script and style, and calls to this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

/// Adds it to a server.
pub(crate) fn configure(server: &mut web::ServiceConfig) {
    server
        .service(one(LOGIN_PAGE, [Method::GET]).route(get().to(page)))
        .service(one(STYLE_PATH, [Method::GET]).route(get().to(style)))
        .service(one(SCRIPT_PATH, [Method::GET]).route(get().to(script)));
}

/// `GET /account-center/login`.
async fn page(api: web::Data<FresnsApi>) -> HttpResponse {
    // That the settings can't be read costs web clients the page's word, and nobody their sign-in.
    let settings = api.settings.settings().await;
    let site = settings.map(|settings| settings.text("site_url").to_owned()).unwrap_or_default();
    let trusted = trusted(&site, &api.http.cors_origins).join(" ");
    let html = HTML.replace(ORIGINS, &trusted);
    let policy = if trusted.is_empty() { POLICY.to_owned() } else { format!("{POLICY} {trusted}") };
    guarded("text/html; charset=utf-8", "no-store", &policy, html)
}

/// `GET /account-center/login.css`.
async fn style() -> HttpResponse {
    guarded("text/css; charset=utf-8", "no-cache", POLICY, STYLE.to_owned())
}

/// `GET /account-center/login.js`.
async fn script() -> HttpResponse {
    guarded("text/javascript; charset=utf-8", "no-cache", POLICY, SCRIPT.to_owned())
}

fn guarded(content_type: &'static str, kept: &'static str, policy: &str, text: String) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type(content_type);
    let policy = HeaderValue::from_str(policy).unwrap_or(HeaderValue::from_static(POLICY));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer")),
    ] {
        answer.insert_header((name, value));
    }
    answer.body(text)
}

/// Which pages may frame this one, hear of a sign-in and be gone back to with a login token: those of the site and those that may call
/// from browsers, each by name. Whoever gets a login token and knows an app's secret, which is in every copy of the app, is signed in.
fn trusted(site_url: &str, cors_origins: &[String]) -> Vec<String> {
    let named = std::iter::once(site_url).chain(cors_origins.iter().map(String::as_str));
    let mut origins: Vec<String> = named.filter_map(origin_of).collect();
    origins.sort_unstable();
    origins.dedup();
    origins
}

/// The origin of an address of the web, if nothing in it would have to be escaped.
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let is_origin = matches!(scheme.as_str(), "http" | "https") && !host.is_empty();
    (is_origin && host.bytes().all(is_plain)).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_are_named_hear_of_a_sign_in() {
        let named = |site: &str, origins: &[&str]| {
            trusted(site, &origins.iter().map(|origin| (*origin).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(named("https://Site.example/a?b", &[]), ["https://site.example"]);
        let both = named("http://site.example:8080", &["https://app.example", "http://site.example:8080"]);
        assert_eq!(both, ["http://site.example:8080", "https://app.example"]);
        for site in [
            "",
            "*",
            "site.example",
            "javascript://x",
            "https://",
            "https://a b",
            "https://a;x",
            "https://u@h",
        ] {
            assert_eq!(named(site, &["*"]), [] as [String; 0], "{site}");
        }
    }

    /// Nothing in it could be run or fetched in spite of the policy, and what it names is there.
    #[test]
    fn the_page_has_no_script_style_or_address_of_its_own() {
        assert_eq!(
            HTML.matches("<script").count(),
            HTML.matches(&format!("<script src=\"{SCRIPT_PATH}\"")).count()
        );
        assert!(HTML.contains(STYLE_PATH) && HTML.contains(ORIGINS));
        for text in [HTML, STYLE, SCRIPT] {
            for foreign in ["http:", "https:", "//cdn", "style=", " onclick", "eval(", "innerHTML"] {
                assert!(!text.contains(foreign), "{foreign}");
            }
        }
    }
}
