//! A session: a database, and what has been set about it. The REPL and statements on standard input share it.

use std::collections::HashSet;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use averment::format::{GraphError, write_keep};
use averment::{CancelToken, Database, ErrorKind, Keep, Params, Rows, Value};

use crate::Fault;
use crate::output::{self, Output, Written, plural};
use crate::progress::Progress;
use crate::source::{self, Opening};
use crate::transaction::Transaction;

pub(crate) struct Session {
    pub db: Database,
    pub params: Params,
    pub output: Output,
    pub shows_time: bool,
    /// How another database is opened.
    opening: Opening,
    cancel: CancelToken,
    author: Option<String>,
    /// Between `:begin` and `:commit`.
    transaction: Option<Transaction>,
    opened_count: u64,
    /// What was opened or saved, which may be saved again.
    own_files: HashSet<PathBuf>,
}

/// What becomes of a file that would be written and is there already, unless it is the session's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    Kept,
    Replaced,
}

impl Session {
    /// The limits hold `cancel`, which stops a statement.
    pub(crate) fn new(db: Database, output: Output, opening: Opening, cancel: CancelToken) -> Self {
        Self {
            db,
            params: Params::new(),
            output,
            shows_time: false,
            opening,
            cancel,
            author: None,
            transaction: None,
            opened_count: 1,
            own_files: HashSet::new(),
        }
    }

    /// Runs a statement, which an earlier Ctrl-C does not stop, and prints its answer.
    pub(crate) fn answer(&mut self, text: &str) -> Result<(), Fault> {
        self.cancel.reset();
        let started = Instant::now();
        let progress = Progress::start();
        let rows = self.query(text)?;
        let commit = rows.commit_number();
        let is_committed = self.transaction.is_none();
        let written = self.output.print_awaited(rows, progress)?;
        if self.shows_time {
            let commit = match (is_committed, written.has_changed) {
                (true, true) => format!(", commit {commit}"),
                (true, false) => format!(", as of commit {commit}"),
                (false, _) => String::new(),
            };
            output::say(told(started.elapsed(), &written, &commit))?;
        }
        Ok(())
    }

    /// The value of an expression, which may use the parameters set so far.
    pub(crate) fn value(&mut self, expression: &str) -> Result<Value, Fault> {
        self.cancel.reset();
        Ok(self.query(&format!("RETURN {expression} AS value"))?.single()?)
    }

    /// What is only read is answered as of the last commit that its writer has made.
    fn query(&mut self, text: &str) -> Result<Rows, Fault> {
        self.db.refresh()?;
        Ok(match &mut self.transaction {
            Some(transaction) => transaction.query(text, &self.params)?,
            None => self.db.query(text, &self.params)?,
        })
    }

    /// Begins a transaction that holds the statements up to `:commit` together.
    pub(crate) fn begin(&mut self, message: &str) -> Result<String, Fault> {
        if self.transaction.is_some() {
            return Err(Fault::command("a transaction is open already; :commit or :rollback ends it"));
        }
        let message = self.text(message)?;
        // What is only read is read as of the last commit.
        self.db.refresh()?;
        Ok(self.transaction.insert(Transaction::begin(&self.db, message)?).greeting())
    }

    pub(crate) fn commit(&mut self, message: &str) -> Result<String, Fault> {
        if !message.is_empty() {
            let message = self.text(message)?;
            let open = self.transaction.as_mut();
            open.ok_or_else(no_transaction)?.set_message(message)?;
        }
        self.take_transaction()?.commit(&self.db)
    }

    pub(crate) fn roll_back(&mut self) -> Result<String, Fault> {
        drop(self.take_transaction()?);
        Ok("undone".to_owned())
    }

    pub(crate) fn is_in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// How many databases were opened so far: tells one from the next.
    pub(crate) fn opened_count(&self) -> u64 {
        self.opened_count
    }

    fn take_transaction(&mut self) -> Result<Transaction, Fault> {
        self.transaction.take().ok_or_else(no_transaction)
    }

    /// What stands behind a command: a text of the language, if it begins as one, nothing for `null`, or else as it is.
    fn text(&mut self, text: &str) -> Result<String, Fault> {
        if !text.starts_with(['\'', '"']) {
            return Ok(if text.eq_ignore_ascii_case("null") { String::new() } else { text.to_owned() });
        }
        match self.value(text) {
            Ok(Value::String(text)) => Ok(text.to_string()),
            Ok(other) => Err(Fault::command(format!("expected a text, found {}", output::cell(&other)))),
            // The statement that it would stand in is nobody's.
            Err(Fault::Statement(error)) if error.kind() == ErrorKind::Syntax => Err(Fault::command(format!(
                "{text} is not one text; a quote within quotes is written \\' or stands in quotes of the other kind"
            ))),
            Err(fault) => Err(fault),
        }
    }

    /// Who makes the commits from now on; without a name, tells who does.
    pub(crate) fn set_author(&mut self, name: &str) -> Result<String, Fault> {
        if !name.is_empty() {
            let name = self.text(name)?;
            let named = self.db.with_author(name.as_str());
            match &mut self.transaction {
                Some(transaction) => transaction.set_author(&name)?,
                // A name that cannot be is refused now, and not when something is written.
                None => drop(named.write()?),
            }
            self.db = named;
            self.author = Some(name);
        }
        Ok(match self.db.author() {
            Some(author) => format!("commits are made by {}", output::printable(author)),
            None => "commits have no author; :author NAME names one".to_owned(),
        })
    }

    /// How many commits can be read again; without a number, tells it.
    pub(crate) fn keep(&mut self, keep: Option<Keep>) -> Result<String, Fault> {
        if let Some(keep) = keep {
            self.db.keep(keep)?;
        }
        Ok(match self.db.keeps() {
            None => "the last 100 commits are kept, as far as no more than 10,000 changes were made since".to_owned(),
            Some(Keep::All) => "all commits are kept".to_owned(),
            Some(Keep::Last(1)) => "the last commit is kept".to_owned(),
            Some(Keep::Last(count)) => format!("the last {count} commits are kept"),
        })
    }

    /// Runs the statements of a file, or adds the graph of a `.jsonl` file, all or none.
    pub(crate) fn source(&mut self, path: &str) -> Result<String, Fault> {
        self.cancel.reset();
        let answers = match &mut self.transaction {
            Some(Transaction::Writing(transaction)) => source::add(transaction, path)?,
            Some(Transaction::Reading(_)) => {
                return Err(Fault::command("a transaction is open that only reads: before :source, :commit ends it"));
            }
            None => source::load(&self.db, path)?,
        };
        answers.into_iter().try_for_each(|rows| self.output.print(rows).map(drop))?;
        Ok(format!("{path} is loaded"))
    }

    /// Goes on with another database.
    pub(crate) fn open(&mut self, name: Option<&str>) -> Result<String, Fault> {
        self.refuse_in_transaction("another graph can be opened")?;
        self.cancel.reset();
        self.db = source::open(name, &self.opening)?;
        if let Some(author) = &self.author {
            self.db = self.db.with_author(author.as_str());
        }
        self.opened_count += 1;
        self.own(name);
        Ok(format!("{} is open", name.unwrap_or("the built-in fixtures")))
    }

    fn refuse_in_transaction(&self, what: &str) -> Result<(), Fault> {
        match self.transaction {
            None => Ok(()),
            Some(_) => Err(Fault::command(format!(
                "a transaction is open: before {what}, :commit keeps what it has written or :rollback undoes it"
            ))),
        }
    }

    /// Notes that a file holds a graph of this session.
    pub(crate) fn own(&mut self, name: Option<&str>) {
        self.own_files.extend(name.and_then(|name| fs::canonicalize(name).ok()));
    }

    /// Writes what is committed as a graph in JSON Lines, which takes the place of the file at once or not at all.
    pub(crate) fn save(&mut self, path: &str, existing: Existing) -> Result<String, Fault> {
        if Path::new(path).extension().is_none_or(|extension| extension != "jsonl") {
            return Err(Fault::command("a graph is saved as JSON Lines: give a name that ends in .jsonl"));
        }
        self.refuse_in_transaction("the graph can be saved")?;
        let is_foreign = fs::canonicalize(path).is_ok_and(|file| !self.own_files.contains(&file));
        if existing == Existing::Kept && is_foreign {
            return Err(Fault::command(format!("{path} is there already; `:save! {path}` takes its place")));
        }
        self.cancel.reset();
        self.db.refresh()?;
        let counts = save(&self.db, Path::new(path))?;
        self.own(Some(path));
        let (nodes, rels) = (plural(counts.nodes, "node"), plural(counts.relationships, "relationship"));
        Ok(format!("{nodes} and {rels} are in {path}"))
    }
}

fn no_transaction() -> Fault {
    Fault::command("no transaction is open; :begin opens one")
}

/// Writes the graph beside the file, then puts it in its place.
pub(crate) fn save(db: &Database, path: &Path) -> Result<averment::format::GraphCounts, Fault> {
    replace(path, |out| db.save_jsonl(out))
}

/// Says in a graph as JSON Lines how many commits are kept, once it is loaded.
pub(crate) fn set_keep(path: &Path, keep: Keep) -> Result<(), Fault> {
    let shown = path.display().to_string();
    if !source::is_json_lines(path) {
        let message = format!(
            "{shown} has no place for this: a database in a folder says what is kept, and a graph as JSON Lines (.jsonl)"
        );
        return Err(Fault::Input { code: "command", message });
    }
    let unreadable = |error: io::Error| source::unreadable(&shown, &error);
    // Nothing but a graph is written anew.
    let from = BufReader::new(fs::File::open(path).map_err(unreadable)?);
    Database::in_memory().load_jsonl(from).map_err(|error| source::graph_fault(&shown, error))?;
    let mut from = BufReader::new(fs::File::open(path).map_err(unreadable)?);
    replace(path, |mut out| write_keep(keep, &mut from, &mut out))
}

/// Writes beside the file, then puts what is written in its place.
pub(crate) fn replace<T>(
    path: &Path,
    write: impl FnOnce(BufWriter<fs::File>) -> Result<T, GraphError>,
) -> Result<T, Fault> {
    let shown = path.display().to_string();
    let fault = |error: io::Error| source::unwritable(&shown, &error);
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let file = fs::File::create(&beside).map_err(fault)?;
    let written = file.try_clone().map_err(fault)?;
    let saved = write(BufWriter::new(file)).map_err(|error| match error {
        GraphError::Io(error) => fault(error),
        error => source::graph_fault(&shown, error),
    });
    let saved = saved.and_then(|done| {
        // A crash must not leave an empty file in the place of a good one.
        written.sync_data().and_then(|()| fs::rename(&beside, path)).map_err(fault)?;
        Ok(done)
    });
    if saved.is_err() {
        // What is left of a file that could not be written helps nobody.
        let _ = fs::remove_file(&beside);
    }
    saved
}

fn told(took: Duration, written: &Written, commit: &str) -> String {
    let milliseconds = took.as_secs_f64() * 1e3;
    let cut = if written.is_cut { " (up to the rows shown)" } else { "" };
    if milliseconds < 1000.0 {
        format!("{milliseconds:.1} ms{cut}{commit}")
    } else {
        format!("{:.2} s{cut}{commit}", took.as_secs_f64())
    }
}
