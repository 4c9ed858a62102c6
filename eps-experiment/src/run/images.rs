//! Images of a data set through the network of a run, or of a file of weights, into a folder of maps and masks.

use super::{Inference, MapsOrigin, NamedDevice, Provenance, RunFolder};
use crate::output::FolderLock;
use crate::{End, Session};
use anyhow::{Result, ensure};
use eps_data::codec::{ScoreFormat, sha256_of_file};
use eps_data::{Item, Shard, Split};
use eps_model::network::Network;
use eps_model::recipe::Recipe;
use eps_model::train::load_network;
use eps_model::weights::{Part, load_weights};
use std::path::Path;

/// Images that go through a network, and where the results go.
pub struct Images<'a> {
    /// The run whose network it is; with `weights` the folder that stands for one.
    pub run: &'a Path,
    pub recipe: &'a Recipe,
    pub split: &'a Split,
    /// Weights of the whole network instead of the run's.
    pub weights: Option<&'a Path>,
    /// Folder for `cams`, `masks` and `logits.csv`.
    pub out: &'a Path,
    /// The part of the images that is made.
    pub shard: Option<Shard>,
    pub format: ScoreFormat,
    /// The probability from which on the network's classes take the place of labels, in `0..=1`.
    pub predicted: Option<f32>,
    /// Those that share the images, one at least.
    pub devices: &'a [NamedDevice],
}

impl Images<'_> {
    /// Writes the maps, masks and logits of images that are not there yet.
    ///
    /// # Errors
    ///
    /// If the folder has maps of another network or of other settings, the network does not fit the
    /// classes, or an image cannot be read.
    pub fn run(&self, session: &Session<'_>) -> Result<End> {
        let (run, out) = (RunFolder::at(self.run), RunFolder::at(self.out));
        // A part takes the folder when it has only to mark it, so that others do not wait.
        let whole =
            self.shard.is_none().then(|| FolderLock::take(&out.root, session)).transpose()?;
        let network = self.network(session)?;
        let origin = self.origin(&run, session)?;
        let mut lock = whole.map_or_else(|| FolderLock::take_for_part(&out.root, session), Ok)?;
        if self.claim(&run, &out, &origin, &lock, session)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        if self.shard.is_some() {
            lock.share()?;
        }
        let inference = Inference {
            session,
            network: &network,
            recipe: &self.recipe.inference,
            devices: self.devices,
            out: &out,
            lock: Some(&lock),
            format: self.format,
            with_masks: true,
            predicted: self.predicted,
        };
        let ended = inference.run(&self.items(), "inference").and_then(|end| {
            inference.gather_logits(&self.split.items, &self.split.names)?;
            Ok(end)
        });
        // Of a folder that is gone, other errors are only the consequence.
        lock.check()?;
        ended
    }

    /// Those of the part.
    fn items(&self) -> Vec<&Item> {
        let items = self.split.items.iter();
        items.filter(|item| self.shard.is_none_or(|shard| shard.holds(&item.id))).collect()
    }

    /// Marks the folder as that of these maps; with weights that were trained elsewhere the run too.
    fn claim(
        &self,
        run: &RunFolder,
        out: &RunFolder,
        origin: &MapsOrigin,
        lock: &FolderLock,
        session: &Session<'_>,
    ) -> Result<End> {
        let is_import = self.weights.is_some() && !run.is_begun();
        let is_apart = is_import && out.root != run.root;
        let _run_lock =
            is_apart.then(|| FolderLock::take_for_part(&run.root, session)).transpose()?;
        if is_import {
            check_import(run, origin)?;
        }
        if origin.claim(out, self.shard.is_some(), lock, session)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        if is_import && (out.root == run.root || !run.recipe_file().exists()) {
            let provenance = Provenance::new(session, self.devices, self.split, self.weights)?;
            run.begin(self.recipe, &provenance)?;
        }
        Ok(End::Done)
    }

    /// What the results are made with.
    fn origin(&self, run: &RunFolder, session: &Session<'_>) -> Result<MapsOrigin> {
        let origin = match self.weights {
            Some(path) => MapsOrigin::new(sha256_of_file(path)?, self.recipe, self.format),
            None => MapsOrigin::of_run(run, self.recipe, self.format, session)?,
        };
        Ok(origin.of_predicted(self.predicted))
    }

    fn network(&self, session: &Session<'_>) -> Result<Network> {
        let classes = self.split.names.objects();
        let network = match self.weights {
            Some(path) => self.network_of(path, session)?,
            None => load_network(self.run, self.recipe, &self.devices[0].device)?,
        };
        ensure!(
            network.classes() == classes,
            "{}: the network has {} object classes, expected the data set's {classes}",
            self.run.display(),
            network.classes(),
        );
        Ok(network)
    }

    fn network_of(&self, weights: &Path, session: &Session<'_>) -> Result<Network> {
        let Recipe { network, optimiser, .. } = self.recipe;
        let classes = self.split.names.objects();
        let network = Network::new(network, classes, optimiser.seed, &self.devices[0].device);
        let (network, import) = load_weights(network, weights, Part::Network)?;
        session.observer.say(&format!("weights: {import}"));
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
