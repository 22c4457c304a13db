//! The doors that people come through to hear of what happens.

use serde::{Deserialize, Serialize};

/// A door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Door {
    Events,
    Socket,
    Gateway,
}

impl Door {
    pub(crate) const ALL: [Self; 3] = [Self::Events, Self::Socket, Self::Gateway];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Events => "SSE",
            Self::Socket => "WebSocket",
            Self::Gateway => "gateway",
        }
    }
}
