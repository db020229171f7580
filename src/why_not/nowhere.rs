//! What is told where nothing that can be left out brings the row.

use super::Host;
use super::condition::Number;
use super::finish::Wanted;
use super::relax::Order;
use super::search::{Way, everything};
use super::show;
use super::story::{ROWS_LOOKED_AT, Reason, Teller, some_of};
use crate::syntax::ast::{self, ClauseKind};
use crate::value::nearest::nearest;
use crate::value::{Name, Value};

impl<H: Host> Teller<'_, '_, H> {
    /// What is expected occurs nowhere, or not together; or a trial has failed.
    pub(super) fn nothing(&mut self, has_failed: bool) -> Result<Vec<Reason>, H::Error> {
        if has_failed || self.search.wanted.is_empty() {
            let met = "the query without its conditions brings no row that could be looked at";
            return Ok(vec![Reason::plain("not looked into", met.to_owned())]);
        }
        let mut reasons = Vec::new();
        for wanted in self.search.wanted {
            if let Some(met) = self.nowhere(wanted)? {
                reasons.push(Reason { what: Some(wanted.shown()), ..Reason::plain("expected value", met) });
            }
        }
        if reasons.is_empty() {
            let met = match self.search.wanted {
                [_] => "the value is there, and no row has it, whatever is left out",
                _ => "each of the values is there, and no row has them together, whatever is left out",
            };
            reasons.push(Reason::plain("expected value", met.to_owned()));
        }
        if has_insides(self.search.task.query) {
            let met = "what stands inside CALL { ... }, and before NEXT with UNION, is left as it is";
            reasons.push(Reason::plain("not looked into", met.to_owned()));
        }
        Ok(reasons)
    }

    /// That no row has the value, and the nearest one that is there; none if some row has it.
    fn nowhere(&mut self, wanted: &Wanted) -> Result<Option<String>, H::Error> {
        let alone = std::slice::from_ref(wanted);
        let all = everything(self.conditions);
        let is_element = |number: &Number| self.conditions[*number].kind.is_of_element();
        let elements: Vec<Number> = all.iter().copied().filter(is_element).collect();
        let mut found: Vec<Value> = Vec::new();
        // Null is there where everything is gone.
        let nothing_kept = if matches!(wanted.value, Value::Null) { None } else { Some(None) };
        // One element at a time, so that nothing is multiplied.
        for kept in elements.iter().map(Some).chain(nothing_kept) {
            let removed: Way = all.iter().copied().filter(|number| Some(number) != kept).collect();
            let order = Order { removed: removed.clone(), wanted: alone, limit: 1, ..Order::default() };
            if !self.run(&order)?.is_empty() {
                return Ok(None);
            }
            let column = Some(&wanted.column);
            let rows = self.run(&Order { removed, limit: ROWS_LOOKED_AT, distinct: column, ..Order::default() })?;
            found.extend(rows.iter().filter_map(|row| value_at(row.first()?, wanted.key.as_ref())));
        }
        let near = match near_value(&wanted.value, &found) {
            Some(near) => near,
            None => self.instead(wanted)?.unwrap_or_default(),
        };
        Ok(Some(format!("nothing has it, whatever is left out{near}")))
    }

    /// What the query gives in the place of the value, in rows that have the other ones.
    fn instead(&mut self, wanted: &Wanted) -> Result<Option<String>, H::Error> {
        let is_other = |other: &&Wanted| other.column != wanted.column;
        let others: Vec<Wanted> = self.search.wanted.iter().filter(is_other).cloned().collect();
        let column = Some(&wanted.column);
        let rows = self.run(&Order { wanted: &others, limit: ROWS_LOOKED_AT, distinct: column, ..Order::default() })?;
        let found: Vec<Value> = rows.iter().filter_map(|row| value_at(row.first()?, wanted.key.as_ref())).collect();
        let shown: Vec<String> = found.iter().map(show::brief).collect();
        Ok((!shown.is_empty()).then(|| format!("; in rows that are there it is {}", some_of(&shown))))
    }
}

/// Whether a part of the query is not taken apart.
fn has_insides(query: &ast::Query) -> bool {
    let is_call = |clause: &ast::Clause| matches!(clause.kind, ClauseKind::Subquery(_));
    query.earlier.iter().any(|query| !query.rest.is_empty())
        || query.single_queries().flat_map(|query| &query.clauses).any(is_call)
}

/// A value, or its property; none for null.
fn value_at(value: &Value, key: Option<&Name>) -> Option<Value> {
    let Some(key) = key else { return Some(value.clone()).filter(|value| !value.is_null()) };
    let found = match value {
        Value::Node(node) => node.properties().get(key),
        Value::Relationship(rel) => rel.properties().get(key),
        Value::Map(map) => map.get(key),
        _ => None,
    };
    value_at(found?, None)
}

/// What of `found` was probably meant, or that all of it is of another type.
fn near_value(wanted: &Value, found: &[Value]) -> Option<String> {
    if let Value::String(text) = wanted {
        let text_of = |value: &Value| if let Value::String(text) = value { Some(text.to_string()) } else { None };
        let texts: Vec<String> = found.iter().filter_map(text_of).collect();
        if let Some(near) = nearest(text, texts.iter().map(String::as_str)) {
            return Some(format!("; did you mean '{near}'?"));
        }
    }
    let first = found.first()?;
    let is_comparable = |value: &Value| value.type_name() == wanted.type_name();
    let is_other = !wanted.is_null() && !found.iter().any(is_comparable);
    is_other.then(|| format!("; what is there is {}, as {}", first.type_name(), show::value(first)))
}
