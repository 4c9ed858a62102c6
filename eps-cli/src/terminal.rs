//! What a command tells its user while it works.

use crate::interrupt;
use crate::progress::Progress;
use eps_data::Observer;
use eps_experiment::Alarm;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The user at stderr, who may press Ctrl-C.
pub(crate) struct Terminal {
    /// Whether neither progress nor what a command does is shown.
    is_quiet: bool,
    stage: Mutex<Option<Progress>>,
    /// A list that a command opens twice has the same remarks twice.
    notes: Mutex<BTreeSet<String>>,
}

impl Terminal {
    pub(crate) fn new(is_quiet: bool) -> Self {
        Self { is_quiet, stage: Mutex::default(), notes: Mutex::default() }
    }
}

impl Observer for Terminal {
    fn begin(&self, stage: &str, steps: usize, done: usize) {
        if self.is_quiet {
            return;
        }
        *locked(&self.stage) = Some(Progress::new(stage, steps).starting_at(done));
    }

    fn step(&self, message: &dyn Fn() -> String) {
        if let Some(progress) = locked(&self.stage).as_mut() {
            progress.step(message);
        }
    }

    fn end(&self) {
        if let Some(progress) = locked(&self.stage).take() {
            progress.finish();
        }
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
