//! What can be said on the command line.

use clap::{Parser, Subcommand};

/// Who did what to whom, when, and on whose word? A knowledge graph that answers in openCypher.
///
/// Without a command: the REPL. Without a database: the built-in fixtures, in memory.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  averment\n  averment query \"MATCH (a:Agency)-[:TOOK]->(x:Action) RETURN a.name, x.id\"\n  averment run graph.cypher\n  echo 'MATCH (n) RETURN count(*)' | averment"
)]
pub(crate) struct Args {
    /// A script whose graph is opened instead of the fixtures; `:memory:` for an empty one.
    pub database: Option<String>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer one statement.
    #[command(
        after_help = "Examples:\n  averment query \"MATCH (c:Company) RETURN c.name ORDER BY c.name\"\n  averment query -p name=SenseTime 'MATCH (x)-[:TARGETS]->(c {name: $name}) RETURN x.id'\n  echo 'RETURN 1' | averment query -"
    )]
    Query {
        /// The statement; `-` reads it from standard input.
        statement: String,
        /// A parameter, `NAME=VALUE`; the value is JSON, or else text.
        #[arg(short, long, value_name = "NAME=VALUE")]
        param: Vec<String>,
        /// The database to ask.
        #[arg(short, long)]
        database: Option<String>,
    },
    /// Run the statements of a file, separated by `;`.
    #[command(after_help = "Example:\n  averment run --database :memory: graph.cypher")]
    Run {
        /// The file; `-` is standard input.
        file: String,
        /// The database to run it on.
        #[arg(short, long)]
        database: Option<String>,
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
}
