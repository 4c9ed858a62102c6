//! Tests across files: kernels against burn's own operations, losses, networks, training and
//! inference against recorded numbers of the reference implementation.

mod golden;
mod inference;
mod losses;
mod networks;
mod operations;
mod recipes;
mod training;
mod weights;
