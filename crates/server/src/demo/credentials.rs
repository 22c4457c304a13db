//! What the demo made: two app keys, an account, three users with sessions. Kept in `demo.json` (0600).

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sixin_application::access::ports::AppKeys;
use sixin_application::operations::app_keys::{self, KeySpec};
use sixin_application::operations::ports::SignIn;
use sixin_application::operations::sessions;
use sixin_application::operations::users::{self, UserError, UserSpec};
use sixin_application::ports::{Clock, SecretSource};
use sixin_application::users::ports::Users;
use sixin_domain::access::app_key::{Dialect, Secret};
use sixin_domain::user::username::{UserRef, Username};
use sixin_storage::Database;

use super::DemoError;
use crate::output::say;
use crate::system::{SystemClock, SystemSecrets};

/// Responsive web (docs/wire/fresns.md#platforms).
const PLATFORM: i64 = 4;
const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// The content of `demo.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Credentials {
    pub(crate) fresns: Key,
    pub(crate) rongcloud: Key,
    pub(crate) aid: String,
    pub(crate) platform: i64,
    pub(crate) users: Vec<DemoUser>,
}

/// An app key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) app_id: String,
    pub(crate) secret: String,
}

/// A user with its session.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DemoUser {
    pub(crate) username: String,
    pub(crate) uid: i64,
    pub(crate) token: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Key({})", self.app_id)
    }
}

impl std::fmt::Debug for DemoUser {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "DemoUser({})", self.username)
    }
}

impl Credentials {
    /// Who publishes: alice's back end speaks for her ...
    pub(crate) fn rongcloud_sender(&self) -> Option<&DemoUser> {
        self.users.first()
    }

    /// ... to bob,
    pub(crate) fn rongcloud_recipient(&self) -> Option<&DemoUser> {
        self.users.get(1)
    }

    /// who answers from his app,
    pub(crate) fn fresns_sender(&self) -> Option<&DemoUser> {
        self.users.get(1)
    }

    /// so that both messages belong to one conversation.
    pub(crate) fn fresns_recipient(&self) -> Option<&DemoUser> {
        self.users.first()
    }
}

pub(crate) fn credentials_path(dir: &Path) -> PathBuf {
    dir.join("demo.json")
}

/// What an earlier demo made, if there was one.
pub(crate) fn read_credentials(dir: &Path) -> Result<Option<Credentials>, DemoError> {
    let path = credentials_path(dir);
    let name = || path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            serde_json::from_str(&text).map(Some).map_err(|error| DemoError::BadCredentials(name(), error))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DemoError::File(name(), error)),
    }
}

/// The credentials of an earlier demo if they still work, else new ones.
pub(super) async fn prepare(database: &Database, dir: &Path) -> Result<Credentials, DemoError> {
    if let Some(credentials) = read_credentials(dir)?
        && still_work(database, &credentials).await?
    {
        say(format_args!("Using the keys and users of {}\n", credentials_path(dir).display()));
        return Ok(credentials);
    }
    let credentials = make(database).await?;
    write(dir, &credentials)?;
    say(format_args!(
        "Made two app keys, an account and three users; they stand in {}\n",
        credentials_path(dir).display()
    ));
    Ok(credentials)
}

async fn still_work(database: &Database, credentials: &Credentials) -> Result<bool, DemoError> {
    for key in [&credentials.fresns, &credentials.rongcloud] {
        let found = AppKeys::find(database, &key.app_id).await?;
        if !found.is_some_and(|found| found.is_enabled && found.secret == Secret::new(key.secret.as_str())) {
            return Ok(false);
        }
    }
    Ok(credentials.users.len() == NAMES.len())
}

async fn make(database: &Database) -> Result<Credentials, DemoError> {
    let aid = SystemSecrets.alphanumeric(8);
    let mut made = Vec::new();
    for name in NAMES {
        made.push(make_user(database, name, &aid).await?);
    }
    let aid = made.first().map_or(aid, |(_, aid)| aid.clone());
    Ok(Credentials {
        fresns: make_key(database, Dialect::Fresns).await?,
        rongcloud: make_key(database, Dialect::RongCloud).await?,
        aid,
        platform: PLATFORM,
        users: made.into_iter().map(|(user, _)| user).collect(),
    })
}

async fn make_key(database: &Database, dialect: Dialect) -> Result<Key, DemoError> {
    let spec = KeySpec {
        dialect,
        platform: PLATFORM,
        is_strict: false,
        name: "demo".to_owned(),
        sends_per_minute: None,
    };
    let key = app_keys::create(database, &SystemSecrets, spec).await.map_err(setup)?;
    Ok(Key { app_id: key.app_id, secret: key.secret.reveal().to_owned() })
}

/// A user with a session, and the account it belongs to. A user of that name that is there already is used.
async fn make_user(database: &Database, name: &str, aid: &str) -> Result<(DemoUser, String), DemoError> {
    let username = Username::new(name).map_err(setup)?;
    let nickname = Some(name[..1].to_uppercase() + &name[1..]);
    let spec = UserSpec {
        username: username.clone(),
        uid: None,
        nickname,
        aid: Some(aid.to_owned()),
        sign_in: SignIn::default(),
    };
    match users::create(database, &SystemSecrets, spec, SystemClock.now()).await {
        Ok(_) | Err(UserError::Taken(_)) => {}
        Err(error) => return Err(setup(error)),
    }
    let user = Users::find(database, &UserRef::Username(username)).await?;
    let user = user.ok_or_else(|| DemoError::Setup(format!("{name} was not made")))?;
    let token = sessions::create(
        database,
        &SystemSecrets,
        (user.account, Some(user.id)),
        PLATFORM,
        None,
        SystemClock.now(),
    )
    .await;
    let token = token.map_err(setup)?.reveal().to_owned();
    let aid = sixin_application::operations::ports::UserAdmin::account_of(database, user.id)
        .await?
        .unwrap_or_default();
    Ok((DemoUser { username: name.to_owned(), uid: user.uid.0, token }, aid))
}

fn setup(error: impl std::fmt::Display) -> DemoError {
    DemoError::Setup(error.to_string())
}

fn write(dir: &Path, credentials: &Credentials) -> Result<(), DemoError> {
    let path = credentials_path(dir);
    let failed = |error| DemoError::File(path.display().to_string(), error);
    let text = serde_json::to_string_pretty(credentials).map_err(setup)?;
    let mut options = OpenOptions::new();
    let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(&path).map_err(failed)?;
    // One that was there keeps the mode it had.
    file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)
}
