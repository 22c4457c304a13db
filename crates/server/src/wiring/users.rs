//! What is known of users.

use std::sync::Arc;

use sixin_application::users::edit_user::{EditUser, UserEditing};
use sixin_application::users::keep_friends::{FriendKeeping, KeepFriends};
use sixin_application::users::keep_preferences::{KeepPreferences, PreferenceKeeping};
use sixin_application::users::keep_profiles::{KeepProfiles, ProfileKeeping};
use sixin_application::users::keep_user_lists::{KeepUserLists, UserListKeeping};
use sixin_application::users::keep_users::{KeepUsers, UserKeeping};
use sixin_application::users::mark_user::{MarkUser, UserMarking};
use sixin_application::users::restrict_users::{RestrictUsers, UserRestricting};
use sixin_application::users::show_user::{ShowUser, UserShowing};

use super::Parts;
use crate::system::SystemSecrets;

/// The use cases.
pub(crate) struct Users {
    pub(crate) keep_users: Arc<dyn KeepUsers>,
    pub(crate) keep_friends: Arc<dyn KeepFriends>,
    pub(crate) keep_profiles: Arc<dyn KeepProfiles>,
    pub(crate) keep_user_lists: Arc<dyn KeepUserLists>,
    pub(crate) restrict_users: Arc<dyn RestrictUsers>,
    pub(crate) keep_preferences: Arc<dyn KeepPreferences>,
    pub(crate) edit_user: Arc<dyn EditUser>,
    pub(crate) mark_user: Arc<dyn MarkUser>,
    pub(crate) show_user: Arc<dyn ShowUser>,
}

impl Users {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { store, caches, ids, clock, profiles, .. } = parts;
        Self {
            keep_users: Arc::new(UserKeeping {
                // Not from
                users: store.clone(),
                admin: store.clone(),
                kept: parts.dropping(),
                tokens: store.clone(),
                secrets: Arc::new(SystemSecrets),
                clock: Arc::clone(clock),
            }),
            keep_friends: Arc::new(FriendKeeping {
                users: caches.users.clone(),
                friends: parts.dropping(),
                clock: Arc::clone(clock),
            }),
            keep_profiles: Arc::new(ProfileKeeping {
                users: caches.users.clone(),
                listed: store.clone(),
                profiles: parts.dropping(),
                clock: Arc::clone(clock),
            }),
            keep_user_lists: Arc::new(UserListKeeping {
                users: caches.users.clone(),
                lists: parts.dropping(),
                clock: Arc::clone(clock),
            }),
            restrict_users: Arc::new(UserRestricting {
                users: caches.users.clone(),
                restrictions: parts.dropping(),
                clock: Arc::clone(clock),
            }),
            keep_preferences: Arc::new(PreferenceKeeping {
                users: caches.users.clone(),
                push: store.clone(),
                remarks: store.clone(),
                pins: store.clone(),
                ids: Arc::clone(ids),
                clock: Arc::clone(clock),
            }),
            edit_user: Arc::new(UserEditing {
                users: parts.dropping(),
                profiles: parts.dropping(),
                words: store.clone(),
                clock: Arc::clone(clock),
            }),
            mark_user: Arc::new(UserMarking {
                users: caches.users.clone(),
                roles: caches.roles.clone(),
                relations: parts.dropping(),
                remarks: store.clone(),
                clock: Arc::clone(clock),
            }),
            show_user: Arc::new(UserShowing { profiles: Arc::clone(profiles), remarks: store.clone() }),
        }
    }
}
