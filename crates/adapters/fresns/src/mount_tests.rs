//! What holds for every path of this dialect.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use sixin_web::HttpLimits;
use sixin_web::testing::{call, heads_answer_as_gets, readable};

use crate::openapi::description;
use crate::testing::Mocks;
use crate::v3;

#[actix_web::test]
async fn head_answers_where_get_does() {
    let paths = readable(description());
    assert!(paths.len() >= 11, "{paths:?}");
    let third = readable(v3::openapi::description());
    assert!(third.len() >= 11, "{third:?}");
    heads_answer_as_gets(|| Mocks::default().api(), paths.into_iter().chain(third)).await;
}

#[actix_web::test]
async fn a_wrong_method_is_405_with_those_allowed() {
    let answer =
        call(Mocks::default().api(), TestRequest::get().uri("/api/v2/conversation/send-message")).await;
    insta::assert_snapshot!("wrong_method_below_api", answer.wire());
}

#[actix_web::test]
async fn browsers_may_call_from_configured_origins_only() {
    let preflight_for = |headers: &'static str| {
        TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/api/v2/conversation/send-message")
            .insert_header(("Origin", "https://app.example"))
            .insert_header(("Access-Control-Request-Method", "POST"))
            .insert_header(("Access-Control-Request-Headers", headers))
    };
    let preflight = || preflight_for("appid,sign,token,content-type");
    assert_eq!(call(Mocks::default().api(), preflight()).await.status, 405);
    for (origin, allowed) in [("https://app.example", true), ("*", true), ("https://other.example", false)] {
        let http = HttpLimits { cors_origins: vec![origin.to_owned()], ..HttpLimits::default() };
        let answer = call(Mocks { http: http.clone(), ..Mocks::default() }.api(), preflight()).await;
        assert_eq!(answer.header("access-control-allow-origin").is_some(), allowed, "{origin}");
        assert!(allowed || answer.json()["code"] == 400);
        let later = preflight_for(
            "x-fresns-app-id,x-fresns-signature,x-fresns-uid-token,x-fresns-client-device-info",
        );
        let answer_to_later = call(Mocks { http: http.clone(), ..Mocks::default() }.api(), later).await;
        assert_eq!(answer_to_later.header("access-control-allow-origin").is_some(), allowed, "{origin}");
        let methods = answer.header("access-control-allow-methods").unwrap_or_default();
        let expected = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        assert!(!allowed || expected.iter().all(|method| methods.contains(method)), "{methods}");
        let request = TestRequest::get().uri("/nope").insert_header(("Origin", "https://app.example"));
        let answer = call(Mocks { http, ..Mocks::default() }.api(), request).await;
        assert_eq!(answer.header("access-control-allow-origin").is_some(), allowed, "{origin}");
        let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
        let expected = ["retry-after", "idempotent-replayed", "x-request-id"];
        assert!(!allowed || expected.iter().all(|name| exposed.contains(name)), "{exposed}");
    }
}
