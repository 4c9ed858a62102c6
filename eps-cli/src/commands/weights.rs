//! `eps weights`

use super::Exit;
use crate::outputs::{Inputs, Outputs};
use anyhow::{Context as _, Result, ensure};
use eps_experiment::Session;
use eps_experiment::run::{RunFolder, note_unchecked};
use eps_model::recipe::BackboneName;
use eps_model::train::Checkpoint;
use eps_model::weights::{Place, WeightsFile, backbone_of, place, write_safetensors};
use std::path::{Path, PathBuf};

/// Look into weights files (MXNet .params, PyTorch, safetensors, burnpack) and convert them
#[derive(clap::Subcommand)]
pub(crate) enum Weights {
    Inspect(Inspect),
    Convert(Convert),
}

impl Weights {
    pub(crate) fn run(self, session: &Session<'_>) -> Result<Exit> {
        match self {
            Self::Inspect(command) => command.run(session),
            Self::Convert(command) => command.run(session),
        }
    }
}

/// List the tensors of a weights file, and say which network they fit
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  eps weights inspect runs/eps\n  eps weights inspect ilsvrc.params"
)]
pub(crate) struct Inspect {
    /// Weights file, whatever it is called, or run folder
    #[arg(value_name = "FILE|RUN")]
    weights: PathBuf,
}

impl Inspect {
    fn run(self, session: &Session<'_>) -> Result<Exit> {
        let file = WeightsFile::open(&weights_file(&self.weights, session)?)?;
        let mut rows = vec![["tensor", "shape", "type", "values"].map(str::to_owned)];
        for tensor in &file.tensors {
            let shape = tensor.shape.to_vec();
            let values: usize = shape.iter().product();
            let (shape, dtype) = (format!("{shape:?}"), format!("{:?}", tensor.dtype));
            rows.push([tensor.name.clone(), shape, dtype, values.to_string()]);
        }
        print!("{}", columns(&rows));
        println!();
        println!("{}", summary(&file));
        Ok(Exit::Done)
    }
}

/// Rows as wide as their widest cells, the last column to the right.
fn columns(rows: &[[String; 4]]) -> String {
    let widest = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let [a, b, c, d] = [0, 1, 2, 3].map(widest);
    let line = |[name, shape, dtype, values]: &[String; 4]| {
        format!("{name:<a$}  {shape:<b$}  {dtype:<c$}  {values:>d$}\n")
    };
    rows.iter().map(line).collect()
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
    let is_needed = |name: &str| matches!(place(backbone, name), Place::Tensor(_));
    let needed = file.tensors.iter().filter(|tensor| is_needed(&tensor.name)).count();
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

/// Write weights as safetensors with the names that PyTorch programs know
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  eps weights convert runs/eps eps.safetensors")]
pub(crate) struct Convert {
    /// Weights file, whatever it is called, or run folder
    #[arg(value_name = "FILE|RUN")]
    weights: PathBuf,
    /// File to write, ending in .safetensors
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

impl Convert {
    fn run(self, session: &Session<'_>) -> Result<Exit> {
        ensure!(
            self.out.extension().is_some_and(|kind| kind == "safetensors"),
            "{}: expected a name that ends in .safetensors",
            self.out.display()
        );
        let path = weights_file(&self.weights, session)?;
        let inputs = Inputs::default().file(&path);
        let outputs = Outputs::of([&Some(self.out.clone())]).reading(inputs).check()?;
        let file = WeightsFile::open(&path)?;
        let backbone = backbone(&file).with_context(|| {
            let known: Vec<String> = BackboneName::ALL.iter().map(ToString::to_string).collect();
            format!(
                "{}: has names of no network of this program, expected those of {}",
                path.display(),
                known.join(" or ")
            )
        })?;
        let others = beside(&file, "");
        let count = write_safetensors(file, backbone, &self.out)?;
        outputs.keep(session);
        let out = self.out.display();
        session.observer.say(&format!("{out}: {count} tensors of {backbone}{others}"));
        Ok(Exit::Done)
    }
}

/// The file itself, or the latest checkpoint of a run folder.
fn weights_file(path: &Path, session: &Session<'_>) -> Result<PathBuf> {
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
