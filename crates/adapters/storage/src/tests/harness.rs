//! A fresh database a test.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use sixin_application::operations::ports::{NewUser, SignIn, UserAdmin};
use sixin_application::sending::ports::{MessageStore, SendUnit};
use sixin_application::users::ports::Users;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::recall::Recall;
use sixin_domain::message::{Effects, Envelope, NewMessage, Placed};
use sixin_domain::time::Millis;
use sixin_domain::user::User;
use sixin_domain::user::username::{Uid, UserRef, Username};

use crate::connection::mysql::PureMysql;
use crate::connection::url::DatabaseUrl;
use crate::database::{Database, DatabaseOptions};

/// 2026-11-22 12:00 UTC.
pub(crate) const NOW: Millis = Millis(1_795_348_800_000);
/// How most tests recall.
pub(crate) const RECALL: Recall = Recall::own(UserId(1));

/// An open, migrated database that nothing else uses.
pub(crate) struct TestDatabase {
    pub(crate) database: Database,
    pub(crate) url: DatabaseUrl,
    runtime: tokio::runtime::Runtime,
    next_id: Arc<AtomicI64>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl TestDatabase {
    pub(crate) fn open(url: DatabaseUrl) -> Self {
        let database = Database::open(DatabaseOptions::new(url.clone())).unwrap();
        database.migrate().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { database, url, runtime, next_id: Arc::new(AtomicI64::new(1 << 40)) }
    }

    /// The same database through connections of its own, as if through another process or after a restart.
    pub(crate) fn another(&self) -> Self {
        Self { next_id: Arc::clone(&self.next_id), ..Self::open(self.url.clone()) }
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.database.writer().unwrap().batch_execute(sql).unwrap();
    }

    /// The single number a query answers as `number`.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        diesel::sql_query(sql).get_result::<Number>(&mut *self.database.writer().unwrap()).unwrap().number
    }

    /// The texts a query answers as `line`.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        let mut conn = self.database.writer().unwrap();
        let rows = diesel::sql_query(sql).load::<Line>(&mut *conn).unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }

    pub(crate) fn user(&self, name: &str) -> Arc<User> {
        let username = Username::new(name).unwrap();
        let uid = self.next_id.fetch_add(1, Ordering::Relaxed) - (1 << 40) + 1000;
        let user = NewUser {
            username: username.clone(),
            uid: username.dictated_uid().unwrap_or(Uid(uid)),
            nickname: name.to_owned(),
            aid: format!("aid{uid}"),
            sign_in: SignIn::default(),
            created_at: NOW,
        };
        self.wait(UserAdmin::add(&self.database, &user)).unwrap();
        self.wait(Users::find(&self.database, &UserRef::Username(username))).unwrap().unwrap()
    }

    /// A unit of one text to each recipient, as a user sends it.
    pub(crate) fn unit(&self, sender: i64, recipients: &[i64], text: &str) -> SendUnit {
        let id = || self.next_id.fetch_add(1, Ordering::Relaxed);
        SendUnit {
            envelope: Envelope {
                sender: UserId(sender),
                body: Body::Text(text.to_owned()),
                effects: Effects::OWN,
                delivery: None,
            },
            messages: recipients
                .iter()
                .map(|&recipient| NewMessage {
                    id: MessageId(id()),
                    conversation_if_new: ConversationId(id()),
                    recipient: UserId(recipient),
                    own: None,
                })
                .collect(),
            upload: None,
            nonce: None,
            idempotency: None,
            accepted_at: NOW,
        }
    }

    /// Stores one unit that must not fail.
    pub(crate) fn store(&self, unit: SendUnit) -> Vec<Placed> {
        self.database.append(vec![unit]).pop().unwrap().unwrap().placed
    }
}

pub(crate) fn seq(placed: &Placed) -> i64 {
    placed.place.unwrap().1
}

pub(crate) fn on_sqlite(test: fn(&TestDatabase)) {
    with_sqlite(|url| test(&TestDatabase::open(url)));
}

pub(crate) fn on_mysql(test: fn(&TestDatabase)) {
    with_mysql(|url| test(&TestDatabase::open(url)));
}

/// The place of a database that does not exist yet.
pub(crate) fn with_sqlite(test: impl FnOnce(DatabaseUrl)) {
    let directory = tempfile::tempdir().unwrap();
    test(DatabaseUrl::Sqlite(directory.path().join("sixin.db")));
}

/// An empty database on the server, where there is one.
pub(crate) fn with_mysql(test: impl FnOnce(DatabaseUrl)) {
    let Some(server) = mysql_server() else { return };
    static COUNT: AtomicI64 = AtomicI64::new(0);
    let name = format!("sixin_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let (host, options) = split(&server);
    let mut admin = PureMysql::establish(&server).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let _drop = DropDatabase { server: server.clone(), name: name.clone() };
    test(DatabaseUrl::parse(&format!("{host}/{name}{options}")).unwrap());
}

/// The server the suite was given; `None` where it was told to do without.
fn mysql_server() -> Option<String> {
    if let Ok(url) = std::env::var("SIXIN_TEST_MYSQL_URL") {
        return Some(url);
    }
    assert!(
        std::env::var("SIXIN_TEST_NO_MYSQL").is_ok(),
        "no MySQL to test on: run `cargo xtask test`, or set SIXIN_TEST_MYSQL_URL, or SIXIN_TEST_NO_MYSQL=1"
    );
    None
}

/// `mysql://user@host:port` and `?options` of a URL with or without a database.
fn split(url: &str) -> (String, String) {
    let rest = url.strip_prefix("mysql://").unwrap();
    let (rest, options) = rest.split_once('?').map_or((rest, String::new()), |(r, o)| (r, format!("?{o}")));
    let host = rest.split('/').next().unwrap();
    (format!("mysql://{host}"), options)
}

struct DropDatabase {
    server: String,
    name: String,
}

impl Drop for DropDatabase {
    fn drop(&mut self) {
        if let Ok(mut admin) = PureMysql::establish(&self.server) {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {}", self.name));
        }
    }
}
