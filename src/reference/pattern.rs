//! Patterns: every element is tried at every place.
//!
//! The places are filled from left to right; what stands in braces or behind WHERE is asked of a match that is whole,
//! since it may name any part of it.

use super::expression::Scope;
use super::query::{variable, with};
use super::relations::equivalent;
use super::{Evaluator, Outcome, Row, failed};
use crate::syntax::ast::{self, ArrowDirection, Endpoint, Link, Selector};
use crate::value::{Element, ElementId, Name, Node, Path, Relationship, Value};

/// A match on its way.
#[derive(Clone)]
pub(super) struct State<'p> {
    pub(super) row: Row,
    /// The arrows of this MATCH so far: no two are the same relationship.
    pub(super) arrows: Vec<ElementId>,
    /// What this part of the pattern has passed and travelled.
    pub(super) elements: Vec<Element>,
    pub(super) rels: Vec<ElementId>,
    /// What is to be asked of single elements.
    pub(super) asked: Vec<Asked<'p>>,
    pub(super) mode: Mode,
}

/// What a part of a pattern may pass twice.
#[derive(Clone, Copy, Default)]
pub(super) struct Mode {
    pub(super) repeats_arrows: bool,
    pub(super) repeats_nodes: bool,
}

#[derive(Clone)]
pub(super) struct Asked<'p> {
    of: Value,
    /// The variable of the list that the element is in, which in a condition stands for the element.
    listed_as: Option<&'p ast::Ident>,
    properties: Option<&'p ast::Expr>,
    predicate: Option<&'p ast::Expr>,
}

impl<'p> State<'p> {
    /// Goes on from an element.
    fn at(&self, element: &Element) -> Self {
        let mut state = self.clone();
        state.elements.push(element.clone());
        state
    }

    pub(super) fn here(&self) -> &Element {
        self.elements.last().expect("a part begins with an element")
    }

    /// The state in which a name stands for this; none if it stands for something else.
    fn bound(mut self, name: Option<&ast::Ident>, value: &Value) -> Option<Self> {
        let Some(name) = name else { return Some(self) };
        match self.row.insert(name.name.clone(), value.clone()) {
            Some(before) if before.is_null() || !equivalent(&before, value) => None,
            _ => Some(self),
        }
    }

    fn asks(&mut self, of: Value, properties: Option<&'p ast::Expr>, predicate: Option<&'p ast::Expr>) {
        self.asked.push(Asked { of, listed_as: None, properties, predicate });
    }
}

/// The terms of a condition.
fn conjuncts(predicate: Option<&ast::Expr>) -> Vec<&ast::Expr> {
    match predicate.map(|predicate| &predicate.kind) {
        Some(ast::ExprKind::And(terms)) => terms.iter().collect(),
        _ => predicate.into_iter().collect(),
    }
}

/// Whether an expression names the path of a part, or the list of what it travels.
fn is_about(expr: &ast::Expr, part: &ast::PatternPart) -> bool {
    let names = part.variable.iter().chain(part.path.hops.iter().filter_map(|hop| arrow(hop)?.variable.as_ref()));
    let is_named = variable(expr).is_some_and(|own| names.map(|name| &name.name).any(|name| name == own));
    is_named || expr.children().into_iter().any(|part_of| is_about(part_of, part))
}

/// The names that a pattern may bind.
pub(super) fn names(pattern: &ast::Pattern) -> Vec<Name> {
    let of_part = |part: &ast::PatternPart| {
        let path = part.variable.as_ref().map(|variable| variable.name.clone());
        path.into_iter().chain(names_in(&part.path)).collect::<Vec<_>>()
    };
    pattern.parts.iter().flat_map(of_part).collect()
}

/// The names of the elements of a path.
pub(super) fn names_in(path: &ast::PathPattern) -> Vec<Name> {
    let mut names = Vec::new();
    names_at(&path.start, &mut names);
    for hop in &path.hops {
        match &hop.link {
            Link::Arrow(rel) => names.extend(rel.variable.as_ref().map(|variable| variable.name.clone())),
            Link::Group(group) => names.extend(names_in(&group.path)),
        }
        names_at(&hop.end, &mut names);
    }
    names.sort_unstable();
    names.dedup();
    names
}

pub(super) fn arrow(hop: &ast::Hop) -> Option<&ast::RelPattern> {
    match &hop.link {
        Link::Arrow(rel) => Some(rel),
        Link::Group(_) => None,
    }
}

fn names_at(endpoint: &Endpoint, names: &mut Vec<Name>) {
    match endpoint {
        Endpoint::Node(node) => names.extend(node.variable.as_ref().map(|variable| variable.name.clone())),
        Endpoint::Bracket(bracket) => {
            names.extend(bracket.rel.variable.as_ref().map(|variable| variable.name.clone()));
            if let Some((left, right)) = bracket.ends.as_deref() {
                names_at(left, names);
                names_at(right, names);
            }
        }
    }
}

impl Evaluator<'_> {
    /// The row with what each match of the pattern adds to it.
    pub(super) fn matches(
        &self,
        pattern: &ast::Pattern,
        repeatable: bool,
        predicate: Option<&ast::Expr>,
        row: &Row,
    ) -> Outcome<Vec<Row>> {
        let (row, mode) = (row.clone(), Mode::default());
        let nothing = State { row, arrows: vec![], elements: vec![], rels: vec![], asked: vec![], mode };
        let mut states = vec![nothing];
        for part in &pattern.parts {
            let about: Vec<&ast::Expr> = conjuncts(predicate).into_iter().filter(|term| is_about(term, part)).collect();
            let mode = Self::mode_of(part, repeatable);
            for state in &mut states {
                state.mode = mode;
                if repeatable {
                    state.arrows.clear();
                }
            }
            states = self.each(states, |state| self.part(part, &about, &state))?;
        }
        let mut rows = Vec::new();
        for state in states {
            if self.is_as_asked(&state)? && self.holds(predicate, &state.row)? {
                rows.push(state.row);
            }
        }
        Ok(rows)
    }

    /// The matches of a path alone.
    pub(super) fn path_matches(
        &self,
        path: &ast::PathPattern,
        (variable, selector): (Option<&ast::Ident>, Selector),
        predicate: Option<&ast::Expr>,
        row: &Row,
    ) -> Outcome<Vec<Row>> {
        let part = ast::PatternPart { selector, ..ast::PatternPart::of(variable.cloned(), path.clone(), path.span) };
        self.matches(&ast::Pattern { parts: vec![part], span: path.span }, false, predicate, row)
    }

    fn each<'p>(
        &self,
        states: Vec<State<'p>>,
        then: impl Fn(State<'p>) -> Outcome<Vec<State<'p>>>,
    ) -> Outcome<Vec<State<'p>>> {
        let mut all = Vec::new();
        for state in states {
            let next = then(state)?;
            self.step(next.len())?;
            all.extend(next);
        }
        Ok(all)
    }

    /// The matches of one path. A shortest one is the shortest of those of which what is said `about` it is true.
    fn part<'p>(&self, part: &'p ast::PatternPart, about: &[&ast::Expr], state: &State<'p>) -> Outcome<Vec<State<'p>>> {
        let mut states = Vec::new();
        for element in self.elements() {
            states.extend(self.arrive(&part.path.start, &element, state.at(&element)));
        }
        for hop in &part.path.hops {
            states = self.each(states, |state| self.hop(hop, &part.selector, &state))?;
        }
        let mut named = Vec::new();
        for state in states {
            let elements = state.elements.clone();
            let relationships = state.rels.iter().copied().map(Relationship::bare).collect();
            let path = Value::from(Path { elements, relationships });
            named.extend(state.bound(part.variable.as_ref(), &path));
        }
        named = match part.selector {
            Selector::ShortestPath | Selector::AllShortestPaths => self.shortest(&part.selector, about, named)?,
            Selector::All | Selector::Shortest { .. } => self.chosen(part, named)?,
        };
        for state in &mut named {
            state.elements.clear();
            state.rels.clear();
        }
        Ok(named)
    }

    fn elements(&self) -> Vec<Element> {
        let view = self.view();
        let nodes = view.nodes.keys().map(|id| Element::Node(Node::bare(*id)));
        let rels = view.rels.keys().map(|id| Element::Relationship(Relationship::bare(*id)));
        nodes.chain(rels).collect()
    }

    /// The states in which an element is what the endpoint says; two where a bracket can be read either way.
    pub(super) fn arrive<'p>(&self, endpoint: &'p Endpoint, element: &Element, state: State<'p>) -> Vec<State<'p>> {
        let is_called = |names: &Option<ast::LabelExpr>| {
            names.as_ref().is_none_or(|names| self.graph.is_called(element.id(), names))
        };
        let value = Value::from(element.clone());
        match (endpoint, element) {
            (Endpoint::Node(node), Element::Node(_)) if is_called(&node.labels) => {
                let mut bound = state.bound(node.variable.as_ref(), &value);
                if let Some(state) = &mut bound {
                    state.asks(value.clone(), node.properties.as_ref(), node.predicate.as_deref());
                }
                bound.into_iter().collect()
            }
            (Endpoint::Bracket(bracket), Element::Relationship(rel)) if is_called(&bracket.rel.types) => {
                self.note("pattern", if bracket.ends.is_some() { "[()-[]->()]" } else { "[r]" });
                let bound = state.bound(bracket.rel.variable.as_ref(), &value);
                let mut states: Vec<State> =
                    bound.into_iter().flat_map(|state| self.inside(bracket, rel.id(), state)).collect();
                for state in &mut states {
                    state.asks(value.clone(), bracket.rel.properties.as_ref(), None);
                }
                states
            }
            _ => Vec::new(),
        }
    }

    fn inside<'p>(&self, bracket: &'p ast::Bracket, rel: ElementId, state: State<'p>) -> Vec<State<'p>> {
        let Some((left, right)) = bracket.ends.as_deref() else { return vec![state] };
        let (start, end) = (&self.graph.rels[&rel].start, &self.graph.rels[&rel].end);
        let read = |from: &Element, to: &Element| -> Vec<State<'p>> {
            let arrived = self.arrive(left, from, state.clone());
            arrived.into_iter().flat_map(|state| self.arrive(right, to, state)).collect()
        };
        match bracket.rel.direction {
            ArrowDirection::Right => read(start, end),
            ArrowDirection::Left => read(end, start),
            ArrowDirection::Either if start == end => read(start, end),
            ArrowDirection::Either => [read(start, end), read(end, start)].concat(),
        }
    }

    pub(super) fn hop<'p>(&self, hop: &'p ast::Hop, selector: &Selector, state: &State<'p>) -> Outcome<Vec<State<'p>>> {
        let arrow = match &hop.link {
            Link::Arrow(arrow) => arrow,
            Link::Group(group) => return self.group(group, &hop.end, state),
        };
        let is_one_of_many = matches!(selector, Selector::ShortestPath | Selector::AllShortestPaths);
        if arrow.length.is_some() || is_one_of_many {
            return self.trails(arrow, &hop.end, state);
        }
        let mut states = Vec::new();
        for (rel, to, state) in self.travelled(arrow, state) {
            let value = Value::from(Relationship::bare(rel));
            let Some(mut state) = state.bound(arrow.variable.as_ref(), &value) else { continue };
            state.asks(value, arrow.properties.as_ref(), arrow.predicate.as_deref());
            states.extend(self.arrive(&hop.end, &to, state));
        }
        Ok(states)
    }

    /// The states one relationship further.
    fn travelled<'p>(&self, arrow: &'p ast::RelPattern, state: &State<'p>) -> Vec<(ElementId, Element, State<'p>)> {
        let mut travelled = Vec::new();
        for (rel, to) in self.view().arrows(state.here(), arrow.direction) {
            let is_called = arrow.types.as_ref().is_none_or(|types| self.graph.is_called(rel, types));
            let is_free = state.mode.repeats_arrows || !state.arrows.contains(&rel);
            let is_new = state.mode.repeats_nodes || !state.elements.contains(&to);
            if is_called && is_free && is_new {
                let mut state = state.at(&to);
                state.arrows.push(rel);
                state.rels.push(rel);
                travelled.push((rel, to, state));
            }
        }
        travelled
    }

    /// Trails of every length within the bounds; on the way they pass through nodes only.
    fn trails<'p>(&self, arrow: &'p ast::RelPattern, end: &'p Endpoint, state: &State<'p>) -> Outcome<Vec<State<'p>>> {
        self.note("pattern", "variable length");
        let length = arrow.length;
        let least = length.map_or(1, |length| length.min.unwrap_or(1));
        let most = length.map_or(1, |length| length.max.unwrap_or(u64::MAX));
        let (mut found, mut open) = (Vec::new(), vec![(0, state.clone())]);
        while let Some((count, reached)) = open.pop() {
            self.step(1)?;
            if count >= least {
                let list = reached.rels[state.rels.len()..].iter().map(|rel| Value::from(Relationship::bare(*rel)));
                let listed = reached.clone().bound(arrow.variable.as_ref(), &Value::List(list.collect()));
                found.extend(listed.into_iter().flat_map(|listed| self.arrive(end, reached.here(), listed)));
            }
            if count == most || (count > 0 && !matches!(reached.here(), Element::Node(_))) {
                continue;
            }
            for (rel, _, mut further) in self.travelled(arrow, &reached) {
                further.asked.push(Asked {
                    of: Value::from(Relationship::bare(rel)),
                    listed_as: arrow.variable.as_ref(),
                    properties: arrow.properties.as_ref(),
                    predicate: arrow.predicate.as_deref(),
                });
                open.push((count + 1, further));
            }
        }
        Ok(found)
    }

    /// Of the trails between the same two ends that are as asked, the shortest one or all of them. To itself an element
    /// has the empty one only.
    fn shortest<'p>(
        &self,
        selector: &Selector,
        about: &[&ast::Expr],
        states: Vec<State<'p>>,
    ) -> Outcome<Vec<State<'p>>> {
        let is_one = *selector == Selector::ShortestPath;
        self.note("pattern", if is_one { "shortestPath" } else { "allShortestPaths" });
        let mut right = Vec::new();
        for state in states {
            let comes_back = !state.rels.is_empty() && state.elements[0] == *state.here();
            let is_true = |term: &&ast::Expr| self.holds(Some(*term), &state.row);
            let wanted = about.iter().map(is_true).collect::<Outcome<Vec<bool>>>()?;
            if !comes_back && self.is_as_asked(&state)? && !wanted.contains(&false) {
                right.push(state);
            }
        }
        right.sort_by_key(|state| state.rels.len());
        let mut kept: Vec<State> = Vec::new();
        for state in right {
            let has_ends = |other: &&State| other.elements[0] == state.elements[0] && other.here() == state.here();
            match kept.iter().find(has_ends) {
                Some(_) if is_one => {}
                Some(other) if other.rels.len() < state.rels.len() => {}
                _ => kept.push(state),
            }
        }
        Ok(kept)
    }

    pub(super) fn is_as_asked(&self, state: &State) -> Outcome<bool> {
        for asked in &state.asked {
            let row = match asked.listed_as {
                Some(name) => &with(&state.row, &name.name, asked.of.clone()),
                None => &state.row,
            };
            if !self.has_properties(&asked.of, asked.properties, row)? || !self.holds(asked.predicate, row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether each property is there and the one that is wanted.
    fn has_properties(&self, of: &Value, properties: Option<&ast::Expr>, row: &Row) -> Outcome<bool> {
        let entries = match properties.map(|properties| &properties.kind) {
            None => return Ok(true),
            Some(ast::ExprKind::Map(entries)) => entries,
            Some(_) => return failed("properties that are no map"),
        };
        for (key, wanted) in entries {
            let (found, wanted) = (self.property(of, &key.name)?, self.eval(wanted, Scope::of(row))?);
            if found.is_null() || wanted.is_null() || !equivalent(&found, &wanted) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a condition is true; one that is left out is.
    pub(super) fn holds(&self, predicate: Option<&ast::Expr>, row: &Row) -> Outcome<bool> {
        match predicate {
            None => Ok(true),
            Some(predicate) => Ok(self.truth(predicate, Scope::of(row))? == Some(true)),
        }
    }
}
