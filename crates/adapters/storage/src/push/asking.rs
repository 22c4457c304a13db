//! What is asked before devices are woken: a few statements for many messages.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use sixin_application::ports::StoreResult;
use sixin_application::push::ports::{Direction, PushLookup, Wishes};
use sixin_domain::id::UserId;
use sixin_domain::log::Position;
use sixin_domain::push::PushDevice;
use sixin_domain::time::Millis;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};

use super::devices::of_users;
use crate::connection::connector::AnyConnection;
use crate::conversations::counters::prefix;
use crate::database::Database;
use crate::schema::push_devices as devices;
use crate::sql::composed::{ComposedSql, Spelling, chunks};
use crate::users::relations::USER;

#[derive(QueryableByName)]
struct WishRow {
    #[diesel(sql_type = BigInt)]
    recipient: i64,
    #[diesel(sql_type = BigInt)]
    sender: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pos: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    start_second: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    minutes: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    period_level: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    level_here: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    level_everywhere: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    remark: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    block: Option<i64>,
}

impl WishRow {
    fn wishes(self) -> (Direction, Wishes) {
        let level = |number: Option<i64>| number.and_then(NotificationLevel::new).unwrap_or_default();
        // A row that was changed by hand into something that is no period is none.
        let period = || PushPeriod::of_numbers(self.start_second?, self.minutes?, self.period_level?).ok();
        let wishes = Wishes {
            acknowledged: Position(self.pos.unwrap_or(0)),
            blocks_sender: self.block.is_some(),
            level_here: level(self.level_here),
            level_everywhere: level(self.level_everywhere),
            period: period(),
            remark: self.remark,
        };
        ((UserId(self.recipient), UserId(self.sender)), wishes)
    }
}

/// Every table is asked by its key, for each of the directions. Numbers of other sizes are read as if they were large ones.
const WISHES: &str = ") AS w LEFT JOIN push_acks AS a ON a.user_id = w.recipient \
    LEFT JOIN push_periods AS p ON p.user_id = w.recipient \
    LEFT JOIN notification_levels AS h ON h.user_id = w.recipient AND h.target_id = w.sender \
    LEFT JOIN notification_levels AS e ON e.user_id = w.recipient AND e.target_id = 0 \
    LEFT JOIN user_remarks AS r ON r.user_id = w.recipient AND r.target_id = w.sender \
    LEFT JOIN user_blocks AS b ON b.user_id = w.recipient AND b.block_id = w.sender AND b.deleted_at IS NULL \
    AND b.block_type = ";

fn wishes(conn: &mut AnyConnection, directions: &[Direction]) -> QueryResult<Vec<(Direction, Wishes)>> {
    let mut found = Vec::with_capacity(directions.len());
    for directions in chunks(directions) {
        let number = |column: &str, name: &str| format!("CAST({column} AS SIGNED) AS {name}");
        let mut statement = ComposedSql::new(format!(
            "SELECT w.recipient, w.sender, a.pos, {}, {}, {}, {}, {}, r.remark, b.id AS block FROM (",
            number("p.start_second", "start_second"),
            number("p.minutes", "minutes"),
            number("p.level", "period_level"),
            number("h.level", "level_here"),
            number("e.level", "level_everywhere"),
        ));
        for (number, (recipient, sender)) in directions.iter().enumerate() {
            statement
                .sql(if number == 0 { "SELECT CAST(" } else { " UNION ALL SELECT CAST(" })
                .int(recipient.0);
            statement.sql(" AS SIGNED) AS recipient, CAST(").int(sender.0).sql(" AS SIGNED) AS sender");
        }
        statement.sql(WISHES).int(USER);
        found.extend(statement.load::<WishRow>(conn)?.into_iter().map(WishRow::wishes));
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct UnreadRow {
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
}

/// Adds what is unread on one side.
fn add_unread(
    conn: &mut AnyConnection,
    side: sixin_domain::conversation::pair::Side,
    users: &[UserId],
    sums: &mut HashMap<UserId, i64>,
) -> QueryResult<()> {
    let (s, spelling) = (prefix(side), Spelling::of(conn));
    for users in chunks(users) {
        // A sum is a decimal number in MySQL.
        let mut statement = ComposedSql::new(format!(
            "SELECT {s}_user_id AS user_id, CAST(SUM({s}_unread) AS SIGNED) AS unread FROM {} WHERE {s}_user_id IN (",
            spelling.by_index("conversations", &format!("conversations_{s}_status"))
        ));
        for (number, user) in users.iter().enumerate() {
            statement.sql(if number == 0 { "" } else { ", " }).int(user.0);
        }
        statement.sql(format!(") AND {s}_status = 1 AND {s}_is_display = 1 GROUP BY {s}_user_id"));
        for row in statement.load::<UnreadRow>(conn)? {
            *sums.entry(UserId(row.user_id)).or_default() += row.unread;
        }
    }
    Ok(())
}

#[async_trait]
impl PushLookup for Database {
    async fn has_devices(&self) -> StoreResult<bool> {
        self.read(|conn| diesel::select(exists(devices::table.filter(devices::id.gt(0)))).get_result(conn))
            .await
    }

    async fn with_devices(&self, users: &[UserId]) -> StoreResult<HashSet<UserId>> {
        let users = users.to_vec();
        self.read(move |conn| with_devices(conn, &users)).await
    }

    async fn devices(&self, users: &[UserId], now: Millis) -> StoreResult<HashMap<UserId, Vec<PushDevice>>> {
        let users = users.to_vec();
        self.read(move |conn| {
            let mut found: HashMap<UserId, Vec<PushDevice>> = HashMap::new();
            for device in of_users(conn, &users, now)? {
                found.entry(device.user).or_default().push(device);
            }
            Ok(found)
        })
        .await
    }

    async fn wishes(&self, directions: &[Direction]) -> StoreResult<HashMap<Direction, Wishes>> {
        let directions = directions.to_vec();
        self.read(move |conn| Ok(wishes(conn, &directions)?.into_iter().collect())).await
    }

    async fn unread(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, i64>> {
        use sixin_domain::conversation::pair::Side;
        let users = users.to_vec();
        self.read(move |conn| {
            let mut sums = HashMap::new();
            for side in [Side::A, Side::B] {
                add_unread(conn, side, &users, &mut sums)?;
            }
            Ok(sums)
        })
        .await
    }
}

/// Those of the users that have devices.
pub(super) fn with_devices(conn: &mut AnyConnection, users: &[UserId]) -> QueryResult<HashSet<UserId>> {
    let users: Vec<i64> = users.iter().map(|user| user.0).collect();
    let mut found = HashSet::new();
    for users in users.chunks(500) {
        let of_these = devices::table.filter(devices::user_id.eq_any(users));
        found.extend(of_these.select(devices::user_id).distinct().load(conn)?.into_iter().map(UserId));
    }
    Ok(found)
}
