mod audit;
mod second_factors;
mod signed_in;
