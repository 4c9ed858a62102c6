//! The published tables that are known.

use eps_eval::report::published::PublishedTable;

/// A line for each table, those with numbers that were read in a source first.
pub fn table_list() -> String {
    let targets =
        |table: &PublishedTable| table.cells().iter().filter(|cell| cell.sure.is_target()).count();
    let (sourced, waiting): (Vec<&PublishedTable>, Vec<&PublishedTable>) =
        PublishedTable::all().iter().partition(|table| targets(table) > 0);
    let sourced = sourced.into_iter().map(|table| {
        let PublishedTable { name, title, .. } = table;
        let (found, all) = (targets(table), table.cells().len());
        format!("{name:<24}{title}; cells: {all}, read in a source: {found}\n")
    });
    let waiting = waiting.into_iter().map(|PublishedTable { name, title, .. }| {
        format!("{name:<24}{title}; waits for a source\n")
    });
    sourced.chain(waiting).collect()
}

/// The table of a name; the error names all.
pub fn published_table(name: &str) -> Result<&'static PublishedTable, String> {
    let names = || PublishedTable::all().iter().map(|table| table.name).collect::<Vec<_>>();
    PublishedTable::named(name).ok_or_else(|| format!("expected one of {}", names().join(", ")))
}
