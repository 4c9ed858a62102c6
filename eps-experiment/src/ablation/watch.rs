//! Looking at an ablation until it is finished.

use super::folder::AblationFolder;
use super::status::StatusReport;
use crate::Session;
use anyhow::Result;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Time between two looks at whether to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl AblationFolder {
    /// Where every cell of the plan that was begun here stands; a lock without a sign of life for `expiry` counts no more.
    ///
    /// # Errors
    ///
    /// If no plan was begun here.
    pub fn report(&self, expiry: Duration) -> Result<StatusReport> {
        Ok(StatusReport::of(self, &self.plan()?, expiry))
    }

    /// Gives `show` a report again and again, with the time `every` in between, until no cell is running or waiting or the
    /// observer stops; the last report, which `show` did not get.
    ///
    /// # Errors
    ///
    /// As [`report`](Self::report), and what `show` returns.
    pub fn watch(
        &self,
        every: Duration,
        expiry: Duration,
        session: &Session<'_>,
        show: impl Fn(&StatusReport) -> Result<()>,
    ) -> Result<StatusReport> {
        let mut report = self.report(expiry)?;
        while !report.is_finished() && !session.observer.stops() {
            show(&report)?;
            wait(every, session);
            report = self.report(expiry)?;
        }
        Ok(report)
    }
}

/// Waits for a time, or until the observer stops.
fn wait(time: Duration, session: &Session<'_>) {
    let begun = Instant::now();
    while begun.elapsed() < time && !session.observer.stops() {
        sleep(LOOK_EVERY.min(time));
    }
}
