mod asking;
mod devices;
mod progress;
