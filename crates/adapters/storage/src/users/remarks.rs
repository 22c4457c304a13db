//! What users call each other: table `user_remarks`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::users::ports::{RemarkPage, Remarks};
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::schema::{user_remarks as remarks, users};
use crate::sql::composed::{ComposedSql, Spelling, chunks};
use crate::users::rows::readable;

#[async_trait]
impl Remarks for Database {
    async fn set(
        &self,
        owner: UserId,
        set: Vec<(UserId, String)>,
        most: i64,
        at: Millis,
    ) -> StoreResult<bool> {
        // Of two about the same user the last counts.
        let last: BTreeMap<i64, String> = set.into_iter().map(|(about, text)| (about.0, text)).collect();
        let rows: Vec<(i64, String)> = last.into_iter().collect();
        self.change(move |conn, events| {
            let own = || remarks::table.filter(remarks::user_id.eq(owner.0));
            let about: Vec<i64> = rows.iter().map(|(about, _)| *about).collect();
            let others: i64 = own().filter(remarks::target_id.ne_all(&about)).count().get_result(conn)?;
            if others.saturating_add(i64::try_from(rows.len()).unwrap_or(i64::MAX)) > most {
                return Ok(false);
            }
            let spelling = Spelling::of(conn);
            for rows in chunks(&rows) {
                let mut statement = ComposedSql::new(
                    "INSERT INTO user_remarks (user_id, target_id, remark, updated_at) VALUES ",
                );
                statement.rows(rows, |row, (about, text)| {
                    row.int(owner.0).comma().int(*about).comma().opt_text(Some(text)).comma().int(at.0);
                });
                statement.sql(spelling.on_conflict("user_id, target_id"));
                let new = ["remark", "updated_at"]
                    .map(|column| format!("{column} = {}", spelling.inserted(column)));
                statement.sql(new.join(", "));
                statement.execute(conn)?;
            }
            let about = rows.iter().map(|(about, _)| UserId(*about)).collect();
            events.push(Event::RemarksSet { owner, about });
            Ok(true)
        })
        .await
    }

    async fn about(&self, owner: UserId, about: UserId) -> StoreResult<Option<String>> {
        self.read(move |conn| {
            remarks::table.find((owner.0, about.0)).select(remarks::remark).first(conn).optional()
        })
        .await
    }

    async fn remove(&self, owner: UserId, about: UserId) -> StoreResult<()> {
        self.change(move |conn, events| {
            events.push(Event::RemarksSet { owner, about: vec![about] });
            diesel::delete(remarks::table.find((owner.0, about.0))).execute(conn).map(drop)
        })
        .await
    }

    async fn page(&self, owner: UserId, offset: i64, limit: i64) -> StoreResult<RemarkPage> {
        self.read(move |conn| {
            let own = || {
                remarks::table
                    .inner_join(users::table.on(users::id.eq(remarks::target_id)))
                    .filter(remarks::user_id.eq(owner.0))
            };
            let total = own().count().get_result(conn)?;
            let rows: Vec<(String, String)> = own()
                .order(users::username)
                .limit(limit)
                .offset(offset)
                .select((users::username, remarks::remark))
                .load(conn)?;
            let remark = |(name, text): (String, String)| Ok((readable(name)?, text));
            let remarks = rows.into_iter().map(remark).collect::<QueryResult<_>>()?;
            Ok(RemarkPage { remarks, total })
        })
        .await
    }
}
