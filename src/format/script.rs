//! Whole graphs as a script of statements, for other databases and for people: what elements are, and not when and by whom
//! they were recorded.

use std::io::{self, Write};

use super::rule::rules;
use super::{GraphCounts, GraphError};
use crate::editing::{escaped_name, is_keyword};
use crate::{Element, ElementId, Name, Node, ReadTransaction, Relationship, Value};

/// What a script cannot say.
const LOST: &str = "\
// A script does not keep ids, the commits and the times at which elements were recorded, how many commits are kept, and
// labels, types and keys that nothing has any more. JSON Lines do: averment dump --format jsonl, averment restore.
";

/// Writes a script that makes the graph on an empty database, in one transaction: what
/// [`Database::run`](crate::Database::run) runs.
///
/// As long as the script runs, elements that others have for ends carry a label and a key by which they are found. Lists
/// that are nested deeper than a statement can say are written all the same.
///
/// ```
/// use averment::{Database, format::write_script};
/// # fn main() -> Result<(), averment::format::GraphError> {
/// let db = Database::from_script("CREATE (:Company {name: 'SenseTime', since: edtf('2014?')})")?;
/// let mut script = Vec::new();
/// write_script(&db.read(), &mut script)?;
/// let script = String::from_utf8_lossy(&script);
/// assert!(script.ends_with("CREATE (:Company {name: 'SenseTime', since: edtf('2014?')});\n"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails.
pub fn write_script(from: &ReadTransaction, out: &mut impl Write) -> Result<GraphCounts, GraphError> {
    let mut script = Script { from, out, mark: mark(from), marks_nodes: false, marked_types: Vec::new() };
    script.head()?;
    let mut counts = GraphCounts::default();
    for element in from.elements() {
        match element?.0 {
            Element::Node(node) => {
                counts.nodes += 1;
                script.node(&node)?;
            }
            Element::Relationship(rel) => {
                counts.relationships += 1;
                script.rel(&rel)?;
            }
        }
    }
    script.remove_marks()?;
    for rule in rules(|list| from.query(list, ()))? {
        writeln!(script.out, "{};", rule.statement())?;
    }
    script.out.flush()?;
    Ok(counts)
}

/// A name that nothing in the graph has.
fn mark(from: &ReadTransaction) -> String {
    let mut mark = "_dump".to_owned();
    while from.has_name(&mark) {
        mark.push('_');
    }
    mark
}

struct Script<'o, W> {
    from: &'o ReadTransaction,
    out: &'o mut W,
    /// The label and the key by which ends are found.
    mark: String,
    marks_nodes: bool,
    /// Of relationships that others have for ends.
    marked_types: Vec<Name>,
}

impl<W: Write> Script<'_, W> {
    fn head(&mut self) -> io::Result<()> {
        let (nodes, rels) = self.from.element_counts();
        let counts = GraphCounts { nodes, relationships: rels };
        writeln!(self.out, "// {counts}, as of commit {}: averment run -d DATABASE FILE", self.from.commit_number())?;
        self.out.write_all(LOST.as_bytes())?;
        let usual = crate::Provenance::default();
        for ((setting, word), (_, usual)) in self.from.provenance().settings().zip(usual.settings()) {
            if word != usual {
                let word = word.replace(char::is_control, " ");
                writeln!(self.out, "// The database has to be made with --provenance '{setting}={word}'.")?;
            }
        }
        Ok(())
    }

    fn node(&mut self, node: &Node) -> io::Result<()> {
        let mut labels: Vec<String> = node.labels().iter().map(|label| name(label)).collect();
        let is_marked = self.from.is_touched(node.id());
        if is_marked {
            let mark = escaped_name(&self.mark);
            if !self.marks_nodes {
                writeln!(self.out, "CREATE INDEX {mark} FOR (n:{mark}) ON (n.{mark});")?;
                self.marks_nodes = true;
            }
            labels.push(mark);
        }
        let labels: String = labels.iter().flat_map(|label| [":", label]).collect();
        let properties = self.properties(node.id(), is_marked, node.properties().iter());
        let blank = if labels.is_empty() || properties.is_empty() { "" } else { " " };
        writeln!(self.out, "CREATE ({labels}{blank}{properties});")
    }

    fn rel(&mut self, rel: &Relationship) -> io::Result<()> {
        let is_marked = self.from.is_touched(rel.id());
        if is_marked && !self.marked_types.iter().any(|marked| marked.as_str() == rel.rel_type()) {
            self.marked_types.push(Name::from(rel.rel_type()));
            let (index, mark) = (escaped_name(&self.index_name(self.marked_types.len())), escaped_name(&self.mark));
            let rel_type = name(rel.rel_type());
            writeln!(self.out, "CREATE INDEX {index} FOR ()-[r:{rel_type}]-() ON (r.{mark});")?;
        }
        let properties = self.properties(rel.id(), is_marked, rel.properties().iter());
        let blank = if properties.is_empty() { "" } else { " " };
        let Some((start, end)) = rel.start_element().zip(rel.end_element()) else { return Ok(()) };
        let [from, to] = [("a", start), ("b", end)].map(|(variable, end)| match end {
            Element::Node(_) => format!("({variable})"),
            Element::Relationship(_) => format!("[{variable}]"),
        });
        let (start, end, rel_type) = (self.end("a", start), self.end("b", end), name(rel.rel_type()));
        let retracted = if rel.is_asserted() { "" } else { " RETRACT r" };
        writeln!(self.out, "MATCH {start}, {end} CREATE {from}-[r:{rel_type}{blank}{properties}]->{to}{retracted};")
    }

    /// The pattern that finds an end.
    fn end(&self, variable: &str, end: &Element) -> String {
        let (mark, id) = (escaped_name(&self.mark), end.id());
        match end {
            Element::Node(_) => format!("({variable}:{mark} {{{mark}: {id}}})"),
            Element::Relationship(rel) => {
                let rel_type =
                    self.from.type_of(rel.id()).map_or_else(String::new, |found| format!(":{}", name(&found)));
                format!("[{variable}{rel_type} {{{mark}: {id}}}]")
            }
        }
    }

    fn properties<'p>(
        &self,
        id: ElementId,
        is_marked: bool,
        properties: impl Iterator<Item = (&'p Name, &'p Value)>,
    ) -> String {
        let mark = is_marked.then(|| format!("{}: {id}", escaped_name(&self.mark)));
        let own = properties.map(|(key, value)| format!("{}: {}", name(key), literal(value)));
        let all: Vec<String> = mark.into_iter().chain(own).collect();
        if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(", ")) }
    }

    fn index_name(&self, number: usize) -> String {
        format!("{}{number}", self.mark)
    }

    fn remove_marks(&mut self) -> io::Result<()> {
        let mark = escaped_name(&self.mark);
        if self.marks_nodes {
            writeln!(self.out, "DROP INDEX {mark};\nMATCH (n:{mark}) REMOVE n:{mark}, n.{mark};")?;
        }
        for (number, rel_type) in (1..).zip(&self.marked_types) {
            let (index, rel_type) = (escaped_name(&self.index_name(number)), name(rel_type));
            writeln!(self.out, "DROP INDEX {index};\nMATCH [r:{rel_type}] REMOVE r.{mark};")?;
        }
        Ok(())
    }
}

/// A name as it stands in a statement.
fn name(name: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_plain = name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.chars().all(is_part);
    if is_plain && !is_keyword(name) { name.to_owned() } else { escaped_name(name) }
}

/// A property as an expression that gives it.
fn literal(value: &Value) -> String {
    match value {
        Value::Float(number) if number.is_nan() => "NaN".to_owned(),
        Value::Float(number) if number.is_infinite() => if *number > 0.0 { "Inf" } else { "-Inf" }.to_owned(),
        Value::Null | Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Date(date) => format!("date('{date}')"),
        Value::LocalTime(time) => format!("localtime('{time}')"),
        Value::Time(time) => format!("time('{time}')"),
        Value::LocalDateTime(time) => format!("localdatetime('{time}')"),
        Value::DateTime(time) => format!("datetime('{time}')"),
        Value::Duration(duration) => format!("duration('{duration}')"),
        Value::Edtf(date) => format!("edtf({})", quoted(&date.to_string())),
        Value::Map(_) | Value::Node(_) | Value::Relationship(_) | Value::Path(_) => {
            unreachable!("no property holds a map or an element")
        }
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\u{2028}' => quoted.push_str("\\u2028"),
            '\u{2029}' => quoted.push_str("\\u2029"),
            letter if letter.is_control() => quoted.extend(format!("\\u{:04x}", u32::from(letter)).chars()),
            letter => quoted.push(letter),
        }
    }
    quoted.push('\'');
    quoted
}
