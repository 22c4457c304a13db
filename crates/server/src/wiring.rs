//! Adapters into use cases: the one place that knows them all.

use std::sync::Arc;

use sixin_application::access::authenticate_back_end::BackEndAuthentication;
use sixin_application::access::authenticate_user::UserAuthentication;
use sixin_application::access::guarded_passwords::GuardedPasswords;
use sixin_application::access::ports::Signatures;
use sixin_application::access::sign_in::SigningIn;
use sixin_application::cached::{Caches, DropTopic, Stores};
use sixin_application::conversations::change_conversations::ConversationChanging;
use sixin_application::conversations::read_conversations::ConversationReading;
use sixin_application::files::links::FileLinks;
use sixin_application::files::read_file::FileReading;
use sixin_application::files::upload_file::FileUploading;
use sixin_application::files::upload_places::UploadPlaces;
use sixin_application::messages::change_messages::MessageChanging;
use sixin_application::messages::expand_messages::MessageExpanding;
use sixin_application::messages::read_history::HistoryReading;
use sixin_application::messages::read_logs::LogReading;
use sixin_application::operations::health::HealthCheck;
use sixin_application::ports::Clock;
use sixin_application::sending::back_end_texts::BackEndTexts;
use sixin_application::sending::committer::{Committer, Lanes};
use sixin_application::sending::ids::LeasedIds;
use sixin_application::sending::pipeline::Outbox;
use sixin_application::sending::publish_message::MessagePublishing;
use sixin_application::sending::rate::SendRate;
use sixin_application::sending::send_message::MessageSending;
use sixin_application::site::keep_sensitive_words::SensitiveWordKeeping;
use sixin_application::users::edit_user::UserEditing;
use sixin_application::users::keep_preferences::PreferenceKeeping;
use sixin_application::users::keep_user_lists::UserListKeeping;
use sixin_application::users::keep_users::UserKeeping;
use sixin_application::users::mark_user::UserMarking;
use sixin_application::users::profiles::Profiles;
use sixin_application::users::restrict_users::UserRestricting;
use sixin_application::users::show_user::UserShowing;
use sixin_domain::access::app_key::Secret;
use sixin_files::KeptFiles;
use sixin_http::Api;
use sixin_media::Media;
use sixin_password::Passwords;
use sixin_signature::HttpSignatures;
use sixin_storage::{Database, DatabaseUrl};

use crate::config::Config;
use crate::system::{SystemClock, SystemSecrets};

/// SQLite has one writer. On MySQL every writing connection but one serves a lane of its own, and the last one units
/// with several recipients.
pub(crate) fn lanes(config: &Config, database: &Database) -> Lanes {
    match database.options().url {
        DatabaseUrl::Sqlite(_) => Lanes { narrow: 1, wide: false },
        DatabaseUrl::Mysql(_) => {
            let writers = usize::try_from(config.database.writers).unwrap_or(1);
            Lanes { narrow: writers.saturating_sub(2).max(1), wide: writers > 2 }
        }
    }
}

/// What is kept in memory, over the database.
pub(crate) fn caches(config: &Config, database: &Database) -> Caches {
    let store = Arc::new(database.clone());
    let stores = Stores {
        app_keys: store.clone(),
        sessions: store.clone(),
        users: store.clone(),
        relations: store.clone(),
        roles: store.clone(),
        settings: store.clone(),
        block_words: store,
    };
    Caches::new(stores, config.cache_limits())
}

/// What the use cases are made of.
pub(crate) struct Parts<'a> {
    pub(crate) config: &'a Config,
    pub(crate) database: &'a Database,
    pub(crate) caches: &'a Arc<Caches>,
    pub(crate) ids: &'a Arc<LeasedIds>,
    pub(crate) committer: &'a Arc<Committer>,
    pub(crate) files: &'a Arc<KeptFiles>,
}

/// The use cases over all of it.
pub(crate) fn api(parts: &Parts<'_>, link_secret: Secret) -> Api {
    let Parts { config, database, caches, ids, committer, files } = *parts;
    let store = Arc::new(database.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let signatures: Arc<dyn Signatures> = Arc::new(HttpSignatures);
    let outbox = Arc::new(Outbox {
        ids: Arc::clone(ids),
        rate: Arc::new(SendRate::new(config.rate())),
        committer: Arc::clone(committer),
        keys: store.clone(),
        clock: Arc::clone(&clock),
    });
    let profiles = Arc::new(Profiles {
        users: caches.users.clone(),
        roles: caches.roles.clone(),
        relations: caches.relations.clone(),
        clock: Arc::clone(&clock),
    });
    let file_links = Arc::new(FileLinks {
        secret: link_secret,
        signatures: Arc::clone(&signatures),
        clock: Arc::clone(&clock),
    });
    let texts = Arc::new(BackEndTexts {
        settings: caches.settings.clone(),
        block_words: caches.block_words.clone(),
        limits: config.limits(),
    });
    Api {
        authenticate_user: Arc::new(UserAuthentication {
            app_keys: caches.app_keys.clone(),
            signatures: Arc::clone(&signatures),
            sessions: caches.sessions.clone(),
            users: caches.users.clone(),
            settings: caches.settings.clone(),
            nonces: store.clone(),
            clock: Arc::clone(&clock),
        }),
        authenticate_back_end: Arc::new(BackEndAuthentication {
            app_keys: caches.app_keys.clone(),
            signatures,
            nonces: store.clone(),
            clock: Arc::clone(&clock),
        }),
        sign_in: Arc::new(SigningIn {
            accounts: store.clone(),
            profiles: Arc::clone(&profiles),
            sessions: store.clone(),
            memory: caches.clone(),
            passwords: GuardedPasswords::new(
                Arc::new(Passwords::default()),
                store.clone(),
                Arc::clone(&clock),
            ),
            secrets: Arc::new(SystemSecrets),
        }),
        send_message: Arc::new(MessageSending {
            users: caches.users.clone(),
            relations: caches.relations.clone(),
            roles: caches.roles.clone(),
            block_words: caches.block_words.clone(),
            files: store.clone(),
            stored_bodies: store.clone(),
            clock: Arc::clone(&clock),
            outbox: Arc::clone(&outbox),
            limits: config.limits(),
        }),
        publish_message: Arc::new(MessagePublishing {
            users: caches.users.clone(),
            relations: caches.relations.clone(),
            texts: Arc::clone(&texts),
            clock: Arc::clone(&clock),
            outbox,
        }),
        change_messages: Arc::new(MessageChanging {
            users: caches.users.clone(),
            messages: store.clone(),
            texts,
            clock: Arc::clone(&clock),
        }),
        keep_users: Arc::new(UserKeeping {
            // Not from memory: how a user is shown may have been changed by another process a moment ago.
            users: store.clone(),
            admin: store.clone(),
            kept: store.clone(),
            tokens: store.clone(),
            secrets: Arc::new(SystemSecrets),
            memory: Arc::clone(caches) as Arc<dyn DropTopic>,
            clock: Arc::clone(&clock),
        }),
        keep_user_lists: Arc::new(UserListKeeping {
            users: caches.users.clone(),
            lists: store.clone(),
            memory: Arc::clone(caches) as Arc<dyn DropTopic>,
            clock: Arc::clone(&clock),
        }),
        restrict_users: Arc::new(UserRestricting {
            users: caches.users.clone(),
            restrictions: store.clone(),
            memory: Arc::clone(caches) as Arc<dyn DropTopic>,
            clock: Arc::clone(&clock),
        }),
        keep_preferences: Arc::new(PreferenceKeeping {
            users: caches.users.clone(),
            push: store.clone(),
            remarks: store.clone(),
            pins: store.clone(),
            ids: Arc::clone(ids),
            clock: Arc::clone(&clock),
        }),
        keep_sensitive_words: Arc::new(SensitiveWordKeeping {
            words: store.clone(),
            memory: Arc::clone(caches) as Arc<dyn DropTopic>,
            clock: Arc::clone(&clock),
        }),
        expand_messages: Arc::new(MessageExpanding {
            users: caches.users.clone(),
            messages: store.clone(),
            expansions: store.clone(),
            clock: Arc::clone(&clock),
        }),
        read_history: Arc::new(HistoryReading {
            users: caches.users.clone(),
            views: store.clone(),
            changes: store.clone(),
            expansions: store.clone(),
            clock: Arc::clone(&clock),
        }),
        read_logs: Arc::new(LogReading {
            logs: store.clone(),
            users: caches.users.clone(),
            settings: caches.settings.clone(),
            links: Arc::clone(&file_links),
            clock: Arc::clone(&clock),
            turns: LogReading::usual_turns(),
        }),
        read_conversations: Arc::new(ConversationReading {
            views: store.clone(),
            users: caches.users.clone(),
            profiles: Arc::clone(&profiles),
            clock: Arc::clone(&clock),
        }),
        edit_user: Arc::new(UserEditing {
            users: store.clone(),
            words: store.clone(),
            memory: Arc::clone(caches) as Arc<dyn DropTopic>,
            clock: Arc::clone(&clock),
        }),
        mark_user: Arc::new(UserMarking {
            users: caches.users.clone(),
            roles: caches.roles.clone(),
            relations: store.clone(),
            memory: Arc::clone(caches) as Arc<dyn DropTopic>,
            clock: Arc::clone(&clock),
        }),
        upload_file: Arc::new(FileUploading {
            files: store.clone(),
            bytes: files.clone(),
            media: Arc::new(Media::default()),
            users: caches.users.clone(),
            profiles: Arc::clone(&profiles),
            roles: caches.roles.clone(),
            rate: Arc::new(SendRate::new(config.upload_rate())),
            places: Arc::new(UploadPlaces::new(config.files.at_once_per_user)),
            secrets: Arc::new(SystemSecrets),
            clock: Arc::clone(&clock),
        }),
        read_file: Arc::new(FileReading {
            files: store.clone(),
            bytes: files.clone(),
            links: Arc::clone(&file_links),
        }),
        file_links,
        show_user: Arc::new(UserShowing { profiles }),
        change_conversations: Arc::new(ConversationChanging {
            views: store.clone(),
            changes: store.clone(),
            clock: Arc::clone(&clock),
        }),
        block_words: caches.block_words.clone(),
        listed_words: store.clone(),
        roles: caches.roles.clone(),
        check_health: Arc::new(HealthCheck {
            store,
            committer: Arc::clone(committer),
            ids: Arc::clone(ids),
            clock: Arc::clone(&clock),
        }),
        settings: caches.settings.clone(),
        secrets: Arc::new(SystemSecrets),
        clock,
        limits: config.limits(),
        keys_live_ms: config.keys_live_ms(),
        http: config.http_limits(),
    }
}
