//! Reading and writing the files of a data set: photographs, masks, saliency maps and scores.
//!
//! Every writer writes beside its target and renames, so a file is complete or absent. Every reader
//! refuses pictures above [`MAX_PIXELS`] before it decodes them.

mod atomic;
mod cam_dictionary;
mod cam_keys;
mod class_map;
mod class_pictures;
mod colour_mask;
mod content;
mod destination;
mod header;
mod input;
mod jpeg;
mod jpeg_blocks;
mod mask;
mod mat;
mod npy;
mod npz;
mod palette;
mod photograph;
mod plain_png;
mod png_chunks;
mod png_data;
mod png_file;
mod rgb;
mod saliency;
mod saliency_array;
mod scores;
mod temporary;
mod whole;

pub use atomic::{can_write, write_atomically, write_file};
pub use cam_dictionary::{CamProblem, cam_dictionary, decode_cam_archive, read_cam_dictionary};
pub use cam_keys::CamKeys;
pub use class_map::{class_map_of, class_maps_in, read_class_map};
pub use class_pictures::{ClassPictures, class_pictures_of, read_class_pictures};
pub use colour_mask::{ColourKind, colour_kind, read_colour_mask, read_index_mask};
pub use content::Content;
pub use destination::Destination;
pub use header::{Format, size_of, size_of_bytes};
pub use input::{
    MAX_BYTES, MAX_TEXT, decode_text, is_named, open_file, read_bytes, read_bytes_up_to, read_text,
    sha256_of_file,
};
pub use mask::{
    MaskKind, MaskReader, check_classes, decode_mask, decode_mask_by_png_crate, decode_mask_runs,
    encode_mask, read_mask, write_mask,
};
pub use mat::{MatError, read_sbd_mask, sbd_mask};
pub(crate) use npy::{pickled, with_header};
pub use palette::{PaletteConflict, voc_palette};
pub use photograph::{Colours, Photograph, inspect_photograph};
pub use rgb::{read_rgb, write_jpeg, write_rgb_png};
pub use saliency::{
    SaliencyKind, decode_saliency, read_grey_mask, read_saliency, saliency_size_of,
    write_deep_saliency, write_saliency,
};
pub use scores::{
    ScoreFormat, check_score_range, read_logits, read_scores, write_scores, write_scores_and_logits,
};
pub use temporary::{remove_abandoned, temporary_name};
pub use whole::is_whole;

/// The most pixels of a picture that a reader decodes: 256 times 2^20.
pub const MAX_PIXELS: usize = 256 << 20;
