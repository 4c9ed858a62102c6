//! Calls of the program.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A call of `eps` that has not begun.
pub(crate) struct Call(Command);

/// `eps` with a command.
pub(crate) fn eps(command: &str) -> Call {
    Call::of([command])
}

impl Call {
    /// `eps` with all of its arguments.
    pub(crate) fn of(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let mut call = Command::new(env!("CARGO_BIN_EXE_eps"));
        call.args(arguments).env_remove("EPS_DATA");
        call.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(call)
    }

    /// In this folder.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// With an argument, or a flag without value.
    pub(crate) fn and(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    /// With a flag and its value.
    pub(crate) fn with(self, flag: &str, value: impl AsRef<OsStr>) -> Self {
        self.and(flag).and(value)
    }

    /// On this many threads.
    pub(crate) fn on_threads(mut self, threads: usize) -> Self {
        self.0.env("RAYON_NUM_THREADS", threads.to_string());
        self
    }

    /// With a variable of the environment.
    pub(crate) fn with_variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Writing its standard output to a file.
    pub(crate) fn writing_to(mut self, file: &Path) -> Self {
        self.0.stdout(File::create(file).expect("the file can be made"));
        self
    }

    /// As `nohup` starts it: with a signal of this name ignored.
    #[cfg(unix)]
    pub(crate) fn ignoring(self, signal: &str) -> Self {
        let mut call = Command::new("sh");
        call.args(["-c", &format!("trap '' {signal}; exec \"$@\""), "sh"]);
        call.arg(self.0.get_program()).args(self.0.get_args());
        call.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(call)
    }

    /// Starts it and goes on.
    pub(crate) fn start(mut self) -> Child {
        self.0.spawn().expect("the program can be started")
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        Ended::of(self.start())
    }

    /// Runs it to its end, which must be a good one.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Ended {
        let ended = self.run();
        assert_eq!(ended.status, Some(0), "{}", ended.stderr);
        ended
    }

    /// Runs it to its end, which must be status 1 and an error that has each of `parts`.
    #[track_caller]
    pub(crate) fn refuses(self, parts: &[&str]) {
        self.run().refused_with(parts);
    }
}

impl Ended {
    /// Asserts that it ended with status 1, without a result, and an error that has each of `parts`.
    #[track_caller]
    pub(crate) fn refused_with(self, parts: &[&str]) {
        let Self { status, stdout, stderr } = self;
        assert!(!stderr.contains("panicked"), "{stderr}");
        assert_eq!(status, Some(1), "{stderr}");
        assert_eq!(stdout, "", "an error leaves no result");
        let error = stderr.find("error: ").map(|at| &stderr[at..]).expect("an error is shown");
        for part in parts {
            assert!(error.contains(part), "no `{part}` in: {error}");
        }
    }
}

/// What a call left on its streams.
pub(crate) struct Ended {
    /// Absent if a signal ended it.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Waits for the end of a call.
    pub(crate) fn of(child: Child) -> Self {
        let Output { status, stdout, stderr } =
            child.wait_with_output().expect("the program can be waited for");
        let text = |bytes| String::from_utf8(bytes).expect("the program writes text");
        Self { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}
