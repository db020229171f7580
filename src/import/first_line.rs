//! Whether a file has a header of its own, where one before it has nothing but a header, which may be that of both: that is
//! told by its first line, or it is not told.

use super::cell::CellType;
use super::header::{ENDS, ID, PlainNames, STARTS, role, split};

/// What the first line of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstLine {
    /// Its own.
    Header,
    Row,
    /// Either.
    Unclear,
}

impl FirstLine {
    pub(super) fn of(line: &[String], shared: &[String], names: &PlainNames) -> Self {
        let known = names_in(shared);
        if names_in(line) == known || line.iter().all(|cell| is_marked(cell)) {
            return FirstLine::Header;
        }
        let is_usual = |name: &str| {
            let is_among = |usual: &[&str]| usual.contains(&name);
            let asked = [&names.id, &names.start, &names.end];
            name == ID || is_among(&STARTS) || is_among(&ENDS) || asked.into_iter().flatten().any(|asked| asked == name)
        };
        let says_something = |cell: &String| is_marked(cell) || is_usual(cell) || known.contains(&name_of(cell));
        if line.iter().any(says_something) { FirstLine::Unclear } else { FirstLine::Row }
    }
}

/// In an order of their own.
fn names_in(header: &[String]) -> Vec<String> {
    let mut names: Vec<String> = header.iter().map(|cell| name_of(cell)).collect();
    names.sort_unstable();
    names
}

/// The name of a column, or, where it has none, what it is.
fn name_of(cell: &str) -> String {
    match split(cell) {
        Some(("", kind)) => kind.split(['(', '{']).next().unwrap_or(kind).to_ascii_uppercase(),
        Some((name, kind)) if role(name, kind).is_some() => name.to_owned(),
        Some(_) | None => cell.to_owned(),
    }
}

/// Whether a cell says by its form that it is one of a header. A value like `urn:id` does not.
fn is_marked(cell: &str) -> bool {
    let Some((name, kind)) = split(cell) else { return false };
    let word = kind.split(['(', '{']).next().unwrap_or(kind);
    let is_written_so = name.is_empty() || CellType::named(word).is_some() || word == word.to_ascii_uppercase();
    is_written_so && role(name, kind).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_is_a_header_or_a_row_or_it_cannot_be_told() {
        let first_line = |line: &str, shared: &str| {
            let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
            FirstLine::of(&cells(line), &cells(shared), &PlainNames::default())
        };
        for (line, shared) in [
            ("name,id", "id,name"),
            ("name,id:ID", "id:ID,name"),
            ("id:ID(A),name:string", "id,name"),
            ("key:ID,n:int,:LABEL", "id,name"),
            (":END_ID,:START_ID", ":START_ID,:END_ID"),
        ] {
            assert_eq!(first_line(line, shared), FirstLine::Header, "{line}");
        }
        for line in ["urn:id,x", "1,Ada", "http://x,10:30", "a:b:c,", ":x,y"] {
            assert_eq!(first_line(line, "id:ID,name"), FirstLine::Row, "{line}");
        }
        for line in ["id,title", "key:ID,title", "x,name", "id:ID,n:itn", "source,target"] {
            assert_eq!(first_line(line, "id:ID,name"), FirstLine::Unclear, "{line}");
        }
    }
}
