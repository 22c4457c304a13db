pub(super) mod endpoints;
mod parked;
