//! Pickled NumPy data: any bytes give a value or an error.

use eps_data::pickle;

pub fn run(bytes: &[u8]) {
    let _ = pickle::load(bytes);
}
