//! Progress on stderr: a bar in a terminal, a line now and then elsewhere.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one stage.
pub(crate) struct Progress {
    bar: ProgressBar,
    label: String,
    lines: bool,
    last_line: Instant,
}

impl Progress {
    pub(crate) fn new(label: &str, total: usize) -> Self {
        let target = ProgressDrawTarget::stderr();
        Self::on(ProgressBar::with_draw_target(Some(total as u64), target), label)
    }

    /// One of several at the same time, below each other.
    pub(crate) fn among(bars: &MultiProgress, label: &str, total: usize) -> Self {
        Self::on(bars.add(ProgressBar::new(total as u64)), label)
    }

    fn on(bar: ProgressBar, label: &str) -> Self {
        let lines = !std::io::stderr().is_terminal();
        let template = "{prefix:<16} {bar:24} {pos}/{len}  {elapsed} gone, {eta} left  {msg}";
        bar.set_style(ProgressStyle::with_template(template).expect("the template is a constant"));
        bar.set_prefix(label.to_owned());
        Self { bar, label: label.into(), lines, last_line: Instant::now() }
    }

    /// Starts at `done`, which counts for no time.
    pub(crate) fn starting_at(self, done: usize) -> Self {
        self.bar.set_position(done as u64);
        self.bar.reset_eta();
        self
    }

    /// One more is done.
    pub(crate) fn step(&mut self, message: impl FnOnce() -> String) {
        self.bar.inc(1);
        if self.lines {
            if self.last_line.elapsed() >= LINE_EVERY {
                self.last_line = Instant::now();
                self.line(&message());
            }
        } else {
            self.bar.set_message(message());
        }
    }

    fn line(&self, message: &str) {
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(0));
        let left = self.bar.eta().as_secs();
        eprintln!("{:<16} {done}/{total}  {left} s left  {message}", self.label);
    }

    /// Leaves the finished bar, or a last line.
    pub(crate) fn finish(self) {
        let took = self.bar.elapsed().as_secs_f64();
        if self.lines {
            eprintln!("{:<16} {} done in {took:.1} s", self.label, self.bar.position());
        }
        self.bar.finish_with_message("");
    }
}
