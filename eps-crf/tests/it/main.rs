//! Agreement with brute force and with pydensecrf.

mod brute_force;
mod edges;
mod golden;
mod term_field;
