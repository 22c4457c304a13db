/// A source of randomness fit for secrets.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait SecretSource: Send + Sync {
    /// `length` characters out of `[A-Za-z0-9]`. MUST come from a cryptographically secure generator.
    fn alphanumeric(&self, length: usize) -> String;

    /// Twenty bytes. MUST come from a cryptographically secure generator.
    fn bytes(&self) -> [u8; 20];

    /// A number with that many decimal digits, the first of which is not 0.
    fn number(&self, digits: u32) -> i64;
}
