//! Clients of 3.x on the wire, over mocked use cases.

mod access;
mod conversations;
mod others;

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::test::TestRequest;
use sixin_application::access::authenticate_user::{Generation, Visitor};
use sixin_domain::access::session::Login;
use sixin_domain::id::{AccountId, AppKeyId};
use sixin_domain::site::settings::Settings;
use sixin_web::testing::{Answer, call, user};

use crate::testing::Mocks;

const HEADERS: [(&str, &str); 11] = [
    ("X-Fresns-App-Id", "Zx4kTq9L"),
    ("X-Fresns-Client-Platform-Id", "5"),
    ("X-Fresns-Client-Version", "3.0.0"),
    ("X-Fresns-Client-Device-Info", "e30="),
    ("X-Fresns-Client-Lang-Tag", "en"),
    ("X-Fresns-Aid", "h8Qp3ZtV"),
    ("X-Fresns-Aid-Token", "Tq6Zr0Xk2MbV8cNs4LwYp1GhJd7FeAu9"),
    ("X-Fresns-Uid", "90001"),
    ("X-Fresns-Uid-Token", "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm"),
    ("X-Fresns-Signature", "77c1ee271094956917596e8670dc978b5d5b13df1c2ed70bb93866e74a9ee6a0"),
    ("X-Fresns-Signature-Timestamp", "1668061200123"),
];

/// A request with all headers.
fn signed(mut request: TestRequest) -> TestRequest {
    for header in HEADERS {
        request = request.insert_header(header);
    }
    request
}

/// A call below the path of 3.x.
async fn ask(mocks: Mocks, request: TestRequest, path: &str, body: &str) -> Answer {
    let request = request.uri(&format!("/api/fresns/v1/{path}")).set_payload(body.to_owned());
    call(mocks.api(), signed(request)).await
}

async fn get(mocks: Mocks, path: &str) -> Answer {
    ask(mocks, TestRequest::get(), path, "").await
}

/// Somebody is let in where that login is needed, by the account and as a user of it.
fn admitted(need: Login) -> Mocks {
    let mut mocks = Mocks::default();
    mocks
        .user
        .expect_admit()
        .withf(move |credentials, wanted| *wanted == need && credentials.generation == Generation::Third)
        .returning(|_, _| {
            Ok(Visitor {
                account: Some(AccountId(1)),
                user: Some(user(1, "mira-k")),
                aid: Some("h8Qp3ZtV".to_owned()),
                has_account_session: true,
                platform: 5,
                app_key: AppKeyId(4),
                own_rate: None,
                settings: Arc::new(Settings::new(BTreeMap::new())),
                nonce: None,
            })
        });
    mocks
}
