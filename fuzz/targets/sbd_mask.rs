//! SBD's masks in MATLAB's files: any bytes give a mask, or an error.

#![no_main]

use eps_data::codec::sbd_mask;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(mask) = sbd_mask(bytes) {
        assert!(mask.size().pixels() > 0);
    }
});
