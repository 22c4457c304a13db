//! Traces of requests at a collector of OpenTelemetry.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::calls::{PUBLISH, form, post, text_content};
use crate::database::TestDatabase;
use crate::site::Site;
use crate::webhooks::receiver::{Receiver, Reply};

/// The trace that the caller has begun, and its own span in it.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn collected(receiver: &Receiver) -> Vec<Span> {
    let batches = receiver.received().into_iter().map(|batch| {
        assert_eq!(
            (batch.target.as_str(), batch.header("content-type")),
            ("/v1/traces", "application/x-protobuf")
        );
        ExportTraceServiceRequest::decode(&*batch.bytes).unwrap()
    });
    batches
        .flat_map(|batch| batch.resource_spans)
        .flat_map(|one| one.scope_spans)
        .flat_map(|one| one.spans)
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn says(span: &Span, key: &str) -> String {
    let value = span.attributes.iter().find(|one| one.key == key).and_then(|one| one.value.clone()?.value);
    match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// A site that tells this collector of all requests, or of those alone whose sender wants it.
fn site(receiver: &Receiver, share: &str) -> Site {
    let endpoint = receiver.url.trim_end_matches("/hook").to_owned();
    let quickly = ("OTEL_BSP_SCHEDULE_DELAY", "200");
    let configuration =
        [("SIXIN__TRACES__ENDPOINT", endpoint.as_str()), ("SIXIN__TRACES__SHARE", share), quickly];
    Site::on(TestDatabase::sqlite(), &configuration)
}

#[test]
fn a_request_is_a_part_of_its_senders_trace_with_its_steps_and_nothing_secret() {
    let receiver = Receiver::willing();
    let site = site(&receiver, "0");
    let content = text_content("a text of theirs");
    let fields = [
        ("fromUserId", "alice"),
        ("toUserId", "bob"),
        ("objectName", "RC:TxtMsg"),
        ("content", content.as_str()),
    ];
    let publish = |parent: Option<String>| {
        let mut headers = site.back_end();
        headers.extend(parent.map(|parent| ("traceparent".to_owned(), parent)));
        post(&site.url(PUBLISH), &headers, &form(&fields)).is(200, 200);
    };
    publish(None);
    publish(Some(format!("00-{TRACE}-{CALLER}-01")));
    receiver.until(&site, "the request", |receiver| {
        collected(receiver).iter().any(|span| span.name == format!("POST {PUBLISH}"))
    });
    let spans = collected(&receiver);
    assert!(
        spans.iter().all(|span| hex(&span.trace_id) == TRACE),
        "what nobody asked for was told: {spans:#?}"
    );
    let request = spans.iter().find(|span| span.name == format!("POST {PUBLISH}")).unwrap();
    assert_eq!(hex(&request.parent_span_id), CALLER);
    for (key, value) in
        [("http.request.method", "POST"), ("http.route", PUBLISH), ("http.response.status_code", "200")]
    {
        assert_eq!(says(request, key), value);
    }
    let step = spans.iter().find(|span| span.name == "store a message").unwrap();
    assert_eq!(step.parent_span_id, request.span_id);
    assert!(step.start_time_unix_nano >= request.start_time_unix_nano);
    assert!(step.end_time_unix_nano <= request.end_time_unix_nano);
    let all = format!("{spans:?}");
    assert!(!all.contains("a text of theirs") && !all.contains(&site.rong.secret));
    // The log is as it was: its lines carry nothing of the steps.
    assert!(!site.server.log().contains("store a message"), "{}", site.server.log());
}

#[test]
fn a_collector_that_is_away_holds_nothing_up_and_what_was_not_sent_is_sent_at_the_end() {
    let receiver = Receiver::start(|_, before| if before == 0 { Reply::Hang } else { Reply::Status(200) });
    let site = site(&receiver, "1");
    site.publish_text("alice", "bob", "one").is(200, 200);
    receiver
        .until(&site, "the first batch, which is not answered", |receiver| !receiver.received().is_empty());
    for _ in 0..20 {
        site.publish_text("alice", "bob", "another").is(200, 200);
    }
    site.server.terminate();
    site.server.wait();
    let stored = collected(&receiver).iter().filter(|span| span.name == "store a message").count();
    assert_eq!(stored, 21);
}
