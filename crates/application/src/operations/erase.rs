//! A user is erased: what it was called, said and sent goes, and the conversations of others stay.

use std::time::Duration;

use sixin_domain::id::UserId;
use sixin_domain::time::Millis;

use crate::operations::ports::{ErasedUser, ErasurePass, ErasurePlace, UserErasure};
use crate::ports::StoreError;

/// The pause between two steps, so that sends come first.
const STEP_PAUSE: Duration = Duration::from_millis(5);

/// Erases a user; answers how many of its messages say so now. Cut off, it can be begun again.
///
/// # Errors
/// If the store could not.
pub async fn erase(store: &dyn UserErasure, user: UserId, at: Millis) -> Result<u64, StoreError> {
    // Nothing new comes from a user that is gone, so what follows comes to an end.
    store.begin(user, at).await?;
    let mut messages = 0;
    for pass in [ErasurePass::Texts, ErasurePass::SharedContents] {
        let mut place = ErasurePlace::BEGIN;
        while let Some((next, changed)) = store.step(user, pass, place, at).await? {
            place = next;
            if pass == ErasurePass::Texts {
                messages += changed;
            }
            tokio::time::sleep(STEP_PAUSE).await;
        }
    }
    store.finish(user, at).await?;
    Ok(messages)
}

/// Erases those of a list again who are back, as they are after a restore of a backup that was made before; answers who they were.
///
/// # Errors
/// If the store could not.
pub async fn erase_again(
    store: &dyn UserErasure,
    list: &[ErasedUser],
    at: Millis,
) -> Result<Vec<ErasedUser>, StoreError> {
    let mut again = Vec::new();
    for user in list {
        // Another user may have got that number since.
        if store.still_there(user.id, user.created_at).await? {
            erase(store, user.id, at).await?;
            again.push(*user);
        }
    }
    Ok(again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::ports::MockUserErasure;
    use mockall::Sequence;
    use mockall::predicate::eq;
    use sixin_domain::id::ConversationId;

    const USER: UserId = UserId(7);
    const AT: Millis = Millis(99);

    fn place(conversation: i64, seq: i64) -> ErasurePlace {
        ErasurePlace { conversation: ConversationId(conversation), seq }
    }

    #[tokio::test(start_paused = true)]
    async fn names_go_first_and_what_messages_share_only_after_all_of_them_say_something_else() {
        let (mut store, mut order) = (MockUserErasure::new(), Sequence::new());
        store.expect_begin().once().in_sequence(&mut order).with(eq(USER), eq(AT)).returning(|_, _| Ok(()));
        for (pass, after, next) in [
            (ErasurePass::Texts, place(0, 0), Some((place(3, 9), 2))),
            (ErasurePass::Texts, place(3, 9), Some((place(4, 1), 1))),
            (ErasurePass::Texts, place(4, 1), None),
            (ErasurePass::SharedContents, place(0, 0), Some((place(4, 1), 3))),
            (ErasurePass::SharedContents, place(4, 1), None),
        ] {
            store
                .expect_step()
                .once()
                .in_sequence(&mut order)
                .with(eq(USER), eq(pass), eq(after), eq(AT))
                .returning(move |_, _, _, _| Ok(next));
        }
        store.expect_finish().once().in_sequence(&mut order).returning(|_, _| Ok(()));
        assert_eq!(erase(&store, USER, AT).await.unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_erases_those_who_are_back_and_nobody_who_has_got_their_number() {
        let mut store = MockUserErasure::new();
        store.expect_still_there().returning(|user, created_at| Ok((user, created_at) == (USER, Millis(1))));
        store.expect_begin().once().with(eq(USER), eq(AT)).returning(|_, _| Ok(()));
        store.expect_step().returning(|_, _, _, _| Ok(None));
        store.expect_finish().once().returning(|_, _| Ok(()));
        let erased = |id, created_at| ErasedUser {
            id: UserId(id),
            created_at: Millis(created_at),
            erased_at: Millis(5),
        };
        let again = erase_again(&store, &[erased(6, 1), erased(7, 1), erased(7, 2)], AT).await.unwrap();
        assert_eq!(again, [erased(7, 1)]);
    }
}
