//! What the masks of a folder were made of.

use crate::Session;
use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use anyhow::Result;
use eps_data::coco::Drawing;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the masks of a folder were made of: `masks.json` beside them. Files are known by their hashes, folders by
/// those of their ids; of class maps the folder is known by its path.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::prepare) enum Origin {
    Drawn {
        instances: String,
        drawing: Drawing,
    },
    Converted {
        sbd: String,
        voc: Option<String>,
    },
    Indexed {
        pictures: String,
        colours: String,
    },
    Thresholded {
        maps: String,
        background: String,
        from_one: bool,
        suffix: String,
        normalise: bool,
        resize: bool,
    },
}

impl Origin {
    /// Takes a folder for these masks; one whose masks were made otherwise is refused.
    pub(in crate::prepare) fn take(&self, out: &Path, session: &Session<'_>) -> Result<FolderLock> {
        let results = Results { name: "masks", folder: out, ending: "png" };
        origin::take(out, false, &out.join("masks.json"), self, &results, session)
    }
}
