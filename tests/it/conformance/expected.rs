//! The notation of values in the tables of the scenarios, and whether a value is the one that was asked for.

use averment::{Element, Name, Node, Path, Relationship, Value};
use std::collections::BTreeMap;

/// A value as a table gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expected {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    String(String),
    List(Vec<Expected>),
    Map(BTreeMap<String, Expected>),
    Node(ExpectedNode),
    Rel(ExpectedRel),
    /// Each relationship with whether it is travelled from its start.
    Path(Vec<ExpectedNode>, Vec<(ExpectedRel, bool)>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExpectedNode {
    labels: Vec<String>,
    properties: BTreeMap<String, Expected>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExpectedRel {
    rel_type: String,
    properties: BTreeMap<String, Expected>,
}

/// Reads the notation.
pub(crate) fn parse(text: &str) -> Result<Expected, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value()?;
    reader.space();
    if reader.rest().is_empty() { Ok(value) } else { Err(format!("trailing text in `{text}`")) }
}

/// Whether `found` is the value that was asked for; temporal values are written as text.
pub(crate) fn same(expected: &Expected, found: &Value, lists_unordered: bool) -> bool {
    let all = |left: &[Expected], right: &[Value]| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right, lists_unordered))
    };
    match (expected, found) {
        (Expected::Null, Value::Null) => true,
        (Expected::Boolean(left), Value::Boolean(right)) => left == right,
        (Expected::Integer(left), Value::Integer(right)) => left == right,
        (Expected::Float(left), Value::Float(right)) => same_float(*left, *right),
        (Expected::String(left), Value::String(right)) => **left == **right,
        (Expected::List(left), Value::List(right)) if lists_unordered => same_bag(left, right),
        (Expected::List(left), Value::List(right)) => all(left, right),
        (Expected::Map(left), Value::Map(right)) => same_properties(left, right, lists_unordered),
        (Expected::Node(left), Value::Node(right)) => same_node(left, right),
        (Expected::Rel(left), Value::Relationship(right)) => same_rel(left, right),
        (Expected::Path(nodes, rels), Value::Path(path)) => same_path(nodes, rels, path),
        (
            Expected::String(left),
            Value::Date(_)
            | Value::LocalTime(_)
            | Value::Time(_)
            | Value::LocalDateTime(_)
            | Value::DateTime(_)
            | Value::Duration(_),
        ) => *left == averment::format::value_to_json(found)["value"].as_str().unwrap_or_default(),
        _ => false,
    }
}

fn same_float(left: f64, right: f64) -> bool {
    left.total_cmp(&right).is_eq()
        || (left.is_nan() && right.is_nan())
        || (left - right).abs() <= 1e-12 * left.abs().max(right.abs())
}

fn same_bag(left: &[Expected], right: &[Value]) -> bool {
    let mut rest: Vec<&Value> = right.iter().collect();
    let all = left.iter().all(|expected| {
        let at = rest.iter().position(|found| same(expected, found, true));
        at.map(|at| rest.swap_remove(at)).is_some()
    });
    all && rest.is_empty()
}

fn same_properties(left: &BTreeMap<String, Expected>, right: &BTreeMap<Name, Value>, lists_unordered: bool) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .all(|(key, expected)| right.get(key.as_str()).is_some_and(|found| same(expected, found, lists_unordered)))
}

fn same_node(left: &ExpectedNode, right: &Node) -> bool {
    let mut labels: Vec<&str> = left.labels.iter().map(String::as_str).collect();
    labels.sort_unstable();
    labels.iter().copied().eq(right.labels().iter().map(Name::as_str))
        && same_properties(&left.properties, right.properties(), false)
}

fn same_rel(left: &ExpectedRel, right: &Relationship) -> bool {
    left.rel_type == right.rel_type() && same_properties(&left.properties, right.properties(), false)
}

fn same_path(nodes: &[ExpectedNode], rels: &[(ExpectedRel, bool)], path: &Path) -> bool {
    nodes.len() == path.elements.len()
        && rels.len() == path.relationships.len()
        && nodes.iter().zip(&path.elements).all(|(left, right)| match right {
            Element::Node(node) => same_node(left, node),
            Element::Relationship(_) => false,
        })
        && rels.iter().zip(&path.relationships).zip(&path.elements).all(|(((left, forward), right), before)| {
            same_rel(left, right) && *forward == (right.start() == Some(before.id()))
        })
}

/// An expected value as a parameter.
pub(crate) fn to_value(expected: &Expected) -> Value {
    match expected {
        Expected::Null => Value::Null,
        Expected::Boolean(flag) => Value::from(*flag),
        Expected::Integer(number) => Value::from(*number),
        Expected::Float(number) => Value::from(*number),
        Expected::String(text) => Value::from(text.as_str()),
        Expected::List(items) => Value::List(items.iter().map(to_value).collect()),
        Expected::Map(entries) => {
            let entries: BTreeMap<Name, Value> =
                entries.iter().map(|(key, value)| (Name::from(key.as_str()), to_value(value))).collect();
            Value::Map(entries.into())
        }
        Expected::Node(_) | Expected::Rel(_) | Expected::Path(..) => panic!("an element cannot be a parameter"),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn need(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("expected `{token}` at {} in `{}`", self.at, self.text)) }
    }

    fn name(&mut self) -> Result<String, String> {
        self.space();
        if self.take("`") {
            let end = self.rest().find('`').ok_or("an unclosed name")?;
            let name = self.rest()[..end].to_owned();
            self.at += end + 1;
            return Ok(name);
        }
        let name: String =
            self.rest().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        self.at += name.len();
        if name.is_empty() { Err(format!("expected a name at {} in `{}`", self.at, self.text)) } else { Ok(name) }
    }

    fn value(&mut self) -> Result<Expected, String> {
        self.space();
        match self.rest().chars().next() {
            None => Err("expected a value".to_owned()),
            Some('\'') => self.string().map(Expected::String),
            Some('{') => self.map().map(Expected::Map),
            Some('(') => self.node().map(Expected::Node),
            Some('<') => self.path(),
            Some('[') if self.rest()[1..].trim_start().starts_with(':') => self.rel().map(Expected::Rel),
            Some('[') => self.list(),
            Some('-' | '+' | '.' | '0'..='9') => self.number(),
            Some(_) => match self.name()?.as_str() {
                "null" => Ok(Expected::Null),
                "true" => Ok(Expected::Boolean(true)),
                "false" => Ok(Expected::Boolean(false)),
                "NaN" => Ok(Expected::Float(f64::NAN)),
                "Inf" | "Infinity" => Ok(Expected::Float(f64::INFINITY)),
                other => Err(format!("unknown word `{other}`")),
            },
        }
    }

    fn number(&mut self) -> Result<Expected, String> {
        if self.take("-Inf") {
            return Ok(Expected::Float(f64::NEG_INFINITY));
        }
        let is_part = |letter: &char| letter.is_ascii_digit() || "+-.eE".contains(*letter);
        let digits: String = self.rest().chars().take_while(is_part).collect();
        self.at += digits.len();
        if digits.contains(['.', 'e', 'E']) {
            digits.parse().map(Expected::Float).map_err(|error| format!("{digits}: {error}"))
        } else {
            digits.parse().map(Expected::Integer).map_err(|error| format!("{digits}: {error}"))
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.need("'")?;
        let mut out = String::new();
        let mut letters = self.rest().char_indices().peekable();
        while let Some((offset, letter)) = letters.next() {
            match (letter, letters.peek()) {
                ('\'', _) => {
                    self.at += offset + 1;
                    return Ok(out);
                }
                ('\\', Some((_, escaped @ ('\'' | '\\')))) => {
                    out.push(*escaped);
                    letters.next();
                }
                _ => out.push(letter),
            }
        }
        Err("an unclosed string".to_owned())
    }

    fn list(&mut self) -> Result<Expected, String> {
        self.need("[")?;
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Expected::List(items));
        }
        loop {
            items.push(self.value()?);
            if self.take("]") {
                return Ok(Expected::List(items));
            }
            self.need(",")?;
        }
    }

    fn map(&mut self) -> Result<BTreeMap<String, Expected>, String> {
        self.need("{")?;
        let mut entries = BTreeMap::new();
        if self.take("}") {
            return Ok(entries);
        }
        loop {
            let key = self.name()?;
            self.need(":")?;
            entries.insert(key, self.value()?);
            if self.take("}") {
                return Ok(entries);
            }
            self.need(",")?;
        }
    }

    fn properties(&mut self) -> Result<BTreeMap<String, Expected>, String> {
        self.space();
        if self.rest().starts_with('{') { self.map() } else { Ok(BTreeMap::new()) }
    }

    fn node(&mut self) -> Result<ExpectedNode, String> {
        self.need("(")?;
        let mut labels = Vec::new();
        while self.take(":") {
            labels.push(self.name()?);
        }
        let properties = self.properties()?;
        self.need(")")?;
        Ok(ExpectedNode { labels, properties })
    }

    fn rel(&mut self) -> Result<ExpectedRel, String> {
        self.need("[")?;
        self.need(":")?;
        let rel_type = self.name()?;
        let properties = self.properties()?;
        self.need("]")?;
        Ok(ExpectedRel { rel_type, properties })
    }

    fn path(&mut self) -> Result<Expected, String> {
        self.need("<")?;
        let mut nodes = vec![self.node()?];
        let mut rels = Vec::new();
        while !self.take(">") {
            if self.take("<-") {
                rels.push((self.rel()?, false));
                self.need("-")?;
            } else {
                self.need("-")?;
                rels.push((self.rel()?, true));
                self.need("->")?;
            }
            nodes.push(self.node()?);
        }
        Ok(Expected::Path(nodes, rels))
    }
}
