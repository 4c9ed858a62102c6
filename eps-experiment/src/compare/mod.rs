//! Runs and folders of masks beside each other.

mod comparison_files;
mod copies;
mod gallery;
mod masks;
mod method_comparison;
mod methods;
mod page;
mod pictures;
mod runs;

pub use comparison_files::ComparisonFiles;
pub(crate) use copies::{refuse_copies, refuse_twice};
use gallery::gallery;
pub use masks::{ShownRun, caption};
pub use method_comparison::MethodComparison;
pub use methods::MethodMasks;
use methods::{count_methods, faults_of, figures};
pub use page::{MAIN, RunReport, summary, write};
pub use pictures::Choice;
pub use runs::{Comparison, FIXED_THRESHOLD};
