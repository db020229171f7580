//! `averment import`: files with comma-separated values, lists of sanctioned parties, and whole graphs, into a database in a
//! folder.

mod graphs;
mod quarantine;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use averment::format::GraphImport;
use averment::import::{
    self, BadRow, CsvImport, EditionChanges, EditionReport, ImportError, ImportFile, ImportProgress, ImportReport,
};
use averment::sanctions::{ListFormat, ListImport};
use averment::{Database, Edtf, Error, Limits, Options, WriteTransaction};
use clap::{Args as ClapArgs, ValueEnum};

use self::graphs::GraphArgs;
use self::quarantine::Quarantine;
use crate::output::printable;
use crate::{Fault, source, style};

/// What is imported, and how.
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct ImportArgs {
    /// The folder of the database: it is made if there is none yet, else all of this is one commit; of lists, see `--batch`.
    pub folder: PathBuf,
    /// Files with nodes; the labels, separated by `:`, may be left out where a column `:LABEL` says them. May be repeated.
    #[arg(long, value_name = "[LABEL=]FILE,...", value_parser = Files::read)]
    nodes: Vec<Files>,
    /// Files with relationships; the type may be left out where a column `:TYPE` says it. May be repeated.
    #[arg(long, alias = "relationships", value_name = "[TYPE=]FILE,...", value_parser = Files::read)]
    rels: Vec<Files>,
    /// A list of sanctioned parties: `ofac`, `bis`, `us-lists`, `ftm`, `ftm-delta`, `ftm-simple` or `ftm-statements`, and its
    /// files or their folder. May be repeated.
    #[arg(long, value_name = "FORMAT:PATH,...", value_parser = ListFiles::read, conflicts_with_all = ["nodes", "rels"])]
    from: Vec<ListFiles>,
    /// Of when the lists are, as `2019-01-15` or any EDTF; without it, what the names of the files say, or the lists themselves.
    #[arg(long, value_name = "DATE", value_parser = edtf, requires = "from")]
    edition: Option<Edtf>,
    /// The files are a part of their lists: who is not in them has not been taken off.
    #[arg(long, requires = "from", conflicts_with = "complete")]
    partial: bool,
    /// The files are all of their lists, also where they lack the mark that closes them or are much smaller than the edition
    /// before; without it, that is judged, and told.
    #[arg(long, requires = "from")]
    complete: bool,
    /// How many records of lists are one commit. If it breaks off, the commits before stay; importing again completes them.
    #[arg(long, value_name = "RECORDS", default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..), requires = "from")]
    batch: u64,
    #[command(flatten)]
    graphs: GraphArgs,
    /// What separates fields: a letter, or `tab`.
    #[arg(long, value_name = "LETTER", default_value = ",", value_parser = mark)]
    delimiter: u8,
    /// What separates the items of a list, and labels: a letter, or `tab`.
    #[arg(long, value_name = "LETTER", default_value = ";", value_parser = mark)]
    array_delimiter: u8,
    /// What a field may stand in: a letter, or `none`.
    #[arg(long, value_name = "LETTER", default_value = "\"", value_parser = quote)]
    quote: Quote,
    /// What ids are where the header does not tell.
    #[arg(long, value_enum, default_value_t)]
    id_type: IdType,
    /// The column with the id, where the header has no `:ID`; without it: `id`, if there is one.
    #[arg(long, value_name = "NAME")]
    id_column: Option<String>,
    /// The columns with the ids of starts and ends, where the header has no `:START_ID` and `:END_ID`; without it: `start`,
    /// `source`, `src` or `from`, and `end`, `target`, `dst` or `to`.
    #[arg(long, value_name = "START,END", value_parser = ends)]
    end_columns: Option<(String, String)>,
    /// Where the header tells no type, take the one that all values of a column have; the files are read twice.
    #[arg(long)]
    infer_types: bool,
    /// What is done with a row that cannot be imported: `stop` without importing anything, `skip` it, or write it to a file,
    /// `quarantine=FILE`.
    #[arg(long, value_name = "WHAT", default_value = "stop", value_parser = OnError::read)]
    on_error: OnError,
    /// Make no index over the ids of each label.
    #[arg(long)]
    no_index: bool,
    /// What the commit is made for.
    #[arg(short, long, value_name = "TEXT")]
    message: Option<String>,
}

/// The labels or the type, and the files.
#[derive(Clone, Debug)]
struct Files {
    name: String,
    files: Vec<String>,
}

/// A format, and files or folders.
#[derive(Clone, Debug)]
pub(crate) struct ListFiles {
    pub format: ListFormat,
    paths: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum IdType {
    #[default]
    String,
    Integer,
}

#[derive(Clone, Copy, Debug)]
struct Quote(Option<u8>);

#[derive(Clone, Debug)]
enum OnError {
    Stop,
    Skip,
    Quarantine(PathBuf),
}

impl Files {
    fn read(text: &str) -> Result<Self, String> {
        let (name, files) = text.split_once('=').unwrap_or(("", text));
        let files: Vec<String> = files.split(',').map(str::to_owned).collect();
        if files.iter().any(String::is_empty) {
            return Err(format!("`{text}` names no file"));
        }
        Ok(Self { name: name.to_owned(), files })
    }
}

impl ListFiles {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (format, paths) = text.split_once(':').ok_or(format!("`{text}` is not of the form FORMAT:PATH"))?;
        let paths: Vec<String> = paths.split(',').map(str::to_owned).collect();
        if paths.iter().any(String::is_empty) {
            return Err(format!("`{text}` names no file"));
        }
        Ok(Self { format: format.parse()?, paths })
    }

    pub(crate) fn files(&self) -> Result<Vec<ImportFile>, Fault> {
        let mut files = Vec::new();
        for path in &self.paths {
            let found = ImportFile::all_in(path);
            files.extend(
                found.map_err(|error| Fault::Input { code: "io", message: format!("cannot read {path}: {error}") })?,
            );
        }
        Ok(files)
    }
}

impl OnError {
    fn read(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "stop" => Ok(OnError::Stop),
            None if text == "skip" => Ok(OnError::Skip),
            Some(("quarantine", file)) if !file.is_empty() => Ok(OnError::Quarantine(PathBuf::from(file))),
            _ => Err(format!("`{text}` is none of `stop`, `skip` and `quarantine=FILE`")),
        }
    }
}

fn mark(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" | b"TAB" => Ok(b'\t'),
        [letter] if letter.is_ascii() => Ok(*letter),
        _ => Err(format!("`{text}` is neither one letter of ASCII nor `tab`")),
    }
}

fn quote(text: &str) -> Result<Quote, String> {
    if text == "none" { Ok(Quote(None)) } else { mark(text).map(|letter| Quote(Some(letter))) }
}

pub(crate) fn edtf(text: &str) -> Result<Edtf, String> {
    Edtf::parse(text).map_err(|error| error.to_string())
}

fn ends(text: &str) -> Result<(String, String), String> {
    let (start, end) = text.split_once(',').ok_or(format!("`{text}` is not of the form START,END"))?;
    Ok((start.to_owned(), end.to_owned()))
}

/// Imports, and tells what has come of it.
pub(crate) fn import(args: &ImportArgs, options: Options) -> Result<String, Fault> {
    let folder = args.folder.clone();
    let is_there = has_database(&folder);
    let quarantine = args.quarantine()?;
    let to = quarantine.as_ref();
    let report = match (args.from.is_empty(), is_there) {
        (true, true) if args.graphs.is_given() => {
            load(&folder, options, |transaction| args.as_graph_import(to)?.load(transaction).map_err(fault))
        }
        (true, false) if args.graphs.is_given() => {
            let import = args.as_graph_import(to)?;
            create_with(args, options, |db| import_into(db, |transaction| import.load(transaction).map_err(fault)))
        }
        (false, true) => {
            let db = source::open_folder(&folder, options.limits(Limits::unlimited()))?;
            args.load_lists(to, &db)
        }
        (false, false) => create_with(args, options, |db| args.load_lists(to, db)),
        (true, true) => load(&folder, options, |transaction| args.as_import(to)?.load(transaction).map_err(fault)),
        (true, false) => args.as_import(to)?.create(options, &folder).map(|(_, report)| report).map_err(fault),
    }?;
    warn(&report);
    quarantine.map_or(Ok(()), Quarantine::settle)?;
    Ok(told(&folder, &report))
}

fn has_database(folder: &Path) -> bool {
    folder.is_dir() && !matches!(Database::open_read_only(folder), Err(error) if error.code() == "no-database")
}

/// Adds it to a database as one commit.
fn load(
    folder: &Path,
    options: Options,
    import: impl FnOnce(&mut WriteTransaction) -> Result<ImportReport, Fault>,
) -> Result<ImportReport, Fault> {
    let db = source::open_folder(folder, options.limits(Limits::unlimited()))?;
    import_into(&db, import)
}

/// As one commit.
fn import_into(
    db: &Database,
    import: impl FnOnce(&mut WriteTransaction) -> Result<ImportReport, Fault>,
) -> Result<ImportReport, Fault> {
    let before = db.commit_number();
    let mut transaction = db.write()?;
    let report = import(&mut transaction)?;
    transaction.commit()?;
    settle(db, before)?;
    Ok(report)
}

/// Leaves nothing to be made up for by whoever opens the database next; if nothing was committed there is nothing to do.
fn settle(db: &Database, before: u64) -> Result<(), Error> {
    if db.commit_number() == before { Ok(()) } else { db.checkpoint() }
}

/// A database of which this is the first commit; if not even that succeeds, there is none.
fn create_with(
    args: &ImportArgs,
    options: Options,
    import: impl FnOnce(&Database) -> Result<ImportReport, Fault>,
) -> Result<ImportReport, Fault> {
    let was_there = args.folder.exists();
    let db = options.limits(Limits::unlimited()).create(&args.folder)?;
    let made = import(&db);
    if made.is_err() && !was_there && db.commit_number() == 0 {
        drop(db);
        // What is left is a database without anything in it.
        let _ = fs::remove_dir_all(&args.folder);
    }
    made
}

impl ImportArgs {
    fn quarantine(&self) -> Result<Option<Quarantine>, Fault> {
        let OnError::Quarantine(path) = &self.on_error else { return Ok(None) };
        let mut lists = Vec::new();
        for list in &self.from {
            lists.extend(list.files()?);
        }
        let tables = self.nodes.iter().chain(&self.rels).flat_map(|files| &files.files).map(String::as_str);
        let graphs = self.graphs.files()?;
        let read: Vec<&str> = tables.chain(lists.iter().chain(&graphs).map(ImportFile::name)).collect();
        Quarantine::new(path, &read, &self.folder).map(Some)
    }

    fn on_error(&self, quarantine: Option<&Quarantine>) -> Result<import::OnError, Fault> {
        Ok(match (quarantine, &self.on_error) {
            (Some(quarantine), _) => import::OnError::Quarantine(Box::new(BufWriter::new(quarantine.writer()?))),
            (None, OnError::Stop) => import::OnError::Stop,
            (None, _) => import::OnError::Skip,
        })
    }

    fn as_import(&self, quarantine: Option<&Quarantine>) -> Result<CsvImport, Fault> {
        let mut import = CsvImport::new()
            .on_error(self.on_error(quarantine)?)
            .on_progress(progress())
            .delimiter(self.delimiter)
            .list_delimiter(char::from(self.array_delimiter))
            .quote(self.quote.0)
            .message(self.message.as_deref().unwrap_or("import"));
        for Files { name, files } in &self.nodes {
            import = import.nodes(name, files.iter().map(|file| ImportFile::from(file.as_str())));
        }
        for Files { name, files } in &self.rels {
            import = import.relationships(name, files.iter().map(|file| ImportFile::from(file.as_str())));
        }
        if self.id_type == IdType::Integer {
            import = import.integer_ids();
        }
        if let Some(name) = &self.id_column {
            import = import.id_column(name);
        }
        if let Some((start, end)) = &self.end_columns {
            import = import.end_columns(start, end);
        }
        if self.infer_types {
            import = import.infer_types();
        }
        if self.no_index {
            import = import.without_indexes();
        }
        Ok(import)
    }

    /// Adds lists to a database; if that breaks off, it is told what is there of them.
    fn load_lists(&self, to: Option<&Quarantine>, db: &Database) -> Result<ImportReport, Fault> {
        let before = db.commit_number();
        let failed = match self.as_list_import(to)?.load_into(db) {
            Ok(report) => return settle(db, before).map(|()| report).map_err(Fault::from),
            Err(error) => error,
        };
        if db.commit_number() == before {
            return Err(fault(failed));
        }
        let what = match failed {
            ImportError::Row(row) => format!("{row} (`--on-error skip` passes such rows over)"),
            error => error.to_string(),
        };
        let left = "what was committed before stays, up to commit";
        let told = format!("{what}; {left} {}; importing again completes it", db.commit_number());
        Err(Fault::Input { code: "invalid-import", message: printable(&told) })
    }

    fn as_graph_import(&self, quarantine: Option<&Quarantine>) -> Result<GraphImport, Fault> {
        let import = self.graphs.import()?.message(self.message.as_deref().unwrap_or("import of a graph"));
        Ok(import.on_error(self.on_error(quarantine)?).on_progress(progress()))
    }

    fn as_list_import(&self, quarantine: Option<&Quarantine>) -> Result<ListImport, Fault> {
        let import = ListImport::new().message(self.message.as_deref().unwrap_or(LISTS_MESSAGE)).batch(self.batch);
        let mut import = match (self.partial, self.complete) {
            (true, _) => import.partial(),
            (false, true) => import.complete(),
            (false, false) => import,
        };
        for list in &self.from {
            import = import.list(list.format, list.files()?);
        }
        if let Some(edition) = &self.edition {
            import = import.edition(edition.clone());
        }
        Ok(import.on_error(self.on_error(quarantine)?).on_progress(progress()))
    }
}

/// What commits are made for, if nothing is said.
const LISTS_MESSAGE: &str = "import of lists";

pub(crate) fn fault(error: ImportError) -> Fault {
    let code = match &error {
        ImportError::Unreadable { .. } | ImportError::Quarantine(_) => "io",
        ImportError::Header { .. } => "invalid-header",
        ImportError::Row(_) => "invalid-row",
        _ => "invalid-import",
    };
    let message = match error {
        ImportError::Database(error) => return Fault::Statement(error),
        ImportError::Refused { file, line, error, .. } => return refused(&file, line, &error),
        ImportError::Row(row) => format!("{row}; nothing is imported (`--on-error skip` passes such rows over)"),
        error => error.to_string(),
    };
    Fault::Input { code, message: printable(&message) }
}

/// By the code of what the database says.
fn refused(file: &str, line: u64, error: &Error) -> Fault {
    let message = format!("{}, line {line}: {}; nothing is imported", printable(file), printable(&error.to_string()));
    Fault::Refused { code: error.code(), message }
}

/// What was passed over is told in any case, and what was not understood.
fn warn(report: &ImportReport) {
    let all = |counts: &BTreeMap<&'static str, u64>| {
        counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
    };
    let skipped = report.skipped_rows();
    if skipped > 0 {
        tell_skipped(&report.first_skipped);
        let rows = if skipped == 1 { "1 row is".to_owned() } else { format!("{skipped} rows are") };
        tell(&format!("warning[rows-skipped]: {rows} not imported: {}", all(&report.skipped)));
    }
    if !report.notices.is_empty() {
        report.first_notices.iter().for_each(|row| tell_row("not-understood", row));
        tell(&format!("warning[not-understood]: imported as it stands: {}", all(&report.notices)));
    }
    for EditionReport { list, edition, part_because, is_unclosed, missing_files, .. } in &report.editions {
        let edition = printable(&format!("{list} of {edition}"));
        if !missing_files.is_empty() {
            let files = missing_files.join(" and of ");
            tell(&format!(
                "warning[missing-file]: {edition} has no file of {files}: what that would say is neither new nor gone"
            ));
        }
        if let Some(reason) = part_because {
            let reason = printable(reason);
            tell(&format!(
                "warning[partial-edition]: {edition} is taken for a part of its list, which takes nobody off: {reason}"
            ));
        } else if *is_unclosed {
            tell(&format!(
                "warning[partial-edition]: {edition} lacks the mark that closes it, and takes nobody off; if it is whole, say `--complete`"
            ));
        }
    }
}

pub(crate) fn tell_skipped(rows: &[BadRow]) {
    for row in rows {
        tell_row("row-skipped", row);
    }
}

fn tell_row(code: &str, row: &BadRow) {
    tell(&format!("warning[{code}]: {}", printable(&row.to_string())));
}

fn tell(text: &str) {
    style::tell(&style::report(text, style::on_errors()));
}

/// `ofac-sdn: 2019-01 to 2021-07-07: 1858 added, 4123 changed, 261 removed`.
fn told_of_editions(reports: &[EditionReport]) -> String {
    let mut text = String::new();
    for EditionReport { list, changes, .. } in reports {
        for EditionChanges { from, to, added, changed, removed, .. } in changes {
            let count = |count: &Option<u64>, what: &str| match count {
                Some(count) => format!("{count} {what}"),
                None => format!("not known what is {what}"),
            };
            let (added, removed) = (count(added, "added"), count(removed, "removed"));
            let list = printable(list);
            writeln!(text, "{list}: {from} to {to}: {added}, {changed} changed, {removed}").expect("a text takes it");
        }
    }
    text
}

fn told(folder: &Path, report: &ImportReport) -> String {
    let mut text = String::new();
    for file in &report.files {
        let skipped = if file.skipped == 0 { String::new() } else { format!(", {} of them skipped", file.skipped) };
        writeln!(text, "{}: {}{skipped}", printable(&file.name), counted(file.rows, "row")).expect("a text takes it");
    }
    text.push_str(&told_of_editions(&report.editions));
    let ImportReport { nodes, relationships, .. } = report;
    let (nodes, relationships) = (counted(*nodes, "node"), counted(*relationships, "relationship"));
    write!(text, "{}: {nodes}, {relationships}", printable(&folder.display().to_string())).expect("a text takes it");
    if report.unchanged > 0 {
        write!(text, "; {} there already", counted(report.unchanged, "record")).expect("a text takes it");
    }
    text + &told_of_indexes(&report.indexes)
}

/// The first few of them.
fn told_of_indexes(indexes: &[(String, String)]) -> String {
    const MOST_TOLD: usize = 20;
    let named = indexes.iter().take(MOST_TOLD).map(|(label, key)| printable(&format!(":{label}({key})")));
    let named = named.collect::<Vec<_>>().join(", ");
    match indexes.len() {
        0 => String::new(),
        1..=MOST_TOLD => format!("; indexed: {named}"),
        count => format!("; indexed: {named}, and {} more", count - MOST_TOLD),
    }
}

/// `1 row`, `2 rows`.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Shows how far an import is, if somebody looks.
fn progress() -> impl FnMut(ImportProgress<'_>) + Send {
    let mut line = io::stderr().is_terminal().then(Line::default);
    move |progress| {
        if let Some(line) = &mut line {
            line.show(progress);
        }
    }
}

/// Between one picture and the next.
const BEAT: Duration = Duration::from_millis(100);

/// To the head of the line, and all of it empty.
const CLEAR_LINE: &str = "\r\x1b[K";

/// How far it is, in a line of the terminal; gone when dropped.
#[derive(Default)]
struct Line {
    shown: Option<Instant>,
}

impl Line {
    fn show(&mut self, progress: ImportProgress<'_>) {
        if self.shown.is_none_or(|shown| shown.elapsed() >= BEAT) {
            self.shown = Some(Instant::now());
            let ImportProgress { file, nodes, relationships, .. } = progress;
            // What cannot be shown is not missed.
            let file = printable(file);
            let _ = write!(io::stderr(), "{CLEAR_LINE}{nodes} nodes, {relationships} relationships; {file}");
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "{CLEAR_LINE}");
        }
    }
}
