//! What is done with a row that cannot be imported: it ends the import, or is passed over, or is written elsewhere.

use std::fmt;
use std::io::{self, Write};

use super::error::{BadRow, ImportError};
use super::record::Raw;

/// What is done with a row that cannot be imported.
#[non_exhaustive]
pub enum OnError {
    /// It ends the import, of which nothing is kept.
    Stop,
    /// It is passed over, and counted.
    Skip,
    /// It is passed over, and written as a record: the file, the line, what is wrong, and the row as it stood there.
    Quarantine(Box<dyn Write + Send>),
}

impl OnError {
    /// Before the first row.
    ///
    /// # Errors
    ///
    /// [`ImportError::Quarantine`].
    pub fn begin(&mut self) -> Result<(), ImportError> {
        match self {
            OnError::Stop | OnError::Skip => Ok(()),
            OnError::Quarantine(out) => out.write_all(b"file,line,reason,row\n").map_err(ImportError::Quarantine),
        }
    }

    /// Passes over a row.
    ///
    /// # Errors
    ///
    /// [`ImportError::Row`] where it is to stop, [`ImportError::Quarantine`].
    pub fn pass_over(&mut self, row: &BadRow, raw: &[u8]) -> Result<(), ImportError> {
        self.pass_over_raw(row, Raw::Whole(raw))
    }

    pub(super) fn pass_over_raw(&mut self, row: &BadRow, raw: Raw<'_>) -> Result<(), ImportError> {
        match self {
            OnError::Stop => Err(ImportError::Row(row.clone())),
            OnError::Skip => Ok(()),
            OnError::Quarantine(out) => write_row(out, row, raw).map_err(ImportError::Quarantine),
        }
    }

    /// Behind the last row.
    ///
    /// # Errors
    ///
    /// [`ImportError::Quarantine`].
    pub fn end(&mut self) -> Result<(), ImportError> {
        match self {
            OnError::Stop | OnError::Skip => Ok(()),
            OnError::Quarantine(out) => out.flush().map_err(ImportError::Quarantine),
        }
    }
}

impl fmt::Debug for OnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OnError::Stop => "Stop",
            OnError::Skip => "Skip",
            OnError::Quarantine(_) => "Quarantine",
        })
    }
}

/// A row as a record: its file, its line, what is wrong, and its bytes; of a very long one, those at its head.
fn write_row(out: &mut impl Write, row: &BadRow, raw: Raw<'_>) -> io::Result<()> {
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
