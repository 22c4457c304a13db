//! What a crash may cost.

/// What a crash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Nothing that was acknowledged: every commit is on disk before it is answered.
    #[default]
    Full,
    /// The last moments. Only where configured by name; `/health` says so.
    Weak,
}
