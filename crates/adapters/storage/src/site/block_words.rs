//! Block words: table `block_words`.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::site::ports::{BlockWordAdmin, BlockWordRow};
use sixin_application::site::ports::{BlockWordList, BlockWordSource, ListedWord, ListedWords, WordScope};
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::block_words as words;

#[async_trait]
impl BlockWordSource for Database {
    async fn filter(&self) -> StoreResult<Arc<BlockWordFilter>> {
        self.read(|conn| Ok(Arc::new(BlockWordFilter::new(load(conn)?.into_iter().filter_map(block_word)))))
            .await
    }
}

fn load(conn: &mut AnyConnection) -> QueryResult<Vec<BlockWordRow>> {
    let rows: Vec<(String, i16, Option<String>, bool)> = words::table
        .filter(words::deleted_at.is_null())
        .order(words::word)
        .select((words::word, words::conversation_mode, words::replace_word, words::is_whole))
        .load(conn)?;
    let row = |(word, mode, replace_word, is_whole): (String, i16, Option<String>, bool)| BlockWordRow {
        word,
        conversation_mode: mode.into(),
        replace_word,
        is_whole,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The word as the rule sees it, or `None` if it does not concern conversations.
fn block_word(row: BlockWordRow) -> Option<BlockWord> {
    let mode = match row.conversation_mode {
        2 => WordMode::Replace(row.replace_word),
        3 => WordMode::Refuse,
        _ => return None,
    };
    Some(BlockWord { word: row.word, mode, is_whole: row.is_whole })
}

/// The mode that blocks nothing.
const IGNORE: i16 = 1;
/// What no mode is.
const NO_MODE: i16 = -1;

#[derive(Queryable, Selectable)]
#[diesel(table_name = words)]
struct WordRow {
    word: String,
    content_mode: i16,
    user_mode: i16,
    conversation_mode: i16,
    replace_word: Option<String>,
    is_whole: bool,
}

impl WordRow {
    fn into_word(self) -> ListedWord {
        ListedWord {
            word: self.word,
            content_mode: self.content_mode.into(),
            user_mode: self.user_mode.into(),
            conversation_mode: self.conversation_mode.into(),
            replace_word: self.replace_word,
            is_whole: self.is_whole,
        }
    }
}

#[async_trait]
impl BlockWordList for Database {
    async fn page(&self, scope: Option<WordScope>, offset: i64, limit: i64) -> StoreResult<ListedWords> {
        // One text whatever the scope: where it does not matter, no mode is left out.
        let left_out = move |of: WordScope| if scope == Some(of) { IGNORE } else { NO_MODE };
        self.read(move |conn| {
            let wanted = words::table
                .filter(words::deleted_at.is_null())
                .filter(words::content_mode.ne(left_out(WordScope::Content)))
                .filter(words::user_mode.ne(left_out(WordScope::User)))
                .filter(words::conversation_mode.ne(left_out(WordScope::Conversation)));
            let total = wanted.count().get_result(conn)?;
            let rows: Vec<WordRow> = wanted
                .order(words::id)
                .limit(limit)
                .offset(offset)
                .select(WordRow::as_select())
                .load(conn)?;
            Ok(ListedWords { words: rows.into_iter().map(WordRow::into_word).collect(), total })
        })
        .await
    }
}

#[async_trait]
impl BlockWordAdmin for Database {
    async fn put(&self, rows: &[BlockWordRow], at: Millis) -> StoreResult<usize> {
        let rows = rows.to_vec();
        self.write(move |conn| {
            // First, as in every change of words: they come one after the other.
            bump(conn, Topic::BlockWords)?;
            for row in &rows {
                put_one(conn, row, at)?;
            }
            Ok(rows.len())
        })
        .await
    }

    async fn remove(&self, word: &str) -> StoreResult<bool> {
        let word = word.to_owned();
        self.write(move |conn| {
            bump(conn, Topic::BlockWords)?;
            let removed = diesel::delete(words::table.filter(words::word.eq(word.as_str()))).execute(conn)?;
            Ok(removed > 0)
        })
        .await
    }

    async fn list(&self) -> StoreResult<Vec<BlockWordRow>> {
        self.read(load).await
    }
}

fn put_one(conn: &mut AnyConnection, row: &BlockWordRow, at: Millis) -> QueryResult<()> {
    let change = (
        words::conversation_mode.eq(i16::try_from(row.conversation_mode).unwrap_or(1)),
        words::replace_word.eq(row.replace_word.as_deref()),
        words::is_whole.eq(row.is_whole),
    );
    let present = words::table.filter(words::word.eq(&row.word));
    let updated = diesel::update(present)
        .set((change.0, change.1, change.2, words::updated_at.eq(at.0), words::deleted_at.eq(None::<i64>)))
        .execute(conn)?;
    if updated == 0 {
        diesel::insert_into(words::table)
            .values((words::word.eq(&row.word), change.0, change.1, change.2, words::created_at.eq(at.0)))
            .execute(conn)?;
    }
    Ok(())
}
