//! What the commands of eps do, as a library: no flags, nothing printed, no process ended.
//!
//! A [`Session`] says who runs a job: an [`Observer`](eps_data::Observer) that follows it and may stop it,
//! and the command line that records name. [`run`] trains a recipe in a run folder and sends images through
//! its network; [`refine`] makes masks of class maps by a dense CRF; [`segment`] trains segmentation networks on masks and
//! sends images through them; [`evaluate`] scores one folder of masks, [`sweep`] class maps at every threshold, and
//! [`compare`] runs and folders of masks beside each other; [`reproduce`] sets scores beside a published table; [`prepare`] reads maps and
//! masks of other programs; [`inspect`] looks at a data set; [`frozen`] packs scored masks so that others can score them again; [`ablation`] trains and scores a grid of settings; [`Demo`] does most of it on
//! rendered scenes.
//!
//! Results go to folders. [`output`] keeps them apart: one writer at a time, what they were made of beside
//! them, and nothing replaced without being told to.
//!
//! ```
//! use eps_data::scenes::{SCENE_SIZE, write_voc_folder};
//! use eps_data::{Needs, SaliencyFit, DataSet};
//! use eps_experiment::{DataSource, Session};
//!
//! let root = tempfile::tempdir()?;
//! write_voc_folder(root.path(), 1, 12, SCENE_SIZE)?;
//! let data = DataSource {
//!     folder: DataSet::voc(root.path()),
//!     list: "train".into(),
//!     labels: None,
//!     saliency_fit: SaliencyFit::Exact,
//! };
//! let split = data.open(Needs { masks: true, ..Needs::default() }, &Session::SILENT)?;
//! assert_eq!(split.items.len(), 12);
//! # Ok::<(), anyhow::Error>(())
//! ```

#[cfg(doctest)]
#[doc = include_str!("../../docs/extending.md")]
struct Extending;

pub mod ablation;
pub mod compare;
pub mod evaluate;
pub mod frozen;
pub mod inspect;
pub mod output;
pub mod prepare;
pub mod recipes;
pub mod refine;
pub mod reproduce;
pub mod run;
pub mod saliency;
pub mod segment;
pub mod slurm;
pub mod submission;
pub mod sweep;
pub mod weights;

mod data_source;
mod demo;
mod folder;
mod ground_truth;
mod job_array;
mod machine;
mod missing_input;
mod moment;
mod parallel;
mod pipeline;
mod readable;
mod resumed;
mod session;
mod truth_source;

pub use data_source::DataSource;
pub use demo::Demo;
pub use folder::folder_of;
pub use ground_truth::GroundTruth;
pub use job_array::part_of_process;
pub use missing_input::MissingInput;
pub use readable::readable;
pub use session::{Alarm, End, Session};
pub use truth_source::TruthSource;
