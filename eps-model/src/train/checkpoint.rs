//! What training needs to go on as if it had not stopped.

use crate::ModelError;
use crate::finite::is_finite;
use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use eps_data::codec::{read_bytes, read_text, remove_abandoned, temporary_name};
use eps_data::sha256;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const NETWORK: &str = "network.bpk";
const OPTIMISER: &str = "optimiser.bpk";
const STATE: &str = "state.json";

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
    /// Absent in checkpoints of versions that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<FileHashes>,
}

/// SHA-256 of the files beside `state.json`, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHashes {
    pub network: String,
    pub optimiser: String,
}

impl State {
    /// What keeps a run of the state `expected` from going on from this one, and what it would need.
    pub(super) fn difference(&self, expected: &Self) -> Option<(String, String)> {
        if self.list != expected.list {
            let found = format!("of a run on the list of images {}", short(&self.list));
            Some((found, format!("the same list to go on, not {}", short(&expected.list))))
        } else if self.recipe != expected.recipe {
            Some(("of a run with another recipe".into(), "the same recipe to go on".into()))
        } else if self.classes != expected.classes {
            let found = format!("of {} object classes", self.classes);
            Some((found, format!("{} to go on", expected.classes)))
        } else {
            None
        }
    }
}

/// The beginning of a hash, which tells it from others.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
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
    ///
    /// # Errors
    ///
    /// If it cannot be written, which leaves nothing of it; if the network's values are not finite, or the
    /// folder that has `checkpoints` is not there.
    pub fn write(
        checkpoints: &Path,
        network: &impl Module,
        optimiser: &ModuleOptimizer,
        state: State,
    ) -> Result<Self, ModelError> {
        // Before anything is removed: the checkpoint that is there is the last one of numbers.
        if !is_finite(network) {
            return Err(ModelError::NotFinite { update: state.update });
        }
        if !checkpoints.is_dir() {
            // Not the folder above it, which was removed if it is not there.
            fs::create_dir(checkpoints)
                .map_err(|source| ModelError::Write { path: checkpoints.into(), source })?;
        }
        remove_abandoned(checkpoints);
        let folder = checkpoints.join(name(state.update));
        let partial = checkpoints.join(temporary_name("checkpoint"));
        let written = write_files(&partial, &folder, network, optimiser, state);
        if written.is_err() {
            // A part of a checkpoint is of no use, and may be what fills the disk.
            let _ = fs::remove_dir_all(&partial);
        }
        let state = written?;
        // Only now: a process that is killed at any point before leaves the older one to go on from.
        for older in folders(checkpoints)?.into_iter().filter(|older| *older < folder) {
            remove_if_there(&older).map_err(|source| ModelError::Write { path: older, source })?;
        }
        Ok(Self { folder, state })
    }

    /// The checkpoint with the most updates below `checkpoints`.
    pub fn latest(checkpoints: &Path) -> Result<Option<Self>, ModelError> {
        folders(checkpoints)?.pop().map(|folder| Self::open(&folder)).transpose()
    }

    /// The file with the network's tensors, found to have the bytes that were written.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has other bytes.
    pub fn network_file(&self) -> Result<PathBuf, ModelError> {
        self.network_bytes()?;
        Ok(self.folder.join(NETWORK))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether damage to its files would be noticed, which earlier versions did not provide for.
    pub fn is_checked(&self) -> bool {
        self.state.sha256.is_some()
    }

    fn network_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let hash = self.state.sha256.as_ref().map(|hashes| hashes.network.as_str());
        bytes(&self.folder.join(NETWORK), hash)
    }

    fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(STATE);
        let text = read_text(&path)?;
        let refuse = |found| ModelError::Checkpoint {
            path: path.clone(),
            found,
            expected: "the state that a training run writes".into(),
        };
        let state: State =
            serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        if !folder.ends_with(name(state.update)) {
            return Err(refuse(format!("{} updates", state.update)));
        }
        Ok(Self { folder: folder.into(), state })
    }

    /// Puts the stored weights into a network of the same recipe.
    pub fn restore_network<M: Module>(&self, network: M) -> Result<M, ModelError> {
        let path = self.folder.join(NETWORK);
        let record = ModuleRecord::from_bytes(Bytes::from_bytes_vec(self.network_bytes()?))
            .map_err(|error| damaged(&path, &error))?;
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
        let path = self.folder.join(OPTIMISER);
        let hash = self.state.sha256.as_ref().map(|hashes| hashes.optimiser.as_str());
        let bytes = Bytes::from_bytes_vec(bytes(&path, hash)?);
        optimiser.from_bytes(bytes).map_err(|error| damaged(&path, &error))
    }
}

/// Name of the folder of a checkpoint.
fn name(update: usize) -> String {
    format!("update-{update:07}")
}

/// Writes the files into `partial`, then gives it the name `folder`. Errors name the files as they would
/// be called there.
fn write_files(
    partial: &Path,
    folder: &Path,
    network: &impl Module,
    optimiser: &ModuleOptimizer,
    state: State,
) -> Result<State, ModelError> {
    let failed = |file: &str, source| ModelError::Write { path: folder.join(file), source };
    fs::create_dir(partial).map_err(|source| failed("", source))?;
    let write = |file: &str, bytes: &[u8]| {
        write_whole(&partial.join(file), bytes).map_err(|source| failed(file, source))?;
        Ok::<_, ModelError>(sha256(bytes))
    };
    let bytes = network.clone().into_record().into_bytes();
    let bytes = bytes.map_err(|error| failed(NETWORK, io::Error::other(error.to_string())))?;
    let network = write(NETWORK, &bytes)?;
    let bytes = optimiser.into_bytes();
    let bytes = bytes.map_err(|error| failed(OPTIMISER, io::Error::other(error.to_string())))?;
    let optimiser = write(OPTIMISER, &bytes)?;
    // Last, since it has the hashes of the others.
    let state = State { sha256: Some(FileHashes { network, optimiser }), ..state };
    write(STATE, &serde_json::to_vec_pretty(&state).expect("plain fields"))?;
    // A folder does not take the place of another that has files in it.
    remove_if_there(folder).map_err(|source| failed("", source))?;
    fs::rename(partial, folder).map_err(|source| failed("", source))?;
    Ok(state)
}

/// Writes a file and waits until it is on the disk, so that a checkpoint has no hole after a power cut.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Folders of complete checkpoints, fewest updates first.
fn folders(checkpoints: &Path) -> Result<Vec<PathBuf>, ModelError> {
    if !checkpoints.is_dir() {
        return Ok(Vec::new());
    }
    let entries: Vec<fs::DirEntry> = fs::read_dir(checkpoints)
        .and_then(Iterator::collect)
        .map_err(|source| ModelError::Read { path: checkpoints.into(), source })?;
    let mut folders: Vec<PathBuf> = entries
        .iter()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("update-"))
        .map(fs::DirEntry::path)
        .collect();
    // By number, since all have the same number of digits.
    folders.sort();
    Ok(folders)
}

/// The file's bytes, read at once: burn reads lazily by path and would see a later file's weights.
fn bytes(path: &Path, hash: Option<&str>) -> Result<Vec<u8>, ModelError> {
    let bytes = read_bytes(path)?;
    match hash {
        Some(hash) if hash != sha256(&bytes) => Err(ModelError::Checkpoint {
            path: path.into(),
            found: "other bytes than training wrote, whose hash is in state.json".into(),
            expected: "an undamaged copy of the run".into(),
        }),
        _ => Ok(bytes),
    }
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
