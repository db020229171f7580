//! Writes queries: clause by clause, with the names that are known at each place and what they stand for.
//!
//! Every query binds and has one right answer: LIMIT stands behind an order that leaves nothing open, what depends on
//! the order of rows (a list that was collected) is used as a bag only, and what may fail stands where every plan
//! must evaluate it.

mod clause;
mod expression;
mod lens;
mod pattern;
mod projection;
mod rejecting;
mod shape;
mod write;

use std::collections::BTreeSet;

use super::dice::Dice;
pub(super) use write::statement;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Node,
    Rel,
    /// What a pattern of variable length has travelled.
    Rels,
    Path,
    /// One of several shortest paths: only its length is certain.
    SomePath,
    Integer,
    Float,
    Text,
    Truth,
    Day,
    /// A value of any type that a property may have.
    Any,
    Map,
    /// Integers in an order that is certain.
    Integers,
    Nodes,
    /// Integers in any order.
    Bag,
}

impl Kind {
    /// With what the names of its variables begin. The comparison knows a bag by it.
    fn prefix(self) -> &'static str {
        match self {
            Kind::Node => "a",
            Kind::Rel => "r",
            Kind::Rels => "rs",
            Kind::Path => "p",
            Kind::SomePath => "q",
            Kind::Integer => "i",
            Kind::Float => "f",
            Kind::Text => "s",
            Kind::Truth => "b",
            Kind::Day => "d",
            Kind::Any => "x",
            Kind::Map => "m",
            Kind::Integers => "l",
            Kind::Nodes => "ns",
            Kind::Bag => BAG,
        }
    }

    /// Whether an expression can be of this kind where nothing is known.
    fn needs_no_variable(self) -> bool {
        !matches!(self, Kind::Node | Kind::Rel | Kind::Rels | Kind::Path | Kind::SomePath | Kind::Nodes)
    }

    /// Whether rows can be told apart by it.
    fn is_certain(self) -> bool {
        !matches!(self, Kind::SomePath | Kind::Bag)
    }
}

/// The names of bags begin so.
pub(super) const BAG: &str = "bag";

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    kind: Kind,
}

/// A query.
#[derive(Debug)]
pub(super) struct Written {
    pub text: String,
    /// Whether the order of its rows is certain.
    pub ordered: bool,
    /// Whether a pattern goes both ways.
    pub undirected: bool,
    /// Whether rows are put into groups, or held to be the same, by what was counted or found of them.
    pub grouped_by_found: bool,
}

/// How often queries stand inside others.
const DEPTH: usize = 2;

/// What depends on more of the graph than properties.
#[derive(Default)]
struct Found {
    /// The names of what was counted, collected, chosen, or perhaps not found.
    names: BTreeSet<String>,
    /// Whether rows are put into groups, or held to be the same, by any of them.
    groups: bool,
}

struct Author<'d> {
    dice: &'d mut Dice,
    scope: Vec<Variable>,
    /// How many of the names were there before the pattern that is being written.
    known: usize,
    /// How many names there have been.
    count: usize,
    /// Whether the rows are in an order that is certain.
    sorted: bool,
    /// How often queries may still stand inside others.
    depth: usize,
    undirected: bool,
    found: Found,
    /// Whether a bare pattern may be a condition here.
    asks: bool,
    /// How many of a hundred arrows have no head.
    undirected_percent: usize,
    /// How many of a hundred patterns stand under a clock; none where there are no days to ask for.
    clock_percent: usize,
}

/// A query for a graph as [`Draft`](super::graphs::Draft) makes them, `dated` or not.
pub(super) fn query(dice: &mut Dice, dated: bool) -> Written {
    let mut author = new(dice, dated);
    let around = author.statement_lens();
    let (text, ordered) = match author.dice.below(100) {
        0..8 => (author.union(), false),
        8..20 => (author.shaped(), false),
        20..28 => (author.rejecting(), false),
        28..36 if dated => (author.clocked(), false),
        _ => author.single(),
    };
    Written { text: around + &text, ordered, undirected: author.undirected, grouped_by_found: author.found.groups }
}

fn new(dice: &mut Dice, dated: bool) -> Author<'_> {
    let undirected_percent = if dice.chance(72) { 60 } else { 10 };
    Author {
        dice,
        scope: Vec::new(),
        known: 0,
        count: 0,
        sorted: false,
        depth: DEPTH,
        undirected: false,
        found: Found::default(),
        asks: true,
        undirected_percent,
        clock_percent: if dated { 40 } else { 0 },
    }
}

impl Author<'_> {
    fn fresh(&mut self, kind: Kind) -> String {
        self.count += 1;
        format!("{}{}", kind.prefix(), self.count)
    }

    fn declare(&mut self, kind: Kind) -> String {
        let name = self.fresh(kind);
        self.scope.push(Variable { name: name.clone(), kind });
        name
    }

    /// A variable of this kind.
    fn variable(&mut self, kind: Kind) -> Option<String> {
        let known: Vec<&Variable> = self.scope.iter().filter(|variable| variable.kind == kind).collect();
        if known.is_empty() { None } else { Some(known[self.dice.below(known.len())].name.clone()) }
    }

    /// Whether a value depends on what is found of the graph, and not on properties alone.
    fn is_of_found(&self, text: &str) -> bool {
        let patterns = [" {", "[(", ")-", ")<-", "degree(", "known(", "sources("];
        let mut names = text.split(|letter: char| !letter.is_alphanumeric());
        patterns.iter().any(|pattern| text.contains(pattern)) || names.any(|name| self.found.names.contains(name))
    }

    /// Remembers what the names depend on that are new behind the first `known`.
    fn all_found_since(&mut self, known: usize) {
        let new = self.scope.iter().skip(known).map(|variable| variable.name.clone());
        self.found.names.extend(new.collect::<Vec<_>>());
    }

    fn is_dated(&self) -> bool {
        self.clock_percent > 0
    }

    /// What `write` makes inside a query of its own, whose names end with it.
    fn inside<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let (scope, sorted) = (self.scope.clone(), self.sorted);
        self.depth -= 1;
        self.sorted = false;
        let written = write(self);
        self.depth += 1;
        (self.scope, self.sorted) = (scope, sorted);
        written
    }
}
