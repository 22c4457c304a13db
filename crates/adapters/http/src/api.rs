//! What the handlers need, and how much of it clients may use.

use std::sync::Arc;
use std::time::Duration;

use sixin_application::access::authenticate_back_end::AuthenticateBackEnd;
use sixin_application::access::authenticate_user::AuthenticateUser;
use sixin_application::access::sign_in::SignIn;
use sixin_application::conversations::change_conversations::ChangeConversations;
use sixin_application::conversations::read_conversations::ReadConversations;
use sixin_application::files::links::FileLinks;
use sixin_application::files::read_file::ReadFile;
use sixin_application::files::upload_file::UploadFile;
use sixin_application::messages::change_messages::ChangeMessages;
use sixin_application::messages::expand_messages::ExpandMessages;
use sixin_application::messages::read_history::ReadHistory;
use sixin_application::messages::read_logs::ReadLogs;
use sixin_application::operations::health::CheckHealth;
use sixin_application::ports::{Clock, SecretSource};
use sixin_application::sending::publish_message::PublishMessage;
use sixin_application::sending::send_message::SendMessage;
use sixin_application::site::keep_sensitive_words::KeepSensitiveWords;
use sixin_application::site::ports::{BlockWordList, BlockWordSource, Roles, SettingSource};
use sixin_application::users::edit_user::EditUser;
use sixin_application::users::keep_preferences::KeepPreferences;
use sixin_application::users::keep_user_lists::KeepUserLists;
use sixin_application::users::keep_users::KeepUsers;
use sixin_application::users::mark_user::MarkUser;
use sixin_application::users::restrict_users::RestrictUsers;
use sixin_application::users::show_user::ShowUser;
use sixin_domain::sending::limits::Limits;

use crate::connections::ConnectionLimits;
use crate::plumbing::client_address::Network;

/// The use cases and ports behind the handlers.
#[derive(Clone)]
pub struct Api {
    /// Lets users of apps in.
    pub authenticate_user: Arc<dyn AuthenticateUser>,
    /// Lets back ends in.
    pub authenticate_back_end: Arc<dyn AuthenticateBackEnd>,
    /// Signs in and out.
    pub sign_in: Arc<dyn SignIn>,
    /// A user sends a message.
    pub send_message: Arc<dyn SendMessage>,
    /// A user reads its conversations.
    pub read_conversations: Arc<dyn ReadConversations>,
    /// A user changes its view of them.
    pub change_conversations: Arc<dyn ChangeConversations>,
    /// Somebody looks at a user.
    pub show_user: Arc<dyn ShowUser>,
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
    /// A back end publishes a message.
    pub publish_message: Arc<dyn PublishMessage>,
    /// A back end takes messages back and changes them.
    pub change_messages: Arc<dyn ChangeMessages>,
    /// A back end keeps pairs with messages.
    pub expand_messages: Arc<dyn ExpandMessages>,
    /// A back end reads what its users have.
    pub read_history: Arc<dyn ReadHistory>,
    /// A back end keeps users.
    pub keep_users: Arc<dyn KeepUsers>,
    /// A back end keeps blacklists and whitelists.
    pub keep_user_lists: Arc<dyn KeepUserLists>,
    /// A back end keeps users from things.
    pub restrict_users: Arc<dyn RestrictUsers>,
    /// A back end keeps what users prefer.
    pub keep_preferences: Arc<dyn KeepPreferences>,
    /// A back end keeps words.
    pub keep_sensitive_words: Arc<dyn KeepSensitiveWords>,
    /// A back end reads the logs of hours.
    pub read_logs: Arc<dyn ReadLogs>,
    /// How the server is.
    pub check_health: Arc<dyn CheckHealth>,
    /// The site's settings, for the language of refusals that come before anybody is let in.
    pub settings: Arc<dyn SettingSource>,
    /// Makes request ids.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long things may be.
    pub limits: Limits,
    /// How long the result of a request with header `Idempotency-Key` is kept, in milliseconds.
    pub keys_live_ms: i64,
    /// How much of the server one client may use.
    pub http: HttpLimits,
}

/// Bounds of the HTTP server (design, chapter 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpLimits {
    /// Largest body in bytes; larger ones are answered with 413.
    pub body_bytes: usize,
    /// How long a body may take to arrive; slower ones are answered with 408.
    pub body_timeout: Duration,
    /// How long a form with a file may take to arrive; `body_timeout` is then the longest pause.
    pub upload_timeout: Duration,
    /// How fast it has to be.
    pub upload_speed: LeastSpeed,
    /// How long the head of a request may take to arrive.
    pub head_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long requests may take to finish once the server stops.
    pub shutdown_timeout: Duration,
    /// Threads that handle requests.
    pub workers: usize,
    /// Origins browsers may call from; `*` stands for all, nothing for none.
    pub cors_origins: Vec<String>,
    /// Proxies that are believed when they say from whom they got a request.
    pub trusted_proxies: Vec<Network>,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// Whether the API is described at `/docs/` and `/openapi.json`.
    pub docs: bool,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            upload_timeout: Duration::from_secs(300),
            upload_speed: LeastSpeed::default(),
            head_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(75),
            shutdown_timeout: Duration::from_secs(30),
            workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            connections: ConnectionLimits::default(),
            docs: true,
        }
    }
}

/// How fast an upload has to be, on average; slower ones are answered with 408.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeastSpeed {
    /// Bytes a second; 0 for none.
    pub bytes_a_second: u64,
    /// How long it may take until that counts.
    pub slow_start: Duration,
}

impl Default for LeastSpeed {
    fn default() -> Self {
        Self { bytes_a_second: 4096, slow_start: Duration::from_secs(10) }
    }
}
