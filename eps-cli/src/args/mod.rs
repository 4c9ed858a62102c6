//! Flags that commands share, and the values that they take.

mod background;
mod bootstrap;
mod crf;
mod cut;
mod data;
mod data_folder;
mod device;
mod files;
mod image_list;
mod image_set;
mod map_source;
mod map_threshold;
mod named_folder;
mod paper;
mod predictions;
mod refined_sweep;
mod renamed;
mod saliency_cue;
mod score_files;
mod shard;
mod slurm;
mod statement;
mod training;
mod truth;
mod values;

pub(crate) use background::BackgroundArgs;
pub(crate) use bootstrap::BootstrapArgs;
pub(crate) use crf::RefinementArgs;
pub(crate) use cut::CutArgs;
pub(crate) use data::{DATA, DataArgs, root_unless};
pub(crate) use data_folder::DataFolder;
pub(crate) use device::{DeviceArgs, DevicesArgs};
pub(crate) use files::{ForceArgs, ResultFiles, write_asked};
pub(crate) use image_list::read_list;
pub(crate) use image_set::ImageSetArgs;
pub(crate) use map_source::MapSourceArgs;
pub(crate) use map_threshold::MapThresholdArgs;
pub(crate) use named_folder::{method_folder, named_folder, named_path};
pub(crate) use paper::PaperArgs;
pub(crate) use predictions::PredictionArgs;
pub(crate) use refined_sweep::RefinedSweepArgs;
pub(crate) use renamed::{RenamedArgs, RenamedSweepArgs};
pub(crate) use saliency_cue::SaliencyCueArgs;
pub(crate) use score_files::ScoreFiles;
pub(crate) use shard::{ShardArgs, shard};
pub(crate) use slurm::{SlurmArgs, SlurmArrayArgs};
pub(crate) use statement::StatementArgs;
pub(crate) use training::TrainingArgs;
pub(crate) use truth::TruthArgs;
pub(crate) use values::{
    duration, fraction, level, not_empty, positive, power, scale, small_fraction,
};
