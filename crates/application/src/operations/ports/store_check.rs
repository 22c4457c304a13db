use crate::ports::StoreResult;

/// A rule that rows of a store break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// Rows that break it: ids, or what else names them; the first few.
    pub rows: Vec<String>,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreReport {
    /// Conversations there are.
    pub conversations: i64,
    /// Messages in them.
    pub messages: i64,
    /// Where the log ends.
    pub head: i64,
    /// What is not as it must be.
    pub findings: Vec<Finding>,
}

/// Whether a store is in order.
pub trait StoreCheck: Send + Sync {
    /// Looks through all of it. Each rule is looked at in one statement, so a server may write meanwhile. Blocks for as long as it takes.
    fn check(&self) -> StoreResult<StoreReport>;
}
