//! The text of a statement: parsed, bound and planned against a small graph.

use averment::editing::{statements, tokens};
use averment::{Database, Error};

thread_local! {
    static DATABASE: Database = Database::from_script(GRAPH).expect("the graph is right");
}

const GRAPH: &str = "
    CREATE (s:Source {id: 's', published: date('2020-01-01')}), (a:Company {name: 'a'})-[b:BASED_IN {since: 2014}]->(:Place);
    MATCH ()-[b:BASED_IN]->(p) CREATE (:Claim)-[:STATES]->[b], (:Company)-[:OWNS]->(p);
    CREATE INDEX FOR (c:Company) ON (c.name);
    CREATE CONSTRAINT one FOR (s:Source) REQUIRE s.id IS UNIQUE";

/// What is no text is no statement.
pub(crate) fn parser(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let words = tokens(text).map(|token| token.span).chain(statements(text));
    words.for_each(|span| assert!(text.get(span.start as usize..span.end as usize).is_some(), "a span is in its text"));
    match DATABASE.with(|db| db.prepare(text)) {
        Ok(prepared) => drop(prepared.explain()),
        Err(error) => assert_eq!(fault_of(&error, text), None),
    }
}

/// What is wrong with how an error is told, if something is.
pub(crate) fn fault_of(error: &Error, text: &str) -> Option<String> {
    let message = error.message();
    let is_in_text = |span: averment::Span| text.get(span.start as usize..span.end as usize).is_some();
    if message.is_empty() || message.contains('\n') || message.ends_with('.') {
        return Some(format!("a message is one line without a full stop: {message}"));
    }
    if error.span().is_some_and(|span| !is_in_text(span)) {
        return Some(format!("the place of an error is outside of the text: {message}"));
    }
    (!error.report().contains(message)).then(|| format!("a report holds its message: {message}"))
}
