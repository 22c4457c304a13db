//! Writing ports that drop from memory what they change.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use sixin_application::access::ports::{Account, Accounts, Contact, PasswordOwner};
use sixin_application::conversations::ports::Order;
use sixin_application::operations::ports::{ListedSession, NewSession, SessionAdmin};
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::site::ports::{SensitiveWord, SensitiveWords};
use sixin_application::users::ports::{
    BackEndUsers, BannedUser, Befriended, Friend, FriendChange, Friends, HostedProfiles, KeptProfile,
    ListKind, ListPlace, ListSet, ListedName, Mark, NamePage, RelationChanges, Restriction, ShownAs, Toggled,
    UserChanges, UserLists, UserPage, UserRestrictions,
};
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::friend::FriendPermission;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};
use sixin_domain::user::profile_edit::ProfileEdit;

use crate::Caches;

/// A writing port over a store. Each change drops its topic before it is answered, also if it failed: then it is not known
/// whether it was made.
pub struct Dropping<P: ?Sized> {
    store: Arc<P>,
    caches: Arc<Caches>,
}

impl<P: ?Sized> Dropping<P> {
    /// The port of that store, for a process with these caches.
    #[must_use]
    pub fn new(store: Arc<P>, caches: Arc<Caches>) -> Self {
        Self { store, caches }
    }

    fn changed<T>(&self, topic: Topic, result: T) -> T {
        self.caches.drop_topic(topic);
        result
    }
}

#[async_trait]
impl<P: UserChanges + ?Sized> UserChanges for Dropping<P> {
    async fn edit(&self, user: UserId, edit: &ProfileEdit, at: Millis) -> StoreResult<()> {
        self.changed(Topic::Users, self.store.edit(user, edit, at).await)
    }
}

#[async_trait]
impl<P: RelationChanges + ?Sized> RelationChanges for Dropping<P> {
    async fn toggle(
        &self,
        mark: Mark,
        from: UserId,
        to: UserId,
        most: i64,
        at: Millis,
    ) -> StoreResult<Toggled> {
        self.changed(Topic::Relations, self.store.toggle(mark, from, to, most, at).await)
    }
}

#[async_trait]
impl<P: UserLists + ?Sized> UserLists for Dropping<P> {
    async fn set(&self, set: ListSet, at: Millis) -> StoreResult<bool> {
        self.changed(Topic::Relations, self.store.set(set, at).await)
    }

    async fn part(
        &self,
        kind: ListKind,
        owner: UserId,
        after: Option<ListPlace>,
        limit: i64,
    ) -> StoreResult<Vec<ListedName>> {
        self.store.part(kind, owner, after, limit).await
    }
}

#[async_trait]
impl<P: Friends + ?Sized> Friends for Dropping<P> {
    async fn befriend(
        &self,
        user: UserId,
        other: UserId,
        is_direct: bool,
        most: i64,
        at: Millis,
    ) -> StoreResult<Befriended> {
        self.changed(Topic::Relations, self.store.befriend(user, other, is_direct, most, at).await)
    }

    async fn part(&self, user: UserId, others: Option<Vec<UserId>>, at: Millis) -> StoreResult<()> {
        self.changed(Topic::Relations, self.store.part(user, others, at).await)
    }

    async fn page(
        &self,
        user: UserId,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> StoreResult<(Vec<Friend>, usize)> {
        self.store.page(user, order, offset, limit).await
    }

    async fn among(&self, user: UserId, others: &[UserId]) -> StoreResult<HashSet<UserId>> {
        self.store.among(user, others).await
    }

    async fn describe(
        &self,
        user: UserId,
        friend: UserId,
        change: FriendChange,
        at: Millis,
    ) -> StoreResult<bool> {
        self.changed(Topic::Relations, self.store.describe(user, friend, change, at).await)
    }

    async fn permit(&self, users: &[UserId], permission: FriendPermission, at: Millis) -> StoreResult<()> {
        self.changed(Topic::Relations, self.store.permit(users, permission, at).await)
    }

    async fn permissions(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, FriendPermission>> {
        self.store.permissions(users).await
    }
}

#[async_trait]
impl<P: UserRestrictions + ?Sized> UserRestrictions for Dropping<P> {
    async fn restrict(&self, users: &[UserId], restriction: Restriction, at: Millis) -> StoreResult<()> {
        self.changed(Topic::Users, self.store.restrict(users, restriction, at).await)
    }

    async fn delete(&self, users: &[UserId], at: Millis) -> StoreResult<()> {
        let deleted = self.store.delete(users, at).await;
        self.changed(Topic::Sessions, self.changed(Topic::Users, deleted))
    }

    async fn banned(&self, now: Millis, offset: i64, limit: i64) -> StoreResult<Vec<BannedUser>> {
        self.store.banned(now, offset, limit).await
    }

    async fn muted(&self, offset: i64, limit: i64) -> StoreResult<NamePage> {
        self.store.muted(offset, limit).await
    }

    async fn deactivated(&self, offset: i64, limit: i64) -> StoreResult<NamePage> {
        self.store.deactivated(offset, limit).await
    }
}

#[async_trait]
impl<P: BackEndUsers + ?Sized> BackEndUsers for Dropping<P> {
    async fn show(&self, user: UserId, shown: ShownAs, at: Millis) -> StoreResult<()> {
        self.changed(Topic::Users, self.store.show(user, shown, at).await)
    }

    async fn page(&self, order: Order, offset: i64, limit: i64) -> StoreResult<UserPage> {
        self.store.page(order, offset, limit).await
    }
}

#[async_trait]
impl<P: HostedProfiles + ?Sized> HostedProfiles for Dropping<P> {
    async fn set(
        &self,
        user: UserId,
        shown: ShownAs,
        change: HostedProfile,
        at: Millis,
    ) -> StoreResult<Result<(), ProfileRule>> {
        self.changed(Topic::Users, self.store.set(user, shown, change, at).await)
    }

    async fn clean(&self, users: &[UserId], at: Millis) -> StoreResult<()> {
        self.changed(Topic::Users, self.store.clean(users, at).await)
    }

    async fn of(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, KeptProfile>> {
        self.store.of(users).await
    }
}

#[async_trait]
impl<P: SensitiveWords + ?Sized> SensitiveWords for Dropping<P> {
    async fn put(&self, words: Vec<SensitiveWord>, most: i64, at: Millis) -> StoreResult<bool> {
        self.changed(Topic::BlockWords, self.store.put(words, most, at).await)
    }

    async fn remove(&self, words: &[String], at: Millis) -> StoreResult<()> {
        self.changed(Topic::BlockWords, self.store.remove(words, at).await)
    }

    async fn list(&self, limit: i64) -> StoreResult<Vec<SensitiveWord>> {
        self.store.list(limit).await
    }
}

#[async_trait]
impl<P: SessionAdmin + ?Sized> SessionAdmin for Dropping<P> {
    async fn add(&self, session: &NewSession) -> StoreResult<()> {
        self.changed(Topic::Sessions, self.store.add(session).await)
    }

    async fn revoke(&self, user: UserId, platform: Option<i64>) -> StoreResult<usize> {
        self.changed(Topic::Sessions, self.store.revoke(user, platform).await)
    }

    async fn list(
        &self,
        account: Option<AccountId>,
        after: i64,
        limit: i64,
    ) -> StoreResult<Vec<ListedSession>> {
        self.store.list(account, after, limit).await
    }

    async fn end(&self, account: AccountId, user: Option<UserId>, platform: i64) -> StoreResult<()> {
        self.changed(Topic::Sessions, self.store.end(account, user, platform).await)
    }
}

#[async_trait]
impl<P: Accounts + ?Sized> Accounts for Dropping<P> {
    async fn find(&self, contact: &Contact) -> StoreResult<Option<Account>> {
        self.store.find(contact).await
    }

    async fn numbered(&self, id: AccountId) -> StoreResult<Option<Account>> {
        self.store.numbered(id).await
    }

    async fn users_of(&self, id: AccountId, most: i64) -> StoreResult<Vec<UserId>> {
        self.store.users_of(id, most).await
    }

    async fn password_of(&self, user: UserId) -> StoreResult<Option<Secret>> {
        self.store.password_of(user).await
    }

    async fn replace_password(
        &self,
        owner: PasswordOwner,
        former: &Secret,
        hash: &Secret,
        at: Millis,
    ) -> StoreResult<()> {
        // A user shows whether they have a password.
        self.changed(Topic::Users, self.store.replace_password(owner, former, hash, at).await)
    }
}
