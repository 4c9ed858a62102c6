//! Measures how long arithmetic in registers takes in one or more threads at once, which says how much
//! faster several cores of this machine can be at best.
//!
//! ```text
//! arithmetic THREADS
//! ```
//!
//! One number on stdout: the seconds until the last thread is done.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use std::{env, thread};

const ROUNDS: usize = 30_000_000;

#[allow(clippy::print_stdout, reason = "a program talks to its user")]
fn main() -> Result<(), Box<dyn Error>> {
    let threads: usize = env::args().nth(1).ok_or("expected a number of threads")?.parse()?;
    let start = Instant::now();
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(products_and_sums))));
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}

/// Products and sums in so many lanes that none waits for another.
fn products_and_sums() {
    let mut lanes = black_box([1.0_f32; 64]);
    for _ in 0..ROUNDS {
        lanes.iter_mut().for_each(|lane| *lane = *lane * 0.999 + 0.001);
    }
    black_box(lanes);
}
