//! What the parser accepts, what it refuses and how it says so.

use std::time::{Duration, Instant};

use super::{SyntaxError, ast, parse, parse_script};

#[track_caller]
fn accept(text: &str) -> ast::Statement {
    match parse(text) {
        Ok(statement) => statement,
        Err(error) => {
            let help = error.help().map(str::to_owned);
            panic!("{}", crate::text::report("syntax", &error.to_string(), text, error.span(), help.as_deref()))
        }
    }
}

#[test]
fn smoke() {
    for text in [
        "MATCH (n) RETURN n",
        "MATCH (match:Match) RETURN match.return",
        "MATCH (a)-[r:KNOWS*1..3 {since: 2000}]->(b) WHERE a.x = 1 AND NOT (a)-->(b) RETURN a.x + 1 * 2 ^ -3 AS y ORDER BY y DESC SKIP 1 LIMIT 2",
        "MERGE (x)-[:TARGETS]->(c) CITING p {certainty: 'stated', voice: ['US Federal Register', 'article']}",
        "MATCH (p:Paragraph)-[:SUPPORTS]->[(x:Action)-[:TARGETS]->(:Company {name: 'SenseTime'})] RETURN x.id, p.id",
        "CREATE (s)-[:DENIES]->[(china)-[:DETAINS]->(uyghurs)]",
    ] {
        accept(text);
    }
}
