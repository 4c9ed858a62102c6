//! A line of progress as wide as there is room, so that it never wraps.

use indicatif::FormattedDuration;
use std::time::Duration;

/// Columns of a label, which those of workers and sources may exceed.
const LABEL: usize = 16;
/// The most columns of a label.
const LONGEST_LABEL: usize = 28;
/// Columns of the bar.
const BAR: usize = 24;
/// Columns below which a message says nothing any more.
const LEAST_MESSAGE: usize = 8;

/// What a line of progress says.
pub(crate) struct ProgressLine<'a> {
    pub(crate) label: &'a str,
    pub(crate) done: u64,
    pub(crate) total: u64,
    pub(crate) gone: Duration,
    pub(crate) left: Duration,
    pub(crate) message: &'a str,
}

impl ProgressLine<'_> {
    /// The line in at most so many columns: where there is less room, first the message is cut, then the bar and the
    /// times are left out.
    pub(crate) fn fitted(&self, columns: usize) -> String {
        let label = format!("{:<LABEL$}", cut(self.label, LONGEST_LABEL));
        let count = format!("{}/{}", self.done, self.total);
        let (gone, left) = (FormattedDuration(self.gone), FormattedDuration(self.left));
        let times = format!("{gone} gone, {left} left");
        let forms = [
            format!("{label} {} {count}  {times}", self.bar()),
            format!("{label} {count}  {times}"),
            format!("{label} {count}"),
        ];
        let fits = |line: &&String| width(line) <= columns;
        let Some(line) = forms.iter().find(fits) else { return cut(&forms[2], columns) };
        let room = columns - width(line);
        if self.message.is_empty() || room < LEAST_MESSAGE + 2 {
            return line.clone();
        }
        format!("{line}  {}", cut(self.message, room - 2))
    }

    fn bar(&self) -> String {
        let done = self.done.min(self.total) as usize * BAR / (self.total as usize).max(1);
        "█".repeat(done) + &"░".repeat(BAR - done)
    }
}

/// The begin of a text, with an ellipsis where it has more columns.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    text.chars().take(columns.saturating_sub(1)).chain(['…']).take(columns).collect()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<'a>(label: &'a str, message: &'a str) -> ProgressLine<'a> {
        let (gone, left) = (Duration::from_secs(75), Duration::from_secs(3600));
        ProgressLine { label, done: 50, total: 200, gone, left, message }
    }

    #[test]
    fn everything_is_said_where_there_is_room() {
        let expected = "class maps       ██████░░░░░░░░░░░░░░░░░░ 50/200  00:01:15 gone, 01:00:00 left  2007_000032";
        assert_eq!(line("class maps", "2007_000032").fitted(120), expected);
        let expected =
            "class maps       ██████░░░░░░░░░░░░░░░░░░ 50/200  00:01:15 gone, 01:00:00 left";
        assert_eq!(line("class maps", "2007_000032").fitted(80), expected);
        assert_eq!(line("class maps", "").fitted(120), expected);
    }

    #[test]
    fn no_line_has_more_columns_than_there_are() {
        let id = "a/very/long/path/that/no/terminal/shows/in/one/line/2007_000032.png";
        for label in ["masks", "torch:cuda:0: class activation maps of the second half"] {
            for columns in 0..200 {
                let shown = line(label, id).fitted(columns);
                assert!(width(&shown) <= columns, "{columns}: {shown}");
            }
        }
        let shown = line("masks", id).fitted(100);
        assert!(shown.ends_with(" left  a/very/long/path/th…"), "{shown}");
        assert_eq!(line("masks", id).fitted(30), "masks            50/200");
        assert_eq!(line("masks", id).fitted(10), "masks    …");
    }

    #[test]
    fn a_stage_without_steps_has_an_empty_bar() {
        let none = ProgressLine { done: 0, total: 0, ..line("masks", "") };
        assert!(none.fitted(80).contains("░ 0/0 "));
    }
}
