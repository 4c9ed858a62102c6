//! For tests: where the fixtures are, and readers of the numbers that other programs left in them.
//!
//! Everything panics with the name of the file, as a test does that cannot begin.
//!
//! ```
//! let expected = eps_testkit::json(&eps_testkit::golden("boundary").join("expected.json"));
//! assert!(expected["classes"].as_u64().is_some());
//! ```

mod arrays;

pub use arrays::{Arrays, npy};
pub use npyz::Deserialize;

use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder of `fixtures`, by its path below it.
pub fn fixture(name: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

/// The folder with recorded numbers about `topic`: below the one that `EPS_GOLDEN` names, or the fixtures.
pub fn golden(topic: &str) -> PathBuf {
    std::env::var_os("EPS_GOLDEN").map_or_else(|| fixture("golden"), PathBuf::from).join(topic)
}

/// The content of a JSON file.
///
/// # Panics
///
/// If the file cannot be read or is no JSON.
pub fn json(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
