//! An API of this dialect alone, over mocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use sixin_application::access::authenticate_user::MockAuthenticateUser;
use sixin_application::access::login_tokens::MockLoginTokens;
use sixin_application::access::sign_in::MockSignIn;
use sixin_application::conversations::change_conversations::MockChangeConversations;
use sixin_application::conversations::read_conversations::MockReadConversations;
use sixin_application::delivery::ports::MockLogHead;
use sixin_application::files::read_file::MockReadFile;
use sixin_application::files::upload_file::MockUploadFile;
use sixin_application::push::keep_devices::MockKeepDevices;
use sixin_application::sending::send_message::MockSendMessage;
use sixin_application::site::ports::{MockBlockWordList, MockBlockWordSource, MockRoles};
use sixin_application::users::edit_user::MockEditUser;
use sixin_application::users::mark_user::MockMarkUser;
use sixin_application::users::ports::{MockRelations, MockUsers};
use sixin_application::users::profiles::Profiles;
use sixin_application::users::show_user::MockShowUser;
use sixin_domain::log::{Cursor, Position};
use sixin_domain::sending::limits::Limits;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter};
use sixin_web::testing::{SharedMocks, clock, file_links, limits, settings};
use sixin_web::{HttpApi, HttpLimits};

use crate::api::FresnsApi;
use crate::{openapi, v3};

/// The mocks behind an API. Those that are not told what to expect fail the test when they are asked.
#[derive(Default)]
pub(crate) struct Mocks {
    pub(crate) user: MockAuthenticateUser,
    pub(crate) sign_in: MockSignIn,
    pub(crate) login_tokens: MockLoginTokens,
    pub(crate) devices: MockKeepDevices,
    pub(crate) send: MockSendMessage,
    pub(crate) read: MockReadConversations,
    pub(crate) change: MockChangeConversations,
    pub(crate) edit: MockEditUser,
    pub(crate) mark: MockMarkUser,
    pub(crate) upload: MockUploadFile,
    pub(crate) read_file: MockReadFile,
    pub(crate) words: Vec<BlockWord>,
    pub(crate) show_user: MockShowUser,
    pub(crate) listed_words: MockBlockWordList,
    pub(crate) roles: MockRoles,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) http: HttpLimits,
}

impl Mocks {
    pub(crate) fn api(self) -> HttpApi {
        let mut block_words = MockBlockWordSource::new();
        let words = Arc::new(BlockWordFilter::new(self.words));
        block_words.expect_filter().returning(move || Ok(Arc::clone(&words)));
        let read_file = Arc::new(self.read_file);
        let dialect = FresnsApi {
            authenticate_user: Arc::new(self.user),
            sign_in: Arc::new(self.sign_in),
            login_tokens: Arc::new(self.login_tokens),
            devices: Arc::new(self.devices),
            send_message: Arc::new(self.send),
            read_conversations: Arc::new(self.read),
            change_conversations: Arc::new(self.change),
            edit_user: Arc::new(self.edit),
            mark_user: Arc::new(self.mark),
            upload_file: Arc::new(self.upload),
            read_file: read_file.clone(),
            file_links: file_links(),
            block_words: Arc::new(block_words),
            show_user: Arc::new(self.show_user),
            log_head: Arc::new(log_head()),
            profiles: Arc::new(profiles()),
            listed_words: Arc::new(self.listed_words),
            roles: Arc::new(self.roles),
            settings: settings(self.settings),
            clock: clock(),
            limits: Limits::default(),
            keys_live_ms: 86_400_000,
            http: limits(self.http.clone()),
        };
        let shared = SharedMocks { http: self.http, ..SharedMocks::default() };
        shared.api(vec![Arc::new(dialect)], &document(), read_file)
    }
}

/// The OpenAPI document of this dialect alone.
pub(crate) fn document() -> String {
    sixin_web::openapi::document("", "0", vec![openapi::description(), v3::openapi::description()])
}

/// What is shown of users, where nobody is.
fn profiles() -> Profiles {
    Profiles {
        users: Arc::new(MockUsers::new()),
        roles: Arc::new(MockRoles::new()),
        relations: Arc::new(MockRelations::new()),
        clock: clock(),
    }
}

/// A log that ends somewhere.
fn log_head() -> MockLogHead {
    let mut head = MockLogHead::new();
    head.expect_cursor().returning(|| Cursor { epoch: "e1".to_owned(), position: Position(7) });
    head
}
