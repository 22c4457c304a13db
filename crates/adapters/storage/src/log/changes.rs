//! Events that are no messages, as rows of `log_changes`.

use std::collections::HashSet;

use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
use diesel::{QueryResult, QueryableByName};
use serde::{Deserialize, Serialize};
use sixin_domain::conversation::Seat;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::event::{ChangedMessage, Event, Tie};
use sixin_domain::id::{AccountId, ConversationId, EndpointId, MessageId, UserId};
use sixin_domain::log::{Audience, LogEntry, Logged, Position, Span};
use sixin_domain::time::Millis;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};

use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, chunks};

/// What a kind of event is called in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Recalled = 1,
    Edited = 2,
    Expanded = 3,
    ConversationRead = 4,
    MessagesRead = 5,
    ConversationDeleted = 6,
    HistoryCleared = 7,
    MessagesDeleted = 8,
    Pinned = 9,
    Level = 10,
    Period = 11,
    Tie = 12,
    Remarks = 13,
    Profile = 14,
    UserState = 15,
    SessionsEnded = 16,
    TokensExpired = 17,
    Presence = 18,
    EndpointDisabled = 19,
    Grown = 20,
    Tags = 21,
}

const KINDS: [Kind; 21] = [
    Kind::Recalled,
    Kind::Edited,
    Kind::Expanded,
    Kind::ConversationRead,
    Kind::MessagesRead,
    Kind::ConversationDeleted,
    Kind::HistoryCleared,
    Kind::MessagesDeleted,
    Kind::Pinned,
    Kind::Level,
    Kind::Period,
    Kind::Tie,
    Kind::Remarks,
    Kind::Profile,
    Kind::UserState,
    Kind::SessionsEnded,
    Kind::TokensExpired,
    Kind::Presence,
    Kind::EndpointDisabled,
    Kind::Grown,
    Kind::Tags,
];

const TIES: [Tie; 3] = [Tie::Follow, Tie::Block, Tie::Whitelist];

/// What has no column of its own.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Detail {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ids: Vec<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform: Option<i64>,
    /// Start, minutes and level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<(i64, i64, i64)>,
}

/// The columns of a row that depend on its kind.
struct Columns {
    kind: Kind,
    about: Option<i64>,
    conversation: Option<i64>,
    message: Option<i64>,
    value: Option<i64>,
    detail: Option<Detail>,
}

impl Columns {
    fn of(kind: Kind) -> Self {
        Self { kind, about: None, conversation: None, message: None, value: None, detail: None }
    }

    fn message(kind: Kind, changed: &ChangedMessage) -> Self {
        Self { conversation: Some(changed.conversation.0), message: Some(changed.id.0), ..Self::of(kind) }
    }

    fn seat(kind: Kind, seat: &Seat, value: Option<i64>) -> Self {
        Self { about: Some(seat.other.0), conversation: Some(seat.conversation.0), value, ..Self::of(kind) }
    }

    fn with_ids(self, ids: impl Iterator<Item = i64>) -> Self {
        Self { detail: Some(Detail { ids: ids.collect(), ..Detail::default() }), ..self }
    }

    /// Those of an event; `None` of a message, whose row says it.
    fn of_event(event: &Event) -> Option<Self> {
        Some(match event {
            Event::MessageStored { .. } => return None,
            Event::MessageRecalled(changed) => Self::message(Kind::Recalled, changed),
            Event::MessageEdited(changed) => Self::message(Kind::Edited, changed),
            Event::MessageExpanded(changed) => Self::message(Kind::Expanded, changed),
            Event::MessageGrown { message, is_over } => {
                Self { value: Some(i64::from(*is_over)), ..Self::message(Kind::Grown, message) }
            }
            Event::ConversationRead { seat, read_seq } => {
                Self::seat(Kind::ConversationRead, seat, Some(*read_seq))
            }
            Event::MessagesRead(seat, ids) => {
                Self::seat(Kind::MessagesRead, seat, None).with_ids(ids.iter().map(|id| id.0))
            }
            Event::ConversationDeleted { seat, cleared_seq } => {
                Self::seat(Kind::ConversationDeleted, seat, Some(*cleared_seq))
            }
            Event::HistoryCleared(seat, last) => Self::seat(Kind::HistoryCleared, seat, Some(*last)),
            Event::MessagesDeleted(seat, ids) => {
                Self::seat(Kind::MessagesDeleted, seat, None).with_ids(ids.iter().map(|id| id.0))
            }
            Event::ConversationPinned { other, is_pinned, .. } => {
                Self { about: Some(other.0), value: Some(i64::from(*is_pinned)), ..Self::of(Kind::Pinned) }
            }
            Event::NotificationLevelSet { with, level, .. } => {
                Self { about: with.map(|with| with.0), value: Some(level.number()), ..Self::of(Kind::Level) }
            }
            Event::PushPeriodSet { period, .. } => Self {
                detail: Some(Detail {
                    period: period.map(|period| (period.start_second(), period.minutes(), period.level())),
                    ..Detail::default()
                }),
                ..Self::of(Kind::Period)
            },
            Event::TieSet { tie, other, is_set, .. } => {
                let number = (0..).zip(TIES).find_map(|(number, known)| (known == *tie).then_some(number));
                Self {
                    about: Some(other.0),
                    value: number.map(|number: i64| number * 2 + i64::from(*is_set)),
                    ..Self::of(Kind::Tie)
                }
            }
            Event::RemarksSet { about, .. } => {
                Self::of(Kind::Remarks).with_ids(about.iter().map(|user| user.0))
            }
            Event::TagsChanged { with, .. } if with.is_empty() => Self::of(Kind::Tags),
            Event::TagsChanged { with, .. } => Self::of(Kind::Tags).with_ids(with.iter().map(|user| user.0)),
            Event::ProfileChanged(_) => Self::of(Kind::Profile),
            Event::UserStateChanged(_) => Self::of(Kind::UserState),
            Event::SessionsEnded { account, platform, .. } => Self {
                detail: Some(Detail {
                    account: account.map(|account| account.0),
                    platform: *platform,
                    ..Detail::default()
                }),
                ..Self::of(Kind::SessionsEnded)
            },
            Event::DeviceTokensExpired { before, .. } => {
                Self { value: Some(before.0), ..Self::of(Kind::TokensExpired) }
            }
            Event::PresenceChanged { user, is_online } => {
                Self { about: Some(user.0), value: Some(i64::from(*is_online)), ..Self::of(Kind::Presence) }
            }
            Event::EndpointDisabled(endpoint) => {
                Self { value: Some(endpoint.0), ..Self::of(Kind::EndpointDisabled) }
            }
        })
    }
}

/// A row that is about to be written.
struct NewRow {
    position: i64,
    audience: Audience,
    columns: Columns,
    detail: Option<String>,
}

/// Writes the events that are no messages, on the last places of a span.
pub(crate) fn insert(conn: &mut AnyConnection, span: Span, events: &[Event]) -> QueryResult<()> {
    let first = span.last.0 - i64::try_from(events.len()).unwrap_or(i64::MAX) + 1;
    let row = |(position, event): (i64, &Event)| {
        let columns = Columns::of_event(event)?;
        let detail = columns.detail.as_ref().and_then(|detail| serde_json::to_string(detail).ok());
        Some(NewRow { position, audience: Audience::of(event), columns, detail })
    };
    let rows: Vec<NewRow> = (first..).zip(events).filter_map(row).collect();
    for chunk in chunks(&rows) {
        let mut statement = ComposedSql::new(
            "INSERT INTO log_changes \
             (pos, kind, user_id, peer_id, about_id, conversation_id, message_id, value, detail) VALUES ",
        );
        statement.rows(chunk, |statement, NewRow { position, audience, columns, detail }| {
            let user = |user: Option<UserId>| user.map_or(0, |user| user.0);
            statement.int(*position).comma().int(columns.kind as i64).comma();
            statement.int(user(audience.first)).comma().int(user(audience.second)).comma();
            statement.opt_int(columns.about).comma().opt_int(columns.conversation).comma();
            statement.opt_int(columns.message).comma().opt_int(columns.value).comma();
            statement.opt_text(detail.as_deref());
        });
        statement.execute(conn)?;
    }
    Ok(())
}

/// The columns of a [`Row`].
pub(crate) const COLUMNS: &str =
    "pos, kind, user_id, peer_id, about_id, conversation_id, message_id, value, detail";

/// A row that was read.
#[derive(QueryableByName)]
pub(crate) struct Row {
    #[diesel(sql_type = BigInt)]
    pub(crate) pos: i64,
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = BigInt)]
    peer_id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    about_id: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    conversation_id: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    message_id: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    value: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    detail: Option<String>,
}

/// The entries that rows are, each position once.
pub(crate) fn entries(rows: Vec<Row>) -> Vec<LogEntry> {
    let mut seen = HashSet::with_capacity(rows.len());
    let rows = rows.into_iter().filter(|row| seen.insert(row.pos));
    rows.filter_map(|row| {
        let position = Position(row.pos);
        let event = row.event();
        if event.is_none() {
            // Of a newer version, beside which this one still runs, or changed by hand.
            tracing::warn!(
                position = position.0,
                kind = row.kind,
                "an entry of the log can't be read; it is passed over"
            );
        }
        Some(LogEntry { position, what: Logged::Change(Box::new(event?)) })
    })
    .collect()
}

impl Row {
    fn changed(&self) -> Option<ChangedMessage> {
        Some(ChangedMessage {
            id: MessageId(self.message_id?),
            conversation: ConversationId(self.conversation_id?),
            pair: Pair::of(UserId(self.user_id), UserId(self.peer_id))?,
        })
    }

    fn seat(&self) -> Option<Seat> {
        let (owner, other) = (UserId(self.user_id), UserId(self.about_id?));
        let side = Pair::of(owner, other)?.side_of(owner)?;
        Some(Seat { conversation: ConversationId(self.conversation_id?), owner, other, side })
    }

    fn detail(&self) -> Detail {
        self.detail.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn ids(&self) -> Vec<MessageId> {
        self.detail().ids.into_iter().map(MessageId).collect()
    }

    fn event(&self) -> Option<Event> {
        let user = UserId(self.user_id);
        let kind = KINDS.into_iter().find(|kind| *kind as i64 == i64::from(self.kind))?;
        Some(match kind {
            Kind::Recalled => Event::MessageRecalled(self.changed()?),
            Kind::Edited => Event::MessageEdited(self.changed()?),
            Kind::Expanded => Event::MessageExpanded(self.changed()?),
            Kind::Grown => Event::MessageGrown { message: self.changed()?, is_over: self.value? == 1 },
            Kind::ConversationRead => Event::ConversationRead { seat: self.seat()?, read_seq: self.value? },
            Kind::MessagesRead => Event::MessagesRead(self.seat()?, self.ids()),
            Kind::ConversationDeleted => {
                Event::ConversationDeleted { seat: self.seat()?, cleared_seq: self.value? }
            }
            Kind::HistoryCleared => Event::HistoryCleared(self.seat()?, self.value?),
            Kind::MessagesDeleted => Event::MessagesDeleted(self.seat()?, self.ids()),
            Kind::Pinned => Event::ConversationPinned {
                owner: user,
                other: UserId(self.about_id?),
                is_pinned: self.value? == 1,
            },
            Kind::Level => Event::NotificationLevelSet {
                user,
                with: self.about_id.map(UserId),
                level: NotificationLevel::new(self.value?)?,
            },
            Kind::Period => Event::PushPeriodSet {
                user,
                period: match self.detail().period {
                    Some((start, minutes, level)) => {
                        Some(PushPeriod::of_numbers(start, minutes, level).ok()?)
                    }
                    None => None,
                },
            },
            Kind::Tie => Event::TieSet {
                tie: *TIES.get(usize::try_from(self.value? / 2).ok()?)?,
                owner: user,
                other: UserId(self.about_id?),
                is_set: self.value? % 2 == 1,
            },
            Kind::Remarks => {
                Event::RemarksSet { owner: user, about: self.detail().ids.into_iter().map(UserId).collect() }
            }
            Kind::Tags => {
                Event::TagsChanged { owner: user, with: self.detail().ids.into_iter().map(UserId).collect() }
            }
            Kind::Profile => Event::ProfileChanged(user),
            Kind::UserState => Event::UserStateChanged(user),
            Kind::SessionsEnded => {
                let Detail { account, platform, .. } = self.detail();
                let user = Some(user).filter(|user| user.0 != 0);
                Event::SessionsEnded { account: account.map(AccountId), user, platform }
            }
            Kind::TokensExpired => Event::DeviceTokensExpired { user, before: Millis(self.value?) },
            Kind::Presence => {
                Event::PresenceChanged { user: UserId(self.about_id?), is_online: self.value? == 1 }
            }
            Kind::EndpointDisabled => Event::EndpointDisabled(EndpointId(self.value?)),
        })
    }
}
