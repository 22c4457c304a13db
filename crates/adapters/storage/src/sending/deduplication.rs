//! What is to become of each unit of a batch, found out before anything is written, so that a unit that is stopped
//! costs its neighbours nothing.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;
use sixin_application::sending::ports::{AppendError, SendUnit};
use sixin_domain::message::Placed;

use super::keys::{self, Known, Scope};
use super::nonces::{self, NonceId};
use super::uploads;
use crate::connection::connector::AnyConnection;

/// What is to become of a unit.
pub(super) enum Decision {
    /// Its messages are stored.
    Write,
    /// It is refused.
    Stop(AppendError),
    /// It repeats a unit that was stored before.
    Repeat(Vec<Placed>),
    /// It repeats the unit of that index in the same batch.
    Duplicate(usize),
}

impl Decision {
    /// Whether the unit uses up its nonce.
    pub(super) fn is_accepted(&self) -> bool {
        !matches!(self, Self::Stop(_))
    }
}

/// What the store knows about a batch; grows with every unit that is decided.
pub(super) struct Deduplication {
    /// Keys that are stored, live or not.
    pub(super) known: HashMap<Scope, Known>,
    nonces: HashSet<NonceId>,
    free_uploads: HashSet<i64>,
    /// The first unit with a key that is not stored, and its fingerprint.
    firsts: HashMap<Scope, (usize, [u8; 32])>,
}

impl Deduplication {
    /// Looks everything up that the units of a batch may use once.
    pub(super) fn of(conn: &mut AnyConnection, units: &[&SendUnit]) -> QueryResult<Self> {
        let ids: Vec<NonceId> = units.iter().filter_map(|unit| unit.nonce.as_ref()).map(nonces::id).collect();
        Ok(Self {
            known: keys::of_batch(conn, units)?,
            nonces: nonces::used(conn, &ids)?,
            free_uploads: uploads::free(conn, units)?,
            firsts: HashMap::new(),
        })
    }

    /// The decision of each unit, in order.
    pub(super) fn decide(&mut self, units: &[&SendUnit]) -> QueryResult<Vec<Decision>> {
        units.iter().enumerate().map(|(index, unit)| self.decision(index, unit)).collect()
    }

    /// A used nonce stops a repeat too; and a repeat does not need the upload that its first one took.
    fn decision(&mut self, index: usize, unit: &SendUnit) -> QueryResult<Decision> {
        if unit.nonce.as_ref().is_some_and(|nonce| !self.nonces.insert(nonces::id(nonce))) {
            return Ok(Decision::Stop(AppendError::NonceUsed));
        }
        if let Some(decision) = self.decision_by_key(unit)? {
            return Ok(decision);
        }
        if unit.upload.is_some_and(|upload| !self.free_uploads.remove(&upload.0)) {
            return Ok(Decision::Stop(AppendError::UploadTaken));
        }
        if let Some(key) = &unit.idempotency {
            self.firsts.insert(keys::scope(unit.envelope.sender, key), (index, key.fingerprint));
        }
        Ok(Decision::Write)
    }

    /// `None`: there is no key, or it is free.
    fn decision_by_key(&self, unit: &SendUnit) -> QueryResult<Option<Decision>> {
        let Some(key) = &unit.idempotency else { return Ok(None) };
        let scope = keys::scope(unit.envelope.sender, key);
        let reused = Decision::Stop(AppendError::KeyReused);
        if let Some(known) = self.known.get(&scope).filter(|known| known.is_live(unit.accepted_at)) {
            return Ok(Some(known.result_for(key)?.map_or(reused, Decision::Repeat)));
        }
        let first = self.firsts.get(&scope);
        Ok(first.map(
            |(first, fingerprint)| {
                if *fingerprint == key.fingerprint { Decision::Duplicate(*first) } else { reused }
            },
        ))
    }
}
