//! What back ends keep about users: table `user_profiles`, and what apps see of it in `users`.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::{HostedProfiles, KeptProfile, ShownAs};
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{user_profiles as profiles, users};

/// Columns that are `None` stay as they are; those that are `Some(None)` become null.
#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct Shown {
    nickname: Option<String>,
    avatar_file_url: Option<String>,
    gender: Option<i16>,
    location: Option<Option<String>>,
    last_nickname_at: Option<i64>,
    updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = profiles)]
struct Row {
    user_id: i64,
    unique_id: Option<String>,
    email: Option<String>,
    birthday: Option<String>,
    role: Option<i16>,
    level: Option<i16>,
    extensions: String,
    changed_at: i64,
}

#[async_trait]
impl HostedProfiles for Database {
    async fn set(
        &self,
        user: UserId,
        shown: ShownAs,
        change: HostedProfile,
        at: Millis,
    ) -> StoreResult<Result<(), ProfileRule>> {
        self.change(move |conn, events| {
            // First: it locks the user's row, so that changes of one profile come one after the other.
            let own = || users::table.find(user.0);
            diesel::update(own()).set(users::updated_at.eq(at.0)).execute(conn)?;
            let kept = found(conn, &[user])?.remove(&user).unwrap_or_default();
            let new = match kept.profile.changed(change.clone()) {
                Ok(new) => new,
                Err(rule) => return Ok(Err(rule)),
            };
            diesel::update(own()).set(Shown::of(&shown, &change, at)).execute(conn)?;
            diesel::delete(profiles::table.find(user.0)).execute(conn)?;
            diesel::insert_into(profiles::table).values(Row::of(user, new, at)).execute(conn)?;
            events.push(Event::ProfileChanged(user));
            bump(conn, Topic::Users)?;
            Ok(Ok(()))
        })
        .await
    }

    async fn clean(&self, cleaned: &[UserId], at: Millis) -> StoreResult<()> {
        let mut ids: Vec<i64> = cleaned.iter().map(|user| user.0).collect();
        ids.sort_unstable();
        ids.dedup();
        self.change(move |conn, events| {
            let none =
                (users::gender.eq(1_i16), users::location.eq(None::<String>), users::updated_at.eq(at.0));
            diesel::update(users::table.filter(users::id.eq_any(&ids))).set(none).execute(conn)?;
            diesel::delete(profiles::table.filter(profiles::user_id.eq_any(&ids))).execute(conn)?;
            events.extend(ids.iter().map(|id| Event::ProfileChanged(UserId(*id))));
            bump(conn, Topic::Users)
        })
        .await
    }

    async fn of(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, KeptProfile>> {
        let users = users.to_vec();
        self.read(move |conn| found(conn, &users)).await
    }
}

impl Shown {
    fn of(shown: &ShownAs, change: &HostedProfile, at: Millis) -> Self {
        let ShownAs { nickname, portrait } = shown.clone();
        Self {
            last_nickname_at: nickname.as_ref().map(|_| at.0),
            nickname,
            avatar_file_url: portrait,
            // The table counts from 1 (docs/wire/fresns.md#gender).
            gender: change.gender.and_then(|gender| small(gender + 1)),
            location: change.location.clone().map(|text| Some(text).filter(|text| !text.is_empty())),
            updated_at: at.0,
        }
    }
}

impl Row {
    fn of(user: UserId, profile: HostedProfile, at: Millis) -> Self {
        let HostedProfile { unique_id, email, birthday, role, level, extensions, .. } = profile;
        Self {
            user_id: user.0,
            unique_id,
            email,
            birthday,
            role: role.and_then(small),
            level: level.and_then(small),
            extensions: serde_json::to_string(&extensions).unwrap_or_default(),
            changed_at: at.0,
        }
    }

    fn into_kept(self) -> (UserId, KeptProfile) {
        let extensions: BTreeMap<String, String> = serde_json::from_str(&self.extensions).unwrap_or_default();
        let profile = HostedProfile {
            unique_id: self.unique_id,
            email: self.email,
            birthday: self.birthday,
            role: self.role.map(i64::from),
            level: self.level.map(i64::from),
            extensions,
            ..HostedProfile::default()
        };
        (UserId(self.user_id), KeptProfile { profile, changed_at: Millis(self.changed_at) })
    }
}

fn small(number: i64) -> Option<i16> {
    i16::try_from(number).ok()
}

fn found(conn: &mut AnyConnection, of: &[UserId]) -> QueryResult<HashMap<UserId, KeptProfile>> {
    let ids: Vec<i64> = of.iter().map(|user| user.0).collect();
    let rows: Vec<Row> =
        profiles::table.filter(profiles::user_id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Row::into_kept).collect())
}
