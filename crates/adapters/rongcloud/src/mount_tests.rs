//! What holds for every path of this dialect.

use actix_web::http::Method;
use actix_web::test::TestRequest;
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
    assert!(seen > 0, "{seen}");
}

#[actix_web::test]
async fn a_wrong_method_is_405_with_those_allowed() {
    let answer = call(Mocks::default().api(), TestRequest::get().uri("/message/private/publish.json")).await;
    insta::assert_snapshot!("wrong_method", answer.wire());
}
