//! What the masks of a folder were made of.

use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use anyhow::Result;
use eps_data::coco::Drawing;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the masks of a folder were made of; files are known by their hashes, folders by those of
/// their ids.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Origin {
    Drawn { instances: String, drawing: Drawing },
    Converted { sbd: String, voc: Option<String> },
    Indexed { pictures: String, colours: String },
}

impl Origin {
    /// Refuses a folder whose masks were made otherwise, and marks a new one.
    pub(super) fn claim(&self, out: &Path, lock: &FolderLock) -> Result<()> {
        let results = Results { name: "masks", folder: out, ending: "png" };
        origin::claim(&out.join("masks.json"), self, &results, lock)
    }
}
