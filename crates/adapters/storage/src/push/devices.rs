//! Devices. One counts as long as the session or token that it was registered with is there.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use sixin_application::ports::StoreResult;
use sixin_application::push::ports::{NewDevice, PushDevices};
use sixin_domain::id::UserId;
use sixin_domain::push::{DeviceKeys, DeviceSpec, PushDevice, PushPlatform, PushToken};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::schema::push_devices as devices;
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// Rows that one step of sweeping looks at.
const STEP: i64 = 500;

/// What has to be there for a device to count.
const PROOF: &str = "(EXISTS (SELECT 1 FROM session_tokens AS s WHERE s.user_id = d.user_id \
    AND s.token_hash = d.proof_hash AND s.deleted_at IS NULL AND (s.expired_at IS NULL OR s.expired_at >= ";
const OR_TOKEN: &str = ")) OR EXISTS (SELECT 1 FROM device_tokens AS t WHERE t.token_hash = d.proof_hash \
    AND t.user_id = d.user_id))";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = Text)]
    platform: String,
    #[diesel(sql_type = Text)]
    token: String,
    #[diesel(sql_type = Nullable<Binary>)]
    public_key: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    auth_secret: Option<Vec<u8>>,
    #[diesel(sql_type = Text)]
    app: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Bool)]
    hides_text: bool,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = BigInt)]
    seen_at: i64,
}

impl Row {
    /// `None` of what this version does not know.
    fn into_device(self) -> Option<PushDevice> {
        let keys = self.public_key.zip(self.auth_secret);
        Some(PushDevice {
            id: self.id,
            user: UserId(self.user_id),
            spec: DeviceSpec {
                platform: PushPlatform::from_name(&self.platform)?,
                token: PushToken::kept(self.token),
                keys: keys.map(|(public, secret)| DeviceKeys { public, secret }),
                app: self.app,
                language: self.language,
                hides_text: self.hides_text,
            },
            created_at: Millis(self.created_at),
            seen_at: Millis(self.seen_at),
        })
    }
}

/// The devices of users that count, in the order of their numbers.
pub(super) fn of_users(
    conn: &mut AnyConnection,
    users: &[UserId],
    now: Millis,
) -> QueryResult<Vec<PushDevice>> {
    let mut found = Vec::new();
    for users in chunks(users) {
        let mut statement = ComposedSql::new(
            "SELECT d.id, d.user_id, d.platform, d.token, d.public_key, d.auth_secret, d.app, d.language, \
             d.hides_text, d.created_at, d.seen_at FROM push_devices AS d WHERE d.user_id IN (",
        );
        for (number, user) in users.iter().enumerate() {
            statement.sql(if number == 0 { "" } else { ", " }).int(user.0);
        }
        statement.sql(") AND ").sql(PROOF).int(now.0).sql(OR_TOKEN).sql(" ORDER BY d.id");
        found.extend(statement.load::<Row>(conn)?.into_iter().filter_map(Row::into_device));
    }
    Ok(found)
}

#[async_trait]
impl PushDevices for Database {
    async fn register(&self, device: &NewDevice, most: i64) -> StoreResult<i64> {
        let device = device.clone();
        self.write(move |conn| {
            upsert(conn, &device)?;
            let own = || devices::table.filter(devices::user_id.eq(device.user.0));
            let this = devices::token_hash.eq(device.token_hash.as_slice());
            let id: i64 = own().filter(this).select(devices::id).first(conn)?;
            if device.is_only {
                let same = devices::proof_hash
                    .eq(device.proof.as_slice())
                    .and(devices::platform.eq(device.spec.platform.name()))
                    .and(devices::app.eq(&device.spec.app));
                diesel::delete(own().filter(same.and(devices::id.ne(id)))).execute(conn)?;
            }
            let beyond: Vec<i64> = own()
                .filter(devices::id.ne(id))
                .order((devices::seen_at.desc(), devices::id.desc()))
                .offset(most.saturating_sub(1))
                .limit(most)
                .select(devices::id)
                .load(conn)?;
            diesel::delete(devices::table.filter(devices::id.eq_any(beyond))).execute(conn)?;
            Ok(id)
        })
        .await
    }

    async fn list(&self, user: UserId, now: Millis) -> StoreResult<Vec<PushDevice>> {
        self.read(move |conn| of_users(conn, &[user], now)).await
    }

    async fn forget(&self, user: UserId, id: i64) -> StoreResult<bool> {
        self.write(move |conn| {
            let own = devices::table.filter(devices::id.eq(id).and(devices::user_id.eq(user.0)));
            diesel::delete(own).execute(conn).map(|rows| rows > 0)
        })
        .await
    }

    async fn forget_gone(&self, device: &PushDevice) -> StoreResult<()> {
        let (id, seen_at) = (device.id, device.seen_at.0);
        self.write(move |conn| {
            let same = devices::table.filter(devices::id.eq(id).and(devices::seen_at.eq(seen_at)));
            diesel::delete(same).execute(conn).map(drop)
        })
        .await
    }
}

fn upsert(conn: &mut AnyConnection, device: &NewDevice) -> QueryResult<()> {
    let (spelling, spec) = (Spelling::of(conn), &device.spec);
    let mut statement = ComposedSql::new(
        "INSERT INTO push_devices (user_id, platform, token, token_hash, proof_hash, app, language, hides_text, \
         created_at, seen_at",
    );
    if spec.keys.is_some() {
        statement.sql(", public_key, auth_secret");
    }
    statement.sql(") VALUES (").int(device.user.0).comma().opt_text(Some(spec.platform.name())).comma();
    statement.opt_text(Some(spec.token.reveal())).comma().bytes(&device.token_hash).comma();
    statement.bytes(&device.proof).comma().opt_text(Some(&spec.app)).comma();
    statement.opt_text(Some(&spec.language)).comma().int(spec.hides_text).comma();
    statement.int(device.at.0).comma().int(device.at.0);
    let mut columns = vec!["user_id", "proof_hash", "app", "language", "hides_text", "seen_at"];
    if let Some(keys) = &spec.keys {
        statement.comma().bytes(&keys.public).comma().bytes(&keys.secret);
        columns.extend(["public_key", "auth_secret"]);
    }
    statement.sql(")").sql(spelling.on_conflict("token_hash"));
    let new: Vec<_> =
        columns.into_iter().map(|column| format!("{column} = {}", spelling.inserted(column))).collect();
    statement.sql(new.join(", "));
    statement.execute(conn).map(drop)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Removes devices that do not count any more; answers whether there may be more.
pub(crate) fn sweep(conn: &mut AnyConnection, now: Millis) -> QueryResult<bool> {
    let mut statement = ComposedSql::new("SELECT d.id FROM push_devices AS d WHERE NOT ");
    statement.sql(PROOF).int(now.0).sql(OR_TOKEN).sql(" ORDER BY d.id LIMIT ").int(STEP);
    let gone: Vec<i64> = statement.load::<Number>(conn)?.into_iter().map(|row| row.id).collect();
    if !gone.is_empty() {
        diesel::delete(devices::table.filter(devices::id.eq_any(&gone))).execute(conn)?;
    }
    Ok(i64::try_from(gone.len()).is_ok_and(|count| count >= STEP))
}
