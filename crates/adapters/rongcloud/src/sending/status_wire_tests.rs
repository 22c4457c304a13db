//! Messages for users who are online, on the wire.

use actix_web::test::TestRequest;
use sixin_application::ports::StoreError;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::publish_message::PublishError;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::username::Username;
use sixin_web::testing::call;

use crate::messages::wire_tests::{admitted, post};
use crate::sending::wire_tests::{known, names, said};

const STATUS: &str = "/statusmessage/private/publish.json";
const TYPING: &str = "fromUserId=a&toUserId=b&toUserId=c&objectName=RC:TypSts&content=%7B%22typingContentType%22:%22RC:TxtMsg%22%7D";

#[actix_web::test]
async fn a_status_is_looked_at_like_a_publish_and_answered_with_200_alone() {
    let mut mocks = admitted();
    mocks
        .publish
        .expect_pass_on()
        .once()
        .withf(|asked| {
            let content = r#"{"typingContentType":"RC:TxtMsg"}"#;
            assert_eq!((names(asked), said(asked).content.as_str()), (vec!["b", "c"], content));
            asked.verify_blacklist && asked.idempotency.is_none() && asked.nonce.is_none()
        })
        .returning(|_| Ok(()));
    // As Java sends it (docs/wire/rongcloud.md#client-quirks).
    let body = format!(
        "{TYPING}&verifyBlacklist=1&isIncludeSender=0&isPersisted=0&isCounted=0&msgRandom=5&busChannel=c1"
    );
    assert_eq!(post(mocks, STATUS, &body).await.text, r#"{"code":200}"#);
}

#[actix_web::test]
async fn a_wrong_status_is_refused_like_a_wrong_publish() {
    for (body, code) in [
        (TYPING.replace("fromUserId=a&", ""), 1003),
        (TYPING.replace("toUserId=b&toUserId=c&", ""), 1003),
        (TYPING.replace("objectName=RC:TypSts&", ""), 1003),
        (TYPING.replace("RC:TypSts", "RC:Nope"), 1007),
        (TYPING.replace("%22RC:TxtMsg%22", "1"), 1006),
        (format!("{TYPING}&msgRandom=x"), 1003),
        (format!("{TYPING}&busChannel=a-b"), 1003),
        (format!("{TYPING}&toUserId={}", vec!["u"; 999].join(",")), 1003),
    ] {
        assert_eq!(post(admitted(), STATUS, &body).await.code(), code, "{body}");
    }
    let user = || Username::new("b").unwrap();
    for (error, code) in [
        (PublishError::User { refusal: Refusal::RecipientUnknown, user: user() }, 1004),
        (PublishError::User { refusal: Refusal::Blocked, user: user() }, 1005),
        (PublishError::Send(SendError::Store(StoreError::Unavailable("gone".into()))), 1050),
    ] {
        let mut mocks = admitted();
        mocks.publish.expect_pass_on().return_once(move |_| Err(error));
        let answer = post(mocks, STATUS, TYPING).await;
        assert_eq!((answer.code(), answer.json()["url"].as_str()), (code, Some(STATUS)));
    }
    let unsigned = call(known().api(), TestRequest::post().uri(STATUS)).await;
    assert_eq!((unsigned.code(), unsigned.status.as_u16()), (1001, 401));
}
