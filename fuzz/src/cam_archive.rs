//! Archives of class activation maps (`.npz`): any bytes give maps, or an error.

use eps_data::codec::{CamKeys, decode_cam_archive};
use std::path::Path;

pub fn run(bytes: &[u8]) {
    if let Ok(map) = decode_cam_archive(Path::new("fuzzed"), bytes, CamKeys::FromZero) {
        assert!(map.scores().iter().all(|score| !score.is_nan()));
    }
}
