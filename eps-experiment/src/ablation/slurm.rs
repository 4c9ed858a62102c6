//! A plan as an array of Slurm jobs.

use anyhow::{Result, ensure};
use std::path::Path;

/// Flags that are not for the tasks, with whether they have a value.
const LEFT_OUT: [(&str, bool); 7] = [
    ("--slurm", true),
    ("--slurm-tasks", true),
    ("--sbatch", true),
    ("--shard", true),
    ("--expect-plan", true),
    ("--wait", false),
    ("--dry-run", false),
];

/// What a script is made from.
pub struct SlurmArray<'a> {
    pub program: &'a Path,
    /// Where the command was called.
    pub folder: &'a Path,
    /// What it was called with, from the name of the command on.
    pub arguments: &'a [String],
    pub tasks: usize,
    /// Further options of `sbatch`.
    pub options: &'a [String],
    pub plan: &'a str,
}

impl SlurmArray<'_> {
    /// The script: each task takes its part of the plan, and refuses if the plan is another by then.
    ///
    /// # Errors
    ///
    /// If an option has more than one line, or no `-` in front.
    pub fn script(&self) -> Result<String> {
        let mut lines = vec![
            "#!/bin/bash".to_owned(),
            "#SBATCH --job-name=eps-ablate".to_owned(),
            format!("#SBATCH --array=1-{}", self.tasks),
        ];
        for option in self.options {
            ensure!(
                option.starts_with('-') && !option.contains(['\n', '\r']),
                "sbatch option `{option}`: expected one line such as --gres=gpu:1"
            );
            lines.push(format!("#SBATCH {option}"));
        }
        lines.push("set -euo pipefail".into());
        lines.push(format!("cd {}", quoted(&self.folder.to_string_lossy())));
        let call = self.kept().into_iter().map(quoted).collect::<Vec<_>>().join(" ");
        lines.push(format!(
            "exec {} {call} --wait --expect-plan {} --shard \"${{SLURM_ARRAY_TASK_ID}}/{}\"",
            quoted(&self.program.to_string_lossy()),
            quoted(self.plan),
            self.tasks
        ));
        Ok(lines.join("\n") + "\n")
    }

    /// The arguments of every task.
    fn kept(&self) -> Vec<&str> {
        let mut kept = Vec::new();
        let mut arguments = self.arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            let name = argument.split_once('=').map_or(argument, |(name, _)| name);
            match LEFT_OUT.iter().find(|(flag, _)| *flag == name) {
                Some((_, has_value)) if *has_value && name == argument => drop(arguments.next()),
                Some(_) => {}
                None => kept.push(argument),
            }
        }
        kept
    }
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./=,:+@%".contains(character);
    match word.chars().all(is_plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(arguments: &[&str], options: &[&str]) -> Result<String> {
        let owned = |texts: &[&str]| texts.iter().map(|own| (*own).to_owned()).collect::<Vec<_>>();
        SlurmArray {
            program: Path::new("/opt/my tools/eps"),
            folder: Path::new("/data/it's"),
            arguments: &owned(arguments),
            tasks: 3,
            options: &owned(options),
            plan: "ab12",
        }
        .script()
    }

    #[test]
    fn tasks_get_the_arguments_without_what_made_the_script() {
        let arguments = [
            "ablate",
            "--out",
            "my runs",
            "--slurm",
            "job.sh",
            "--sbatch=--time=1:00:00",
            "--grid",
            "selection=naive,overlap",
            "--slurm-tasks=3",
            "--wait",
            "--data",
            "$HOME",
        ];
        let expected = "\
#!/bin/bash
#SBATCH --job-name=eps-ablate
#SBATCH --array=1-3
#SBATCH --time=1:00:00
set -euo pipefail
cd '/data/it'\\''s'
exec '/opt/my tools/eps' ablate --out 'my runs' --grid selection=naive,overlap --data '$HOME' \
--wait --expect-plan ab12 --shard \"${SLURM_ARRAY_TASK_ID}/3\"
";
        assert_eq!(script(&arguments, &["--time=1:00:00"]).unwrap(), expected);
    }

    #[test]
    fn options_of_several_lines_are_refused() {
        assert!(script(&["ablate"], &["--time=1\nrm"]).is_err());
        assert!(script(&["ablate"], &["time"]).is_err());
    }
}
