//! How devices are to be woken: tables `push_periods` and `notification_levels`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::users::ports::PushPreferences;
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};

use crate::database::Database;
use crate::schema::{notification_levels as levels, push_periods as periods};
use crate::sql::composed::{ComposedSql, Spelling};

/// The target that stands for all conversations.
const ALL: i64 = 0;

fn target(with: Option<UserId>) -> i64 {
    with.map_or(ALL, |with| with.0)
}

#[async_trait]
impl PushPreferences for Database {
    async fn set_period(&self, user: UserId, period: Option<PushPeriod>, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            events.push(Event::PushPeriodSet { user, period });
            let Some(period) = period else {
                return diesel::delete(periods::table.find(user.0)).execute(conn).map(drop);
            };
            let spelling = Spelling::of(conn);
            let mut statement = ComposedSql::new(
                "INSERT INTO push_periods (user_id, start_second, minutes, level, updated_at) VALUES (",
            );
            statement.int(user.0).comma().int(period.start_second()).comma().int(period.minutes());
            statement.comma().int(period.level()).comma().int(at.0).sql(")");
            statement.sql(spelling.on_conflict("user_id"));
            let columns = ["start_second", "minutes", "level", "updated_at"];
            let new = columns.map(|column| format!("{column} = {}", spelling.inserted(column)));
            statement.sql(new.join(", "));
            statement.execute(conn).map(drop)
        })
        .await
    }

    async fn period(&self, user: UserId) -> StoreResult<Option<PushPeriod>> {
        self.read(move |conn| {
            let row: Option<(i32, i32, i16)> = periods::table
                .find(user.0)
                .select((periods::start_second, periods::minutes, periods::level))
                .first(conn)
                .optional()?;
            // A row that was changed by hand into something that is no period is none.
            Ok(row.and_then(|(start, minutes, level)| {
                PushPeriod::of_numbers(start.into(), minutes.into(), level.into()).ok()
            }))
        })
        .await
    }

    async fn set_level(
        &self,
        user: UserId,
        with: Option<UserId>,
        level: NotificationLevel,
        at: Millis,
    ) -> StoreResult<()> {
        self.change(move |conn, events| {
            events.push(Event::NotificationLevelSet { user, with, level });
            let spelling = Spelling::of(conn);
            let mut statement = ComposedSql::new(
                "INSERT INTO notification_levels (user_id, target_id, level, updated_at) VALUES (",
            );
            statement.int(user.0).comma().int(target(with)).comma().int(level.number()).comma().int(at.0);
            statement.sql(")").sql(spelling.on_conflict("user_id, target_id"));
            let new =
                ["level", "updated_at"].map(|column| format!("{column} = {}", spelling.inserted(column)));
            statement.sql(new.join(", "));
            statement.execute(conn).map(drop)
        })
        .await
    }

    async fn level(&self, user: UserId, with: Option<UserId>) -> StoreResult<NotificationLevel> {
        self.read(move |conn| {
            let level: Option<i16> =
                levels::table.find((user.0, target(with))).select(levels::level).first(conn).optional()?;
            Ok(level.and_then(|level| NotificationLevel::new(level.into())).unwrap_or_default())
        })
        .await
    }

    async fn levels(&self, user: UserId, most: i64) -> StoreResult<Vec<(Option<UserId>, NotificationLevel)>> {
        self.read(move |conn| {
            let rows: Vec<(i64, i16)> = levels::table
                .filter(levels::user_id.eq(user.0))
                .order(levels::target_id)
                .limit(most)
                .select((levels::target_id, levels::level))
                .load(conn)?;
            let known = |(target, level): (i64, i16)| {
                let with = (target != ALL).then_some(UserId(target));
                Some((with, NotificationLevel::new(level.into())?))
            };
            Ok(rows.into_iter().filter_map(known).collect())
        })
        .await
    }
}
