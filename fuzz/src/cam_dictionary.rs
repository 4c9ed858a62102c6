//! Pickled class activation maps: any bytes give maps with scores of 0 or more, or an error.

use eps_data::codec::{CamKeys, cam_dictionary};

pub fn run(bytes: &[u8]) {
    if let Ok(map) = cam_dictionary(bytes, CamKeys::FromZero) {
        assert!(map.scores().iter().all(|score| *score >= 0.0));
    }
}
