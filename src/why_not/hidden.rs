//! Which element a clock, or the number of sources, has hidden, and by which value.

use super::condition::{Kind, Subject};
use super::story::Teller;
use super::{Host, show};
use crate::syntax::ast;
use crate::value::{Date, ElementId, Name, Node, Relationship, Value};

/// How elements are held against a lens.
struct Lens {
    text: String,
    parameters: Vec<(Name, Value)>,
}

impl<H: Host> Teller<'_, '_, H> {
    /// The first element of a near row that does not pass, of several under `KNOWN AT` the one that is known last, with
    /// what it has in the place of what is asked.
    pub(super) fn hidden(&mut self, kind: Kind, subject: &Subject, met: &[Value]) -> Result<Option<String>, H::Error> {
        if let Subject::InCall = subject {
            return Ok(Some("what it hides inside a CALL is not looked into".to_owned()));
        }
        let (Subject::Clocked { lens, .. }, Some((Value::List(elements), operands))) = (subject, met.split_first())
        else {
            return Ok(None);
        };
        let (held_against, clock) = (lens_of(lens, operands), clock_of(lens, operands));
        let mut elements = flat(elements.iter());
        elements.sort_by_key(|element| matches!(element, Value::Relationship(_)));
        let (mut hidden, mut last) = (None, None);
        for element in &elements {
            for one in self.with_ends(element)? {
                if self.passes(&one, &held_against)? {
                    continue;
                }
                if kind != Kind::KnownAt || self.passes(&one, &clock)? {
                    let kind = if kind == Kind::KnownAt { Kind::Sources } else { kind };
                    return self.value_of(kind, &one, lens, operands).map(Some);
                }
                let day = self.known_day(&one, lens);
                if hidden.is_none() || day.is_none() || last.is_some_and(|last| day >= Some(last)) {
                    (hidden, last) = (Some(one), day);
                }
            }
        }
        hidden.map(|hidden| self.value_of(kind, &hidden, lens, operands)).transpose()
    }

    /// A relationship behind its ends, by which it may be hidden.
    fn with_ends(&mut self, element: &Value) -> Result<Vec<Value>, H::Error> {
        let Value::Relationship(rel) = element else { return Ok(vec![element.clone()]) };
        let ends = self.ask("MATCH [r] WHERE id(r) = $id RETURN startNode(r), endNode(r)", rel.id().0)?;
        Ok(ends.into_iter().flatten().chain([element.clone()]).collect())
    }

    fn passes(&mut self, element: &Value, lens: &Lens) -> Result<bool, H::Error> {
        let Some((id, pattern)) = pattern_of(element) else { return Ok(true) };
        let text = format!("MATCH {pattern} {} WHERE id(x) = $id RETURN x", lens.text);
        let rows = self.ask_with(&text, id, &lens.parameters)?;
        Ok(!rows.is_empty())
    }

    fn value_of(
        &mut self,
        kind: Kind,
        element: &Value,
        lens: &ast::Lens,
        operands: &[Value],
    ) -> Result<String, H::Error> {
        let shown = self.shown(element)?;
        Ok(match kind {
            Kind::KnownAt => match self.known(element, lens) {
                Some(from) => format!("{shown} is {from}"),
                None => format!("{shown} is not known by then"),
            },
            Kind::Sources => {
                let count = self.source_count(element, lens, operands);
                format!("{shown} has {count} source{}", if count == 1 { "" } else { "s" })
            }
            Kind::ValidAt
            | Kind::Element
            | Kind::Relationship
            | Kind::Hop
            | Kind::Rows
            | Kind::Length
            | Kind::Different
            | Kind::Direction
            | Kind::Type
            | Kind::Label
            | Kind::Property
            | Kind::Filter
            | Kind::State
            | Kind::Limit => match valid_values(element, &self.search.host.time_keys()) {
                values if values.is_empty() => format!("{shown} is hidden"),
                values => format!("{shown} has {values}"),
            },
        })
    }

    /// A node by its name, a relationship between its ends.
    fn shown(&mut self, element: &Value) -> Result<String, H::Error> {
        Ok(match (element, self.with_ends(element)?.as_slice()) {
            (Value::Relationship(_), [start, end, rel]) => {
                show::walk(&Value::from(vec![start.clone(), rel.clone(), end.clone()]))
            }
            _ => show::brief(element),
        })
    }

    /// The day that a clock `KNOWN AT` holds against an element, said in words.
    fn known(&self, element: &Value, lens: &ast::Lens) -> Option<String> {
        let possibly = lens.known.as_ref().is_some_and(|clock| clock.possibly);
        let day = self.known_day(element, lens)?;
        Some(format!("{}known from {}", if possibly { "possibly " } else { "" }, show::value(&day.into())))
    }

    fn known_day(&self, element: &Value, lens: &ast::Lens) -> Option<Date> {
        let possibly = lens.known.as_ref().is_some_and(|clock| clock.possibly);
        self.search.host.known(ElementId(pattern_of(element)?.0), possibly)
    }

    /// How many sources the element has, as far as the clocks beside REQUIRE show them.
    fn source_count(&self, element: &Value, lens: &ast::Lens, operands: &[Value]) -> usize {
        let mut operands = operands.iter();
        let [valid, known] = [&lens.valid, &lens.known]
            .map(|clock| clock.as_ref().and_then(|clock| Some((operands.next()?, clock.possibly))));
        pattern_of(element).map_or(0, |(id, _)| self.search.host.source_count(ElementId(id), valid, known))
    }
}

/// The lens without the number of sources.
fn clock_of(lens: &ast::Lens, operands: &[Value]) -> Lens {
    lens_of(&ast::Lens { sources: None, ..lens.clone() }, operands)
}

/// The lens as text, with what its operands were in the row.
fn lens_of(lens: &ast::Lens, operands: &[Value]) -> Lens {
    let clocks = [("VALID AT $valid", "valid", &lens.valid), ("KNOWN AT $known", "known", &lens.known)];
    let mut said: Vec<(String, &str)> = Vec::new();
    for (text, name, clock) in clocks {
        if let Some(clock) = clock {
            said.push((format!("{}{text}", if clock.possibly { "POSSIBLY " } else { "" }), name));
        }
    }
    if lens.sources.is_some() {
        said.push(("REQUIRE $sources SOURCES".to_owned(), "sources"));
    }
    Lens {
        text: said.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" "),
        parameters: said.iter().zip(operands).map(|((_, name), value)| (Name::from(*name), value.clone())).collect(),
    }
}

/// `(x)` or `[x]`, and the id.
fn pattern_of(element: &Value) -> Option<(u64, &'static str)> {
    match element {
        Value::Node(node) => Some((node.id().0, "(x)")),
        Value::Relationship(rel) => Some((rel.id().0, "[x]")),
        _ => None,
    }
}

/// The elements, those in lists too.
fn flat<'v>(values: impl Iterator<Item = &'v Value>) -> Vec<Value> {
    let mut found = Vec::new();
    for value in values {
        match value {
            Value::List(items) => found.extend(flat(items.iter())),
            other => found.push(other.clone()),
        }
    }
    found
}

/// By what an element is valid.
fn valid_values(element: &Value, keys: &[Name]) -> String {
    let properties = match element {
        Value::Node(node) => Node::properties(node),
        Value::Relationship(rel) => Relationship::properties(rel),
        _ => return String::new(),
    };
    let value = |key: &Name| Some(format!("{key} {}", show::value(properties.get(key)?)));
    keys.iter().filter_map(value).collect::<Vec<_>>().join(", ")
}
