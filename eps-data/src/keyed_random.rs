//! Random numbers that follow from what they are for, in whatever order they are drawn.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// Random numbers of a key, such as seed, update, place and purpose: those of two keys have nothing in
/// common.
pub fn keyed_random(words: [u64; 4]) -> ChaCha8Rng {
    // ChaCha takes all 256 bits as its key: nothing is hashed or mixed, so no two keys meet.
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}
