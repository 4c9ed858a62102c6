//! Runs and folders of masks beside each other.

mod copies;
mod gallery;
mod masks;
mod methods;
mod page;
mod pictures;
mod runs;

pub use copies::{refuse_copies, refuse_twice};
pub use gallery::gallery;
pub use masks::{ShownRun, caption};
pub use methods::{MethodMasks, count_methods, faults_of, figures};
pub use page::{MAIN, RunReport, summary, write};
pub use pictures::Choice;
pub use runs::{Comparison, FIXED_THRESHOLD};
