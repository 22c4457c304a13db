//! Rows of users, with what back ends keep them from.

use diesel::prelude::*;
use diesel::result::Error;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::{Uid, Username};
use sixin_domain::user::{ConversationLimit, Profile, Restrictions, User};

use crate::schema::{user_restrictions, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: i64,
    account_id: i64,
    uid: i64,
    username: String,
    nickname: String,
    password: Option<String>,
    avatar_file_url: Option<String>,
    banner_file_url: Option<String>,
    gender: i16,
    birthday: Option<i64>,
    bio: Option<String>,
    location: Option<String>,
    verified_status: i16,
    verified_desc: Option<String>,
    verified_at: Option<i64>,
    conversation_limit: i16,
    comment_limit: i16,
    timezone: Option<String>,
    expired_at: Option<i64>,
    last_post_at: Option<i64>,
    last_comment_at: Option<i64>,
    last_username_at: Option<i64>,
    last_nickname_at: Option<i64>,
    rank_state: i16,
    is_enable: bool,
    wait_delete: bool,
    wait_delete_at: Option<i64>,
    created_at: i64,
    deleted_at: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = user_restrictions)]
pub(crate) struct RestrictionRow {
    banned_until: Option<i64>,
    muted_at: Option<i64>,
    deactivated_at: Option<i64>,
}

/// A user with what back ends keep it from; few have a row of that.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct FoundUser {
    #[diesel(embed)]
    user: UserRow,
    #[diesel(embed)]
    restrictions: Option<RestrictionRow>,
}

/// What a [`FoundUser`] is selected from.
#[diesel::dsl::auto_type(no_type_alias)]
pub(crate) fn found_users() -> _ {
    users::table.left_join(user_restrictions::table.on(user_restrictions::user_id.eq(users::id)))
}

impl FoundUser {
    pub(crate) fn into_user(self) -> QueryResult<User> {
        let mut user = self.user.into_user()?;
        if let Some(RestrictionRow { banned_until, muted_at, deactivated_at }) = self.restrictions {
            user.is_enabled &= deactivated_at.is_none();
            user.restrictions =
                Restrictions { banned_until: banned_until.map(Millis), is_muted: muted_at.is_some() };
        }
        Ok(user)
    }
}

impl UserRow {
    fn into_user(self) -> QueryResult<User> {
        let time = |at: Option<i64>| at.map(Millis);
        let username = readable(self.username)?;
        Ok(User {
            id: UserId(self.id),
            account: AccountId(self.account_id),
            uid: Uid(self.uid),
            username,
            conversation_limit: ConversationLimit::from_number(self.conversation_limit.into()),
            is_verified: self.verified_status == 1,
            is_enabled: self.is_enable,
            restrictions: Restrictions::default(),
            expired_at: time(self.expired_at),
            deleted_at: time(self.deleted_at),
            profile: Profile {
                nickname: self.nickname,
                avatar_file_url: self.avatar_file_url,
                banner_file_url: self.banner_file_url,
                gender: self.gender.into(),
                birthday: time(self.birthday),
                bio: self.bio,
                location: self.location,
                verified_desc: self.verified_desc,
                verified_at: time(self.verified_at),
                comment_limit: self.comment_limit.into(),
                timezone: self.timezone,
                last_post_at: time(self.last_post_at),
                last_comment_at: time(self.last_comment_at),
                last_username_at: time(self.last_username_at),
                last_nickname_at: time(self.last_nickname_at),
                rank_state: self.rank_state.into(),
                has_password: self.password.is_some(),
                wait_delete: self.wait_delete,
                wait_delete_at: time(self.wait_delete_at),
                created_at: Millis(self.created_at),
            },
        })
    }
}

/// A name as it stands in a row. One that can't be a name was put there by hand: the row is an error, not left out.
pub(crate) fn readable(name: String) -> QueryResult<Username> {
    Username::new(name).map_err(|error| Error::DeserializationError(error.into()))
}
