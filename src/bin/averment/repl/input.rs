//! What has been read and is not yet done: text up to where a statement ends.

use std::ops::Range;

use crate::Fault;
use crate::source::BYTE_ORDER_MARK;

/// Lines that were read together.
///
/// A byte that is not UTF-8 stands in the text as `U+FFFD`: the statement around it ends where it would have ended, and
/// is refused as a whole. Were only the line dropped, what follows it would be taken for statements.
#[derive(Default)]
pub(super) struct Input {
    text: String,
    faults: Vec<NotText>,
    line_count: u64,
}

/// Where a line is not UTF-8.
struct NotText {
    /// In the text.
    offset: usize,
    line: u64,
    /// In the line.
    byte: usize,
}

impl Input {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn push_line(&mut self, line: &[u8]) {
        self.line_count += 1;
        let mark = if self.line_count == 1 && line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let mut byte = mark;
        for chunk in line[mark..].utf8_chunks() {
            self.text.push_str(chunk.valid());
            byte += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                self.faults.push(NotText { offset: self.text.len(), line: self.line_count, byte });
                self.text.push(char::REPLACEMENT_CHARACTER);
                byte += chunk.invalid().len();
            }
        }
    }

    /// Forgets what is done; lines are counted on.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.faults.clear();
    }

    /// The piece of the text, if it is one.
    pub(super) fn piece(&self, within: Range<usize>) -> Result<&str, Fault> {
        match self.faults.iter().find(|fault| within.contains(&fault.offset)) {
            None => Ok(&self.text[within]),
            Some(NotText { line, byte, .. }) => {
                let message = format!("line {line} is not UTF-8 text: byte {byte} of it; what holds it is not run");
                Err(Fault::Input { code: "invalid-utf-8", message })
            }
        }
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}
