//! Naming every image that keeps an evaluation from its scores, for `--keep-going`.

use anyhow::{Result, bail};
use eps_data::error_chain;
use eps_eval::EvalError;
use eps_experiment::GroundTruth;
use std::collections::HashSet;

/// Names each fault once, and fails.
pub(crate) fn list<T>(mut faults: Vec<EvalError>, images: usize, truth: &GroundTruth) -> Result<T> {
    let mut named = HashSet::new();
    faults.retain(|fault| named.insert(fault.to_string()));
    let count = faults.len();
    for fault in faults {
        eprintln!("error: {}", error_chain(&fault));
    }
    let faults = if count == 1 { "fault" } else { "faults" };
    bail!(
        "{count} {faults} in {images} images: nothing was scored; the list is {}, the classes are those of {}",
        truth.list.place,
        truth.place_of_names
    )
}
