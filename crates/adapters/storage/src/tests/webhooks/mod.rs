mod endpoints;
mod parked;
