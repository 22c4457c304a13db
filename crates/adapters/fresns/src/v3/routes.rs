//! The endpoints of 3.x, each with its methods.

use actix_web::http::Method;
use actix_web::web;
use sixin_web::answer::fallback::{get, one};

use crate::v3::{
    access, conversation_detail, conversations, files, marks, nothing, page, profile, site, users,
};

/// A login token for whoever knows the password; ours.
pub(crate) const LOGIN_TOKEN: &str = "/api/fresns/v1/account/login-token";
/// Signing in to an account, and out.
pub(crate) const ACCOUNT_TOKEN: &str = "/api/fresns/v1/account/auth-token";
/// The account that is signed in.
pub(crate) const ACCOUNT: &str = "/api/fresns/v1/account/detail";
/// Switching to a user.
pub(crate) const USER_TOKEN: &str = "/api/fresns/v1/user/auth-token";

/// A user's conversations.
pub(crate) const LIST: &str = "/api/fresns/v1/conversation/list";
/// Where a user sends.
pub(crate) const SEND: &str = "/api/fresns/v1/conversation/message";
/// One conversation.
pub(crate) const DETAIL: &str = "/api/fresns/v1/conversation/{uidOrUsername}/detail";
/// Its messages.
pub(crate) const MESSAGES: &str = "/api/fresns/v1/conversation/{uidOrUsername}/messages";
/// Marking as read.
pub(crate) const READ_STATUS: &str = "/api/fresns/v1/conversation/{uidOrUsername}/read-status";
/// Pinning.
pub(crate) const PIN: &str = "/api/fresns/v1/conversation/{uidOrUsername}/pin";
/// Deleting.
pub(crate) const DELETE: &str = "/api/fresns/v1/conversation/{uidOrUsername}";

/// Uploading a file for a message.
pub(crate) const UPLOAD: &str = "/api/fresns/v1/common/file/upload";
/// Uploading to a storage elsewhere.
pub(crate) const UPLOAD_TOKEN: &str = "/api/fresns/v1/common/file/upload-token";
/// What is said of a file.
pub(crate) const FILE_INFO: &str = "/api/fresns/v1/common/file/{fid}/info";
/// A link to a file.
pub(crate) const FILE_LINK: &str = "/api/fresns/v1/common/file/{fid}/link";
/// Where the caller comes from.
pub(crate) const IP_INFO: &str = "/api/fresns/v1/common/ip-info";

/// Whether the site is open.
pub(crate) const STATUS: &str = "/api/fresns/v1/global/status";
/// The public settings of the site.
pub(crate) const CONFIGS: &str = "/api/fresns/v1/global/configs";
/// The texts of pages.
pub(crate) const LANGUAGE_PACK: &str = "/api/fresns/v1/global/language-pack";

/// What awaits the caller.
pub(crate) const OVERVIEW: &str = "/api/fresns/v1/user/overview";
/// Changing oneself.
pub(crate) const PROFILE: &str = "/api/fresns/v1/user/profile";
/// Changing who may write.
pub(crate) const SETTING: &str = "/api/fresns/v1/user/setting";
/// The same since 3.2.
pub(crate) const SETTINGS: &str = "/api/fresns/v1/user/settings";
/// Following and blocking users.
pub(crate) const MARK: &str = "/api/fresns/v1/user/mark";
/// What one calls whom one follows or blocks.
pub(crate) const MARK_NOTE: &str = "/api/fresns/v1/user/mark-note";
/// A user.
pub(crate) const USER_DETAIL: &str = "/api/fresns/v1/user/{uidOrUsername}/detail";

/// Channels; there are none.
pub(crate) const CHANNELS: &str = "/api/fresns/v1/global/channels";
/// Stickers; there are none.
pub(crate) const STICKERS: &str = "/api/fresns/v1/global/stickers";
/// Fields that profiles have besides; there are none.
pub(crate) const ARCHIVES: &str = "/api/fresns/v1/global/{type}/archives";
/// Kinds of posts; there are none.
pub(crate) const CONTENT_TYPES: &str = "/api/fresns/v1/global/{type}/content-types";
/// The groups; there are none.
pub(crate) const GROUP_TREE: &str = "/api/fresns/v1/group/tree";
/// The notifications of the caller; there are none.
pub(crate) const NOTIFICATIONS: &str = "/api/fresns/v1/notification/list";
/// Marking them as read.
pub(crate) const READ_NOTIFICATIONS: &str = "/api/fresns/v1/notification/read-status";
/// Deleting them.
pub(crate) const DELETE_NOTIFICATIONS: &str = "/api/fresns/v1/notification/delete";
/// The same since 3.2.
pub(crate) const DELETE_NOTIFICATION_MESSAGES: &str = "/api/fresns/v1/notification/messages";

/// Adds them to a server.
pub(crate) fn configure(server: &mut web::ServiceConfig) {
    server
        .configure(configure_access)
        .configure(configure_conversations)
        .configure(configure_users)
        .configure(configure_nothing)
        .configure(page::configure)
        .service(one(UPLOAD, [Method::POST]).route(web::post().to(files::upload_file_v3)))
        .service(one(UPLOAD_TOKEN, [Method::POST]).route(web::post().to(files::refuse_upload_token_v3)))
        .service(one(FILE_INFO, [Method::PATCH]).route(web::patch().to(files::describe_file_v3)))
        .service(one(FILE_LINK, [Method::GET]).route(get().to(files::link_file_v3)))
        .service(one(IP_INFO, [Method::GET]).route(get().to(site::show_ip_info_v3)))
        .service(one(STATUS, [Method::GET]).route(get().to(crate::site::status::status)))
        .service(one(CONFIGS, [Method::GET]).route(get().to(site::list_configs_v3)))
        .service(one(LANGUAGE_PACK, [Method::GET]).route(get().to(site::show_language_pack_v3)));
}

fn configure_access(server: &mut web::ServiceConfig) {
    server
        .service(one(LOGIN_TOKEN, [Method::POST]).route(web::post().to(access::make_login_token_v3)))
        .service(
            one(ACCOUNT_TOKEN, [Method::POST, Method::DELETE])
                .route(web::post().to(access::sign_in_v3))
                .route(web::delete().to(access::sign_out_v3)),
        )
        .service(one(ACCOUNT, [Method::GET]).route(get().to(access::show_account_v3)))
        .service(one(USER_TOKEN, [Method::POST]).route(web::post().to(access::choose_user_v3)));
}

/// The path of a conversation alone comes last. Whoever is called `list` or `message` is named by number there.
fn configure_conversations(server: &mut web::ServiceConfig) {
    server
        .service(one(LIST, [Method::GET]).route(get().to(conversations::list_conversations_v3)))
        .service(one(SEND, [Method::POST]).route(web::post().to(conversations::send_message_v3)))
        .service(one(DETAIL, [Method::GET]).route(get().to(conversation_detail::show_conversation_v3)))
        .service(one(MESSAGES, [Method::GET]).route(get().to(conversations::list_messages_v3)))
        .service(one(READ_STATUS, [Method::PATCH]).route(web::patch().to(conversations::mark_as_read_v3)))
        .service(
            one(PIN, [Method::PATCH, Method::PUT])
                .route(web::patch().to(conversations::pin_conversation_v3))
                .route(web::put().to(conversations::pin_conversation_v3)),
        )
        .service(one(DELETE, [Method::DELETE]).route(web::delete().to(conversations::delete_from_view_v3)));
}

fn configure_users(server: &mut web::ServiceConfig) {
    server
        .service(one(OVERVIEW, [Method::GET]).route(get().to(users::show_overview_v3)))
        .service(one(PROFILE, [Method::PATCH]).route(web::patch().to(profile::edit_profile_v3)))
        .service(one(SETTING, [Method::PATCH]).route(web::patch().to(profile::edit_setting_v3)))
        .service(one(SETTINGS, [Method::PATCH]).route(web::patch().to(profile::edit_setting_v3)))
        .service(one(MARK, [Method::POST]).route(web::post().to(marks::mark_user_v3)))
        .service(
            one(MARK_NOTE, [Method::PATCH, Method::PUT])
                .route(web::patch().to(marks::note_user_v3))
                .route(web::put().to(marks::note_user_v3)),
        )
        .service(one(USER_DETAIL, [Method::GET]).route(get().to(users::show_user_v3)));
}

/// What is always empty here.
fn configure_nothing(server: &mut web::ServiceConfig) {
    for path in [CHANNELS, STICKERS, ARCHIVES, CONTENT_TYPES, GROUP_TREE] {
        server.service(one(path, [Method::GET]).route(get().to(nothing::list_nothing)));
    }
    server
        .service(one(NOTIFICATIONS, [Method::GET]).route(get().to(nothing::list_notifications_v3)))
        .service(
            one(READ_NOTIFICATIONS, [Method::PATCH, Method::PUT])
                .route(web::patch().to(nothing::read_notifications_v3))
                .route(web::put().to(nothing::read_notifications_v3)),
        );
    for path in [DELETE_NOTIFICATIONS, DELETE_NOTIFICATION_MESSAGES] {
        server.service(one(path, [Method::DELETE]).route(web::delete().to(nothing::delete_notifications_v3)));
    }
}
