//! What a long job tells its caller, and whether it should stop.

/// Follows a long job: its stages, what a reader of its results should know, and whether to stop.
///
/// Every method has a default that does nothing, so an observer implements only what it shows. Stages
/// follow each other; they are never nested. Methods are called from any thread.
///
/// ```
/// use eps_data::Observer;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// #[derive(Default)]
/// struct Steps(AtomicUsize);
///
/// impl Observer for Steps {
///     fn step(&self, _: &dyn Fn() -> String) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let steps = Steps::default();
/// steps.begin("masks", 2, 0);
/// steps.tick();
/// steps.tick();
/// steps.end();
/// assert_eq!(steps.0.into_inner(), 2);
/// ```
pub trait Observer: Sync {
    /// A stage begins that has `steps` steps, of which `done` were made by an earlier call.
    fn begin(&self, stage: &str, steps: usize, done: usize) {
        let _ = (stage, steps, done);
    }

    /// One more step of the stage is made; `message` says what it found, for those who show it.
    fn step(&self, message: &dyn Fn() -> String) {
        let _ = message;
    }

    /// One more step of the stage is made, of which there is nothing to say.
    fn tick(&self) {
        self.step(&String::new);
    }

    /// The stage has ended well.
    fn end(&self) {}

    /// Says how the job goes: what it skips, keeps or waits for.
    fn say(&self, text: &str) {
        let _ = text;
    }

    /// Says what a reader of the results should know.
    fn note(&self, text: &str) {
        let _ = text;
    }

    /// Whether the job should save what it has and end.
    fn stops(&self) -> bool {
        false
    }

    /// An observer of one of several workers at the same time, which has stages of its own and is told
    /// from the others by `name`; `None` where only one stage at a time can be shown.
    fn worker(&self, name: &str) -> Option<Box<dyn Observer + '_>> {
        let _ = name;
        None
    }
}

/// An observer that shows nothing and never stops a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
