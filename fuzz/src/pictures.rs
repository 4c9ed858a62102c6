//! PNG masks, saliency maps and photographs: any bytes give a picture of the size that the header
//! announces, or an error. A mask is what the `png` crate makes of it, and its runs are of its labels. The
//! blocks of a JPEG are walked over before it is decoded.

use eps_data::codec::{
    PaletteConflict, colour_kind, decode_mask, decode_mask_by_png_crate, decode_mask_runs,
    decode_saliency, inspect_photograph, size_of_bytes,
};
use std::path::Path;

/// Pixels of a picture that are worth decoding while fuzzing.
const PIXELS: usize = 1 << 20;

pub fn run(bytes: &[u8]) {
    let path = Path::new("fuzzed");
    let Ok(size) = size_of_bytes(path, bytes) else { return };
    if size.width.saturating_mul(size.height) > PIXELS {
        return;
    }
    if let Ok((mask, kind)) = decode_mask(path, bytes) {
        assert_eq!(mask.size(), size);
        let runs = decode_mask_runs(path, bytes).expect("the mask can be decoded");
        assert_eq!((runs.size(), &runs.labels()[..]), (size, mask.classes()));
        let _ = PaletteConflict::of(bytes, 21, || [true; 256]);
        if let Ok(expected) = decode_mask_by_png_crate(path, bytes) {
            assert_eq!((mask, kind), expected);
        }
    }
    let _ = colour_kind(path, bytes);
    if let Ok((map, _)) = decode_saliency(path, bytes) {
        assert_eq!(map.size(), size);
    }
    if let Ok(photograph) = inspect_photograph(path, bytes) {
        assert_eq!(photograph.size, size);
    }
}
