//! Which part of a divided job is this process's, by what a job array or an MPI launch tells it.

use eps_data::Shard;

/// The part of this process, read from the environment.
///
/// The first engine that names a place is believed, job arrays before launches of several processes, since an
/// array's task may itself be launched by `srun`. `parts` is for engines that name a task's number and not how
/// many there are: `HyperQueue`, Kubernetes and PBS.
///
/// # Errors
///
/// A message for the user: no engine names a place, the number of parts is told by neither, or the place lies
/// outside of them.
pub fn part_of_process(
    variable: impl Fn(&str) -> Option<String>,
    parts: Option<u64>,
) -> Result<Shard, String> {
    let engine = ENGINES
        .iter()
        .find(|engine| variable(engine.task).is_some_and(|text| engine.is_task(&text, &variable)));
    let Some(engine) = engine else {
        let names: Vec<_> = ENGINES.iter().map(|engine| engine.task).collect();
        return Err(format!(
            "no task of a job array and no rank: none of {} is set, expected one of them or a part I/N",
            names.join(", ")
        ));
    };
    engine.part(&variable, parts)
}

/// Variables by which an engine tells a process its place.
struct Engine {
    task: &'static str,
    /// What the first task is called.
    first: First,
    count: Count,
}

enum First {
    Number(u64),
    /// In a variable.
    Told(&'static str),
}

/// How many tasks there are.
enum Count {
    /// Nobody tells.
    Unknown,
    Told(&'static str),
    /// Variables with the last task and the step from one to the next, and where there is one that of their
    /// number: tasks that were listed one by one have no step.
    Range {
        last: &'static str,
        step: &'static str,
        number: Option<&'static str>,
    },
}

/// Tasks of job arrays, then ranks of launches.
const ENGINES: [Engine; 11] = [
    Engine {
        task: "SLURM_ARRAY_TASK_ID",
        first: First::Told("SLURM_ARRAY_TASK_MIN"),
        count: Count::Range {
            last: "SLURM_ARRAY_TASK_MAX",
            step: "SLURM_ARRAY_TASK_STEP",
            number: Some("SLURM_ARRAY_TASK_COUNT"),
        },
    },
    Engine { task: "HQ_TASK_ID", first: First::Number(1), count: Count::Unknown },
    Engine { task: "JOB_COMPLETION_INDEX", first: First::Number(0), count: Count::Unknown },
    Engine { task: "PBS_ARRAY_INDEX", first: First::Number(1), count: Count::Unknown },
    Engine {
        task: "SGE_TASK_ID",
        first: First::Told("SGE_TASK_FIRST"),
        count: Count::Range { last: "SGE_TASK_LAST", step: "SGE_TASK_STEPSIZE", number: None },
    },
    Engine {
        task: "LSB_JOBINDEX",
        first: First::Number(1),
        count: Count::Range { last: "LSB_JOBINDEX_END", step: "LSB_JOBINDEX_STEP", number: None },
    },
    rank("RANK", "WORLD_SIZE"),
    rank("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    rank("PMI_RANK", "PMI_SIZE"),
    rank("PMIX_RANK", "PMIX_SIZE"),
    // A batch script without `srun` has a number of tasks as well, but no step of them.
    rank("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
];

/// A launch of several processes counts from 0 and tells how many there are.
const fn rank(task: &'static str, count: &'static str) -> Engine {
    Engine { task, first: First::Number(0), count: Count::Told(count) }
}

impl Engine {
    /// Whether a text is a task: outside an array LSF says 0, and Grid Engine `undefined`.
    fn is_task(&self, text: &str, variable: &impl Fn(&str) -> Option<String>) -> bool {
        let begins_at_0 = match self.first {
            First::Number(first) => first == 0,
            First::Told(name) => variable(name).as_deref() == Some("0"),
        };
        text.parse::<u64>().is_ok_and(|task| task > 0 || begins_at_0)
    }

    fn part(
        &self,
        variable: &impl Fn(&str) -> Option<String>,
        parts: Option<u64>,
    ) -> Result<Shard, String> {
        let task = self.number(self.task, variable)?;
        let first = match self.first {
            First::Number(first) => first,
            First::Told(name) => self.number(name, variable)?,
        };
        let (step, told) = match self.count {
            Count::Unknown => (1, None),
            Count::Told(name) => (1, Some(self.number(name, variable)?)),
            Count::Range { last, step, number } => {
                let last = self.number(last, variable)?;
                let step = self.number(step, variable)?.max(1);
                let count = last.saturating_sub(first) / step + 1;
                let told = number.filter(|name| variable(name).is_some());
                let told = told.map(|name| self.number(name, variable)).transpose()?;
                if let Some(told) = told.filter(|told| *told != count) {
                    return Err(format!(
                        "{} is one of {told} tasks that do not fill the range {first}-{last}:{step}, expected a \
                         range such as 0-9 or 1-9:2",
                        self.task
                    ));
                }
                (step, Some(count))
            }
        };
        let count = match (told, parts) {
            (Some(told), Some(parts)) if told != parts => {
                return Err(format!("{} has {told} tasks, expected {parts}", self.task));
            }
            (Some(count), _) | (None, Some(count)) => count,
            (None, None) => {
                return Err(format!(
                    "{} does not come with the number of tasks, expected auto/N with that number",
                    self.task
                ));
            }
        };
        let place = task.checked_sub(first).filter(|place| place % step == 0);
        // A place between two steps is none here, and refused below: rounded down it would be the part of another task.
        let index = place.map(|place| place / step + 1);
        index.and_then(|index| Shard::new(index, count)).ok_or_else(|| {
            format!(
                "{}={task} is not one of {count} tasks from {first} in steps of {step}",
                self.task
            )
        })
    }

    /// The number in a variable that comes with the task's.
    fn number(
        &self,
        name: &str,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<u64, String> {
        let text =
            variable(name).ok_or_else(|| format!("{name} is not set, but {} is", self.task))?;
        text.parse().map_err(|_| format!("{name}: `{text}`, expected a whole number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part in an environment of `NAME=value` lines.
    fn part(environment: &str, parts: Option<u64>) -> Result<String, String> {
        let variable = |name: &str| {
            let mut pairs = environment.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        part_of_process(variable, parts).map(|shard| shard.to_string())
    }

    #[test]
    fn every_engine_tells_its_task() {
        let slurm = |task: &str| {
            let rest = "SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=4 SLURM_ARRAY_TASK_STEP=1";
            part(&format!("SLURM_ARRAY_TASK_ID={task} {rest}"), None)
        };
        assert_eq!([slurm("1"), slurm("4")], [Ok("1/4".into()), Ok("4/4".into())]);
        let from_0 =
            "SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=9 SLURM_ARRAY_TASK_STEP=1 SLURM_PROCID=0";
        assert_eq!(part(&format!("SLURM_ARRAY_TASK_ID=0 {from_0}"), None), Ok("1/10".into()));
        let cases = [
            ("HQ_TASK_ID=3", Some(8), "3/8"),
            ("JOB_COMPLETION_INDEX=0", Some(8), "1/8"),
            ("PBS_ARRAY_INDEX=8", Some(8), "8/8"),
            ("SGE_TASK_ID=5 SGE_TASK_FIRST=1 SGE_TASK_LAST=9 SGE_TASK_STEPSIZE=2", None, "3/5"),
            ("LSB_JOBINDEX=2 LSB_JOBINDEX_END=3 LSB_JOBINDEX_STEP=1", None, "2/3"),
            ("RANK=0 WORLD_SIZE=2", None, "1/2"),
            ("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2", None, "2/2"),
            ("PMI_RANK=2 PMI_SIZE=3", None, "3/3"),
            ("SLURM_PROCID=3 SLURM_STEP_NUM_TASKS=4", None, "4/4"),
        ];
        for (environment, parts, expected) in cases {
            assert_eq!(part(environment, parts), Ok(expected.into()), "{environment}");
        }
    }

    #[test]
    fn arrays_that_begin_elsewhere_or_leave_numbers_out_are_counted_from_their_first_task() {
        let array = "SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_MAX=16 SLURM_ARRAY_TASK_STEP=3";
        let task = |task: u64| part(&format!("SLURM_ARRAY_TASK_ID={task} {array}"), None);
        assert_eq!(
            [task(10), task(13), task(16)],
            ["1/3", "2/3", "3/3"].map(|text| Ok(text.into()))
        );
        // As from --array=10,11,16, which no step describes.
        let refused = "SLURM_ARRAY_TASK_ID=11 is not one of 3 tasks from 10 in steps of 3";
        assert_eq!(task(11), Err(refused.into()));
        // Nor does one describe --array=1,3, where Slurm says a step of 1.
        let listed = "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=3 \
            SLURM_ARRAY_TASK_STEP=1 SLURM_ARRAY_TASK_COUNT=2";
        let refused = part(listed, None).unwrap_err();
        assert!(
            refused.starts_with(
                "SLURM_ARRAY_TASK_ID is one of 2 tasks that do not fill the range 1-3:1"
            ),
            "{refused}"
        );
    }

    #[test]
    fn an_array_goes_before_the_ranks_within_its_task() {
        let both = "SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1 SGE_TASK_ID=undefined LSB_JOBINDEX=0 \
            SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=2 SLURM_ARRAY_TASK_STEP=1";
        assert_eq!(part(both, None), Ok("2/2".into()));
        let outside_an_array = "SGE_TASK_ID=undefined LSB_JOBINDEX=0 RANK=1 WORLD_SIZE=2";
        assert_eq!(part(outside_an_array, None), Ok("2/2".into()));
    }

    #[test]
    fn what_is_not_told_is_asked_for() {
        let alone = part("HOME=/root", None).unwrap_err();
        assert!(alone.contains("none of SLURM_ARRAY_TASK_ID, HQ_TASK_ID, "), "{alone}");
        let refused = [
            ("HQ_TASK_ID=3", None, "HQ_TASK_ID does not come with the number of tasks"),
            ("HQ_TASK_ID=9", Some(8), "HQ_TASK_ID=9 is not one of 8 tasks"),
            ("RANK=1 WORLD_SIZE=2", Some(3), "RANK has 2 tasks, expected 3"),
            ("RANK=1", None, "WORLD_SIZE is not set, but RANK is"),
            ("RANK=1 WORLD_SIZE=two", None, "WORLD_SIZE: `two`, expected a whole number"),
        ];
        for (environment, parts, expected) in refused {
            let error = part(environment, parts).unwrap_err();
            assert!(error.contains(expected), "{environment}: {error}");
        }
    }
}
