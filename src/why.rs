//! What a row of an answer rests on, as typed values and as people read it.

use crate::citation::{Citation, State};
use crate::row::FromValue;
use crate::value::{Element, ElementId, List, Map, Name, Node, Relationship, Value, compare};

/// What a row of a statement with `WHY` rests on: [`Row::why`](crate::Row::why).
#[derive(Clone, Debug)]
pub struct Why {
    elements: Vec<Because>,
    absent: Vec<Absent>,
    truncated: Option<u64>,
}

/// A node or relationship that a row rests on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Because {
    /// The element; `None` where a procedure does not say what its rows rest on.
    pub element: Option<Element>,
    /// What supports it, in the order in which it was cited.
    pub citations: Vec<Citation>,
    /// By what it passed under the clocks of its pattern.
    pub clocks: Vec<Passed>,
    /// What is to be said in place of an element.
    pub note: Option<String>,
}

/// A clock, and by what of an element it let that pass.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Passed {
    /// `VALID AT`, `KNOWN AT`, either with `POSSIBLY` before it, or `REQUIRE SOURCES`.
    pub clock: String,
    /// The value of its operand.
    pub at: Value,
    /// Of `KNOWN AT`, the day from which the element is certainly known (with `POSSIBLY`, possibly), if there is one; of
    /// `REQUIRE SOURCES` how many sources stand behind it, those of its relationships with a node too; null for evidence,
    /// which needs none.
    pub by: Value,
    /// Of `VALID AT`, from when it is so; null: always, or another clock.
    pub from: Value,
    /// Of `VALID AT`, until when it is so; null: open, or another clock.
    pub to: Value,
}

/// A form that nothing had. That nothing was found is no evidence that there is nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Absent {
    /// The form, as the statement writes it, without clocks.
    pub pattern: String,
    /// The elements at which it was looked for.
    pub bound: Vec<Element>,
    /// The clocks under which it was looked for.
    pub clocks: Vec<Passed>,
    /// How many were looked at that have the relationships of the pattern, whatever else it asks and whatever its clocks
    /// hide; `None` if it hangs at nothing.
    pub looked_at: Option<u64>,
}

impl Because {
    /// Asserted or quoted; nodes are neither.
    pub fn state(&self) -> Option<State> {
        match &self.element {
            Some(Element::Relationship(rel)) => Some(rel.state()),
            Some(Element::Node(_)) | None => None,
        }
    }

    /// Whether it is a relationship that begins or ends there.
    fn is_about(&self, id: ElementId) -> bool {
        match &self.element {
            Some(Element::Relationship(rel)) => rel.start() == Some(id) || rel.end() == Some(id),
            Some(Element::Node(_)) | None => false,
        }
    }

    fn has_passed(&self, clocks: &[Passed]) -> bool {
        clocks.iter().all(|clock| self.clocks.iter().any(|passed| passed.is_same_clock(clock)))
    }
}

impl Passed {
    fn asks_for_evidence(&self) -> bool {
        !self.clock.ends_with("VALID AT")
    }

    fn is_same_clock(&self, other: &Self) -> bool {
        self.clock == other.clock && compare::order(&self.at, &other.at).is_eq()
    }

    /// Whether it tells since when or until when something is so.
    fn has_times(&self) -> bool {
        !matches!((&self.from, &self.to), (Value::Null, Value::Null))
    }
}

impl Why {
    pub(crate) const COLUMN: &str = "why";

    /// What the row rests on, in the order in which the statement names it.
    pub fn elements(&self) -> &[Because] {
        &self.elements
    }

    /// What the row rests on not being there.
    pub fn absent(&self) -> &[Absent] {
        &self.absent
    }

    /// How many elements and absent forms there are, if not all are told
    /// ([`Limits::max_witnesses`](crate::Limits::max_witnesses)).
    pub fn truncated(&self) -> Option<u64> {
        self.truncated
    }

    /// The reasons as people read them, a line each: relationships, and nodes that are the end of none or pass a
    /// clock by themselves, with citations; then what was not found.
    pub fn argument(&self) -> Vec<String> {
        self.argument_with(|lines| lines)
    }

    /// As [`Why::argument`], with no more than `most` lines of what there is and as many of what there is not. Behind them
    /// it says how many are left out, and `help`.
    pub fn brief_argument(&self, most: usize, help: &str) -> Vec<String> {
        self.argument_with(|mut lines| {
            if let Some(left_out @ 1..) = lines.len().checked_sub(most) {
                lines.truncate(most);
                lines.push(format!("... and {left_out} more ({help})"));
            }
            lines
        })
    }

    fn argument_with(&self, shorten: impl Fn(Vec<String>) -> Vec<String>) -> Vec<String> {
        let mut lines = shorten(self.elements.iter().filter_map(|because| self.because(because)).collect());
        lines.extend(shorten(self.absent.iter().map(|absent| self.although(absent)).collect()));
        lines.extend(self.truncated.map(|count| format!("and so on, {count} in all")));
        lines
    }

    fn because(&self, because: &Because) -> Option<String> {
        let Some(element) = &because.element else { return because.note.clone() };
        if self.is_told_with_another(because, element) {
            return None;
        }
        let reason = self.shown(element);
        let said = [format!("because {reason}{}", cited(&because.citations))];
        let clocks = because.clocks.iter().map(Passed::to_string);
        Some(said.into_iter().chain(clocks).collect::<Vec<_>>().join(", "))
    }

    fn although(&self, absent: &Absent) -> String {
        let mut said = format!("although nothing of the form {}", absent.pattern);
        let bound: Vec<String> = absent.bound.iter().map(|element| self.place(element)).collect();
        if let Some((last, before)) = bound.split_last() {
            let and = if before.is_empty() { "" } else { " and " };
            said.extend([" at ", before.join(", ").as_str(), and, last.as_str()]);
        }
        said.extend(absent.looked_at.map(|count| format!(" among {count} looked at")));
        said.extend(absent.clocks.iter().map(|clock| format!(", {} {}", clock.clock, clock.at)));
        said
    }

    /// An element that is told elsewhere, in short.
    fn place(&self, element: &Element) -> String {
        match element {
            Element::Node(node) => called(node, node.short_name()),
            Element::Relationship(_) => self.shown(element),
        }
    }

    fn shown(&self, element: &Element) -> String {
        match element {
            Element::Node(node) => shown_node(node),
            Element::Relationship(rel) if rel.state() == State::Quoted => format!("[{}]", self.arrow(rel, 0)),
            Element::Relationship(rel) => self.arrow(rel, 0),
        }
    }

    /// Whether a relationship of which an element is the end tells all that the row needs of it: that has passed the same
    /// clocks, and the element passes none by itself.
    fn is_told_with_another(&self, because: &Because, element: &Element) -> bool {
        let is_cited = !because.citations.is_empty();
        let passes_by_itself = match element {
            Element::Node(_) => is_cited && because.clocks.iter().any(Passed::asks_for_evidence),
            Element::Relationship(_) => is_cited,
        };
        let is_told = !passes_by_itself && !because.clocks.iter().any(Passed::has_times);
        is_told && self.elements.iter().any(|other| other.is_about(element.id()) && other.has_passed(&because.clocks))
    }

    fn arrow(&self, rel: &Relationship, depth: usize) -> String {
        let (start, end) = (self.end(rel.start_element(), depth), self.end(rel.end_element(), depth));
        format!("{start}-[{}]->{end}", shown_rel(rel))
    }

    /// An end of a relationship, which knows it by its id alone.
    fn end(&self, end: Option<&Element>, depth: usize) -> String {
        let Some(id) = end.map(Element::id) else { return "()".to_owned() };
        let known = self.elements.iter().filter_map(|because| because.element.as_ref()).find(|known| known.id() == id);
        match known {
            Some(Element::Node(node)) => shown_node(node),
            Some(Element::Relationship(rel)) if depth < MAX_DEPTH => format!("[{}]", self.arrow(rel, depth + 1)),
            Some(Element::Relationship(_)) => "[...]".to_owned(),
            None => format!("({id})"),
        }
    }
}

/// How deep relationships about relationships are written out.
const MAX_DEPTH: usize = 8;

/// So many citations are written out in a line.
const SHOWN_CITATIONS: usize = 3;

impl std::fmt::Display for Passed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: ", self.clock, self.at)?;
        match (&self.by, &self.from, &self.to) {
            (Value::Null, Value::Null, Value::Null) if self.clock.ends_with("VALID AT") => write!(f, "always"),
            (Value::Null, Value::Null, Value::Null) if self.clock.ends_with("KNOWN AT") => {
                write!(f, "by no certain day")
            }
            (Value::Null, Value::Null, Value::Null) => write!(f, "as evidence"),
            (Value::Null, Value::Null, to) => write!(f, "until {to}"),
            (Value::Null, from, Value::Null) => write!(f, "from {from}"),
            (Value::Null, from, to) => write!(f, "from {from} until {to}"),
            (by, ..) => write!(f, "by {by}"),
        }
    }
}

/// Labels, and the name or id by which people know the node, or else what it has.
fn shown_node(node: &Node) -> String {
    called(node, node.names().next())
}

fn called(node: &Node, name: Option<(&Name, &Value)>) -> String {
    let labels: String = node.labels().iter().flat_map(|label| [":", label.as_str()]).collect();
    match name {
        Some((_, name)) if labels.is_empty() => format!("({name})"),
        Some((_, name)) => format!("({labels} {name})"),
        None => node.in_full().unwrap_or_else(|| format!("({labels})")),
    }
}

/// What is said of a relationship is written out if it is not longer.
const LONGEST_REL: usize = 80;

/// The type and the properties, if these are not long. Whether it is quoted is told by the brackets around it.
fn shown_rel(rel: &Relationship) -> String {
    let whole = rel.to_string();
    let inside = whole.trim_start_matches('[').trim_end_matches(']').trim_end_matches(" quoted");
    match inside.chars().count() {
        0..=LONGEST_REL => inside.to_owned(),
        _ => format!(":{} {{...}}", rel.rel_type()),
    }
}

fn cited(citations: &[Citation]) -> String {
    let mut shown: Vec<String> = citations.iter().take(SHOWN_CITATIONS).map(shown_citation).collect();
    if citations.len() > SHOWN_CITATIONS {
        shown.push(format!("and {} more", citations.len() - SHOWN_CITATIONS));
    }
    if shown.is_empty() { String::new() } else { format!(" [{}]", shown.join("; ")) }
}

/// Where it is read (by its id, if that is a name here), how surely, by whose voice, and as printed there.
fn shown_citation(citation: &Citation) -> String {
    let place = citation.paragraph.as_ref().unwrap_or(&citation.source);
    let mut parts = vec![match place.names().find(|(key, _)| key.as_str() == "id") {
        Some((_, id)) => id.to_string(),
        None => shown_node(place),
    }];
    parts.extend(citation.certainty().map(str::to_owned));
    parts.extend(citation.voice().into_iter().map(str::to_owned));
    parts.extend(citation.printed().map(|printed| format!("\"{printed}\"")));
    parts.join(", ")
}

impl FromValue for Why {
    const NAME: &'static str = "what a row rests on";

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Map(map) = value else { return None };
        Some(Self {
            elements: list(map, "elements")?.iter().map(because_of).collect::<Option<_>>()?,
            absent: list(map, "absent")?.iter().map(absent_of).collect::<Option<_>>()?,
            truncated: Option::from_value(map.get("truncated")?)?,
        })
    }
}

fn because_of(value: &Value) -> Option<Because> {
    let Value::Map(map) = value else { return None };
    let citations = match map.get("citations") {
        Some(Value::List(citations)) => citations.iter().map(citation_of).collect::<Option<_>>()?,
        _ => Vec::new(),
    };
    let note = match map.get("note") {
        Some(Value::String(note)) => Some(note.to_string()),
        _ => None,
    };
    let clocks = clocks_of(map);
    Some(Because { element: Option::from_value(map.get("element")?)?, citations, clocks, note })
}

fn citation_of(value: &Value) -> Option<Citation> {
    let Value::Map(map) = value else { return None };
    Some(Citation {
        relationship: Relationship::from_value(map.get("citation")?)?,
        paragraph: Option::from_value(map.get("paragraph")?)?,
        source: Node::from_value(map.get("source")?)?,
    })
}

fn absent_of(value: &Value) -> Option<Absent> {
    let Value::Map(map) = value else { return None };
    Some(Absent {
        pattern: String::from_value(map.get("pattern")?)?,
        bound: list(map, "bound")?.iter().filter_map(Element::from_value).collect(),
        clocks: clocks_of(map),
        looked_at: Option::from_value(map.get("looked_at")?)?,
    })
}

fn clocks_of(map: &Map) -> Vec<Passed> {
    let clocks = list(map, "clocks").into_iter().flat_map(|clocks| clocks.iter());
    clocks.filter_map(passed_of).collect()
}

fn passed_of(value: &Value) -> Option<Passed> {
    let Value::Map(map) = value else { return None };
    let told = |key: &str| map.get(key).cloned().unwrap_or_default();
    Some(Passed {
        clock: String::from_value(map.get("clock")?)?,
        at: told("at"),
        by: told("by"),
        from: told("from"),
        to: told("to"),
    })
}

fn list<'m>(map: &'m Map, key: &str) -> Option<&'m List> {
    match map.get(key)? {
        Value::List(items) => Some(items),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    const CITED: &str = "CREATE (s:Source {id: 'S1'}), (p:Paragraph {id: 'S1p2'})-[:OF]->(s), (a:A)-[t:T]->(:B),
        (p)-[:SUPPORTS {certainty: 'hedged', voice: 'article'}]->(a), (s)-[:SUPPORTS]->[t]";

    #[track_caller]
    fn why(script: &str, query: &str) -> Why {
        let db = Database::from_script(script).unwrap();
        db.query(query, ()).unwrap().next().unwrap().unwrap().why().unwrap()
    }

    #[track_caller]
    fn check_text(script: &str, query: &str, expected: &str) {
        let db = Database::from_script(script).unwrap();
        let row = db.query(query, ()).unwrap().next().unwrap().unwrap();
        assert_eq!(row.values().last().unwrap().to_string(), expected);
    }

    #[test]
    fn each_element_comes_with_its_state_and_its_citations() {
        let why = why(CITED, "WHY MATCH (a:A)-[t]->(b) RETURN 1 AS one");
        let told: Vec<String> = why.elements().iter().map(|because| format!("{:?}", because.state())).collect();
        assert_eq!(told, ["None", "Some(Asserted)", "None"]);
        let [a, t, b] = why.elements() else { panic!("three elements") };
        assert_eq!((a.citations[0].certainty(), a.citations[0].voice()), (Some("hedged"), vec!["article"]));
        assert!(a.citations[0].paragraph.is_some() && t.citations[0].paragraph.is_none() && b.citations.is_empty());
        assert!(why.absent().is_empty() && why.truncated().is_none());
    }

    #[test]
    fn the_column_is_a_map() {
        check_text(
            CITED,
            "WHY MATCH (b:B) WHERE NOT (b)-->() RETURN 1 AS one",
            "{absent: [{bound: [(:B)], clocks: [], looked_at: 0, pattern: '(b)-->()'}], \
             elements: [{citations: [], clocks: [], element: (:B), state: null}], truncated: null}",
        );
        check_text(
            CITED,
            "WHY MATCH (a:A) RETURN 1 AS one",
            "{absent: [], elements: [{citations: [{certainty: 'hedged', \
             citation: [:SUPPORTS {certainty: 'hedged', voice: 'article'}], paragraph: (:Paragraph {id: 'S1p2'}), \
             printed: null, source: (:Source {id: 'S1'}), voice: 'article'}], clocks: [], element: (:A), state: null}], \
             truncated: null}",
        );
    }

    #[test]
    fn of_too_many_elements_the_number_is_told() {
        let why = why("UNWIND range(1, 1200) AS x CREATE (:A {id: x})", "WHY MATCH (a:A) RETURN count(*)");
        assert_eq!((why.elements().len(), why.truncated()), (1_000, Some(1_200)));
        assert_eq!(why.argument().last().unwrap(), "and so on, 1200 in all");
    }

    #[test]
    fn a_column_of_this_name_that_is_something_else_explains_nothing() {
        let row = Database::in_memory().query("RETURN 1 AS why", ()).unwrap().next().unwrap().unwrap();
        assert!(row.why().is_none());
    }
}
