//! Where the cells of a grid of trainings stand: a page to leave open.

use super::document::{document, facts, section};
use super::element::{Cell, escape, row};

/// Where every cell stands, at the time of writing.
#[derive(Clone, Debug)]
pub struct StatusPage {
    pub title: String,
    pub cells: Vec<StatusCell>,
    /// Names and values such as the mean time a cell and the time left.
    pub facts: Vec<(String, String)>,
    /// When the page was written, in UTC by ISO 8601 such as `2026-11-30T14:37:55Z`.
    pub written: String,
    /// Seconds after which the page loads itself again; `None` once nothing changes any more.
    pub reload: Option<u64>,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct StatusCell {
    /// Its settings and seed.
    pub name: String,
    pub state: StatusState,
    /// The machine and process that work on it.
    pub host: String,
    /// When they began, as `written` is.
    pub since: Option<String>,
    /// How far it is, or why it failed.
    pub detail: String,
}

/// How a cell stands, in the order of the page's sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusState {
    Running,
    Failed,
    #[default]
    Waiting,
    Done,
}

impl StatusState {
    const ALL: [Self; 4] = [Self::Running, Self::Failed, Self::Waiting, Self::Done];

    /// As texts and tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Done => "done",
        }
    }

    /// The heading of its section, and the columns of the table below.
    fn section(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Running => ("Running", &["cell", "progress", "on", "since"]),
            Self::Failed => ("Failed", &["cell", "reason"]),
            Self::Waiting => ("Waiting", &["cell", "saved"]),
            Self::Done => ("Done", &["cell"]),
        }
    }
}

/// Shows times as the reader's clock has them.
const LOCAL_TIMES: &str = "for (const time of document.querySelectorAll('time'))\n  \
    time.textContent = new Date(time.dateTime).toLocaleString();\n";

impl StatusPage {
    /// The page, which needs no other file.
    pub fn html(&self) -> String {
        let counts =
            StatusState::ALL.map(|state| format!("{} {}", self.count(state), state.name()));
        let done = self.count(StatusState::Done);
        let mut all = facts(&self.facts);
        all += &format!("<p class=\"hint\">Written {}.</p>\n", time(&self.written));
        let summary = format!(
            "<p class=\"summary\">{} cells: {}</p>\n\
             <progress max=\"{}\" value=\"{done}\" aria-label=\"cells done\"></progress>\n",
            self.cells.len(),
            counts.join(", "),
            self.cells.len().max(1)
        );
        let sections: String =
            StatusState::ALL.into_iter().map(|state| self.section(state)).collect();
        let reload = self.reload.map(|seconds| {
            format!("setTimeout(() => location.reload(), {});\n", seconds.saturating_mul(1000))
        });
        let script = format!("<script>\n{LOCAL_TIMES}{}</script>\n", reload.unwrap_or_default());
        document(&self.title, &(summary + &all + &sections), &script)
    }

    fn count(&self, state: StatusState) -> usize {
        self.cells.iter().filter(|cell| cell.state == state).count()
    }

    /// The cells of one state.
    fn section(&self, state: StatusState) -> String {
        let is_running = state == StatusState::Running;
        let (title, heads) = state.section();
        let cells = self.cells.iter().filter(|cell| cell.state == state);
        let lines = cells.map(|cell| {
            let detail = (heads.len() > 1).then(|| escape(&cell.detail));
            let host = is_running.then(|| escape(&cell.host));
            let since = is_running.then(|| cell.since.as_deref().map_or_else(String::new, time));
            let values = [detail, host, since].into_iter().flatten();
            let values: String = values.map(|value| format!("<td>{value}</td>")).collect();
            format!("<tr><th>{}</th>{values}</tr>\n", escape(&cell.name))
        });
        let lines: String = lines.collect();
        if lines.is_empty() {
            return String::new();
        }
        let heads: Vec<Cell> = heads.iter().map(|head| Cell::head(*head)).collect();
        let table = format!(
            "<table class=\"numbers states\">\n{}{lines}</table>\n",
            row("names heads", &heads)
        );
        section(&format!("{title} ({})", self.count(state)), &table)
    }
}

/// A time of the page, in UTC until a script shows that of the reader's clock.
fn time(iso: &str) -> String {
    let shown = iso.replace('T', " ").replace('Z', " UTC");
    format!("<time datetime=\"{}\">{}</time>", escape(iso), escape(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(name: &str, state: StatusState, detail: &str) -> StatusCell {
        let since = (state == StatusState::Running).then(|| "2000-02-29T00:00:00Z".into());
        let host = if since.is_some() { "node7, process 12".into() } else { String::new() };
        StatusCell { name: name.into(), state, host, since, detail: detail.into() }
    }

    fn page() -> StatusPage {
        StatusPage {
            title: "runs/tau".into(),
            cells: vec![
                cell("tau=0.2", StatusState::Done, ""),
                cell("tau=0.4", StatusState::Running, "training 5/10"),
                cell("tau=0.6", StatusState::Failed, "the loss is <NaN>"),
            ],
            facts: vec![("time left".into(), "3 min 20 s".into())],
            written: "2000-02-29T00:01:01Z".into(),
            reload: Some(10),
        }
    }

    #[test]
    fn every_cell_is_in_the_section_of_its_state() {
        let html = page().html();
        assert!(html.contains("3 cells: 1 running, 1 failed, 0 waiting, 1 done"), "{html}");
        let running = "<th>tau=0.4</th><td>training 5/10</td><td>node7, process 12</td>\
                       <td><time datetime=\"2000-02-29T00:00:00Z\">";
        assert!(html.contains(running), "{html}");
        assert!(html.contains("<th>tau=0.6</th><td>the loss is &lt;NaN&gt;</td>"), "{html}");
        let place = |text: &str| html.find(text).unwrap();
        assert!(place("Running (1)") < place("Failed (1)"));
        assert!(place("Failed (1)") < place("Done (1)"));
        assert!(!html.contains("Waiting (0)") && html.contains("2000-02-29 00:01:01 UTC"));
    }

    #[test]
    fn a_page_loads_itself_again_until_nothing_changes() {
        assert!(page().html().contains("location.reload(), 10000"));
        let ended = StatusPage { reload: None, ..page() };
        assert!(!ended.html().contains("location.reload"));
    }
}
