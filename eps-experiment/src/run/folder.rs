//! A run folder: what a training run and the steps after it leave.

use super::provenance::Provenance;
use anyhow::{Context as _, Result, ensure};
use eps_data::codec::{is_named, read_text, write_file};
use eps_model::recipe::{Recipe, TrainingRecipe};
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

    /// The masks of a run or of `eps refine`, or the folder itself if it is one of masks.
    ///
    /// # Errors
    ///
    /// If a run has no masks yet.
    pub fn masks_in(folder: &Path) -> Result<PathBuf> {
        part_in(folder, MASKS)
    }

    /// The class maps of a run, or the folder itself if it is one of maps.
    ///
    /// # Errors
    ///
    /// If a run has no maps yet.
    pub fn cams_in(folder: &Path) -> Result<PathBuf> {
        part_in(folder, MAPS)
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
        self.recipe_of()
    }

    /// The same of a run for any task.
    pub fn recipe_of<R: TrainingRecipe>(&self) -> Result<R> {
        R::read(&self.recipe_file())
            .with_context(|| format!("{}: not the folder of a training run", self.root.display()))
    }

    /// Whether a training run has begun here: its recipe alone is left by one whose weights were
    /// refused.
    pub fn is_begun(&self) -> bool {
        self.recipe_file().exists() && self.steps_file().exists()
    }

    /// Writes the recipe and the provenance of a new run.
    pub fn begin(&self, recipe: &impl TrainingRecipe, provenance: &Provenance) -> Result<()> {
        fs::create_dir_all(&self.root)
            .with_context(|| format!("{}: cannot be created", self.root.display()))?;
        let json = serde_json::to_string_pretty(provenance)?;
        write_file(&self.provenance_file(), json)?;
        // The recipe last, since it is what makes a folder that of a run.
        Ok(write_file(&self.recipe_file(), recipe.to_toml())?)
    }

    pub fn provenance(&self) -> Result<Provenance> {
        let path = self.provenance_file();
        let text = read_text(&path)?;
        serde_json::from_str(&text)
            .with_context(|| format!("{}: not a provenance file", path.display()))
    }
}

/// The masks of a run, and how their files end.
pub(super) const MASKS: Part = Part { name: "masks", endings: &["png"] };
/// The class maps of a run, or of other programs.
pub(super) const MAPS: Part = Part { name: "cams", endings: &["npz", "npy", "pkl", "pickle"] };

/// A folder inside a run.
#[derive(Clone, Copy)]
pub(super) struct Part {
    name: &'static str,
    endings: &'static [&'static str],
}

impl Part {
    /// Whether the folder has such files itself.
    fn is_in(self, folder: &Path) -> bool {
        let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.any(|entry| {
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| self.endings.contains(&ending))
        })
    }
}

/// A folder inside another, unless that one has the files itself; `None` where there is neither.
pub(super) fn part_of(folder: &Path, part: Part) -> Option<PathBuf> {
    let is_run = is_named(&folder.join("recipe.toml"));
    let inner = folder.join(part.name);
    match () {
        () if !is_run && part.is_in(folder) => Some(folder.into()),
        () if inner.is_dir() => Some(inner),
        () => None,
    }
}

/// The same; a folder with neither is taken for one that lacks its files.
fn part_in(folder: &Path, part: Part) -> Result<PathBuf> {
    let found = part_of(folder, part);
    ensure!(
        found.is_some() || !is_named(&folder.join("recipe.toml")),
        "{}: is not there, expected the {} of `eps infer`",
        folder.join(part.name).display(),
        part.name
    );
    Ok(found.unwrap_or_else(|| folder.into()))
}
