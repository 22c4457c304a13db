//! What is answered without any dialect.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use sixin_application::operations::health::Health;

use crate::limits::HttpLimits;
use crate::testing::{Answer, SharedMocks, call};

fn healthy(is_reachable: bool) -> SharedMocks {
    let mut mocks = SharedMocks::default();
    mocks.health.expect_check().returning(move || Health {
        database_reachable: is_reachable,
        migrated: is_reachable,
        queue_stuck: false,
        has_number: true,
        write_failure: None,
        weakness: None,
    });
    mocks
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

#[actix_web::test]
async fn health_is_200_when_ready_and_503_when_not() {
    insta::assert_snapshot!("ready", call(healthy(true).bare(), get("/health")).await.wire());
    insta::assert_snapshot!("unready", call(healthy(false).bare(), get("/health")).await.wire());
}

#[actix_web::test]
async fn an_unknown_path_is_404_in_the_form_of_its_neighbours() {
    let plain = call(SharedMocks::default().bare(), get("/message/nope.json")).await;
    insta::assert_snapshot!("unknown_path", plain.wire());
    let enveloped = call(SharedMocks::default().bare(), get("/api/v2/nope")).await;
    insta::assert_snapshot!("unknown_path_below_api", enveloped.wire());
}

#[actix_web::test]
async fn a_request_id_is_taken_if_acceptable_and_else_made() {
    let with = |id: &'static str| get("/nope").insert_header(("X-Request-Id", id));
    let id = |answer: Answer| answer.header("x-request-id").map(str::to_owned);
    let made = Some("r".repeat(32));
    assert_eq!(id(call(SharedMocks::default().bare(), with("abc-1")).await).as_deref(), Some("abc-1"));
    assert_eq!(id(call(SharedMocks::default().bare(), with("a b")).await), made);
    assert_eq!(id(call(SharedMocks::default().bare(), get("/nope")).await), made);
}

#[actix_web::test]
async fn the_reference_is_served_without_any_outside_host() {
    let page = call(SharedMocks::default().bare(), get("/docs/")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("swagger-ui"));
    let script = call(SharedMocks::default().bare(), get("/docs/swagger-initializer.js")).await;
    assert_eq!(script.text, "// starts the page\n", "the server's own");
    for text in [page.text, script.text] {
        assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    }
    assert_eq!(call(SharedMocks::default().bare(), get("/")).await.header("location"), Some("/docs/"));
    assert_eq!(call(SharedMocks::default().bare(), get("/docs/nope.js")).await.json()["code"], 404);
}

#[actix_web::test]
async fn the_reference_is_shown_in_no_other_page_and_runs_no_script_of_others() {
    for path in ["/docs/", "/docs/swagger-ui-bundle.js", "/openapi.json"] {
        let answer = call(SharedMocks::default().bare(), get(path)).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src"));
        assert!(scripts.is_none_or(|scripts| scripts.trim() == "script-src 'self'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
    }
    // No script stands in the page itself: the policy would not let it run.
    let page = call(SharedMocks::default().bare(), get("/docs/")).await.text;
    assert!(page.matches("<script").count() == page.matches("<script src=\"./").count(), "{page}");
}

#[actix_web::test]
async fn the_reference_can_be_switched_off() {
    for path in ["/", "/docs", "/docs/", "/docs/index.html", "/openapi.json"] {
        let http = HttpLimits { docs: false, ..HttpLimits::default() };
        let answer = call(SharedMocks { http, ..SharedMocks::default() }.bare(), get(path)).await;
        assert!(answer.status == 404 && answer.json()["code"] == 404, "{path}");
    }
}

#[actix_web::test]
async fn only_get_and_head_read() {
    for path in ["/health", "/", "/docs/", "/openapi.json"] {
        assert_eq!(
            call(SharedMocks::default().bare(), TestRequest::post().uri(path)).await.status,
            405,
            "{path}"
        );
    }
    for path in ["/", "/docs", "/docs/", "/docs/index.css"] {
        let of = |method| TestRequest::default().method(method).uri(path);
        let got = call(SharedMocks::default().bare(), of(Method::GET)).await;
        let head = call(SharedMocks::default().bare(), of(Method::HEAD)).await;
        assert_eq!(
            (head.status, head.header("content-type")),
            (got.status, got.header("content-type")),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn the_openapi_document_is_served() {
    let answer = call(SharedMocks::default().bare(), get("/openapi.json")).await;
    assert_eq!(answer.text, "{}\n");
    assert!(answer.header("content-type").unwrap().starts_with("application/json"));
}

#[actix_web::test]
async fn keys_are_filled_in_only_where_there_are_some() {
    let none = call(SharedMocks::default().bare(), get("/docs/credentials.json")).await;
    assert_eq!(none.status, 404);
    let mut api = SharedMocks::default().bare();
    api.reference.credentials = Some("{\"x\":1}".into());
    assert_eq!(call(api, get("/docs/credentials.json")).await.json()["x"], 1);
}

#[actix_web::test]
async fn what_is_not_there_is_told_in_the_words_of_those_who_ask() {
    for path in ["/admin/v1", "/admin/v1/", "/admin/v1/nonsense", "/admin/v1/users/ann/nonsense"] {
        let answer = call(SharedMocks::default().bare(), get(path)).await;
        assert_eq!(answer.status, 404, "{path}");
        let expected = serde_json::json!({"error": "not_found", "message": "Not a valid API."});
        assert_eq!(answer.json(), expected, "{path}");
    }
    for path in ["/admin/v10", "/administration", "/v1/admin/v1/users"] {
        let answer = call(SharedMocks::default().bare(), get(path)).await.json();
        assert!(answer["error"].is_null() && answer["code"] == 404, "{path}");
    }
}
