//! Rows on their way from operator to operator: up to about two thousand at a time, column by column.
//!
//! A batch is dense: an operator that drops rows gathers the columns that go on, and the plan has narrowed those to
//! what is still needed.

use super::column::{Column, Ids};

/// How many rows a batch has at most, as a rule.
pub(super) const BATCH_ROWS: usize = 2048;

#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    /// Each has `len` rows.
    pub columns: Vec<Column>,
    pub len: usize,
}

impl Batch {
    pub(super) fn new(columns: Vec<Column>, len: usize) -> Self {
        debug_assert!(columns.iter().all(|column| column.len() == len), "columns have as many rows as their batch");
        Self { columns, len }
    }

    /// One row without columns.
    pub(super) fn unit() -> Self {
        Self { columns: Vec::new(), len: 1 }
    }

    /// The columns at `carry`, with these rows.
    pub(super) fn gather(&self, carry: &[usize], rows: &[u32]) -> Vec<Column> {
        carry.iter().map(|&column| self.columns[column].gather(rows)).collect()
    }

    /// The columns at `carry`, all rows.
    pub(super) fn carry(mut self, carry: &[usize]) -> Vec<Column> {
        let mut carried = Vec::with_capacity(carry.len());
        for (place, &column) in carry.iter().enumerate() {
            if carry[place + 1..].contains(&column) {
                carried.push(self.columns[column].clone());
            } else {
                carried.push(std::mem::replace(&mut self.columns[column], Column::Ordinals(Vec::new())));
            }
        }
        carried
    }

    pub(super) fn slice(&self, start: usize, len: usize) -> Self {
        Self { columns: self.columns.iter().map(|column| column.slice(start, len)).collect(), len }
    }

    /// Puts the rows of `other`, which has the same layout, behind those of this batch.
    pub(super) fn append(&mut self, other: Batch, ids: &dyn Ids) {
        if self.len == 0 {
            *self = other;
            return;
        }
        self.len += other.len;
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.append(theirs, ids);
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.columns.iter().map(Column::size_bytes).sum()
    }
}

/// Batches of many rows that are all there: handed out in pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    rows: Batch,
    next: usize,
}

impl Pieces {
    pub(super) fn new(rows: Batch) -> Self {
        Self { rows, next: 0 }
    }

    pub(super) fn next(&mut self) -> Option<Batch> {
        if self.next >= self.rows.len {
            return None;
        }
        if self.next == 0 && self.rows.len <= BATCH_ROWS {
            self.next = self.rows.len;
            let len = self.rows.len;
            return Some(Batch { columns: std::mem::take(&mut self.rows.columns), len });
        }
        let len = BATCH_ROWS.min(self.rows.len - self.next);
        let piece = self.rows.slice(self.next, len);
        self.next += len;
        Some(piece)
    }
}
