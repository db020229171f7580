//! Rows that were passed over, as they are written elsewhere.

use std::io::{self, Write};

use super::OnError;
use super::error::{BadRow, ImportError};
use super::record::Raw;

impl OnError {
    pub(super) fn begin(&mut self) -> Result<(), ImportError> {
        match self {
            OnError::Stop | OnError::Skip => Ok(()),
            OnError::Quarantine(out) => out.write_all(b"file,line,reason,row\n").map_err(ImportError::Quarantine),
        }
    }

    pub(super) fn end(&mut self) -> Result<(), ImportError> {
        match self {
            OnError::Stop | OnError::Skip => Ok(()),
            OnError::Quarantine(out) => out.flush().map_err(ImportError::Quarantine),
        }
    }
}

/// A row as a record: its file, its line, what is wrong, and its bytes; of a very long one, those at its head.
pub(super) fn write_row(out: &mut impl Write, row: &BadRow, raw: Raw<'_>) -> io::Result<()> {
    write_field(out, row.file.as_bytes())?;
    write!(out, ",{},", row.line)?;
    match raw {
        Raw::Whole(_) => write_field(out, row.reason.as_bytes())?,
        Raw::Head(head) => {
            let reason = format!("{} (only the first {} bytes are kept here)", row.reason, head.len());
            write_field(out, reason.as_bytes())?;
        }
    }
    out.write_all(b",")?;
    write_field(out, raw.bytes())?;
    out.write_all(b"\n")
}

fn write_field(out: &mut impl Write, text: &[u8]) -> io::Result<()> {
    out.write_all(b"\"")?;
    for (number, part) in text.split(|byte| *byte == b'"').enumerate() {
        if number > 0 {
            out.write_all(b"\"\"")?;
        }
        out.write_all(part)?;
    }
    out.write_all(b"\"")
}
