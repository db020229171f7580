//! The answer to a question: a table of reasons.

use std::collections::BTreeMap;

use super::finish::{Test, Wanted};
use super::mention::aggregates;
use super::question::Question;
use super::relax::{Order, Task, relax};
use super::search::{Found, GivenUp, Search, Way};
use super::story::{Reason, Teller};
use super::{Host, show};
use crate::syntax::ast::{self, ClauseKind};
use crate::text::{Position, Span};
use crate::value::compare::equivalent;
use crate::value::{Name, Value};

/// What the answer tells: rows that share a `way` have to be left out of the query together, and each way brings the row.
pub(crate) const COLUMNS: [&str; 6] = ["way", "reason", "what", "at", "met", "nearest"];

/// The reasons why there is no row with the `expected` values, by column; or the row, if there is one.
pub(crate) fn explain<H: Host>(
    question: &Question,
    host: &mut H,
    expected: &BTreeMap<Name, Value>,
) -> Result<Vec<Vec<Value>>, H::Error> {
    let mut reasons: Vec<Reason> = Vec::new();
    for number in 0..=question.query.rest.len() {
        let told = Branch { question, number, expected }.explain(host)?;
        if told.iter().any(|reason| reason.kind == "found") {
            reasons = told;
            break;
        }
        let before = reasons.iter().filter_map(|reason| reason.way).max().unwrap_or(0);
        reasons.extend(told.into_iter().map(|reason| Reason { way: reason.way.map(|way| way + before), ..reason }));
    }
    Ok(reasons.into_iter().map(|reason| row(reason, &question.text)).collect())
}

fn row(reason: Reason, text: &str) -> Vec<Value> {
    let or_null = |text: Option<String>| text.map_or(Value::Null, Value::from);
    vec![
        reason.way.map_or(Value::Null, Value::Integer),
        Value::from(reason.kind),
        or_null(reason.what),
        or_null(reason.span.map(|span| place(span, text))),
        or_null(reason.met),
        reason.nearest.map_or(Value::Null, |map| Value::Map(map.into())),
    ]
}

fn place(span: Span, text: &str) -> String {
    let Position { line, column } = Position::of(text, span.start as usize);
    format!("{line}:{column}")
}

/// One branch of UNION.
struct Branch<'q> {
    question: &'q Question,
    number: usize,
    expected: &'q BTreeMap<Name, Value>,
}

/// What is expected, as a query asks for it.
#[derive(Default)]
struct Expected {
    wanted: Vec<Wanted>,
    /// Of columns that aggregate: they are compared when the rest is found.
    aggregated: Vec<Wanted>,
    parameters: Vec<(Name, Value)>,
}

impl Branch<'_> {
    fn explain<H: Host>(&self, host: &mut H) -> Result<Vec<Reason>, H::Error> {
        let projection = self.projection();
        let columns = self.columns(projection);
        let expected = self.taken_apart(projection, &columns, |name| host.is_aggregate(name));
        let aggregate_names = aggregate_names(&self.question.query, host);
        let is_aggregate = |name: &str| aggregate_names.iter().any(|known| known == name);
        let task = Task {
            lens: &self.question.lens,
            query: &self.question.query,
            branch: self.number,
            columns: &columns,
            is_aggregate: &is_aggregate,
        };
        let conditions = relax(&task, &Order { limit: 1, ..Order::default() }).conditions;
        let mut search = Search {
            host,
            task: &task,
            wanted: &expected.wanted,
            parameters: &expected.parameters,
            given_up: GivenUp::default(),
        };
        if !expected.aggregated.is_empty()
            && let Some(row) = search.row_with(&expected.all())?
        {
            return Ok(vec![is_there(&columns, row)]);
        }
        let found = search.run(&conditions)?;
        let given_up = search.given_up;
        let mut teller = Teller { search, conditions: &conditions, text: &self.question.text };
        let mut reasons = match found {
            Found::Row(row) if expected.aggregated.is_empty() => return Ok(vec![is_there(&columns, row)]),
            Found::Row(row) => return aggregated(&mut teller, &expected, &columns, &row),
            Found::Ways(ways) => told(&mut teller, &ways)?,
            Found::Nothing(failure) => teller.nothing(failure.is_some())?,
        };
        let unasked = "what an aggregate is made of is not looked into";
        reasons.extend(expected.aggregated.iter().map(|wanted| Reason {
            what: Some(wanted.shown()),
            ..Reason::plain("not looked into", unasked.to_owned())
        }));
        reasons.extend(not_waited_for(given_up));
        Ok(reasons)
    }

    fn projection(&self) -> &ast::Projection {
        let query = &self.question.query;
        let branch = if self.number == 0 { &query.first } else { &query.rest[self.number - 1].1 };
        let Some(ast::Clause { kind: ClauseKind::Return(projection), .. }) = branch.clauses.last() else {
            unreachable!("every branch of a question ends with RETURN")
        };
        projection
    }

    /// The columns in the order of this branch.
    fn columns(&self, projection: &ast::Projection) -> Vec<Name> {
        let name = |item: &ast::ProjectionItem| match (&item.alias, &item.expr.kind) {
            (Some(alias), _) => alias.name.clone(),
            (None, ast::ExprKind::Variable(name)) => name.clone(),
            (None, _) => Name::from(item.expr.span.of(&self.question.text)),
        };
        let names: Vec<Name> = projection.items.iter().map(name).collect();
        let is_whole = names.iter().all(|name| self.question.columns.contains(name));
        if self.number == 0 || projection.star.is_some() || !is_whole { self.question.columns.clone() } else { names }
    }

    fn taken_apart(
        &self,
        projection: &ast::Projection,
        columns: &[Name],
        is_aggregate: impl Fn(&str) -> bool,
    ) -> Expected {
        let starred = columns.len() - projection.items.len();
        let mut expected = Expected::default();
        for (column, value) in self.expected {
            let place = columns.iter().position(|known| known == column);
            let item = place.and_then(|place| projection.items.get(place.checked_sub(starred)?));
            let is_aggregated = item.is_some_and(|item| aggregates(&item.expr, &is_aggregate));
            let wanted = expected.wanted_of(column, value);
            if is_aggregated { &mut expected.aggregated } else { &mut expected.wanted }.extend(wanted);
        }
        expected
    }
}

fn not_waited_for(given_up: GivenUp) -> impl Iterator<Item = Reason> {
    let query = given_up
        .query
        .map(|limit| format!("whether the row is there after all: the query itself was given up after {limit} rows"));
    let trial = given_up.trial.map(|limit| format!("some ways: each trial was given up after {limit} rows"));
    [query, trial].into_iter().flatten().map(|met| Reason::plain("not looked into", met))
}

fn is_there(columns: &[Name], row: Vec<Value>) -> Reason {
    let row = columns.iter().cloned().zip(row).collect();
    Reason { nearest: Some(row), ..Reason::plain("found", "the row is there".to_owned()) }
}

/// The row is there, but for what it aggregates: what that is, and the conditions each of which alone makes it so.
fn aggregated<H: Host>(
    teller: &mut Teller<'_, '_, H>,
    expected: &Expected,
    columns: &[Name],
    row: &[Value],
) -> Result<Vec<Reason>, H::Error> {
    let all = expected.all();
    let mut search = teller.search.with(&all);
    let ways = search.single_ways(teller.conditions)?;
    let mut teller = Teller { search, conditions: teller.conditions, text: teller.text };
    let mut reasons = other_aggregates(columns, row, &expected.aggregated, ways.is_empty());
    reasons.extend(told(&mut teller, &ways)?);
    reasons.extend(not_waited_for(teller.search.given_up));
    Ok(reasons)
}

/// What there is in the place of the expected aggregates.
fn other_aggregates(columns: &[Name], row: &[Value], aggregated: &[Wanted], is_all: bool) -> Vec<Reason> {
    let row: BTreeMap<Name, Value> = columns.iter().cloned().zip(row.iter().cloned()).collect();
    let unexplained = if is_all { ", and no condition alone, left out, makes it so" } else { "" };
    let reason = |wanted: &Wanted| {
        let met = row.get(&wanted.column).map_or_else(String::new, show::value);
        let met = format!("no such row has it; in one of them it is {met}{unexplained}");
        Reason { what: Some(wanted.shown()), nearest: Some(row.clone()), ..Reason::plain("expected value", met) }
    };
    let differs = |wanted: &&Wanted| !row.get(&wanted.column).is_some_and(|met| equivalent(met, &wanted.value));
    aggregated.iter().filter(differs).map(reason).collect()
}

impl Expected {
    fn all(&self) -> Vec<Wanted> {
        self.wanted.iter().chain(&self.aggregated).cloned().collect()
    }

    /// A map stands for an element, or a map, that has these entries.
    fn wanted_of(&mut self, column: &Name, value: &Value) -> Vec<Wanted> {
        match value {
            Value::Map(entries) => {
                entries.iter().map(|(key, value)| self.wanted_one(column, Some(key), value)).collect()
            }
            value => vec![self.wanted_one(column, None, value)],
        }
    }

    fn wanted_one(&mut self, column: &Name, key: Option<&Name>, value: &Value) -> Wanted {
        let parameter = Name::from(format!("expected {}", self.parameters.len()));
        let test = match value {
            Value::Null => Test::Null,
            Value::Boolean(_) | Value::Integer(_) | Value::String(_) => Test::Equal(parameter.clone()),
            Value::Float(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Date(_)
            | Value::LocalTime(_)
            | Value::Time(_)
            | Value::LocalDateTime(_)
            | Value::DateTime(_)
            | Value::Duration(_)
            | Value::Edtf(_)
            | Value::Node(_)
            | Value::Relationship(_)
            | Value::Path(_) => Test::Same(parameter.clone()),
        };
        self.parameters.push((parameter, value.clone()));
        Wanted { column: column.clone(), key: key.cloned(), value: value.clone(), test }
    }
}

fn told<H: Host>(teller: &mut Teller<'_, '_, H>, ways: &[Way]) -> Result<Vec<Reason>, H::Error> {
    let mut told = Vec::with_capacity(ways.len());
    for way in ways {
        told.push(teller.reasons(way)?);
    }
    drop_hops_that_are_there(&mut told);
    let numbered =
        |(way, number): (Vec<Reason>, i64)| way.into_iter().map(move |reason| Reason { way: Some(number), ..reason });
    Ok(told.into_iter().zip(1..).flat_map(numbered).collect())
}

/// A hop that is there is not blamed beside a way, no longer, that says what is amiss.
fn drop_hops_that_are_there(ways: &mut Vec<Vec<Reason>>) {
    let is_concrete = |way: &&Vec<Reason>| way.iter().all(|reason| reason.kind != "no-match");
    let Some(shortest) = ways.iter().filter(is_concrete).map(Vec::len).min() else { return };
    ways.retain(|way| way.len() < shortest || !way.iter().any(|reason| reason.is_there));
}

/// The functions of the query that aggregate.
fn aggregate_names<H: Host>(query: &ast::Query, host: &H) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    super::mention::in_query(query, &mut |mention| {
        if let super::mention::Mention::Function(name) = mention
            && host.is_aggregate(name)
        {
            names.push(name.to_string());
        }
    });
    names
}
