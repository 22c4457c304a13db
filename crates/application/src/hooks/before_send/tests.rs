use super::*;
use crate::hooks::ports::{MockHookAsker, MockHookDecisions};
use crate::hooks::testing::{before_send, rule};
use crate::sending::pipeline::Addressee;
use crate::testing::{stored, stored_file, unit};
use sixin_domain::file::FileKind;
use sixin_domain::hook::rule::{ObjectNames, OnFailure, Origins};
use sixin_domain::id::{FileUsageId, HookId, MessageId};
use sixin_domain::message::object_name::ObjectName;

fn typed_body(text: &str) -> Body {
    Body::Typed {
        object_name: ObjectName::new("RC:TxtMsg").unwrap(),
        content: format!(r#"{{"content":"{text}"}}"#),
        text: Some(text.into()),
    }
}

fn draft(origin: Origin, body: Body, recipients: &[i64]) -> Draft {
    let mut envelope = unit(1, &[2]).envelope;
    envelope.body = body;
    Draft {
        origin,
        envelope,
        recipients: recipients.iter().map(|&user| UserId(user).into()).collect(),
        attachment: None,
        nonce: None,
        idempotency: None,
        own_rate: None,
    }
}

fn text(text: &str) -> Draft {
    draft(Origin::Fresns, Body::Text(text.into()), &[2])
}

fn replace(with: Replacement, is_final: bool) -> Result<Verdict, HookFailure> {
    Ok(Verdict::Replace { with: Box::new(with), is_final })
}

fn other(text: &str) -> Replacement {
    Replacement { text: Some(text.into()), ..Replacement::default() }
}

const ALLOW: Result<Verdict, HookFailure> = Ok(Verdict::Allow { is_final: false });

/// Asks rules 1, 2, … with these answers; what is kept must be these outcomes.
struct Case {
    rules: Vec<HookRule>,
    answers: Vec<Result<Verdict, HookFailure>>,
    kept: Vec<Outcome>,
}

impl Case {
    /// What becomes of a send, and which texts were asked about.
    async fn judge(self, draft: Draft) -> (Result<Draft, SendError>, Vec<String>) {
        let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut asker = MockHookAsker::new();
        let mut answers = self.answers.into_iter();
        let about = Arc::clone(&asked);
        asker.expect_ask().returning(move |question| {
            let message = question.message.unwrap();
            about.lock().unwrap().push(message.text.unwrap_or(message.content));
            answers.next().expect("asked too often")
        });
        let kept = self.kept;
        let mut decisions = MockHookDecisions::new();
        if !kept.is_empty() {
            decisions
                .expect_keep()
                .once()
                .withf(move |all| all.iter().map(|one| one.outcome).eq(kept.iter().copied()))
                .returning(|_| Ok(()));
        }
        let before = before_send(self.rules, asker, decisions);
        let rules = before.rules_for(&draft).await.unwrap();
        let judged = before.judged(draft, &rules).await;
        let judged = judged.map(|(draft, decisions)| {
            before.keep(decisions, None);
            draft
        });
        before.decisions.write().await.unwrap();
        let asked = asked.lock().unwrap().clone();
        (judged, asked)
    }
}

#[tokio::test]
async fn those_are_asked_in_order_who_are_to_be_asked_about_such_messages() {
    let of = |id, origins: &str, names: &str| HookRule {
        origins: Origins::parse(origins).unwrap(),
        object_names: ObjectNames::parse(names).unwrap(),
        ..rule(id)
    };
    let rules = vec![
        of(1, "fresns", ""),
        of(2, "fresns,rongcloud", "RC:ImgMsg"),
        of(3, "rongcloud", "RC:*"),
        HookRule { is_paused: true, ..rule(4) },
        of(5, "fresns,rongcloud", "RC:TxtMsg,app:*"),
    ];
    let before = before_send(rules, MockHookAsker::new(), MockHookDecisions::new());
    let asked = async |draft: &Draft| {
        let rules = before.rules_for(draft).await.unwrap();
        rules.iter().map(|rule| rule.id.0).collect::<Vec<_>>()
    };
    assert_eq!(asked(&text("hi")).await, [1, 5]);
    assert_eq!(asked(&draft(Origin::RongCloud, typed_body("hi"), &[2])).await, [3, 5]);
    let picture = Body::File { file: stored_file(FileKind::Image).id, kind: FileKind::Image };
    assert_eq!(asked(&draft(Origin::Fresns, picture, &[2])).await, [1, 2]);
}

#[tokio::test]
async fn who_comes_later_sees_what_was_changed_before() {
    let case = Case {
        rules: vec![rule(1), rule(2), rule(3)],
        answers: vec![replace(other("b"), false), ALLOW, replace(other("c"), false)],
        kept: vec![Outcome::Replaced, Outcome::Allowed, Outcome::Replaced],
    };
    let (judged, asked) = case.judge(text("a")).await;
    assert_eq!(asked, ["a", "b", "b"]);
    assert_eq!(judged.unwrap().envelope.body, Body::Text("c".into()));
}

#[tokio::test]
async fn a_final_answer_is_the_last_one() {
    for answer in [Ok(Verdict::Allow { is_final: true }), replace(other("b"), true)] {
        let kept = if answer == replace(other("b"), true) { Outcome::Replaced } else { Outcome::Allowed };
        let case = Case { rules: vec![rule(1), rule(2)], answers: vec![answer], kept: vec![kept] };
        let (judged, asked) = case.judge(text("a")).await;
        assert!(judged.is_ok() && asked == ["a"]);
    }
}

#[tokio::test]
async fn one_objection_is_enough_and_its_reason_is_handed_on() {
    let reason = Reason::of("no advertising");
    let case = Case {
        rules: vec![rule(1), rule(2), rule(3)],
        answers: vec![ALLOW, Ok(Verdict::Deny { reason: reason.clone() })],
        kept: vec![Outcome::Allowed, Outcome::Denied],
    };
    let (judged, _) = case.judge(text("a")).await;
    assert!(matches!(judged, Err(SendError::Denied(told)) if told == reason));
}

#[tokio::test]
async fn where_nobody_answers_the_rule_says_what_follows() {
    let failed = || vec![Err(HookFailure::TimedOut)];
    let rules = vec![rule(1)];
    let case = Case { rules, answers: failed(), kept: vec![Outcome::FailedDelivered] };
    assert!(case.judge(text("a")).await.0.is_ok());
    let rules = vec![HookRule { on_failure: OnFailure::Refuse, ..rule(1) }];
    let case = Case { rules, answers: failed(), kept: vec![Outcome::FailedRefused] };
    assert!(matches!(case.judge(text("a")).await.0, Err(SendError::Unjudged)));
}

#[tokio::test]
async fn what_is_put_instead_is_looked_at_as_if_it_had_been_sent() {
    let content = |content: &str| Replacement { content: Some(content.into()), ..Replacement::default() };
    let picture = Body::File { file: stored_file(FileKind::Image).id, kind: FileKind::Image };
    for (sent, with) in [
        (text("a"), other("a curse")),
        (text("a"), other(&"x".repeat(70_000))),
        (draft(Origin::RongCloud, typed_body("a"), &[2]), content("{}")),
        (draft(Origin::Fresns, picture, &[2]), content("{}")),
    ] {
        let kept = vec![Outcome::BadReplacement];
        let case = Case { rules: vec![rule(1)], answers: vec![replace(with, false)], kept };
        let (judged, _) = case.judge(sent).await;
        assert!(matches!(judged, Err(SendError::Denied(None))), "what was objected to is not stored either");
    }
}

#[tokio::test]
async fn each_thing_that_is_said_is_asked_about_once_and_changed_for_those_it_is_said_to() {
    let own = |text: &str| Some(Box::new(Saying { body: typed_body(text), delivery: None }));
    let mut several = draft(Origin::RongCloud, typed_body("a"), &[2]);
    for (user, said) in [(3, own("b")), (4, None), (5, own("b")), (6, own("c"))] {
        several.recipients.push(Addressee { user: UserId(user), own: said });
    }
    let case = Case {
        rules: vec![rule(1)],
        answers: vec![replace(other("A"), false), replace(other("B"), false), ALLOW],
        kept: vec![Outcome::Replaced, Outcome::Replaced, Outcome::Allowed],
    };
    let (judged, asked) = case.judge(several).await;
    assert_eq!(asked, ["a", "b", "c"]);
    let judged = judged.unwrap();
    assert_eq!(judged.envelope.body, typed_body("A"));
    let own: Vec<_> =
        judged.recipients.iter().map(|to| to.own.as_ref().map(|own| own.body.clone())).collect();
    let (b, c) = (Some(typed_body("B")), Some(typed_body("c")));
    assert_eq!(own, [None, b.clone(), None, b, c]);
}

#[tokio::test]
async fn of_a_file_they_are_shown_where_it_is() {
    let file = stored_file(FileKind::Image);
    let body = Body::File { file: file.id, kind: file.kind };
    let attachment = Some((file, FileUsageId(1)));
    let sent = Draft { attachment, ..draft(Origin::Fresns, body, &[2]) };
    let case = Case { rules: vec![rule(1)], answers: vec![ALLOW], kept: vec![Outcome::Allowed] };
    let (_, asked) = case.judge(sent).await;
    assert_eq!(asked, [r#"{"content":"","imageUri":"https://files.example/fid00001"}"#]);
}

#[tokio::test]
async fn what_is_kept_names_the_message_if_one_was_stored() {
    let mut asker = MockHookAsker::new();
    asker.expect_ask().returning(|_| ALLOW);
    let mut decisions = MockHookDecisions::new();
    decisions
        .expect_keep()
        .once()
        .withf(|all| {
            let [one] = all else { return false };
            (one.hook, one.sender, one.recipient, one.recipients) == (HookId(1), UserId(1), UserId(2), 2)
                && one.message == Some(MessageId(2))
        })
        .returning(|_| Ok(()));
    let before = before_send(vec![rule(1)], asker, decisions);
    let sent = draft(Origin::RongCloud, typed_body("a"), &[2, 3]);
    let rules = before.rules_for(&sent).await.unwrap();
    let (_, said) = before.judged(sent, &rules).await.unwrap();
    before.keep(said, Some(&stored(&unit(1, &[2, 3]))));
    before.decisions.write().await.unwrap();
}
