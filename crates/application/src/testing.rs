//! Things the tests of several use cases need.

use std::sync::Arc;

use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, SideState};
use sixin_domain::file::{FileKind, Keeping, StoredFile};
use sixin_domain::id::{AccountId, AppKeyId, ConversationId, FileId, ID_EPOCH, MessageId, RoleId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::{Effects, Envelope, NewMessage, Placed};
use sixin_domain::site::role::{Role, parse_permissions};
use sixin_domain::user::username::{Uid, UserRef, Username};
use sixin_domain::user::{ConversationLimit, Profile, Restrictions, User};

use crate::sending::ids::LeasedIds;
use crate::sending::ports::{IdempotencyKey, Lease, SendUnit, Stored};

/// A unit of one text to each recipient.
pub(crate) fn unit(sender: i64, recipients: &[i64]) -> SendUnit {
    SendUnit {
        envelope: Envelope {
            sender: UserId(sender),
            body: Body::Text("hi".into()),
            effects: Effects::OWN,
            delivery: None,
        },
        messages: recipients
            .iter()
            .map(|&recipient| NewMessage {
                id: MessageId(recipient),
                conversation_if_new: ConversationId(recipient),
                recipient: UserId(recipient),
                own: None,
            })
            .collect(),
        upload: None,
        nonce: None,
        idempotency: None,
        accepted_at: ID_EPOCH,
    }
}

/// A user without any peculiarity.
pub(crate) fn user(id: i64, name: &str) -> Arc<User> {
    Arc::new(new_user(id, name))
}

/// The same, to be made into another.
pub(crate) fn new_user(id: i64, name: &str) -> User {
    User {
        id: UserId(id),
        account: AccountId(1),
        uid: Uid(id + 10_000),
        username: Username::new(name).unwrap(),
        conversation_limit: ConversationLimit::Everybody,
        is_verified: false,
        is_enabled: true,
        restrictions: Restrictions::default(),
        expired_at: None,
        deleted_at: None,
        profile: Profile::default(),
    }
}

/// A picture or the like that was uploaded somewhere else.
pub(crate) fn stored_file(kind: FileKind) -> StoredFile {
    StoredFile {
        id: FileId(5),
        fid: "fid00001".into(),
        kind,
        name: "a.png".into(),
        mime: None,
        extension: "png".into(),
        size: None,
        md5: None,
        sha: None,
        sha_type: None,
        path: "a.png".into(),
        image_width: None,
        image_height: None,
        audio_time: None,
        video_time: None,
        video_cover_path: None,
        video_gif_path: None,
        more_json: None,
        transcoding_state: 1,
        is_sensitive: false,
        is_enabled: true,
        keeping: Keeping::Elsewhere,
        thumbnail_extension: None,
    }
}

/// The role of ordinary users, who may send.
pub(crate) fn general_role() -> Role {
    Role {
        id: RoleId(4),
        name: "General User".into(),
        kind: 3,
        permissions: parse_permissions(r#"[{"permKey":"conversation","permValue":true}]"#),
        is_enabled: true,
        is_deleted: false,
        is_display_name: false,
        is_display_icon: false,
        icon_file_url: None,
        nickname_color: None,
        rank_state: 1,
    }
}

/// An empty conversation of two users, the smaller number first.
pub(crate) fn conversation(id: i64, a: i64, b: i64) -> Conversation {
    let side = SideState {
        is_display: true,
        is_pin: false,
        read_seq: 0,
        cleared_seq: 0,
        unread: 0,
        message_count: 0,
        latest: None,
    };
    let pair = Pair::of(UserId(a), UserId(b)).unwrap();
    Conversation { id: ConversationId(id), pair, last_seq: 0, a: side.clone(), b: side }
}

/// Ids under a lease that covers the epoch.
pub(crate) fn ids() -> LeasedIds {
    let ids = LeasedIds::default();
    let lease = Lease {
        number: 0,
        token: "test".into(),
        granted_at: ID_EPOCH,
        ids_end: ID_EPOCH.plus(10_000),
        not_before: ID_EPOCH,
    };
    ids.hold(lease, ID_EPOCH);
    ids
}

/// A key of a caller.
pub(crate) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey { app_key: AppKeyId(1), key: text.into(), fingerprint: [7; 32], lives_ms: 1000 }
}

/// What a store answers that placed each message first in its conversation.
pub(crate) fn stored(unit: &SendUnit) -> Stored {
    let placed = unit
        .messages
        .iter()
        .map(|message| Placed {
            id: message.id,
            recipient: message.recipient,
            place: Some((message.conversation_if_new, 1)),
            sent_at: unit.accepted_at,
        })
        .collect();
    Stored::new(placed)
}

/// A username.
pub(crate) fn name(text: &str) -> Username {
    Username::new(text).unwrap()
}

/// The users ann, bob and cid, with the numbers 1, 2 and 3.
pub(crate) fn three_users() -> crate::users::ports::MockUsers {
    let mut users = crate::users::ports::MockUsers::new();
    users.expect_find_named().returning(|names| {
        let all = [user(1, "ann"), user(2, "bob"), user(3, "cid")];
        Ok(all.into_iter().filter(|user| names.contains(&user.username)).collect())
    });
    users.expect_find().returning(|wanted| {
        let all = [user(1, "ann"), user(2, "bob"), user(3, "cid")];
        let is_meant = |user: &User| *wanted == UserRef::Username(user.username.clone());
        Ok(all.into_iter().find(|user| is_meant(user)))
    });
    users.expect_find_numbered().returning(|ids| {
        let all = [user(1, "ann"), user(2, "bob"), user(3, "cid")];
        Ok(all.into_iter().filter(|user| ids.contains(&user.id)).collect())
    });
    users
}
