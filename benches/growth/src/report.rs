//! A table of what was measured at each size, and how it grows.

use crate::fit::{exponent, last_exponent};
use crate::measure::Cost;
use crate::operation::Law;
use crate::table::Table;

/// What is measured may be so much above the exponent that is expected: memory that is far away answers later.
const SLACK: f64 = 0.2;

/// The last step alone is less sure than the fit over all.
const LAST_SLACK: f64 = 0.35;

/// Rows of a table with a column for each size.
pub(crate) struct Report {
    sizes: Vec<u32>,
    rows: Vec<(String, Law, Vec<Cost>)>,
}

impl Report {
    pub(crate) fn new(sizes: &[u32]) -> Self {
        Self { sizes: sizes.to_vec(), rows: Vec::new() }
    }

    /// What an operation takes at the next size.
    pub(crate) fn add(&mut self, name: &str, law: Law, cost: Cost) {
        match self.rows.iter_mut().find(|row| row.0 == name) {
            Some(row) => row.2.push(cost),
            None => self.rows.push((name.to_owned(), law, vec![cost])),
        }
    }

    pub(crate) fn print(&self, title: &str) {
        let sizes: Vec<String> = self.sizes.iter().map(|size| format!("10^{}", size.ilog10())).collect();
        let mut columns = vec!["operation", "expected", "time", "last step", "memory"];
        columns.extend(sizes.iter().map(String::as_str));
        let most = format!("memory at {}", sizes.last().map_or("", String::as_str));
        columns.extend([most.as_str(), ""]);
        let mut table = Table::new(title, &columns);
        for (name, law, costs) in &self.rows {
            table.row(self.cells(name, *law, costs));
        }
        table.print();
    }

    fn cells(&self, name: &str, law: Law, costs: &[Cost]) -> Vec<String> {
        let points = |of: fn(&Cost) -> f64| -> Vec<(f64, f64)> {
            self.sizes.iter().map(|size| f64::from(*size)).zip(costs.iter().map(of)).collect()
        };
        let (times, bytes) = (points(|cost| cost.seconds), points(|cost| cost.bytes.max(1.0)));
        let (time, last, memory) = (exponent(&times), last_exponent(&times), exponent(&bytes));
        let is_worse = time.max(memory) > law.exponent() + SLACK || last > law.exponent() + LAST_SLACK;
        let mut cells = vec![name.to_owned(), law.name().to_owned()];
        cells.extend([time, last, memory].map(|found| format!("{found:.2}")));
        cells.extend(costs.iter().map(|cost| in_time(cost.seconds)));
        cells.push(costs.last().map_or_else(String::new, |cost| in_bytes(cost.bytes)));
        cells.push(if is_worse { "**above**" } else { "" }.to_owned());
        cells
    }
}

fn in_time(seconds: f64) -> String {
    let (number, unit) = match seconds {
        less if less < 1e-6 => (less * 1e9, "ns"),
        less if less < 1e-3 => (less * 1e6, "µs"),
        less if less < 1.0 => (less * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    format!("{} {unit}", short(number))
}

fn in_bytes(bytes: f64) -> String {
    let (number, unit) = match bytes {
        less if less < 1e3 => (less, "B"),
        less if less < 1e6 => (less / 1e3, "kB"),
        _ => (bytes / 1e6, "MB"),
    };
    format!("{} {unit}", short(number))
}

/// With two digits, or all that stand before the point.
fn short(number: f64) -> String {
    if number < 10.0 { format!("{number:.1}") } else { format!("{number:.0}") }
}
