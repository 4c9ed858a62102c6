//! Runs and folders of masks beside each other.

mod copies;
mod masks;
mod methods;
mod page;
mod pictures;
mod runs;

pub use copies::{refuse_copies, refuse_twice};
pub use masks::{ShownRun, caption};
pub use methods::{MethodMasks, count_methods, faults_of, write_charts};
pub use page::{MAIN, RunReport, summary, write};
pub use pictures::Choice;
pub use runs::{Comparison, FIXED_THRESHOLD};
