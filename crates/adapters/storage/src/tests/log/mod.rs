mod catch_up;
mod inversion;
