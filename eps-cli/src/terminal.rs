//! What a command tells its user while it works.

use crate::interrupt;
use crate::progress::Progress;
use eps_data::Observer;
use eps_experiment::Alarm;
use indicatif::MultiProgress;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The user at stderr, who may press Ctrl-C.
pub(crate) struct Terminal {
    /// Whether neither progress nor what a command does is shown.
    is_quiet: bool,
    stage: Stage,
    /// A list that a command opens twice has the same remarks twice.
    notes: Mutex<BTreeSet<String>>,
    /// Those of several workers at the same time.
    bars: MultiProgress,
}

impl Terminal {
    pub(crate) fn new(is_quiet: bool) -> Self {
        let (stage, notes) = (Stage::default(), Mutex::default());
        Self { is_quiet, stage, notes, bars: MultiProgress::new() }
    }
}

impl Observer for Terminal {
    fn begin(&self, stage: &str, steps: usize, done: usize) {
        if !self.is_quiet {
            self.stage.begin(Progress::new(stage, steps).starting_at(done));
        }
    }

    fn step(&self, message: &dyn Fn() -> String) {
        self.stage.step(message);
    }

    fn end(&self) {
        self.stage.end();
    }

    fn say(&self, text: &str) {
        if !self.is_quiet {
            eprintln!("{text}");
        }
    }

    fn note(&self, text: &str) {
        if locked(&self.notes).insert(text.to_owned()) {
            eprintln!("note: {text}");
        }
    }

    fn stops(&self) -> bool {
        interrupt::requested()
    }

    fn worker(&self, name: &str) -> Option<Box<dyn Observer + '_>> {
        Some(Box::new(Worker { terminal: self, name: name.into(), stage: Stage::default() }))
    }
}

/// What one of several workers tells the user.
struct Worker<'a> {
    terminal: &'a Terminal,
    name: String,
    stage: Stage,
}

impl Observer for Worker<'_> {
    fn begin(&self, stage: &str, steps: usize, done: usize) {
        if !self.terminal.is_quiet {
            let progress = Progress::among(&self.terminal.bars, &self.named(stage), steps);
            self.stage.begin(progress.starting_at(done));
        }
    }

    fn step(&self, message: &dyn Fn() -> String) {
        self.stage.step(message);
    }

    fn end(&self) {
        self.stage.end();
    }

    fn say(&self, text: &str) {
        // Between two drawings of the bars, which would be drawn over it.
        self.terminal.bars.suspend(|| self.terminal.say(&self.named(text)));
    }

    fn note(&self, text: &str) {
        self.terminal.bars.suspend(|| self.terminal.note(text));
    }

    fn stops(&self) -> bool {
        self.terminal.stops()
    }
}

impl Worker<'_> {
    fn named(&self, text: &str) -> String {
        format!("{}: {text}", self.name)
    }
}

/// The progress of a stage, while there is one.
#[derive(Default)]
struct Stage(Mutex<Option<Progress>>);

impl Stage {
    fn begin(&self, progress: Progress) {
        *locked(&self.0) = Some(progress);
    }

    fn step(&self, message: &dyn Fn() -> String) {
        if let Some(progress) = locked(&self.0).as_mut() {
            progress.step(message);
        }
    }

    fn end(&self) {
        if let Some(progress) = locked(&self.0).take() {
            progress.finish();
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends a process whose folder another has taken over.
pub(crate) fn alarm(alarm: &Alarm) {
    match alarm {
        Alarm::Lost(text) => {
            eprintln!("error: {text}");
            std::process::exit(1);
        }
        Alarm::Unwritable(text) => eprintln!("{text}"),
    }
}
