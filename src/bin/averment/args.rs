//! What can be said on the command line. The man page and the completions of shells are made of the same.

use std::path::PathBuf;
use std::time::Duration;

use averment::{CancelToken, Limits};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Who did what to whom, when, and on whose word? A knowledge graph that answers in openCypher.
///
/// Without a command: the REPL, or the statements on standard input. A database is a script (`graph.cypher`), a graph as
/// JSON Lines (`graph.jsonl`), `fixture:NAME` for one of the built-in event graphs, or `:memory:` for an empty one;
/// without one, all built-in event graphs are there. Everything is in memory: what is written lasts as long as the
/// program runs, unless it is saved.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Examples:
  averment
  averment graph.cypher
  averment query \"MATCH (a:Agency)-[:TOOK]->(x:Action) RETURN a.name, x.id\"
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
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct OutputArgs {
    /// How answers are written; without it, as a table.
    #[arg(short, long, value_enum, global = true)]
    pub format: Option<Format>,
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

/// What one statement may use.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct LimitArgs {
    /// The time that a statement may take, as `30s`, `500ms`, `5m`.
    #[arg(long, value_name = "DURATION", value_parser = duration, global = true)]
    pub timeout: Option<Duration>,
    /// The memory that a statement may hold, as `512MiB`, `4GiB`, or `unlimited`.
    #[arg(long, value_name = "SIZE", value_parser = Memory::parse, global = true)]
    pub max_memory: Option<Memory>,
    /// The rows that the operators of a statement may make.
    #[arg(long, value_name = "COUNT", global = true)]
    pub max_rows: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    Bytes(u64),
    Unlimited,
}

impl LimitArgs {
    /// The limits of each statement, which `cancel` stops.
    pub(crate) fn limits(&self, cancel: &CancelToken) -> Limits {
        let mut limits = Limits { cancel: Some(cancel.clone()), ..Limits::default() };
        limits.timeout = self.timeout.or(limits.timeout);
        limits.max_rows = self.max_rows.or(limits.max_rows);
        match self.max_memory {
            Some(Memory::Bytes(bytes)) => limits.max_bytes = Some(bytes),
            Some(Memory::Unlimited) => limits.max_bytes = None,
            None => {}
        }
        limits
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
    /// Show the labels, relationship types and property keys of a database.
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
    /// List their names and sizes.
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

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = number_and_unit(text);
    let seconds = match unit {
        "ms" => 1e-3,
        "s" | "" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("unknown unit `{unit}`; there are ms, s, m, h")),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is no duration, as `30s` is"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

impl Memory {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "unlimited" {
            return Ok(Memory::Unlimited);
        }
        let (number, unit) = number_and_unit(text);
        let bytes: u64 = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "kib" | "k" => 1 << 10,
            "mib" | "m" => 1 << 20,
            "gib" | "g" => 1 << 30,
            "tib" | "t" => 1 << 40,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            _ => return Err(format!("unknown unit `{unit}`; there are KiB, MiB, GiB, TiB")),
        };
        let number: u64 = number.parse().map_err(|_| format!("`{text}` is no size, as `4GiB` is"))?;
        number.checked_mul(bytes).map(Memory::Bytes).ok_or_else(|| format!("`{text}` is too large"))
    }
}

fn number_and_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    (&text[..at], text[at..].trim())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations_and_sizes_have_units() {
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("500 ms"), Ok(Duration::from_millis(500)));
        assert!(duration("1 fortnight").is_err() && duration("-1s").is_err() && duration("1e400s").is_err());
        assert_eq!(Memory::parse("4GiB"), Ok(Memory::Bytes(4 << 30)));
        assert_eq!(Memory::parse("10"), Ok(Memory::Bytes(10)));
        assert!(Memory::parse("99999999999TiB").is_err() && Memory::parse("4 apples").is_err());
    }
}
