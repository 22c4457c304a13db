//! The endpoints of this dialect, each with its methods.

use actix_web::http::Method;
use actix_web::web;
use sixin_web::answer::fallback::{get, one};

use crate::access::accounts;
use crate::conversations::{panel, views as conversations};
use crate::files::links as files;
use crate::placeholders as nothing_here;
use crate::sending::send;
use crate::site::status::{AVATAR, STATUS};
use crate::site::{block_words, code_messages as site, configs, ip_info, roles, status};
use crate::users::{detail as users, edits, marks};

/// Where a user sends (docs/wire/fresns.md#send).
pub(crate) const SEND: &str = "/api/v2/conversation/send-message";
/// A user's conversations.
pub(crate) const LIST: &str = "/api/v2/conversation/list";
/// One of them.
pub(crate) const DETAIL: &str = "/api/v2/conversation/{conversationId}/detail";
/// Its messages.
pub(crate) const MESSAGES: &str = "/api/v2/conversation/{conversationId}/messages";
/// Marking as read.
pub(crate) const MARK_AS_READ: &str = "/api/v2/conversation/mark-as-read";
/// Pinning.
pub(crate) const PIN: &str = "/api/v2/conversation/pin";
/// Deleting.
pub(crate) const DELETE: &str = "/api/v2/conversation/delete";
/// Signing in to an account.
pub(crate) const LOGIN: &str = "/api/v2/account/login";
/// The account that is signed in.
pub(crate) const ACCOUNT: &str = "/api/v2/account/detail";
/// Signing out.
pub(crate) const LOGOUT: &str = "/api/v2/account/logout";
/// Making an account.
pub(crate) const REGISTER: &str = "/api/v2/account/register";
/// Signing in to a user.
pub(crate) const AUTH: &str = "/api/v2/user/auth";
/// The public settings of the site.
pub(crate) const CONFIGS: &str = "/api/v2/global/configs";
/// What each code says.
pub(crate) const CODE_MESSAGES: &str = "/api/v2/global/code-messages";
/// The roles of the site.
pub(crate) const ROLES: &str = "/api/v2/global/roles";
/// Words that are replaced or refused.
pub(crate) const BLOCK_WORDS: &str = "/api/v2/global/block-words";
/// The panel of the caller.
pub(crate) const PANEL: &str = "/api/v2/user/panel";
/// Uploading a file for a message.
pub(crate) const UPLOAD: &str = "/api/v2/common/upload-file";
/// A link to a file.
pub(crate) const FILE_LINK: &str = "/api/v2/common/file/{fid}/link";
/// Changing oneself.
pub(crate) const EDIT: &str = "/api/v2/user/edit";
/// Following and blocking users.
pub(crate) const MARK: &str = "/api/v2/user/mark";
/// A user.
pub(crate) const USER_DETAIL: &str = "/api/v2/user/{uidOrUsername}/detail";

/// Where the caller comes from.
pub(crate) const IP_INFO: &str = "/api/v2/common/ip-info";
/// The categories of groups; there are none.
pub(crate) const GROUP_CATEGORIES: &str = "/api/v2/group/categories";
/// The groups; there are none.
pub(crate) const GROUP_TREE: &str = "/api/v2/group/tree";
/// The notifications of the caller; there are none.
pub(crate) const NOTIFICATIONS: &str = "/api/v2/notification/list";
/// Marking them as read.
pub(crate) const READ_NOTIFICATIONS: &str = "/api/v2/notification/mark-as-read";
/// Deleting them.
pub(crate) const DELETE_NOTIFICATIONS: &str = "/api/v2/notification/delete";
/// Stickers; there are none.
pub(crate) const STICKERS: &str = "/api/v2/global/stickers";
/// Channels; there are none.
pub(crate) const CHANNELS: &str = "/api/v2/global/channels";

/// Adds them to a server.
pub(crate) fn configure(server: &mut web::ServiceConfig) {
    server
        .service(one(SEND, [Method::POST]).route(web::post().to(send::send_message)))
        .service(one(LIST, [Method::GET]).route(get().to(conversations::list_conversations)))
        .service(one(DETAIL, [Method::GET]).route(get().to(conversations::show_conversation)))
        .service(one(MESSAGES, [Method::GET]).route(get().to(conversations::list_messages)))
        .service(one(MARK_AS_READ, [Method::PUT]).route(web::put().to(conversations::mark_as_read)))
        .service(one(PIN, [Method::PUT]).route(web::put().to(conversations::pin_conversation)))
        .service(one(DELETE, [Method::DELETE]).route(web::delete().to(conversations::delete_from_view)))
        .service(one(UPLOAD, [Method::POST]).route(web::post().to(files::upload_file)))
        .service(one(FILE_LINK, [Method::GET]).route(get().to(files::link_file)))
        .service(one(LOGIN, [Method::POST]).route(web::post().to(accounts::sign_in)))
        .service(one(ACCOUNT, [Method::GET]).route(get().to(accounts::show_account)))
        .service(one(LOGOUT, [Method::DELETE]).route(web::delete().to(accounts::sign_out)))
        .service(one(REGISTER, [Method::POST]).route(web::post().to(accounts::register)))
        .service(one(AUTH, [Method::POST]).route(web::post().to(accounts::choose_user)))
        .service(one(CONFIGS, [Method::GET]).route(get().to(configs::list_configs)))
        .service(one(CODE_MESSAGES, [Method::GET]).route(get().to(site::list_code_messages)))
        .service(one(ROLES, [Method::GET]).route(get().to(roles::list_roles)))
        .service(one(BLOCK_WORDS, [Method::GET]).route(get().to(block_words::list_block_words)))
        .service(one(EDIT, [Method::PUT]).route(web::put().to(edits::edit_user)))
        .service(one(MARK, [Method::POST]).route(web::post().to(marks::mark_user)))
        .service(one(USER_DETAIL, [Method::GET]).route(get().to(users::show_user)))
        .service(one(PANEL, [Method::GET]).route(get().to(panel::show_panel)))
        .configure(configure_start)
        .configure(configure_nothing);
}

/// What clients fetch before anything else.
fn configure_start(server: &mut web::ServiceConfig) {
    server
        .service(one(STATUS, [Method::GET]).route(get().to(status::status)))
        .service(one(AVATAR, [Method::GET]).route(get().to(status::avatar)))
        .service(one(IP_INFO, [Method::GET]).route(get().to(ip_info::show_ip_info)));
}

/// What is always empty here.
fn configure_nothing(server: &mut web::ServiceConfig) {
    server
        .service(one(GROUP_CATEGORIES, [Method::GET]).route(get().to(nothing_here::list_group_categories)))
        .service(one(GROUP_TREE, [Method::GET]).route(get().to(nothing_here::list_groups)))
        .service(one(NOTIFICATIONS, [Method::GET]).route(get().to(nothing_here::list_notifications)))
        .service(
            one(READ_NOTIFICATIONS, [Method::PUT]).route(web::put().to(nothing_here::read_notifications)),
        )
        .service(
            one(DELETE_NOTIFICATIONS, [Method::DELETE])
                .route(web::delete().to(nothing_here::delete_notifications)),
        )
        .service(one(STICKERS, [Method::GET]).route(get().to(nothing_here::list_stickers)))
        .service(one(CHANNELS, [Method::GET]).route(get().to(nothing_here::list_channels)));
}
