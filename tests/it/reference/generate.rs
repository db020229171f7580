//! Graphs and questions made by a string of choices.

use super::pattern::{
    Aggregate, Answer, Arrow, Bracket, Chain, Clause, Comparison, EndPattern, Item, Labels, NodePattern, Pattern,
    Predicate, Question, Way,
};
use super::{Choices, End, Graph, Node, Rel};

const LABELS: [&str; 3] = ["A", "B", "C"];
const TYPES: [&str; 3] = ["T", "U", "V"];
const NODE_NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// What a graph or question may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nodes and arrows between them.
    Plain,
    /// Brackets in patterns too.
    Bracketed,
}

/// A small graph. Half of them have most of their relationships between two nodes, so there are self-loops, cycles of
/// two and parallels.
pub(crate) fn graph(choices: &mut Choices<'_>) -> Graph {
    let node_count = 1 + choices.below(5);
    let nodes = (0..node_count).map(|index| node(choices, index)).collect();
    let knotted = choices.chance(50);
    let rel_count = choices.below(9);
    let mut rels = Vec::new();
    for index in 0..rel_count {
        let (start, end) = (end(choices, node_count, index, knotted), end(choices, node_count, index, knotted));
        let (of_type, w) = (choices.pick(&TYPES), choices.number());
        let asserted = !choices.chance(25);
        rels.push(Rel { id: 100 + small(index), of_type, start, end, asserted, w });
    }
    Graph { nodes, rels }
}

fn node(choices: &mut Choices<'_>, index: usize) -> Node {
    let labels = LABELS.into_iter().filter(|_| choices.chance(45)).collect();
    let v = choices.chance(70).then(|| choices.number());
    Node { id: small(index), labels, v }
}

fn end(choices: &mut Choices<'_>, node_count: usize, rel_count: usize, knotted: bool) -> End {
    if rel_count > 0 && choices.chance(12) {
        return End::Rel(choices.below(rel_count));
    }
    let bound = if knotted && !choices.chance(20) { node_count.min(2) } else { node_count };
    End::Node(choices.below(bound))
}

fn small(index: usize) -> i64 {
    i64::try_from(index).expect("a small number")
}

/// A statement of one to three clauses.
pub(crate) fn question(choices: &mut Choices<'_>, shape: Shape) -> Question {
    let copies = if choices.chance(5) { 700 } else { 1 + choices.below(2) * choices.below(2) };
    let mut maker = Maker::new(choices, shape);
    let mut clauses = vec![maker.first_match()];
    for _ in 0..maker.choices.below(3) {
        clauses.push(maker.next_clause());
    }
    Question { copies, clauses, answer: maker.answer() }
}

/// A chain of one to four hops, or two that meet, of which only the number is wanted: what the optimiser counts without
/// finding it.
pub(crate) fn counting(choices: &mut Choices<'_>) -> Question {
    let mut maker = Maker::new(choices, Shape::Plain);
    let mut chains = vec![maker.bare_chain(4)];
    if maker.choices.chance(20) {
        chains.push(maker.bare_chain(2));
    }
    let filter = maker.choices.chance(15).then(|| Box::new(maker.predicate(0)));
    let mut clauses = vec![Clause::Match { optional: false, pattern: Pattern { chains, filter } }];
    if maker.choices.chance(15) {
        let chains = vec![maker.bare_chain(2)];
        clauses.push(Clause::Match { optional: maker.choices.chance(30), pattern: Pattern { chains, filter: None } });
    }
    let keys = if maker.choices.chance(25) { maker.items() } else { Vec::new() };
    let aggregate = if maker.choices.chance(15) { maker.aggregate() } else { Aggregate::CountRows };
    Question { copies: 1, clauses, answer: Answer::Grouped { keys, aggregate } }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Node,
    Rel,
    Rels,
    Path,
    Value,
}

/// What is in scope while a statement is made.
struct Maker<'a, 'c> {
    choices: &'a mut Choices<'c>,
    shape: Shape,
    scope: Vec<(String, Kind)>,
    rel_count: usize,
    path_count: usize,
    value_count: usize,
}

impl<'a, 'c> Maker<'a, 'c> {
    fn new(choices: &'a mut Choices<'c>, shape: Shape) -> Self {
        Self { choices, shape, scope: Vec::new(), rel_count: 0, path_count: 0, value_count: 0 }
    }
}

impl Maker<'_, '_> {
    /// A chain of single hops with few names and few labels.
    fn bare_chain(&mut self, max_steps: usize) -> Chain {
        let end = |maker: &mut Self| {
            let name = maker.choices.chance(45).then(|| maker.choices.pick(&NODE_NAMES).to_owned());
            if let Some(name) = &name {
                maker.declare(name, Kind::Node);
            }
            let labels = if maker.choices.chance(20) { Labels::Has(maker.choices.pick(&LABELS)) } else { Labels::Any };
            EndPattern::Node(NodePattern { name, labels, v: None })
        };
        let start = end(self);
        let mut steps = Vec::new();
        for _ in 0..=self.choices.below(max_steps) {
            let mut arrow = Arrow { types: self.types(), way: self.way(), ..Arrow::default() };
            arrow.name = self.choices.chance(10).then(|| self.new_rel(Kind::Rel));
            steps.push((arrow, end(self)));
        }
        Chain { name: None, start, steps }
    }

    fn first_match(&mut self) -> Clause {
        Clause::Match { optional: self.choices.chance(10), pattern: self.pattern(true) }
    }

    fn next_clause(&mut self) -> Clause {
        if self.choices.chance(35) && !self.scope.is_empty() {
            return self.narrow();
        }
        if self.choices.chance(20) {
            return self.call();
        }
        Clause::Match { optional: self.choices.chance(35), pattern: self.pattern(true) }
    }

    fn call(&mut self) -> Clause {
        let outer = self.scope.clone();
        self.scope = outer.iter().filter(|_| self.choices.chance(50)).cloned().collect();
        let imports = self.scope.iter().map(|(name, _)| name.clone()).collect();
        let pattern = self.pattern(true);
        let answer = self.answer();
        self.scope = outer;
        let columns = (0..answer.column_count()).map(|_| self.new_value()).collect();
        Clause::Call { imports, pattern, answer, columns }
    }

    fn narrow(&mut self) -> Clause {
        let mut kept: Vec<_> = self.scope.clone().into_iter().filter(|_| self.choices.chance(50)).collect();
        if kept.is_empty() {
            kept.push(self.scope[0].clone());
        }
        self.scope = kept;
        Clause::Narrow {
            distinct: self.choices.chance(70),
            names: self.scope.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    /// `bound_rels` in what it calls: relationships of earlier clauses that this one has not drawn yet.
    fn pattern(&mut self, with_filter: bool) -> Pattern {
        let mut bound_rels = self.names(Kind::Rel);
        let mut chains = vec![self.chain(3, &mut bound_rels)];
        if self.choices.chance(30) {
            chains.push(self.chain(2, &mut bound_rels));
        }
        let filter = (with_filter && self.choices.chance(45)).then(|| Box::new(self.predicate(2)));
        Pattern { chains, filter }
    }

    fn chain(&mut self, max_steps: usize, bound_rels: &mut Vec<String>) -> Chain {
        let start = self.end(true);
        let mut at_node = matches!(start, EndPattern::Node(_));
        let mut steps = Vec::new();
        // Steps are most often one or two; a bracket may stand alone.
        let step_count = [1, 2, 1, 2, 1, max_steps, 0, 1][self.choices.below(8)];
        for _ in 0..step_count.min(max_steps) {
            let end = self.end(at_node);
            let between_nodes = at_node && matches!(end, EndPattern::Node(_));
            steps.push((self.arrow(between_nodes, bound_rels), end.clone()));
            at_node = matches!(end, EndPattern::Node(_));
        }
        let name = self.choices.chance(15).then(|| self.new_path());
        Chain { name, start, steps }
    }

    fn end(&mut self, bracket_allowed: bool) -> EndPattern {
        if self.shape == Shape::Bracketed && bracket_allowed && self.choices.chance(25) {
            return EndPattern::Bracket(Box::new(self.bracket(1)));
        }
        EndPattern::Node(self.node())
    }

    fn node(&mut self) -> NodePattern {
        let name = self.choices.chance(65).then(|| self.choices.pick(&NODE_NAMES).to_owned());
        if let Some(name) = &name {
            self.declare(name, Kind::Node);
        }
        let labels = match self.choices.below(16) {
            9..=11 => Labels::Has(self.choices.pick(&LABELS)),
            12 => Labels::Not(self.choices.pick(&LABELS)),
            13 => Labels::Either(LABELS[0], self.choices.pick(&LABELS[1..])),
            14 => Labels::Both(self.choices.pick(&LABELS[..2]), LABELS[2]),
            _ => Labels::Any,
        };
        let v = self.choices.chance(8).then(|| self.choices.number());
        NodePattern { name, labels, v }
    }

    fn bracket(&mut self, depth: usize) -> Bracket {
        let mut rel = Arrow { types: self.types(), way: self.way(), ..Arrow::default() };
        let bound = self.names(Kind::Rel);
        if !bound.is_empty() && self.choices.chance(25) {
            rel.name = Some(self.choices.pick(&bound));
        } else if self.choices.chance(60) {
            rel.name = Some(self.new_rel(Kind::Rel));
        }
        let ends = self.choices.chance(50).then(|| {
            let left = EndPattern::Node(self.node());
            let right = if depth > 0 && self.choices.chance(20) {
                EndPattern::Bracket(Box::new(self.bracket(depth - 1)))
            } else {
                EndPattern::Node(self.node())
            };
            (left, right)
        });
        Bracket { rel, ends }
    }

    fn arrow(&mut self, between_nodes: bool, bound_rels: &mut Vec<String>) -> Arrow {
        let mut arrow = Arrow { types: self.types(), way: self.way(), ..Arrow::default() };
        arrow.w = self.choices.chance(8).then(|| self.choices.number());
        if between_nodes && self.choices.chance(25) {
            let least = self.choices.below(3);
            let most = [Some(2), Some(3), Some(1), None][self.choices.below(4)].map(|most| most.max(least));
            arrow.length = Some((least, most));
            arrow.name = self.choices.chance(35).then(|| self.new_rel(Kind::Rels));
        } else if !bound_rels.is_empty() && self.choices.chance(6) {
            // An arrow of an earlier clause; none may stand twice in one MATCH.
            arrow.name = Some(bound_rels.remove(self.choices.below(bound_rels.len())));
        } else if self.choices.chance(35) {
            arrow.name = Some(self.new_rel(Kind::Rel));
        }
        arrow
    }

    fn types(&mut self) -> Vec<&'static str> {
        match self.choices.below(8) {
            4..=6 => vec![self.choices.pick(&TYPES)],
            7 => vec![TYPES[0], self.choices.pick(&TYPES[1..])],
            _ => Vec::new(),
        }
    }

    fn way(&mut self) -> Way {
        self.choices.pick(&[Way::Out, Way::In, Way::Either, Way::Out])
    }

    fn predicate(&mut self, depth: usize) -> Predicate {
        let nodes = self.names(Kind::Node);
        match self.choices.below(12) {
            0..=2 if !nodes.is_empty() => {
                Predicate::Compare(self.choices.pick(&nodes), "v", self.comparison(), self.choices.number())
            }
            3 | 4 if nodes.len() > 1 => {
                Predicate::Same(nodes[0].clone(), self.choices.pick(&nodes[1..]), self.choices.chance(30))
            }
            5 if !nodes.is_empty() => Predicate::HasLabel(self.choices.pick(&nodes), self.choices.pick(&LABELS)),
            6 if depth > 0 => Predicate::Not(Box::new(self.predicate(depth - 1))),
            7 if depth > 0 => Predicate::And(Box::new(self.predicate(depth - 1)), Box::new(self.predicate(depth - 1))),
            8 if depth > 0 => Predicate::Or(Box::new(self.predicate(depth - 1)), Box::new(self.predicate(depth - 1))),
            9 => Predicate::Count(self.inner(), self.comparison(), self.choices.number()),
            10 if !nodes.is_empty() => Predicate::Drawn(self.drawn(&nodes)),
            _ => Predicate::Exists(self.inner()),
        }
    }

    fn comparison(&mut self) -> Comparison {
        self.choices.pick(&[Comparison::Equal, Comparison::Less, Comparison::Greater])
    }

    /// The pattern of a subquery; what it names is gone after it.
    fn inner(&mut self) -> Pattern {
        let scope = self.scope.clone();
        let with_filter = self.choices.chance(20);
        let pattern = self.pattern(with_filter);
        self.scope = scope;
        pattern
    }

    /// A chain that names only what is bound.
    fn drawn(&mut self, nodes: &[String]) -> Chain {
        let end = |choices: &mut Choices<'_>, name: Option<String>| {
            let labels = if choices.chance(20) { Labels::Has(choices.pick(&LABELS)) } else { Labels::Any };
            EndPattern::Node(NodePattern { name, labels, v: None })
        };
        let name = Some(self.choices.pick(nodes));
        let start = end(self.choices, name);
        let mut steps = Vec::new();
        for _ in 0..=self.choices.below(2) {
            let mut arrow = Arrow { types: self.types(), way: self.way(), ..Arrow::default() };
            arrow.length = self.choices.chance(25).then_some((1, Some(3)));
            let name = self.choices.chance(40).then(|| self.choices.pick(nodes));
            steps.push((arrow, end(self.choices, name)));
        }
        Chain { name: None, start, steps }
    }

    fn answer(&mut self) -> Answer {
        match self.choices.below(8) {
            0 | 1 => Answer::Grouped { keys: Vec::new(), aggregate: self.aggregate() },
            2 => Answer::Grouped { keys: self.items(), aggregate: self.aggregate() },
            3 | 4 => Answer::Rows { items: self.items(), distinct: true },
            5 => Answer::Top { items: self.items(), skip: self.choices.below(2), limit: 1 + self.choices.below(4) },
            _ => Answer::Rows { items: self.items(), distinct: false },
        }
    }

    fn aggregate(&mut self) -> Aggregate {
        let Some((name, kind)) = self.any_name() else { return Aggregate::CountRows };
        let key = if kind == Kind::Node { "v" } else { "w" };
        match (self.choices.below(8), kind) {
            (3, _) => Aggregate::Count(name),
            (4, _) => Aggregate::CountDistinct(name),
            (5, Kind::Node | Kind::Rel) => Aggregate::Sum(name, key),
            (6, Kind::Node | Kind::Rel) => Aggregate::Min(name, key),
            (7, Kind::Node | Kind::Rel) => Aggregate::Max(name, key),
            _ => Aggregate::CountRows,
        }
    }

    fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        for _ in 0..=self.choices.below(3) {
            items.push(self.item());
        }
        items
    }

    fn item(&mut self) -> Item {
        let choice = self.choices.below(10);
        match self.any_name() {
            Some((name, Kind::Node)) if choice < 7 => Item::Property(name, "id"),
            Some((name, Kind::Node)) if choice < 9 => Item::Property(name, "v"),
            Some((name, Kind::Rel)) if choice < 9 => Item::Property(name, "id"),
            Some((name, Kind::Rels)) if choice < 6 => Item::Ids(name),
            Some((name, Kind::Rels)) if choice < 9 => Item::Size(name),
            Some((name, Kind::Value)) => Item::Value(name),
            Some((name, Kind::Path)) if choice < 5 => Item::Nodes(name),
            Some((name, Kind::Path)) if choice < 9 => Item::Relationships(name),
            _ => Item::Count(self.inner()),
        }
    }

    fn any_name(&mut self) -> Option<(String, Kind)> {
        if self.scope.is_empty() { None } else { Some(self.choices.pick(&self.scope)) }
    }

    fn names(&self, wanted: Kind) -> Vec<String> {
        self.scope.iter().filter(|(_, kind)| *kind == wanted).map(|(name, _)| name.clone()).collect()
    }

    fn new_rel(&mut self, kind: Kind) -> String {
        let name = format!("r{}", self.rel_count);
        self.rel_count += 1;
        self.declare(&name, kind);
        name
    }

    fn new_value(&mut self) -> String {
        let name = format!("v{}", self.value_count);
        self.value_count += 1;
        self.declare(&name, Kind::Value);
        name
    }

    fn new_path(&mut self) -> String {
        let name = format!("p{}", self.path_count);
        self.path_count += 1;
        self.declare(&name, Kind::Path);
        name
    }

    fn declare(&mut self, name: &str, kind: Kind) {
        if !self.scope.iter().any(|(known, _)| known == name) {
            self.scope.push((name.to_owned(), kind));
        }
    }
}
