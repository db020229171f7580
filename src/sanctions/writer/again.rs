//! A record that is there, and comes again with other text: files of its edition may have been missing then, or be missing now.

use crate::sanctions::editions::rows;

/// What a record has beside the one that is there, row by row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// All that is there, and more.
    Completed,
    /// Nothing.
    Known,
    /// Rows that are there are not in it.
    Other,
}

impl Again {
    pub(super) fn of(known: &str, raw: &str) -> Self {
        let (known, read) = (rows(known), rows(raw));
        if read.iter().all(|row| known.contains(row)) {
            Again::Known
        } else if known.iter().all(|row| read.contains(row)) {
            Again::Completed
        } else {
            Again::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_compared_in_whatever_order_they_stand() {
        let of = |known: &str, raw: &str| Again::of(known, raw);
        assert_eq!(of("1,A\n1,x", "1,A\n1,x\n1,y"), Again::Completed);
        assert_eq!(of("1,A\n1,x\n1,y", "1,A\n1,y\n1,x"), Again::Known);
        assert_eq!(of("1,A\n1,x\n1,y", "1,A"), Again::Known);
        assert_eq!(of("1,A\n1,x", "1,B\n1,x\n1,y"), Again::Other);
        assert_eq!(of("1,A\n1,x", "1,A\n1,y"), Again::Other);
    }
}
