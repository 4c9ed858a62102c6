//! Measures how fast memory is read and copied, alone and by two threads at once, for comparison with
//! what a field moves.
//!
//! ```text
//! bandwidth [MEBIBYTES]
//! ```
//!
//! One line of JSON on stdout: gigabytes (10^9 bytes) a second, all threads together, the best of ten;
//! a copied byte counts twice.

use std::error::Error;
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;
use std::{env, thread};

const ROUNDS: usize = 10;

#[allow(clippy::print_stdout, reason = "a program talks to its user")]
fn main() -> Result<(), Box<dyn Error>> {
    let mebibytes = env::args().nth(1).map_or(Ok(128), |count| count.parse::<usize>())?;
    let floats = mebibytes << 18;
    let [read_one, read_two] = [1, 2].map(|threads| rate(threads, floats, read));
    let [copy_one, copy_two] = [1, 2].map(|threads| 2.0 * rate(threads, floats, copy));
    println!(
        "{{\"read\": [{read_one:.1}, {read_two:.1}], \"copy\": [{copy_one:.1}, {copy_two:.1}]}}"
    );
    Ok(())
}

/// Gigabytes of the first array that all threads go through in a second.
fn rate(threads: usize, floats: usize, work: fn(&[f32], &mut [f32])) -> f64 {
    let barrier = Barrier::new(threads);
    let seconds = || -> [f64; ROUNDS] {
        let (from, mut to) = (vec![1.0_f32; floats], vec![0.5_f32; floats]);
        std::array::from_fn(|_| {
            barrier.wait();
            let start = Instant::now();
            work(black_box(&from), black_box(&mut to));
            // Until the last is done.
            barrier.wait();
            start.elapsed().as_secs_f64()
        })
    };
    let rounds = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(seconds)).collect();
        let rounds = seconds();
        others.into_iter().for_each(|other| drop(other.join()));
        rounds
    });
    let best = rounds.into_iter().fold(f64::INFINITY, f64::min);
    (threads * floats * size_of::<f32>()) as f64 / best * 1e-9
}

fn read(from: &[f32], _: &mut [f32]) {
    let sums = from.as_chunks::<64>().0.iter().fold([0.0; 64], |mut sums, block| {
        sums.iter_mut().zip(block).for_each(|(sum, value)| *sum += value);
        sums
    });
    black_box(sums);
}

fn copy(from: &[f32], to: &mut [f32]) {
    to.copy_from_slice(from);
}
