//! In which language pages are shown.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::form::Form;
use super::words::{CHINESE, ENGLISH, Words};
use super::{HOME, guard, session};
use crate::ConsoleApi;

/// The words of the language that a browser wants: the chosen one, else the first it asks for that there is.
pub(super) fn of(request: &HttpRequest) -> &'static Words {
    let chosen = session::cookie(request, session::LANGUAGE);
    if let Some(words) = chosen.and_then(|tag| named(&tag)) {
        return words;
    }
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.unwrap_or_default().split(',').find_map(named).unwrap_or(&ENGLISH)
}

fn named(tag: &str) -> Option<&'static Words> {
    let tag = tag.split([';', '-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    match tag.as_str() {
        "en" => Some(&ENGLISH),
        "zh" => Some(&CHINESE),
        _ => None,
    }
}

/// `GET /console/language`: chooses one and goes back.
pub(super) async fn choose(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    let asked = Form::of_query(request.query_string());
    let mut answer = guard::to(own_page(asked.text("back")));
    if let Some(words) = named(asked.text("to")) {
        session::set(&mut answer, &request, &api.http, session::LANGUAGE, words.tag);
    }
    answer
}

/// The page to go to, if it is one of the console.
pub(super) fn own_page(address: &str) -> &str {
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if address.starts_with(HOME) && is_plain && !address.contains("..") { address } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_chosen_language_comes_before_what_the_browser_asks_for() {
        let tag = |cookie: &str, asked: &str| {
            let request = TestRequest::default().insert_header(("accept-language", asked));
            of(&request.insert_header(("cookie", cookie)).to_http_request()).tag
        };
        assert_eq!(tag("", "zh-CN,zh;q=0.9,en;q=0.8"), "zh");
        assert_eq!(tag("", "de-DE, en;q=0.5"), "en");
        assert_eq!(tag("", "fr"), "en");
        assert_eq!(tag("sixin_console_language=zh", "en"), "zh");
        assert_eq!(tag("sixin_console_language=xx", "zh"), "zh");
    }

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(own_page("/console/user?name=ann"), "/console/user?name=ann");
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "/console/../x",
            "/console/\\x",
            "/docs/",
            "/console/ x\r\ny",
        ] {
            assert_eq!(own_page(elsewhere), HOME, "{elsewhere}");
        }
    }
}
