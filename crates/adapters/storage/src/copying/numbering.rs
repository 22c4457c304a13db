//! Numbers that a database gives to rows by itself.

use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::connection::connector::AnyConnection;
use crate::copying::tables::known;

#[derive(QueryableByName)]
struct Numbering {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The last number of each table that is numbered.
pub(super) fn last_numbers(conn: &mut AnyConnection) -> QueryResult<HashMap<String, i64>> {
    let sql = match conn {
        AnyConnection::Sqlite(_) => "SELECT name, seq AS number FROM sqlite_sequence",
        AnyConnection::Mysql(conn) => {
            // MySQL answers what it knew a day ago else; MariaDB has no such variable and always looks.
            let _ = conn.batch_execute("SET SESSION information_schema_stats_expiry = 0");
            "SELECT CAST(table_name AS CHAR) AS name, CAST(auto_increment AS SIGNED) - 1 AS number \
             FROM information_schema.tables WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL"
        }
    };
    let rows = diesel::sql_query(sql).load::<Numbering>(conn)?;
    Ok(rows.into_iter().map(|row| (row.name, row.number)).collect())
}

/// From now on the table gives numbers behind `last`.
pub(super) fn go_on_behind(conn: &mut AnyConnection, table: &str, last: i64) -> QueryResult<()> {
    let Some(table) = known(table).map(|table| table.name) else { return Ok(()) };
    match conn {
        AnyConnection::Sqlite(_) => conn.batch_execute(&format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', 0 \
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{table}'); \
             UPDATE sqlite_sequence SET seq = {last} WHERE name = '{table}' AND seq < {last}"
        )),
        AnyConnection::Mysql(_) => {
            conn.batch_execute(&format!("ALTER TABLE {table} AUTO_INCREMENT = {}", last.saturating_add(1)))
        }
    }
}
