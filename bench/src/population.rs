//! Who is in a store: keys of both dialects, users with sessions.

use anyhow::{Context, Result};
use sixin::system::{SystemClock, SystemSecrets};
use sixin_application::access::authenticate_user::hash_token;
use sixin_application::operations::app_keys::{self, KeySpec};
use sixin_application::operations::ports::{NewAppKey, SignIn, UserAdmin};
use sixin_application::operations::sessions;
use sixin_application::operations::users::{self, UserSpec};
use sixin_application::ports::Clock;
use sixin_application::users::ports::{DeviceTokens, NewDeviceToken, Users};
use sixin_domain::access::app_key::{Dialect, Secret};
use sixin_domain::id::UserId;
use sixin_domain::user::username::{UserRef, Username};
use sixin_storage::Database;

use crate::pairs::{Pairs, USERS};

/// An iOS app (docs/wire/fresns.md#platforms).
pub(crate) const PLATFORM: i64 = 5;

/// Devices that one may have.
const DEVICES: i64 = 10;

/// Everybody.
#[derive(Debug)]
pub(crate) struct Population {
    pub(crate) rongcloud: NewAppKey,
    pub(crate) fresns: NewAppKey,
    pub(crate) people: Vec<Person>,
    pub(crate) pairs: Pairs,
}

/// A user, the first [`USERS`] of them with a session.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) username: String,
    pub(crate) uid: i64,
    pub(crate) aid: String,
    pub(crate) token: Secret,
}

impl Population {
    /// Makes those with a session in an empty store.
    pub(crate) async fn make(database: &Database, pairs: Pairs) -> Result<Self> {
        let key = async |dialect| {
            let spec = KeySpec {
                dialect,
                platform: PLATFORM,
                is_strict: false,
                name: "benchmark".to_owned(),
                sends_per_minute: None,
            };
            app_keys::create(database, &SystemSecrets, spec).await
        };
        let (rongcloud, fresns) = (key(Dialect::RongCloud).await?, key(Dialect::Fresns).await?);
        let mut population = Self { rongcloud, fresns, people: Vec::with_capacity(pairs.users), pairs };
        population.grow(database, USERS).await?;
        Ok(population)
    }

    /// Makes more people, until there are so many. Loads go on among the first ones.
    pub(crate) async fn grow(&mut self, database: &Database, count: usize) -> Result<()> {
        for number in self.people.len()..count {
            self.people.push(person(database, &format!("user-{number:04}")).await?);
        }
        Ok(())
    }

    /// Lets everybody in with a device of their own.
    pub(crate) async fn let_devices_in(&self, database: &Database) -> Result<()> {
        for person in &self.people {
            let (hash, created_at) = (hash_token(&person.device_token()), SystemClock.now());
            let token = NewDeviceToken { user: person.id, hash, created_at };
            DeviceTokens::add(database, &token, DEVICES).await?;
        }
        Ok(())
    }

    pub(crate) fn person(&self, place: usize) -> Result<&Person> {
        self.people.get(place).context("there is no such person")
    }
}

impl Person {
    /// One without a session, to whom and for whom a back end writes.
    pub(crate) fn without_session(id: UserId, username: String) -> Self {
        Self { id, username, uid: id.0, aid: String::new(), token: Secret::new("") }
    }

    /// What their device is known by; nobody but the benchmark reaches its server.
    pub(crate) fn device_token(&self) -> String {
        format!("device-of-{}", self.username)
    }
}

async fn person(database: &Database, name: &str) -> Result<Person> {
    let username = Username::new(name)?;
    let spec = UserSpec {
        username: username.clone(),
        uid: None,
        nickname: None,
        aid: None,
        sign_in: SignIn::default(),
    };
    users::create(database, &SystemSecrets, spec, SystemClock.now()).await?;
    let user = Users::find(database, &UserRef::Username(username)).await?.context("a user was not made")?;
    let token = sessions::create(
        database,
        &SystemSecrets,
        (user.account, Some(user.id)),
        PLATFORM,
        None,
        SystemClock.now(),
    )
    .await?;
    let aid = database.account_of(user.id).await?.context("a user has no account")?;
    Ok(Person { id: user.id, username: name.to_owned(), uid: user.uid.0, aid, token })
}
