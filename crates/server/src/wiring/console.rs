//! What operators do over the network. It is over the database itself, not over what is kept in memory: who works with it sees at once what was
//! changed, and servers follow as they follow the command line.

use std::sync::Arc;

use sixin_application::access::guarded_passwords::GuardedPasswords;
use sixin_application::administration::app_keys::AdministerAppKeys;
use sixin_application::administration::audit::ReadAudit;
use sixin_application::administration::messages::ReviewMessages;
use sixin_application::administration::operators::AdministerOperators;
use sixin_application::administration::people::{self, AdministerPeople};
use sixin_application::administration::ports::Vitals;
use sixin_application::administration::receivers::AdministerReceivers;
use sixin_application::administration::retention::{self, AdministerRetention};
use sixin_application::administration::site::AdministerSite;
use sixin_application::administration::users::AdministerUsers;
use sixin_application::administration::words::AdministerWords;
use sixin_application::administration::{Administration, Desk};
use sixin_application::operations::retention::Retention;
use sixin_application::operators::access::OperatorAccess;
use sixin_application::operators::own_account::OwnAccount;
use sixin_application::ports::{Clock, SecretSource};
use sixin_backup::Room;
use sixin_console::ConsoleApi;
use sixin_files::KeptFiles;
use sixin_password::Passwords;
use sixin_storage::Database;

use crate::config::Config;
use crate::receivers::reach::ReachError;
use crate::receivers::telling::{manage_hooks, manage_webhooks};
use crate::system::{SystemClock, SystemSecrets};

/// What removes what is too old.
pub(crate) fn retention(config: &Config, database: &Database) -> Retention {
    Retention { ages: config.ages(), rows: Arc::new(database.clone()), clock: Arc::new(SystemClock) }
}

/// The administration API and the console.
pub(crate) fn console(
    config: &Config,
    database: &Database,
    files: &Arc<KeptFiles>,
    vitals: Arc<dyn Vitals>,
) -> Result<ConsoleApi, ReachError> {
    let store = Arc::new(database.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let secrets: Arc<dyn SecretSource> = Arc::new(SystemSecrets);
    // Apart from that of users: a crowd that signs in keeps no operator out.
    let passwords = Arc::new(Passwords::default());
    let desk = Desk { audit: store.clone(), clock: Arc::clone(&clock) };
    let access = Arc::new(OperatorAccess {
        operators: store.clone(),
        sessions: store.clone(),
        tokens: store.clone(),
        factors: store.clone(),
        passwords: GuardedPasswords::new(passwords.clone(), store.clone(), Arc::clone(&clock)),
        audit: store.clone(),
        secrets: Arc::clone(&secrets),
    });
    let users = AdministerUsers {
        desk: desk.clone(),
        users: store.clone(),
        search: store.clone(),
        admin: store.clone(),
        accounts: store.clone(),
        roles: store.clone(),
        sessions: store.clone(),
        devices: store.clone(),
        restrictions: store.clone(),
        lists: store.clone(),
        passwords: passwords.clone(),
        secrets: Arc::clone(&secrets),
    };
    let operators = AdministerOperators {
        desk: desk.clone(),
        operators: store.clone(),
        factors: store.clone(),
        tokens: store.clone(),
        passwords,
        secrets: Arc::clone(&secrets),
    };
    let own_account = OwnAccount {
        access: Arc::clone(&access),
        operators: store.clone(),
        factors: store.clone(),
        secrets: Arc::clone(&secrets),
    };
    let people = AdministerPeople {
        desk: desk.clone(),
        users: store.clone(),
        store: store.clone(),
        files: files.clone(),
        room: Arc::new(Room { folder: config.files.arriving.clone() }),
        erasure: store.clone(),
        places: people::places(),
    };
    let retention = AdministerRetention {
        desk: desk.clone(),
        retention: retention(config, database),
        place: retention::place(),
    };
    let administration = Administration {
        access,
        audit: ReadAudit { desk: desk.clone() },
        users,
        people,
        retention,
        messages: ReviewMessages {
            desk: desk.clone(),
            users: store.clone(),
            conversations: store.clone(),
            review: store.clone(),
        },
        app_keys: AdministerAppKeys {
            desk: desk.clone(),
            keys: store.clone(),
            secrets: Arc::clone(&secrets),
        },
        site: AdministerSite { desk: desk.clone(), settings: store.clone(), roles: store.clone() },
        words: AdministerWords { desk: desk.clone(), words: store.clone(), filter: store.clone() },
        receivers: AdministerReceivers {
            desk,
            webhooks: manage_webhooks(config, database)?,
            hooks: manage_hooks(config, database)?,
            users: store,
        },
        operators,
        own_account,
        vitals,
    };
    Ok(ConsoleApi { administration: Arc::new(administration), clock, secrets, http: config.http_limits() })
}
