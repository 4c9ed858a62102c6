//! Files that results go to: who may write to a folder, what is there already, what belongs to it.

mod kept_file;
mod lock;
pub mod origin;
mod output_files;
mod place;
mod read_files;
mod results;

pub use kept_file::write_kept;
pub use lock::FolderLock;
pub use output_files::{OutputFiles, PendingFiles, is_stdout};
pub use place::{check_names, check_place};
pub use read_files::ReadFiles;
pub use results::{Inputs, ResultFolder, seen_from, with_slashes};
