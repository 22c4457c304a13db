//! A database of Fresns 2.x, at one moment (facts/fresns, 12).

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use sixin_application::operations::ports::{
    CopiedRow, CopiedValue, FresnsAccount, FresnsBody, FresnsConversation, FresnsFile, FresnsMark,
    FresnsMessage, FresnsSource, FresnsUser, ImportError,
};
use sixin_application::ports::StoreError;
use sixin_application::users::ports::Mark;
use sixin_domain::conversation::imported::SideMarks;
use sixin_domain::file::FileKind;
use sixin_domain::time::Millis;

use super::columns::{
    ACCOUNT, ACCOUNT_REST, BLOCK, CONVERSATION, Column, FILE, FILE_REST, FOLLOW, Kind, MESSAGE, USER,
    USER_REST, Values,
};
use crate::connection::connector::{AnyConnection, Connector, Purpose};
use crate::connection::durability::Durability;
use crate::connection::url::DatabaseUrl;
use crate::copying::rows::load;
use crate::error::store_error;
use crate::sql::composed::{ComposedSql, chunks};

/// What a file message is, where a text is 1.
const FILE_MESSAGE: i64 = 2;
/// What all read is, where something unread is 1.
const READ_STATUS: i64 = 2;

/// [`FresnsSource`] on a connection of its own, which writes nothing.
pub struct FresnsDatabase {
    conn: AnyConnection,
    prefix: String,
    /// The columns of each of its tables.
    columns: HashMap<String, HashSet<String>>,
}

impl FresnsDatabase {
    /// Opens the database of a site whose tables begin with `prefix`, and holds this moment fast.
    ///
    /// # Errors
    /// [`ImportError::Foreign`] if it is no MySQL, or tables or columns are missing; [`ImportError::Source`] if it can't be read.
    pub fn open(url: &DatabaseUrl, prefix: &str) -> Result<Self, ImportError> {
        if matches!(url, DatabaseUrl::Sqlite(_)) {
            return Err(ImportError::Foreign("Fresns keeps its data in MySQL".to_owned()));
        }
        if !prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(ImportError::Foreign(format!("no table begins with {prefix}")));
        }
        let (url, durability) = (url.clone(), Durability::Full);
        let connector = Connector { url, purpose: Purpose::Read, durability, counter: Default::default() };
        let conn =
            connector.open().map_err(|error| ImportError::Source(StoreError::Unavailable(error.into())))?;
        let mut source = Self { conn, prefix: prefix.to_owned(), columns: HashMap::new() };
        source.begin().map_err(failed)?;
        source.is_whole()?;
        Ok(source)
    }

    fn begin(&mut self) -> QueryResult<()> {
        self.conn.batch_execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
             START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        )?;
        let statement = ComposedSql::new(
            "SELECT CAST(table_name AS CHAR) AS t0, CAST(column_name AS CHAR) AS t1 \
             FROM information_schema.columns WHERE table_schema = DATABASE()",
        );
        for row in load(&mut self.conn, statement)? {
            let mut values = Values::of(row);
            let table = values.text()?;
            self.columns.entry(table).or_default().insert(values.text()?);
        }
        Ok(())
    }

    /// Every table and column that no release lacks.
    fn is_whole(&self) -> Result<(), ImportError> {
        let tables = [
            ("accounts", [ACCOUNT, ACCOUNT_REST]),
            ("users", [USER, USER_REST]),
            ("user_follows", [FOLLOW, &[]]),
            ("user_blocks", [BLOCK, &[]]),
            ("conversations", [CONVERSATION, &[]]),
            ("conversation_messages", [MESSAGE, &[]]),
            ("files", [FILE, FILE_REST]),
        ];
        for (table, columns) in tables {
            let table = format!("{}{table}", self.prefix);
            let there = self
                .columns
                .get(&table)
                .ok_or_else(|| ImportError::Foreign(format!("it has no table {table}")))?;
            for column in columns.into_iter().flatten().filter(|column| column.default.is_none()) {
                if !column.names.iter().any(|name| there.contains(*name)) {
                    let name = column.names.join(" or ");
                    return Err(ImportError::Foreign(format!("table {table} has no column {name}")));
                }
            }
        }
        Ok(())
    }

    /// `SELECT columns FROM table WHERE`, with a table that has the prefix.
    fn select(&self, table: &str, columns: &[&[Column]]) -> ComposedSql<'static> {
        let table = format!("{}{table}", self.prefix);
        let there = self.columns.get(&table);
        let spelled = columns.concat().into_iter().enumerate().map(|(place, column)| {
            let known = column.names.iter().find(|name| there.is_some_and(|there| there.contains(**name)));
            let kind = if column.kind == Kind::Text { 't' } else { 'n' };
            let value = match (known, column.kind) {
                (None, _) => column.default.unwrap_or("NULL").to_owned(),
                (Some(name), Kind::Number) => format!("CAST(`{name}` AS SIGNED)"),
                (Some(name), Kind::Text) => format!("CAST(`{name}` AS CHAR)"),
                (Some(name), Kind::Time) => format!("CAST(UNIX_TIMESTAMP(`{name}`) * 1000 AS SIGNED)"),
            };
            format!("{value} AS {kind}{place}")
        });
        let spelled: Vec<String> = spelled.collect();
        ComposedSql::new(format!("SELECT {} FROM `{table}` WHERE ", spelled.join(", ")))
    }

    /// Rows of a table by number; `only` narrows them.
    fn page(
        &mut self,
        (table, columns): (&str, &[&[Column]]),
        only: &'static str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<CopiedRow>, ImportError> {
        let mut statement = self.select(table, columns);
        statement.sql("id > ").int(after).sql(only).sql(" ORDER BY id LIMIT ").int(limit);
        load(&mut self.conn, statement).map_err(failed)
    }
}

fn failed(error: diesel::result::Error) -> ImportError {
    ImportError::Source(store_error(error))
}

/// Rows as what they mean.
fn each<T>(
    rows: Vec<CopiedRow>,
    meant: impl Fn(&mut Values) -> QueryResult<T>,
) -> Result<Vec<T>, ImportError> {
    rows.into_iter().map(|row| meant(&mut Values::of(row)).map_err(failed)).collect()
}

const NOT_DELETED: &str = " AND deleted_at IS NULL";

impl FresnsSource for FresnsDatabase {
    fn accounts(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsAccount>, ImportError> {
        let rows = self.page(("accounts", &[ACCOUNT, ACCOUNT_REST]), "", after, limit)?;
        let account = |row| {
            let mut values = Values::of(row);
            let (id, aid) = (values.number()?, values.text()?);
            let (email, phone) = (values.opt_text(), values.opt_text());
            Ok(FresnsAccount { id, aid, email, phone, rest: values.rest() })
        };
        rows.into_iter().map(account).collect::<QueryResult<_>>().map_err(failed)
    }

    fn users(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsUser>, ImportError> {
        let rows = self.page(("users", &[USER, USER_REST]), "", after, limit)?;
        let user = |row| {
            let mut values = Values::of(row);
            let (id, account) = (values.number()?, values.number()?);
            let (uid, username) = (values.number()?, values.text()?);
            Ok(FresnsUser { id, account, uid, username, rest: values.rest() })
        };
        rows.into_iter().map(user).collect::<QueryResult<_>>().map_err(failed)
    }

    fn marks(&mut self, mark: Mark, after: i64, limit: i64) -> Result<Vec<FresnsMark>, ImportError> {
        // Type 1 is a user.
        let (table, only) = match mark {
            Mark::Follow => (("user_follows", [FOLLOW]), " AND follow_type = 1 AND deleted_at IS NULL"),
            Mark::Block => (("user_blocks", [BLOCK]), " AND block_type = 1 AND deleted_at IS NULL"),
        };
        let rows = self.page((table.0, &table.1), only, after, limit)?;
        each(rows, |values| {
            Ok(FresnsMark {
                id: values.number()?,
                user: values.number()?,
                other: values.number()?,
                note: values.opt_text(),
                is_mutual: values.opt_number() == Some(1),
                at: Millis(values.opt_number().unwrap_or_default()),
            })
        })
    }

    fn conversations(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsConversation>, ImportError> {
        let rows = self.page(("conversations", &[CONVERSATION]), NOT_DELETED, after, limit)?;
        each(rows, |values| {
            let id = values.number()?;
            let users = [values.number()?, values.number()?];
            let mut side = || {
                let (status, is_read) = (values.opt_number(), values.opt_number());
                SideMarks {
                    is_read: status == Some(READ_STATUS) || is_read == Some(1),
                    is_hidden: values.opt_number() == Some(0),
                    is_pinned: values.opt_number() == Some(1),
                }
            };
            Ok(FresnsConversation { id, users, marks: [side(), side()] })
        })
    }

    fn messages(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsMessage>, ImportError> {
        let rows = self.page(("conversation_messages", &[MESSAGE]), NOT_DELETED, after, limit)?;
        each(rows, |values| {
            let id = values.number()?;
            let users = [values.number()?, values.number()?];
            let body = match (values.opt_number(), values.opt_text(), values.opt_number()) {
                (Some(FILE_MESSAGE), _, Some(file)) => FresnsBody::File(file),
                (Some(FILE_MESSAGE), ..) | (_, None, _) => FresnsBody::Nothing,
                (_, Some(text), _) if text.is_empty() => FresnsBody::Nothing,
                (_, Some(text), _) => FresnsBody::Text(text),
            };
            let mut at = || values.opt_number().filter(|at| *at > 0).map(Millis);
            Ok(FresnsMessage {
                id,
                users,
                body,
                sent_at: at().unwrap_or_default(),
                sender_deleted_at: at(),
                recipient_deleted_at: at(),
                read_at: at(),
                is_enabled: values.opt_number() != Some(0),
            })
        })
    }

    fn files(&mut self, ids: &[i64]) -> Result<Vec<FresnsFile>, ImportError> {
        let mut found = Vec::new();
        for ids in chunks(ids) {
            let mut statement = self.select("files", &[FILE, FILE_REST]);
            statement.sql("deleted_at IS NULL").any_of("id", ids);
            for row in load(&mut self.conn, statement).map_err(failed)? {
                found.extend(file(row).map_err(failed)?);
            }
        }
        Ok(found)
    }
}

/// A file; `None` of one that is of no kind.
fn file(row: CopiedRow) -> QueryResult<Option<FresnsFile>> {
    let mut values = Values::of(row);
    let (id, fid, kind) = (values.number()?, values.text()?, values.number()?);
    let rest = values.rest();
    let has_path = matches!(rest.get(7), Some(CopiedValue::Text(path)) if !path.is_empty());
    Ok(FileKind::from_number(kind).filter(|_| has_path).map(|kind| FresnsFile { id, fid, kind, rest }))
}
