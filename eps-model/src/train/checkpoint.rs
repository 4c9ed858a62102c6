//! What training needs to go on as if it had not stopped.

use crate::ModelError;
use crate::network::Network;
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const NETWORK: &str = "network.bpk";

/// Where a run stands, and what it must be continued with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Updates that were made.
    pub update: usize,
    /// SHA-256 of the list of images.
    pub list: String,
    /// SHA-256 of the resolved recipe.
    pub recipe: String,
    /// Number of object classes.
    pub classes: usize,
}

/// A complete checkpoint on disk: `network.bpk`, `optimiser.bpk` and `state.json`.
///
/// Order of images, augmentation, dropout and rates follow from the seed and the update, so there
/// is nothing else to keep.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    folder: PathBuf,
    pub state: State,
}

impl Checkpoint {
    /// Writes a checkpoint below `checkpoints`, then removes those with fewer updates; it is there
    /// completely or not at all.
    pub fn write(
        checkpoints: &Path,
        network: &Network,
        optimiser: &ModuleOptimizer,
        state: State,
    ) -> Result<Self, ModelError> {
        let folder = checkpoints.join(format!("update-{:07}", state.update));
        let partial = checkpoints.join(format!(".partial-{:07}", state.update));
        let failed = |path: &Path, source| ModelError::Write { path: path.into(), source };
        let other = |error: &dyn std::fmt::Display| io::Error::other(error.to_string());
        remove_if_there(&partial).map_err(|source| failed(&partial, source))?;
        fs::create_dir_all(&partial).map_err(|source| failed(&partial, source))?;
        network
            .clone()
            .into_record()
            .save(partial.join("network"))
            .map_err(|error| failed(&partial, other(&error)))?;
        optimiser
            .save(partial.join("optimiser"))
            .map_err(|error| failed(&partial, other(&error)))?;
        let json = serde_json::to_string_pretty(&state).expect("plain fields");
        fs::write(partial.join("state.json"), json).map_err(|source| failed(&partial, source))?;
        remove_if_there(&folder).map_err(|source| failed(&folder, source))?;
        fs::rename(&partial, &folder).map_err(|source| failed(&folder, source))?;
        for older in folders(checkpoints)?.into_iter().filter(|older| *older < folder) {
            remove_if_there(&older).map_err(|source| failed(&older, source))?;
        }
        Ok(Self { folder, state })
    }

    /// The checkpoint with the most updates below `checkpoints`.
    pub fn latest(checkpoints: &Path) -> Result<Option<Self>, ModelError> {
        folders(checkpoints)?.pop().map(|folder| Self::open(&folder)).transpose()
    }

    /// The file with the network's tensors.
    pub fn network_file(&self) -> PathBuf {
        self.folder.join(NETWORK)
    }

    fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("state.json");
        let text = fs::read_to_string(&path)
            .map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let state = serde_json::from_str(&text).map_err(|error| ModelError::Checkpoint {
            path,
            found: error.to_string(),
            expected: "the state that a training run writes".into(),
        })?;
        Ok(Self { folder: folder.into(), state })
    }

    /// Puts the stored weights into a network of the same recipe.
    pub fn restore_network(&self, network: Network) -> Result<Network, ModelError> {
        let path = self.network_file();
        let record =
            ModuleRecord::from_bytes(bytes(&path)?).map_err(|error| damaged(&path, &error))?;
        network.try_load_record(record).map_err(|_| ModelError::Checkpoint {
            path,
            found: "tensors of other names or shapes".into(),
            expected: "those of the recipe's network".into(),
        })
    }

    /// Puts the stored momentum into an optimiser of the same recipe.
    pub fn restore_optimiser(
        &self,
        optimiser: ModuleOptimizer,
    ) -> Result<ModuleOptimizer, ModelError> {
        let path = self.folder.join("optimiser.bpk");
        optimiser.from_bytes(bytes(&path)?).map_err(|error| damaged(&path, &error))
    }
}

/// Folders of complete checkpoints, fewest updates first.
fn folders(checkpoints: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let read = |source| ModelError::Read { path: checkpoints.into(), source };
    let mut folders = Vec::new();
    if !checkpoints.is_dir() {
        return Ok(folders);
    }
    for entry in fs::read_dir(checkpoints).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("update-")) {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The file's bytes, read at once: burn reads lazily by path and would see a later file's weights.
fn bytes(path: &Path) -> Result<Bytes, ModelError> {
    let bytes = fs::read(path).map_err(|source| ModelError::Read { path: path.into(), source })?;
    Ok(Bytes::from_bytes_vec(bytes))
}

fn damaged(path: &Path, error: &dyn std::fmt::Display) -> ModelError {
    ModelError::Checkpoint {
        path: path.into(),
        found: error.to_string(),
        expected: "a record that this program wrote".into(),
    }
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
