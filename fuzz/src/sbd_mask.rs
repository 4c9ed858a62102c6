//! SBD's masks in MATLAB's files: any bytes give a mask, or an error.

use eps_data::codec::sbd_mask;

pub fn run(bytes: &[u8]) {
    if let Ok(mask) = sbd_mask(bytes) {
        assert!(mask.size().pixels() > 0);
    }
}
