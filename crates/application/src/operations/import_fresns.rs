//! People of a Fresns site come with what they wrote (docs/from-fresns.md). A run that was cut off is simply begun again.

use std::collections::HashMap;

use sixin_domain::conversation::imported::{FIRST_OWN, ImportedMessage, SideMarks};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::file::FileKind;
use sixin_domain::id::{AccountId, ConversationId, FileId, MAX_SAFE_INTEGER, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::user::username::{Uid, Username};

use crate::operations::ports::{
    FresnsBody, FresnsConversation, FresnsMark, FresnsMessage, FresnsSource, FresnsUser, ImportError,
    ImportTarget, NameStanding, StoreCopying,
};
use crate::users::ports::Mark;

/// Rows of a page, each a transaction.
const PAGE: i64 = 500;
/// So many users that were not taken are named.
const NAMED: usize = 20;
/// Conversations of pairs that have messages and no conversation there are numbered from here on, behind all of theirs.
const FIRST_ORPHAN: i64 = 1 << 46;

/// What came, and what did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Accounts, those that were here already among them.
    pub accounts: u64,
    /// Users that are new.
    pub users: u64,
    /// Users that were here already.
    pub known_users: u64,
    /// Users that can't come.
    pub refused_users: u64,
    /// Some of them, each with the reason.
    pub refused: Vec<String>,
    /// Who follows whom.
    pub follows: u64,
    /// Who blocks whom.
    pub blocks: u64,
    /// Conversations, one of two users counted once.
    pub conversations: u64,
    /// Messages that are new.
    pub messages: u64,
    /// Messages of or to users that did not come.
    pub foreign_messages: u64,
    /// Messages without a text, or whose file is not there.
    pub empty_messages: u64,
    /// Files of messages.
    pub files: u64,
}

/// A pair as Fresns has it.
struct Known {
    id: i64,
    marks: [SideMarks; 2],
}

/// Imports, and tells after each page how far it is. With `is_dry` nothing is written.
///
/// # Errors
/// See [`ImportError`].
pub fn import_fresns(
    source: &mut dyn FresnsSource,
    target: &dyn ImportTarget,
    store: &dyn StoreCopying,
    is_dry: bool,
    tell: &dyn Fn(&ImportReport),
) -> Result<ImportReport, ImportError> {
    match store.servers()? {
        0 => {}
        servers => return Err(ImportError::InUse(servers)),
    }
    let so_far = target.so_far()?;
    if so_far.has_own_messages {
        return Err(ImportError::HasOwnMessages);
    }
    let mut import = Import {
        source,
        target,
        is_dry,
        tell,
        accounts: HashMap::new(),
        users: HashMap::new(),
        uids: HashMap::new(),
        pairs: HashMap::new(),
        report: ImportReport::default(),
    };
    import.accounts()?;
    import.users()?;
    import.is_same_site(so_far.last)?;
    import.marks(Mark::Follow)?;
    import.marks(Mark::Block)?;
    import.conversations()?;
    import.messages(so_far.last.map_or(0, |(id, _)| id.0))?;
    import.finish()?;
    Ok(import.report)
}

struct Import<'a> {
    source: &'a mut dyn FresnsSource,
    target: &'a dyn ImportTarget,
    is_dry: bool,
    tell: &'a dyn Fn(&ImportReport),
    /// By their numbers there, what they are here.
    accounts: HashMap<i64, AccountId>,
    users: HashMap<i64, UserId>,
    uids: HashMap<i64, i64>,
    pairs: HashMap<Pair, Known>,
    report: ImportReport,
}

fn count<T>(rows: &[T]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

impl Import<'_> {
    fn accounts(&mut self) -> Result<(), ImportError> {
        let mut after = 0;
        loop {
            let page = self.source.accounts(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            self.report.accounts += count(&page);
            let here = if self.is_dry {
                page.iter().map(|account| AccountId(account.id)).collect()
            } else {
                self.target.add_accounts(&page)?
            };
            self.accounts.extend(page.iter().map(|account| account.id).zip(here));
            (self.tell)(&self.report);
        }
    }

    fn users(&mut self) -> Result<(), ImportError> {
        let mut after = 0;
        loop {
            let page = self.source.users(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let mut fitting = Vec::new();
            for user in page {
                match self.fits(&user) {
                    Ok((account, name)) => fitting.push((account, name, user)),
                    Err(reason) => self.refuse(&user, reason),
                }
            }
            let names: Vec<_> = fitting.iter().map(|(_, name, _)| name.clone()).collect();
            let mut new = Vec::new();
            for ((account, _, user), standing) in fitting.into_iter().zip(self.target.standings(&names)?) {
                match standing {
                    NameStanding::Free => new.push((account, user)),
                    NameStanding::Same(here) => {
                        self.report.known_users += 1;
                        self.know(&user, here);
                    }
                    NameStanding::Taken => self.refuse(&user, "somebody here has the name or the uid"),
                }
            }
            // Users that are not here yet have numbers that nobody has.
            let here = if self.is_dry {
                new.iter().map(|(_, user)| UserId(-user.id)).collect()
            } else {
                self.target.add_users(&new)?
            };
            self.report.users += count(&new);
            for ((_, user), here) in new.iter().zip(here) {
                self.know(user, here);
            }
            (self.tell)(&self.report);
        }
    }

    /// The account and the names of a user that can come, or why it can't.
    fn fits(&self, user: &FresnsUser) -> Result<(AccountId, (Uid, Username)), &'static str> {
        let account = self.accounts.get(&user.account).ok_or("it belongs to no account")?;
        let uid = Some(user.uid).filter(|uid| (1..=MAX_SAFE_INTEGER).contains(uid));
        let uid = uid.map(Uid).ok_or("the uid is out of range")?;
        let name = Username::new(user.username.as_str())
            .map_err(|_| "the name has a comma, blanks around it, or is too long")?;
        if name.is_reserved() {
            return Err("nobody may be called so");
        }
        if name.dictated_uid().is_some_and(|dictated| dictated != uid) {
            return Err("the name is the uid of somebody else");
        }
        Ok((*account, (uid, name)))
    }

    fn refuse(&mut self, user: &FresnsUser, reason: &str) {
        self.report.refused_users += 1;
        if self.report.refused.len() < NAMED {
            self.report.refused.push(format!("{} ({}): {reason}", user.username, user.uid));
        }
    }

    fn know(&mut self, user: &FresnsUser, here: UserId) {
        self.users.insert(user.id, here);
        self.uids.insert(user.id, user.uid);
    }

    /// What was imported before has to be what is there.
    fn is_same_site(&mut self, last: Option<(MessageId, [i64; 2])>) -> Result<(), ImportError> {
        let Some((id, uids)) = last else { return Ok(()) };
        let there = self.source.messages(id.0 - 1, 1)?.pop().filter(|message| message.id == id.0);
        let there = there.map(|message| message.users.map(|user| self.uids.get(&user).copied()));
        if there == Some(uids.map(Some)) { Ok(()) } else { Err(ImportError::OtherSite(id.0)) }
    }

    fn marks(&mut self, mark: Mark) -> Result<(), ImportError> {
        let mut after = 0;
        loop {
            let page = self.source.marks(mark, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let both = |mark: FresnsMark| {
                let (user, other) = (*self.users.get(&mark.user)?, *self.users.get(&mark.other)?);
                (user != other).then_some((user, other, mark))
            };
            let marks: Vec<_> = page.into_iter().filter_map(both).collect();
            match mark {
                Mark::Follow => self.report.follows += count(&marks),
                Mark::Block => self.report.blocks += count(&marks),
            }
            if !self.is_dry {
                self.target.add_marks(mark, &marks)?;
            }
        }
    }

    fn conversations(&mut self) -> Result<(), ImportError> {
        let mut after = 0;
        loop {
            let page = self.source.conversations(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for conversation in page {
                self.pair_up(&conversation);
            }
        }
    }

    /// Fresns keeps a conversation for each direction, here two users have one.
    fn pair_up(&mut self, conversation: &FresnsConversation) {
        let [Some(one), Some(other)] = conversation.users.map(|user| self.users.get(&user).copied()) else {
            return;
        };
        let Some(pair) = Pair::of(one, other) else { return };
        let [of_one, of_other] = conversation.marks;
        let marks = if pair.a() == one { [of_one, of_other] } else { [of_other, of_one] };
        let fresh = Known { id: conversation.id, marks };
        self.pairs
            .entry(pair)
            .and_modify(|known| known.marks = [known.marks[0].and(marks[0]), known.marks[1].and(marks[1])])
            .or_insert(fresh);
    }

    fn messages(&mut self, mut after: i64) -> Result<(), ImportError> {
        loop {
            let page = self.source.messages(after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let files = self.files(&page)?;
            let messages: Vec<_> =
                page.into_iter().filter_map(|message| self.message(message, &files)).collect();
            self.report.messages += count(&messages);
            if !self.is_dry && !messages.is_empty() {
                self.target.add_messages(&messages)?;
            }
            (self.tell)(&self.report);
        }
    }

    /// The files of these messages, by their numbers there.
    fn files(&mut self, messages: &[FresnsMessage]) -> Result<HashMap<i64, (FileId, FileKind)>, ImportError> {
        let file = |message: &FresnsMessage| match message.body {
            FresnsBody::File(id) => Some(id),
            FresnsBody::Text(_) | FresnsBody::Nothing => None,
        };
        let mut ids: Vec<i64> = messages.iter().filter_map(file).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let files = self.source.files(&ids)?;
        self.report.files += count(&files);
        let here = if self.is_dry {
            files.iter().map(|file| FileId(file.id)).collect()
        } else {
            self.target.add_files(&files)?
        };
        Ok(files.iter().zip(here).map(|(file, here)| (file.id, (here, file.kind))).collect())
    }

    /// A message as it will be here; `None` of one that can't come, which is counted.
    fn message(
        &mut self,
        message: FresnsMessage,
        files: &HashMap<i64, (FileId, FileKind)>,
    ) -> Option<ImportedMessage> {
        let users = message.users.map(|user| self.users.get(&user).copied());
        let pair = match users {
            [Some(sender), Some(recipient)] => Pair::of(sender, recipient).map(|pair| (sender, pair)),
            _ => None,
        };
        let Some((sender, pair)) = pair.filter(|_| message.id < FIRST_ORPHAN.min(FIRST_OWN)) else {
            self.report.foreign_messages += 1;
            return None;
        };
        let body = match message.body {
            FresnsBody::Text(text) => Some(Body::Text(text)),
            FresnsBody::File(id) => {
                files.get(&id).map(|(file, kind)| Body::File { file: *file, kind: *kind })
            }
            FresnsBody::Nothing => None,
        };
        let Some(body) = body else {
            self.report.empty_messages += 1;
            return None;
        };
        let known = self.pairs.entry(pair).or_insert_with(|| {
            let shown = SideMarks { is_pinned: false, is_hidden: false, is_read: false };
            Known { id: FIRST_ORPHAN + message.id, marks: [shown; 2] }
        });
        Some(ImportedMessage {
            id: MessageId(message.id),
            conversation_if_new: ConversationId(known.id),
            pair,
            sender,
            body,
            sent_at: message.sent_at,
            sender_deleted_at: message.sender_deleted_at,
            recipient_deleted_at: message.recipient_deleted_at,
            read_at: message.read_at,
            is_enabled: message.is_enabled,
        })
    }

    fn finish(&mut self) -> Result<(), ImportError> {
        self.report.conversations = u64::try_from(self.pairs.len()).unwrap_or(u64::MAX);
        if self.is_dry {
            return Ok(());
        }
        let mut all: Vec<_> = self.pairs.iter().map(|(pair, known)| (*pair, known.marks)).collect();
        // In the order of their rows, which writes fewer pages.
        all.sort_unstable_by_key(|(pair, _)| *pair);
        let page = usize::try_from(PAGE).unwrap_or(1);
        all.chunks(page).try_for_each(|some| self.target.set_marks(some))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
