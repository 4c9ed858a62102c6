//! The numbers of a data set.

use crate::{DataSource, Session};
use anyhow::Result;
use eps_data::statistics::Statistics;
use eps_eval::report::statistics::StatisticsPage;

/// Tables and charts of a list: its labels, and its masks and saliency maps where their folders exist.
///
/// # Errors
///
/// If the list, a label or a file cannot be read.
pub fn statistics_page(data: &DataSource, session: &Session<'_>) -> Result<StatisticsPage> {
    let split = data.open_with_maps(session)?;
    session.observer.begin("counting", split.items.len(), 0);
    let statistics = Statistics::of(&split, session.observer)?;
    session.observer.end();
    Ok(StatisticsPage::new(split.list.id(), &statistics, &split.names))
}
