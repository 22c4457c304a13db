//! Standard output.

use std::io::Write;

/// Writes a text and a line break to standard output. Nobody reads on (`sixin user list | head`)? Then there is nothing
/// left to say, which is no error.
pub(crate) fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
