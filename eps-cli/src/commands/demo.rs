//! `eps demo`

use super::{End, report, train::train};
use crate::args::{self, DeviceArgs};
use crate::comparison::Comparison;
use crate::folder_lock::FolderLock;
use crate::inference::Inference;
use crate::kept_maps::MapsOrigin;
use crate::pictures::Choice;
use crate::result_folder::{ForceArgs, Inputs, ResultFolder};
use crate::run_folder::{Provenance, RunFolder};
use crate::shown_masks::{self, ShownRun};
use crate::{device, interrupt};
use anyhow::{Context as _, Result, bail, ensure};
use burn::tensor::Device;
use eps_data::codec::ScoreFormat;
use eps_data::scenes::{self, SCENE_SIZE, STUFF_FOLDER};
use eps_data::{Item, Needs, Split, VocFolder};
use eps_eval::Scores;
use eps_eval::report::export;
use eps_eval::report::page::{ConfusionRatios, Method};
use eps_model::recipe::Recipe;
use eps_model::train::{Job, Outcome};
use serde::Serialize;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const CAM_RECIPE: &str = include_str!("../../../recipes/demo-cam.toml");
const EPS_RECIPE: &str = include_str!("../../../recipes/demo-eps.toml");

/// Rows of pictures on the page.
const PICTURES: usize = 12;

/// Train and compare the baseline and EPS on rendered scenes: no download, a few minutes on a CPU
///
/// Every object class of the scenes has a background that almost always comes with it: trains have
/// rails, boats have water. The plain classifier's maps take in those backgrounds; EPS learns from
/// saliency maps to leave them out.
#[derive(clap::Args)]
pub(crate) struct Demo {
    /// Seed of scenes, first weights and order of images
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "reports/demo")]
    out: PathBuf,
    /// Folder for the data set and the runs [default: `runs/demo-seedN`]
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Number of scenes
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u16).range(12..))]
    scenes: u16,
    /// Replace the number of updates of both recipes
    #[arg(long, value_parser = args::positive)]
    updates: Option<usize>,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    force: ForceArgs,
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
    pub(crate) fn run(self) -> Result<End> {
        let device = device::open(self.device.device)?;
        let default = || PathBuf::from(format!("runs/demo-seed{}", self.seed));
        let work = self.work.clone().unwrap_or_else(default);
        let out = self.force.open(
            FolderLock::take(&self.out)?,
            &self.out,
            report::MAIN,
            self.inputs(),
        )?;
        let is_apart = std::path::absolute(&work)? != std::path::absolute(&self.out)?;
        let work_lock = is_apart.then(|| FolderLock::take(&work)).transpose()?;
        let work_lock = work_lock.as_ref().unwrap_or(out.lock());
        interrupt::install()?;
        let run_of = |name: &str| RunFolder::at(&work.join(name.to_lowercase()));
        ["CAM", "EPS"].into_iter().try_for_each(|name| clear(&run_of(name)))?;
        let data = work.join("data");
        if !is_empty(&data)? && !data.join(STUFF_FOLDER).is_dir() {
            bail!("{}: is not of a demo, expected another --work", data.display());
        }
        scenes::write_voc_folder(&data, self.seed, self.scenes.into(), SCENE_SIZE)?;
        let folder = VocFolder::at(&data);
        let split = Split::open(
            &folder,
            "train",
            None,
            Needs { saliency: true, masks: true, ..Needs::default() },
        )?;
        let mut runs = Vec::new();
        for (name, recipe) in [("CAM", CAM_RECIPE), ("EPS", EPS_RECIPE)] {
            let run = run_of(name);
            let recipe = self.recipe(recipe);
            if self.make_run(name, &recipe, &split, &run, (&device, work_lock))? == End::Interrupted
            {
                return Ok(End::Interrupted);
            }
            runs.push((name, run, recipe));
        }
        let stuff = Some(data.join(STUFF_FOLDER));
        let comparison = Comparison { split: &split, stuff, minimum_images: None };
        work_lock.check()?;
        self.report(&comparison, &runs, out)?;
        Ok(End::Done)
    }

    fn inputs(&self) -> Inputs {
        let input = |name: &str, value: String| (name.to_owned(), value);
        let updates = self.updates.map(|updates| input("updates", updates.to_string()));
        [input("command", "demo".into()), input("seed", self.seed.to_string())]
            .into_iter()
            .chain([input("scenes", self.scenes.to_string())])
            .chain(updates)
            .collect()
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
        (device, lock): (&Device, &FolderLock),
    ) -> Result<End> {
        run.begin(recipe, &Provenance::new(&self.device, split, None)?)?;
        let (run_path, weights) = (run.root.clone(), None);
        let job = Job { recipe, split, run: run_path, weights, resume: false };
        let label = format!("{name} training");
        let Outcome::Finished(network) = train(&job, &label, device)? else {
            return Ok(End::Interrupted);
        };
        let network = network.for_inference();
        let items: Vec<&Item> = split.items.iter().collect();
        let origin = MapsOrigin::of_run(run, recipe, ScoreFormat::F32)?;
        if origin.claim(run, false, lock)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        let (recipe, format) = (&recipe.inference, ScoreFormat::F32);
        let lock = Some(lock);
        Inference { network: &network, recipe, device, out: run, lock, format, with_masks: true }
            .run(&items, &format!("{name} maps"))
    }

    fn report(
        &self,
        comparison: &Comparison<'_>,
        runs: &[(&str, RunFolder, Recipe)],
        out: ResultFolder,
    ) -> Result<()> {
        let methods: Vec<Method> = runs
            .iter()
            .map(|(name, run, _)| comparison.method(name, run))
            .collect::<Result<_>>()?;
        let items = &comparison.split.items;
        let shown: Vec<_> = runs
            .iter()
            .map(|(name, run, _)| ShownRun::of_run(name, run, items))
            .collect::<Result<_>>()?;
        let page = eps_eval::report::page::Report {
            title: "A railroad is not a train: the baseline and EPS on rendered scenes".into(),
            summary: summary(&methods),
            picture_header: comparison.picture_header(&shown),
            picture_caption: shown_masks::caption(&shown),
            pictures: comparison.pictures(&shown, &Choice::Even, PICTURES)?,
            facts: self.facts(comparison.split, runs),
            methods,
        };
        let scores = demo_scores(self.seed, &page.methods);
        report::write(out, page.files()?, &export::json(&scores))?;
        page.summary.iter().for_each(|line| println!("{line}"));
        println!("Look at {}", self.out.join("index.html").display());
        Ok(())
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
        facts
    }
}

/// Removes the run of an earlier demo; a folder with anything else is refused.
fn clear(run: &RunFolder) -> Result<()> {
    let root = &run.root;
    if is_empty(root)? {
        return Ok(());
    }
    let is_of_demo =
        run.provenance().is_ok_and(|own| own.command.get(1).is_some_and(|own| own == "demo"));
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
    let mut lines: Vec<String> = methods.iter().map(report::summary).collect();
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

fn demo_scores(seed: u64, methods: &[Method]) -> DemoScores {
    let [cam, eps] = methods else { unreachable!("the demo has two methods") };
    let both = |scores: fn(&Method) -> &Scores, ratio: fn(ConfusionRatios) -> Option<f64>| {
        let [cam_ratio, eps_ratio] = [cam, eps].map(|method| method.confusion.and_then(ratio));
        BothMethods {
            cam: scores(cam).clone(),
            eps: scores(eps).clone(),
            cooccurrence: Ratios { cam: cam_ratio, eps: eps_ratio },
        }
    };
    DemoScores {
        seed,
        fixed: both(|method| &method.fixed, |ratios| ratios.fixed),
        best_on_truth: both(|method| &method.best, |ratios| ratios.best),
    }
}
