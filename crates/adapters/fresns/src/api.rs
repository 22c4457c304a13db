//! The use cases behind the handlers.

use std::sync::Arc;

use actix_web::web;
use sixin_application::access::authenticate_user::AuthenticateUser;
use sixin_application::access::login_tokens::LoginTokens;
use sixin_application::access::sign_in::SignIn;
use sixin_application::conversations::change_conversations::ChangeConversations;
use sixin_application::conversations::read_conversations::ReadConversations;
use sixin_application::delivery::ports::LogHead;
use sixin_application::files::links::FileLinks;
use sixin_application::files::read_file::ReadFile;
use sixin_application::files::upload_file::UploadFile;
use sixin_application::ports::Clock;
use sixin_application::push::keep_devices::KeepDevices;
use sixin_application::sending::send_message::SendMessage;
use sixin_application::site::ports::{BlockWordList, BlockWordSource, Roles, SettingSource};
use sixin_application::users::edit_user::EditUser;
use sixin_application::users::mark_user::MarkUser;
use sixin_application::users::profiles::Profiles;
use sixin_application::users::show_user::ShowUser;
use sixin_domain::sending::limits::Limits;
use sixin_web::live::LiveDialect;
use sixin_web::{Dialect, HttpLimits};

use crate::live::FresnsLive;
use crate::{headers, routes, v3};

/// What this dialect does for users of apps.
#[derive(Clone)]
pub struct FresnsApi {
    /// Lets users of apps in.
    pub authenticate_user: Arc<dyn AuthenticateUser>,
    /// Signs in and out.
    pub sign_in: Arc<dyn SignIn>,
    /// Signs in where the app never sees the password.
    pub login_tokens: Arc<dyn LoginTokens>,
    /// Keeps the devices that are to be woken.
    pub devices: Arc<dyn KeepDevices>,
    /// A user sends a message.
    pub send_message: Arc<dyn SendMessage>,
    /// A user reads its conversations.
    pub read_conversations: Arc<dyn ReadConversations>,
    /// A user changes its view of them.
    pub change_conversations: Arc<dyn ChangeConversations>,
    /// Somebody looks at a user.
    pub show_user: Arc<dyn ShowUser>,
    /// Where the log ends.
    pub log_head: Arc<dyn LogHead>,
    /// What is shown of users.
    pub profiles: Arc<Profiles>,
    /// A user changes itself.
    pub edit_user: Arc<dyn EditUser>,
    /// A user follows or blocks another.
    pub mark_user: Arc<dyn MarkUser>,
    /// A user uploads a file.
    pub upload_file: Arc<dyn UploadFile>,
    /// Somebody reads it.
    pub read_file: Arc<dyn ReadFile>,
    /// Makes links to files.
    pub file_links: Arc<FileLinks>,
    /// The words that are replaced in what is shown.
    pub block_words: Arc<dyn BlockWordSource>,
    /// The words themselves, as a list.
    pub listed_words: Arc<dyn BlockWordList>,
    /// The roles of the site.
    pub roles: Arc<dyn Roles>,
    /// The site's settings, for the language of refusals that come before anybody is let in.
    pub settings: Arc<dyn SettingSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long things may be.
    pub limits: Limits,
    /// How long the result of a request with header `Idempotency-Key` is kept, in milliseconds.
    pub keys_live_ms: i64,
    /// How much of the server one client may use.
    pub http: HttpLimits,
}

impl Dialect for FresnsApi {
    fn configure(&self, routes: &mut web::ServiceConfig) {
        routes
            .app_data(web::Data::new(self.clone()))
            .configure(routes::configure)
            .configure(v3::routes::configure);
    }

    fn live(&self) -> Option<Arc<dyn LiveDialect>> {
        Some(Arc::new(FresnsLive(self.clone())))
    }

    fn request_headers(&self) -> &'static [&'static str] {
        headers::SIGNING_HEADERS
    }
}
