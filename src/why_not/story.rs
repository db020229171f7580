//! Tells what stood against a condition, on the nearest row that is there without it.

use std::collections::BTreeMap;

use super::condition::{Bounds, Condition, Kind, Number, Subject};
use super::inside;
use super::near::{Near, nearest_of, pairs_of};
use super::relax::Order;
use super::search::{Search, Way};
use super::{Host, probe, show};
use crate::text::Span;
use crate::value::{Name, Value};

/// So many rows are looked at for the nearest one.
pub(super) const ROWS_LOOKED_AT: u32 = 1_000;

/// So many pairs of elements of one row are looked at.
const PAIRS_LOOKED_AT: usize = 1_000;

/// So many rows are counted to tell the place of one.
const ROWS_COUNTED: u32 = 100_000;

/// So far from the length that was asked for the nearest one is looked for.
const FARTHEST: u64 = 8;

/// So many neighbours are named.
const NAMED: usize = 3;

/// A row of the answer.
#[derive(Debug)]
pub(super) struct Reason {
    pub way: Option<i64>,
    pub kind: &'static str,
    pub what: Option<String>,
    pub span: Option<Span>,
    pub met: Option<String>,
    pub nearest: Option<BTreeMap<Name, Value>>,
    /// The hop that is blamed stands between the very ends of the nearest row: something else is amiss.
    pub is_there: bool,
}

impl Reason {
    pub(super) fn plain(kind: &'static str, met: String) -> Self {
        Self { way: None, kind, what: None, span: None, met: Some(met), nearest: None, is_there: false }
    }
}

/// Tells of what a search has found.
pub(super) struct Teller<'t, 's, H: Host> {
    pub search: Search<'s, H>,
    pub conditions: &'t [Condition],
    pub text: &'t str,
}

impl<H: Host> Teller<'_, '_, H> {
    /// A reason for each condition of `way`.
    pub(super) fn reasons(&mut self, way: &Way) -> Result<Vec<Reason>, H::Error> {
        let mut reasons = Vec::with_capacity(way.len());
        for number in way {
            let near = self.near(way, *number)?;
            let condition = &self.conditions[*number];
            let (kind, met) = self.tell(condition, &near, way)?;
            reasons.push(Reason {
                way: None,
                kind,
                what: Some(self.what(condition)),
                span: Some(condition.span),
                met,
                is_there: near.is_joined,
                nearest: (!near.row.is_empty()).then_some(near.row),
            });
        }
        Ok(reasons)
    }

    // ------------------------------------------------------------ near rows

    /// The nearest row without the conditions of `way`, and what it has in place of the one with this number.
    fn near(&mut self, way: &Way, number: Number) -> Result<Near, H::Error> {
        let mut rows = self.rows_met(way, number)?;
        if rows.is_empty() {
            // What is met does not come through: behind an aggregate there is another row for it.
            rows = self.rows(way, None, 1)?;
        }
        let subject = &self.conditions[number].subject;
        let mut nears = Vec::with_capacity(rows.len());
        for mut row in rows {
            let columns = self.search.task.columns;
            let met = if row.len() > columns.len() { row.pop().unwrap_or_default() } else { Value::Null };
            let row: BTreeMap<Name, Value> = columns.iter().cloned().zip(row).collect();
            let met = if let Subject::Ends { .. } = subject { pairs_of(&met) } else { vec![met] };
            let near = |met: &Value| Near { met: show::items(met), row: row.clone(), ..Near::default() };
            nears.extend(met.iter().take(PAIRS_LOOKED_AT).map(near));
        }
        match subject {
            Subject::Ends { arrow: Some(arrow), .. } => self.joined_of(arrow, nears),
            subject => Ok(nearest_of(subject.of_one(), nears)),
        }
    }

    /// Rows without the conditions of `way`, with what was met at the one with this number.
    fn rows_met(&mut self, way: &Way, number: Number) -> Result<Vec<Vec<Value>>, H::Error> {
        match &self.conditions[number].subject {
            Subject::Way(_, bounds) | Subject::Rounds(_, bounds) => self.nearest_way(way, number, *bounds),
            Subject::Ends { .. } => {
                let (removed, wanted, probe) = (way.clone(), self.search.wanted, Some(number));
                let limit = ROWS_LOOKED_AT;
                self.run(&Order { removed, wanted, probe, is_all_met: true, limit, ..Order::default() })
            }
            Subject::Predicate(_) | Subject::Property { .. } | Subject::Each { .. } => {
                self.rows(way, Some(number), ROWS_LOOKED_AT)
            }
            Subject::None
            | Subject::List(_)
            | Subject::Element(_)
            | Subject::Labelled { .. }
            | Subject::Clocked { .. }
            | Subject::InCall
            | Subject::Position => self.rows(way, Some(number), 1),
        }
    }

    /// A row of the length that is nearest to what was asked for.
    fn nearest_way(&mut self, way: &Way, number: Number, (min, max): Bounds) -> Result<Vec<Vec<Value>>, H::Error> {
        let wanted = self.search.wanted;
        let by =
            |exact| Order { removed: way.clone(), wanted, probe: Some(number), exact, limit: 1, ..Order::default() };
        for distance in 1..=FARTHEST {
            let shorter = min.checked_sub(distance).filter(|count| *count >= min.min(1));
            let longer = max.map(|max| max.saturating_add(distance));
            for count in [shorter, longer].into_iter().flatten() {
                let rows = self.run(&by(Some(count)))?;
                if !rows.is_empty() {
                    return Ok(rows);
                }
            }
        }
        self.run(&by(None))
    }

    fn rows(&mut self, way: &Way, probe: Option<Number>, limit: u32) -> Result<Vec<Vec<Value>>, H::Error> {
        let wanted = self.search.wanted;
        self.run(&Order { removed: way.clone(), wanted, probe, limit, ..Order::default() })
    }

    // ------------------------------------------------------------ stories

    fn what(&self, condition: &Condition) -> String {
        let piece = show::piece(condition.span, self.text);
        match condition.kind {
            Kind::Label | Kind::Type => format!(":{piece}"),
            Kind::Different => format!("{piece}, relationships that differ"),
            Kind::Sources => format!("REQUIRE {piece} SOURCES"),
            Kind::Element
            | Kind::Relationship
            | Kind::Hop
            | Kind::Rows
            | Kind::Length
            | Kind::Direction
            | Kind::Property
            | Kind::Filter
            | Kind::State
            | Kind::KnownAt
            | Kind::ValidAt => piece,
            Kind::Limit => {
                let before = &self.text[..condition.span.start as usize];
                format!("{} {piece}", before.split_whitespace().next_back().unwrap_or_default())
            }
        }
    }

    fn tell(
        &mut self,
        condition: &Condition,
        near: &Near,
        way: &Way,
    ) -> Result<(&'static str, Option<String>), H::Error> {
        let met = near.met.as_slice();
        Ok(match condition.kind {
            Kind::Element | Kind::Relationship => ("no-match", Some("nothing of this form is there at all".to_owned())),
            Kind::Hop => ("no-match", self.hop(&condition.subject, near)?),
            Kind::Rows => ("no-match", Some(no_rows(met))),
            Kind::Length => ("length", length(&condition.subject, met)),
            Kind::Different => ("uniqueness", Some("only one relationship that stands for two".to_owned())),
            Kind::Direction => ("direction", Some(direction(met))),
            Kind::Type => ("type", met.first().map(types)),
            Kind::Label => ("label", met.first().map(labels)),
            Kind::Property => ("property", property(condition.subject.of_one(), met)),
            Kind::Filter => self.filter(condition.subject.of_one(), met),
            Kind::State => ("quoted", self.quoted(met)?),
            Kind::Sources => ("sources", self.hidden(condition.kind, &condition.subject, met)?),
            Kind::KnownAt => ("known-at", self.hidden(condition.kind, &condition.subject, met)?),
            Kind::ValidAt => ("valid-at", self.hidden(condition.kind, &condition.subject, met)?),
            Kind::Limit => ("limit", self.position(condition, way)?),
        })
    }

    fn filter(&self, subject: &Subject, met: &[Value]) -> (&'static str, Option<String>) {
        let (Subject::Predicate(predicate), Some((truth, values))) = (subject, met.split_first()) else {
            return ("filter", None);
        };
        if let (Some(_), Some(matches)) = (inside::matches(predicate), values.last()) {
            let (shown, has_more) = inside::shown(matches);
            let more = if has_more { ", at least" } else { "" };
            return ("filter", Some(format!("there is {}{more}", some_of(&shown))));
        }
        if inside::is_asked_for(predicate) {
            return ("filter", Some("nothing matches inside".to_owned()));
        }
        let parts = probe::parts(predicate);
        let mut sides: Vec<String> = Vec::new();
        for (part, value) in parts.iter().zip(values) {
            let side = format!("{} is {}", show::piece(part.span, self.text), show::value(value));
            if !sides.contains(&side) {
                sides.push(side);
            }
        }
        let kind = if matches!(truth, Value::Null) { "unknown" } else { "filter" };
        (kind, Some(if sides.is_empty() { show::value(truth) } else { sides.join(", ") }))
    }

    fn quoted(&mut self, met: &[Value]) -> Result<Option<String>, H::Error> {
        let [Value::Relationship(rel)] = met else { return Ok(None) };
        let text = "MATCH (o)-[r]->[q] WHERE id(q) = $id RETURN r, o LIMIT 50";
        let rows = self.ask(text, rel.id().0)?;
        let pointing: Vec<String> =
            rows.iter().map(|row| row.iter().rev().map(show::brief).collect::<Vec<_>>().join(" ")).collect();
        let by = if pointing.is_empty() { String::new() } else { format!(": {}", some_of(&pointing)) };
        Ok(Some(format!("{} is only quoted{by}", show::rel(rel))))
    }

    /// Where the row that is cut off stands.
    fn position(&mut self, condition: &Condition, way: &Way) -> Result<Option<String>, H::Error> {
        if !matches!(condition.subject, Subject::Position) {
            return Ok(Some("cut off here".to_owned()));
        }
        let wanted = self.search.wanted;
        let order = Order { removed: way.clone(), wanted, hits: true, limit: ROWS_COUNTED, ..Order::default() };
        let rows = self.run(&order)?;
        let place = rows.iter().position(|row| matches!(row.as_slice(), [Value::Boolean(true)]));
        Ok(Some(match place {
            Some(place) => format!("the row is there, as number {}", place + 1),
            None => "the row is there, and cut off".to_owned(),
        }))
    }

    pub(super) fn ask(&mut self, text: &str, id: u64) -> Result<Vec<Vec<Value>>, H::Error> {
        self.ask_with(text, id, &[])
    }

    /// The rows of a look-up about the element with this id.
    pub(super) fn ask_with(
        &mut self,
        text: &str,
        id: u64,
        parameters: &[(Name, Value)],
    ) -> Result<Vec<Vec<Value>>, H::Error> {
        let id = Value::Integer(i64::try_from(id).unwrap_or(i64::MAX));
        let parameters: Vec<_> = parameters.iter().cloned().chain([(Name::from("id"), id)]).collect();
        Ok(self.search.host.ask(text, &parameters)?.into_rows())
    }

    pub(super) fn run(&mut self, order: &Order<'_>) -> Result<Vec<Vec<Value>>, H::Error> {
        Ok(self.search.trial(order)?.into_rows())
    }
}

// ---------------------------------------------------------------- what was met, as text

pub(super) fn some_of(texts: &[String]) -> String {
    let named = texts.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn no_rows(met: &[Value]) -> String {
    match met.first() {
        Some(list) => format!("the list is {}", show::value(list)),
        None => "it gives no row".to_owned(),
    }
}

fn length(subject: &Subject, met: &[Value]) -> Option<String> {
    let [Value::List(rels)] = met else { return None };
    let unit = if matches!(subject, Subject::Rounds(..)) { "round" } else { "relationship" };
    Some(match rels.iter().count() {
        1 => format!("a way of 1 {unit}"),
        count => format!("a way of {count} {unit}s"),
    })
}

fn direction(met: &[Value]) -> String {
    match met {
        [Value::Relationship(rel)] => format!("{} runs the other way", show::rel(rel)),
        _ => "it runs the other way".to_owned(),
    }
}

fn types(met: &Value) -> String {
    match met {
        Value::Relationship(rel) => format!("the type is {}", rel.rel_type()),
        other => show::value(other),
    }
}

fn labels(met: &Value) -> String {
    match met {
        Value::Node(node) => match node.labels() {
            [] => format!("{} has no label", show::node(node)),
            labels => {
                let labels: Vec<&str> = labels.iter().map(Name::as_str).collect();
                format!("{} is {}", show::node(node), labels.join(", "))
            }
        },
        other => show::value(other),
    }
}

fn property(subject: &Subject, met: &[Value]) -> Option<String> {
    match (subject, met) {
        (Subject::Property { key, .. }, [_, found, _]) => Some(format!("{} is {}", key.name, show::value(found))),
        _ => None,
    }
}
