//! Databases as a whole: written out, made again, copied, and written anew.

mod tables;

use std::fs;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use averment::format::{
    ExportReport, GraphCounts, GraphError, write_dot, write_gexf, write_graph, write_graphml, write_ntriples,
    write_script,
};
use averment::sanctions::write_ftm;
use averment::{Database, Error, Limits, Options, ReadTransaction, Vacuumed};

use crate::args::{DumpForm, ExportForm, GraphForm};
use crate::bar::Bar;
use crate::{Fault, session, source, style};

/// Writes all of a database to a file, which it takes the place of once it is whole, or to standard output.
pub(crate) fn dump(db: &Database, form: DumpForm, to: Option<&Path>) -> Result<(), Fault> {
    put(to, |out, bar| write(db, form, bar, out)).map(drop)
}

/// Lets `write` write to a file, which takes the place of the one that is there once all is written, or to standard output.
fn put<T>(to: Option<&Path>, write: impl FnOnce(&mut dyn Write, Bar) -> Result<T, GraphError>) -> Result<T, Fault> {
    let Some(path) = to.filter(|path| *path != Path::new("-")) else {
        let mut out = BufWriter::new(io::stdout().lock());
        return write(&mut out, Bar::beside_output()).map_err(|error| match error {
            GraphError::Io(error) => Fault::Output(error),
            error => source::graph_fault("standard output", error),
        });
    };
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        // A device or a pipe is written to, and not replaced.
        let shown = path.display().to_string();
        let file = fs::OpenOptions::new().write(true).open(path).map_err(|error| source::unwritable(&shown, &error))?;
        let written = write(&mut BufWriter::new(file), Bar::on_errors());
        return written.map_err(|error| source::graph_fault(&shown, error));
    }
    session::replace(path, |mut out| write(&mut out, Bar::on_errors()))
}

fn write(db: &Database, form: DumpForm, bar: Bar, out: &mut dyn Write) -> Result<GraphCounts, GraphError> {
    // What is asked for the indexes has no end of its own.
    let read = db.with_limits(Limits::unlimited()).read();
    let mut out = Counted { out, lines: 0, total: line_count(&read)?, bar };
    match form {
        DumpForm::Jsonl => write_graph(&read, &mut out),
        DumpForm::Cypher => write_script(&read, &mut out),
    }
}

/// Writes all of a database for other programs, and tells what is lost; what to say of a file that was written.
pub(crate) fn export(db: &Database, form: ExportForm, base: &str, to: Option<&Path>) -> Result<Option<String>, Fault> {
    let is_file = to.is_some_and(|path| path != Path::new("-"));
    let read = db.with_limits(Limits::unlimited()).read();
    let report = match form {
        ExportForm::Dump(form) => {
            let counts = put(to, |out, bar| write(db, form, bar, out))?;
            return Ok(to.filter(|_| is_file).map(|path| format!("{}: {counts}", path.display())));
        }
        ExportForm::Csv => tables::write(&read, to)?,
        ExportForm::Graph(form) => put(to, |out, bar| write_for_others(&read, form, base, bar, out))?,
    };
    if !report.lost.is_empty() {
        let told = format!("warning[lost]: this format has no place for all of it: {report}");
        style::tell(&style::report(&told, style::on_errors()));
    }
    Ok(to.filter(|_| is_file).map(|path| format!("{}: {}", path.display(), report.counts)))
}

fn write_for_others(
    read: &ReadTransaction,
    form: GraphForm,
    base: &str,
    bar: Bar,
    out: &mut dyn Write,
) -> Result<ExportReport, GraphError> {
    let mut out = Counted { out, lines: 0, total: line_count(read)?, bar };
    match form {
        GraphForm::GraphMl => write_graphml(read, &mut out),
        GraphForm::Gexf => write_gexf(read, &mut out),
        GraphForm::Dot => write_dot(read, &mut out),
        GraphForm::NTriples => write_ntriples(read, base, &mut out),
        GraphForm::Ftm => write_ftm(read, &mut out),
    }
}

/// Roughly how many lines a dump has.
fn line_count(read: &ReadTransaction) -> Result<u64, Error> {
    let mut count = read.log().len() as u64;
    for elements in ["MATCH (n) RETURN count(*)", "MATCH [r] RETURN count(*)"] {
        count += read.query(elements, ())?.single::<u64>()?;
    }
    Ok(count)
}

/// An output that shows how many lines have gone out.
struct Counted<W> {
    out: W,
    lines: u64,
    total: u64,
    bar: Bar,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.lines += bytes[..written].split(|byte| *byte == b'\n').count() as u64 - 1;
        self.bar.show("lines", self.lines, self.total);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
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

    #[test]
    fn it_is_known_how_many_lines_go_out() {
        let db = Database::in_memory();
        db.query("CREATE (:A)-[:T]->(:B)", ()).unwrap();
        db.query("MATCH (a)-[t:T]->(b) CREATE (:Paragraph)-[:SUPPORTS]->[t]", ()).unwrap();
        let read = db.read();
        let (total, bar) = (line_count(&read).unwrap(), Bar::on_errors());
        let mut out = Counted { out: Vec::new(), lines: 0, total, bar };
        write_graph(&read, &mut out).unwrap();
        // The first line is the head.
        assert_eq!((out.lines, total), (total + 1, 7));
        assert_eq!(String::from_utf8(out.out).unwrap().lines().count(), 8);
    }
}
