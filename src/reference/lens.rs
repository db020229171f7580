//! Clocks and REQUIRE: the graph is filtered first and asked after.
//!
//! What a pattern inside inherits is the lens, not the filtered graph: its own clock of the same kind takes the place of
//! the outer one, and what it sees is all of the graph through the lens that results.

use std::ops::Deref;
use std::rc::Rc;

use super::evidence::Evidence;
use super::expression::Scope;
use super::{Evaluator, Graph, Outcome, Row, failed};
use crate::syntax::ast;
use crate::value::{Date, DateTime, Element, ElementId, Value};

/// What is looked through, with the values of its operands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lens {
    pub(super) valid: Option<Clock>,
    pub(super) known: Option<Clock>,
    pub(super) sources: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clock {
    pub(super) possibly: bool,
    pub(super) at: Time,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Time {
    Day(Date),
    Moment(DateTime),
}

impl Time {
    /// The day in UTC, counted from 1970.
    pub(super) fn day(&self) -> i64 {
        match self {
            Time::Day(day) => day.epoch_days(),
            Time::Moment(moment) => moment.utc_date().epoch_days(),
        }
    }
}

/// Where patterns are looked for.
pub(super) enum View<'a> {
    Whole(&'a Graph),
    Part(Rc<Graph>),
}

impl Deref for View<'_> {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        match self {
            View::Whole(graph) => graph,
            View::Part(graph) => graph,
        }
    }
}

impl Evaluator<'_> {
    /// The graph that patterns see here.
    pub(super) fn view(&self) -> View<'_> {
        match self.part_of_graph(&self.lens.borrow()) {
            None => View::Whole(self.graph),
            Some(part) => View::Part(part),
        }
    }

    /// What `then` makes of patterns that are looked at through a lens as well, whose operands this row knows.
    pub(super) fn under<T>(&self, lens: &ast::Lens, row: &Row, then: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        if self.overlooks_lenses || lens.is_empty() {
            return then();
        }
        let inner = self.replaced(lens, row)?;
        let outer = self.lens.replace(inner);
        let result = then();
        self.lens.replace(outer);
        result
    }

    /// The lens that is in force with what is written here in the place of what was there.
    fn replaced(&self, lens: &ast::Lens, row: &Row) -> Outcome<Lens> {
        let mut inner = self.lens.borrow().clone();
        self.note_lens(lens, &inner);
        if let Some(clock) = &lens.valid {
            inner.valid = Some(self.clock(clock, row)?);
        }
        if let Some(clock) = &lens.known {
            inner.known = Some(self.clock(clock, row)?);
        }
        if let Some(count) = &lens.sources {
            inner.sources = match self.eval(count, Scope::of(row))? {
                Value::Integer(count) if count >= 0 => usize::try_from(count).ok(),
                other => return failed(format!("{other} sources")),
            };
        }
        Ok(inner)
    }

    fn clock(&self, clock: &ast::Clock, row: &Row) -> Outcome<Clock> {
        let at = match self.eval(&clock.at, Scope::of(row))? {
            Value::Date(day) => Time::Day(day),
            Value::DateTime(moment) => Time::Moment(moment),
            Value::Edtf(edtf) => match edtf.as_day() {
                Some(day) => Time::Day(day),
                None => return failed(format!("a clock at {edtf}")),
            },
            other => return failed(format!("a clock at {other}")),
        };
        Ok(Clock { possibly: clock.possibly, at })
    }

    /// Notes where a lens is written.
    pub(super) fn note_place(&self, lens: &ast::Lens, place: &str) {
        if !lens.is_empty() {
            self.note("lens", &format!("on {place}"));
        }
    }

    fn note_lens(&self, lens: &ast::Lens, outer: &Lens) {
        let clocks = [("VALID AT", &lens.valid, &outer.valid), ("KNOWN AT", &lens.known, &outer.known)];
        for (name, inner, outer) in clocks {
            let Some(inner) = inner else { continue };
            self.note("lens", &format!("{}{name}", if inner.possibly { "POSSIBLY " } else { "" }));
            if outer.is_some() {
                self.note("lens", &format!("{name} in the place of another"));
            }
        }
        if lens.valid.is_some() && lens.known.is_some() {
            self.note("lens", "both clocks");
        }
        if lens.sources.is_some() {
            self.note("lens", "REQUIRE");
        }
    }

    /// The graph without what does not pass; none if nothing is asked.
    fn part_of_graph(&self, lens: &Lens) -> Option<Rc<Graph>> {
        if *lens == Lens::default() {
            return None;
        }
        let mut parts = self.parts.borrow_mut();
        if let Some((_, part)) = parts.iter().find(|(other, _)| other == lens) {
            return Some(Rc::clone(part));
        }
        let part = Rc::new(filtered(self.graph, lens));
        parts.push((lens.clone(), Rc::clone(&part)));
        Some(part)
    }
}

/// The elements that pass, relationships only if their ends do. Sources are counted in what the clocks leave.
fn filtered(graph: &Graph, lens: &Lens) -> Graph {
    let evidence = Evidence { graph };
    let part = kept(graph, &|id| evidence.passes(id, lens));
    match lens.sources {
        None => part,
        Some(count) => kept(&part, &|id| evidence.is_exempt(id) || evidence.has_sources_in(&part, id, count)),
    }
}

fn kept(graph: &Graph, passes: &dyn Fn(ElementId) -> bool) -> Graph {
    let mut part = graph.clone();
    part.nodes.retain(|id, _| passes(*id));
    part.rels.retain(|id, _| passes_with_ends(graph, *id, passes));
    part
}

fn passes_with_ends(graph: &Graph, id: ElementId, passes: &dyn Fn(ElementId) -> bool) -> bool {
    let end_passes = |end: &Element| passes_with_ends(graph, end.id(), passes);
    passes(id) && graph.rels.get(&id).is_none_or(|rel| end_passes(&rel.start) && end_passes(&rel.end))
}
