//! Runs on one split, scored and shown side by side.

use crate::ground_truth::predicted_ignore;
use crate::run::{MethodFolder, RunFolder};
use anyhow::{Context as _, Result, ensure};
use eps_data::codec::{class_map_of, read_class_map, read_mask};
use eps_data::{Item, LabelMap, Observer, Silent, Split};
use eps_eval::report::chart::TrainingStep;
use eps_eval::report::page::{ConfusionRatios, Method};
use eps_eval::report::{ReferenceLoss, ReferenceRun, reference_losses};
use eps_eval::{
    ConfusionMatrix, Cooccurrence, Fold, MaskFolder, PixelMetric as _, Protocol, Scores, Sweep,
    SweepPlan, Threshold, ThresholdChoice, sweep_folder,
};
use eps_model::recipe::{self, BackboneName, Recipe};
use eps_model::train::read_steps;
use std::path::{Path, PathBuf};

/// The threshold that does not depend on the truth, as published.
pub const FIXED_THRESHOLD: f64 = 0.2;

/// A split with its truth, and what its scores are split by.
pub struct Comparison<'a> {
    pub split: &'a Split,
    /// Masks of the stuff that comes with each class, `<id>.png`.
    pub stuff: Option<PathBuf>,
    /// For each, a mean over background and the classes with at least so many images.
    pub minimum_images: &'a [usize],
}

impl Comparison<'_> {
    /// A method's scores at both thresholds, its curves, and its confusion with stuff; of masks alone their
    /// scores as they are.
    pub fn method(&self, folder: &MethodFolder, observer: &dyn Observer) -> Result<Method> {
        match &folder.maps {
            Some(maps) => self.method_of_maps(folder, maps, observer),
            None => self.method_of_masks(folder, observer),
        }
    }

    fn method_of_masks(&self, folder: &MethodFolder, observer: &dyn Observer) -> Result<Method> {
        let Split { list, items, names, .. } = self.split;
        let predictions = folder.predictions(FIXED_THRESHOLD as f32);
        let masks = MaskFolder { list, items, predictions: &predictions, names, shard: None };
        let counts = masks.count(Protocol::Voc, observer).map_err(predicted_ignore)?;
        Ok(Method {
            name: folder.name.clone(),
            fixed: self.scores(&counts.matrix, None),
            best: None,
            matrix: counts.matrix,
            sweep: vec![],
            training: training(&folder.run)?,
            reference: vec![],
            confusion: None,
        })
    }

    fn method_of_maps(
        &self,
        folder: &MethodFolder,
        maps: &Path,
        observer: &dyn Observer,
    ) -> Result<Method> {
        let classes = self.split.names.len();
        let plan = SweepPlan::constant(classes);
        let swept = sweep_folder(&self.split.items, maps, &plan, observer)?;
        let (sweep, curve) = (&swept.sweep, &swept.rules[0].whole);
        let best = curve.best().context("no pixel of the truth counts")?;
        let fixed = threshold(FIXED_THRESHOLD, ThresholdChoice::Fixed);
        let chosen = threshold(best.parameter, ThresholdChoice::BestOnTruth);
        let (run, stuff) = (&folder.run, self.stuff.as_deref());
        Ok(Method {
            name: folder.name.clone(),
            fixed: self.scores_at(sweep, fixed)?,
            best: Some(self.scores_at(sweep, chosen)?),
            matrix: matrix_at(sweep, FIXED_THRESHOLD)?,
            sweep: curve.points(),
            training: training(run)?,
            reference: reference(run, self.split.names.objects())?,
            confusion: match stuff {
                Some(stuff) => Some(self.confusion(folder, stuff, best.parameter)?),
                None => None,
            },
        })
    }

    fn scores_at(&self, sweep: &Sweep, threshold: Threshold) -> Result<Scores> {
        let matrix = matrix_at(sweep, threshold.value)?;
        Ok(self.scores(&matrix, Some(threshold)))
    }

    fn scores(&self, matrix: &ConfusionMatrix, threshold: Option<Threshold>) -> Scores {
        let Split { list, names, .. } = self.split;
        let mut scores = Scores::new(Protocol::Voc, list.id(), threshold, matrix, names);
        let positives = self.split.positives();
        for &minimum in self.minimum_images {
            let frequent: Vec<usize> = (0..positives.len())
                .filter(|&class| class == 0 || positives[class] >= minimum)
                .collect();
            let classes = frequent.len() - 1;
            let name =
                format!("background and the {classes} classes with at least {minimum} images");
            scores = scores.with_subset(&name, frequent);
        }
        scores
    }

    /// False positives on the co-occurring background over true positives, at the fixed and at the best
    /// threshold.
    fn confusion(&self, run: &MethodFolder, stuff: &Path, best: f64) -> Result<ConfusionRatios> {
        let classes = self.split.names.len();
        let thresholds = [FIXED_THRESHOLD, best];
        // Silent, since the sweep has told the observer of each of these images.
        let [fixed, best] = Fold::over(&self.split.items, &Silent).sum(
            || thresholds.map(|_| Cooccurrence::new(classes)),
            |counts, item| -> Result<()> {
                let stuff = read_mask(&stuff.join(format!("{}.png", item.id)), classes)?;
                let (truth, scores) = (truth(item, classes)?, scores(run, item)?);
                for (counts, threshold) in counts.iter_mut().zip(thresholds) {
                    counts.add(&stuff, &truth, &scores.to_labels(threshold as f32));
                }
                Ok(())
            },
            |[fixed, best], next| [fixed.merge(&next[0]), best.merge(&next[1])],
        )?;
        Ok(ConfusionRatios { fixed: fixed.ratio(), best: best.ratio() })
    }
}

fn matrix_at(sweep: &Sweep, value: f64) -> Result<ConfusionMatrix> {
    sweep.matrix(value as f32).with_context(|| format!("no threshold {value} was swept"))
}

fn threshold(value: f64, chosen: ThresholdChoice) -> Threshold {
    Threshold { value, chosen }
}

pub(super) fn truth(item: &Item, classes: usize) -> Result<LabelMap> {
    let path = item.mask.as_ref().with_context(|| format!("{}: has no mask", item.id))?;
    Ok(read_mask(path, classes)?)
}

/// The class maps of an image. A run has those of the image's labels; another program may have left out
/// or added some, but not shifted all of them.
pub(super) fn scores(folder: &MethodFolder, item: &Item) -> Result<eps_data::ScoreMap> {
    let maps = folder.maps.as_ref().context("a method without maps")?;
    let path = class_map_of(maps, &item.id);
    let scores = read_class_map(&path)?;
    let expected: Vec<_> = item.classes.iter().collect();
    let shifted = expected.iter().map(|class| class.saturating_add(1));
    let hint = match scores.classes().iter().copied().eq(shifted) {
        true => ": were their keys counted from 1? `eps data convert --from-one` reads such maps",
        false => "",
    };
    let is_of_run = folder.run.recipe_file().exists();
    ensure!(
        scores.classes() == expected || (!is_of_run && hint.is_empty()),
        "{}: has maps of classes {:?}, expected those of the image's labels, {expected:?}{hint}",
        path.display(),
        scores.classes()
    );
    Ok(scores)
}

fn training(run: &RunFolder) -> Result<Vec<TrainingStep>> {
    if !run.steps_file().exists() {
        return Ok(vec![]);
    }
    let steps = read_steps(&run.steps_file())?.into_iter().map(|step| TrainingStep {
        step: step.step as u64,
        loss: f64::from(step.loss),
        loss_cls: f64::from(step.loss_cls),
        loss_sal: step.loss_sal.map(f64::from),
        lr: step.lr,
    });
    Ok(steps.collect())
}

/// The reference's losses, where a run's recipe is the published one in what they depend on.
fn reference(run: &RunFolder, objects: usize) -> Result<Vec<ReferenceLoss>> {
    if !run.recipe_file().exists() {
        return Ok(vec![]);
    }
    let Recipe { network, optimiser, .. } = run.recipe()?;
    let whole = network.backbone == BackboneName::Resnet38d && network.width == 1.0;
    // COCO's script says 256,500 updates; the released run decayed over 76,950, and its curve counts for
    // both. Source: method, section 8.2.
    let known = match (objects, optimiser.updates, optimiser.batch, network.method) {
        (20, 20_000, 8, recipe::Method::Cam) => Some(ReferenceRun::Voc12Cls),
        (20, 20_000, 8, recipe::Method::Eps) => Some(ReferenceRun::Voc12Eps),
        (80, 76_950 | 256_500, 16, recipe::Method::Cam) => Some(ReferenceRun::Coco14Cls),
        (80, 76_950 | 256_500, 16, recipe::Method::Eps) => Some(ReferenceRun::Coco14Eps),
        _ => None,
    };
    Ok(known.filter(|_| whole).map(reference_losses).unwrap_or_default())
}
