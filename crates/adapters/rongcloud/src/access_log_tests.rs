//! What a request leaves in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use actix_web::test::TestRequest;
use sixin_application::ports::StoreError;
use sixin_application::sending::pipeline::SendError;
use sixin_web::testing::call;

use crate::testing::{Mocks, back_end};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Logs what happens while a text is published that can't be stored.
async fn logged() -> String {
    let log = Log::default();
    let (writer, ours) = (log.clone(), std::thread::current().id());
    // For all threads, or other tests that log the same without a listener switch it off for this one too.
    let heard = move || -> Box<dyn Write> {
        if std::thread::current().id() == ours { Box::new(writer.clone()) } else { Box::new(std::io::sink()) }
    };
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(heard).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    published().await;
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// Publishes a text that can't be stored.
async fn published() {
    let mut mocks = Mocks::default();
    mocks.back_end.expect_authenticate().returning(|_| Ok(back_end()));
    let fault = SendError::Store(StoreError::Fault("no such table".into()));
    mocks.publish.expect_publish().return_once(|_| Err(fault.into()));
    let request = TestRequest::post()
        .uri("/message/private/publish.json?hidden-query=1")
        .insert_header(("App-Key", "shown-key"))
        .insert_header(("Nonce", "hidden-nonce"))
        .insert_header(("Timestamp", "1732233600"))
        .insert_header(("Signature", "hidden-signature"))
        .insert_header(("token", "hidden-token"))
        .set_payload("fromUserId=a&toUserId=b&objectName=My:Note&content=hidden-text");
    assert_eq!(call(mocks.api(), request).await.status, 500);
}

#[actix_web::test]
async fn a_request_leaves_one_line_and_its_cause_one_more_and_no_secret() {
    let log = logged().await;
    assert_eq!(log.lines().filter(|line| line.contains(" INFO ")).count(), 1, "{log}");
    let causes: Vec<&str> = log.lines().filter(|line| line.contains("no such table")).collect();
    assert!(causes.len() == 1 && causes[0].contains(&"r".repeat(32)), "{log}");
    for shown in ["method=POST", "path=/message/private/publish.json", "status=500", "code=1000", "shown-key"]
    {
        assert!(log.contains(shown), "{shown}: {log}");
    }
    assert!(log.contains(&"r".repeat(32)) && log.contains("duration_ms="), "{log}");
    assert!(!log.contains("hidden") && !log.contains("1732233600"), "{log}");
}
