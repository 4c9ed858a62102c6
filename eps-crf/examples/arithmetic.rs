//! Measures how long arithmetic without memory takes in one thread alone and then in two at once, which says how
//! much faster two cores of this machine can be at best.
//!
//! ```text
//! arithmetic TURNS
//! ```
//!
//! One line of JSON on stdout: seconds of one, and of both, for each turn.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use std::{env, thread};

const ROUNDS: usize = 30_000_000;

#[allow(clippy::print_stdout, reason = "a program talks to its user")]
fn main() -> Result<(), Box<dyn Error>> {
    let turns: usize = env::args().nth(1).ok_or("expected a number of turns")?.parse()?;
    let turns: Vec<[f64; 2]> = (0..turns).map(|_| [1, 2].map(seconds)).collect();
    println!("{turns:?}");
    Ok(())
}

/// Seconds until the last of some threads is done.
fn seconds(threads: usize) -> f64 {
    let start = Instant::now();
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(products_and_sums))));
    start.elapsed().as_secs_f64()
}

/// Products and sums in so many lanes that none waits for another; they are in registers and the first cache.
fn products_and_sums() {
    let mut lanes = black_box([1.0_f32; 64]);
    for _ in 0..ROUNDS {
        lanes.iter_mut().for_each(|lane| *lane = *lane * 0.999 + 0.001);
    }
    black_box(lanes);
}
