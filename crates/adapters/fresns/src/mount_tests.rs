//! What holds for every path of this dialect.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use sixin_web::HttpLimits;
use sixin_web::testing::{Answer, call};

use crate::openapi::description;
use crate::testing::Mocks;

/// What is described as readable answers HEAD as it answers GET.
#[actix_web::test]
async fn head_answers_where_get_does() {
    let gets = description().paths.into_iter().filter(|(_, item)| item.get("get").is_some());
    let mut seen = 0;
    for (path, _) in gets.filter(|(path, _)| !path.ends_with(".png")) {
        let path = path.replace(['{', '}'], "");
        let of = |method| TestRequest::default().method(method).uri(&path);
        let got = call(Mocks::default().api(), of(Method::GET)).await;
        let head = call(Mocks::default().api(), of(Method::HEAD)).await;
        let kind = |answer: &Answer| (answer.status, answer.header("content-type").map(str::to_owned));
        assert_eq!(kind(&head), kind(&got), "{path}");
        assert!(got.status != 405, "{path}");
        seen += 1;
    }
    assert!(seen > 10, "{seen}");
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
        let expected = ["GET", "POST", "PUT", "DELETE"];
        assert!(!allowed || expected.iter().all(|method| methods.contains(method)), "{methods}");
        let request = TestRequest::get().uri("/nope").insert_header(("Origin", "https://app.example"));
        let answer = call(Mocks { http, ..Mocks::default() }.api(), request).await;
        assert_eq!(answer.header("access-control-allow-origin").is_some(), allowed, "{origin}");
        let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
        let expected = ["retry-after", "idempotent-replayed", "x-request-id"];
        assert!(!allowed || expected.iter().all(|name| exposed.contains(name)), "{exposed}");
    }
}
