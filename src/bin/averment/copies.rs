//! Databases as a whole: written out, made again, copied, and written anew.

use std::fs;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use averment::format::{GraphCounts, GraphError, write_graph, write_script};
use averment::{Database, Limits, Options, Vacuumed};

use crate::args::DumpForm;
use crate::{Fault, session, source};

/// Writes all of a database to a file, which it takes the place of once it is whole, or to standard output.
pub(crate) fn dump(db: &Database, form: DumpForm, to: Option<&Path>) -> Result<(), Fault> {
    let Some(path) = to.filter(|path| *path != Path::new("-")) else {
        let out = BufWriter::new(io::stdout().lock());
        return write(db, form, out).map(drop).map_err(|error| match error {
            GraphError::Io(error) => Fault::Output(error),
            error => source::graph_fault("standard output", error),
        });
    };
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        // A device or a pipe is written to, and not replaced.
        let shown = path.display().to_string();
        let file = fs::OpenOptions::new().write(true).open(path).map_err(|error| source::unwritable(&shown, &error))?;
        return write(db, form, BufWriter::new(file)).map(drop).map_err(|error| source::graph_fault(&shown, error));
    }
    session::replace(path, |out| write(db, form, out)).map(drop)
}

fn write(db: &Database, form: DumpForm, mut out: impl Write) -> Result<GraphCounts, GraphError> {
    // What is asked for the indexes has no end of its own.
    let read = db.with_limits(Limits::unlimited()).read();
    match form {
        DumpForm::Jsonl => write_graph(&read, &mut out),
        DumpForm::Cypher => write_script(&read, &mut out),
    }
}

/// Makes a database in a folder of what a dump in JSON Lines holds.
pub(crate) fn restore(file: &str, folder: &Path, options: Options) -> Result<String, Fault> {
    let restored = if file == "-" {
        options.restore(folder, io::stdin().lock()).map_err(|error| source::graph_fault("standard input", error))?
    } else {
        let lines = fs::File::open(file).map_err(|error| source::unreadable(file, &error))?;
        options.restore(folder, BufReader::new(lines)).map_err(|error| source::graph_fault(file, error))?
    };
    Ok(format!("{} is restored, as of commit {}", folder.display(), restored.commit_number()))
}

/// Copies a database that somebody may have open.
pub(crate) fn back_up(folder: &Path, to: &Path) -> Result<String, Fault> {
    let number = Database::open_read_only(folder)?.backup(to)?;
    Ok(format!("{} is a copy of {}, as of commit {number}", to.display(), folder.display()))
}

/// Writes a database anew.
pub(crate) fn vacuum(folder: &str, options: Options) -> Result<String, Fault> {
    let db = source::open_folder(Path::new(folder), options)?;
    let Vacuumed { bytes_before, bytes_after, .. } = db.vacuum()?;
    Ok(format!(
        "{folder}: {} before, {} after; earlier commits are in the log, and cannot be read any more",
        bytes(bytes_before),
        bytes(bytes_after)
    ))
}

/// `1,234,567 bytes`.
fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let groups: Vec<_> = groups.into_iter().map(String::from_utf8_lossy).collect();
    format!("{} bytes", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_groups() {
        for (count, told) in
            [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1,000 bytes"), (12_345_678, "12,345,678 bytes")]
        {
            assert_eq!(bytes(count), told);
        }
    }
}
