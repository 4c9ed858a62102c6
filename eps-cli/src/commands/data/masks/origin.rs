//! What the masks of a folder were made of, so that an interrupted call goes on with its own only.

use crate::run_folder::write_text;
use anyhow::{Context as _, Result, bail};
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
}

/// Name of the file that tells the origin of a folder's masks.
const FILE: &str = "masks.json";

impl Origin {
    /// Refuses a folder whose masks were made otherwise, and marks a new one.
    pub(super) fn claim(&self, out: &Path) -> Result<()> {
        let path = out.join(FILE);
        if !path.exists() {
            return write_text(&path, &(serde_json::to_string_pretty(self)? + "\n"));
        }
        if Self::read(&path)? != *self {
            bail!(
                "{}: masks of another source or with other rules are there, expected another --out",
                path.display()
            );
        }
        Ok(())
    }

    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{}: cannot be read", path.display()))?;
        serde_json::from_str(&text)
            .with_context(|| format!("{}: not the origin of masks", path.display()))
    }
}
