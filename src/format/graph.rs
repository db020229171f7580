//! Whole graphs as JSON Lines: one index, constraint or element a line, in the encoding of the JSON Lines interface.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, Write};

use serde_json::Value as Json;

use super::line::{FileId, Found, Node, Rel, read_line};
use super::rule::{Rule, rules};
use super::value_to_json;
use crate::{ElementId, Error, ReadTransaction, WriteTransaction};

/// A line longer than this, in bytes, is refused before it fills the memory.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// What some programs put at the head of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is wrong with a graph as JSON Lines, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The reader or writer failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is no element, or one that cannot be.
    #[error("line {line}: {message}")]
    #[non_exhaustive]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// The graph could not be asked.
    #[error(transparent)]
    Query(#[from] Error),
}

/// How many elements were read or written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphCounts {
    /// Nodes.
    pub nodes: u64,
    /// Relationships, quoted ones among them.
    pub relationships: u64,
}

impl fmt::Display for GraphCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} nodes, {} relationships", self.nodes, self.relationships)
    }
}

/// Writes the indexes and constraints of a state, and then all nodes and relationships, quoted ones among them, in the
/// order of their ids: ends come first, and a graph that has changed little differs in few lines.
///
/// Ids are kept as numbers; when and in which commit an element was recorded is not written.
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails.
pub fn write_graph(from: &ReadTransaction, out: &mut impl Write) -> Result<GraphCounts, GraphError> {
    for rule in rules(|list| from.query(list, ()))? {
        write_line(out, &rule.to_json())?;
    }
    let mut counts = GraphCounts::default();
    for (query, count) in [
        ("MATCH (n) RETURN n ORDER BY id(n)", &mut counts.nodes),
        ("MATCH [r] RETURN r ORDER BY id(r)", &mut counts.relationships),
    ] {
        for row in from.query(query, ())? {
            for value in row?.into_values() {
                write_line(out, &value_to_json(&value))?;
                *count += 1;
            }
        }
    }
    out.flush()?;
    Ok(counts)
}

fn write_line(out: &mut impl Write, json: &Json) -> io::Result<()> {
    serde_json::to_writer(&mut *out, json)?;
    out.write_all(b"\n")
}

/// Adds a graph to a transaction: its elements, and the indexes and constraints that are not there yet.
///
/// # Errors
///
/// [`GraphError::Line`] for what is no element, an id that stands for two, an end that stands nowhere, and what breaks
/// a constraint;
/// [`GraphError::Io`] if `from` fails. What was added until then is in the transaction: drop it, or call
/// [`WriteTransaction::load_jsonl`].
pub fn read_graph(into: &mut WriteTransaction, from: &mut impl BufRead) -> Result<GraphCounts, GraphError> {
    let mut reader = GraphReader { into, ids: HashMap::new(), waiting: HashMap::new(), counts: GraphCounts::default() };
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let mut limited = io::Read::take(&mut *from, MAX_LINE_BYTES + 1);
        if limited.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        if text.len() as u64 > MAX_LINE_BYTES {
            return Err(GraphError::Line { line, message: format!("longer than {MAX_LINE_BYTES} bytes") });
        }
        let text = if line == 1 { text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text) } else { &text };
        reader.line(text, line)?;
    }
    reader.finish()
}

struct GraphReader<'t> {
    into: &'t mut WriteTransaction,
    ids: HashMap<FileId, ElementId>,
    /// Relationships by an end that has not been read yet.
    waiting: HashMap<FileId, Vec<Waiting>>,
    counts: GraphCounts,
}

struct Waiting {
    line: u64,
    rel: Rel,
}

impl GraphReader<'_> {
    fn line(&mut self, text: &[u8], line: u64) -> Result<(), GraphError> {
        let added = match read_line(text) {
            Ok(None) => return Ok(()),
            Ok(Some(Found::Node(node))) => self.node(node),
            Ok(Some(Found::Rel(rel))) => return self.draw_all(Waiting { line, rel }),
            Ok(Some(Found::Rule(rule))) => self.rule(&rule).map(|()| Vec::new()),
            Err(message) => Err(message),
        };
        let ready = added.map_err(|message| GraphError::Line { line, message })?;
        ready.into_iter().try_for_each(|waiting| self.draw_all(waiting))
    }

    /// Makes a rule, unless the graph has one already that does for it.
    fn rule(&mut self, rule: &Rule) -> Result<(), String> {
        let known = rules(|list| self.into.query(list, ())).map_err(|error| error.to_string())?;
        if !known.iter().any(|known| known.does_for(rule)) {
            self.into.query(rule.statement(), ()).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn node(&mut self, node: Node) -> Result<Vec<Waiting>, String> {
        let created = self.into.create_node(node.labels, node.properties).map_err(|error| error.to_string())?;
        self.counts.nodes += 1;
        self.name(node.id, created)
    }

    /// Draws a relationship if its ends are there, and then those that waited for it, and so on.
    fn draw_all(&mut self, first: Waiting) -> Result<(), GraphError> {
        let mut open = vec![first];
        while let Some(Waiting { line, rel }) = open.pop() {
            match self.missing(&rel) {
                Some(id) => self.waiting.entry(id.clone()).or_default().push(Waiting { line, rel }),
                None => open.extend(self.draw(rel).map_err(|message| GraphError::Line { line, message })?),
            }
        }
        Ok(())
    }

    fn draw(&mut self, rel: Rel) -> Result<Vec<Waiting>, String> {
        let (start, end) = (self.ids[&rel.start], self.ids[&rel.end]);
        let drawn = if rel.quoted {
            self.into.create_quoted(start, &rel.type_name, end, rel.properties)
        } else {
            self.into.create_relationship(start, &rel.type_name, end, rel.properties)
        };
        self.counts.relationships += 1;
        self.name(rel.id, drawn.map_err(|error| error.to_string())?)
    }

    /// Notes what stands for an element, and gives the relationships that waited for it.
    fn name(&mut self, id: Option<FileId>, element: ElementId) -> Result<Vec<Waiting>, String> {
        let Some(id) = id else { return Ok(Vec::new()) };
        if self.ids.contains_key(&id) {
            return Err(format!("the id {id} stands for two elements"));
        }
        let ready = self.waiting.remove(&id).unwrap_or_default();
        self.ids.insert(id, element);
        Ok(ready)
    }

    fn missing<'r>(&self, rel: &'r Rel) -> Option<&'r FileId> {
        [&rel.start, &rel.end].into_iter().find(|id| !self.ids.contains_key(id))
    }

    fn finish(self) -> Result<GraphCounts, GraphError> {
        let waiting =
            self.waiting.into_iter().flat_map(|(id, waiting)| waiting.into_iter().map(move |w| (w.line, id.clone())));
        match waiting.min_by_key(|(line, _)| *line) {
            None => Ok(self.counts),
            Some((line, id)) => Err(GraphError::Line { line, message: format!("no element has the id {id}") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::Database;

    fn load(text: &[u8]) -> Result<(Database, GraphCounts), String> {
        let db = Database::in_memory();
        let mut transaction = db.write().unwrap();
        let counts = read_graph(&mut transaction, &mut &*text).map_err(|error| error.to_string())?;
        transaction.commit().unwrap();
        Ok((db, counts))
    }

    fn saved(db: &Database) -> String {
        let mut out = Vec::new();
        write_graph(&db.read(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_graph_comes_back_as_it_was_written() {
        let db = Database::in_memory();
        db.run(
            "CREATE (a:A:B {x: 1, d: date('2020-01-01'), e: edtf('2019?'), f: 0.5, l: [1, 2]})-[:T {w: 'Пётр'}]->(b:C);
             MATCH (a:A), (b:C) CREATE (b)-[:SAYS]->[(a)-[:Q {n: 1}]->(b)];
             MATCH [q:Q], (a:A) CREATE (a)-[:DENIES]->[q]; MATCH [d:DENIES], (b:C) CREATE (b)-[:NOTES]->[d]",
        )
        .unwrap();
        let text = saved(&db);
        let (again, counts) = load(text.as_bytes()).unwrap();
        assert_eq!(counts.to_string(), "2 nodes, 5 relationships");
        assert_eq!(saved(&again), text);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.reverse();
        let (turned, _) = load(lines.join("\n").as_bytes()).unwrap();
        for db in [&db, &again, &turned] {
            let query = "MATCH (b)-[:NOTES]->[(a)-[:DENIES]->[(a)-[q:Q]->(b)]] RETURN a.x, q.n, asserted(q), a.e";
            crate::assert_rows!(db, query, "a.x | q.n | asserted(q) | a.e\n 1 | 1 | false | edtf('2019?')");
        }
    }

    #[test]
    fn what_is_written_by_hand_may_leave_things_out() {
        let text = "{\"start\":\"a\",\"type\":\"T\",\"end\":\"a\"}\n\n{\"id\":\"a\"}\n{\"labels\":[\"B\"]}";
        let (db, counts) = load(text.as_bytes()).unwrap();
        assert_eq!(counts, GraphCounts { nodes: 2, relationships: 1 });
        assert_eq!(db.query("MATCH (n)-[t:T]->(n) RETURN count(t)", ()).unwrap().single::<i64>().unwrap(), 1);
    }

    #[test]
    fn a_fault_names_its_line() {
        let faults: &[(&[u8], &str)] = &[
            (b"{\"id\": 1}\n[1]", "line 2: an element is an object"),
            (b"{\"id\": 1}\n{\"id\": 1}", "line 2: the id 1 stands for two elements"),
            (
                b"{\"id\": 2}\n{\"start\": 1, \"end\": \"x\", \"type\": \"T\"}\n{\"id\": 1}",
                "line 2: no element has the id `x`",
            ),
            (b"{\"start\": 1, \"end\": 1}", "line 1: `type` must be the name of a relationship type"),
            (
                b"{\"start\": 1, \"end\": 1, \"type\": \"T\", \"state\": 3}",
                "line 1: `state` must be `asserted` or `quoted`",
            ),
            (b"{\"start\": 1, \"type\": \"T\"}", "line 1: a relationship has a `end`"),
            (b"{\"id\": -1}", "line 1: `id` must be a whole number from 0 or a string"),
            (b"{\"labels\": 3}", "line 1: `labels` must be a list of strings"),
            (
                b"{\"properties\": {\"a\": {\"$type\": \"date\", \"value\": \"x\"}}}",
                "line 1: property `a`: `x` is no date",
            ),
            (
                b"{\"properties\": {\"a\": [18446744073709551616]}}",
                "line 1: 18446744073709551616 does not fit a 64-bit integer",
            ),
            (
                b"{\"properties\": {\"a\": 9223372036854775808}}",
                "line 1: property `a`: 9223372036854775808 does not fit a 64-bit integer",
            ),
            (b"{\"$type\": \"path\"}", "line 1: `$type` must be `node`, `relationship`, `index` or `constraint`"),
            (b"\n{\"a\": \xff}", "line 2: invalid utf-8 sequence"),
            (b"{\"id\": 1", "line 1: EOF while parsing an object, at column 8"),
        ];
        for (text, message) in faults {
            let fault = load(text).map(|_| ()).unwrap_err();
            assert!(fault.starts_with(message), "{fault}");
        }
    }

    /// A graph that was saved and opened again took what its constraints had refused.
    #[test]
    fn indexes_and_constraints_come_back_as_they_were_written() {
        let db = Database::from_script(
            "CREATE INDEX seen FOR ()-[r:SEEN]-() ON (r.`odd key`, r.on); CREATE INDEX by_code FOR (n:A) ON (n.code);
             CREATE CONSTRAINT one_code FOR (n:A) REQUIRE n.code IS UNIQUE;
             CREATE CONSTRAINT named FOR (n:`B b`) REQUIRE n.name IS NOT NULL;
             CREATE CONSTRAINT pair FOR ()-[r:PAIR]-() REQUIRE (r.x, r.y) IS RELATIONSHIP KEY;
             CREATE (:A {code: 1})-[:PAIR {x: 1, y: 2}]->(:`B b` {name: 'b'})",
        )
        .unwrap();
        let text = saved(&db);
        let rules: Vec<&str> = text.lines().take_while(|line| !line.contains("\"node\"")).collect();
        assert_eq!(rules.len(), 5, "{text}");
        let (again, _) = load(text.as_bytes()).unwrap();
        assert_eq!(saved(&again), text);
        assert_eq!(again.query("SHOW INDEXES", ()).unwrap().count(), 3);
        for wrong in ["CREATE (:A {code: 1})", "CREATE (:`B b`)", "CREATE ()-[:PAIR {x: 1, y: 2}]->()"] {
            assert!(again.query(wrong, ()).is_err(), "{wrong}");
        }
        again.load_jsonl(rules.join("\n").as_bytes()).expect("what is there already is no fault");
        assert_eq!(saved(&again), text);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.reverse();
        assert_eq!(load(lines.join("\n").as_bytes()).unwrap().0.query("SHOW CONSTRAINTS", ()).unwrap().count(), 3);
    }

    #[test]
    fn what_breaks_a_constraint_of_the_file_is_refused_with_its_line() {
        let unique = r#"{"$type":"constraint","kind":"UNIQUE","name":"c","entity":"NODE","on":"A","properties":["x"]}"#;
        let node = r#"{"labels":["A"],"properties":{"x":1}}"#;
        let fault = |text: &str| load(text.as_bytes()).map(|_| ()).unwrap_err();
        assert!(fault(&format!("{unique}\n{node}\n{node}")).starts_with("line 3: "));
        assert!(fault(&format!("{node}\n{node}\n{unique}")).starts_with("line 3: "));
        assert!(fault(&format!("{unique}\n{}", unique.replace("UNIQUE", "KEY"))).contains("`c` already"));
        for (from, to, message) in [
            ("UNIQUE", "ODD", "line 1: `kind` must be"),
            ("NODE", "EDGE", "line 1: `entity` must be"),
            ("[\"x\"]", "[]", "line 1: `properties` must be a list of property keys"),
            ("\"on\"", "\"no\"", "line 1: a constraint has no member `no`; did you mean `on`?"),
            (",\"on\":\"A\"", "", "line 1: `on` must be a text"),
        ] {
            let fault = fault(&unique.replace(from, to));
            assert!(fault.starts_with(message), "{fault}");
        }
    }

    #[test]
    fn a_byte_order_mark_at_the_head_does_not_count() {
        assert_eq!(load("\u{feff}{\"id\":1}\n".as_bytes()).unwrap().1.nodes, 1);
        assert!(load("{\"id\":1}\n\u{feff}{\"id\":2}\n".as_bytes()).is_err());
    }

    /// All of these were loaded, without what they say.
    #[test]
    fn nothing_that_a_line_says_is_passed_over() {
        let faults = [
            ("{}", "an element says something of itself; a node without anything is {\"$type\":\"node\"}"),
            (r#"{"name": "Ada"}"#, "a node has no member `name`; it has `$type`, `id`, `labels`, `properties`"),
            (r#"{"id": 1, "lables": ["A"]}"#, "a node has no member `lables`; did you mean `labels`?"),
            (r#"{"strat": 1, "end": 1, "type": "T"}"#, "a relationship has no member `strat`; did you mean `start`?"),
            (r#"{"$type": "node", "state": "quoted"}"#, "a node has no member `state`; it has "),
            (r#"{"id": 1, "labels": ["A"], "labels": ["B"]}"#, "the member `labels` is there twice, at column 35"),
            (r#"{"id": 1, "properties": {"a": 1, "a": 2}}"#, "the member `a` is there twice, at column 36"),
            (
                r#"{"properties": {"a": {"$type": "date", "value": "2020-01-01", "circa": true}}}"#,
                "property `a`: a value of `$type` date has no member `circa`; it has `$type`, `value`",
            ),
        ];
        for (text, message) in faults {
            let fault = load(format!("{{\"id\": 9}}\n{text}\n").as_bytes()).map(|_| ()).unwrap_err();
            assert!(fault.starts_with(&format!("line 2: {message}")), "{fault}");
        }
    }

    #[test]
    fn a_chain_that_waits_for_its_end_is_drawn_in_one_go() {
        let mut text = String::new();
        for id in (1..20_000).rev() {
            let end = id - 1;
            writeln!(text, "{{\"id\":{id},\"start\":0,\"type\":\"T\",\"end\":{end}}}").unwrap();
        }
        text.push_str("{\"id\":0}");
        assert_eq!(load(text.as_bytes()).unwrap().1, GraphCounts { nodes: 1, relationships: 19_999 });
    }
}
