//! Where every cell stands, as a page.

use super::pace::shown;
use super::status::{CellStatus, StatusReport};
use crate::moment::{iso, now};
use eps_eval::report::page::{StatusCell, StatusPage, StatusState};
use std::time::Duration;

impl StatusReport {
    /// Whether no cell is running or waiting any more.
    pub fn is_finished(&self) -> bool {
        self.running == 0 && self.waiting == 0
    }

    /// The page, which loads itself again every `reload` until nothing is running or waiting.
    pub fn html(&self, title: &str, reload: Duration) -> String {
        let reload = (!self.is_finished()).then_some(reload.as_secs().max(1));
        let cells = self.cells.iter().map(CellStatus::shown).collect();
        let written = iso(now());
        StatusPage { title: title.into(), cells, facts: self.facts(), written, reload }.html()
    }

    fn facts(&self) -> Vec<(String, String)> {
        let left = if self.is_finished() { Some(0.0) } else { self.seconds_left };
        vec![
            ("mean time a cell".into(), time(self.mean_seconds_of_cell)),
            ("time left".into(), time(left)),
            ("plan".into(), self.plan.clone()),
        ]
    }
}

fn time(seconds: Option<f64>) -> String {
    let time = seconds.map(|seconds| shown(Duration::from_secs_f64(seconds)));
    time.unwrap_or_else(|| "known once a training is done".into())
}

impl CellStatus {
    fn shown(&self) -> StatusCell {
        let state = self.state;
        let host = match (&self.host, self.pid) {
            (Some(host), Some(pid)) => format!("{host}, process {pid}"),
            _ => String::new(),
        };
        let detail = match state {
            StatusState::Failed => self.error.clone().unwrap_or_default(),
            _ => self.progress(),
        };
        let since = self.since.filter(|since| *since > 0).map(iso);
        StatusCell { name: self.description.clone(), state, host, since, detail }
    }
}
