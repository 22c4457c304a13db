//! Accounts, users, and how they stand to each other.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use sixin_application::operations::ports::{FresnsAccount, FresnsMark, FresnsUser, NameStanding};
use sixin_application::users::ports::Mark;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::user::contact::Email;
use sixin_domain::user::remark::Remark;
use sixin_domain::user::username::{Uid, Username};

use super::columns::{ACCOUNT_REST, Column, USER_REST};
use crate::connection::connector::AnyConnection;
use crate::copying::rows::bind;
use crate::schema::{accounts, users};
use crate::sql::composed::{ComposedSql, Spelling, chunks};

/// Our names of columns that are taken over as they are.
pub(super) fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| format!("`{}`", column.ours())).collect::<Vec<_>>().join(", ")
}

/// Adds what is not there yet; `unique` is a column that tells rows apart.
pub(super) fn unless_there(spelling: Spelling, unique: &str) -> String {
    format!("{}{unique} = {}", spelling.on_conflict(unique), spelling.inserted(unique))
}

pub(super) fn add_accounts(conn: &mut AnyConnection, added: &[FresnsAccount]) -> QueryResult<Vec<AccountId>> {
    let known = known_accounts(conn, added)?;
    let new: Vec<&FresnsAccount> = added.iter().filter(|account| !known.contains_key(&account.aid)).collect();
    let emails: Vec<Option<Email>> =
        new.iter().map(|account| account.email.as_deref().and_then(Email::parse)).collect();
    let (mut taken, mut rows) = (taken_addresses(conn, &new, &emails)?, Vec::new());
    for (account, email) in new.iter().zip(&emails) {
        let mut free = |text: Option<&str>| {
            text.filter(|text| !text.starts_with("deleted#") && taken.insert((*text).to_owned()))
                .map(str::to_owned)
        };
        let (email, phone) = (free(email.as_ref().map(Email::as_str)), free(account.phone.as_deref()));
        rows.push((*account, email, phone));
    }
    for rows in chunks(&rows) {
        let begin = format!("INSERT INTO accounts (aid, email, phone, {}) VALUES ", names(ACCOUNT_REST));
        let mut statement = ComposedSql::new(begin);
        statement.rows(rows, |row, (account, email, phone)| {
            row.opt_text(Some(&account.aid)).comma().opt_text(email.as_deref()).comma();
            row.opt_text(phone.as_deref());
            for value in &account.rest {
                bind(row.comma(), value);
            }
        });
        statement.execute(conn)?;
    }
    let known = known_accounts(conn, added)?;
    numbers(added.iter().map(|account| known.get(&account.aid).copied().map(AccountId)))
}

fn known_accounts(conn: &mut AnyConnection, some: &[FresnsAccount]) -> QueryResult<HashMap<String, i64>> {
    let aids: Vec<&str> = some.iter().map(|account| account.aid.as_str()).collect();
    let rows: Vec<(String, i64)> = accounts::table
        .filter(accounts::aid.eq_any(aids))
        .select((accounts::aid, accounts::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which of the addresses somebody has already.
fn taken_addresses(
    conn: &mut AnyConnection,
    new: &[&FresnsAccount],
    emails: &[Option<Email>],
) -> QueryResult<HashSet<String>> {
    let emails: Vec<&str> = emails.iter().flatten().map(Email::as_str).collect();
    let phones: Vec<&str> = new.iter().filter_map(|account| account.phone.as_deref()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let found: Vec<Option<String>> =
        accounts::table.filter(accounts::email.eq_any(emails)).select(accounts::email).load(conn)?;
    taken.extend(found.into_iter().flatten());
    let found: Vec<Option<String>> =
        accounts::table.filter(accounts::phone.eq_any(phones)).select(accounts::phone).load(conn)?;
    taken.extend(found.into_iter().flatten());
    Ok(taken)
}

pub(super) fn standings(
    conn: &mut AnyConnection,
    names: &[(Uid, Username)],
) -> QueryResult<Vec<NameStanding>> {
    let uids: Vec<i64> = names.iter().map(|(uid, _)| uid.0).collect();
    let usernames: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
    let rows: Vec<(i64, i64, String)> = users::table
        .filter(users::uid.eq_any(uids).or(users::username.eq_any(usernames)))
        .select((users::id, users::uid, users::username))
        .load(conn)?;
    let standing = |(uid, name): &(Uid, Username)| {
        let mut touching = rows.iter().filter(|(_, of, named)| *of == uid.0 || *named == name.as_str());
        match (touching.next(), touching.next()) {
            (None, _) => NameStanding::Free,
            (Some((id, of, named)), None) if *of == uid.0 && *named == name.as_str() => {
                NameStanding::Same(UserId(*id))
            }
            _ => NameStanding::Taken,
        }
    };
    Ok(names.iter().map(standing).collect())
}

pub(super) fn add_users(
    conn: &mut AnyConnection,
    added: &[(AccountId, FresnsUser)],
) -> QueryResult<Vec<UserId>> {
    for rows in chunks(added) {
        let begin = format!("INSERT INTO users (account_id, uid, username, {}) VALUES ", names(USER_REST));
        let mut statement = ComposedSql::new(begin);
        statement.rows(rows, |row, (account, user)| {
            row.int(account.0).comma().int(user.uid).comma().opt_text(Some(&user.username));
            for value in &user.rest {
                bind(row.comma(), value);
            }
        });
        statement.execute(conn)?;
    }
    let uids: Vec<i64> = added.iter().map(|(_, user)| user.uid).collect();
    let rows: Vec<(i64, i64)> =
        users::table.filter(users::uid.eq_any(uids)).select((users::uid, users::id)).load(conn)?;
    let known: HashMap<i64, i64> = rows.into_iter().collect();
    numbers(added.iter().map(|(_, user)| known.get(&user.uid).copied().map(UserId)))
}

/// What was just added is there.
pub(super) fn numbers<T>(found: impl Iterator<Item = Option<T>>) -> QueryResult<Vec<T>> {
    found.map(|number| number.ok_or(diesel::result::Error::NotFound)).collect()
}

pub(super) fn add_marks(
    conn: &mut AnyConnection,
    mark: Mark,
    marks: &[(UserId, UserId, FresnsMark)],
) -> QueryResult<()> {
    let (table, s, more) = match mark {
        Mark::Follow => ("user_follows", "follow", ", is_mutual"),
        Mark::Block => ("user_blocks", "block", ""),
    };
    let spelling = Spelling::of(conn);
    for rows in chunks(marks) {
        let mut statement = ComposedSql::new(format!(
            "INSERT INTO {table} (user_id, {s}_type, {s}_id, created_at{more}) VALUES "
        ));
        statement.rows(rows, |row, (user, other, of)| {
            row.int(user.0).comma().int(1).comma().int(other.0).comma().int(of.at.0);
            if mark == Mark::Follow {
                row.comma().int(of.is_mutual);
            }
        });
        let key = format!("user_id, {s}_type, {s}_id");
        statement
            .sql(spelling.on_conflict(&key))
            .sql(format!("{s}_type = {}", spelling.inserted(&format!("{s}_type"))));
        statement.execute(conn)?;
    }
    let note = |(user, other, of): &(UserId, UserId, FresnsMark)| {
        let remark = of.note.clone().and_then(Remark::new)?;
        Some((*user, *other, remark.into_text(), of.at))
    };
    let notes: Vec<_> = marks.iter().filter_map(note).collect();
    for rows in chunks(&notes) {
        let mut statement =
            ComposedSql::new("INSERT INTO user_remarks (user_id, target_id, remark, updated_at) VALUES ");
        statement.rows(rows, |row, (user, other, text, at)| {
            row.int(user.0).comma().int(other.0).comma().opt_text(Some(text)).comma().int(at.0);
        });
        statement.sql(spelling.on_conflict("user_id, target_id"));
        // Who has a remark here keeps it.
        statement.sql("updated_at = user_remarks.updated_at");
        statement.execute(conn)?;
    }
    Ok(())
}
