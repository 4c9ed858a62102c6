//! Results that others can check: masks with the list, the counts and the hashes that they were scored with, in one
//! archive.
//!
//! ```text
//! frozen/frozen.json        Manifest: name, version of eps, hashes of the counts and of each image's files
//! frozen/lists/<name>.txt   ids of the images, in the order of the list
//! frozen/counts.json        Counts, from which all scores follow
//! frozen/scores.json        Scores, for people
//! frozen/masks/<id>.png     the masks, byte for byte
//! ```

mod archive;
mod pack;
mod result;

pub use pack::Freeze;
pub use result::{Difference, FrozenResult};

use eps_eval::Counts;
use serde::{Deserialize, Serialize};

/// Names of the files below `frozen/`.
const MANIFEST: &str = "frozen.json";
const COUNTS: &str = "counts.json";
const SCORES: &str = "scores.json";

/// Name of the file of a list, which gives the list its name.
fn list_file(counts: &Counts) -> String {
    format!("lists/{}.txt", counts.list.name)
}

/// What the other files of an archive are.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Manifest {
    /// Of eps.
    version: String,
    /// Of the predictions.
    name: String,
    /// SHA-256 of `counts.json`.
    counts: String,
    images: Vec<FrozenImage>,
}

/// An image of the list, with the SHA-256 of its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FrozenImage {
    id: String,
    mask: String,
    ground_truth: String,
}
