//! `eps infer`

use super::End;
use crate::args::{self, DataArgs, DeviceArgs};
use crate::folder_lock::FolderLock;
use crate::inference::Inference;
use crate::kept_maps::MapsOrigin;
use crate::run_folder::{Provenance, RunFolder, sha256_of_file};
use crate::{device, interrupt};
use anyhow::{Result, ensure};
use burn::tensor::Device;
use eps_data::codec::ScoreFormat;
use eps_data::{Item, Needs, Shard, Split};
use eps_model::network::Network;
use eps_model::recipe::Recipe;
use eps_model::train::load_network;
use eps_model::weights::{Part, load_weights};
use std::path::{Path, PathBuf};

/// Write class activation maps (`cams/<id>.npz`), pseudo-masks (`masks/<id>.png`) and `logits.csv`
///
/// Images that have both are skipped, so that an interrupted command goes on; with another --threshold
/// all masks of the folder are made again of its maps. Maps of another network or with other settings
/// are never mixed. The table has the classifier's scores of all images of the list that are done, for
/// `eps sweep --classifier`.
#[derive(clap::Args)]
pub(crate) struct Infer {
    /// Run folder of `eps train`; with --recipe and --weights a new folder
    run: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Weights of the whole network instead of the run's: PyTorch, safetensors or burnpack
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Recipe instead of the run's
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Folder for `cams`, `masks` and `logits.csv` [default: the run folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Background score of the masks, in 0..=1 [default: the recipe's]
    #[arg(long, value_parser = args::fraction)]
    threshold: Option<f32>,
    /// Only part I of N of the images, such as 1/4; one process for each part does all
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Store the maps in 16 bits; masks are made of what is stored
    #[arg(long)]
    f16: bool,
    #[command(flatten)]
    device: DeviceArgs,
}

impl Infer {
    pub(crate) fn run(self) -> Result<End> {
        let device = device::open(self.device.device)?;
        let run = RunFolder::at(&self.run);
        let mut recipe = match &self.recipe {
            Some(path) => Recipe::read(path)?,
            None => run.recipe()?,
        };
        recipe.inference.threshold = self.threshold.unwrap_or(recipe.inference.threshold);
        let split = self.data.open(Needs::default())?;
        let out = RunFolder::at(self.out.as_ref().unwrap_or(&self.run));
        // A part takes the folder when it has only to mark it, so that others do not wait.
        let whole = self.shard.is_none().then(|| FolderLock::take(&out.root)).transpose()?;
        let network = self.network(&recipe, &split, &device)?;
        interrupt::install()?;
        let origin = self.origin(&run, &recipe)?;
        let mut lock = whole.map_or_else(|| FolderLock::take_for_part(&out.root), Ok)?;
        let is_import = self.weights.is_some() && !run.is_begun();
        let of_run = is_import && out.root != run.root;
        let of_run = of_run.then(|| FolderLock::take_for_part(&run.root)).transpose()?;
        if is_import {
            check_import(&run, &origin)?;
        }
        if origin.claim(&out, self.shard.is_some(), &lock)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        if is_import && (out.root == run.root || !run.recipe_file().exists()) {
            let provenance = Provenance::new(&self.device, &split, self.weights.as_deref())?;
            run.begin(&recipe, &provenance)?;
        }
        drop(of_run);
        if self.shard.is_some() {
            lock.share()?;
        }
        let items: Vec<&Item> = split
            .items
            .iter()
            .filter(|item| self.shard.is_none_or(|shard| shard.holds(&item.id)))
            .collect();
        let inference = Inference {
            network: &network,
            recipe: &recipe.inference,
            device: &device,
            out: &out,
            lock: Some(&lock),
            format: self.format(),
            with_masks: true,
        };
        let gather = |end| inference.gather_logits(&split.items, &split.names).map(|()| end);
        let ended = inference.run(&items, "inference").and_then(gather);
        // Of a folder that is gone, other errors are only the consequence.
        lock.check()?;
        ended
    }

    /// What the results are made with.
    fn origin(&self, run: &RunFolder, recipe: &Recipe) -> Result<MapsOrigin> {
        match &self.weights {
            Some(path) => Ok(MapsOrigin::new(sha256_of_file(path)?, recipe, self.format())),
            None => MapsOrigin::of_run(run, recipe, self.format()),
        }
    }

    fn format(&self) -> ScoreFormat {
        if self.f16 { ScoreFormat::F16 } else { ScoreFormat::F32 }
    }

    fn network(&self, recipe: &Recipe, split: &Split, device: &Device) -> Result<Network> {
        let classes = split.names.objects();
        let network = match &self.weights {
            Some(path) => from_file(path, recipe, classes, device)?,
            None => load_network(&self.run, recipe, device)?,
        };
        ensure!(
            network.classes() == classes,
            "{}: the network has {} object classes, expected the data set's {classes}",
            self.run.display(),
            network.classes(),
        );
        Ok(network)
    }
}

/// Refuses the folder of another network that was trained elsewhere.
fn check_import(run: &RunFolder, origin: &MapsOrigin) -> Result<()> {
    if run.recipe_file().exists() {
        let is_own = run.provenance()?.weights.as_ref() == Some(&origin.weights)
            && run.recipe()?.network == origin.network;
        ensure!(
            is_own,
            "{}: results of another network are there, expected another folder",
            run.root.display()
        );
    }
    Ok(())
}

fn from_file(path: &Path, recipe: &Recipe, classes: usize, device: &Device) -> Result<Network> {
    let network = Network::new(&recipe.network, classes, recipe.optimiser.seed, device);
    let (network, import) = load_weights(network, path, Part::Network)?;
    eprintln!("weights: {import}");
    Ok(network)
}
