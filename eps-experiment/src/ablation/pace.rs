//! How long everything takes.

use std::time::Duration;

/// What was measured so far, and what is left of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace {
    updates: usize,
    training: Duration,
    scorings: usize,
    scoring: Duration,
}

impl Pace {
    /// Updates that were made in a time.
    pub(super) fn trained(&mut self, updates: usize, time: Duration) {
        self.updates += updates;
        self.training += time;
    }

    /// Maps and scores of a training that were made in a time.
    pub(super) fn scored(&mut self, time: Duration) {
        self.scorings += 1;
        self.scoring += time;
    }

    /// Time that so many updates and scorings will take; `None` before an update was made. Scorings
    /// take no time until there was one.
    pub(super) fn left(&self, updates: usize, scorings: usize) -> Option<Duration> {
        (self.updates > 0 || updates == 0).then(|| {
            time_of(updates, self.updates, self.training)
                + time_of(scorings, self.scorings, self.scoring)
        })
    }
}

/// Time that so many will take, when `done` of them took `time`.
fn time_of(left: usize, done: usize, time: Duration) -> Duration {
    match done {
        0 => Duration::ZERO,
        _ => time.mul_f64(left as f64 / done as f64),
    }
}

/// A time in the largest units that say something: `2 h 05 min`, `3 min 20 s`, `12 s`.
pub(super) fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_takes_as_long_as_what_was_done() {
        let mut pace = Pace::default();
        assert_eq!(pace.left(10, 1), None);
        pace.trained(100, Duration::from_secs(50));
        assert_eq!(pace.left(10, 1), Some(Duration::from_secs(5)));
        pace.scored(Duration::from_secs(8));
        assert_eq!(pace.left(10, 2), Some(Duration::from_secs(21)));
    }

    #[test]
    fn times_have_two_units_at_most() {
        let cases = [(12, "12 s"), (200, "3 min 20 s"), (7530, "2 h 05 min")];
        for (seconds, expected) in cases {
            assert_eq!(shown(Duration::from_secs(seconds)), expected);
        }
    }
}
