//! The baseline and EPS on rendered scenes, trained and compared, and segmentation networks on their masks: no
//! download, a few minutes on a CPU.

mod second_stage;

use crate::compare::{self, Choice, Comparison, ShownRun, caption};
use crate::output::{FolderLock, Inputs, ResultFolder};
use crate::run::{Inference, MapsOrigin, MethodFolder, NamedDevice, Provenance, RunFolder, train};
use crate::{End, Session};
use anyhow::{Context as _, Result, bail, ensure};
use eps_data::codec::ScoreFormat;
use eps_data::scenes::{self, SCENE_SIZE, STUFF_FOLDER};
use eps_data::{DataSet, Item, Needs, Silent, Split};
use eps_eval::Scores;
use eps_eval::report::chart::Sheet;
use eps_eval::report::export;
use eps_eval::report::page::{ConfusionRatios, Method, Report};
use eps_model::recipe::Recipe;
use eps_model::train::{Job, Outcome};
use second_stage::{SecondStage, SecondStageScores};
use serde::Serialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::slice;

const CAM_RECIPE: &str = include_str!("../../../recipes/demo-cam.toml");
const EPS_RECIPE: &str = include_str!("../../../recipes/demo-eps.toml");
const SEGMENT_RECIPE: &str = include_str!("../../../recipes/demo-segment.toml");

/// Rows of pictures on the page.
const PICTURES: usize = 12;

/// What the demo renders and trains, and where it leaves it.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Of scenes, first weights and order of images.
    pub seed: u64,
    /// Folder for the report.
    pub out: PathBuf,
    /// Folder for the data set and the runs.
    pub work: PathBuf,
    /// Number of scenes.
    pub scenes: usize,
    /// Replaces the number of updates of all recipes.
    pub updates: Option<usize>,
    pub device: NamedDevice,
    /// Whether results of other inputs in `out` are replaced.
    pub force: bool,
}

/// `scores.json` of the demo.
#[derive(Serialize)]
struct DemoScores {
    seed: u64,
    /// All at the fixed threshold.
    #[serde(flatten)]
    fixed: BothMethods,
    /// All at the threshold that is best on the ground truth, each method at its own.
    best_on_truth: BothMethods,
    /// Segmentation networks on held-out scenes, by the masks that they were trained on.
    segmentation: SecondStageScores,
}

/// The scores of both methods at one way to choose the threshold.
#[derive(Serialize)]
struct BothMethods {
    cam: Scores,
    eps: Scores,
    cooccurrence: Ratios,
}

/// False positives on the co-occurring background over true positives, pooled over classes.
#[derive(Serialize)]
struct Ratios {
    cam: Option<f64>,
    eps: Option<f64>,
}

impl Demo {
    /// Renders the scenes, trains both methods and writes their comparison; its summary, unless the
    /// observer stopped it.
    ///
    /// # Errors
    ///
    /// If `out` has other results, or `work` has anything that is not of a demo.
    pub fn run(&self, session: &Session<'_>) -> Result<Option<Vec<String>>> {
        let lock = FolderLock::take(&self.out, session)?;
        let out = ResultFolder::open(lock, &self.out, compare::MAIN, self.inputs(), self.force)?;
        // One folder for both is locked once: a second lock would be refused.
        let is_apart = std::path::absolute(&self.work)? != std::path::absolute(&self.out)?;
        let work_lock = is_apart.then(|| FolderLock::take(&self.work, session)).transpose()?;
        let work_lock = work_lock.as_ref().unwrap_or(out.lock());
        ["CAM", "EPS"].into_iter().try_for_each(|name| clear(&self.run_of(name)))?;
        self.clear_second_stage()?;
        let split = self.render()?;
        let mut runs = Vec::new();
        for (name, recipe) in [("CAM", CAM_RECIPE), ("EPS", EPS_RECIPE)] {
            let (run, recipe) = (self.run_of(name), self.recipe(recipe));
            if self.make_run(name, &recipe, &split, &run, work_lock, session)? == End::Interrupted {
                return Ok(None);
            }
            runs.push((name, run, recipe));
        }
        let Some(second) = self.second_stage(&split, work_lock, session)? else { return Ok(None) };
        let stuff = Some(self.data().join(STUFF_FOLDER));
        let comparison = Comparison { split: &split, stuff, minimum_images: &[] };
        work_lock.check()?;
        self.report(&comparison, &runs, &second, out).map(Some)
    }

    fn run_of(&self, method: &str) -> RunFolder {
        RunFolder::at(&self.work.join(method.to_lowercase()))
    }

    fn data(&self) -> PathBuf {
        self.work.join("data")
    }

    /// Writes the scenes as a data set.
    fn render(&self) -> Result<Split> {
        let data = self.data();
        if !is_empty(&data)? && !data.join(STUFF_FOLDER).is_dir() {
            bail!("{}: is not of a demo, expected another --work", data.display());
        }
        scenes::write_voc_folder(&data, self.seed, self.scenes, SCENE_SIZE)?;
        let needs = Needs { saliency: true, masks: true, ..Needs::default() };
        Ok(Split::open(&DataSet::voc(&data), "train", None, needs)?)
    }

    fn inputs(&self) -> Inputs {
        let mut inputs = vec![
            ("command".into(), "demo".into()),
            ("seed".into(), self.seed.to_string()),
            ("scenes".into(), self.scenes.to_string()),
        ];
        inputs.extend(self.updates.map(|updates| ("updates".into(), updates.to_string())));
        inputs
    }

    fn recipe(&self, text: &str) -> Recipe {
        let mut recipe = Recipe::parse(text).expect("the recipes of the program are valid");
        recipe.optimiser.seed = self.seed;
        recipe.optimiser.updates = self.updates.unwrap_or(recipe.optimiser.updates);
        recipe
    }

    /// Trains one method and writes its maps, from the start.
    fn make_run(
        &self,
        name: &str,
        recipe: &Recipe,
        split: &Split,
        run: &RunFolder,
        lock: &FolderLock,
        session: &Session<'_>,
    ) -> Result<End> {
        let devices = slice::from_ref(&self.device);
        run.begin(recipe, &Provenance::new(session, devices, split, None)?)?;
        let (run_path, weights) = (run.root.clone(), None);
        let job = Job { recipe, split, run: run_path, weights, resume: false };
        let label = format!("{name} training");
        let Outcome::Finished(network) = train(&job, &label, devices, session)? else {
            return Ok(End::Interrupted);
        };
        let network = network.for_inference();
        let items: Vec<&Item> = split.items.iter().collect();
        let origin = MapsOrigin::of_run(run, recipe, ScoreFormat::F32, session)?;
        if origin.claim(run, false, lock, session)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        let inference = Inference {
            session,
            network: &network,
            recipe: &recipe.inference,
            devices,
            out: run,
            lock: Some(lock),
            format: ScoreFormat::F32,
            with_masks: true,
            predicted: None,
        };
        inference.run(&items, &format!("{name} maps"))
    }

    fn report(
        &self,
        comparison: &Comparison<'_>,
        runs: &[(&str, RunFolder, Recipe)],
        second: &SecondStage,
        out: ResultFolder,
    ) -> Result<Vec<String>> {
        let folders: Vec<MethodFolder> = runs
            .iter()
            .map(|(name, run, _)| MethodFolder::open(Some(name), &run.root))
            .collect::<Result<_>>()?;
        let methods: Vec<Method> = folders
            .iter()
            .map(|folder| comparison.method(folder, &Silent))
            .collect::<Result<_>>()?;
        let items = &comparison.split.items;
        let shown: Vec<_> = folders
            .iter()
            .map(|folder| ShownRun::of_run(&folder.name, folder, items))
            .collect::<Result<_>>()?;
        let page = Report {
            title: "A railroad is not a train: the baseline and EPS on rendered scenes".into(),
            summary: summary(&methods).into_iter().chain([second.summary()]).collect(),
            picture_header: comparison.picture_header(&shown),
            picture_caption: caption(&shown),
            pictures: comparison.pictures(&shown, &Choice::Even, PICTURES)?,
            sections: vec![second.section()?],
            facts: self.facts(comparison.split, runs),
            methods,
            sheet: Sheet::Screen,
        };
        let scores = demo_scores(self.seed, &page.methods, &second.scores);
        compare::write(out, page.files()?, &export::json(&scores))?;
        Ok(page.summary)
    }

    fn facts(&self, split: &Split, runs: &[(&str, RunFolder, Recipe)]) -> Vec<(String, String)> {
        let command = format!("eps demo --seed {} --scenes {}", self.seed, self.scenes);
        let mut facts = vec![
            ("command".into(), command),
            ("seed".into(), self.seed.to_string()),
            ("scenes".into(), format!("{} of {SCENE_SIZE} pixels", split.items.len())),
            ("list SHA-256".into(), split.list.sha256.clone()),
        ];
        for (name, _, recipe) in runs {
            facts.push((format!("{name}: recipe"), recipe.to_toml()));
        }
        facts.push(("segmentation: recipe".into(), SEGMENT_RECIPE.into()));
        facts
    }
}

/// Removes the run of an earlier demo; a folder with anything else is refused.
fn clear(run: &RunFolder) -> Result<()> {
    let root = &run.root;
    if is_empty(root)? {
        return Ok(());
    }
    let is_of_demo = run
        .provenance()
        .is_ok_and(|provenance| provenance.command.get(1).is_some_and(|name| name == "demo"));
    ensure!(is_of_demo, "{}: is not the run of a demo, expected another --work", root.display());
    fs::remove_dir_all(root).with_context(|| format!("{}: cannot be cleared", root.display()))
}

/// Whether a folder has nothing in it, or does not exist.
fn is_empty(folder: &Path) -> Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| format!("{}: cannot be read", folder.display())),
    }
}

fn summary(methods: &[Method]) -> Vec<String> {
    let mut lines: Vec<String> = methods.iter().map(compare::summary).collect();
    for method in methods {
        if let Some(ConfusionRatios { fixed: Some(ratio), .. }) = method.confusion {
            lines.push(format!(
                "{}: at the fixed threshold, {ratio:.3} pixels of the background that comes with an object \
                 are mistaken for it for each correct object pixel.",
                method.name
            ));
        }
    }
    lines
}

fn best_of(method: &Method) -> &Scores {
    method.best.as_ref().unwrap_or(&method.fixed)
}

fn demo_scores(seed: u64, methods: &[Method], segmentation: &SecondStageScores) -> DemoScores {
    let [cam, eps] = methods else { unreachable!("the demo has two methods") };
    DemoScores {
        seed,
        fixed: BothMethods {
            cam: cam.fixed.clone(),
            eps: eps.fixed.clone(),
            cooccurrence: ratios(cam, eps, |confusion| confusion.fixed),
        },
        best_on_truth: BothMethods {
            cam: best_of(cam).clone(),
            eps: best_of(eps).clone(),
            cooccurrence: ratios(cam, eps, |confusion| confusion.best),
        },
        segmentation: segmentation.clone(),
    }
}

fn ratios(cam: &Method, eps: &Method, ratio: fn(ConfusionRatios) -> Option<f64>) -> Ratios {
    let [cam, eps] = [cam, eps].map(|method| method.confusion.and_then(ratio));
    Ratios { cam, eps }
}
