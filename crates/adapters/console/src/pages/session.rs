//! Cookies of the console, and what forms carry.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use sixin_web::HttpLimits;
use sixin_web::request::scheme::is_secure;
use subtle::ConstantTimeEq;

/// Who is signed in.
pub(super) const SESSION: &str = "sixin_console";
/// What the sign-in form carries before anybody is.
pub(super) const FORM: &str = "sixin_console_form";
/// The chosen language.
pub(super) const LANGUAGE: &str = "sixin_console_language";

/// The value of a cookie.
pub(super) fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    let lines = request.headers().get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// Puts a cookie on an answer; an empty value takes it back. No script reads it, and no other page sends it.
pub(super) fn set(
    answer: &mut HttpResponse,
    request: &HttpRequest,
    limits: &HttpLimits,
    name: &str,
    value: &str,
) {
    let secure = if is_secure(request, &limits.trusted_proxies) { "; Secure" } else { "" };
    let ends = match (value.is_empty(), name == LANGUAGE) {
        (true, _) => "; Max-Age=0",
        (false, true) => "; Max-Age=31536000",
        (false, false) => "",
    };
    let text = format!("{name}={value}; Path=/console; HttpOnly; SameSite=Strict{secure}{ends}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Whether two words are the same, in a time that tells nothing of where they differ.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    !one.is_empty() && bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

/// Whether a browser says that another site has sent a form. Old ones say nothing; what forms carry holds for all.
pub(super) fn is_foreign(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let request = TestRequest::default()
            .insert_header(("cookie", "a=1; xsixin_console=no; sixin_console=abc; sixin_console_form="))
            .to_http_request();
        assert_eq!(cookie(&request, SESSION).as_deref(), Some("abc"));
        assert_eq!(cookie(&request, FORM), None);
    }

    #[test]
    fn a_cookie_is_for_this_server_alone_and_secure_behind_a_trusted_proxy_that_speaks_tls() {
        let request = |proto: &str| {
            let request = TestRequest::default().peer_addr("10.0.0.1:5".parse().unwrap());
            request.insert_header(("x-forwarded-proto", proto)).to_http_request()
        };
        let cookie = |proto: &str, trusted: &[&str]| {
            let trusted_proxies = trusted.iter().map(|text| text.parse().unwrap()).collect();
            let limits = HttpLimits { trusted_proxies, ..HttpLimits::default() };
            let mut answer = HttpResponse::Ok().finish();
            set(&mut answer, &request(proto), &limits, SESSION, "abc");
            answer.headers().get("set-cookie").unwrap().to_str().unwrap().to_owned()
        };
        let plain = "sixin_console=abc; Path=/console; HttpOnly; SameSite=Strict";
        assert_eq!(cookie("https", &["10.0.0.0/8"]), format!("{plain}; Secure"));
        assert_eq!(cookie("http", &["10.0.0.0/8"]), plain);
        assert_eq!(cookie("https", &[]), plain, "anybody could say so");
    }

    #[test]
    fn an_empty_word_is_no_word() {
        assert!(are_same("a", "a") && !are_same("", "") && !are_same("a", "b") && !are_same("a", "aa"));
    }
}
