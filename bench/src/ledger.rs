//! What was acknowledged, held against what is in the store.

use std::collections::HashMap;

use anyhow::{Result, bail};

/// An acknowledged message: its number in the run, and the id the answer gave it.
pub(crate) type Acknowledged = (u64, i64);

/// What reading back has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Audit {
    /// Messages that were acknowledged, each of which is in the store, once, with its id.
    pub(crate) acknowledged: usize,
    /// Messages in the store whose request was answered with an error or not at all.
    pub(crate) unanswered: usize,
}

/// Holds the acknowledged messages against the stored ones.
///
/// # Errors
/// If one is missing, has another id, or is there twice.
pub(crate) fn audit(acknowledged: &[Acknowledged], stored: &[Acknowledged]) -> Result<Audit> {
    let mut by_number = HashMap::with_capacity(stored.len());
    for (number, id) in stored {
        if let Some(first) = by_number.insert(number, id) {
            bail!("message {number} is in the store twice: {first} and {id}");
        }
    }
    for (number, id) in acknowledged {
        match by_number.remove(number) {
            Some(there) if there == id => {}
            Some(other) => bail!("message {number} was acknowledged as {id} and is stored as {other}"),
            None => bail!("message {number} was acknowledged as {id} and is not in the store"),
        }
    }
    Ok(Audit { acknowledged: acknowledged.len(), unanswered: by_number.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_acknowledged_messages_must_be_stored_once_with_their_id() {
        let two = [(1, 11), (2, 12)];
        assert_eq!(audit(&two, &two).unwrap(), Audit { acknowledged: 2, unanswered: 0 });
        assert_eq!(audit(&two[..1], &two).unwrap(), Audit { acknowledged: 1, unanswered: 1 });
        assert!(audit(&two, &two[..1]).unwrap_err().to_string().contains("is not in the store"));
        assert!(audit(&two, &[(1, 11), (2, 12), (2, 13)]).unwrap_err().to_string().contains("twice"));
        assert!(audit(&two, &[(1, 11), (2, 13)]).unwrap_err().to_string().contains("stored as 13"));
        assert!(audit(&[(1, 11), (1, 11)], &two).is_err());
    }
}
