//! What happens reaches whoever is connected, through each door, once and in order, whatever is cut.

mod doors;
mod endings;
mod followers;
mod herd;
mod hostile;
mod model;
mod presence;
mod processes;
mod samples;
mod socket;
pub(crate) mod streams;
