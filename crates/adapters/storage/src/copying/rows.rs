//! Rows of any table, read and written.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::row::{Field, NamedRow};
use diesel::sql_types::{BigInt, Binary, HasSqlType, Text};
use sixin_application::operations::ports::{ColumnKind, CopiedRow, CopiedTable, CopiedValue};

use crate::connection::connector::AnyConnection;
use crate::sql::composed::ComposedSql;

/// About so many bytes are read at a time,
const PAGE_BYTES: usize = 4 << 20;
/// in so many rows.
const PAGE_ROWS: (i64, i64) = (16, 4096);
/// A statement has at most so many rows,
const ROWS: usize = 64;
/// and so many bytes, unless a single row has more: servers take packets of a bounded size.
const BYTES: usize = 1 << 20;

/// A row whose columns are named after what they hold.
struct AnyRow(CopiedRow);

impl<DB> QueryableByName<DB> for AnyRow
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Binary>,
    i64: FromSql<BigInt, DB>,
    String: FromSql<Text, DB>,
    Vec<u8>: FromSql<Binary, DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let mut values = Vec::with_capacity(row.field_count());
        for place in 0..row.field_count() {
            let field = diesel::row::Row::get(row, place).ok_or("a column is missing")?;
            let kind = field.field_name().and_then(|name| name.bytes().next());
            let value = field.value();
            values.push(match (value, kind) {
                (None, _) => CopiedValue::Null,
                (Some(value), Some(b'n')) => CopiedValue::Number(FromSql::<BigInt, DB>::from_sql(value)?),
                (Some(value), Some(b't')) => CopiedValue::Text(FromSql::<Text, DB>::from_sql(value)?),
                (Some(value), _) => CopiedValue::Bytes(FromSql::<Binary, DB>::from_sql(value)?),
            });
        }
        Ok(Self(values))
    }
}

/// How rows are walked.
pub(crate) struct Walk<'a> {
    /// The table they are in.
    pub(crate) from: &'a str,
    /// The columns in whose order they come, which name a row.
    pub(crate) key: &'a [&'a str],
    /// Which rows, if not all; each `?` stands for the number.
    pub(crate) only: Option<(&'a str, i64)>,
}

/// Walks table after table, a page at a time.
pub(crate) struct Pager {
    /// The table that is being read, and the key of the last row that was.
    place: Option<(String, Vec<CopiedValue>)>,
    /// How many rows are read next.
    limit: i64,
}

impl Default for Pager {
    fn default() -> Self {
        Self { place: None, limit: PAGE_ROWS.0 }
    }
}

impl Pager {
    /// The next rows of a table, none at its end.
    pub(crate) fn next(
        &mut self,
        conn: &mut AnyConnection,
        table: &CopiedTable,
        walk: &Walk<'_>,
    ) -> QueryResult<Vec<CopiedRow>> {
        let after = self.place.take().filter(|(name, _)| *name == table.name).map(|(_, after)| after);
        if after.is_none() {
            self.limit = PAGE_ROWS.0;
        }
        let page = read(conn, table, walk, after.as_deref(), self.limit)?;
        let weight: usize = page.iter().flatten().map(CopiedValue::weight).sum();
        let fitting = PAGE_BYTES.saturating_mul(page.len()) / weight.max(1);
        self.limit = i64::try_from(fitting).unwrap_or(PAGE_ROWS.1).clamp(PAGE_ROWS.0, PAGE_ROWS.1);
        if let Some(last) = page.last() {
            let of_key = |name: &&str| table.columns.iter().position(|column| column.name == *name);
            let values = walk.key.iter().filter_map(of_key).filter_map(|place| last.get(place).cloned());
            self.place = Some((table.name.clone(), values.collect()));
        }
        Ok(page)
    }
}

fn read(
    conn: &mut AnyConnection,
    table: &CopiedTable,
    walk: &Walk<'_>,
    after: Option<&[CopiedValue]>,
    limit: i64,
) -> QueryResult<Vec<CopiedRow>> {
    let columns: Vec<String> = table.columns.iter().enumerate().map(aliased).collect();
    let mut statement = ComposedSql::new(format!("SELECT {} FROM {}", columns.join(", "), walk.from));
    let mut joint = " WHERE ";
    if let Some((only, number)) = walk.only {
        for (place, piece) in only.split('?').enumerate() {
            if place > 0 {
                statement.int(number);
            }
            statement.sql(std::mem::take(&mut joint)).sql(piece.to_owned());
        }
        joint = " AND ";
    }
    if let Some(after) = after {
        statement.sql(joint).sql("(");
        behind(&mut statement, walk.key, after);
        statement.sql(")");
    }
    let order: Vec<String> = walk.key.iter().map(|name| quoted(name)).collect();
    statement.sql(format!(" ORDER BY {} LIMIT ", order.join(", "))).int(limit);
    load(conn, statement)
}

/// The rows of a query whose columns are named `n…`, `t…` or `b…` after what they hold.
pub(crate) fn load(conn: &mut AnyConnection, statement: ComposedSql<'_>) -> QueryResult<Vec<CopiedRow>> {
    Ok(statement.load::<AnyRow>(conn)?.into_iter().map(|row| row.0).collect())
}

fn aliased((place, column): (usize, &sixin_application::operations::ports::CopiedColumn)) -> String {
    let kind = match column.kind {
        ColumnKind::Number => 'n',
        ColumnKind::Text => 't',
        ColumnKind::Bytes => 'b',
    };
    format!("{} AS {kind}{place}", quoted(&column.name))
}

/// Both databases take this spelling. Names are those of [`schema`](crate::schema), never what came from outside.
fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// `a >= ? AND (a > ? OR b > ?)`: MySQL finds the place in an index by that, and not by `(a, b) > (?, ?)`.
fn behind<'a>(statement: &mut ComposedSql<'a>, key: &[&str], after: &'a [CopiedValue]) {
    let (Some((name, key)), Some((value, after))) = (key.split_first(), after.split_first()) else { return };
    let name = quoted(name);
    if key.is_empty() {
        statement.sql(format!("{name} > "));
        bind(statement, value);
        return;
    }
    statement.sql(format!("{name} >= "));
    bind(statement, value);
    statement.sql(format!(" AND ({name} > "));
    bind(statement, value);
    statement.sql(" OR (");
    behind(statement, key, after);
    statement.sql("))");
}

pub(crate) fn bind<'a>(statement: &mut ComposedSql<'a>, value: &'a CopiedValue) {
    match value {
        CopiedValue::Null => statement.sql("NULL"),
        CopiedValue::Number(number) => statement.int(*number),
        CopiedValue::Text(text) => statement.opt_text(Some(text)),
        CopiedValue::Bytes(bytes) => statement.bytes(bytes),
    };
}

/// Adds rows to a table.
pub(super) fn write(conn: &mut AnyConnection, table: &CopiedTable, rows: &[CopiedRow]) -> QueryResult<()> {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let begin = format!("INSERT INTO {} ({}) VALUES ", table.name, columns.join(", "));
    let mut rest = rows;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(fitting(rest));
        let mut statement = ComposedSql::new(begin.clone());
        statement.rows(now, |statement, row| {
            for (place, value) in row.iter().enumerate() {
                if place > 0 {
                    statement.comma();
                }
                bind(statement, value);
            }
        });
        statement.execute(conn)?;
        rest = later;
    }
    Ok(())
}

/// How many of the rows go into one statement.
fn fitting(rows: &[CopiedRow]) -> usize {
    let mut bytes = 0;
    let fits = |row: &&CopiedRow| {
        bytes += row.iter().map(CopiedValue::weight).sum::<usize>();
        bytes <= BYTES
    };
    rows.iter().take(ROWS).take_while(fits).count().max(1)
}
