//! A run folder: what a training run and the steps after it leave.

use crate::args::DeviceArgs;
use crate::arguments;
use anyhow::{Context as _, Result, ensure};
use eps_data::Split;
use eps_data::codec::{read_bytes, read_text, write_atomically};
use eps_eval::EvalError;
use eps_model::recipe::Recipe;
use eps_model::train::Checkpoint;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// Paths inside a run folder.
#[derive(Clone, Debug)]
pub(crate) struct RunFolder {
    pub(crate) root: PathBuf,
}

/// Where a run came from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Provenance {
    pub(crate) version: String,
    pub(crate) command: Vec<String>,
    pub(crate) device: String,
    pub(crate) list: ListHash,
    /// SHA-256 of the pre-trained weights.
    pub(crate) weights: Option<String>,
}

/// The list a run was trained on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ListHash {
    pub(crate) name: String,
    pub(crate) images: usize,
    pub(crate) sha256: String,
}

impl Provenance {
    /// Of this process: its arguments, its device, and what it works on.
    pub(crate) fn new(device: &DeviceArgs, split: &Split, weights: Option<&Path>) -> Result<Self> {
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").into(),
            command: arguments::shown(),
            device: device.device.to_string(),
            list: ListHash::of(split),
            weights: weights.map(sha256_of_file).transpose()?,
        })
    }
}

/// Says, once a process, that damage to a checkpoint's files would not be noticed.
pub(crate) fn note_unchecked(checkpoint: &Checkpoint) {
    static SAID: Once = Once::new();
    if !checkpoint.is_checked() {
        SAID.call_once(|| {
            eprintln!(
                "note: {}: written by an earlier version, without the hashes that show damage",
                checkpoint.folder().display()
            );
        });
    }
}

/// SHA-256 of a file's bytes.
pub(crate) fn sha256_of_file(path: &Path) -> Result<String> {
    Ok(eps_data::sha256(read_bytes(path)?))
}

impl ListHash {
    pub(crate) fn of(split: &Split) -> Self {
        let list = &split.list;
        Self { name: list.name.clone(), images: list.ids.len(), sha256: list.sha256.clone() }
    }
}

impl RunFolder {
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.into() }
    }

    pub(crate) fn recipe_file(&self) -> PathBuf {
        self.root.join("recipe.toml")
    }

    pub(crate) fn provenance_file(&self) -> PathBuf {
        self.root.join("provenance.json")
    }

    pub(crate) fn steps_file(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    pub(crate) fn cams(&self) -> PathBuf {
        self.root.join("cams")
    }

    pub(crate) fn masks(&self) -> PathBuf {
        self.root.join("masks")
    }

    /// The masks of a run, or the folder itself if it is none.
    pub(crate) fn masks_in(folder: &Path) -> Result<PathBuf> {
        let run = Self::at(folder);
        if !run.recipe_file().exists() {
            return Ok(folder.into());
        }
        let masks = run.masks();
        ensure!(
            masks.is_dir(),
            "{}: is not there, expected the masks of `eps infer`",
            masks.display()
        );
        Ok(masks)
    }

    pub(crate) fn logits_file(&self) -> PathBuf {
        self.root.join("logits.csv")
    }

    /// File name of the folder.
    pub(crate) fn name(&self) -> String {
        let name = self.root.file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.root.display().to_string())
    }

    /// The resolved recipe that the run was trained with.
    pub(crate) fn recipe(&self) -> Result<Recipe> {
        Recipe::read(&self.recipe_file())
            .with_context(|| format!("{}: not the folder of a training run", self.root.display()))
    }

    /// Whether a training run has begun here: its recipe alone is left by one whose weights were
    /// refused.
    pub(crate) fn is_begun(&self) -> bool {
        self.recipe_file().exists() && self.steps_file().exists()
    }

    /// Writes the recipe and the provenance of a new run.
    pub(crate) fn begin(&self, recipe: &Recipe, provenance: &Provenance) -> Result<()> {
        fs::create_dir_all(&self.root)
            .with_context(|| format!("{}: cannot be created", self.root.display()))?;
        let json = serde_json::to_string_pretty(provenance)?;
        write_text(&self.provenance_file(), &json)?;
        write_text(&self.recipe_file(), &recipe.to_toml())
    }

    pub(crate) fn provenance(&self) -> Result<Provenance> {
        let path = self.provenance_file();
        let text = read_text(&path)?;
        serde_json::from_str(&text)
            .with_context(|| format!("{}: not a provenance file", path.display()))
    }
}

/// Writes a text file whole or not at all.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Writes a text file whole or not at all, if it was asked for.
pub(crate) fn write_asked(
    path: &Option<PathBuf>,
    text: impl FnOnce() -> Result<String, EvalError>,
) -> Result<()> {
    match path {
        Some(path) => write_text(path, &text()?),
        None => Ok(()),
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    Ok(write_atomically(path, |file| file.write_all(bytes))?)
}
