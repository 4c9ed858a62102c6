//! A grid of settings, each trained and scored: what the settings change, and how sure that is.
//!
//! A row is one combination of settings; its runs differ in their seed. Rows are compared with one of
//! them, the baseline, by a paired bootstrap over images, at the threshold that was fixed beforehand
//! and at each run's best one.

mod figures;
mod report;
mod scores;
mod setting;
mod spread;

pub use figures::figures;
pub use report::{
    AblationReport, AblationRow, Grid, Measured, MissingRun, Outcome, Planned, RunScores,
};
pub use scores::{CellScores, Counted};
pub use setting::{Setting, Settings, short_names};
pub use spread::Spread;

#[cfg(test)]
pub(crate) mod tests;
