//! The files that cells are trained and scored on, and what is in them.

use super::cell::{Cell, MaskRule, SaliencySource};
use crate::{DataSource, Session};
use anyhow::{Context as _, Result};
use eps_data::codec::{read_text, sha256_of_file, write_file};
use eps_data::{DataError, Item, Needs, Split, in_order, sha256};
use eps_model::weights::check_weights;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The files that cells are trained and scored on.
pub struct Sources {
    trained: BTreeMap<SaliencySource, Source>,
    /// The images that are scored, with their truth.
    pub scored: Split,
    /// Of the photographs and labels that are scored.
    pub scored_digest: String,
    /// Of their truth.
    truth_digest: String,
    /// Of their saliency maps; absent if no cell is cut by them.
    cue_digest: Option<String>,
    /// SHA-256 of each file of weights.
    weights: BTreeMap<PathBuf, String>,
}

/// What a training reads.
struct Source {
    split: Split,
    digest: String,
}

impl Sources {
    /// Opens the files of all cells; `cache` is a folder for what is known of their contents.
    ///
    /// # Errors
    ///
    /// If a file is missing or does not fit its photograph.
    pub fn open(
        trained_on: &DataSource,
        scored_on: &DataSource,
        cells: &[Cell],
        cache: Option<&Path>,
        session: &Session<'_>,
    ) -> Result<Self> {
        // Everything is opened before anything is hashed, which takes minutes and leaves files in the cache.
        let is_cut = cells.iter().any(|cell| matches!(cell.masks, MaskRule::Cue(_)));
        let needs = Needs { masks: true, saliency: is_cut, ..Needs::default() };
        let scored = scored_on.open(needs, session)?;
        let mut splits = BTreeMap::new();
        let mut weights = BTreeMap::new();
        for cell in cells {
            if !splits.contains_key(&cell.saliency) {
                splits.insert(&cell.saliency, open(trained_on, &cell.saliency, session)?);
            }
            if let Some(path) = cell.weights.as_ref().filter(|path| !weights.contains_key(*path)) {
                check_weights(path, cell.recipe.network.backbone)?;
                weights.insert(path.clone(), String::new());
            }
        }
        for (path, digest) in &mut weights {
            *digest = sha256_of_file(path)?;
        }
        let digests = Digests { cache, session };
        let trained = splits
            .into_iter()
            .map(|(saliency, split)| Ok((saliency.clone(), digests.source(split)?)))
            .collect::<Result<_>>()?;
        let truths = scored.items.iter().filter_map(|item| item.mask.as_deref());
        Ok(Self {
            trained,
            scored_digest: digests.images(&scored)?,
            truth_digest: digests.files("masks", &scored.items, truths)?,
            cue_digest: is_cut.then(|| digests.saliency(&scored)).transpose()?,
            scored,
            weights,
        })
    }

    pub fn split(&self, cell: &Cell) -> &Split {
        &self.of(cell).split
    }

    /// Everything about the files that a training depends on.
    pub fn training_text(&self, cell: &Cell) -> String {
        let weights = cell.weights.as_ref().map_or("none", |path| self.weights[path].as_str());
        format!("data {}\nweights {weights}\n", self.of(cell).digest)
    }

    /// Everything about the files that the scores of given class maps depend on.
    pub fn scoring_text(&self, cell: &Cell) -> String {
        match (cell.masks, &self.cue_digest) {
            (MaskRule::Cue(_), Some(digest)) => format!("{}\n{digest}", self.truth_digest),
            _ => self.truth_digest.clone(),
        }
    }

    fn of(&self, cell: &Cell) -> &Source {
        self.trained.get(&cell.saliency).expect("the files of every cell were opened")
    }
}

/// The images that cells with this saliency are trained on.
fn open(data: &DataSource, saliency: &SaliencySource, session: &Session<'_>) -> Result<Split> {
    let mut data = data.clone();
    if let SaliencySource::Folder(folder) = saliency {
        data.folder.saliency.clone_from(folder);
    }
    let needs = Needs { saliency: *saliency != SaliencySource::None, ..Needs::default() };
    data.open(needs, session)
}

/// Hashes of files, each set of files read once for a folder of ablations.
struct Digests<'a> {
    cache: Option<&'a Path>,
    session: &'a Session<'a>,
}

impl Digests<'_> {
    fn source(&self, split: Split) -> Result<Source> {
        let (images, maps) = (self.images(&split)?, self.saliency(&split)?);
        // A map of another size than its photograph reaches the training in the way that this says.
        let fit = split.saliency_fit;
        let digest = sha256(format!("{images}\n{maps}\n{fit:?}\n"));
        Ok(Source { split, digest })
    }

    fn saliency(&self, split: &Split) -> Result<String> {
        let maps = split.items.iter().filter_map(|item| item.saliency.as_deref());
        self.files("saliency maps", &split.items, maps)
    }

    /// Of photographs, their labels and the names of the classes.
    fn images(&self, split: &Split) -> Result<String> {
        let photographs = split.items.iter().map(|item| item.image.as_path());
        let mut text = self.files("photographs", &split.items, photographs)?;
        for name in split.names.iter() {
            write!(text, "\n{name}")?;
        }
        for item in &split.items {
            write!(text, "\n{} {:?}", item.id, item.classes.iter().collect::<Vec<_>>())?;
        }
        Ok(sha256(text))
    }

    /// Of the contents of one file for each item; none may be left out but all.
    fn files<'a>(
        &self,
        kind: &str,
        items: &[Item],
        files: impl Iterator<Item = &'a Path>,
    ) -> Result<String> {
        let files: Vec<(&str, &Path)> = items.iter().map(|item| &*item.id).zip(files).collect();
        let Some(cache) = self.cache else { return self.digest(kind, &files) };
        // To hash gigabytes takes minutes; to look at names, sizes and times takes a moment.
        let known = cache.join(stamp(&files)?);
        if let Ok(text) = read_text(&known) {
            return Ok(text);
        }
        let digest = self.digest(kind, &files)?;
        write_file(&known, &digest)?;
        Ok(digest)
    }

    /// Of the contents of files, by the ids of their images.
    fn digest(&self, kind: &str, files: &[(&str, &Path)]) -> Result<String> {
        let observer = self.session.observer;
        observer.begin(&format!("hashing {kind}"), files.len(), 0);
        let lines = in_order(files.par_iter().map(|(id, path)| {
            let hash = sha256_of_file(path)?;
            observer.tick();
            Ok::<_, DataError>(format!("{id} {hash}\n"))
        }));
        observer.end();
        Ok(sha256(lines?.concat()))
    }
}

/// Of names, sizes and times of files: as long as it is the same, so are the contents.
fn stamp(files: &[(&str, &Path)]) -> Result<String> {
    let mut text = String::new();
    for (id, path) in files {
        let stamp =
            stamp_of(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        writeln!(text, "{id} {stamp}")?;
    }
    Ok(sha256(text))
}

fn stamp_of(path: &Path) -> io::Result<String> {
    let path = std::path::absolute(path)?;
    let metadata = fs::metadata(&path)?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok(format!("{} {} {modified}", path.display(), metadata.len()))
}
