//! The use cases behind the handlers.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use sixin_application::access::authenticate_back_end::AuthenticateBackEnd;
use sixin_application::conversations::keep_tags::KeepTags;
use sixin_application::delivery::passes::LivePasses;
use sixin_application::delivery::presence::ShowPresence;
use sixin_application::files::links::FileLinks;
use sixin_application::messages::change_messages::ChangeMessages;
use sixin_application::messages::expand_messages::ExpandMessages;
use sixin_application::messages::grow_messages::GrowMessages;
use sixin_application::messages::read_history::ReadHistory;
use sixin_application::messages::read_logs::ReadLogs;
use sixin_application::ports::SecretSource;
use sixin_application::sending::publish_message::PublishMessage;
use sixin_application::site::keep_sensitive_words::KeepSensitiveWords;
use sixin_application::site::ports::SettingSource;
use sixin_application::users::keep_friends::KeepFriends;
use sixin_application::users::keep_preferences::KeepPreferences;
use sixin_application::users::keep_profiles::KeepProfiles;
use sixin_application::users::keep_user_lists::KeepUserLists;
use sixin_application::users::keep_users::KeepUsers;
use sixin_application::users::ports::Users;
use sixin_application::users::restrict_users::RestrictUsers;
use sixin_domain::sending::limits::Limits;
use sixin_web::live::LiveDialect;
use sixin_web::{Dialect, HttpLimits};

use crate::live::RongCloudLive;
use crate::unsupported::unsupported;
use crate::{headers, routes};

/// What this dialect does for back ends.
#[derive(Clone)]
pub struct RongCloudApi {
    /// Lets back ends in.
    pub authenticate_back_end: Arc<dyn AuthenticateBackEnd>,
    /// A back end publishes a message.
    pub publish_message: Arc<dyn PublishMessage>,
    /// A back end takes messages back and changes them.
    pub change_messages: Arc<dyn ChangeMessages>,
    /// A back end adds to messages.
    pub grow_messages: Arc<dyn GrowMessages>,
    /// A back end keeps pairs with messages.
    pub expand_messages: Arc<dyn ExpandMessages>,
    /// A back end reads what its users have.
    pub read_history: Arc<dyn ReadHistory>,
    /// A back end reads the logs of hours.
    pub read_logs: Arc<dyn ReadLogs>,
    /// Lets devices of users in to live streams.
    pub live_passes: Arc<dyn LivePasses>,
    /// Tells who is online.
    pub presence: Arc<dyn ShowPresence>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// A back end keeps users.
    pub keep_users: Arc<dyn KeepUsers>,
    /// A back end keeps blacklists and whitelists.
    pub keep_user_lists: Arc<dyn KeepUserLists>,
    /// A back end keeps users from things.
    pub restrict_users: Arc<dyn RestrictUsers>,
    /// A back end keeps what users prefer.
    pub keep_preferences: Arc<dyn KeepPreferences>,
    /// A back end keeps friends.
    pub keep_friends: Arc<dyn KeepFriends>,
    /// A back end keeps more about users.
    pub keep_profiles: Arc<dyn KeepProfiles>,
    /// A back end keeps what users sort their conversations by.
    pub keep_tags: Arc<dyn KeepTags>,
    /// A back end keeps words.
    pub keep_sensitive_words: Arc<dyn KeepSensitiveWords>,
    /// Makes links to files.
    pub file_links: Arc<FileLinks>,
    /// The site's settings, for the language of refusals that come before anybody is let in.
    pub settings: Arc<dyn SettingSource>,
    /// Makes request ids.
    pub secrets: Arc<dyn SecretSource>,
    /// How long things may be.
    pub limits: Limits,
    /// How long the result of a request with header `Idempotency-Key` is kept, in milliseconds.
    pub keys_live_ms: i64,
    /// How much of the server one client may use.
    pub http: HttpLimits,
}

impl Dialect for RongCloudApi {
    fn configure(&self, routes: &mut web::ServiceConfig) {
        routes.app_data(web::Data::new(self.clone())).configure(routes::configure);
    }

    fn live(&self) -> Option<Arc<dyn LiveDialect>> {
        Some(Arc::new(RongCloudLive(self.clone())))
    }

    fn request_headers(&self) -> &'static [&'static str] {
        headers::SIGNING_HEADERS
    }

    fn unsupported(&self, path: &str) -> Option<HttpResponse> {
        unsupported(path)
    }
}
