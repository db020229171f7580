//! Answers a question by trying everything.
//!
//! A clause turns states into states: what the names are bound to, and which arrows this MATCH has taken. There is no
//! plan, no order of joins and no shortcut. [`None`] means that there is too much to try.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::pattern::{
    Aggregate, Answer, Arrow, Bracket, Chain, Clause, Comparison, EndPattern, Item, Labels, NodePattern, Pattern,
    Predicate, Question, Way,
};
use super::{End, Graph, Rel};

/// With more states than this a question is given up.
const MAX_STATES: usize = 20_000;

type Names = BTreeMap<String, Bound>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Null,
    Element(End),
    Rels(Vec<usize>),
    Path(Vec<End>, Vec<usize>),
    Value(Cell),
}

#[derive(Clone, Debug)]
struct State {
    names: Names,
    /// The arrows of this MATCH.
    used: Vec<usize>,
    at: End,
    /// What this chain went through and along.
    through: Vec<End>,
    along: Vec<usize>,
}

/// A value of an answer, in the order of ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Number(i64),
    List(Vec<i64>),
    Null,
}

/// The rows of the answer, as a multiset; in order if the question orders them.
pub(crate) fn answer(graph: &Graph, question: &Question) -> Option<Vec<Vec<Cell>>> {
    let mut rows = vec![Names::new(); question.copies];
    for clause in &question.clauses {
        rows = match clause {
            Clause::Match { optional, pattern } => match_rows(graph, *optional, pattern, rows)?,
            Clause::Narrow { distinct, names } => narrow(*distinct, names, rows),
            Clause::Call { imports, pattern, answer, columns } => {
                let subquery = |names: &Names| conclude(graph, answer, &match_pattern(graph, pattern, names)?);
                call_rows(imports, &subquery, columns, rows)?
            }
        };
    }
    conclude(graph, &question.answer, &rows)
}

fn conclude(graph: &Graph, answer: &Answer, rows: &[Names]) -> Option<Vec<Vec<Cell>>> {
    match answer {
        Answer::Rows { items, distinct: false } => project(graph, items, rows),
        Answer::Rows { items, distinct: true } => {
            Some(project(graph, items, rows)?.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
        }
        Answer::Top { items, skip, limit } => {
            let mut rows = project(graph, items, rows)?;
            rows.sort();
            Some(rows.into_iter().skip(*skip).take(*limit).collect())
        }
        Answer::Grouped { keys, aggregate } => group(graph, keys, aggregate, rows),
    }
}

/// All trails from one node: the relationships in the order of travel, and where they lead.
pub(crate) fn trails(graph: &Graph, arrow: &Arrow, from: usize, not: &[usize]) -> Option<Vec<(Vec<usize>, usize)>> {
    let (least, most) = arrow.length.unwrap_or((1, Some(1)));
    let (mut found, mut open) = (Vec::new(), vec![(Vec::new(), from)]);
    while let Some((trail, at)) = open.pop() {
        for (rel, to) in hops(graph, arrow, End::Node(at)) {
            let End::Node(to) = to else { continue };
            if most.is_none_or(|most| trail.len() < most) && !trail.contains(&rel) && !not.contains(&rel) {
                open.push((trail.iter().copied().chain([rel]).collect(), to));
            }
        }
        if trail.len() >= least {
            found.push((trail, at));
        }
        if found.len() + open.len() > MAX_STATES {
            return None;
        }
    }
    Some(found)
}

fn match_rows(graph: &Graph, optional: bool, pattern: &Pattern, rows: Vec<Names>) -> Option<Vec<Names>> {
    let mut all = Vec::new();
    for row in rows {
        let mut found = match_pattern(graph, pattern, &row)?;
        if found.is_empty() && optional {
            let mut row = row;
            for name in names_of(pattern) {
                row.entry(name).or_insert(Bound::Null);
            }
            found.push(row);
        }
        all.extend(found);
        if all.len() > MAX_STATES {
            return None;
        }
    }
    Some(all)
}

/// Each row with each row of its own subquery.
fn call_rows(
    imports: &[String],
    subquery: &dyn Fn(&Names) -> Option<Vec<Vec<Cell>>>,
    columns: &[String],
    rows: Vec<Names>,
) -> Option<Vec<Names>> {
    let mut all = Vec::new();
    for row in rows {
        let imported = row.iter().filter(|(name, _)| imports.contains(name));
        let found = subquery(&imported.map(|(name, bound)| (name.clone(), bound.clone())).collect())?;
        for cells in found {
            let returned = columns.iter().cloned().zip(cells.into_iter().map(Bound::Value));
            all.push(row.clone().into_iter().chain(returned).collect());
        }
        if all.len() > MAX_STATES {
            return None;
        }
    }
    Some(all)
}

fn match_pattern(graph: &Graph, pattern: &Pattern, names: &Names) -> Option<Vec<Names>> {
    let (through, along) = (Vec::new(), Vec::new());
    let mut states = vec![State { names: names.clone(), used: Vec::new(), at: End::Node(0), through, along }];
    for chain in &pattern.chains {
        states = each(states, |state| Some(start(graph, &chain.start, &state)))?;
        for (arrow, end) in &chain.steps {
            states = each(states, |state| step(graph, arrow, end, &state))?;
        }
        for state in &mut states {
            let path = Bound::Path(std::mem::take(&mut state.through), std::mem::take(&mut state.along));
            state.names.extend(chain.name.clone().map(|name| (name, path)));
        }
    }
    let mut found = Vec::new();
    for state in states {
        let kept = match &pattern.filter {
            None => true,
            Some(filter) => holds(graph, filter, &state.names)? == Some(true),
        };
        if kept {
            found.push(state.names);
        }
    }
    Some(found)
}

fn each(states: Vec<State>, then: impl Fn(State) -> Option<Vec<State>>) -> Option<Vec<State>> {
    let mut all = Vec::new();
    for state in states {
        all.extend(then(state)?);
        if all.len() > MAX_STATES {
            return None;
        }
    }
    Some(all)
}

fn start(graph: &Graph, pattern: &EndPattern, state: &State) -> Vec<State> {
    let ends: Vec<End> = match pattern {
        EndPattern::Node(_) => (0..graph.nodes.len()).map(End::Node).collect(),
        EndPattern::Bracket(_) => (0..graph.rels.len()).map(End::Rel).collect(),
    };
    let begun = |end| State { through: vec![end], ..state.clone() };
    ends.into_iter().flat_map(|end| arrive(graph, pattern, end, &begun(end))).collect()
}

/// The states in which `end` is what the pattern says; several where a bracket can be read several ways.
fn arrive(graph: &Graph, pattern: &EndPattern, end: End, state: &State) -> Vec<State> {
    match (pattern, end) {
        (EndPattern::Node(pattern), End::Node(node)) if is_node(graph, pattern, node) => {
            bind(state, pattern.name.as_deref(), end)
        }
        (EndPattern::Bracket(bracket), End::Rel(rel)) if is_rel(&bracket.rel, &graph.rels[rel]) => {
            bind(state, bracket.rel.name.as_deref(), end)
                .into_iter()
                .flat_map(|state| inside(graph, bracket, &graph.rels[rel], state))
                .map(|state| State { at: end, ..state })
                .collect()
        }
        _ => Vec::new(),
    }
}

fn inside(graph: &Graph, bracket: &Bracket, rel: &Rel, state: State) -> Vec<State> {
    let Some((left, right)) = &bracket.ends else { return vec![state] };
    let both = |from, to| -> Vec<State> {
        let arrived = arrive(graph, left, from, &state);
        arrived.iter().flat_map(|state| arrive(graph, right, to, state)).collect()
    };
    match bracket.rel.way {
        Way::Out => both(rel.start, rel.end),
        Way::In => both(rel.end, rel.start),
        Way::Either if rel.start == rel.end => both(rel.start, rel.end),
        Way::Either => both(rel.start, rel.end).into_iter().chain(both(rel.end, rel.start)).collect(),
    }
}

fn bind(state: &State, name: Option<&str>, end: End) -> Vec<State> {
    let mut state = State { at: end, ..state.clone() };
    let Some(name) = name else { return vec![state] };
    match state.names.insert(name.to_owned(), Bound::Element(end)) {
        Some(before) if before != Bound::Element(end) => Vec::new(),
        _ => vec![state],
    }
}

fn step(graph: &Graph, arrow: &Arrow, end: &EndPattern, state: &State) -> Option<Vec<State>> {
    let mut found = Vec::new();
    if arrow.length.is_some() {
        let End::Node(from) = state.at else { return Some(found) };
        for (trail, to) in trails(graph, arrow, from, &state.used)? {
            let mut state = state.clone();
            state.used.extend(&trail);
            state.through.extend(nodes_along(graph, from, &trail));
            state.along.extend(&trail);
            if let Some(name) = &arrow.name {
                state.names.insert(name.clone(), Bound::Rels(trail));
            }
            found.extend(arrive(graph, end, End::Node(to), &state));
        }
        return Some(found);
    }
    for (rel, to) in hops(graph, arrow, state.at) {
        if state.used.contains(&rel) {
            continue;
        }
        for mut state in bind(state, arrow.name.as_deref(), End::Rel(rel)) {
            state.used.push(rel);
            state.along.push(rel);
            state.through.push(to);
            found.extend(arrive(graph, end, to, &state));
        }
    }
    Some(found)
}

/// The nodes behind each relationship of a trail.
fn nodes_along(graph: &Graph, from: usize, trail: &[usize]) -> Vec<End> {
    let mut at = End::Node(from);
    let next = |rel: &usize| {
        let rel = &graph.rels[*rel];
        at = if rel.start == at { rel.end } else { rel.start };
        at
    };
    trail.iter().map(next).collect()
}

/// The asserted relationships that the arrow can take from here, and where each leads. A self-loop leads there once.
fn hops(graph: &Graph, arrow: &Arrow, from: End) -> Vec<(usize, End)> {
    let mut found = Vec::new();
    for (index, rel) in graph.rels.iter().enumerate().filter(|(_, rel)| rel.asserted && is_rel(arrow, rel)) {
        if arrow.way != Way::In && rel.start == from {
            found.push((index, rel.end));
        }
        if arrow.way != Way::Out && rel.end == from && !(arrow.way == Way::Either && rel.start == rel.end) {
            found.push((index, rel.start));
        }
    }
    found
}

fn is_node(graph: &Graph, pattern: &NodePattern, node: usize) -> bool {
    let node = &graph.nodes[node];
    let has = |label| node.labels.contains(&label);
    let labelled = match pattern.labels {
        Labels::Any => true,
        Labels::Has(label) => has(label),
        Labels::Not(label) => !has(label),
        Labels::Either(left, right) => has(left) || has(right),
        Labels::Both(left, right) => has(left) && has(right),
    };
    labelled && pattern.v.is_none_or(|v| node.v == Some(v))
}

fn is_rel(arrow: &Arrow, rel: &Rel) -> bool {
    (arrow.types.is_empty() || arrow.types.contains(&rel.of_type)) && arrow.w.is_none_or(|w| rel.w == w)
}

/// Three-valued: an inner `None` is unknown.
#[expect(clippy::option_option, reason = "too much to try is not the same as unknown")]
fn holds(graph: &Graph, predicate: &Predicate, names: &Names) -> Option<Option<bool>> {
    Some(match predicate {
        Predicate::Compare(name, key, comparison, number) => {
            property(graph, &names[name], key).map(|found| compare(*comparison, found, *number))
        }
        Predicate::Same(left, right, same) => match (&names[left], &names[right]) {
            (Bound::Null, _) | (_, Bound::Null) => None,
            (left, right) => Some((left == right) == *same),
        },
        Predicate::HasLabel(name, label) => match names[name] {
            Bound::Element(End::Node(node)) => Some(graph.nodes[node].labels.contains(label)),
            _ => None,
        },
        Predicate::Exists(pattern) => Some(!match_pattern(graph, pattern, names)?.is_empty()),
        Predicate::Drawn(chain) => Some(count(graph, &alone(chain), names)? > 0),
        Predicate::Count(pattern, comparison, number) => {
            Some(compare(*comparison, count(graph, pattern, names)?, *number))
        }
        Predicate::Not(inner) => holds(graph, inner, names)?.map(|truth| !truth),
        Predicate::And(left, right) => match (holds(graph, left, names)?, holds(graph, right, names)?) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Predicate::Or(left, right) => match (holds(graph, left, names)?, holds(graph, right, names)?) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
    })
}

fn alone(chain: &Chain) -> Pattern {
    Pattern { chains: vec![chain.clone()], filter: None }
}

fn count(graph: &Graph, pattern: &Pattern, names: &Names) -> Option<i64> {
    Some(i64::try_from(match_pattern(graph, pattern, names)?.len()).expect("a small number"))
}

fn compare(comparison: Comparison, left: i64, right: i64) -> bool {
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Less => left < right,
        Comparison::Greater => left > right,
    }
}

fn property(graph: &Graph, bound: &Bound, key: &str) -> Option<i64> {
    match (bound, key) {
        (Bound::Element(End::Node(node)), "id") => Some(graph.nodes[*node].id),
        (Bound::Element(End::Node(node)), "v") => graph.nodes[*node].v,
        (Bound::Element(End::Rel(rel)), "id") => Some(graph.rels[*rel].id),
        (Bound::Element(End::Rel(rel)), "w") => Some(graph.rels[*rel].w),
        _ => None,
    }
}

fn id_of(graph: &Graph, end: End) -> i64 {
    match end {
        End::Node(node) => graph.nodes[node].id,
        End::Rel(rel) => graph.rels[rel].id,
    }
}

fn narrow(distinct: bool, names: &[String], rows: Vec<Names>) -> Vec<Names> {
    let narrowed = rows.into_iter().map(|row| row.into_iter().filter(|(name, _)| names.contains(name)).collect());
    if distinct { narrowed.collect::<BTreeSet<Names>>().into_iter().collect() } else { narrowed.collect() }
}

fn project(graph: &Graph, items: &[Item], rows: &[Names]) -> Option<Vec<Vec<Cell>>> {
    rows.iter().map(|row| items.iter().map(|item| cell(graph, item, row)).collect()).collect()
}

fn cell(graph: &Graph, item: &Item, row: &Names) -> Option<Cell> {
    Some(match item {
        Item::Property(name, key) => property(graph, &row[name], key).map_or(Cell::Null, Cell::Number),
        Item::Value(name) => match &row[name] {
            Bound::Value(cell) => cell.clone(),
            _ => Cell::Null,
        },
        Item::Ids(name) => match &row[name] {
            Bound::Rels(rels) => Cell::List(rels.iter().map(|rel| graph.rels[*rel].id).collect()),
            _ => Cell::Null,
        },
        Item::Nodes(name) => match &row[name] {
            Bound::Path(through, _) => Cell::List(through.iter().map(|end| id_of(graph, *end)).collect()),
            _ => Cell::Null,
        },
        Item::Relationships(name) => match &row[name] {
            Bound::Path(_, along) => Cell::List(along.iter().map(|rel| graph.rels[*rel].id).collect()),
            _ => Cell::Null,
        },
        Item::Size(name) => match &row[name] {
            Bound::Rels(rels) => Cell::Number(i64::try_from(rels.len()).expect("a small number")),
            _ => Cell::Null,
        },
        Item::Count(pattern) => Cell::Number(count(graph, pattern, row)?),
    })
}

fn group(graph: &Graph, keys: &[Item], aggregate: &Aggregate, rows: &[Names]) -> Option<Vec<Vec<Cell>>> {
    let mut groups: BTreeMap<Vec<Cell>, Vec<&Names>> = BTreeMap::new();
    if keys.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    for (row, key) in rows.iter().zip(project(graph, keys, rows)?) {
        groups.entry(key).or_default().push(row);
    }
    let folded = groups.into_iter().map(|(key, rows)| key.into_iter().chain([fold(graph, aggregate, &rows)]).collect());
    Some(folded.collect())
}

fn fold(graph: &Graph, aggregate: &Aggregate, rows: &[&Names]) -> Cell {
    let bound = |name: &str| -> Vec<Bound> {
        rows.iter().map(|row| row[name].clone()).filter(|bound| *bound != Bound::Null).collect()
    };
    let numbers =
        |name: &str, key| -> Vec<i64> { bound(name).iter().filter_map(|bound| property(graph, bound, key)).collect() };
    let counted = |count: usize| Cell::Number(i64::try_from(count).expect("a small number"));
    match aggregate {
        Aggregate::CountRows => counted(rows.len()),
        Aggregate::Count(name) => counted(bound(name).len()),
        Aggregate::CountDistinct(name) => counted(bound(name).into_iter().collect::<BTreeSet<_>>().len()),
        Aggregate::Sum(name, key) => Cell::Number(numbers(name, key).iter().sum()),
        Aggregate::Min(name, key) => numbers(name, key).into_iter().min().map_or(Cell::Null, Cell::Number),
        Aggregate::Max(name, key) => numbers(name, key).into_iter().max().map_or(Cell::Null, Cell::Number),
    }
}

/// Every name that a pattern can bind.
fn names_of(pattern: &Pattern) -> Vec<String> {
    let mut names = Vec::new();
    for chain in &pattern.chains {
        names.extend(chain.name.clone());
        names_at(&mut names, &chain.start);
        for (arrow, end) in &chain.steps {
            names.extend(arrow.name.clone());
            names_at(&mut names, end);
        }
    }
    names
}

fn names_at(names: &mut Vec<String>, end: &EndPattern) {
    match end {
        EndPattern::Node(node) => names.extend(node.name.clone()),
        EndPattern::Bracket(bracket) => {
            names.extend(bracket.rel.name.clone());
            if let Some((left, right)) = &bracket.ends {
                names_at(names, left);
                names_at(names, right);
            }
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => f.write_str("null"),
            Cell::Number(number) => write!(f, "{number}"),
            Cell::List(items) => write!(f, "{items:?}"),
        }
    }
}
