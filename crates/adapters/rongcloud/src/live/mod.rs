//! Live streams of devices: who calls (docs/live.md).

mod voice;

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse};
use async_trait::async_trait;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_domain::access::live_ticket::LiveProof;
use sixin_web::answer::reply::header_text;
use sixin_web::files::address::origin;
use sixin_web::live::{LiveDialect, LiveVoice};

use self::voice::RongCloudVoice;
use crate::api::RongCloudApi;
use crate::codes::{Code, Failure};
use crate::responses;

/// How this dialect speaks over live streams.
pub(crate) struct RongCloudLive(pub(crate) RongCloudApi);

/// The token of a device.
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = header_text(request, "authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

impl From<PassRefusal> for Failure {
    fn from(refusal: PassRefusal) -> Self {
        match refusal {
            PassRefusal::Store(error) => error.into(),
            refusal => Self::new(Code::Signature, refusal.to_string()),
        }
    }
}

#[async_trait(?Send)]
impl LiveDialect for RongCloudLive {
    fn is_for(&self, proof: &LiveProof) -> bool {
        matches!(proof, LiveProof::Device { .. })
    }

    fn is_shown_by(&self, request: &HttpRequest) -> bool {
        bearer(request).is_some()
    }

    async fn enter(&self, request: &HttpRequest) -> Result<LiveGuest, HttpResponse> {
        let token = bearer(request).unwrap_or_default();
        match self.0.live_passes.of_device(token).await {
            Ok(guest) => Ok(guest),
            Err(refusal) => Err(self.refuse(request, refusal).await),
        }
    }

    async fn refuse(&self, request: &HttpRequest, refusal: PassRefusal) -> HttpResponse {
        responses::refused(request.path(), &refusal.into())
    }

    fn voice(&self, request: &HttpRequest, guest: &LiveGuest) -> Rc<dyn LiveVoice> {
        let origin = origin(request, &guest.viewer.settings);
        Rc::new(RongCloudVoice { api: self.0.clone(), origin })
    }
}
