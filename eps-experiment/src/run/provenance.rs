//! Where a run came from.

use super::NamedDevice;
use crate::Session;
use crate::machine::host;
use crate::moment::{iso, now};
use anyhow::Result;
use eps_data::codec::sha256_of_file;
use eps_data::{ListId, Split};
use eps_model::train::Checkpoint;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Where a run came from: `provenance.json` of its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provenance {
    /// Of the program, such as `0.1.0`.
    pub version: String,
    pub command: Vec<String>,
    /// When the run began, in UTC by ISO 8601; absent in runs of earlier versions. No result depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Name of the machine on which it began; absent as `date` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The devices that were taken, with commas between them: never `auto`.
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
            date: Some(iso(now())),
            host: Some(host()),
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
