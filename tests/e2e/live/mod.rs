//! What happens reaches whoever is connected, through each door, once and in order, whatever is cut.

#[cfg(target_os = "linux")]
mod crowds;
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
