//! What is left of a plan, and what a process says of it.

use super::{Group, Worker};
use crate::ablation::pace::shown;

impl Worker<'_> {
    /// Says which training begins.
    pub(super) fn announce(&self, label: &str, pending: &[usize], later: &[Group]) {
        let cell = self.plan.describe(&self.plan.cells[pending[0]]);
        let more = match pending.len() {
            1 => String::new(),
            cells => format!(" and {} more of this training", cells - 1),
        };
        let (updates, scorings) = self.left(pending, later);
        let left = self.shared.left(*self.shared.pace(), updates, scorings);
        let left = left.map(|left| format!(", {} left for all", shown(left)));
        let left = left.unwrap_or_default();
        self.session.observer.say(&format!("{label}: {cell}{more}{left}"));
    }

    fn updates_left(&self, pending: &[usize]) -> usize {
        let Some(cell) = pending.first().map(|&index| &self.plan.cells[index]) else { return 0 };
        cell.updates.saturating_sub(self.folder.updates(cell))
    }

    /// Updates and scorings that are left of this and the later trainings.
    pub(super) fn left(&self, pending: &[usize], later: &[Group]) -> (usize, usize) {
        let later: Vec<Group> = later.iter().map(|group| self.pending(group)).collect();
        let updates: usize = later.iter().map(|group| self.updates_left(group)).sum();
        let scorings = later.iter().filter(|group| !group.is_empty()).count();
        (self.updates_left(pending) + updates, 1 + scorings)
    }
}
