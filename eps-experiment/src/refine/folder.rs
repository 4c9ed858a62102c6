//! A folder of class maps to folders of masks.

use super::{Background, Refinement};
use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use crate::resumed::Missing;
use crate::run::RunFolder;
use crate::{End, Session};
use anyhow::{Result, bail, ensure};
use eps_crf::Floor;
use eps_data::codec::{
    ScoreFormat, class_map_of, class_maps_in, is_whole, write_mask, write_scores,
};
use eps_data::{DataSet, ImageList, Shard, none_missing};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the masks of a folder were made of: `refine.json` beside them.
#[derive(PartialEq, Serialize, Deserialize)]
struct Origin {
    cams: String,
    preset: String,
    background: String,
    floor: Option<f32>,
    steps: usize,
}

/// The folder of maps that the masks of a folder were refined from; `None` where nothing says it.
pub fn refined_maps(folder: &Path) -> Result<Option<PathBuf>> {
    let origin = origin::read::<Origin>(&folder.join("refine.json"))?;
    Ok(origin.map(|origin| origin.cams.into()))
}

/// One image's files and results.
struct Job<'a> {
    id: &'a str,
    cam: PathBuf,
    image: PathBuf,
}

/// What a floor left out of all images, and what that may have changed.
#[derive(Debug, Default)]
pub struct Tally {
    pub pixels: AtomicUsize,
    /// Pixels that labels below the floor could have won.
    pub may_change: AtomicUsize,
    pub labels: AtomicUsize,
    /// Labels that were inferred.
    pub kept: AtomicUsize,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [pixels, may_change, labels, kept] =
            [&self.pixels, &self.may_change, &self.labels, &self.kept]
                .map(|count| count.load(Ordering::Relaxed));
        writeln!(formatter, "labels inferred      {kept} of {labels}")?;
        write!(formatter, "pixels it may change {may_change} of {pixels}")
    }
}

/// A folder of class maps to refine, and where the masks go.
pub struct MapFolder<'a> {
    pub cams: &'a Path,
    /// Folder of photographs, `<id>.jpg` or `<id>.png`.
    pub images: &'a Path,
    pub refinement: Refinement,
    /// One result for each.
    pub backgrounds: &'a [Background],
    /// Whether each background has a folder of its name in `out`; it must if there are several.
    pub in_folders: bool,
    pub out: &'a Path,
    /// The images [every map of the folder].
    pub list: Option<&'a ImageList>,
    pub shard: Option<Shard>,
    /// Whether the refined probabilities are written too.
    pub with_scores: bool,
}

impl MapFolder<'_> {
    /// Refines the maps that have no results yet, one image a core.
    ///
    /// # Errors
    ///
    /// If a map or photograph is missing or damaged, or the folder has masks of other maps or of other
    /// settings.
    pub fn run(&self, session: &Session<'_>) -> Result<(End, Tally)> {
        let ids = self.ids()?;
        let all = self.jobs(&ids)?;
        let taken = self.backgrounds.iter().map(|&background| self.take(background, session));
        let locks: Vec<FolderLock> = taken.collect::<Result<_>>()?;
        let tally = Tally::default();
        let (stage, results, locks) = ("refinement", "images", &locks[..]);
        let missing = Missing { session, stage, results, locks, at_once: None };
        let end = missing.make(&all, |job| self.is_done(job), |job| self.refine(job, &tally))?;
        Ok((end, tally))
    }

    /// Takes the folder of a background for this call, or for its part.
    fn take(&self, background: Background, session: &Session<'_>) -> Result<FolderLock> {
        let out = &self.folder(background);
        ensure!(
            !self.with_scores || !is_same(&out.cams(), self.cams),
            "{}: holds the maps to refine, which --scores would replace, expected another --out",
            self.cams.display()
        );
        let results = Results { name: "masks", folder: &out.masks(), ending: "png" };
        let (file, origin) = (out.root.join("refine.json"), self.origin(background)?);
        origin::take(&out.root, self.shard.is_some(), &file, &origin, &results, session)
    }

    /// Ids of the list, or of every map in the folder, that belong to the shard.
    fn ids(&self) -> Result<Vec<String>> {
        let mut ids = match self.list {
            Some(list) => list.ids.clone(),
            None => maps(self.cams)?,
        };
        ids.retain(|id| self.shard.is_none_or(|shard| shard.holds(id)));
        Ok(ids)
    }

    /// Files of every image, all of which exist.
    fn jobs<'a>(&self, ids: &'a [String]) -> Result<Vec<Job<'a>>> {
        let folder = DataSet { images: self.images.into(), ..DataSet::voc(self.images) };
        let mut jobs = Vec::new();
        for id in ids {
            let (cam, image) = (class_map_of(self.cams, id), folder.image_of(id));
            jobs.push(Job { id, cam, image });
        }
        let cams = jobs.iter().map(|job| &job.cam).filter(|cam| !cam.is_file());
        let images = jobs.iter().map(|job| &job.image).filter(|image| !image.is_file());
        let complete = none_missing(cams, "class map").and_then(|()| none_missing(images, "image"));
        match (complete, self.list) {
            (Err(error), Some(list)) => Err(list.explain(error).into()),
            (complete, _) => Ok(complete.map(|()| jobs)?),
        }
    }

    fn origin(&self, background: Background) -> Result<Origin> {
        Ok(Origin {
            cams: origin::whole_path(self.cams)?,
            preset: self.refinement.preset.name().into(),
            background: background.to_string(),
            floor: self.refinement.floor.map(Floor::score),
            steps: self.refinement.steps,
        })
    }

    /// Where the results of a background go.
    fn folder(&self, background: Background) -> RunFolder {
        match self.in_folders {
            true => RunFolder::at(&self.out.join(background.to_string())),
            false => RunFolder::at(self.out),
        }
    }

    fn is_done(&self, job: &Job<'_>) -> bool {
        self.backgrounds.iter().all(|&background| {
            let folder = self.folder(background);
            is_whole(&folder.mask_of(job.id))
                && (!self.with_scores || is_whole(&folder.cam_of(job.id)))
        })
    }

    /// Writes the results of every background, on the lattices of one image.
    fn refine(&self, job: &Job<'_>, tally: &Tally) -> Result<()> {
        let refinable = self.refinement.open(&job.cam, &job.image)?;
        for &background in self.backgrounds {
            let folder = self.folder(background);
            let refined = refinable.refine(background, &job.cam)?;
            tally.add(refinable.size().pixels(), refined.may_change);
            tally.add_labels(refinable.classes().len() + 1, refined.labels_kept);
            write_mask(&folder.mask_of(job.id), &refined.mask())?;
            if self.with_scores {
                let map = refined.into_score_map();
                write_scores(&folder.cam_of(job.id), &map, ScoreFormat::F32)?;
            }
        }
        Ok(())
    }
}

impl Tally {
    fn add(&self, pixels: usize, may_change: usize) {
        self.pixels.fetch_add(pixels, Ordering::Relaxed);
        self.may_change.fetch_add(may_change, Ordering::Relaxed);
    }

    fn add_labels(&self, labels: usize, kept: usize) {
        self.labels.fetch_add(labels, Ordering::Relaxed);
        self.kept.fetch_add(kept, Ordering::Relaxed);
    }
}

/// Whether two paths are of one folder that is there.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Ids of the maps of a folder, ascending.
fn maps(folder: &Path) -> Result<Vec<String>> {
    let ids: Vec<String> = class_maps_in(folder)?.into_keys().collect();
    if ids.is_empty() {
        bail!("{}: no class map in it, expected <id>.npz, .npy or .pkl", folder.display());
    }
    Ok(ids)
}
