//! Pickled class activation maps: any bytes give maps with scores of 0 or more, or an error.

#![no_main]

use eps_data::codec::{CamKeys, cam_dictionary};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(map) = cam_dictionary(bytes, CamKeys::FromZero) {
        assert!(map.scores().iter().all(|score| *score >= 0.0));
    }
});
