//! What the two views of conversations lose when their first messages go for good.

use diesel::QueryResult;
use sixin_domain::conversation::pair::Side;
use sixin_domain::conversation::{Conversation, View};
use sixin_domain::event::Event;
use sixin_domain::id::MessageId;

use super::aged_messages::Old;
use crate::commits::Events;
use crate::connection::connector::AnyConnection;
use crate::conversations::counters::{Touched, newest, prefix, set_latest};
use crate::sql::composed::{ComposedSql, chunks};

/// What one side loses with its first messages; nothing of what it had cleared.
struct Loss<'a> {
    view: View<'a>,
    /// Up to where the side shows nothing any more.
    cleared: i64,
    shown: i64,
    unread: i64,
    was_latest: bool,
}

impl<'a> Loss<'a> {
    fn of(view: View<'a>, old: &[Old], last: i64) -> Self {
        let count = |holds: fn(&Touched, &View<'_>) -> bool| {
            let held = old.iter().filter(|old| holds(&old.touched, &view)).count();
            i64::try_from(held).unwrap_or(i64::MAX)
        };
        let latest = view.own.latest.as_ref().and_then(|latest| latest.id);
        let cleared = view.own.cleared_seq;
        if last <= cleared {
            return Self { cleared, shown: 0, unread: 0, was_latest: false, view };
        }
        Self {
            cleared: last,
            shown: count(|old, view| old.visibility().shows_in(view)),
            unread: count(|old, view| old.visibility().is_unread_in(view)),
            was_latest: old.iter().any(|old| Some(MessageId(old.touched.id)) == latest),
            view,
        }
    }
}

/// What a conversation loses on both sides.
pub(super) struct Shortened<'a> {
    id: i64,
    a: Loss<'a>,
    b: Loss<'a>,
}

impl<'a> Shortened<'a> {
    pub(super) fn of(conversation: &'a Conversation, old: &[Old]) -> Option<Self> {
        let last = old.iter().map(|old| old.touched.seq).max()?;
        let loss = |user| Some(Loss::of(conversation.seen_by(user).ok()?, old, last));
        let (a, b) = (loss(conversation.pair.a())?, loss(conversation.pair.b())?);
        Some(Self { id: conversation.id.0, a, b })
    }

    fn side(&self, side: Side) -> &Loss<'a> {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }
}

/// Keeps what both sides of conversations count. One statement for many of them, since sends wait for each.
pub(super) fn subtract(conn: &mut AnyConnection, all: &[Shortened<'_>]) -> QueryResult<()> {
    for chunk in chunks(all) {
        let mut statement = ComposedSql::new("UPDATE conversations SET ");
        for side in [Side::A, Side::B] {
            let s = prefix(side);
            statement.sql(if side == Side::A { "" } else { ", " });
            statement.sql(format!("{s}_cleared_seq = "));
            by_id(&mut statement, chunk, |statement, one| {
                statement.int(one.side(side).cleared);
            });
            statement.sql(format!(", {s}_message_count = {s}_message_count - "));
            by_id(&mut statement, chunk, |statement, one| {
                statement.int(one.side(side).shown);
            });
            // The status comes first: MySQL lets later assignments see what earlier ones did.
            statement.sql(format!(", {s}_status = "));
            by_id(&mut statement, chunk, |statement, one| {
                statement
                    .sql("CASE WHEN ")
                    .int(one.side(side).unread)
                    .sql(format!(" = 0 THEN {s}_status WHEN {s}_unread > "));
                statement.int(one.side(side).unread).sql(" THEN 1 ELSE 2 END");
            });
            statement.sql(format!(", {s}_unread = {s}_unread - "));
            by_id(&mut statement, chunk, |statement, one| {
                statement.int(one.side(side).unread);
            });
        }
        statement.sql(" WHERE 1 = 1").any_of("id", &chunk.iter().map(|one| one.id).collect::<Vec<_>>());
        statement.execute(conn)?;
    }
    Ok(())
}

/// For each of the conversations a value.
fn by_id(
    statement: &mut ComposedSql<'_>,
    chunk: &[Shortened<'_>],
    value: impl Fn(&mut ComposedSql<'_>, &Shortened<'_>),
) {
    statement.sql("CASE id");
    for one in chunk {
        statement.sql(" WHEN ").int(one.id).sql(" THEN ");
        value(statement, one);
    }
    statement.sql(" END");
}

/// Previews that are gone are followed by what is left, and whoever looks at a list is told; of the rest, which was read long ago, nobody is.
pub(super) fn follow(
    conn: &mut AnyConnection,
    events: &mut Events,
    all: &[Shortened<'_>],
) -> QueryResult<()> {
    for Loss { view, cleared, unread, was_latest, .. } in all.iter().flat_map(|one| [&one.a, &one.b]) {
        if *was_latest {
            let newest = newest(conn, view, *cleared)?;
            set_latest(conn, view, newest.as_ref())?;
        }
        if *was_latest || *unread > 0 {
            events.push(Event::HistoryCleared(view.seat(), *cleared));
        }
    }
    Ok(())
}
