//! What can be said on the command line. The man page and the completions of shells are made of the same.

use std::path::{Path, PathBuf};

use averment::editing::nearest;
use averment::{Database, Durability, Keep, Options, Provenance};
use clap::builder::PossibleValue;
use clap::error::ErrorKind;
use clap::{Args as ClapArgs, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::diff::DiffArgs;
use crate::import::ImportArgs;
use crate::limits::LimitArgs;

/// Who did what to whom, when, and on whose word? A knowledge graph that answers in openCypher.
///
/// Without a command: the REPL, or the statements on standard input. A database is a folder that `averment create` has
/// made, in which what is written stays; or a script (`graph.cypher`), a graph as JSON Lines (`graph.jsonl`),
/// `fixture:NAME` for one of the built-in event graphs, or `:memory:` for an empty one, and then everything is in memory
/// and lasts as long as the program runs, unless it is saved. Without one, all built-in event graphs are there.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Examples:
  averment
  averment graph.cypher
  averment query \"MATCH (a:Agency)-[:TOOK]->(x:Action) RETURN a.name, x.id\"
  averment query -d graph.jsonl \"AT COMMIT 3 MATCH (c:Company) RETURN count(c)\"
  averment log graph.jsonl
  averment create sanctions && averment sanctions
  averment --read-only sanctions
  echo 'MATCH (n) RETURN count(*);' | averment --format csv

Exit codes: 0 done; 1 a statement or the input was at fault; 2 the command line was; 130 interrupted.
Environment: NO_COLOR (any value) for no colour; AVERMENT_HISTORY, the file of the REPL's history; COLUMNS, the width of
tables where the terminal does not tell."
)]
pub(crate) struct Args {
    /// The database to open in the REPL.
    pub database: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The folder in which statements may read files (`LOAD CSV`), `none` for no files; without it, they may read any
    /// file, and with `serve` none.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub files: Option<PathBuf>,
    /// Who makes commits, for the log.
    #[arg(long, global = true, value_name = "NAME")]
    pub author: Option<String>,
    /// Another word by which evidence is known, `source=Document`, or `names=label,code` for the keys by which nodes are
    /// called; may be repeated. `SHOW SETTINGS` lists them.
    #[arg(long, global = true, value_name = "SETTING=WORD")]
    pub provenance: Vec<String>,
    /// When a commit to a database in a folder is acknowledged.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub durability: DurabilityArg,
    /// Open a database in a folder to be read only, beside the process that writes it; nothing in the folder is changed. Each
    /// statement is answered as of the last commit that is there.
    #[arg(long, global = true)]
    pub read_only: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Args {
    /// How answers are written, if that is said.
    pub(crate) fn format(&self) -> Result<Option<Format>, clap::Error> {
        match self.output.format {
            _ if matches!(self.command, Some(Command::Dump { .. } | Command::Export { .. })) => Ok(None),
            None => Ok(None),
            Some(Form::Answers(format)) => Ok(Some(format)),
            Some(Form::Script) => Err(wrong_format("`cypher` is a form of `averment dump`, and not of answers")),
            Some(Form::Graph(form)) => {
                Err(wrong_format(&format!("`{}` is a form of `averment export`, and not of answers", form.name())))
            }
        }
    }

    /// What is asked for, if it is no contradiction.
    pub(crate) fn try_read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        let writes = matches!(
            args.command,
            Some(
                Command::Create { .. }
                    | Command::Import(_)
                    | Command::Keep { .. }
                    | Command::Restore { .. }
                    | Command::Vacuum { .. }
            )
        );
        if args.read_only && writes {
            let message = "this command writes, which '--read-only' rules out\n";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(args)
    }

    /// How databases are opened, but for the files that statements may read.
    pub(crate) fn options(&self) -> Result<Options, clap::Error> {
        let options = Database::options().durability(self.durability.into());
        let options = self.author.iter().fold(options, |options, author| options.author(author.as_str()));
        let words = self.provenance.iter().try_fold(Provenance::default(), |words, said| {
            let (setting, word) = said.split_once('=').ok_or(format!("`{said}` is not of the form SETTING=WORD"))?;
            words.with(setting, word).map_err(|error| error.message().to_owned())
        });
        let options = words.and_then(|words| options.provenance(words).map_err(|error| error.message().to_owned()));
        options.map_err(|message| {
            let message = format!("invalid value for '--provenance <SETTING=WORD>': {message}\n");
            Self::command().error(ErrorKind::ValueValidation, message)
        })
    }
}

/// How answers are written.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct OutputArgs {
    /// How answers are written; without it, as a table.
    #[arg(short, long, value_enum, global = true)]
    format: Option<Form>,
    /// How many reasons of a row of WHY are shown, of what there is and of what there is not; without it, 20.
    #[arg(long, global = true, value_name = "COUNT|all", value_parser = reasons)]
    pub reasons: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines and columns, for people.
    Table,
    /// A line for each value, for wide rows.
    Vertical,
    /// RFC 4180, with a header; null is empty.
    Csv,
    /// One array of objects.
    Json,
    /// An object a line.
    Jsonl,
    /// A table for a Markdown page.
    Markdown,
}

/// What `--format` can say: how answers are written, or a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Answers(Format),
    Script,
    Graph(GraphForm),
}

/// How a database is written for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphForm {
    /// XML with all values and states; of `export` only.
    #[value(name = "graphml")]
    GraphMl,
    /// GEXF 1.3, for Gephi; of `export` only.
    Gexf,
    /// For Graphviz; of `export` only.
    Dot,
    /// N-Triples of RDF 1.2; of `export` only.
    #[value(name = "ntriples")]
    NTriples,
    /// Entities of `FollowTheMoney`; of `export` only.
    Ftm,
}

impl GraphForm {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// How `export` writes a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportForm {
    Dump(DumpForm),
    /// Files in a folder.
    Csv,
    Graph(GraphForm),
}

impl ValueEnum for Form {
    fn value_variants<'v>() -> &'v [Self] {
        &[
            Form::Answers(Format::Table),
            Form::Answers(Format::Vertical),
            Form::Answers(Format::Csv),
            Form::Answers(Format::Json),
            Form::Answers(Format::Jsonl),
            Form::Answers(Format::Markdown),
            Form::Script,
            Form::Graph(GraphForm::GraphMl),
            Form::Graph(GraphForm::Gexf),
            Form::Graph(GraphForm::Dot),
            Form::Graph(GraphForm::NTriples),
            Form::Graph(GraphForm::Ftm),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Form::Answers(format) => format.to_possible_value(),
            Form::Script => Some(PossibleValue::new("cypher").help("Statements; of `dump` and `export` only")),
            Form::Graph(form) => form.to_possible_value(),
        }
    }
}

/// How a database is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DumpForm {
    Jsonl,
    Cypher,
}

impl OutputArgs {
    /// How a database is written to a file, or to standard output.
    pub(crate) fn dump_form(&self, to: Option<&Path>) -> Result<DumpForm, clap::Error> {
        let is_script = to.and_then(Path::extension).is_some_and(|end| end == "cypher" || end == "cql");
        match self.format {
            None if is_script => Ok(DumpForm::Cypher),
            None | Some(Form::Answers(Format::Jsonl)) => Ok(DumpForm::Jsonl),
            Some(Form::Script) => Ok(DumpForm::Cypher),
            Some(Form::Answers(_) | Form::Graph(_)) => {
                Err(wrong_format("a database is written as `jsonl` or as `cypher`; `averment export` has other forms"))
            }
        }
    }

    /// How a database is exported: as is said, or as the name of the file ends.
    pub(crate) fn export_form(&self, to: Option<&Path>) -> Result<ExportForm, clap::Error> {
        let ending = to.and_then(Path::extension).and_then(|ending| ending.to_str()).unwrap_or_default();
        match self.format {
            Some(Form::Answers(Format::Jsonl)) => Ok(ExportForm::Dump(DumpForm::Jsonl)),
            Some(Form::Answers(Format::Csv)) => Ok(ExportForm::Csv),
            Some(Form::Script) => Ok(ExportForm::Dump(DumpForm::Cypher)),
            Some(Form::Graph(form)) => Ok(ExportForm::Graph(form)),
            Some(Form::Answers(other)) => Err(wrong_format(&format!("`{}` is a form of answers alone", other.name()))),
            None => form_by_ending(ending).ok_or_else(|| {
                let forms = "`csv`, `graphml`, `gexf`, `dot`, `ntriples`, `ftm`, `jsonl` or `cypher`";
                wrong_format(&format!("the ending of the file says none; give one of {forms}"))
            }),
        }
    }
}

fn form_by_ending(ending: &str) -> Option<ExportForm> {
    Some(match ending {
        "jsonl" | "ndjson" => ExportForm::Dump(DumpForm::Jsonl),
        "cypher" | "cql" => ExportForm::Dump(DumpForm::Cypher),
        "graphml" => ExportForm::Graph(GraphForm::GraphMl),
        "gexf" => ExportForm::Graph(GraphForm::Gexf),
        "dot" | "gv" => ExportForm::Graph(GraphForm::Dot),
        "nt" => ExportForm::Graph(GraphForm::NTriples),
        _ => return None,
    })
}

fn wrong_format(message: &str) -> clap::Error {
    let message = format!("invalid value for '--format <FORMAT>': {message}\n");
    Args::command().error(ErrorKind::ValueValidation, message)
}

impl Format {
    /// As it is given.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The names of all formats.
    pub(crate) fn names() -> impl Iterator<Item = String> {
        Self::value_variants().iter().map(|format| format.name())
    }
}

/// When a commit is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DurabilityArg {
    /// Once the disk has it.
    #[default]
    Synced,
    /// Once the system has it, which is faster; a crash of the system may lose the last commits.
    Buffered,
}

impl From<DurabilityArg> for Durability {
    fn from(durability: DurabilityArg) -> Self {
        match durability {
            DurabilityArg::Synced => Durability::Synced,
            DurabilityArg::Buffered => Durability::Buffered,
        }
    }
}

/// Where a statement finds its database and its parameters.
#[derive(Debug, ClapArgs)]
pub(crate) struct AskArgs {
    /// A parameter, `NAME=VALUE`; the value is JSON, or else text.
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// A file with parameters as one JSON object; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub params: Option<String>,
    /// The database to ask.
    #[arg(short, long)]
    pub database: Option<String>,
    /// What the commit is made for, if there is one.
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer one statement.
    #[command(after_help = "\
Examples:
  averment query \"MATCH (c:Company) RETURN c.name ORDER BY c.name\"
  averment query -p name=SenseTime 'MATCH (x)-[:TARGETS]->(c {name: $name}) RETURN x.id'
  averment query --params params.json --format json -d graph.jsonl 'MATCH (n {id: $id}) RETURN n'
  echo 'RETURN 1' | averment query -")]
    Query {
        /// The statement; `-` reads it from standard input.
        statement: String,
        #[command(flatten)]
        ask: AskArgs,
    },
    /// Run the statements of a file, separated by `;`, all or none.
    #[command(after_help = "\
Examples:
  averment run graph.cypher
  averment run --database :memory: - < graph.cypher")]
    Run {
        /// The file; `-` is standard input.
        file: String,
        #[command(flatten)]
        ask: AskArgs,
    },
    /// Make a database in a folder, in which what is written stays, and load graphs into it.
    #[command(after_help = "\
Examples:
  averment create sanctions
  averment create sanctions graph.jsonl more.cypher fixture:2019-10-entity-list-28")]
    Create {
        /// The folder: a new one, or one without a database.
        folder: PathBuf,
        /// Scripts, graphs as JSON Lines, and fixtures.
        graphs: Vec<String>,
    },
    /// Write out all of a database: as JSON Lines, which `restore` makes the same database of, or as a script of statements,
    /// which keeps neither ids nor commits.
    #[command(after_help = "\
Examples:
  averment dump sanctions -o sanctions.jsonl
  averment dump sanctions | gzip > sanctions.jsonl.gz
  averment dump sanctions --format cypher -o sanctions.cypher")]
    Dump {
        /// The database.
        #[arg(value_name = "DATABASE")]
        dumped: String,
        /// The file, which is replaced once all is written; without it, or as `-`: standard output. The ending `.cypher` asks
        /// for a script.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write all of a database for other programs, and tell what their format has no place for.
    #[command(after_help = "\
Examples:
  averment export sanctions --format csv -o tables
  averment export sanctions -o sanctions.graphml
  averment export sanctions --format ntriples --base https://example.org/graph/ -o sanctions.nt
  averment export sanctions --format ftm | gzip > entities.ftm.json.gz
  averment export sanctions -o sanctions.dot && dot -Tsvg sanctions.dot > sanctions.svg

JSON Lines and `csv` (a folder) say all of it: `averment import NEW --csv tables` makes the same database. What of the others is
lost is told on standard error, by kind and number. `--format` may be left out where the file ends in .graphml, .gexf, .dot, .gv,
.nt, .jsonl or .cypher.")]
    Export {
        /// The database.
        #[arg(value_name = "DATABASE")]
        exported: String,
        /// The file, which is replaced once all is written; without it, or as `-`: standard output. With `--format csv` a
        /// folder that is not there yet, or is empty.
        #[arg(short, long, value_name = "FILE|FOLDER")]
        output: Option<PathBuf>,
        /// With what the IRIs of N-Triples begin.
        #[arg(long, value_name = "IRI", default_value = "urn:averment:")]
        base: String,
    },
    /// Make a database in a folder of a dump in JSON Lines: with the same ids, times and commits. There is none if the dump is
    /// not whole.
    #[command(after_help = "\
Examples:
  averment restore sanctions.jsonl sanctions
  gunzip -c sanctions.jsonl.gz | averment restore - sanctions")]
    Restore {
        /// The dump; `-` is standard input.
        file: String,
        /// The folder: a new one, or one without a database.
        folder: PathBuf,
    },
    /// Read nodes and relationships from files with comma-separated values into a database in a folder. The first line of each
    /// says what the columns are: `id:ID,name,born:date`, `:START_ID,:END_ID,share:float`. Or read lists of sanctioned parties,
    /// or whole graphs as `GraphML`, JSON Lines or exported tables.
    #[command(after_help = "\
Examples:
  averment import sanctions --nodes Company=companies.csv --rels OWNS=stakes.csv
  averment import sanctions --nodes Company=a.csv.gz,b.csv.gz --rels OWNS=stakes.csv --on-error quarantine=bad.csv
  averment import sanctions --from ofac:sdn_2019-01 --from bis:entity-list --edition 2019-01-15
  averment import sanctions --from ofac:sdn_2021-07-07
  averment import sanctions --from ftm-delta:20250102063000-abc/entities.delta.json
  averment import sanctions --from ofac:sdn_2021-07-07
  averment import sanctions --from ftm-delta:20250102063000-abc/entities.delta.json
  averment import graph --nodes Person=people.csv --rels KNOWS=knows.csv --infer-types --delimiter '|'
  averment import graph --graphml others.graphml.gz --on-error quarantine=bad.csv
  averment import again --csv tables

Types of columns: string, int, float, boolean, date, localtime, time, localdatetime, datetime, duration, edtf; with `[]` behind
it a list. A column may also be NAME:ID or NAME:ID(GROUP), :START_ID(GROUP), :END_ID(GROUP), :LABEL, :TYPE, :IGNORE. Where the
first of several files has nothing but its header, that is the header of them all. Files may be packed by gzip.

Of a list that is there already, another edition, be it later or earlier, tells what is added, changed and removed between it
and its neighbours. Who is in one and not in the next, if that is whole, has been taken off between them: `averment diff` tells
who. A file with rows that were passed over, without the mark with which OFAC ends its files, or with fewer than half the
entries of the edition before, takes nobody off (`--complete`, `--partial`).")]
    Import(Box<ImportArgs>),
    /// Tell what two editions of a list differ by: entries that are added, changed and removed, and of those that are changed
    /// each field, with what only the earlier edition has and what only the later one.
    #[command(after_help = "\
Examples:
  averment diff sanctions
  averment diff sanctions --list ofac-sdn
  averment diff sanctions --list 'SDN list' --from 2019-01 --to 2021-07-07 --format csv
  averment diff ofac:sdn_2019-01 ofac:sdn_2021-07-07 --format jsonl

Without --list and of a database with several lists, or with --editions: the editions that are there. Without --from and --to:
the last two. Names of fields are those of the source. Exit codes: 0 done, whether anything differs or not; 1 there is no such
list, edition or file; 2 the command line was at fault.")]
    Diff(DiffArgs),
    /// Copy a database in a folder as it is after its last commit, also while another process writes it. Earlier commits that
    /// are kept are copied, too.
    #[command(after_help = "\
Examples:
  averment backup sanctions sanctions-monday
  averment query -d sanctions-monday \"MATCH (c:Company) RETURN count(*)\"")]
    Backup {
        /// The folder of the database.
        folder: PathBuf,
        /// The folder to make; there must be nothing of this name.
        target: PathBuf,
    },
    /// Write a database in a folder anew, so that what was deleted takes no space. Ids, times and the log of commits stay;
    /// earlier commits cannot be read any more.
    #[command(after_help = "Example:\n  averment vacuum sanctions")]
    Vacuum {
        /// The folder of the database.
        folder: String,
    },
    /// Check all of a database in a folder, and change nothing: every page and every commit, and whether they are of one graph.
    #[command(after_help = "\
Examples:
  averment check sanctions
  averment check sanctions > report.txt || averment salvage sanctions saved
  averment check sanctions --last

Exit codes: 0 all is as it should be; 1 something is damaged, each of which is told by file and byte. A database that is in
use is checked as it stands.")]
    Check {
        /// The folder.
        folder: PathBuf,
        /// Of earlier commits that are kept, check the pages alone: whether these are of one graph takes as long as for
        /// the last commit, each.
        #[arg(long)]
        last: bool,
    },
    /// Save all that can be read of a damaged database in a folder to a new one, and tell what is lost.
    #[command(after_help = "\
Examples:
  averment salvage sanctions saved
  averment salvage sanctions saved > lost.txt && averment check saved

Exit codes: 0 everything is saved; 1 something is lost, or saved in part, which is told by file, byte, kind and number.
The damaged database is not changed.")]
    Salvage {
        /// The folder of the damaged database.
        folder: PathBuf,
        /// The folder of the new one.
        new: PathBuf,
    },
    /// List the commits of a database, newest first: when each was made, by whom and why.
    #[command(after_help = "\
Examples:
  averment log graph.jsonl
  averment log graph.jsonl --format jsonl | head")]
    Log {
        /// The database.
        database: Option<String>,
    },
    /// Set how many commits can be read again by AT COMMIT. A database in a folder keeps them from now on, whoever opens it;
    /// a graph in JSON Lines has no older states, and says how many of those are kept that are made once it is loaded.
    #[command(after_help = "\
Examples:
  averment keep sanctions 1000
  averment keep sanctions all")]
    Keep {
        /// A folder, or a file in JSON Lines.
        database: PathBuf,
        /// How many of the last commits, or `all`.
        #[arg(value_name = "COUNT|all", value_parser = keep)]
        keep: Keep,
    },
    /// Show what a database has: the labels, what joins what, and their keys. What is in brackets is quoted.
    #[command(after_help = "Example:\n  averment schema graph.cypher")]
    Schema {
        /// The database.
        database: Option<String>,
    },
    /// List the functions and procedures of the language.
    #[command(after_help = "Example:\n  averment functions edtf")]
    Functions {
        /// Only those whose signature or description has this text.
        text: Option<String>,
    },
    /// Answer requests in JSON Lines.
    #[command(after_help = "Example:\n  echo '{\"id\": 1, \"query\": \"RETURN 1 AS x\"}' | averment serve --stdio")]
    Serve {
        /// On standard input and output.
        #[arg(long, required = true)]
        stdio: bool,
        /// The database to serve; without one: the built-in fixtures.
        database: Option<String>,
    },
    /// The built-in event graphs.
    #[command(subcommand)]
    Fixtures(Fixtures),
    /// Write the completions of a shell to standard output.
    #[command(after_help = "Example:\n  averment completions bash > /etc/bash_completion.d/averment")]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the man page to standard output.
    #[command(after_help = "Example:\n  averment man | man -l -")]
    Man,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Fixtures {
    /// List their names.
    List,
    /// Write the script of one.
    #[command(after_help = "Example:\n  averment fixtures show 2019-10-entity-list-28 | less")]
    Show {
        /// Its name, as `fixtures list` gives it; `registry` is what all of them share.
        name: String,
    },
    /// Save some, or all, as a graph in JSON Lines.
    #[command(after_help = "\
Examples:
  averment fixtures load --into fixtures.jsonl
  averment fixtures load 2019-10-entity-list-28 --into - | head")]
    Load {
        /// Their names; without any: all.
        names: Vec<String>,
        /// The file to write; `-` is standard output.
        #[arg(long, value_name = "FILE")]
        into: PathBuf,
    },
}

/// How many commits are kept, as it is given.
pub(crate) fn keep(text: &str) -> Result<Keep, String> {
    match (text, text.parse()) {
        ("all", _) => Ok(Keep::All),
        (_, Ok(count @ 1..)) => Ok(Keep::Last(count)),
        _ => Err(format!("`{text}` is neither `all` nor a number of commits from 1")),
    }
}

/// How many reasons are shown, as it is given.
pub(crate) fn reasons(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        count => count.parse().map_err(|_| format!("`{count}` is neither `all` nor a number of reasons")),
    }
}

/// The command that somebody probably meant who wrote this word.
pub(crate) fn near_command(word: &str) -> Option<String> {
    let line = Args::command();
    nearest(word, line.get_subcommands().map(clap::Command::get_name)).map(|name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
