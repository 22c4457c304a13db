//! A user changes what others see of it, and who may write to it (docs/wire/fresns.md#profile).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::text::visible::is_line;
use sixin_domain::time::Millis;
use sixin_domain::user::hosted_profile::{HostedProfile, ProfileRule};
use sixin_domain::user::profile_edit::{EditRefusal, ProfileEdit};
use thiserror::Error;

use crate::ports::{Clock, StoreError, StoreResult};
use crate::site::ports::{BlockWordList, ListedWord, WordScope};
use crate::users::ports::{HostedProfiles, ShownAs, UserChanges};
use crate::users::profiles::Viewer;

/// Words that are read at a time. Edits are rare, so that nothing is kept of them.
const WORDS: i64 = 1000;
/// Longest address of a picture, in bytes.
const PICTURE_BYTES: usize = 1024;

/// Why a user was not changed.
#[derive(Debug, Error)]
pub enum EditError {
    /// A value is not acceptable.
    #[error(transparent)]
    Refused(#[from] EditRefusal),
    /// The membership has run out.
    #[error("the membership has run out")]
    MembershipExpired,
    /// What is kept beside it breaks a rule.
    #[error(transparent)]
    Rule(#[from] ProfileRule),
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

    /// The same with a picture that is elsewhere, and with what is kept beside it ([`HostedProfile`]). What of it back ends alone
    /// give (the id, the role, the level) MUST NOT be there.
    async fn edit_with(&self, viewer: &Viewer, edit: OwnEdit) -> Result<(), EditError>;
}

/// What a user changes of itself, by a client of RongCloud.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnEdit {
    /// Name, gender and place.
    pub shown: ProfileEdit,
    /// The address of a picture; empty leaves it as it is.
    pub portrait: Option<String>,
    /// What else; gender and place do not stand here.
    pub kept: HostedProfile,
}

/// [`EditUser`] over the ports.
pub struct UserEditing {
    /// The users.
    pub users: Arc<dyn UserChanges>,
    /// What is kept beside them.
    pub profiles: Arc<dyn HostedProfiles>,
    /// The words that users may not call themselves.
    pub words: Arc<dyn BlockWordList>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl EditUser for UserEditing {
    async fn edit(&self, viewer: &Viewer, edit: ProfileEdit) -> Result<(), EditError> {
        let now = self.clock.now();
        let edit = self.acceptable(viewer, edit, now).await?;
        Ok(self.users.edit(viewer.user.id, &edit, now).await?)
    }

    async fn edit_with(&self, viewer: &Viewer, edit: OwnEdit) -> Result<(), EditError> {
        let OwnEdit { mut shown, portrait, mut kept } = edit;
        if portrait.as_deref().is_some_and(|address| !is_picture(address)) {
            return Err(EditRefusal::Malformed("portraitUri").into());
        }
        kept.check()?;
        let now = self.clock.now();
        if shown != ProfileEdit::default() {
            shown = self.acceptable(viewer, shown, now).await?;
        } else if viewer.membership_end(now).is_some() {
            return Err(EditError::MembershipExpired);
        }
        (kept.gender, kept.location) = (shown.gender, shown.location);
        let shown = ShownAs { nickname: shown.nickname, portrait };
        Ok(self.profiles.set(viewer.user.id, shown, kept, now).await??)
    }
}

/// Whether a text may be the address of a user's picture; empty it is that of none.
fn is_picture(address: &str) -> bool {
    let is_of_the_web = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
    address.is_empty() || address.len() <= PICTURE_BYTES && is_of_the_web && is_line(address)
}

impl UserEditing {
    /// The edit as it may be made, if it may be.
    async fn acceptable(
        &self,
        viewer: &Viewer,
        mut edit: ProfileEdit,
        now: Millis,
    ) -> Result<ProfileEdit, EditError> {
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
        Ok(edit)
    }

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
    use crate::users::ports::{MockHostedProfiles, MockUserChanges};
    use sixin_domain::site::settings::Settings;

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
        editing_with(users, MockHostedProfiles::new())
    }

    fn editing_with(users: MockUserChanges, profiles: MockHostedProfiles) -> UserEditing {
        let mut words = MockBlockWordList::new();
        words.expect_page().withf(|scope, _, _| *scope == Some(WordScope::User)).returning(|_, offset, _| {
            // Two pages, as if there were many.
            let all = [word("darn", 2), word("heck", 3)];
            let page = all.into_iter().skip(usize::try_from(offset).unwrap()).take(1);
            Ok(ListedWords { words: page.collect(), total: 2 })
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1000));
        let (users, profiles) = (Arc::new(users), Arc::new(profiles));
        UserEditing { users, profiles, words: Arc::new(words), clock: Arc::new(clock) }
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

    #[tokio::test]
    async fn what_is_kept_beside_a_user_keeps_the_rules_of_what_is_shown() {
        let kept = HostedProfile { email: Some("a@b".into()), ..HostedProfile::default() };
        let shown =
            ProfileEdit { nickname: Some("oh darn".into()), gender: Some(2), ..ProfileEdit::default() };
        let edit = OwnEdit { shown, portrait: Some("https://a/b.png".into()), kept: kept.clone() };
        let mut profiles = MockHostedProfiles::new();
        let wanted = ShownAs { nickname: Some("oh *****".into()), portrait: edit.portrait.clone() };
        let with_gender = HostedProfile { gender: Some(2), ..kept };
        profiles
            .expect_set()
            .once()
            .withf(move |user, shown, change, _| (user.0, shown, change) == (1, &wanted, &with_gender))
            .returning(|_, _, _, _| Ok(Ok(())));
        editing_with(MockUserChanges::new(), profiles).edit_with(&ann(), edit).await.unwrap();
        let refused = async |edit: OwnEdit| editing(MockUserChanges::new()).edit_with(&ann(), edit).await;
        for portrait in ["javascript:alert(1)", "https://a\nb", &format!("https://{}", "a".repeat(1024))] {
            let edit = OwnEdit { portrait: Some(portrait.to_owned()), ..OwnEdit::default() };
            let answer = refused(edit).await;
            assert!(matches!(answer, Err(EditError::Refused(EditRefusal::Malformed("portraitUri")))));
        }
        let shown = ProfileEdit { nickname: Some("what the heck".into()), ..ProfileEdit::default() };
        let answer = refused(OwnEdit { shown, ..OwnEdit::default() }).await;
        assert!(matches!(answer, Err(EditError::Refused(EditRefusal::ForbiddenWord("nickname")))));
        let kept = HostedProfile { email: Some("x".repeat(129)), ..HostedProfile::default() };
        let answer = refused(OwnEdit { kept, ..OwnEdit::default() }).await;
        assert!(matches!(answer, Err(EditError::Rule(ProfileRule::Text("email", 128)))));
    }
}
