mod catch_up;
mod inversion;
mod presence;
mod told;
