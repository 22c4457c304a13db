//! What holds for every path of this dialect.

use actix_web::test::TestRequest;
use sixin_web::testing::{call, heads_answer_as_gets, readable};

use crate::openapi::description;
use crate::testing::Mocks;

#[actix_web::test]
async fn head_answers_where_get_does() {
    let paths = readable(description());
    assert!(!paths.is_empty());
    heads_answer_as_gets(|| Mocks::default().api(), paths).await;
}

#[actix_web::test]
async fn a_wrong_method_is_405_with_those_allowed() {
    let answer = call(Mocks::default().api(), TestRequest::get().uri("/message/private/publish.json")).await;
    insta::assert_snapshot!("wrong_method", answer.wire());
}
