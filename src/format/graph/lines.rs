//! The lines of a graph, of which a few can be looked at before the others.

use std::collections::VecDeque;
use std::io::{BufRead, Read};

use super::super::head::Head;
use super::super::line::{Found, read_line};
use super::{BYTE_ORDER_MARK, GraphError, MAX_LINE_BYTES};

/// Lines, one at a time.
#[derive(Debug)]
pub(super) struct GraphLines<R> {
    from: R,
    /// Of the line that was read last, from 1.
    pub number: u64,
    text: Vec<u8>,
    /// Read before it was asked for.
    ahead: VecDeque<Vec<u8>>,
}

impl<R: BufRead> GraphLines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, number: 0, text: Vec::new(), ahead: VecDeque::new() }
    }

    /// The next line and its number; none at the end.
    pub(super) fn next_line(&mut self) -> Result<Option<(u64, &[u8])>, GraphError> {
        let is_there = match self.ahead.pop_front() {
            Some(text) => {
                self.text = text;
                true
            }
            None => next_line(&mut self.from, self.number + 1, &mut self.text)?,
        };
        self.number += u64::from(is_there);
        Ok(is_there.then_some((self.number, &*self.text)))
    }

    /// What is said of the database, in the first line or in the second one; none if nothing is.
    pub(super) fn head(&mut self) -> Result<Option<Head>, GraphError> {
        let mut number = self.number;
        loop {
            let mut text = Vec::new();
            number += 1;
            if !next_line(&mut self.from, number, &mut text)? {
                return Ok(None);
            }
            let found = read_line(&text).map_err(|message| GraphError::Line { line: number, message })?;
            self.ahead.push_back(text);
            match found {
                Some(Found::Head(head)) => return Ok(Some(*head)),
                Some(Found::Keep(_)) => {}
                None if self.ahead.len() < MOST_AHEAD => {}
                None | Some(Found::Node(_) | Found::Rel(_) | Found::Rule(_) | Found::Commit(_)) => return Ok(None),
            }
        }
    }
}

/// So many lines, empty ones among them, are looked at before a head is given up.
const MOST_AHEAD: usize = 100;

/// Replaces `text` by the next line; false at the end.
pub(super) fn next_line(from: &mut impl BufRead, line: u64, text: &mut Vec<u8>) -> Result<bool, GraphError> {
    text.clear();
    let length = Read::take(&mut *from, MAX_LINE_BYTES + 1).read_until(b'\n', text)?;
    if length as u64 > MAX_LINE_BYTES {
        return Err(GraphError::Line { line, message: format!("longer than {MAX_LINE_BYTES} bytes") });
    }
    if line == 1 && text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(length > 0)
}
