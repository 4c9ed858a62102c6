//! Runs and folders of masks beside each other.

mod comparison_files;
mod copies;
mod gallery;
mod masks;
mod methods;
mod page;
mod pictures;
mod runs;

pub use comparison_files::{ComparisonFiles, facts};
pub use copies::{refuse_copies, refuse_twice};
pub use gallery::gallery;
pub use masks::{ShownRun, caption};
use methods::figures;
pub use methods::{MethodMasks, count_methods, faults_of};
pub use page::{MAIN, RunReport, summary, write};
pub use pictures::Choice;
pub use runs::{Comparison, FIXED_THRESHOLD};
