//! Graphs as JSON Lines, of which lines may be passed over.

use super::Reading;
use crate::format::line::read_line;
use crate::import::{ImportError, ImportFile, TextLines};

pub(super) fn read(files: &[ImportFile], reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
    for file in files {
        reading.begin_file(file);
        let mut lines = TextLines::open(file)?;
        while let Some(line) = lines.read()? {
            match line.content.and_then(|text| read_line(text.as_bytes())) {
                Ok(None) => {}
                Ok(Some(found)) => reading.add(found, line.line, &line.raw)?,
                Err(message) => reading.pass_over(line.line, &line.raw, "no element", &message)?,
            }
        }
    }
    Ok(())
}
