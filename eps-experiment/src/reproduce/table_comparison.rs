//! Your scores beside a published table.

use super::attempts::attempts;
use super::{AttemptSource, Statement};
use crate::{GroundTruth, Session};
use anyhow::{Result, anyhow};
use eps_eval::paired::Bootstrap;
use eps_eval::report::published::PublishedTable;
use eps_eval::report::reproduction::Reproduction;

/// A published table, your masks or maps for its rows, and when a number counts as reproduced.
#[derive(Clone, Copy)]
pub struct TableComparison<'a> {
    pub table: &'static PublishedTable,
    pub sources: &'a [AttemptSource],
    pub statement: &'a Statement,
    /// What the sources are scored against; without sources there is none.
    pub truth: Option<&'a GroundTruth>,
    pub bootstrap: Bootstrap,
    /// Fraction of further runs, or of resamples, expected inside an interval.
    pub level: f64,
    /// Difference of IoU, as a fraction, up to which fewer than three runs are within tolerance.
    pub tolerance: f64,
}

impl TableComparison<'_> {
    /// Scores the sources, and compares each number with the published one.
    ///
    /// # Errors
    ///
    /// If the folders of one row are of different networks, two have the same masks, or a mask cannot be
    /// counted.
    pub fn run(&self, session: &Session<'_>) -> Result<Reproduction> {
        let attempts = match self.truth {
            Some(truth) => attempts(self.table, self.statement, truth, self.sources, session)
                .map_err(|error| truth.explain(error))?,
            None => vec![],
        };
        Reproduction::new(self.table, &attempts, self.bootstrap, self.level, self.tolerance)
            .map_err(|text| anyhow!(text))
    }
}
