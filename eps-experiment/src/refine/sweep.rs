//! Class maps refined by a dense CRF with each background and counted, without files in between.

use super::{Background, Refinable, Refinement};
use anyhow::Result;
use eps_crf::Preset;
use eps_data::{DataSet, Item, LabelMap, Observer, none_missing};
use eps_eval::{BackgroundRule, MapRefinement, SweepPlan, SweptRule, sweep_masks};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Powers where none is given: each costs an inference for every image.
const POWERS: [f32; 6] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];

/// The CRF of a sweep, and the photographs that it needs.
#[derive(Clone, Copy, Debug)]
pub struct RefinedSweep<'a> {
    pub preset: Preset,
    pub steps: usize,
    /// Folder of photographs, `<id>.jpg` or `<id>.png`.
    pub images: &'a Path,
}

impl RefinedSweep<'_> {
    /// The CRF for the report.
    pub fn described(&self) -> MapRefinement {
        MapRefinement { preset: self.preset.name().into(), steps: self.steps }
    }

    /// The rules of which parameters are asked for, and the default powers if there is none.
    pub fn plan(classes: usize, thresholds: Vec<f32>, powers: Vec<f32>, folds: usize) -> SweepPlan {
        let powers = match (&thresholds[..], &powers[..]) {
            ([], []) => POWERS.to_vec(),
            _ => powers,
        };
        let rules = [(BackgroundRule::Constant, thresholds), (BackgroundRule::Power, powers)];
        let asked = rules.into_iter().filter(|(_, parameters)| !parameters.is_empty());
        let rules = asked.map(|(rule, parameters)| (rule, rule.parameters(parameters))).collect();
        SweepPlan { classes, rules, folds, levels: None }
    }

    /// Refines every map with each background of the plan, on lattices that are built once, and
    /// counts the masks. One image a core.
    ///
    /// # Errors
    ///
    /// If a photograph, a map or a mask is missing or damaged, or they do not fit each other.
    pub fn count(
        &self,
        items: &[Item],
        cams: &Path,
        plan: &SweepPlan,
        observer: &dyn Observer,
    ) -> Result<Vec<SweptRule>> {
        let refinement = Refinement { preset: self.preset, steps: self.steps, floor: None };
        let folder = DataSet { images: self.images.into(), ..DataSet::voc(self.images) };
        let images: Vec<PathBuf> = items.iter().map(|item| folder.image_of(&item.id)).collect();
        none_missing(images.iter().filter(|path| !path.is_file()), "image")?;
        let backgrounds: Vec<Background> = plan.rules.iter().flat_map(backgrounds).collect();
        let images: HashMap<&str, &PathBuf> =
            items.iter().map(|item| item.id.as_str()).zip(&images).collect();
        observer.begin("refined maps", items.len(), 0);
        let swept = sweep_masks(
            items,
            cams,
            plan,
            &|item: &Item, cam: &Path| {
                let refinable = refinement.open(cam, images[item.id.as_str()])?;
                masks(&refinable, &backgrounds, cam)
            },
            observer,
        )?;
        observer.end();
        Ok(swept)
    }
}

/// The masks of a map, one for each background.
fn masks(map: &Refinable, backgrounds: &[Background], cam: &Path) -> Result<Vec<LabelMap>> {
    backgrounds.iter().map(|&background| Ok(map.refine(background, cam)?.mask())).collect()
}

/// The backgrounds of a rule at its parameters.
fn backgrounds(
    (rule, parameters): &(BackgroundRule, Vec<f32>),
) -> impl Iterator<Item = Background> {
    let rule = *rule;
    parameters.iter().map(move |&parameter| match rule {
        BackgroundRule::Constant => Background::Threshold(parameter),
        BackgroundRule::Power => Background::Alpha(parameter),
    })
}
