//! A user changes what others see of it, and who may write to it (docs/wire/fresns.md#profile).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::user::profile_edit::{EditRefusal, ProfileEdit};
use thiserror::Error;

use crate::ports::{Clock, StoreError, StoreResult};
use crate::site::ports::{BlockWordList, ListedWord, WordScope};
use crate::users::ports::UserChanges;
use crate::users::profiles::Viewer;

/// Words that are read at a time. Edits are rare, so that nothing is kept of them.
const WORDS: i64 = 1000;

/// Why a user was not changed.
#[derive(Debug, Error)]
pub enum EditError {
    /// A value is not acceptable.
    #[error(transparent)]
    Refused(#[from] EditRefusal),
    /// The membership has run out.
    #[error("the membership has run out")]
    MembershipExpired,
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait EditUser: Send + Sync {
    /// Changes the caller. `Ok` means that it is committed, and that the next message is judged by it.
    async fn edit(&self, viewer: &Viewer, edit: ProfileEdit) -> Result<(), EditError>;
}

/// [`EditUser`] over the ports.
pub struct UserEditing {
    /// The users.
    pub users: Arc<dyn UserChanges>,
    /// The words that users may not call themselves.
    pub words: Arc<dyn BlockWordList>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl EditUser for UserEditing {
    async fn edit(&self, viewer: &Viewer, mut edit: ProfileEdit) -> Result<(), EditError> {
        let now = self.clock.now();
        if viewer.membership_end(now).is_some() {
            return Err(EditError::MembershipExpired);
        }
        edit.check(&viewer.settings)?;
        if edit.nickname.is_some() || edit.bio.is_some() {
            let filter = self.filter().await?;
            edit.nickname = cleaned(edit.nickname, "nickname", &filter)?;
            edit.bio = cleaned(edit.bio, "bio", &filter)?;
            // Words may have become longer.
            edit.check(&viewer.settings)?;
        }
        Ok(self.users.edit(viewer.user.id, &edit, now).await?)
    }
}

impl UserEditing {
    /// The words that are blocked in what users say of themselves.
    async fn filter(&self) -> StoreResult<BlockWordFilter> {
        let mut words = Vec::new();
        loop {
            let offset = i64::try_from(words.len()).unwrap_or(i64::MAX);
            let page = self.words.page(Some(WordScope::User), offset, WORDS).await?;
            let is_last = page.words.is_empty();
            words.extend(page.words);
            if is_last || i64::try_from(words.len()).is_ok_and(|read| read >= page.total) {
                return Ok(BlockWordFilter::new(words.into_iter().filter_map(of_users)));
            }
        }
    }
}

fn of_users(word: ListedWord) -> Option<BlockWord> {
    let mode = match word.user_mode {
        2 => WordMode::Replace(word.replace_word),
        3 => WordMode::Refuse,
        _ => return None,
    };
    Some(BlockWord { word: word.word, mode, is_whole: word.is_whole })
}

fn cleaned(
    text: Option<String>,
    name: &'static str,
    filter: &BlockWordFilter,
) -> Result<Option<String>, EditRefusal> {
    let Some(text) = text.as_deref().filter(|text| !text.is_empty()) else { return Ok(text) };
    let cleaned = filter.apply(text).map_err(|_| EditRefusal::ForbiddenWord(name))?;
    Ok(Some(cleaned.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::MockClock;
    use crate::site::ports::{ListedWords, MockBlockWordList};
    use crate::testing::user;
    use crate::users::ports::MockUserChanges;
    use sixin_domain::site::settings::Settings;
    use sixin_domain::time::Millis;

    fn word(word: &str, user_mode: i64) -> ListedWord {
        let replace_word = Some("*****".to_owned());
        ListedWord {
            word: word.into(),
            content_mode: 1,
            user_mode,
            conversation_mode: 1,
            replace_word,
            is_whole: false,
        }
    }

    fn editing(users: MockUserChanges) -> UserEditing {
        let mut words = MockBlockWordList::new();
        words.expect_page().withf(|scope, _, _| *scope == Some(WordScope::User)).returning(|_, offset, _| {
            // Two pages, as if there were many.
            let all = [word("darn", 2), word("heck", 3)];
            let page = all.into_iter().skip(usize::try_from(offset).unwrap()).take(1);
            Ok(ListedWords { words: page.collect(), total: 2 })
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        UserEditing { users: Arc::new(users), words: Arc::new(words), clock: Arc::new(clock) }
    }

    fn ann() -> Viewer {
        Viewer { user: user(1, "ann"), settings: Arc::new(Settings::default()) }
    }

    fn named(text: &str) -> ProfileEdit {
        ProfileEdit { nickname: Some(text.into()), bio: Some(String::new()), ..ProfileEdit::default() }
    }

    #[tokio::test]
    async fn words_are_replaced_before_they_are_stored() {
        let mut users = MockUserChanges::new();
        let expected = named("oh *****");
        users
            .expect_edit()
            .once()
            .withf(move |id, edit, _| id.0 == 1 && *edit == expected)
            .returning(|_, _, _| Ok(()));
        editing(users).edit(&ann(), named("oh darn")).await.unwrap();
    }

    #[tokio::test]
    async fn refused_words_and_what_becomes_too_long_are_not_stored() {
        let refused = async |text: &str| editing(MockUserChanges::new()).edit(&ann(), named(text)).await;
        let word = refused("what the heck").await;
        assert!(matches!(word, Err(EditError::Refused(EditRefusal::ForbiddenWord("nickname")))));
        let longer = refused("darn darn darn darnx").await;
        assert!(matches!(longer, Err(EditError::Refused(EditRefusal::Malformed("nickname")))));
    }

    #[tokio::test]
    async fn former_members_of_a_private_site_change_nothing() {
        let rows = [("site_mode", "private"), ("site_private_end_after", "2")];
        let rows = rows.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut viewer = Viewer { settings: Arc::new(Settings::new(rows.into())), ..ann() };
        Arc::make_mut(&mut viewer.user).expired_at = Some(Millis(1));
        let result = editing(MockUserChanges::new()).edit(&viewer, named("Ann")).await;
        assert!(matches!(result, Err(EditError::MembershipExpired)));
    }
}
