//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More connections than this need a number in the configuration.
const MOST: u64 = 65_536;
/// What databases, files and the runtime take.
const OTHERS: u64 = 512;

/// Raises what this process may open as far as the system lets it. Shells and services start with 1024 by habit; clients that
/// stay connected need more.
pub(crate) fn raise() {
    let limits = getrlimit(Resource::Nofile);
    let wanted = limits.maximum.unwrap_or(MOST).min(MOST);
    if limits.current.is_some_and(|current| current < wanted) {
        // What can't be raised stays as it is, and connections are bounded by that.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limits.maximum });
    }
}

/// How many connections there may be, so that there is always a descriptor left for the rest.
pub(crate) fn for_connections() -> usize {
    let open = getrlimit(Resource::Nofile).current.unwrap_or(MOST).min(MOST);
    usize::try_from(open.saturating_sub(OTHERS).max(open / 2)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_the_rest() {
        raise();
        let open = getrlimit(Resource::Nofile).current.unwrap_or(MOST);
        let connections = u64::try_from(for_connections()).unwrap();
        assert!(connections > 0 && connections < open);
    }
}
