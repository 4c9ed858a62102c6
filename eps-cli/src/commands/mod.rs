//! The commands: each file holds its arguments and what it runs.

pub(crate) mod ablate;
pub(crate) mod audit;
pub(crate) mod compare;
pub(crate) mod data;
pub(crate) mod demo;
pub(crate) mod devices;
pub(crate) mod evaluate;
pub(crate) mod freeze;
pub(crate) mod infer;
pub(crate) mod masks;
pub(crate) mod merge;
pub(crate) mod recipes;
pub(crate) mod refine;
pub(crate) mod report;
pub(crate) mod reproduce;
pub(crate) mod saliency;
pub(crate) mod segment;
pub(crate) mod shell;
pub(crate) mod submit;
pub(crate) mod sweep;
pub(crate) mod train;
pub(crate) mod weights;

use eps_experiment::End;

/// How a command ended when nothing was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    /// What was asked for is printed, and it is that something is wrong.
    Faulty,
    /// Stopped by Ctrl-C, with the state saved.
    Interrupted,
}

impl From<End> for Exit {
    fn from(end: End) -> Self {
        match end {
            End::Done => Self::Done,
            End::Interrupted => Self::Interrupted,
        }
    }
}
