//! Users, for operators who look for some.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::define_sql_function;
use diesel::prelude::*;
use diesel::sql_types::Text;
use sixin_application::administration::ports::UserSearch;
use sixin_application::ports::StoreResult;
use sixin_domain::id::UserId;
use sixin_domain::user::User;

use crate::database::Database;
use crate::schema::users;
use crate::users::rows::{FoundUser, found_users};

define_sql_function! {
    /// Small letters instead of large ones; of ASCII alone on SQLite.
    fn lower(text: Text) -> Text;
}

/// A pattern of what holds a text, with `!` as its escape: what `LIKE` takes for something else is taken for itself.
pub(crate) fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[async_trait]
impl UserSearch for Database {
    async fn search(&self, text: &str, after: UserId, limit: i64) -> StoreResult<Vec<Arc<User>>> {
        let text = text.to_owned();
        self.read(move |conn| {
            let mut found = found_users()
                .filter(users::id.gt(after.0))
                .order(users::id)
                .limit(limit)
                .select(FoundUser::as_select())
                .into_boxed();
            if !text.is_empty() {
                let small: String = text.chars().flat_map(char::to_lowercase).collect();
                let pattern = holding(&small);
                let named =
                    lower(users::username)
                        .like(pattern.clone())
                        .escape('!')
                        .or(lower(users::nickname).like(pattern).escape('!'));
                found = match text.parse::<i64>() {
                    Ok(uid) => found.filter(named.or(users::uid.eq(uid))),
                    Err(_) => found.filter(named),
                };
            }
            let rows: Vec<FoundUser> = found.load(conn)?;
            rows.into_iter().map(|row| row.into_user().map(Arc::new)).collect()
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_for_as_it_stands() {
        assert_eq!(holding("50%_A!"), "%50!%!_A!!%");
    }
}
