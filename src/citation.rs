//! Where something is read, as typed values.

use crate::error::Error;
use crate::params::Params;
use crate::transaction::ReadTransaction;
use crate::value::{ElementId, Node, Relationship, Value};

/// One citation of a node or relationship: the paragraph that supports it, or the source itself.
///
/// What counts as one is a matter of the database's vocabulary of provenance (`SHOW SETTINGS`): with the usual one, an
/// asserted `SUPPORTS` from a `Source`, or from a `Paragraph` that is `OF` a `Source`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Citation {
    /// The citing relationship, with its properties.
    pub relationship: Relationship,
    /// The paragraph; `None` where the source cites without one.
    pub paragraph: Option<Node>,
    /// The source.
    pub source: Node,
}

/// Whether the graph says a relationship, or somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The graph says it: plain patterns, paths and counts see it.
    Asserted,
    /// Somebody says it: only brackets see it.
    Quoted,
}

impl Citation {
    /// How sure the reading is, as `stated`, `hedged`, `inferred` or `garbled` in the built-in fixtures.
    pub fn certainty(&self) -> Option<&str> {
        self.text("certainty")
    }

    /// Who says so, innermost first; empty if it is not told.
    pub fn voice(&self) -> Vec<&str> {
        match self.relationship.properties().get("voice") {
            Some(Value::List(speakers)) => speakers.iter().filter_map(text_of).collect(),
            Some(Value::String(speaker)) => vec![speaker],
            _ => Vec::new(),
        }
    }

    /// The name or word as it is printed there, where it differs.
    pub fn printed(&self) -> Option<&str> {
        self.text("printed")
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.relationship.properties().get(key).and_then(text_of)
    }
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

impl Relationship {
    /// Asserted or quoted.
    pub fn state(&self) -> State {
        if self.is_asserted() { State::Asserted } else { State::Quoted }
    }
}

impl ReadTransaction {
    /// The citations of a node or relationship, in the order in which they were made; none if it is not cited, or not
    /// there.
    ///
    /// ```
    /// use averment::{Database, Relationship, State, fixtures};
    /// # fn main() -> Result<(), averment::Error> {
    /// let db = Database::in_memory();
    /// fixtures::load(&db, "2019-10-entity-list-28")?;
    /// let read = db.read();
    /// let targets: Relationship =
    ///     read.query("MATCH (:Action)-[t:TARGETS]->(:Company {name: 'SenseTime'}) RETURN t", ())?.single()?;
    /// let citations = read.citations(targets.id())?;
    /// assert_eq!(targets.state(), State::Asserted);
    /// assert_eq!(citations[0].certainty(), Some("stated"));
    /// assert_eq!(citations[0].voice(), ["US Federal Register", "article"]);
    /// assert_eq!(citations[0].source.properties()["id"].to_string(), "S003");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) if the limits of the handle do not allow it.
    pub fn citations(&self, element: ElementId) -> Result<Vec<Citation>, Error> {
        let cited = if self.graph().rel_slot(element).is_some() { "[x]" } else { "(x)" };
        let statement = format!(
            "MATCH {cited} WHERE id(x) = $element UNWIND citations(x) AS c RETURN c.citation AS citation, c.paragraph AS \
             paragraph, c.source AS source"
        );
        let id = i64::try_from(element.0).unwrap_or(i64::MAX);
        let rows = self.query(statement, Params::from_iter([("element", id)]))?.into_vec()?;
        let citation = |(relationship, paragraph, source)| Citation { relationship, paragraph, source };
        Ok(rows.into_iter().map(citation).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::Database;

    use super::*;

    #[test]
    fn only_what_comes_from_a_source_is_a_citation() {
        let db = Database::from_script(
            "CREATE (s:Source {id: 'S'}), (p:Paragraph {id: 'p'})-[:OF]->(s), (stray:Paragraph {id: 'stray'}), (a:A)-[t:T]->(b:B),
                    (p)-[:SUPPORTS {voice: 'article', printed: 'Aye'}]->(a), (s)-[:SUPPORTS]->(a), (stray)-[:SUPPORTS]->(a), (b)-[:SUPPORTS]->(a),
                    (p)-[:SUPPORTS {certainty: 'hedged'}]->[t], (b)-[:SAYS]->[(p)-[:SUPPORTS]->(b)]",
        )
        .unwrap();
        let read = db.read();
        let ids =
            |label: &str| read.query(format!("MATCH (n:{label}) RETURN n"), ()).unwrap().single::<Node>().unwrap();
        let of_a = read.citations(ids("A").id()).unwrap();
        assert_eq!(of_a.len(), 2);
        assert_eq!((of_a[0].voice(), of_a[0].printed()), (vec!["article"], Some("Aye")));
        assert!(of_a[0].paragraph.is_some() && of_a[1].paragraph.is_none());
        let rel: Relationship = read.query("MATCH ()-[t:T]->() RETURN t", ()).unwrap().single().unwrap();
        assert_eq!(read.citations(rel.id()).unwrap()[0].certainty(), Some("hedged"));
        // What is only quoted supports nothing.
        assert!(read.citations(ids("B").id()).unwrap().is_empty());
        assert!(read.citations(ElementId(u64::MAX)).unwrap().is_empty());
    }
}
