//! Where a run came from.

use super::NamedDevice;
use crate::Session;
use anyhow::Result;
use eps_data::codec::sha256_of_file;
use eps_data::{ListId, Split};
use eps_model::train::Checkpoint;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Where a run came from: `provenance.json` of its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provenance {
    pub version: String,
    pub command: Vec<String>,
    /// Several with commas between them.
    pub device: String,
    pub list: ListId,
    /// SHA-256 of the pre-trained weights.
    pub weights: Option<String>,
}

impl Provenance {
    /// Of a session: its command, its devices, and what it works on.
    pub fn new(
        session: &Session<'_>,
        devices: &[NamedDevice],
        split: &Split,
        weights: Option<&Path>,
    ) -> Result<Self> {
        let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").into(),
            command: session.command.to_vec(),
            device: names.join(","),
            list: split.list.id(),
            weights: weights.map(sha256_of_file).transpose()?,
        })
    }
}

/// Says that damage to a checkpoint's files would not be noticed.
pub fn note_unchecked(checkpoint: &Checkpoint, session: &Session<'_>) {
    if !checkpoint.is_checked() {
        session.observer.note(&format!(
            "{}: written by an earlier version, without the hashes that show damage",
            checkpoint.folder().display()
        ));
    }
}
