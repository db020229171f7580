//! `names.reconcile`: pairs of nodes that may be the same, and nobody has said so or looked into it.
//!
//! Each node is looked for by its own names, with little effort, and by its identifiers. What one record names side by side is
//! two things, so such a pair is none; nor is one that is joined already, asserted or quoted.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::known::{Labelled, labelled};
use super::super::options::Options;
use super::super::seen::Seen;
use super::book::{NameKey, keys_of_nodes, of_nodes};
use super::candidates::{Effort, candidates};
use crate::catalog::TypeId;
use crate::function::{Answer, Field, FunctionError, Host, Procedure, Registry};
use crate::names::{How, Reading, compare};
use crate::storage::{Direction, End, Family, NodeSlot, names_in};
use crate::value::{Name, Type, Value};

const NAME: &str = "names.reconcile";

/// Of a node with more names the first ones are looked for.
const MOST_NAMES: usize = 12;

/// An identifier that more nodes have tells none of them apart.
const MOST_SHARING: usize = 16;

pub(super) fn register(registry: &mut Registry) {
    registry.add_procedure(Procedure {
        name: Name::from(NAME),
        inputs: vec![Field::required("options", Type::Map)],
        outputs: vec![
            Field::required("a", Type::Node),
            Field::required("b", Type::Node),
            Field::required("score", Type::Float),
            Field::required("how", Type::String),
            Field::required("names", Type::list_of(Type::String)),
            Field::required("because", Type::list_of(Type::Element)),
        ],
        summary:
            "pairs of nodes that may be the same, the likeliest first; options: `label`, `threshold` (0.9), `limit` \
                  (1000), `same_as` ('SAME_AS', by which they would be joined), `identifiers` ('HAS_IDENTIFIER')"
                .to_owned(),
        body: Arc::new(rows),
    });
}

fn rows(host: &dyn Host, arguments: &[Value]) -> Result<Answer, FunctionError> {
    let options = Options::of(NAME, arguments, &["label", "threshold", "limit", "same_as", "identifiers"])?;
    let seen = Seen::by(host);
    let (label, threshold) = (options.text("label")?, options.share("threshold", 0.9)?);
    let limit = usize::try_from(options.count("limit", 1_000)?).unwrap_or(usize::MAX);
    let types = &seen.graph.catalog().types;
    let same_as = types.get(options.text("same_as")?.unwrap_or("SAME_AS"));
    let identifiers = types.get(options.text("identifiers")?.unwrap_or("HAS_IDENTIFIER"));
    let label = match labelled(&seen, label) {
        Labelled::All => None,
        Labelled::With(label) => Some(label),
        Labelled::Nobody => return Ok(Answer::of([])),
    };
    let keys = keys_of_nodes(&seen);
    let index = of_nodes(&seen, label, &keys)?;
    let mut nodes: Vec<NodeSlot> = Vec::new();
    seen.each_with_label(label, |node| nodes.push(node))?;
    let fits =
        |node: NodeSlot| label.is_none_or(|label| seen.graph.has_label(node, label)) && seen.sees(End::node(node));
    let mut names = Names { seen: &seen, keys: &keys, known: FxHashMap::default() };
    let mut pairs: BTreeMap<(NodeSlot, NodeSlot), Pair> = BTreeMap::new();
    let mut looked_at: FxHashSet<(NodeSlot, NodeSlot)> = FxHashSet::default();
    for node in nodes {
        seen.reserve(0)?;
        let own = names.of(node)?;
        let identified = identifiers_of(&seen, node, identifiers);
        let mut others: Vec<NodeSlot> = sharing(&seen, &identified, identifiers);
        for (_, name) in own.iter() {
            let found = candidates(&index, name, Effort::BLOCK, |slot| slot != node.0);
            others.extend(found.slots.into_iter().map(NodeSlot));
        }
        others.sort_unstable();
        others.dedup();
        for other in others {
            let pair = (node.min(other), node.max(other));
            if other == node || !fits(other) || !looked_at.insert(pair) {
                continue;
            }
            seen.reserve(size_of::<(NodeSlot, NodeSlot)>())?;
            let shared = shared_by(&seen, &identified, other, identifiers);
            let found = likeness([&own, &names.of(other)?], shared);
            if let Some(found) = found.filter(|found| found.score >= threshold)
                && !are_joined(&seen, pair, same_as)
                && !are_told_apart(&seen, pair)
            {
                seen.reserve(size_of::<Pair>() + found.names.iter().map(String::len).sum::<usize>())?;
                pairs.insert(pair, if pair.0 == node { found } else { found.turned() });
            }
        }
    }
    let mut pairs: Vec<((NodeSlot, NodeSlot), Pair)> = pairs.into_iter().collect();
    let id = |node: NodeSlot| seen.graph.node_id(node);
    pairs.sort_by(|(one, first), (other, second)| {
        second.score.total_cmp(&first.score).then_with(|| (id(one.0), id(one.1)).cmp(&(id(other.0), id(other.1))))
    });
    pairs.truncate(limit);
    let rows: Vec<Vec<Value>> = pairs.into_iter().map(|(pair, found)| found.row(&seen, pair)).collect();
    Ok(Answer::of(rows))
}

/// How two nodes are alike.
struct Pair {
    score: f64,
    how: How,
    names: [String; 2],
    /// Identifiers that both have.
    shared: Vec<NodeSlot>,
}

impl Pair {
    fn turned(self) -> Self {
        let [one, other] = self.names;
        Self { names: [other, one], ..self }
    }

    fn row(self, seen: &Seen, (one, other): (NodeSlot, NodeSlot)) -> Vec<Value> {
        let names: Vec<Value> = self.names.into_iter().map(Value::from).collect();
        let shared: Vec<Value> = self.shared.iter().map(|node| seen.value(End::node(*node))).collect();
        let [one, other] = [one, other].map(|node| seen.value(End::node(node)));
        vec![one, other, Value::Float(self.score), Value::from(self.how.name()), names.into(), shared.into()]
    }
}

/// The names of nodes, and what each is worth; each is read once.
struct Names<'s, 'h> {
    seen: &'s Seen<'h>,
    keys: &'s [NameKey],
    known: FxHashMap<NodeSlot, Rc<[(f64, Reading)]>>,
}

impl Names<'_, '_> {
    fn of(&mut self, node: NodeSlot) -> Result<Rc<[(f64, Reading)]>, FunctionError> {
        if let Some(known) = self.known.get(&node) {
            return Ok(Rc::clone(known));
        }
        let mut names = Vec::new();
        for key in self.keys {
            let value = self.seen.graph.node_property(node, key.key);
            let some = names_in(&value).take(MOST_NAMES - names.len());
            names.extend(some.map(|name| (key.worth, Reading::of(name))));
        }
        self.seen.reserve(names.iter().map(|(_, name)| size_of::<(f64, Reading)>() + name.payload_bytes()).sum())?;
        let names: Rc<[(f64, Reading)]> = names.into();
        self.known.insert(node, Rc::clone(&names));
        Ok(names)
    }
}

/// The names that are most alike, and how alike these are. Who has an identifier in common is likelier to be one.
fn likeness([own, theirs]: [&[(f64, Reading)]; 2], shared: Vec<NodeSlot>) -> Option<Pair> {
    let mut best: Option<(f64, How, [&Reading; 2])> = None;
    for (worth, name) in own {
        for (their_worth, their_name) in theirs {
            let compared = compare(name, their_name);
            let score = compared.score * worth.min(*their_worth);
            if best.as_ref().is_none_or(|(known, ..)| *known < score) {
                best = Some((score, compared.how, [name, their_name]));
            }
        }
    }
    best.map(|(score, how, names)| {
        let names = names.map(|name| name.text.clone());
        let score = if shared.is_empty() { score } else { f64::midpoint(score, 1.0) };
        Pair { score, how, names, shared }
    })
}

/// Those of these identifiers that another node has, too.
fn shared_by(seen: &Seen, mine: &[NodeSlot], other: NodeSlot, identifiers: Option<TypeId>) -> Vec<NodeSlot> {
    let theirs = if mine.is_empty() { Vec::new() } else { identifiers_of(seen, other, identifiers) };
    mine.iter().copied().filter(|one| theirs.contains(one)).collect()
}

fn identifiers_of(seen: &Seen, node: NodeSlot, identifiers: Option<TypeId>) -> Vec<NodeSlot> {
    let Some(rel_type) = identifiers else { return Vec::new() };
    let found = seen.graph.neighbours(End::node(node), Direction::Out, Some(rel_type), Family::Plain);
    found.filter(|found| seen.sees(End::rel(found.rel))).filter_map(|found| found.end.as_node()).collect()
}

/// The nodes that have one of these identifiers.
fn sharing(seen: &Seen, mine: &[NodeSlot], identifiers: Option<TypeId>) -> Vec<NodeSlot> {
    let mut others = Vec::new();
    for identifier in mine {
        let found = seen.graph.neighbours(End::node(*identifier), Direction::In, identifiers, Family::Plain);
        others.extend(found.filter_map(|found| found.end.as_node()).take(MOST_SHARING));
    }
    others
}

/// Whether it was said already that the two are the same, by anybody and in either state.
fn are_joined(seen: &Seen, (one, other): (NodeSlot, NodeSlot), same_as: Option<TypeId>) -> bool {
    let Some(rel_type) = same_as else { return false };
    let is_joined = |family, direction| {
        let mut found = seen.graph.between(End::node(one), direction, Some(rel_type), family, End::node(other));
        found.next().is_some()
    };
    [Family::Plain, Family::Quoted]
        .iter()
        .any(|family| [Direction::Out, Direction::In].iter().any(|way| is_joined(*family, *way)))
}

/// Whether one paragraph names both.
fn are_told_apart(seen: &Seen, (one, other): (NodeSlot, NodeSlot)) -> bool {
    let paragraphs = |node| seen.citations(End::node(node)).filter_map(|cited| cited.paragraph);
    let mine: FxHashSet<NodeSlot> = paragraphs(one).collect();
    !mine.is_empty() && paragraphs(other).any(|paragraph| mine.contains(&paragraph))
}
