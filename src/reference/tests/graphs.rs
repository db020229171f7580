//! Generated graphs: small, and most of them wild: with loops, cycles of two, parallel relationships, quoted ones and
//! relationships about relationships.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::dice::Dice;
use crate::value::ElementId;

/// A graph as it is drawn: the names of its nodes and relationships are `n0`, `n1`, ... and `r0`, `r1`, ...
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub nodes: Vec<DraftNode>,
    pub rels: Vec<DraftRel>,
    pub indexes: Vec<&'static str>,
    /// When each commit was, in microseconds since 1970.
    pub commits: Vec<i64>,
    /// Whether there are sources, and days for clocks to ask of.
    pub dated: bool,
}

#[derive(Debug)]
pub(super) struct DraftNode {
    pub labels: &'static [&'static str],
    pub properties: Properties,
    /// The number of the commit that draws it.
    pub commit: usize,
}

#[derive(Debug)]
pub(super) struct DraftRel {
    pub rel_type: &'static str,
    pub start: End,
    pub end: End,
    pub quoted: bool,
    pub properties: Properties,
    /// The number of the commit that draws it, not before its ends.
    pub commit: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Node(usize),
    Rel(usize),
}

/// Keys and values, as literals.
pub(super) type Properties = Vec<(&'static str, String)>;

const LABELS: &[&[&str]] = &[&[], &["A"], &["A"], &["B"], &["A", "B"]];
const MIXED: &[&str] = &["1", "2", "'a'", "true", "false", "1.5", "[1]", "0.0 / 0.0", "date('2020-02-01')"];

/// So many of a hundred graphs have evidence and days.
const DATED_PERCENT: usize = 34;

/// What the optimiser may use for the properties that queries ask for.
const INDEXES: &[&str] = &[
    "CREATE INDEX FOR (n:A) ON (n.v)",
    "CREATE INDEX FOR (n:A) ON (n.m)",
    "CREATE INDEX FOR (n:B) ON (n.s)",
    "CREATE INDEX FOR ()-[r:R]-() ON (r.w)",
    "CREATE CONSTRAINT FOR (n:B) REQUIRE n.n IS UNIQUE",
    "CREATE CONSTRAINT FOR (n:A) REQUIRE n.n IS UNIQUE",
];

impl Draft {
    pub(super) fn random(dice: &mut Dice) -> Self {
        let mut draft = Self { commits: vec![0], dated: dice.chance(DATED_PERCENT), ..Self::default() };
        let wild = dice.chance(85);
        for _ in 0..3 + dice.below(if draft.dated { 2 } else { 4 }) {
            let labels = dice.pick(LABELS);
            draft.add_node(dice, labels);
        }
        for _ in 0..draft.nodes.len() + 2 + dice.below(if draft.dated { 2 } else { 4 }) {
            let rel = draft.rel(dice, wild);
            draft.rels.push(rel);
        }
        if draft.dated {
            draft.add_evidence(dice);
        }
        for index in INDEXES {
            if dice.chance(30) {
                draft.indexes.push(index);
            }
        }
        draft
    }

    /// A node with the usual properties; its number.
    pub(super) fn add_node(&mut self, dice: &mut Dice, labels: &'static [&'static str]) -> usize {
        let number = self.nodes.len();
        self.nodes.push(DraftNode { labels, properties: node_properties(dice, number), commit: 0 });
        number
    }

    fn rel(&self, dice: &mut Dice, wild: bool) -> DraftRel {
        let mut start = End::Node(dice.below(self.nodes.len()));
        let mut end = End::Node(dice.below(self.nodes.len()));
        let mut rel_type = *dice.pick(&[&"R", &"R", &"S", &"T"]);
        if let (true, false, Some(DraftRel { start: End::Node(from), end: End::Node(to), rel_type: other, .. })) =
            (wild && dice.chance(25), dice.chance(10), self.rels.last())
        {
            // Beside the one before, or back.
            (start, end) =
                if dice.chance(50) { (End::Node(*from), End::Node(*to)) } else { (End::Node(*to), End::Node(*from)) };
            rel_type = other;
        } else if wild && dice.chance(10) {
            end = start;
        } else if wild && dice.chance(30) && !self.rels.is_empty() {
            end = End::Rel(dice.below(self.rels.len()));
            if dice.chance(15) {
                start = End::Rel(dice.below(self.rels.len()));
            }
        }
        DraftRel { rel_type, start, end, quoted: wild && dice.chance(22), properties: rel_properties(dice), commit: 0 }
    }

    /// The statement of one commit, which returns the ids of what it draws under their names; what it names besides has
    /// been drawn and has these ids.
    pub(super) fn script(&self, commit: usize, ids: &BTreeMap<String, ElementId>) -> String {
        let mut parts = Vec::new();
        let mut drawn = Vec::new();
        for (number, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.commit == commit) {
            let labels: String = node.labels.iter().flat_map(|label| [":", *label]).collect();
            parts.push(format!("(n{number}{labels} {{{}}})", map(&node.properties)));
            drawn.push(format!("n{number}"));
        }
        let mut ends = BTreeSet::new();
        for (number, rel) in self.rels.iter().enumerate().filter(|(_, rel)| rel.commit == commit) {
            let properties = map(&rel.properties);
            let mut arrow = rel.start.to_string();
            let _ = write!(arrow, "-[r{number}:{} {{{properties}}}]->{}", rel.rel_type, rel.end);
            parts.push(if rel.quoted { format!("[{arrow}]") } else { arrow });
            drawn.push(format!("r{number}"));
            ends.extend([rel.start, rel.end].map(|end| (end.name(), end.to_string())));
        }
        let known = ends.iter().filter_map(|(name, end)| Some((name, end, ids.get(name)?)));
        let found: Vec<String> = known.map(|(name, end, id)| format!("MATCH {end} WHERE id({name}) = {id} ")).collect();
        let returned: Vec<String> = drawn.iter().map(|name| format!("id({name}) AS {name}")).collect();
        if parts.is_empty() {
            return String::new();
        }
        format!("{}CREATE {} RETURN {}", found.concat(), parts.join(", "), returned.join(", "))
    }
}

impl End {
    /// What it is called in a script.
    pub(super) fn name(self) -> String {
        match self {
            End::Node(number) => format!("n{number}"),
            End::Rel(number) => format!("r{number}"),
        }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::Node(_) => write!(f, "({})", self.name()),
            End::Rel(_) => write!(f, "[{}]", self.name()),
        }
    }
}

fn node_properties(dice: &mut Dice, number: usize) -> Properties {
    let mut properties = vec![("n", number.to_string())];
    maybe(dice, &mut properties, 85, "v", &["0", "1", "2", "-1"]);
    maybe(dice, &mut properties, 80, "s", &["'a'", "'b'", "'ab'", "'Ba'", "''"]);
    maybe(dice, &mut properties, 60, "f", &["0.5", "1.5", "-2.25", "0.0 / 0.0"]);
    maybe(dice, &mut properties, 60, "l", &["[1, 2]", "[2]", "[]", "[0, 1, 2]", "[1, 1]"]);
    maybe(dice, &mut properties, 70, "m", MIXED);
    maybe(dice, &mut properties, 50, "d", &["date('2020-01-01')", "date('2020-02-01')", "date('1999-12-31')"]);
    properties
}

fn rel_properties(dice: &mut Dice) -> Properties {
    let mut properties = Vec::new();
    maybe(dice, &mut properties, 85, "w", &["0", "1", "2"]);
    maybe(dice, &mut properties, 40, "s", &["'a'", "'b'"]);
    maybe(dice, &mut properties, 40, "m", MIXED);
    properties
}

pub(super) fn maybe(
    dice: &mut Dice,
    properties: &mut Properties,
    percent: usize,
    key: &'static str,
    values: &[&'static str],
) {
    if dice.chance(percent) {
        properties.push((key, dice.pick(values).to_owned()));
    }
}

fn map(properties: &Properties) -> String {
    properties.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn at_least_half_of_the_graphs_are_wild() {
    let pair = |rel: &DraftRel| match (rel.start, rel.end) {
        (End::Node(from), End::Node(to)) => Some((from.min(to), from.max(to))),
        _ => None,
    };
    let is_wild = |draft: &Draft| {
        let pairs: Vec<_> = draft.rels.iter().filter_map(pair).collect();
        let tangled = pairs.iter().enumerate().any(|(at, pair)| pair.0 == pair.1 || pairs[..at].contains(pair));
        let claimed = draft.rels.iter().any(|rel| rel.quoted);
        tangled && claimed && pairs.len() < draft.rels.len()
    };
    let drafts: Vec<Draft> = (0..200).map(|seed| Draft::random(&mut Dice::new(seed))).collect();
    assert!(2 * drafts.iter().filter(|draft| is_wild(draft)).count() >= drafts.len());
}
