//! The use cases behind the gateway.

use std::sync::Arc;

use actix_web::web;
use sixin_application::access::ports::AppKeys;
use sixin_application::conversations::change_conversations::ChangeConversations;
use sixin_application::conversations::keep_tags::KeepTags;
use sixin_application::conversations::read_conversations::ReadConversations;
use sixin_application::delivery::commands::LiveCommands;
use sixin_application::delivery::passes::LivePasses;
use sixin_application::delivery::stream::LiveStreams;
use sixin_application::delivery::watching::KeepWatches;
use sixin_application::files::client_uploads::TakeClientUploads;
use sixin_application::files::links::FileLinks;
use sixin_application::messages::change_messages::ChangeMessages;
use sixin_application::messages::expand_messages::ExpandMessages;
use sixin_application::messages::find_messages::FindMessages;
use sixin_application::messages::read_history::ReadHistory;
use sixin_application::ports::{Clock, SecretSource};
use sixin_application::push::acks::Acknowledge;
use sixin_application::sending::send_message::SendMessage;
use sixin_application::site::ports::SettingSource;
use sixin_application::users::edit_user::EditUser;
use sixin_application::users::keep_preferences::KeepPreferences;
use sixin_application::users::keep_profiles::KeepProfiles;
use sixin_application::users::ports::Users;
use sixin_domain::sending::limits::Limits;
use sixin_web::live::Gate;
use sixin_web::{Dialect, HttpLimits};

use crate::{navigation, socket, streaming, uploading};

/// What the gateway does for clients.
#[derive(Clone)]
pub struct GatewayApi {
    /// The keys of apps.
    pub app_keys: Arc<dyn AppKeys>,
    /// Lets devices in.
    pub passes: Arc<dyn LivePasses>,
    /// Makes streams.
    pub streams: Arc<LiveStreams>,
    /// How many begin, and when they end.
    pub gate: Arc<Gate>,
    /// Takes in what devices have.
    pub acks: Arc<dyn Acknowledge>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// The site's settings.
    pub settings: Arc<dyn SettingSource>,
    /// Sends.
    pub send_message: Arc<dyn SendMessage>,
    /// Tells others that somebody is writing.
    pub commands: Arc<dyn LiveCommands>,
    /// Takes messages back and changes them.
    pub change_messages: Arc<dyn ChangeMessages>,
    /// Keeps pairs with messages.
    pub expand_messages: Arc<dyn ExpandMessages>,
    /// Finds messages by their ids.
    pub find_messages: Arc<dyn FindMessages>,
    /// Reads histories.
    pub read_history: Arc<dyn ReadHistory>,
    /// Reads lists of conversations.
    pub read_conversations: Arc<dyn ReadConversations>,
    /// Marks, removes and deletes.
    pub change_conversations: Arc<dyn ChangeConversations>,
    /// Keeps whose coming and going users want to hear of.
    pub keep_watches: Arc<dyn KeepWatches>,
    /// Pins, mutes and keeps quiet hours.
    pub keep_preferences: Arc<dyn KeepPreferences>,
    /// Sorts conversations.
    pub keep_tags: Arc<dyn KeepTags>,
    /// Whether the server keeps for clients what is unread; otherwise they count by themselves.
    pub keeps_unread: bool,
    /// Reads what is known of users.
    pub keep_profiles: Arc<dyn KeepProfiles>,
    /// Changes how users are shown.
    pub edit_user: Arc<dyn EditUser>,
    /// Takes files for the contents of messages.
    pub client_uploads: Arc<dyn TakeClientUploads>,
    /// Makes links to files.
    pub file_links: Arc<FileLinks>,
    /// Makes what must not be guessed, and scatters what must not happen to all at once.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long things may be.
    pub limits: Limits,
    /// How long the results of sends are kept for their repeats, in milliseconds.
    pub keys_live_ms: i64,
    /// What a request may take.
    pub http: HttpLimits,
    /// Where clients are told to connect, `host:port`; `None`: where they asked.
    pub public_address: Option<Arc<str>>,
}

impl Dialect for GatewayApi {
    fn configure(&self, routes: &mut web::ServiceConfig) {
        routes
            .app_data(web::Data::new(self.clone()))
            .configure(navigation::configure)
            .configure(socket::configure)
            .configure(streaming::configure)
            .configure(uploading::configure);
    }

    fn request_headers(&self) -> &'static [&'static str] {
        navigation::REQUEST_HEADERS
    }
}
