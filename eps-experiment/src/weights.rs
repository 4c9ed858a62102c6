//! Weights files of any program: what is in them, and as PyTorch programs know them.

use crate::Session;
use crate::run::{RunFolder, note_unchecked};
use anyhow::{Context as _, Result};
use eps_model::recipe::BackboneName;
use eps_model::train::Checkpoint;
use eps_model::weights::{Place, WeightsFile, backbone_of, place, write_safetensors};
use std::path::{Path, PathBuf};

/// The file itself, or the latest checkpoint of a run folder.
///
/// # Errors
///
/// If a folder has no checkpoint, or a damaged one.
pub fn file_of(path: &Path, session: &Session<'_>) -> Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.into());
    }
    let checkpoint =
        Checkpoint::latest(&RunFolder::at(path).checkpoints())?.with_context(|| {
            format!("{}: has no checkpoint, expected one or a file", path.display())
        })?;
    note_unchecked(&checkpoint, session);
    Ok(checkpoint.network_file()?)
}

/// Every tensor with its shape, type and number of values; below them what the file is, and which network it fits.
pub fn table(file: &WeightsFile) -> String {
    let mut rows = vec![["tensor", "shape", "type", "values"].map(str::to_owned)];
    for tensor in &file.tensors {
        let shape = tensor.shape.to_vec();
        let values: usize = shape.iter().product();
        let (shape, dtype) = (format!("{shape:?}"), format!("{:?}", tensor.dtype));
        rows.push([tensor.name.clone(), shape, dtype, values.to_string()]);
    }
    format!("{}\n{}\n", columns(&rows), summary(file))
}

/// Writes weights as safetensors with the names that PyTorch programs know; what was written, in words.
///
/// # Errors
///
/// If the file cannot be read, or its tensors have the names of no network.
pub fn convert(path: &Path, out: &Path) -> Result<String> {
    let file = WeightsFile::open(path)?;
    let backbone = backbone(&file).with_context(|| {
        let known: Vec<String> = BackboneName::ALL.iter().map(ToString::to_string).collect();
        format!(
            "{}: has names of no network of this program, expected those of {}",
            path.display(),
            known.join(" or ")
        )
    })?;
    let others = beside(&file, "");
    let count = write_safetensors(file, backbone, out)?;
    Ok(format!("{count} tensors of {backbone}{others}"))
}

/// Rows as wide as their widest cells, the last column to the right.
fn columns(rows: &[[String; 4]]) -> String {
    let [a, b, c, d] = [0, 1, 2, 3].map(|column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    let lines = rows.iter().map(|[name, shape, dtype, values]| {
        format!("{name:<a$}  {shape:<b$}  {dtype:<c$}  {values:>d$}\n")
    });
    lines.collect()
}

/// Format, size, and the network that knows the tensors by their names.
fn summary(file: &WeightsFile) -> String {
    let values: usize =
        file.tensors.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum();
    let about = format!(
        "{}: {} tensors, {values} values{}",
        file.format,
        file.tensors.len(),
        beside(file, " beside the network")
    );
    let Some(backbone) = backbone(file) else {
        return format!("{about}; the names fit no network of this program");
    };
    let places = file.tensors.iter().map(|tensor| place(backbone, &tensor.name));
    let needed = places.filter(|place| matches!(place, Place::Tensor(_))).count();
    format!("{about}; {needed} have names of {backbone}")
}

/// How many tensors are not the network's, and one of them; empty if there are none.
fn beside(file: &WeightsFile, which: &str) -> String {
    match &file.others[..] {
        [] => String::new(),
        [first, ..] => format!(", {}{which} left out ({first}, ..)", file.others.len()),
    }
}

fn backbone(file: &WeightsFile) -> Option<BackboneName> {
    backbone_of(file.tensors.iter().map(|tensor| tensor.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cells() {
        let row = |cells: [&str; 4]| cells.map(str::to_owned);
        let rows =
            [row(["tensor", "shape", "type", "values"]), row(["a.longer", "[1]", "F32", "1"])];
        let expected = "tensor    shape  type  values\na.longer  [1]    F32        1\n";
        assert_eq!(columns(&rows), expected);
    }
}
