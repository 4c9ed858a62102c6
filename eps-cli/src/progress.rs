//! Progress on stderr: a bar in a terminal, a line now and then elsewhere.

use crate::progress_line::ProgressLine;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};
use terminal_size::terminal_size_of;

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Time between two states of the line in a terminal: quick steps are not slowed down by what nobody can read.
const SHOWN_EVERY: Duration = Duration::from_millis(50);

/// Columns of a terminal that does not say how many it has.
const COLUMNS: u16 = 80;

/// The progress of one stage.
pub(crate) struct Progress {
    bar: ProgressBar,
    label: String,
    lines: bool,
    last_shown: Instant,
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
        bar.set_style(ProgressStyle::with_template("{msg}").expect("the template is a constant"));
        Self { bar, label: label.into(), lines, last_shown: Instant::now() }
    }

    /// Starts at `done`, which counts for no time.
    pub(crate) fn starting_at(self, done: usize) -> Self {
        self.bar.set_position(done as u64);
        self.bar.reset_eta();
        self.show("");
        self
    }

    /// One more is done.
    pub(crate) fn step(&mut self, message: impl FnOnce() -> String) {
        self.bar.inc(1);
        let every = if self.lines { LINE_EVERY } else { SHOWN_EVERY };
        if self.last_shown.elapsed() < every {
            return;
        }
        self.last_shown = Instant::now();
        match self.lines {
            true => self.line(&message()),
            false => self.show(&message()),
        }
    }

    /// Shows the line in a terminal.
    fn show(&self, message: &str) {
        let line = ProgressLine {
            label: &self.label,
            done: self.bar.position(),
            total: self.bar.length().unwrap_or(0),
            gone: self.bar.elapsed(),
            left: self.bar.eta(),
            message,
        };
        let columns = terminal_size_of(std::io::stderr()).map_or(COLUMNS, |(columns, _)| columns.0);
        self.bar.set_message(line.fitted(columns.into()));
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
        self.show("");
        self.bar.finish();
    }
}
