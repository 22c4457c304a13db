//! Block words as back ends keep them: table `block_words`, as far as messages go.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::site::ports::{SensitiveWord, SensitiveWords};
use sixin_domain::site::block_words::WordMode;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::block_words as words;

/// `conversation_mode` (docs/wire/fresns.md#block-words).
const IGNORE: i16 = 1;
const REPLACE: i16 = 2;
const REFUSE: i16 = 3;

#[async_trait]
impl SensitiveWords for Database {
    async fn put(&self, new: Vec<SensitiveWord>, most: i64, at: Millis) -> StoreResult<bool> {
        self.write(move |conn| {
            // First, as in every change of words: it locks the row of the epoch, so that they come one after the other.
            bump(conn, Topic::BlockWords)?;
            let texts: Vec<&str> = new.iter().map(|new| new.word.as_str()).collect();
            let others: i64 = words::table
                .filter(words::deleted_at.is_null().and(words::conversation_mode.eq_any([REPLACE, REFUSE])))
                .filter(words::word.ne_all(texts))
                .count()
                .get_result(conn)?;
            if others.saturating_add(i64::try_from(new.len()).unwrap_or(i64::MAX)) > most {
                return Ok(false);
            }
            for word in &new {
                put_one(conn, word, at)?;
            }
            Ok(true)
        })
        .await
    }

    async fn remove(&self, removed: &[String], at: Millis) -> StoreResult<()> {
        let removed = removed.to_vec();
        self.write(move |conn| {
            bump(conn, Topic::BlockWords)?;
            let named = || words::table.filter(words::word.eq_any(&removed));
            diesel::update(named())
                .set((words::conversation_mode.eq(IGNORE), words::updated_at.eq(at.0)))
                .execute(conn)?;
            let is_blocked_nowhere = words::content_mode.eq(IGNORE).and(words::user_mode.eq(IGNORE));
            diesel::delete(named().filter(is_blocked_nowhere)).execute(conn).map(drop)
        })
        .await
    }

    async fn list(&self, limit: i64) -> StoreResult<Vec<SensitiveWord>> {
        self.read(move |conn| {
            let rows: Vec<(String, i16, Option<String>)> = words::table
                .filter(words::deleted_at.is_null().and(words::conversation_mode.eq_any([REPLACE, REFUSE])))
                .order(words::id)
                .limit(limit)
                .select((words::word, words::conversation_mode, words::replace_word))
                .load(conn)?;
            let word = |(word, mode, replacement): (String, i16, Option<String>)| SensitiveWord {
                word,
                mode: if mode == REPLACE { WordMode::Replace(replacement) } else { WordMode::Refuse },
            };
            Ok(rows.into_iter().map(word).collect())
        })
        .await
    }
}

/// What replaces a word elsewhere stays where it is only refused in messages.
fn put_one(conn: &mut AnyConnection, new: &SensitiveWord, at: Millis) -> QueryResult<()> {
    let present = words::table.filter(words::word.eq(&new.word));
    let common = (words::updated_at.eq(at.0), words::deleted_at.eq(None::<i64>));
    let (mode, replacement) = match &new.mode {
        WordMode::Replace(with) => (REPLACE, with.as_deref()),
        WordMode::Refuse => (REFUSE, None),
    };
    let updated = if mode == REPLACE {
        let change = (words::conversation_mode.eq(mode), words::replace_word.eq(replacement), common);
        diesel::update(present).set(change).execute(conn)?
    } else {
        diesel::update(present).set((words::conversation_mode.eq(mode), common)).execute(conn)?
    };
    if updated == 0 {
        let row = (
            words::word.eq(&new.word),
            words::conversation_mode.eq(mode),
            words::replace_word.eq(replacement),
            words::created_at.eq(at.0),
        );
        diesel::insert_into(words::table).values(row).execute(conn)?;
    }
    Ok(())
}
