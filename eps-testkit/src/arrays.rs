//! NumPy's files.

use npyz::{Deserialize, NpyFile, npz::file_name_from_array_name};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use zip::{ZipArchive, result::ZipError};

/// The arrays of a `.npz` file.
pub struct Arrays {
    path: PathBuf,
    archive: ZipArchive<BufReader<File>>,
}

impl Arrays {
    /// # Panics
    ///
    /// If the file cannot be read or is no archive.
    pub fn open(path: &Path) -> Self {
        let archive = ZipArchive::new(open(path));
        let archive = archive.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path: path.into(), archive }
    }

    /// Shape and values of one array, if it is there.
    ///
    /// # Panics
    ///
    /// If it holds values of another type.
    pub fn find<T: Deserialize>(&mut self, name: &str) -> Option<(Vec<usize>, Vec<T>)> {
        let refuse = |error| panic!("{}, {name}: {error}", self.path.display());
        match self.archive.by_name(&file_name_from_array_name(name)) {
            Err(ZipError::FileNotFound) => None,
            Err(error) => panic!("{}, {name}: {error}", self.path.display()),
            Ok(file) => Some(values(file).unwrap_or_else(refuse)),
        }
    }

    /// As [`find`](Self::find), of an array that must be there.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn get<T: Deserialize>(&mut self, name: &str) -> (Vec<usize>, Vec<T>) {
        let found = self.find(name);
        found.unwrap_or_else(|| panic!("{}: no array {name}", self.path.display()))
    }
}

/// Shape and values of a `.npy` file.
///
/// # Panics
///
/// If the file cannot be read, or holds values of another type.
pub fn npy<T: Deserialize>(path: &Path) -> (Vec<usize>, Vec<T>) {
    values(open(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn open(path: &Path) -> BufReader<File> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    BufReader::new(file)
}

fn values<T: Deserialize>(file: impl Read) -> std::io::Result<(Vec<usize>, Vec<T>)> {
    let array = NpyFile::new(file)?;
    let shape = array.shape().iter().map(|&side| side as usize).collect();
    Ok((shape, array.into_vec()?))
}
