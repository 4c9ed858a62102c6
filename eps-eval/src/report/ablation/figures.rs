//! The charts of an ablation.

use super::{AblationReport, AblationRow, Setting, Spread, short_names};
use crate::EvalError;
use crate::report::chart::{
    AblationBarsChart, AblationLinesChart, AblationMapChart, AblationSeries, Chart, Figure, Sheet,
};

/// The axis of the threshold that is fixed beforehand.
const THRESHOLD: &str = "inference.threshold";

/// The most rows that one chart of all rows has.
const MOST_ROWS: usize = 60;

/// Mean IoU of a row at one choice of the threshold.
struct Measure {
    file: &'static str,
    title: &'static str,
    of: fn(&AblationRow) -> Spread,
}

const FIXED: Measure = Measure { file: "fixed", title: "fixed beforehand", of: |row| row.fixed };
const HELD_OUT: Measure =
    Measure { file: "held-out", title: "chosen on held-out images", of: |row| row.held_out };
const BEST: Measure = Measure { file: "best", title: "best on this truth", of: |row| row.best };

/// A heat map for each two numeric axes, a line for each numeric and bars for each other axis, and
/// bars for all rows. What is not shown in a chart is as in the baseline; where that leaves fewer than
/// two values of an axis, as with random settings, its chart has the points of all rows.
///
/// # Errors
///
/// If a chart cannot be drawn.
pub fn figures(report: &AblationReport, sheet: Sheet) -> Result<Vec<Figure>, EvalError> {
    let slices = Slices { report, names: short_names(&report.axes), sheet };
    let numeric: Vec<usize> =
        (0..report.axes.len()).filter(|&axis| slices.is_numeric(axis)).collect();
    let mut figures = Vec::new();
    for (index, &rows) in numeric.iter().enumerate() {
        for &columns in &numeric[index + 1..] {
            figures.extend(slices.maps(rows, columns)?);
        }
    }
    for axis in 0..report.axes.len() {
        let figure =
            if numeric.contains(&axis) { slices.line(axis)? } else { slices.bars(axis)? };
        figures.extend(figure);
    }
    figures.extend(slices.all_rows(figures.len())?);
    Ok(figures)
}

/// Rows that agree with the baseline in all axes but some.
struct Slices<'a> {
    report: &'a AblationReport,
    /// Of the axes, as they are shown.
    names: Vec<&'a str>,
    sheet: Sheet,
}

impl Slices<'_> {
    fn setting(&self, row: &AblationRow, axis: usize) -> Option<Setting> {
        row.settings.get(&self.report.axes[axis]).cloned()
    }

    fn is_numeric(&self, axis: usize) -> bool {
        let mut values =
            self.report.rows.iter().filter_map(|row| self.setting(row, axis)).peekable();
        values.peek().is_some() && values.all(|value| value.number().is_some())
    }

    fn baseline(&self) -> &AblationRow {
        &self.report.rows[self.report.baseline]
    }

    /// Scored rows that may differ from the baseline in `free` only.
    fn rows(&self, free: &[usize]) -> Vec<&AblationRow> {
        let baseline = self.baseline();
        let others: Vec<usize> =
            (0..self.report.axes.len()).filter(|axis| !free.contains(axis)).collect();
        let mut rows: Vec<_> = self.report.rows.iter().filter(|row| row.fixed.runs > 0).collect();
        rows.retain(|row| {
            others.iter().all(|&axis| self.setting(row, axis) == self.setting(baseline, axis))
        });
        rows
    }

    /// Different numbers on an axis, ascending.
    fn numbers(&self, rows: &[&AblationRow], axis: usize) -> Vec<f64> {
        let mut numbers: Vec<f64> =
            rows.iter().filter_map(|row| self.setting(row, axis)?.number()).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        numbers
    }

    /// What is not shown, such as `, tau = 0.4 as in the baseline`.
    fn constants(&self, free: &[usize]) -> String {
        let fixed = (0..self.names.len()).filter(|axis| !free.contains(axis));
        let shown = fixed.filter_map(|axis| {
            let value = self.setting(self.baseline(), axis)?;
            Some(format!(", {} = {value}", self.names[axis]))
        });
        let shown: String = shown.collect();
        if shown.is_empty() { shown } else { shown + " as in the baseline" }
    }

    fn maps(&self, rows: usize, columns: usize) -> Result<Vec<Figure>, EvalError> {
        let slice = self.rows(&[rows, columns]);
        let values = [rows, columns].map(|axis| self.numbers(&slice, axis));
        if values.iter().any(|values| values.len() < 2) {
            return Ok(vec![]);
        }
        // The best threshold is the same whatever the threshold of the row.
        let has_threshold = [rows, columns].iter().any(|&axis| self.report.axes[axis] == THRESHOLD);
        let has_best = !has_threshold && slice.iter().any(|row| row.best.mean.is_some());
        let measures = [FIXED, BEST].into_iter().take(if has_best { 2 } else { 1 });
        measures.map(|measure| self.map([rows, columns], &slice, &values, &measure)).collect()
    }

    fn map(
        &self,
        axes: [usize; 2],
        slice: &[&AblationRow],
        values: &[Vec<f64>; 2],
        measure: &Measure,
    ) -> Result<Figure, EvalError> {
        let [rows, columns] = values;
        let cells = rows.iter().map(|&first| {
            let cells = columns.iter().map(|&second| {
                let row = slice.iter().find(|row| self.is_at(row, axes, [first, second]));
                row.map(|row| (measure.of)(row))
            });
            cells.collect()
        });
        let places = rows.iter().enumerate().flat_map(|(row, &first)| {
            columns
                .iter()
                .enumerate()
                .map(move |(column, &second)| ((row, column), [first, second]))
        });
        let [row_name, column_name] = axes.map(|axis| self.names[axis]);
        let chart = AblationMapChart {
            title: &format!("Mean IoU, threshold {} [%]", measure.title),
            rows: (row_name, rows.iter().map(f64::to_string).collect()),
            columns: (column_name, columns.iter().map(f64::to_string).collect()),
            cells: cells.collect(),
            baseline: places
                .into_iter()
                .find(|(_, numbers)| self.is_at(self.baseline(), axes, *numbers))
                .map(|(place, _)| place),
        };
        let name = format!("map-{row_name}-{column_name}-{}", measure.file);
        let title = format!(
            "Mean IoU by {row_name} and {column_name}, threshold {}{}.",
            measure.title,
            self.constants(&axes)
        );
        self.figure(name, title, &chart)
    }

    /// Whether a row has these numbers on two axes.
    fn is_at(&self, row: &AblationRow, axes: [usize; 2], numbers: [f64; 2]) -> bool {
        let settings = axes.map(|axis| self.setting(row, axis).and_then(|value| value.number()));
        settings == numbers.map(Some)
    }

    /// Lines, one for each choice of the threshold.
    fn line(&self, axis: usize) -> Result<Option<Figure>, EvalError> {
        let mut rows = self.rows(&[axis]);
        let is_connected = self.numbers(&rows, axis).len() > 1;
        if !is_connected {
            rows = self.report.rows.iter().filter(|row| row.fixed.runs > 0).collect();
        }
        if self.numbers(&rows, axis).len() < 2 {
            return Ok(None);
        }
        let mut series =
            [FIXED, HELD_OUT, BEST].map(|measure| self.series(&rows, axis, &measure)).to_vec();
        series.retain(|series| series.points.iter().any(|(_, spread)| spread.mean.is_some()));
        let name = self.names[axis];
        let chart = AblationLinesChart {
            title: &format!("Mean IoU against {name}, by choice of the threshold"),
            setting: name,
            series,
            is_connected,
        };
        let others = if is_connected { self.constants(&[axis]) } else { ", of all rows".into() };
        let caption = format!("Mean IoU against {name}{others}.");
        self.figure(format!("line-{name}"), caption, &chart).map(Some)
    }

    fn series(&self, rows: &[&AblationRow], axis: usize, measure: &Measure) -> AblationSeries {
        let points = rows.iter().filter_map(|row| {
            let value = self.setting(row, axis)?.number()?;
            Some((value, (measure.of)(row)))
        });
        let mut points: Vec<(f64, Spread)> = points.collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        AblationSeries { name: measure.title.into(), points }
    }

    fn bars(&self, axis: usize) -> Result<Option<Figure>, EvalError> {
        let rows = self.rows(&[axis]);
        if rows.len() < 2 {
            return Ok(None);
        }
        let name = self.names[axis];
        let title = format!("Mean IoU by {name}");
        let chart = bars(&rows, &title, |row| {
            self.setting(row, axis).map_or("–".into(), |setting| setting.to_string())
        });
        let caption = format!("Mean IoU by {name}{}.", self.constants(&[axis]));
        self.figure(format!("bars-{name}"), caption, &chart).map(Some)
    }

    /// All rows, unless the only chart has them already, or there are too many.
    fn all_rows(&self, charts: usize) -> Result<Option<Figure>, EvalError> {
        let rows: Vec<_> = self.report.rows.iter().filter(|row| row.fixed.runs > 0).collect();
        let is_shown = charts > 0 && self.names.len() == 1;
        if is_shown || rows.len() > MOST_ROWS || rows.is_empty() {
            return Ok(None);
        }
        let chart = bars(&rows, "Mean IoU of every row", |row| self.label(row));
        self.figure("rows".into(), "Mean IoU of every row.".into(), &chart).map(Some)
    }

    /// All settings of a row.
    fn label(&self, row: &AblationRow) -> String {
        let values = (0..self.names.len())
            .filter_map(|axis| Some(format!("{} {}", self.names[axis], self.setting(row, axis)?)));
        let label = values.collect::<Vec<_>>().join(", ");
        if std::ptr::eq(row, self.baseline()) { format!("baseline: {label}") } else { label }
    }

    fn figure(
        &self,
        name: String,
        caption: String,
        chart: &impl Chart,
    ) -> Result<Figure, EvalError> {
        // What follows a dot would be taken for the ending of the file.
        Figure::new(name.replace('.', "-"), caption, chart, self.sheet)
    }
}

fn bars<'a>(
    rows: &[&AblationRow],
    title: &'a str,
    label: impl Fn(&AblationRow) -> String,
) -> AblationBarsChart<'a> {
    let measures = vec![FIXED.title, BEST.title];
    let rows = rows.iter().map(|row| (label(row), vec![row.fixed, row.best])).collect();
    AblationBarsChart { title, measures, rows }
}
