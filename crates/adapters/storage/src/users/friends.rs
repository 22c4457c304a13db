//! Friends: rows of `user_follows` that are mutual, with what is kept of them in `user_remarks` and `friend_profiles`,
//! and whom users take in `friend_permissions`.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::conversations::ports::Order;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::users::ports::{Befriended, Friend, FriendChange, Friends};
use sixin_domain::event::{Event, Tie};
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::friend::FriendPermission;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{
    friend_permissions as permissions, friend_profiles as profiles, user_follows as follows,
    user_remarks as remarks, users,
};
use crate::users::relations::{USER, follow_count, followed, set_followed};
use crate::users::rows::readable;

#[async_trait]
impl Friends for Database {
    async fn befriend(
        &self,
        user: UserId,
        other: UserId,
        is_direct: bool,
        most: i64,
        at: Millis,
    ) -> StoreResult<Befriended> {
        self.change(move |conn, events| {
            // First, as in every change of relations: they come one after the other.
            bump(conn, Topic::Relations)?;
            let has_asked = !followed(conn, user, &[other.0])?.is_empty();
            let has_agreed = !followed(conn, other, &[user.0])?.is_empty();
            if has_asked && has_agreed {
                return Ok(Befriended::Friends);
            }
            let permission = permitted(conn, &[other])?.get(&other).copied().unwrap_or_default();
            let agrees = is_direct || has_agreed || permission == FriendPermission::Anyone;
            if !agrees && permission == FriendPermission::Nobody {
                return Ok(Befriended::Refused);
            }
            let new = [(user, other, !has_asked), (other, user, agrees && !has_agreed)];
            let new: Vec<_> = new.into_iter().filter(|(_, _, is_new)| *is_new).collect();
            for (from, _, _) in &new {
                if follow_count(conn, *from)? >= most {
                    return Ok(Befriended::TooMany);
                }
            }
            for (from, to, _) in new {
                set_followed(conn, from, to, true, at)?;
                events.push(Event::TieSet { tie: Tie::Follow, owner: from, other: to, is_set: true });
            }
            Ok(if agrees { Befriended::Friends } else { Befriended::Asked })
        })
        .await
    }

    async fn part(&self, user: UserId, others: Option<Vec<UserId>>, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            bump(conn, Topic::Relations)?;
            let friends = friends(conn, user)?;
            let others: BTreeSet<i64> = match &others {
                Some(others) => others.iter().map(|other| other.0).collect(),
                None => friends.keys().copied().collect(),
            };
            let listed: Vec<i64> = others.iter().copied().collect();
            let mut withdrawn: Vec<(UserId, UserId)> = Vec::new();
            for other in followed(conn, user, &listed)? {
                withdrawn.push((user, UserId(other)));
                if friends.contains_key(&other) {
                    withdrawn.push((UserId(other), user));
                }
            }
            for (owner, other) in withdrawn {
                set_followed(conn, owner, other, false, at)?;
                diesel::delete(profiles::table.find((owner.0, other.0))).execute(conn)?;
                events.push(Event::TieSet { tie: Tie::Follow, owner, other, is_set: false });
            }
            Ok(())
        })
        .await
    }

    async fn page(
        &self,
        user: UserId,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> StoreResult<(Vec<Friend>, usize)> {
        self.read(move |conn| {
            let friends = friends(conn, user)?;
            let ids: Vec<i64> = friends.keys().copied().collect();
            let present: Vec<i64> = users::table
                .filter(users::id.eq_any(&ids).and(users::deleted_at.is_null()))
                .select(users::id)
                .load(conn)?;
            let since = |id: i64| (friends.get(&id).copied().unwrap_or_default(), id);
            let mut places: Vec<(i64, i64)> = present.into_iter().map(since).collect();
            match order {
                Order::Oldest => places.sort_unstable(),
                Order::Newest => places.sort_unstable_by_key(|place| Reverse(*place)),
            }
            let total = places.len();
            let shown: Vec<(i64, i64)> = places.into_iter().skip(offset).take(limit).collect();
            Ok((described(conn, user, &shown)?, total))
        })
        .await
    }

    async fn among(&self, user: UserId, others: &[UserId]) -> StoreResult<HashSet<UserId>> {
        let others = others.to_vec();
        self.read(move |conn| {
            let friends = friends(conn, user)?;
            Ok(others.into_iter().filter(|other| friends.contains_key(&other.0)).collect())
        })
        .await
    }

    async fn describe(
        &self,
        user: UserId,
        friend: UserId,
        change: FriendChange,
        at: Millis,
    ) -> StoreResult<bool> {
        self.change(move |conn, events| {
            // The friendship doesn't end before this is kept.
            bump(conn, Topic::Relations)?;
            if !friends(conn, user)?.contains_key(&friend.0) {
                return Ok(false);
            }
            let key = (user.0, friend.0);
            if let Some(remark) = &change.remark {
                diesel::delete(remarks::table.find(key)).execute(conn)?;
                if !remark.is_empty() {
                    let row = (
                        remarks::user_id.eq(user.0),
                        remarks::target_id.eq(friend.0),
                        remarks::remark.eq(remark),
                        remarks::updated_at.eq(at.0),
                    );
                    diesel::insert_into(remarks::table).values(row).execute(conn)?;
                }
                events.push(Event::RemarksSet { owner: user, about: vec![friend] });
            }
            if let Some(profile) = &change.profile {
                diesel::delete(profiles::table.find(key)).execute(conn)?;
                if !profile.is_empty() {
                    let row = (
                        profiles::user_id.eq(user.0),
                        profiles::target_id.eq(friend.0),
                        profiles::profile.eq(profile),
                        profiles::updated_at.eq(at.0),
                    );
                    diesel::insert_into(profiles::table).values(row).execute(conn)?;
                }
            }
            Ok(true)
        })
        .await
    }

    async fn permit(&self, users: &[UserId], permission: FriendPermission, at: Millis) -> StoreResult<()> {
        let ids: BTreeSet<i64> = users.iter().map(|user| user.0).collect();
        let number = i16::try_from(permission.number()).unwrap_or_default();
        self.change(move |conn, _| {
            // First, as whoever befriends does: what was permitted is read under it.
            bump(conn, Topic::Relations)?;
            diesel::delete(permissions::table.filter(permissions::user_id.eq_any(&ids))).execute(conn)?;
            for id in &ids {
                let row = (
                    permissions::user_id.eq(*id),
                    permissions::permission.eq(number),
                    permissions::updated_at.eq(at.0),
                );
                diesel::insert_into(permissions::table).values(row).execute(conn)?;
            }
            Ok(())
        })
        .await
    }

    async fn permissions(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, FriendPermission>> {
        let users = users.to_vec();
        self.read(move |conn| permitted(conn, &users)).await
    }
}

/// Whose friend a user is, and since when: since the later of both follows.
fn friends(conn: &mut AnyConnection, user: UserId) -> QueryResult<HashMap<i64, i64>> {
    let mutual =
        || follows::follow_type.eq(USER).and(follows::is_mutual.eq(true)).and(follows::deleted_at.is_null());
    let time = (follows::updated_at, follows::created_at);
    let made: Vec<(i64, (Option<i64>, i64))> = follows::table
        .filter(follows::user_id.eq(user.0).and(mutual()))
        .select((follows::follow_id, time))
        .load(conn)?;
    let returned: Vec<(i64, (Option<i64>, i64))> = follows::table
        .filter(follows::follow_id.eq(user.0).and(mutual()))
        .select((follows::user_id, time))
        .load(conn)?;
    let mut friends: HashMap<i64, i64> = HashMap::new();
    let times = |(id, (updated, created)): (i64, (Option<i64>, i64))| (id, updated.unwrap_or(created));
    for (id, time) in made.into_iter().chain(returned).map(times) {
        let since = friends.entry(id).or_default();
        *since = time.max(*since);
    }
    Ok(friends)
}

fn described(conn: &mut AnyConnection, user: UserId, places: &[(i64, i64)]) -> QueryResult<Vec<Friend>> {
    let ids: Vec<i64> = places.iter().map(|(_, id)| *id).collect();
    let named: Vec<(i64, (String, String))> = users::table
        .filter(users::id.eq_any(&ids))
        .select((users::id, (users::username, users::nickname)))
        .load(conn)?;
    let mut named: HashMap<i64, (String, String)> = named.into_iter().collect();
    let called: Vec<(i64, String)> = remarks::table
        .filter(remarks::user_id.eq(user.0).and(remarks::target_id.eq_any(&ids)))
        .select((remarks::target_id, remarks::remark))
        .load(conn)?;
    let mut called: HashMap<i64, String> = called.into_iter().collect();
    let kept: Vec<(i64, String)> = profiles::table
        .filter(profiles::user_id.eq(user.0).and(profiles::target_id.eq_any(&ids)))
        .select((profiles::target_id, profiles::profile))
        .load(conn)?;
    let mut kept: HashMap<i64, String> = kept.into_iter().collect();
    let friend = |(since, id): &(i64, i64)| {
        let (username, nickname) = named.remove(id)?;
        let (remark, profile) = (called.remove(id), kept.remove(id));
        let friend = |username| Friend { username, nickname, remark, profile, since: Millis(*since) };
        Some(readable(username).map(friend))
    };
    places.iter().filter_map(friend).collect()
}

fn permitted(conn: &mut AnyConnection, of: &[UserId]) -> QueryResult<HashMap<UserId, FriendPermission>> {
    let ids: Vec<i64> = of.iter().map(|user| user.0).collect();
    let rows: Vec<(i64, i16)> = permissions::table
        .filter(permissions::user_id.eq_any(ids))
        .select((permissions::user_id, permissions::permission))
        .load(conn)?;
    // An unknown number is closed rather than open.
    let read = |number: i16| FriendPermission::from_number(number.into()).unwrap_or(FriendPermission::Nobody);
    Ok(rows.into_iter().map(|(id, number)| (UserId(id), read(number))).collect())
}
