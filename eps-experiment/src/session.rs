//! Who runs a job.

use eps_data::{Observer, Remark, Silent};

/// Who runs a job: what follows it, and what its records say of the call.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    pub observer: &'a dyn Observer,
    /// The command line, the program first, as `provenance.json` keeps it.
    pub command: &'a [String],
    /// Hears of what locks meet between two steps of the job, on threads of their own.
    pub alarm: fn(&Alarm),
}

/// What a lock meets while a job works in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Another process has taken the folder over: nothing may be written to it any more, so the process
    /// should end at once.
    Lost(String),
    /// The lock's file cannot be written.
    Unwritable(String),
}

/// How a job ended when nothing was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    /// The observer stopped it, with what was made so far saved.
    Interrupted,
}

impl Session<'static> {
    /// A session that shows nothing and whose records name no command.
    pub const SILENT: Self = Self { observer: &Silent, command: &[], alarm: |_| {} };
}

impl Session<'_> {
    /// The command's name, such as `train`, for messages to others; empty where there is none.
    pub fn command_name(&self) -> &str {
        self.command.get(1).map_or("", String::as_str)
    }

    /// The observer of one of several workers at the same time; its stages are shown if this session's
    /// observer can show several, and its sayings begin with `name`.
    pub fn worker(&self, name: &str) -> Box<dyn Observer + '_> {
        self.observer
            .worker(name)
            .unwrap_or_else(|| Box::new(Stageless { observer: self.observer, name: name.into() }))
    }

    /// Notes what readers left out or took for something else.
    pub fn remarks<'a>(&self, remarks: impl IntoIterator<Item = &'a Remark>) {
        for remark in remarks {
            self.observer.note(&remark.to_string());
        }
    }

    /// [`End::Interrupted`] once the observer stops the job.
    pub fn end(&self) -> End {
        if self.observer.stops() { End::Interrupted } else { End::Done }
    }
}

/// A worker's view of an observer that shows one stage at a time.
struct Stageless<'a> {
    observer: &'a dyn Observer,
    name: String,
}

impl Observer for Stageless<'_> {
    fn say(&self, text: &str) {
        self.observer.say(&format!("{}: {text}", self.name));
    }

    fn note(&self, text: &str) {
        self.observer.note(text);
    }

    fn stops(&self) -> bool {
        self.observer.stops()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Said(Mutex<Vec<String>>);

    impl Observer for Said {
        fn begin(&self, stage: &str, _: usize, _: usize) {
            self.say(stage);
        }

        fn say(&self, text: &str) {
            self.0.lock().unwrap().push(text.into());
        }

        fn stops(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_worker_says_who_it_is_and_mixes_no_stages() {
        let said = Said::default();
        let session = Session { observer: &said, ..Session::SILENT };
        let worker = session.worker("cpu#2");
        worker.begin("training", 1, 0);
        worker.say("cell 1/2");
        assert!(worker.stops());
        drop(worker);
        assert_eq!(said.0.into_inner().unwrap(), ["cpu#2: cell 1/2"]);
    }
}
