//! Statements that diesel can't build for both databases at once: batch inserts and upserts.
//!
//! A [`ComposedSql`] is SQL text with values bound into it. It runs on either arm of the connection, and is kept as a
//! prepared statement by its text, so callers use few different texts: rows go in [`chunks`] of fixed sizes.

use std::borrow::Cow;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, HasSqlType, Nullable, Text, Untyped};
use diesel::{QueryResult, RunQueryDsl};

use crate::connection::connector::AnyConnection;

/// How the two databases spell what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    Mysql,
    Sqlite,
}

impl Spelling {
    /// That of a connection.
    pub(crate) fn of(conn: &AnyConnection) -> Self {
        match conn {
            AnyConnection::Mysql(_) => Self::Mysql,
            AnyConnection::Sqlite(_) => Self::Sqlite,
        }
    }

    /// What stands before the assignments of an upsert on a unique key over `columns`.
    pub(crate) fn on_conflict(self, columns: &str) -> String {
        match self {
            Self::Mysql => " ON DUPLICATE KEY UPDATE ".to_owned(),
            Self::Sqlite => format!(" ON CONFLICT ({columns}) DO UPDATE SET "),
        }
    }

    /// In an upsert: the value that was to be inserted. MariaDB and TiDB know no other spelling than `VALUES`.
    pub(crate) fn inserted(self, column: &str) -> String {
        match self {
            Self::Mysql => format!("VALUES({column})"),
            Self::Sqlite => format!("excluded.{column}"),
        }
    }

    /// The number that the last insert of this connection made.
    pub(crate) fn last_id(self) -> &'static str {
        match self {
            Self::Mysql => "SELECT CAST(LAST_INSERT_ID() AS SIGNED) AS id",
            Self::Sqlite => "SELECT last_insert_rowid() AS id",
        }
    }

    /// A table that is read by that index of MySQL. Left to itself, MariaDB reads all of a table of some thousand rows
    /// rather than look a dozen of them up.
    pub(crate) fn by_index(self, table: &str, index: &str) -> String {
        match self {
            Self::Mysql => format!("{table} FORCE INDEX ({index})"),
            Self::Sqlite => table.to_owned(),
        }
    }
}

enum Piece<'a> {
    Sql(Cow<'a, str>),
    Int(i64),
    OptInt(Option<i64>),
    OptText(Option<&'a str>),
    Bytes(&'a [u8]),
}

/// SQL text with bound values.
#[derive(Default)]
pub(crate) struct ComposedSql<'a>(Vec<Piece<'a>>);

impl<'a> ComposedSql<'a> {
    /// A statement that begins with `sql`.
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        Self(vec![Piece::Sql(Cow::Owned(sql.into()))])
    }

    /// Adds text. Never anything that came from outside: that is bound.
    pub(crate) fn sql(&mut self, sql: impl Into<Cow<'a, str>>) -> &mut Self {
        let sql = sql.into();
        if let Some(Piece::Sql(Cow::Owned(last))) = self.0.last_mut() {
            last.push_str(&sql);
        } else {
            self.push(Piece::Sql(sql));
        }
        self
    }

    /// Binds a number (or a flag, as 0 or 1).
    pub(crate) fn int(&mut self, value: impl Into<i64>) -> &mut Self {
        self.push(Piece::Int(value.into()))
    }

    /// Binds a number or NULL.
    pub(crate) fn opt_int(&mut self, value: Option<i64>) -> &mut Self {
        self.push(Piece::OptInt(value))
    }

    /// Binds a text or NULL.
    pub(crate) fn opt_text(&mut self, value: Option<&'a str>) -> &mut Self {
        self.push(Piece::OptText(value))
    }

    /// Binds bytes.
    pub(crate) fn bytes(&mut self, value: &'a [u8]) -> &mut Self {
        self.push(Piece::Bytes(value))
    }

    /// Runs it, and answers how many rows it touched.
    pub(crate) fn execute(self, conn: &mut AnyConnection) -> QueryResult<usize> {
        #[cfg(test)]
        crate::faults::pass(crate::faults::Step::Statement)?;
        RunQueryDsl::execute(self, conn)
    }

    /// Runs it, and answers its rows.
    pub(crate) fn load<'query, Row>(self, conn: &mut AnyConnection) -> QueryResult<Vec<Row>>
    where
        Self: LoadQuery<'query, AnyConnection, Row>,
    {
        #[cfg(test)]
        crate::faults::pass(crate::faults::Step::Statement)?;
        RunQueryDsl::load(self, conn)
    }

    fn push(&mut self, value: Piece<'a>) -> &mut Self {
        self.0.push(value);
        self
    }

    /// Adds `(row), (row), ...`, each row written by `write`, which separates values by [`ComposedSql::comma`].
    pub(crate) fn rows<T>(&mut self, rows: &'a [T], mut write: impl FnMut(&mut Self, &'a T)) -> &mut Self {
        for (number, row) in rows.iter().enumerate() {
            self.sql(if number == 0 { "(" } else { ", (" });
            write(self, row);
            self.sql(")");
        }
        self
    }

    /// Adds `(row), (row), ...` as the right side of `(column, ...) IN `.
    pub(crate) fn among<T>(
        &mut self,
        spelling: Spelling,
        rows: &'a [T],
        write: impl FnMut(&mut Self, &'a T),
    ) -> &mut Self {
        self.sql(match spelling {
            Spelling::Mysql => "(",
            Spelling::Sqlite => "(VALUES ",
        });
        self.rows(rows, write).sql(")")
    }

    /// Adds that a column is one of some numbers.
    pub(crate) fn any_of(&mut self, column: &str, numbers: &[i64]) -> &mut Self {
        self.sql(format!(" AND {column} IN ("));
        for (place, number) in numbers.iter().enumerate() {
            self.sql(if place == 0 { "" } else { ", " }).int(*number);
        }
        self.sql(")")
    }

    /// Adds a comma.
    pub(crate) fn comma(&mut self) -> &mut Self {
        self.sql(", ")
    }
}

impl<DB> QueryFragment<DB> for ComposedSql<'_>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Binary>,
    i64: ToSql<BigInt, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    for<'x> Option<&'x str>: ToSql<Nullable<Text>, DB>,
    [u8]: ToSql<Binary, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for piece in &self.0 {
            match piece {
                Piece::Sql(sql) => pass.push_sql(sql),
                Piece::Int(value) => pass.push_bind_param::<BigInt, _>(value)?,
                Piece::OptInt(value) => pass.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Piece::OptText(value) => pass.push_bind_param::<Nullable<Text>, _>(value)?,
                Piece::Bytes(value) => pass.push_bind_param::<Binary, [u8]>(value)?,
            }
        }
        Ok(())
    }
}

impl QueryId for ComposedSql<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for ComposedSql<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<AnyConnection> for ComposedSql<'_> {}

/// How many rows a statement may be about: few different texts, so that each is prepared once, and yet at most two
/// statements for what is left after those of 64.
const SIZES: [usize; 24] =
    [64, 56, 48, 40, 32, 28, 24, 20, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// Cuts rows into pieces of [`SIZES`].
pub(crate) fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|&size| size <= rest.len())?;
        let (piece, after) = rest.split_at(size);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_few_sizes_without_losing_one() {
        let rows: Vec<_> = (0..1000).collect();
        let sizes: Vec<_> = chunks(&rows).map(<[_]>::len).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 1000);
        assert_eq!(sizes.len(), 15 + 1);
        assert!((0..64).all(|left| chunks(&rows[..left]).count() <= 2));
        assert_eq!(chunks(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(chunks::<u8>(&[]).count(), 0);
    }
}
