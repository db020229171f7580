//! What a Tab leaves to choose from, shown below the line until it changes.
//!
//! The line editor can list candidates itself, but draws a line of several rows over its list.

use crate::output::printable;

/// More rows would push the line that is edited off the screen.
const MAX_ROWS: usize = 8;

/// Between two columns.
const GAP: usize = 2;

/// Several candidates for one place.
pub(super) struct Choices {
    /// The line once what they have in common stands in it, and where the cursor is then.
    line: String,
    position: usize,
    found: Vec<String>,
}

impl Choices {
    /// Of candidates for what stands in the line from `start` to `position`.
    pub(super) fn new(line: &str, start: usize, position: usize, found: Vec<String>) -> Self {
        let typed = &line[start..position];
        // Candidates may differ in case from what is typed, and have less in common than that.
        let common = common_start(&found);
        let common = if common.len() < typed.len() { typed } else { common };
        let (before, behind) = (&line[..start], &line[position..]);
        Self { line: [before, common, behind].concat(), position: start + common.len(), found }
    }

    /// What stands in the line from `start` on once the candidates' common start does.
    pub(super) fn common(&self, start: usize) -> &str {
        &self.line[start..self.position]
    }

    pub(super) fn are_of(&self, line: &str, position: usize) -> bool {
        (self.line.as_str(), self.position) == (line, position)
    }

    /// In columns, read downwards, each row on a line of its own below the one that is edited.
    pub(super) fn list(&self, width: usize) -> String {
        let shown: Vec<String> = self.found.iter().map(|text| printable(text.trim_end())).collect();
        let column_width = shown.iter().map(|text| text.chars().count()).max().unwrap_or(0) + GAP;
        let column_count = (width / column_width).max(1);
        let row_count = shown.len().div_ceil(column_count).min(MAX_ROWS);
        let row = |row: usize| {
            let cells = (0..column_count).filter_map(|column| shown.get(column * row_count + row));
            let cells: Vec<String> = cells.map(|text| format!("{text:<column_width$}")).collect();
            cells.concat().trim_end().to_owned()
        };
        let mut lines: Vec<String> = (0..row_count).map(row).collect();
        let hidden_count = shown.len().saturating_sub(row_count * column_count);
        if hidden_count > 0 {
            lines.push(format!("({hidden_count} more)"));
        }
        format!("\n{}", lines.join("\n"))
    }
}

fn common_start(found: &[String]) -> &str {
    let Some((first, rest)) = found.split_first() else { return "" };
    rest.iter().fold(first.as_str(), |common, text| {
        let differs = common.char_indices().zip(text.chars()).find(|((_, one), other)| one != other);
        let shorter = common.len().min(text.len());
        &common[..differs.map_or(shorter, |((at, _), _)| at)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(line: &str, start: usize, found: &[&str]) -> Choices {
        Choices::new(line, start, line.len(), found.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn what_candidates_have_in_common_is_written() {
        assert_eq!(choices("(:ac", 2, &["Action", "Actor"]).common(2), "Act");
        assert_eq!(choices("to", 0, &["TO", "toLower("]).common(0), "to");
        assert_eq!(choices("'П", 1, &["Пётр'", "Павел'"]).common(1), "П");
        let common = choices("[:T", 2, &["TOOK", "TOOK_PART_IN"]);
        assert!(common.are_of("[:TOOK", 6) && !common.are_of("[:TOOK_", 7));
    }

    #[test]
    fn a_list_has_columns_and_an_end() {
        assert_eq!(choices("", 0, &["a", "bb", "c"]).list(9), "\na   c\nbb");
        assert_eq!(choices("", 0, &["a\nb: ", "longer than the line"]).list(9), "\na\\nb:\nlonger than the line");
        let many: Vec<String> = (0..50).map(|number| format!("n{number:02}")).collect();
        let list = Choices::new("", 0, 0, many).list(20);
        assert!(list.starts_with("\nn00  n08  n16  n24\n") && list.ends_with("\n(18 more)"), "{list}");
    }
}
