//! Messages with their files, and what conversations become by them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use sixin_application::operations::ports::{FresnsFile, ImportedSoFar};
use sixin_domain::conversation::Latest;
use sixin_domain::conversation::imported::{FIRST_OWN, ImportedMessage, SideMarks, SideTally, Tally};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::file::Keeping;
use sixin_domain::id::{ConversationId, FileId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;

use super::columns::FILE_REST;
use super::people::{names, numbers, unless_there};
use crate::connection::connector::AnyConnection;
use crate::conversations::counters::hour;
use crate::copying::rows::bind;
use crate::schema::{conversation_messages as messages, files, users};
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// The number of conversations among the purposes of a file, and the platform that is none in particular.
const FOR_CONVERSATIONS: i64 = 6;
const OTHER_PLATFORM: i64 = 1;

pub(super) fn so_far(conn: &mut AnyConnection) -> QueryResult<ImportedSoFar> {
    let last: Option<(i64, i64, i64)> = messages::table
        .filter(messages::id.lt(FIRST_OWN))
        .order(messages::id.desc())
        .select((messages::id, messages::send_user_id, messages::receive_user_id))
        .first(conn)
        .optional()?;
    let own = messages::table.filter(messages::id.ge(FIRST_OWN)).select(messages::id).limit(1);
    let has_own_messages = !own.load::<i64>(conn)?.is_empty();
    let Some((id, sender, recipient)) = last else {
        return Ok(ImportedSoFar { last: None, has_own_messages });
    };
    let mut uid = |user: i64| users::table.find(user).select(users::uid).first::<i64>(conn);
    let uids = [uid(sender)?, uid(recipient)?];
    Ok(ImportedSoFar { last: Some((MessageId(id), uids)), has_own_messages })
}

pub(super) fn add_files(conn: &mut AnyConnection, added: &[FresnsFile]) -> QueryResult<Vec<FileId>> {
    let spelling = Spelling::of(conn);
    for rows in chunks(added) {
        let begin = format!("INSERT INTO files (fid, type, keeping, {}) VALUES ", names(FILE_REST));
        let mut statement = ComposedSql::new(begin);
        statement.rows(rows, |row, file| {
            row.opt_text(Some(&file.fid)).comma().int(file.kind.number()).comma();
            row.int(Keeping::Elsewhere.number());
            for value in &file.rest {
                bind(row.comma(), value);
            }
        });
        statement.sql(unless_there(spelling, "fid"));
        statement.execute(conn)?;
    }
    let fids: Vec<&str> = added.iter().map(|file| file.fid.as_str()).collect();
    let rows: Vec<(String, i64)> =
        files::table.filter(files::fid.eq_any(fids)).select((files::fid, files::id)).load(conn)?;
    let known: HashMap<String, i64> = rows.into_iter().collect();
    numbers(added.iter().map(|file| known.get(&file.fid).copied().map(FileId)))
}

/// A conversation as far as it has come.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    a_user_id: i64,
    #[diesel(sql_type = BigInt)]
    b_user_id: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    last_sent_at: i64,
    #[diesel(sql_type = BigInt)]
    a_unread: i64,
    #[diesel(sql_type = BigInt)]
    a_message_count: i64,
    #[diesel(sql_type = BigInt)]
    b_unread: i64,
    #[diesel(sql_type = BigInt)]
    b_message_count: i64,
    #[diesel(embed)]
    latest: LatestRow,
    #[diesel(embed)]
    a: LatestOfA,
    #[diesel(embed)]
    b: LatestOfB,
}

macro_rules! latest_row {
    ($name:ident, $id:ident, $time:ident, $brief:ident) => {
        #[derive(QueryableByName)]
        struct $name {
            #[diesel(sql_type = Nullable<BigInt>)]
            $id: Option<i64>,
            #[diesel(sql_type = Nullable<BigInt>)]
            $time: Option<i64>,
            #[diesel(sql_type = Nullable<Text>)]
            $brief: Option<String>,
        }

        impl From<$name> for Option<Latest> {
            fn from(row: $name) -> Self {
                let (brief, time) = (row.$brief.unwrap_or_default(), Millis(row.$time?));
                Some(Latest { id: row.$id.map(MessageId), brief, time })
            }
        }
    };
}

latest_row!(LatestRow, latest_message_id, latest_message_time, latest_message_brief);
latest_row!(LatestOfA, a_latest_message_id, a_latest_message_time, a_latest_message_brief);
latest_row!(LatestOfB, b_latest_message_id, b_latest_message_time, b_latest_message_brief);

fn tallies(conn: &mut AnyConnection, pairs: &[Pair]) -> QueryResult<HashMap<Pair, Tally>> {
    let mut found = HashMap::new();
    for pairs in chunks(pairs) {
        let spelling = Spelling::of(conn);
        let mut statement = ComposedSql::new(
            "SELECT id, a_user_id, b_user_id, last_seq, last_sent_at, latest_message_id, latest_message_time, \
             latest_message_brief, a_unread, a_message_count, a_latest_message_id, a_latest_message_time, \
             a_latest_message_brief, b_unread, b_message_count, b_latest_message_id, b_latest_message_time, \
             b_latest_message_brief FROM conversations WHERE (a_user_id, b_user_id) IN ",
        );
        statement.among(spelling, pairs, |row, pair| {
            row.int(pair.a().0).comma().int(pair.b().0);
        });
        for row in statement.load::<Row>(conn)? {
            let Some(pair) = Pair::of(UserId(row.a_user_id), UserId(row.b_user_id)) else { continue };
            let (a_latest, b_latest) = (row.a.into(), row.b.into());
            let side = |message_count, unread, latest| SideTally { message_count, unread, latest };
            let tally = Tally {
                id: ConversationId(row.id),
                pair,
                last_seq: row.last_seq,
                last_sent_at: Millis(row.last_sent_at),
                latest: row.latest.into(),
                a: side(row.a_message_count, row.a_unread, a_latest),
                b: side(row.b_message_count, row.b_unread, b_latest),
            };
            found.insert(pair, tally);
        }
    }
    Ok(found)
}

/// A message with its place.
type Placed<'a> = (&'a ImportedMessage, ConversationId, i64, Millis);

pub(super) fn add(conn: &mut AnyConnection, added: &[ImportedMessage]) -> QueryResult<()> {
    let mut pairs: Vec<Pair> = added.iter().map(|message| message.pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut known = tallies(conn, &pairs)?;
    let mut placed: Vec<Placed<'_>> = Vec::with_capacity(added.len());
    for message in added {
        let tally = known
            .entry(message.pair)
            .or_insert_with(|| Tally::new(message.conversation_if_new, message.pair));
        let (seq, sent_at) = tally.add(message);
        placed.push((message, tally.id, seq, sent_at));
    }
    for pair in pairs {
        if let Some(tally) = known.get(&pair) {
            write_tally(conn, tally)?;
        }
    }
    for rows in chunks(&placed) {
        insert(conn, rows)?;
    }
    let with_files: Vec<_> = placed.iter().filter_map(|(message, ..)| used(message)).collect();
    for rows in chunks(&with_files) {
        use_files(conn, rows)?;
    }
    Ok(())
}

/// The row of a conversation as it has become.
fn write_tally(conn: &mut AnyConnection, tally: &Tally) -> QueryResult<()> {
    const COLUMNS: [&str; 19] = [
        "last_seq",
        "last_sent_at",
        "latest_message_id",
        "latest_message_time",
        "latest_message_brief",
        "a_unread",
        "a_status",
        "a_message_count",
        "a_latest_message_id",
        "a_latest_message_time",
        "a_latest_hour",
        "a_latest_message_brief",
        "b_unread",
        "b_status",
        "b_message_count",
        "b_latest_message_id",
        "b_latest_message_time",
        "b_latest_hour",
        "b_latest_message_brief",
    ];
    let spelling = Spelling::of(conn);
    let mut statement = ComposedSql::new(format!(
        "INSERT INTO conversations (id, a_user_id, b_user_id, a_is_display, b_is_display, created_at, {}) VALUES (",
        COLUMNS.join(", ")
    ));
    statement.int(tally.id.0).comma().int(tally.pair.a().0).comma().int(tally.pair.b().0);
    statement.comma().int(1).comma().int(1).comma().int(tally.last_sent_at.0);
    statement.comma().int(tally.last_seq).comma().int(tally.last_sent_at.0);
    latest(&mut statement, tally.latest.as_ref(), false);
    for side in [&tally.a, &tally.b] {
        let status = if side.unread > 0 { 1 } else { 2 };
        statement.comma().int(side.unread).comma().int(status).comma().int(side.message_count);
        latest(&mut statement, side.latest.as_ref(), true);
    }
    statement.sql(")").sql(spelling.on_conflict("a_user_id, b_user_id"));
    let mut new = vec!["a_is_display = 1".to_owned(), "b_is_display = 1".to_owned()];
    new.extend(COLUMNS.map(|column| format!("{column} = {}", spelling.inserted(column))));
    statement.sql(new.join(", "));
    statement.execute(conn).map(drop)
}

fn latest<'a>(statement: &mut ComposedSql<'a>, latest: Option<&'a Latest>, has_hour: bool) {
    statement.comma().opt_int(latest.and_then(|latest| latest.id).map(|id| id.0));
    statement.comma().opt_int(latest.map(|latest| latest.time.0));
    if has_hour {
        statement.comma().opt_int(latest.map(|latest| hour(latest.time.0)));
    }
    let brief = latest.filter(|latest| latest.id.is_some()).map(|latest| latest.brief.as_str());
    statement.comma().opt_text(brief);
}

fn insert(conn: &mut AnyConnection, rows: &[Placed<'_>]) -> QueryResult<()> {
    let mut statement = ComposedSql::new(
        "INSERT INTO conversation_messages (id, conversation_id, seq, send_user_id, receive_user_id, message_type, \
         message_text, message_file_id, created_at, send_deleted_at, receive_deleted_at, receive_read_at, is_enable) VALUES ",
    );
    statement.rows(rows, |row, (message, conversation, seq, sent_at)| {
        row.int(message.id.0).comma().int(conversation.0).comma().int(*seq).comma();
        row.int(message.sender.0).comma().int(message.recipient().0).comma();
        match &message.body {
            Body::File { file, .. } => row.int(2).comma().opt_text(None).comma().int(file.0),
            body => row.int(1).comma().opt_text(body.text()).comma().opt_int(None),
        };
        row.comma().int(sent_at.0);
        for at in [message.sender_deleted_at, message.recipient_deleted_at, message.read_at] {
            row.comma().opt_int(at.map(|at| at.0));
        }
        row.comma().int(message.is_enabled);
    });
    statement.execute(conn).map(drop)
}

/// What a message uses, if it is a file.
fn used(message: &ImportedMessage) -> Option<(FileId, i64, &ImportedMessage)> {
    match message.body {
        Body::File { file, kind } => Some((file, kind.number(), message)),
        _ => None,
    }
}

/// By this, those who see a message may have a link to its file.
fn use_files(conn: &mut AnyConnection, rows: &[(FileId, i64, &ImportedMessage)]) -> QueryResult<()> {
    let mut statement = ComposedSql::new(
        "INSERT INTO file_usages (file_id, file_type, usage_type, platform_id, table_name, table_column, table_id, \
         user_id, created_at) VALUES ",
    );
    statement.rows(rows, |row, (file, kind, message)| {
        row.int(file.0).comma().int(*kind).comma().int(FOR_CONVERSATIONS).comma().int(OTHER_PLATFORM).comma();
        row.opt_text(Some("conversation_messages")).comma().opt_text(Some("message_file_id")).comma();
        row.int(message.id.0).comma().int(message.sender.0).comma().int(message.sent_at.0);
    });
    statement.execute(conn).map(drop)
}

/// How both sides stand to a conversation; nothing if there is none.
pub(super) fn set_marks(conn: &mut AnyConnection, pair: Pair, marks: &[SideMarks; 2]) -> QueryResult<()> {
    let mut changes: Vec<String> = Vec::new();
    for (s, marks) in ["a", "b"].into_iter().zip(marks) {
        changes.push(format!("{s}_is_pin = {}", u8::from(marks.is_pinned)));
        if marks.is_read || marks.is_hidden {
            changes.push(format!("{s}_read_seq = last_seq, {s}_unread = 0, {s}_status = 2"));
        }
        if marks.is_hidden {
            changes.push(format!(
                "{s}_cleared_seq = last_seq, {s}_message_count = 0, {s}_is_display = 0, {s}_latest_message_id = NULL, \
                 {s}_latest_message_time = NULL, {s}_latest_hour = NULL, {s}_latest_message_brief = NULL"
            ));
        }
    }
    let mut statement = ComposedSql::new(format!("UPDATE conversations SET {}", changes.join(", ")));
    statement.sql(" WHERE a_user_id = ").int(pair.a().0).sql(" AND b_user_id = ").int(pair.b().0);
    statement.execute(conn).map(drop)
}
