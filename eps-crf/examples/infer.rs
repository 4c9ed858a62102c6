//! Infers a field over raw arrays and says how long it took, for comparisons with other programs.
//!
//! ```text
//! infer PRESET WIDTH HEIGHT LABELS PICTURE PROBABILITIES OUT [FLOOR [TURNS]]
//! ```
//!
//! `PICTURE` is `[height, width, 3]` in 8 bits, `PROBABILITIES` and `OUT` are `[labels, height, width]`
//! in 32-bit floats of this machine. In each of the `TURNS` after it the field is inferred by one thread alone,
//! and then by two at once. One line of JSON on stdout.

use eps_crf::{DenseCrf, Floor, Marginals, Picture, Preset, Unary};
use std::error::Error;
use std::sync::Barrier;
use std::time::Instant;
use std::{env, fs, thread};

struct Job {
    preset: Preset,
    size: [usize; 2],
    labels: usize,
    picture: Vec<u8>,
    probabilities: Vec<f32>,
    floor: f32,
}

struct Outcome {
    marginals: Marginals,
    build: f64,
    cpu: f64,
    vertices: [usize; 2],
    bytes: usize,
    kept: usize,
    may_change: usize,
}

#[allow(clippy::print_stdout, reason = "a program talks to its user")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize| arguments[at].parse::<usize>();
    let job = Job {
        preset: arguments[0].parse()?,
        size: [number(1)?, number(2)?],
        labels: number(3)?,
        picture: fs::read(&arguments[4])?,
        probabilities: floats(&fs::read(&arguments[5])?),
        floor: arguments.get(7).map_or(Ok(0.0), |floor| floor.parse())?,
    };
    let turns = arguments.get(8).map_or(Ok(0), |turns| turns.parse())?;
    let start = Instant::now();
    let outcome = job.run()?;
    let seconds = start.elapsed().as_secs_f64();
    let turns = job.take_turns(turns);
    let Outcome { marginals, build, cpu, vertices, bytes, kept, may_change } = outcome;
    let values = marginals.probabilities().iter().flat_map(|value| value.to_ne_bytes());
    fs::write(&arguments[6], values.collect::<Vec<u8>>())?;
    println!(
        "{{\"seconds\": {seconds}, \"build\": {build}, \"cpu\": {cpu}, \"vertices\": {vertices:?}, \"bytes\": {bytes}, \
         \"kept\": {kept}, \"may_change\": {may_change}, \"turns\": {turns:?}}}"
    );
    Ok(())
}

impl Job {
    /// Seconds of each turn: of a field alone, and until both of two at once are done.
    ///
    /// A turn that is not counted comes first, since a thread keeps its memory for its next field.
    fn take_turns(&self, count: usize) -> Vec<[f64; 2]> {
        if count == 0 {
            return Vec::new();
        }
        let barrier = Barrier::new(2);
        let together = || {
            barrier.wait();
            drop(self.run());
            barrier.wait();
        };
        let take_turn = |_| [seconds(|| drop(self.run())), seconds(together)];
        thread::scope(|scope| {
            scope.spawn(|| (0..=count).for_each(|_| together()));
            (0..=count).map(take_turn).skip(1).collect()
        })
    }

    fn run(&self) -> Result<Outcome, eps_crf::CrfError> {
        let [width, height] = self.size;
        let start = Instant::now();
        let cpu = cpu_seconds();
        let channels = self.preset.channels(&self.picture);
        let picture = Picture::new(width, height, &channels)?;
        let crf = DenseCrf::new(&picture, &self.preset.kernels())?;
        let build = start.elapsed().as_secs_f64();
        let (vertices, bytes) = (crf.vertices(), crf.bytes());
        let (marginals, kept, may_change) = self.infer(&crf)?;
        let cpu = cpu_seconds() - cpu;
        Ok(Outcome { marginals, build, cpu, vertices, bytes, kept, may_change })
    }

    /// Marginals, labels kept and pixels that the others could have changed.
    fn infer(&self, crf: &DenseCrf) -> Result<(Marginals, usize, usize), eps_crf::CrfError> {
        let (labels, given) = (self.labels, &self.probabilities);
        let unary = match self.preset.label_confidence() {
            Some(confidence) => Unary::from_labels(labels, &best(given, labels), confidence)?,
            None if self.floor > 0.0 => {
                let floored = Floor::new(self.floor)?.infer(crf, labels, given, Preset::STEPS)?;
                return Ok((floored.marginals, floored.kept.len(), floored.may_change));
            }
            None => Unary::from_probabilities(labels, given)?,
        };
        Ok((crf.infer(&unary, Preset::STEPS)?, labels, 0))
    }
}

/// Seconds of some work.
fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// The most probable label of each pixel.
fn best(probabilities: &[f32], labels: usize) -> Vec<u8> {
    let pixels = probabilities.len() / labels;
    let at = |label: usize, pixel: usize| probabilities[label * pixels + pixel];
    let best = |pixel| {
        let better = |best, label| if at(label, pixel) > at(best, pixel) { label } else { best };
        (1..labels).fold(0, better) as u8
    };
    (0..pixels).map(best).collect()
}

/// Time of this thread on a processor so far; 0 where the system does not say.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: Option<f64> = text.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.unwrap_or(0.0) * 1e-9
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&four| f32::from_ne_bytes(four)).collect()
}
