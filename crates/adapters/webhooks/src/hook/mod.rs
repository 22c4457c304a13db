//! Somebody is asked before a message is stored (docs/hooks.md#wire).

mod answers;
pub(crate) mod questions;

use async_trait::async_trait;
use sixin_application::hooks::ports::{HookAsker, Question};
use sixin_domain::hook::rule::HookKind;
use sixin_domain::hook::verdict::{HookFailure, Verdict};
use sixin_outgoing::{NoAnswer, read, send};

use crate::HttpPoster;
use crate::client::request;

#[async_trait]
impl HookAsker for HttpPoster {
    async fn ask(&self, question: Question) -> Result<Verdict, HookFailure> {
        let kind = question.rule.kind;
        let written = match kind {
            HookKind::Standard => questions::standard(&question, &*self.signatures),
            HookKind::RongCloud => questions::rong_cloud(&question, &*self.signatures),
        };
        let written = written.map_err(|_| HookFailure::NoKey)?;
        let request = request(&self.client, written).ok_or(HookFailure::Forbidden)?;
        let answer = send(request).await.map_err(|why| match why {
            NoAnswer::TimedOut => HookFailure::TimedOut,
            NoAnswer::Unreachable => HookFailure::Unreachable,
            NoAnswer::Forbidden => HookFailure::Forbidden,
            NoAnswer::Untrusted(_) => HookFailure::Untrusted,
        })?;
        let status = answer.status();
        let body = read(answer).await;
        if !status.is_success() {
            return Err(HookFailure::Status(status.as_u16()));
        }
        let body = body.ok_or(HookFailure::Malformed)?;
        let verdict = match kind {
            HookKind::Standard => answers::standard(&body),
            HookKind::RongCloud => answers::rong_cloud(&body),
        };
        verdict.ok_or(HookFailure::Malformed)
    }
}
