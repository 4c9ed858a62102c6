//! Commands as Slurm jobs.

use crate::Session;
use anyhow::{Result, ensure};
use eps_data::codec::write_file;
use std::path::Path;

/// Seconds before its time limit at which a job is told to save.
const SECONDS_TO_SAVE: usize = 120;

/// Flags that are not for the job, with whether they have a value.
const LEFT_OUT: [(&str, bool); 9] = [
    ("--slurm", true),
    ("--slurm-tasks", true),
    ("--slurm-parallel", true),
    ("--slurm-requeues", true),
    ("--sbatch", true),
    ("--shard", true),
    ("--expect-plan", true),
    ("--wait", false),
    ("--dry-run", false),
];

/// A batch script that runs one command, and goes back into the queue when its time is up.
pub struct SlurmScript<'a> {
    /// In the queue, and in the names of the logs.
    pub job: &'a str,
    pub program: &'a Path,
    /// Where the command was called.
    pub folder: &'a Path,
    /// What it was called with, from the name of the command on.
    pub arguments: &'a [String],
    /// Flags that only the job has.
    pub added: &'a [String],
    /// Tasks that share the work; without, a single job.
    pub array: Option<SlurmArray>,
    /// How often a job may queue itself again.
    pub requeues: usize,
    /// Further options of `sbatch`.
    pub options: &'a [String],
}

/// The tasks of a job array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlurmArray {
    pub tasks: usize,
    /// How many may run at once; without, as many as there is room for.
    pub parallel: Option<usize>,
}

impl SlurmScript<'_> {
    /// Writes the script, and says how it is submitted.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text), and if the file cannot be written.
    pub fn write(&self, path: &Path, session: &Session<'_>) -> Result<()> {
        write_file(path, self.text()?)?;
        let tasks = self.array.map_or_else(String::new, |array| format!("{} tasks: ", array.tasks));
        session.observer.say(&format!("{tasks}sbatch {}", path.display()));
        Ok(())
    }

    /// The script, for `sbatch`.
    ///
    /// # Errors
    ///
    /// If an option has more than one line, or no `-` in front.
    pub fn text(&self) -> Result<String> {
        Ok(self.options()?.join("\n") + "\n" + &self.body())
    }

    /// The lines for `sbatch`, of which a later one replaces an earlier.
    fn options(&self) -> Result<Vec<String>> {
        // Slurm puts in the job's name for %x, its number for %j, those of array and task for %A and %a.
        let log = if self.array.is_some() { "%x-%A_%a.out" } else { "%x-%j.out" };
        let array = self.array.map(|SlurmArray { tasks, parallel }| {
            let parallel = parallel.map_or_else(String::new, |parallel| format!("%{parallel}"));
            format!("--array=1-{tasks}{parallel}")
        });
        let defaults = [
            format!("--job-name={}", self.job),
            format!("--output={log}"),
            // A task that was queued again adds to its log.
            "--open-mode=append".into(),
            "--requeue".into(),
            format!("--signal=B:USR1@{SECONDS_TO_SAVE}"),
        ];
        let lines = defaults.into_iter().chain(array).map(|option| format!("#SBATCH {option}"));
        let mut lines: Vec<String> = ["#!/bin/bash".into()].into_iter().chain(lines).collect();
        for option in self.options {
            ensure!(
                option.starts_with('-') && !option.contains(['\n', '\r']),
                "sbatch option `{option}`: expected one line such as --gres=gpu:1"
            );
            lines.push(format!("#SBATCH {option}"));
        }
        Ok(lines)
    }

    /// Slurm sends USR1 to the shell alone, which passes it on: a program in the foreground would keep the shell from
    /// hearing it. A cancelled job gets TERM in the shell and in eps, and the shell stays until eps has saved. `wait`
    /// ends at a signal, so it is asked again for the status with which eps ended.
    fn body(&self) -> String {
        let folder = quoted(&self.folder.to_string_lossy());
        let id = match self.array {
            Some(_) => "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}",
            None => "${SLURM_JOB_ID}",
        };
        // 130 is the status of eps that was interrupted and has saved. With any other it has ended or
        // failed, and to run it again would not help. Requeues are counted, since a job that gets no
        // further within its time would come back for ever.
        format!(
            r#"set -u
cd {folder} || exit 1
# Shortly before the time limit Slurm sends USR1: eps saves, and the job goes back into the queue.
is_late=no heard=no
trap 'heard=yes is_late=yes; kill -USR1 "$work"' USR1
trap 'heard=yes' TERM
{call} &
work=$!
wait "$work"; status=$?
while [[ $heard = yes ]]; do heard=no; wait "$work"; status=$?; done
if [[ $is_late = yes && $status = 130 && ${{SLURM_RESTART_COUNT:-0}} -lt {requeues} ]]; then
  scontrol requeue "{id}"
fi
exit $status
"#,
            call = self.call(),
            requeues = self.requeues,
        )
    }

    /// The command of every task. Its part is written out rather than asked of Slurm, so that tasks which
    /// are submitted again alone (`sbatch --array=3`) take the same part.
    fn call(&self) -> String {
        let program = self.program.to_string_lossy();
        let words = [&*program].into_iter().chain(self.kept());
        let words = words.chain(self.added.iter().map(String::as_str)).map(quoted);
        let part = self.array.map(|SlurmArray { tasks, .. }| {
            format!("--shard \"${{SLURM_ARRAY_TASK_ID}}/{tasks}\"")
        });
        words.chain(part).collect::<Vec<_>>().join(" ")
    }

    /// The arguments of every task.
    fn kept(&self) -> Vec<&str> {
        let mut kept = Vec::new();
        let mut arguments = self.arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            let name = argument.split_once('=').map_or(argument, |(name, _)| name);
            // A flag without `=` has its value in the next argument.
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
    let mut characters = word.chars();
    let is_plain = characters
        .all(|character| character.is_ascii_alphanumeric() || "-_./=,:+@%".contains(character));
    match is_plain && !word.is_empty() {
        true => word.to_owned(),
        // Between single quotes a shell takes everything as it is, but they cannot hold one of their own:
        // it stands between two such words, behind a backslash.
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn script(
        arguments: &[&str],
        options: &[&str],
        array: Option<SlurmArray>,
    ) -> Result<Vec<String>> {
        let text = SlurmScript {
            job: "eps-ablate",
            program: Path::new("/opt/my tools/eps"),
            folder: Path::new("/data/it's"),
            arguments: &texts(arguments),
            added: &texts(&["--wait", "--expect-plan", "ab12"]),
            array,
            requeues: 7,
            options: &texts(options),
        }
        .text()?;
        Ok(text.lines().map(str::to_owned).collect())
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
            "--slurm-parallel",
            "2",
            "--wait",
            "--data",
            "$HOME",
        ];
        let array = Some(SlurmArray { tasks: 3, parallel: Some(2) });
        let lines = script(&arguments, &["--time=1:00:00"], array).unwrap();
        let options = [
            "#!/bin/bash",
            "#SBATCH --job-name=eps-ablate",
            "#SBATCH --output=%x-%A_%a.out",
            "#SBATCH --open-mode=append",
            "#SBATCH --requeue",
            "#SBATCH --signal=B:USR1@120",
            "#SBATCH --array=1-3%2",
            "#SBATCH --time=1:00:00",
        ];
        assert_eq!(lines[..8], options);
        assert_eq!(lines[9], r"cd '/data/it'\''s' || exit 1");
        let call = "'/opt/my tools/eps' ablate --out 'my runs' --grid selection=naive,overlap --data '$HOME' \
            --wait --expect-plan ab12 --shard \"${SLURM_ARRAY_TASK_ID}/3\" &";
        assert_eq!(lines[14], call);
        assert!(lines.contains(
            &"  scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"".to_owned()
        ));
    }

    #[test]
    fn a_single_job_has_no_part() {
        let lines = script(&["train", "--shard", "1/2"], &[], None).unwrap();
        assert!(lines.iter().all(|line| !line.contains("array") && !line.contains("--shard")));
        assert!(lines.contains(&"#SBATCH --output=%x-%j.out".to_owned()));
        assert!(lines.contains(&"  scontrol requeue \"${SLURM_JOB_ID}\"".to_owned()));
    }

    #[test]
    fn options_of_several_lines_are_refused() {
        assert!(script(&["ablate"], &["--time=1\nrm"], None).is_err());
        assert!(script(&["ablate"], &["time"], None).is_err());
    }

    /// Runs the body's shell with a stand-in for eps, and gives its status and whether it was queued again.
    #[cfg(unix)]
    fn run(program: &str, signal: Option<&str>) -> (Option<i32>, bool) {
        use std::fs;
        use std::os::unix::fs::PermissionsExt as _;
        use std::process::Command;
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            fs::write(&path, format!("#!/bin/bash\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        write("scontrol", "echo \"$@\" > requeued");
        let script = SlurmScript {
            job: "eps-train",
            program: &write("program", program),
            folder: root.path(),
            arguments: &[],
            added: &[],
            array: None,
            requeues: 1,
            options: &[],
        };
        let path = write("job.sh", &script.text().unwrap());
        let paths = format!("{}:{}", root.path().display(), std::env::var("PATH").unwrap());
        let mut job =
            Command::new(&path).env("PATH", paths).env("SLURM_JOB_ID", "12").spawn().unwrap();
        if let Some(signal) = signal {
            while !root.path().join("begun").exists() {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            let pid = job.id().to_string();
            assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        }
        let status = job.wait().unwrap().code();
        (status, root.path().join("requeued").exists())
    }

    #[cfg(unix)]
    #[test]
    fn a_job_whose_time_is_up_saves_and_is_queued_again() {
        let saves = "trap 'sleep 0.2; exit 130' USR1; touch begun; while :; do sleep 0.05; done";
        assert_eq!(run(saves, Some("-USR1")), (Some(130), true));
        // One that ends well meanwhile, fails, or was interrupted by a user is not.
        let ends = "trap 'exit 0' USR1; touch begun; while :; do sleep 0.05; done";
        assert_eq!(run(ends, Some("-USR1")), (Some(0), false));
        let fails = "trap 'exit 1' USR1; touch begun; while :; do sleep 0.05; done";
        assert_eq!(run(fails, Some("-USR1")), (Some(1), false));
        assert_eq!(run("exit 130", None), (Some(130), false));
        assert_eq!(run("exit 0", None), (Some(0), false));
    }

    #[cfg(unix)]
    #[test]
    fn the_shell_of_a_cancelled_job_stays_until_the_program_has_saved() {
        // The program hears it from Slurm, so the shell does not pass it on.
        let saves = "trap 'exit 1' TERM; touch begun; sleep 0.4; exit 130";
        assert_eq!(run(saves, Some("-TERM")), (Some(130), false));
    }
}
