//! Live streams of users of apps: who calls (docs/live.md).

mod voice;

use std::rc::Rc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use async_trait::async_trait;
use serde::Deserialize;
use sixin_application::access::authenticate_user::hash_token;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_domain::access::live_ticket::{LivePass, LiveProof};
use sixin_web::answer::reply::note_app_key;
use sixin_web::live::{LiveDialect, LiveVoice};

use self::voice::FresnsVoice;
use crate::admission::{language_of_refusal, locale, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, USER_MISSING};
use crate::headers::{credentials, is_of_app, lang_tag, timezone};
use crate::key_filter::{KeyFilter, KeysHidden, KeysShown};
use crate::responses;

/// Which keys of user objects a stream shows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LiveKeys {
    whitelist_keys: Option<KeysShown>,
    blacklist_keys: Option<KeysHidden>,
}

/// How this dialect speaks over live streams.
pub(crate) struct FresnsLive(pub(crate) FresnsApi);

impl FresnsLive {
    async fn guest(&self, request: &HttpRequest) -> Result<LiveGuest, Failure> {
        let credentials = credentials(request)?;
        note_app_key(request, &credentials.app_id);
        let caller = self.0.authenticate_user.authenticate(&credentials).await?;
        let (Some(aid), Some(token)) = (credentials.aid, credentials.token) else {
            return Err(Failure::new(USER_MISSING));
        };
        let proof = LiveProof::Session { aid, token: hash_token(&token), platform: credentials.platform };
        let pass = LivePass { user: caller.user.id, proof };
        let viewer =
            sixin_application::users::profiles::Viewer { user: caller.user, settings: caller.settings };
        Ok(LiveGuest { pass, viewer, ends_at: None })
    }

    async fn refused(&self, request: &HttpRequest, failure: Failure) -> HttpResponse {
        let language = language_of_refusal(request, &self.0).await;
        let mut answer = responses::refused(failure, language);
        if answer.status().is_success() {
            *answer.status_mut() = StatusCode::UNAUTHORIZED;
        }
        answer
    }
}

#[async_trait(?Send)]
impl LiveDialect for FresnsLive {
    fn is_for(&self, proof: &LiveProof) -> bool {
        matches!(proof, LiveProof::Session { .. })
    }

    fn is_shown_by(&self, request: &HttpRequest) -> bool {
        is_of_app(request)
    }

    async fn enter(&self, request: &HttpRequest) -> Result<LiveGuest, HttpResponse> {
        match self.guest(request).await {
            Ok(guest) => Ok(guest),
            Err(failure) => Err(self.refused(request, failure).await),
        }
    }

    async fn refuse(&self, request: &HttpRequest, refusal: PassRefusal) -> HttpResponse {
        self.refused(request, refusal.into()).await
    }

    fn voice(&self, request: &HttpRequest, guest: &LiveGuest) -> Rc<dyn LiveVoice> {
        let viewer = &guest.viewer;
        let own_timezone = viewer.user.profile.timezone.as_deref();
        let asks = (lang_tag(request), timezone(request));
        let locale = locale(request, asks, (&viewer.settings, own_timezone), &self.0);
        // Who asks for keys in a way that can't be read gets all of them.
        let wanted = query::<LiveKeys>(request).unwrap_or_default();
        let keys = KeyFilter::of(wanted.whitelist_keys, wanted.blacklist_keys);
        Rc::new(FresnsVoice { api: self.0.clone(), locale, keys })
    }
}
