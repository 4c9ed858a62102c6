//! Images of a data set through a segmentation network into a folder of masks.

use crate::output::FolderLock;
use crate::output::origin::{self, Results};
use crate::pipeline::{Pipeline, Replica};
use crate::refine::{Background, Refinement};
use crate::run::{NamedDevice, RunFolder, note_unchecked};
use crate::{End, Session};
use anyhow::{Result, ensure};
use eps_crf::Preset;
use eps_data::codec::{ScoreFormat, is_whole, read_rgb, sha256_of_file, write_mask, write_scores};
use eps_data::{ClassNames, Item, RgbImage, Shard};
use eps_model::infer::{ClassProbabilities, class_probabilities};
use eps_model::recipe::{
    HeadRecipe, SegmentationInferenceRecipe, SegmentationNetworkRecipe, SegmentationRecipe,
    TrainingRecipe as _,
};
use eps_model::segmentation::SegmentationNetwork;
use eps_model::train::{latest_checkpoint, load_network};
use eps_model::weights::{Part, WeightsFile, load_part};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Images that wait before the network, and after it.
const WAITING: usize = 2;

/// Where the weights of a segmentation network come from.
#[derive(Clone, Copy, Debug)]
pub enum SegmentationWeights<'a> {
    /// The run folder of a training.
    Run(&'a Path),
    /// A file with the whole network.
    File(&'a Path),
}

/// Images that go through a segmentation network, and where the results go.
pub struct SegmentationImages<'a> {
    pub weights: SegmentationWeights<'a>,
    pub recipe: &'a SegmentationRecipe,
    pub items: &'a [Item],
    pub names: &'a ClassNames,
    /// Folder for `masks`, and `cams` where probabilities are asked for.
    pub out: &'a Path,
    /// The part of the images that is made.
    pub shard: Option<Shard>,
    /// How probabilities are stored, if they are.
    pub scores: Option<ScoreFormat>,
    /// A dense CRF over the probabilities.
    pub crf: Option<Preset>,
    /// Those that share the images, one at least.
    pub devices: &'a [NamedDevice],
}

/// What the results of a folder were made with: `segmentation.json` beside them.
#[derive(PartialEq, Serialize, Deserialize)]
struct Origin {
    /// SHA-256 of the file of weights that was given, or of the tensors of a run's network.
    weights: String,
    network: SegmentationNetworkRecipe,
    head: HeadRecipe,
    inference: SegmentationInferenceRecipe,
    crf: Option<String>,
    /// Bits of the stored probabilities.
    scores: Option<u32>,
}

impl SegmentationImages<'_> {
    /// Writes the masks, and the probabilities if asked for, of images that have none yet.
    ///
    /// # Errors
    ///
    /// If the folder has results of another network or of other settings, the network does not fit the
    /// classes, or an image cannot be read.
    pub fn run(&self, session: &Session<'_>) -> Result<End> {
        let network = self.network(session)?.for_inference();
        let out = RunFolder::at(self.out);
        let (file, folder) = (out.root.join("segmentation.json"), out.masks());
        let results = Results { name: "masks", folder: &folder, ending: "png" };
        let (is_part, origin) = (self.shard.is_some(), self.origin(session)?);
        let lock = origin::take(&out.root, is_part, &file, &origin, &results, session)?;
        let ended = self.infer(network, &out, &lock, session);
        // Of a folder that is gone, other errors are only the consequence.
        lock.check()?;
        ended
    }

    fn infer(
        &self,
        network: SegmentationNetwork,
        out: &RunFolder,
        lock: &FolderLock,
        session: &Session<'_>,
    ) -> Result<End> {
        let all: Vec<&Item> = self
            .items
            .iter()
            .filter(|item| self.shard.is_none_or(|shard| shard.holds(&item.id)))
            .collect();
        let pipeline = Pipeline { session, lock: Some(lock), waiting: WAITING };
        let left = pipeline.begin("segmentation", &all, |item| self.is_done(out, item));
        pipeline.run(
            left,
            &Replica::on_each(network, self.devices),
            |item| Ok((item, read_rgb(&item.image)?)),
            |replica, (item, image)| {
                let probabilities = self.probabilities(replica, item, &image)?;
                Ok(vec![(item, image, probabilities)])
            },
            |(item, image, probabilities)| self.write(out, item, &image, &probabilities),
        )
    }

    fn probabilities(
        &self,
        replica: &Replica<SegmentationNetwork>,
        item: &Item,
        image: &RgbImage,
    ) -> Result<ClassProbabilities> {
        let Replica { network, device, .. } = replica;
        let probabilities = class_probabilities(network, self.recipe, image, device);
        ensure!(
            probabilities.is_finite(),
            "{}: the network's scores are infinite or NaN, so its weights are damaged or diverged in \
             training",
            item.image.display()
        );
        Ok(probabilities)
    }

    fn is_done(&self, out: &RunFolder, item: &Item) -> bool {
        let has_scores = self.scores.is_none() || is_whole(&out.cam_of(&item.id));
        has_scores && is_whole(&out.mask_of(&item.id))
    }

    fn write(
        &self,
        out: &RunFolder,
        item: &Item,
        image: &RgbImage,
        probabilities: &ClassProbabilities,
    ) -> Result<()> {
        // The mask last, since it says that the image is done.
        if let Some(format) = self.scores {
            write_scores(&out.cam_of(&item.id), &probabilities.score_map(), format)?;
        }
        let mask = match self.crf {
            None => probabilities.labels(),
            Some(preset) => {
                let refinement = Refinement { preset, steps: Preset::STEPS, floor: None };
                let (map, path) = (probabilities.score_map(), &item.image);
                let refinable = refinement.of_map(map, path, image, path)?;
                refinable.refine(Background::Rest, path)?.mask()
            }
        };
        Ok(write_mask(&out.mask_of(&item.id), &mask)?)
    }

    fn network(&self, session: &Session<'_>) -> Result<SegmentationNetwork> {
        let (objects, device) = (self.names.objects(), &self.devices[0].device);
        let (network, path) = match self.weights {
            SegmentationWeights::Run(run) => (load_network(run, self.recipe, device)?, run),
            SegmentationWeights::File(file) => {
                let network = self.recipe.network(objects, device);
                let backbone = self.recipe.network.backbone;
                let (network, import) = load_part(network, backbone, file, Part::Network)?;
                session.observer.say(&format!("weights: {import}"));
                (network, file)
            }
        };
        ensure!(
            network.classes() == self.names.len(),
            "{}: the network has {} classes with background, expected the data set's {}",
            path.display(),
            network.classes(),
            self.names.len()
        );
        Ok(network)
    }

    /// What the results are made with.
    fn origin(&self, session: &Session<'_>) -> Result<Origin> {
        let weights = match self.weights {
            SegmentationWeights::File(file) => sha256_of_file(file)?,
            SegmentationWeights::Run(run) => weights_of_run(run, session)?,
        };
        let SegmentationRecipe { network, head, inference, .. } = self.recipe.clone();
        let crf = self.crf.map(|preset| preset.name().to_owned());
        let scores = self.scores.map(|format| match format {
            ScoreFormat::F32 => 32,
            ScoreFormat::F16 => 16,
        });
        Ok(Origin { weights, network, head, inference, crf, scores })
    }
}

/// SHA-256 of the tensors of a run's network.
fn weights_of_run(run: &Path, session: &Session<'_>) -> Result<String> {
    let checkpoint = latest_checkpoint(run)?;
    note_unchecked(&checkpoint, session);
    let path = checkpoint.network_file()?;
    Ok(WeightsFile::open(&path)?.sha256(&path)?)
}
