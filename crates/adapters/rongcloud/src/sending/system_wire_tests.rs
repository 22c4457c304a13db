//! System messages, on the wire.

use std::sync::{Arc, Mutex};

use sixin_domain::user::username::Username;

use crate::messages::wire_tests::{admitted, post};
use crate::sending::wire_tests::{names, placed};
use crate::testing::Mocks;

const PATH: &str = "/message/system/publish.json";
const BODY: &str = "fromUserId=anybody&toUserId=ann&toUserId=bob&objectName=RC:TxtMsg&content=%7B%22content%22%3A%22hi%22%7D";

fn with_system_user() -> Mocks {
    Mocks { settings: [("system_user".to_owned(), "notices".to_owned())].into(), ..admitted() }
}

#[actix_web::test]
async fn a_system_message_is_one_of_the_user_whom_the_site_has_named() {
    let asked = Arc::new(Mutex::new(None::<Username>));
    let seen = Arc::clone(&asked);
    let mut mocks = with_system_user();
    mocks.publish.expect_publish().once().returning(move |request| {
        assert_eq!(names(&request), ["ann", "bob"]);
        *seen.lock().unwrap() = Some(request.from.clone());
        Ok(placed(&request))
    });
    insta::assert_snapshot!(post(mocks, PATH, BODY).await.wire());
    assert_eq!(asked.lock().unwrap().take().unwrap().as_str(), "notices");
}

#[actix_web::test]
async fn without_such_a_user_there_are_no_system_messages() {
    let answer = post(admitted(), PATH, BODY).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (430, 1009));
}

#[actix_web::test]
async fn a_system_message_has_a_hundred_recipients_at_most() {
    let to: String = (0..=100).map(|number| format!("&toUserId=u{number}")).collect();
    let answer = post(with_system_user(), PATH, &format!("{BODY}{to}")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, 1003));
    assert!(answer.text.contains("at most 100"), "{}", answer.text);
}
