//! The doctor: every fault of a data set, found before a run meets it.
//!
//! An [`Examination`] says what to look at, [`Examination::begin`] reads lists and labels, and
//! [`Begun::finish`] decodes every file once, in parallel, with one image in memory for each thread.
//! What it finds are values: a [`Finding`] has a file, what was found, what was expected and how to
//! put it right. Nothing is printed here, and no data of any kind makes it stop.
//!
//! Each file of this folder holds one family of faults.

mod file;
mod finding;
mod labels;
mod lists;
mod masks;
mod photographs;
mod presence;
mod report;
mod saliency;
mod sizes;
mod space;
mod text;

pub use finding::{Finding, Kind, Severity};
pub use report::{MasksSeen, Overlap, Report, SaliencySeen};
pub use space::RunSpace;

use crate::dataset::has_folder;
use crate::{
    ClassNames, ClassSet, DataError, DataSet, LabelSource, Needs, Observer, SaliencyFit,
    pictures::{PHOTOGRAPH_ENDINGS, SALIENCY_ENDINGS},
};
use labels::CheckedLabels;
use lists::CheckedList;
use presence::FolderIndex;
use rayon::prelude::*;
use std::path::Path;

/// What to examine.
#[derive(Clone, Debug)]
pub struct Examination {
    pub folder: DataSet,
    /// Name or file of the list whose images are examined.
    pub list: String,
    /// Name or file of the list that results will be scored on; it must share no image.
    pub held_out: Option<String>,
    /// Labels; those of the folder unless given.
    pub labels: Option<LabelSource>,
    /// Which maps must be there; others are examined where their folder exists. Saliency maps that
    /// will be resized may have any size.
    pub needs: Needs,
    /// Where a run will be written; without it the disk is not looked at.
    pub space: Option<RunSpace>,
    /// Number of images in the list of the worst overlaps of saliency and masks.
    pub worst: usize,
}

impl Examination {
    /// Reads the lists, the names of the folders' files, and the labels.
    ///
    /// # Errors
    ///
    /// If there is no such list, or the class names cannot be read: then there is nothing to examine.
    pub fn begin(self) -> Result<Begun, DataError> {
        let names = self.folder.class_names()?;
        let mut findings = Vec::new();
        let list = CheckedList::read(&self.folder, &self.list, &mut findings)?;
        if let Some(held_out) = &self.held_out {
            // Its own lines are examined when it is the list.
            let held_out = CheckedList::read(&self.folder, held_out, &mut Vec::new())?;
            lists::leaks(&list, &held_out, &mut findings);
        }
        let indices = Indices::of(&self.folder, self.needs, &mut findings);
        let labels = self.labels.as_ref();
        let image_list = (&list.image_list(), self.list.as_str());
        let labels = CheckedLabels::read(&self.folder, labels, image_list, &names, &mut findings);
        Ok(Begun { examination: self, names, list, indices, labels, findings })
    }
}

/// The folders that are there.
struct Indices {
    images: Option<FolderIndex>,
    masks: Option<FolderIndex>,
    saliency: Option<FolderIndex>,
}

impl Indices {
    fn of(folder: &DataSet, needs: Needs, findings: &mut Vec<Finding>) -> Self {
        let mut index = |path: &Path, what, endings, is_needed| {
            let index = FolderIndex::of(path, what, endings);
            if index.is_none() {
                findings.push(no_folder(path, what, is_needed));
            }
            index
        };
        Self {
            images: index(&folder.images, "photograph", &PHOTOGRAPH_ENDINGS, true),
            masks: index(&folder.masks, "mask", &["png"], needs.masks)
                .map(|index| index.with_suffix(&folder.mask_suffix)),
            saliency: index(&folder.saliency, "saliency map", &SALIENCY_ENDINGS, needs.saliency)
                .map(|index| index.with_suffix(&folder.saliency_suffix)),
        }
    }
}

fn no_folder(path: &Path, what: &str, is_needed: bool) -> Finding {
    let purpose = match what {
        "mask" => "scores need them, training does not; name the folder with --masks",
        "saliency map" => {
            "EPS needs them, the plain classifier does not; name the folder with --saliency"
        }
        _ => "name the folder with --images",
    };
    let (found, is_in_the_way) = match has_folder(path) {
        Err(DataError::Content { found, .. }) => (found, true),
        _ => ("no such folder".into(), false),
    };
    let finding =
        Finding::new(Kind::NoFolder, path, found, format!("a {what} of each image"), purpose);
    if is_needed || is_in_the_way { finding.into_fault() } else { finding }
}

/// An examination whose lists and labels are read; the pictures are still to come.
pub struct Begun {
    examination: Examination,
    names: ClassNames,
    list: CheckedList,
    indices: Indices,
    labels: CheckedLabels,
    findings: Vec<Finding>,
}

/// What is kept of one image.
struct Examined {
    findings: Vec<Finding>,
    photograph: Option<usize>,
    mask: Option<masks::SeenMask>,
    /// Whether there is no mask, and none is needed.
    lacks_mask: bool,
    saliency: Option<saliency::ExaminedSaliency>,
}

impl Begun {
    /// Number of images to decode.
    pub fn images(&self) -> usize {
        self.list.ids.len()
    }

    /// Decodes the pictures of every image, each a step of the observer.
    ///
    /// The report does not depend on the number of threads.
    pub fn finish(self, observer: &dyn Observer) -> Report {
        let images = self.list.ids.par_iter().zip(&self.labels.of_images);
        let examined: Vec<Examined> = images
            .map(|(id, labels)| {
                let examined = self.examine(id, *labels);
                observer.tick();
                examined
            })
            .collect();
        self.report(examined)
    }

    fn examine(&self, id: &str, labels: Option<ClassSet>) -> Examined {
        let mut findings = Vec::new();
        let Indices { images, masks: mask_files, saliency: maps } = &self.indices;
        let image = images.as_ref().and_then(|index| index.find(id, &mut findings));
        let photograph = image.and_then(|path| photographs::examine(&path, &mut findings));
        let lacks_mask = !self.examination.needs.masks
            && mask_files.as_ref().is_some_and(|index| index.lacks(id));
        let mask_files = mask_files.as_ref().filter(|_| !lacks_mask);
        let mask_path = mask_files.and_then(|index| index.find(id, &mut findings));
        let mask =
            mask_path.as_deref().and_then(|path| masks::examine(path, &self.names, &mut findings));
        let saliency_path = maps.as_ref().and_then(|index| index.find(id, &mut findings));
        let map = mask.as_ref().map(|mask| &mask.map);
        let saliency =
            saliency_path.as_deref().and_then(|path| saliency::examine(path, map, &mut findings));
        if let Some(photograph) = &photograph {
            let mask = mask_path.as_deref().zip(map.map(|map| ("mask", map.size())));
            let is_exact = self.examination.needs.saliency_fit == SaliencyFit::Exact;
            let saliency =
                saliency.filter(|_| is_exact).map(|saliency| ("saliency map", saliency.size));
            let saliency = saliency_path.as_deref().zip(saliency);
            let maps = mask.into_iter().chain(saliency);
            findings.extend(
                maps.filter_map(|(path, (what, size))| sizes::check(what, path, size, photograph)),
            );
        }
        if let (Some(path), Some(mask), Some(labels)) = (&mask_path, &mask, labels) {
            masks::compare(path, mask, labels, &self.names, &mut findings);
        }
        Examined {
            findings,
            photograph: photograph.map(|photograph| photograph.size.pixels()),
            mask: mask.map(|mask| masks::SeenMask {
                kind: mask.kind,
                ignores: mask.ignored > 0,
                hides_objects: mask.hides_objects(labels),
            }),
            lacks_mask,
            saliency,
        }
    }

    fn report(self, examined: Vec<Examined>) -> Report {
        let Self { examination, names, list, labels, mut findings, .. } = self;
        let folder = &examination.folder;
        let mut masks = masks::MaskTally::default();
        let mut maps = saliency::SaliencyTally::default();
        let mut run = space::RunSize::default();
        let mut overlaps = Vec::new();
        let (images, mut photographs) = (list.ids.len(), 0);
        for ((id, labels), image) in list.ids.into_iter().zip(&labels.of_images).zip(examined) {
            findings.extend(image.findings);
            if let Some(pixels) = image.photograph {
                photographs += 1;
                run.add(pixels, labels.map_or(1, |classes| classes.len()));
            }
            if let Some(mask) = image.mask {
                masks.add(&folder.mask_of(&id), mask);
            }
            if image.lacks_mask {
                masks.add_lacking(&folder.mask_of(&id));
            }
            if let Some(saliency) = image.saliency {
                maps.add(&folder.saliency_of(&id), &saliency);
                let iou = saliency.agreement.and_then(|agreement| agreement.iou());
                overlaps.extend(iou.map(|iou| Overlap { id, iou }));
            }
        }
        findings.extend(masks.findings(&folder.masks));
        findings.extend(maps.findings(&folder.saliency));
        let scores = examination.space.as_ref().map_or_else(Default::default, |space| space.scores);
        let run_bytes = run.bytes(scores);
        findings
            .extend(examination.space.as_ref().and_then(|space| space::check(space, run_bytes)));
        Report {
            list: list.name,
            images,
            classes: names.objects(),
            photographs,
            masks: masks.seen,
            saliency: maps.seen(),
            run_bytes,
            faults: count(&findings, Severity::Fault),
            notes: count(&findings, Severity::Note),
            worst: report::worst(overlaps, examination.worst),
            findings,
        }
    }
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}
