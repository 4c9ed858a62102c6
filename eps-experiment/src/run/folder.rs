//! A run folder: what a training run and the steps after it leave.

use super::provenance::Provenance;
use anyhow::{Context as _, Result, ensure};
use eps_data::codec::{read_text, write_file};
use eps_model::recipe::Recipe;
use std::fs;
use std::path::{Path, PathBuf};

/// Paths inside a run folder.
#[derive(Clone, Debug)]
pub struct RunFolder {
    pub root: PathBuf,
}

impl RunFolder {
    pub fn at(root: &Path) -> Self {
        Self { root: root.into() }
    }

    pub fn recipe_file(&self) -> PathBuf {
        self.root.join("recipe.toml")
    }

    pub fn provenance_file(&self) -> PathBuf {
        self.root.join("provenance.json")
    }

    pub fn steps_file(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    pub fn cams(&self) -> PathBuf {
        self.root.join("cams")
    }

    pub fn masks(&self) -> PathBuf {
        self.root.join("masks")
    }

    /// The masks of a run, or the folder itself if it is none.
    pub fn masks_in(folder: &Path) -> Result<PathBuf> {
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

    /// The class maps of an image.
    pub fn cam_of(&self, id: &str) -> PathBuf {
        self.cams().join(format!("{id}.npz"))
    }

    /// The mask of an image.
    pub fn mask_of(&self, id: &str) -> PathBuf {
        self.masks().join(format!("{id}.png"))
    }

    pub fn logits_file(&self) -> PathBuf {
        self.root.join("logits.csv")
    }

    /// File name of the folder.
    pub fn name(&self) -> String {
        let name = self.root.file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.root.display().to_string())
    }

    /// The resolved recipe that the run was trained with.
    pub fn recipe(&self) -> Result<Recipe> {
        Recipe::read(&self.recipe_file())
            .with_context(|| format!("{}: not the folder of a training run", self.root.display()))
    }

    /// Whether a training run has begun here: its recipe alone is left by one whose weights were
    /// refused.
    pub fn is_begun(&self) -> bool {
        self.recipe_file().exists() && self.steps_file().exists()
    }

    /// Writes the recipe and the provenance of a new run.
    pub fn begin(&self, recipe: &Recipe, provenance: &Provenance) -> Result<()> {
        fs::create_dir_all(&self.root)
            .with_context(|| format!("{}: cannot be created", self.root.display()))?;
        let json = serde_json::to_string_pretty(provenance)?;
        write_file(&self.provenance_file(), json)?;
        Ok(write_file(&self.recipe_file(), recipe.to_toml())?)
    }

    pub fn provenance(&self) -> Result<Provenance> {
        let path = self.provenance_file();
        let text = read_text(&path)?;
        serde_json::from_str(&text)
            .with_context(|| format!("{}: not a provenance file", path.display()))
    }
}
