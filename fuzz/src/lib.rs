//! What each target does with bytes: called by the fuzzers of `targets`, and by the test of eps-data that
//! replays their first inputs.

pub mod annotation;
pub mod cam_archive;
pub mod cam_dictionary;
pub mod instances;
pub mod labels;
pub mod mxnet_params;
pub mod pickle;
pub mod pictures;
pub mod sbd_mask;
pub mod segmentation;
