//! `eps refine`

use super::End;
use crate::folder::files_by_id;
use crate::folder_lock::FolderLock;
use crate::origin::{self, Results};
use crate::refinement::{Background, BackgroundArgs, Refinement};
use crate::run_folder::RunFolder;
use crate::{interrupt, notes, parallel};
use anyhow::{Result, bail, ensure};
use eps_crf::{Floor, Preset};
use eps_data::codec::{ScoreFormat, is_whole, write_mask, write_scores};
use eps_data::{ImageList, Shard, VocFolder, none_missing};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Refine class activation maps with a dense CRF into masks (`masks/<id>.png`)
///
/// Images that have their results are skipped, so that an interrupted command goes on; masks of other
/// maps or with other settings are refused. One image a core; `RAYON_NUM_THREADS` sets how many.
/// docs/crf.md has the presets, memory and figures.
#[derive(clap::Args)]
pub(crate) struct Refine {
    /// Folder of class activation maps, `<id>.npz`
    cams: PathBuf,
    /// Folder of photographs, `<id>.jpg` or `<id>.png`
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    /// Parameters by their source: psa, irn-label, deeplab-v2, deeplab-v2-raw or toco
    #[arg(long, value_name = "NAME")]
    preset: Preset,
    /// Folder for the results; with several backgrounds a folder for each in it, such as `alpha-4`
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    background: BackgroundArgs,
    /// Leave out classes that reach this score nowhere in an image: an approximation, of which is
    /// said how many pixels it may change
    #[arg(long, value_name = "SCORE", value_parser = floor)]
    floor: Option<Floor>,
    /// Steps of mean-field inference
    #[arg(long, default_value_t = Preset::STEPS)]
    steps: usize,
    /// File with one image id a line [default: every map of the folder]
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Only part I of N of the images, such as 1/4; one process for each part does all
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Write the refined probabilities too (`cams/<id>.npz`)
    #[arg(long)]
    scores: bool,
}

fn floor(text: &str) -> Result<Floor, String> {
    let floor = text.parse().map_err(|_| "expected a fraction from 0 and below 1".to_owned())?;
    Floor::new(floor).map_err(|error| error.to_string())
}

/// What the masks of a folder were made of: `refine.json` beside them.
#[derive(PartialEq, Serialize, Deserialize)]
struct Origin {
    cams: String,
    preset: String,
    background: String,
    floor: Option<f32>,
    steps: usize,
}

impl Origin {
    fn claim(&self, out: &RunFolder, lock: &FolderLock) -> Result<()> {
        let results = Results { name: "masks", folder: &out.masks(), ending: "png" };
        origin::claim(&out.root.join("refine.json"), self, &results, lock)
    }
}

/// The folder of maps that the masks of a folder were refined from; `None` where nothing says it.
pub(crate) fn refined_maps(folder: &Path) -> Result<Option<PathBuf>> {
    let origin = origin::read::<Origin>(&folder.join("refine.json"))?;
    Ok(origin.map(|origin| origin.cams.into()))
}

/// One image's files and results.
struct Job<'a> {
    id: &'a str,
    cam: PathBuf,
    image: PathBuf,
}

/// Pixels and labels of all images, of which some were left out.
#[derive(Default)]
struct Tally {
    pixels: AtomicUsize,
    may_change: AtomicUsize,
    labels: AtomicUsize,
    kept: AtomicUsize,
}

impl Refine {
    pub(crate) fn run(self) -> Result<End> {
        let backgrounds = self.background.backgrounds(self.preset);
        let ids = self.ids()?;
        let all = self.jobs(&ids)?;
        let claimed =
            backgrounds.iter().map(|&own| self.claim(own, &self.folder(own, &backgrounds)));
        let locks: Vec<FolderLock> = claimed.collect::<Result<_>>()?;
        let check = || locks.iter().try_for_each(FolderLock::check);
        let total = all.len();
        let left: Vec<Job<'_>> =
            all.into_iter().filter(|job| !self.is_done(job, &backgrounds)).collect();
        if left.len() < total {
            eprintln!("{} of {total} images are there already", total - left.len());
        }
        interrupt::install()?;
        let tally = Tally::default();
        let ended = parallel::each("refinement", &left, |job| {
            check()?;
            self.refine(job, &backgrounds, &tally)
        });
        check()?;
        let end = ended?;
        match end {
            End::Interrupted => {
                eprintln!("finished images are kept; run the same command again to resume");
            }
            _ if self.floor.is_some() => tally.report(),
            _ => {}
        }
        Ok(end)
    }

    /// Takes the folder of a background for this call, or for its part.
    fn claim(&self, background: Background, out: &RunFolder) -> Result<FolderLock> {
        ensure!(
            !self.scores || !is_same(&out.cams(), &self.cams),
            "{}: holds the maps to refine, which --scores would replace, expected another --out",
            self.cams.display()
        );
        let origin = self.origin(background)?;
        if self.shard.is_none() {
            let lock = FolderLock::take(&out.root)?;
            origin.claim(out, &lock)?;
            return Ok(lock);
        }
        let mut lock = FolderLock::take_for_part(&out.root)?;
        origin.claim(out, &lock)?;
        lock.share()?;
        Ok(lock)
    }

    /// Ids of the list, or of every map in the folder, that belong to the shard.
    fn ids(&self) -> Result<Vec<String>> {
        let mut ids = match &self.list {
            Some(list) => {
                let list = ImageList::read(list)?;
                notes::say(&list.remarks);
                list.ids
            }
            None => maps(&self.cams)?,
        };
        ids.retain(|id| self.shard.is_none_or(|shard| shard.holds(id)));
        Ok(ids)
    }

    /// Files of every image, all of which exist.
    fn jobs<'a>(&self, ids: &'a [String]) -> Result<Vec<Job<'a>>> {
        let folder = VocFolder { images: self.images.clone(), ..VocFolder::at(&self.images) };
        let job = |id: &'a String| Job {
            id,
            cam: self.cams.join(format!("{id}.npz")),
            image: folder.image_of(id),
        };
        let jobs: Vec<Job<'a>> = ids.iter().map(job).collect();
        let absent = |path: &&Path| !path.is_file();
        none_missing(jobs.iter().map(|job| job.cam.as_path()).filter(absent), "class map")?;
        none_missing(jobs.iter().map(|job| job.image.as_path()).filter(absent), "image")?;
        Ok(jobs)
    }

    fn origin(&self, background: Background) -> Result<Origin> {
        Ok(Origin {
            cams: origin::whole_path(&self.cams)?,
            preset: self.preset.name().into(),
            background: background.to_string(),
            floor: self.floor.map(Floor::score),
            steps: self.steps,
        })
    }

    /// Where the results of a background go.
    fn folder(&self, background: Background, backgrounds: &[Background]) -> RunFolder {
        match backgrounds {
            [_] => RunFolder::at(&self.out),
            _ => RunFolder::at(&self.out.join(background.to_string())),
        }
    }

    fn is_done(&self, job: &Job<'_>, backgrounds: &[Background]) -> bool {
        backgrounds.iter().all(|&background| {
            let folder = self.folder(background, backgrounds);
            is_whole(&mask_of(&folder, job)) && (!self.scores || is_whole(&scores_of(&folder, job)))
        })
    }

    /// Writes the results of every background, on the lattices of one image.
    fn refine(&self, job: &Job<'_>, backgrounds: &[Background], tally: &Tally) -> Result<()> {
        let refinement = Refinement { preset: self.preset, steps: self.steps, floor: self.floor };
        let refinable = refinement.open(&job.cam, &job.image)?;
        for &background in backgrounds {
            let folder = self.folder(background, backgrounds);
            let refined = refinable.refine(background, &job.cam)?;
            tally.add(refinable.size().pixels(), refined.may_change);
            tally.add_labels(refinable.classes().len() + 1, refined.labels_kept);
            write_mask(&mask_of(&folder, job), &refined.mask())?;
            if self.scores {
                let map = refined.into_score_map();
                write_scores(&scores_of(&folder, job), &map, ScoreFormat::F32)?;
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

    /// Says what the floor left out, and what that may have changed.
    fn report(&self) {
        let [pixels, may_change, labels, kept] =
            [&self.pixels, &self.may_change, &self.labels, &self.kept]
                .map(|count| count.load(Ordering::Relaxed));
        println!("labels inferred      {kept} of {labels}");
        println!("pixels it may change {may_change} of {pixels}");
    }
}

fn mask_of(folder: &RunFolder, job: &Job<'_>) -> PathBuf {
    folder.masks().join(format!("{}.png", job.id))
}

fn scores_of(folder: &RunFolder, job: &Job<'_>) -> PathBuf {
    folder.cams().join(format!("{}.npz", job.id))
}

/// Whether two paths are of one folder that is there.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Ids of the maps of a folder, ascending.
fn maps(folder: &Path) -> Result<Vec<String>> {
    let ids: Vec<String> = files_by_id(folder, "npz")?.into_keys().collect();
    if ids.is_empty() {
        bail!("{}: no class map (.npz) in it", folder.display());
    }
    Ok(ids)
}
