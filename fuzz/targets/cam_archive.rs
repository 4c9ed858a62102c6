//! Archives of class activation maps (`.npz`): any bytes give maps, or an error.

#![no_main]

use eps_data::codec::{CamKeys, decode_cam_archive};
use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(map) = decode_cam_archive(Path::new("fuzzed"), bytes, CamKeys::FromZero) {
        assert!(map.scores().iter().all(|score| !score.is_nan()));
    }
});
