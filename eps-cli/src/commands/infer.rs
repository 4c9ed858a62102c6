//! `eps infer`

use super::End;
use crate::args::{self, DataArgs, DeviceArgs};
use crate::progress::Progress;
use crate::run_folder::RunFolder;
use crate::{device, interrupt};
use anyhow::Result;
use burn::tensor::Device;
use eps_data::codec::{read_rgb, size_of, write_mask, write_scores};
use eps_data::{Item, Needs, RgbImage, Size};
use eps_model::infer::score_maps;
use eps_model::network::Network;
use eps_model::recipe::{InferenceRecipe, Recipe};
use eps_model::train::load_network;
use std::path::PathBuf;

/// Images of one size that run as one batch.
const BATCH: usize = 8;

/// Pixels of one batch, so that large photographs do not exhaust memory.
const BATCH_PIXELS: usize = 500 * 500;

/// Write class activation maps (`cams/<id>.npz`) and pseudo-masks (`masks/<id>.png`)
#[derive(clap::Args)]
pub(crate) struct Infer {
    /// Run folder of `eps train`
    run: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Folder for `cams` and `masks` [default: the run folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Background score of the masks, in 0..=1 [default: the recipe's]
    #[arg(long, value_parser = args::fraction)]
    threshold: Option<f32>,
    #[command(flatten)]
    device: DeviceArgs,
}

impl Infer {
    pub(crate) fn run(self) -> Result<End> {
        let device = device::open(&self.device.device)?;
        let mut recipe = RunFolder::at(&self.run).recipe()?;
        recipe.inference.threshold = self.threshold.unwrap_or(recipe.inference.threshold);
        let split = self.data.open(Needs::default())?;
        let network = load_network(&self.run, &recipe, &device)?;
        anyhow::ensure!(
            network.classes() == split.names.objects(),
            "{}: the network has {} object classes, expected the data set's {}",
            self.run.display(),
            network.classes(),
            split.names.objects()
        );
        interrupt::install()?;
        let out = RunFolder::at(self.out.as_ref().unwrap_or(&self.run));
        infer(&network, &recipe, &split.items, &out, "inference", &device)
    }
}

/// Writes the maps and masks of `items` that are not there yet.
pub(crate) fn infer(
    network: &Network,
    recipe: &Recipe,
    items: &[Item],
    out: &RunFolder,
    label: &str,
    device: &Device,
) -> Result<End> {
    let left: Vec<&Item> = items.iter().filter(|item| !is_done(out, item)).collect();
    if left.len() < items.len() {
        eprintln!("{} of {} images are there already", items.len() - left.len(), items.len());
    }
    let mut progress = Progress::new(label, left.len());
    for batch in batches(left)? {
        if interrupt::requested() {
            eprintln!("finished images are kept: the same command goes on");
            return Ok(End::Interrupted);
        }
        infer_batch(network, &recipe.inference, &batch, out, device)?;
        batch.iter().for_each(|_| progress.step(String::new));
    }
    progress.finish();
    Ok(End::Done)
}

fn is_done(out: &RunFolder, item: &Item) -> bool {
    let cam = out.cams().join(format!("{}.npz", item.id));
    cam.exists() && out.masks().join(format!("{}.png", item.id)).exists()
}

/// Consecutive images of one size, as many as a batch takes.
fn batches(items: Vec<&Item>) -> Result<Vec<Vec<&Item>>> {
    let mut batches: Vec<(Size, Vec<&Item>)> = Vec::new();
    for item in items {
        let size = size_of(&item.image)?;
        let room = (BATCH_PIXELS / size.pixels().max(1)).clamp(1, BATCH);
        match batches.last_mut() {
            Some((own, batch)) if *own == size && batch.len() < room => batch.push(item),
            _ => batches.push((size, vec![item])),
        }
    }
    Ok(batches.into_iter().map(|(_, batch)| batch).collect())
}

fn infer_batch(
    network: &Network,
    recipe: &InferenceRecipe,
    batch: &[&Item],
    out: &RunFolder,
    device: &Device,
) -> Result<()> {
    let images: Vec<RgbImage> =
        batch.iter().map(|item| read_rgb(&item.image)).collect::<Result<_, _>>()?;
    let labelled: Vec<_> =
        images.iter().zip(batch).map(|(image, item)| (image, item.classes)).collect();
    for (item, map) in batch.iter().zip(score_maps(network, recipe, &labelled, device)) {
        write_scores(&out.cams().join(format!("{}.npz", item.id)), &map)?;
        let mask = map.to_labels(recipe.threshold);
        write_mask(&out.masks().join(format!("{}.png", item.id)), &mask)?;
    }
    Ok(())
}
