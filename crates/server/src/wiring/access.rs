//! Who calls, and signing in and out.

use std::sync::Arc;

use sixin_application::access::authenticate_back_end::{AuthenticateBackEnd, BackEndAuthentication};
use sixin_application::access::authenticate_user::{AuthenticateUser, UserAuthentication};
use sixin_application::access::guarded_passwords::GuardedPasswords;
use sixin_application::access::login_tokens::{LoginTokenKeeping, LoginTokens};
use sixin_application::access::sign_in::{SignIn, SigningIn};
use sixin_password::Passwords;

use super::Parts;
use crate::system::SystemSecrets;

/// The use cases.
pub(crate) struct Access {
    pub(crate) authenticate_user: Arc<dyn AuthenticateUser>,
    pub(crate) authenticate_back_end: Arc<dyn AuthenticateBackEnd>,
    pub(crate) sign_in: Arc<dyn SignIn>,
    pub(crate) login_tokens: Arc<dyn LoginTokens>,
}

impl Access {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { store, caches, clock, signatures, profiles, file_links, .. } = parts;
        // One for both ways to sign in: failures in either are counted together.
        let signing_in = Arc::new(SigningIn {
            accounts: parts.dropping(),
            profiles: Arc::clone(profiles),
            sessions: parts.dropping(),
            passwords: GuardedPasswords::new(
                Arc::new(Passwords::default()),
                store.clone(),
                Arc::clone(clock),
            ),
            secrets: Arc::new(SystemSecrets),
        });
        Self {
            authenticate_user: Arc::new(UserAuthentication {
                app_keys: caches.app_keys.clone(),
                signatures: Arc::clone(signatures),
                sessions: caches.sessions.clone(),
                users: caches.users.clone(),
                settings: caches.settings.clone(),
                nonces: store.clone(),
                clock: Arc::clone(clock),
            }),
            authenticate_back_end: Arc::new(BackEndAuthentication {
                app_keys: caches.app_keys.clone(),
                signatures: Arc::clone(signatures),
                nonces: store.clone(),
                clock: Arc::clone(clock),
            }),
            login_tokens: Arc::new(LoginTokenKeeping {
                signing_in: Arc::clone(&signing_in),
                links: Arc::clone(file_links),
                used: store.clone(),
                clock: Arc::clone(clock),
            }),
            sign_in: signing_in,
        }
    }
}
