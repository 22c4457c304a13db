//! What users change about themselves.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::UserChanges;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::profile_edit::ProfileEdit;

use crate::database::Database;
use crate::epochs::bump;
use crate::schema::users;

/// Columns that are `None` stay as they are; those that are `Some(None)` become null.
#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct Changes {
    nickname: Option<String>,
    bio: Option<Option<String>>,
    gender: Option<i16>,
    location: Option<Option<String>>,
    timezone: Option<String>,
    conversation_limit: Option<i16>,
    last_nickname_at: Option<i64>,
    updated_at: i64,
}

impl Changes {
    fn of(edit: &ProfileEdit, at: Millis) -> Self {
        let or_null =
            |text: &Option<String>| text.clone().map(|text| Some(text).filter(|text| !text.is_empty()));
        let small = |number: i64| i16::try_from(number).ok();
        Self {
            nickname: edit.nickname.clone(),
            bio: or_null(&edit.bio),
            // The table counts from 1, the API from 0 (docs/wire/fresns.md#gender).
            gender: edit.gender.and_then(|gender| small(gender + 1)),
            location: or_null(&edit.location),
            timezone: edit.timezone.clone(),
            conversation_limit: edit.conversation_limit.and_then(|limit| small(limit.number())),
            last_nickname_at: edit.nickname.as_ref().map(|_| at.0),
            updated_at: at.0,
        }
    }
}

#[async_trait]
impl UserChanges for Database {
    async fn edit(&self, user: UserId, edit: &ProfileEdit, at: Millis) -> StoreResult<()> {
        let edit = edit.clone();
        self.change(move |conn, events| {
            events.push(Event::ProfileChanged(user));
            diesel::update(users::table.find(user.0)).set(Changes::of(&edit, at)).execute(conn)?;
            bump(conn, Topic::Users)
        })
        .await
    }
}
