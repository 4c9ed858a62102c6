//! Flags that commands share, and the values that they take.

mod background;
mod data;
mod data_folder;
mod device;
mod files;
mod image_list;
mod image_set;
mod map_source;
mod named_folder;
mod refined_sweep;
mod renamed;
mod score_files;
mod shard;
mod slurm;
mod statement;
mod training;
mod truth;
mod values;

pub(crate) use background::BackgroundArgs;
pub(crate) use data::{DATA, DataArgs};
pub(crate) use data_folder::DataFolder;
pub(crate) use device::{DeviceArgs, DevicesArgs};
pub(crate) use files::{ForceArgs, ResultFiles, write_asked};
pub(crate) use image_list::read_list;
pub(crate) use image_set::ImageSetArgs;
pub(crate) use map_source::MapSourceArgs;
pub(crate) use named_folder::{folder_name, named_folder};
pub(crate) use refined_sweep::RefinedSweepArgs;
pub(crate) use renamed::RenamedArgs;
pub(crate) use score_files::ScoreFiles;
pub(crate) use shard::shard;
pub(crate) use slurm::{SlurmArgs, SlurmArrayArgs};
pub(crate) use statement::StatementArgs;
pub(crate) use training::TrainingArgs;
pub(crate) use truth::{PredictionArgs, TruthArgs, folder_of, missing};
pub(crate) use values::{duration, fraction, level, not_empty, positive, power, small_fraction};
