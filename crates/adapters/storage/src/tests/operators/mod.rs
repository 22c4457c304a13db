mod audit;
mod signed_in;
