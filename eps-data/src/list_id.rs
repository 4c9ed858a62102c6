//! Which list of images something belongs to.

use serde::{Deserialize, Serialize};

/// The identity of a list, as results and records name it: two lists with one hash have the same images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListId {
    pub name: String,
    /// How many there are.
    pub images: usize,
    /// Of the ids joined by newlines, in hexadecimal.
    pub sha256: String,
}
