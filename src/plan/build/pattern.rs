//! From a graph pattern to steps that find it, in the order in which it was written.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Branch, Builder, lens, route, shortest};
use crate::expr::{Expr, ExprKind, LabelExpr, Quantifier, VarId, Variables};
use crate::plan::{
    BuildPath, Choice, Direction, Draw, ElementKind, End, Expand, NodeScan, PathPiece, PathVariables, RelEnds, RelScan,
    ShortestPath, States, Step, Types, VarExpand, WayRules, path_predicate,
};
use crate::semantic::bound::{GraphPattern, PatternNode, PatternPath, PatternRel, Place, Reach, Selector};
use crate::value::{Name, Type};

impl Builder {
    /// Steps that extend rows with `scope` by each match of `pattern` for which `predicates` hold.
    pub(super) fn pattern(
        &mut self,
        pattern: &GraphPattern,
        predicates: Vec<Expr>,
        scope: &FxHashSet<VarId>,
    ) -> Vec<Step> {
        let pattern = &*lens::on_routes(pattern);
        let predicates = lens::conditions(pattern).into_iter().chain(predicates).collect();
        let (predicates, shortest) = shortest::split(pattern, predicates, &self.imports);
        let mut finder = Finder {
            builder: self,
            pattern,
            kinds: pattern.nodes.iter().map(|node| (node.var, ElementKind::Node)).collect(),
            branch: Branch { steps: Vec::new(), scope: scope.clone() },
            seen: FxHashSet::default(),
            arrows: Vec::new(),
            shortest,
            late: Vec::new(),
        };
        finder.find();
        let Finder { mut branch, late, .. } = finder;
        branch.filter(late);
        branch.extend(build_paths(&pattern.paths, pattern));
        branch.filter(predicates);
        branch.steps
    }
}

/// An arrow that has been found, for the rule that arrows are distinct.
struct Arrow {
    var: VarId,
    types: Types,
    /// Whether a relationship is an end of it: such a one is never one between nodes. `None`: several relationships.
    to_rel: Option<bool>,
}

pub(super) struct Finder<'a> {
    pub(super) builder: &'a mut Builder,
    pattern: &'a GraphPattern,
    kinds: FxHashMap<VarId, ElementKind>,
    pub(super) branch: Branch,
    /// The nodes whose labels have been asked for.
    seen: FxHashSet<VarId>,
    arrows: Vec<Arrow>,
    shortest: FxHashMap<VarId, Vec<path_predicate::PathPredicate>>,
    /// Conditions on the relationships of a way that could not be asked on the way.
    late: Vec<Expr>,
}

impl Finder<'_> {
    fn find(&mut self) {
        let pattern = self.pattern;
        let mut rest: Vec<&PatternRel> = pattern.rels.iter().collect();
        self.lone_nodes();
        while !rest.is_empty() {
            let next = self.next(&rest);
            let rel = rest.remove(next);
            self.rel(rel, &rest);
        }
    }

    /// Nodes at which no relationship of the pattern ends.
    fn lone_nodes(&mut self) {
        let pattern = self.pattern;
        let ends: FxHashSet<VarId> = pattern.rels.iter().filter_map(|rel| rel.ends).flat_map(|(a, b)| [a, b]).collect();
        for node in pattern.nodes.iter().filter(|node| !ends.contains(&node.var)) {
            if node.bound {
                self.not_null(node.var);
            }
            self.start_node(node);
        }
    }

    /// The first relationship that hangs together with what is bound; searches for shortest paths, and conditions on
    /// the way that look at what is not bound yet, wait for the others. If nothing hangs together: the first with a node.
    fn next(&self, rest: &[&PatternRel]) -> usize {
        let connected = |rel: &PatternRel| self.has(rel.var) || self.end_bound(rel);
        let ready = |rel: &PatternRel| connected(rel) && !waits(rel) && self.each_ready(rel);
        let at = |test: &dyn Fn(&PatternRel) -> bool| rest.iter().position(|rel| test(rel));
        at(&ready)
            .or_else(|| at(&|rel| !waits(rel) && connected(rel)))
            .or_else(|| at(&|rel| !waits(rel) && rel.ends.is_some_and(|ends| self.starts_with_node(ends))))
            .or_else(|| at(&|rel| !waits(rel)))
            .unwrap_or(0)
    }

    pub(super) fn has(&self, var: VarId) -> bool {
        self.branch.scope.contains(&var)
    }

    fn end_bound(&self, rel: &PatternRel) -> bool {
        rel.ends.is_some_and(|(left, right)| self.has(left) || self.has(right))
    }

    fn starts_with_node(&self, (left, right): (VarId, VarId)) -> bool {
        self.kinds.contains_key(&left) || self.kinds.contains_key(&right)
    }

    fn each_ready(&self, rel: &PatternRel) -> bool {
        match &rel.reach {
            Reach::Many { each: Some((local, expr)), .. } => {
                self.builder.imports.of_expr(expr).into_iter().all(|var| var == *local || self.has(var))
            }
            Reach::Route(route) => route::taken_from_around(route, rel, &self.builder.imports).all(|var| self.has(var)),
            Reach::Many { each: None, .. } | Reach::One => true,
        }
    }

    fn end(&self, var: VarId) -> End {
        End { var, kind: self.kinds.get(&var).copied().unwrap_or(ElementKind::Rel) }
    }

    fn rel(&mut self, rel: &PatternRel, rest: &[&PatternRel]) {
        let Some((left, right)) = rel.ends else {
            return self.bare_bracket(rel);
        };
        if left == rel.var || right == rel.var {
            return self.ends_at_itself(rel, [left, right], rest);
        }
        if let Reach::Many { selector: Selector::AnyShortest | Selector::AllShortest, .. } = rel.reach {
            self.start(left, rest);
            self.start(right, rest);
            return self.shortest(rel, self.end(left), self.end(right));
        }
        if let Reach::Route(route) = &rel.reach {
            self.start_of_route(route, [left, right], rest);
            self.route(rel, route, self.end(left), self.end(right));
        } else if self.has(rel.var) && matches!(rel.reach, Reach::One) {
            self.rel_ends(rel, left, right);
        } else {
            if !self.has(left) && (!self.has(right) || self.order_counts(rel)) {
                let first = if self.kinds.contains_key(&left) || self.order_counts(rel) { left } else { right };
                self.start(if self.kinds.contains_key(&first) { first } else { left }, rest);
            }
            let (from, to, direction) =
                if self.has(left) { (left, right, rel.direction) } else { (right, left, rel.direction.turned()) };
            match &rel.reach {
                Reach::One => self.expand(rel, self.end(from), self.end(to), direction),
                Reach::Many { .. } => self.var_expand(rel, self.end(from), self.end(to), direction),
                Reach::Route(_) => unreachable!("the branch above takes it"),
            }
        }
        let types = type_list(rel.types.as_ref());
        if let (Some(types), None) = (&rel.types, types)
            && matches!(rel.reach, Reach::One)
        {
            self.branch.filter([has_labels(rel.var, types)]);
        }
        self.end_labels(left);
        self.end_labels(right);
    }

    /// Whether the relationships on the way are a list that can be looked at: it is in the order of the text, so the
    /// way begins at its left end.
    fn order_counts(&self, rel: &PatternRel) -> bool {
        let is_named = || self.builder.variables.get(rel.var).name.is_some();
        let in_path = || self.pattern.paths.iter().any(|path| path.steps.contains(&rel.var));
        matches!(rel.reach, Reach::Many { .. }) && (is_named() || in_path())
    }

    /// Ends exist before what ends at them, so there is no such relationship.
    fn ends_at_itself(&mut self, rel: &PatternRel, ends: [VarId; 2], rest: &[&PatternRel]) {
        for end in ends {
            self.start(end, rest);
        }
        if !self.has(rel.var) {
            self.start(rel.var, rest);
        }
        self.branch.push(Step::Filter(Expr::literal(false)));
    }

    /// `[t:T]`
    fn bare_bracket(&mut self, rel: &PatternRel) {
        let types = type_list(rel.types.as_ref());
        if self.has(rel.var) {
            if let Some(types) = &rel.types {
                self.branch.filter([has_labels(rel.var, types)]);
            } else if rel.bound {
                self.not_null(rel.var);
            }
            return;
        }
        let filter = match (&rel.types, &types) {
            (Some(types), None) => Some(has_labels(rel.var, types)),
            _ => None,
        };
        let types = types.unwrap_or_default();
        self.branch.push(Step::RelScan(RelScan { var: rel.var, types, states: States::Both, between_nodes: false }));
        self.branch.filter(filter);
    }

    /// Binds an end at which nothing has arrived.
    pub(super) fn start(&mut self, var: VarId, rest: &[&PatternRel]) {
        if self.has(var) {
            return self.end_labels(var);
        }
        let pattern = self.pattern;
        if let Some(node) = pattern.nodes.iter().find(|node| node.var == var) {
            return self.start_node(node);
        }
        if let Some(bracket) = rest.iter().find(|rel| rel.var == var && rel.ends.is_none()) {
            return self.bare_bracket(bracket);
        }
        let scan = RelScan { var, types: Vec::new(), states: States::Both, between_nodes: false };
        self.branch.push(Step::RelScan(scan));
    }

    fn start_node(&mut self, node: &PatternNode) {
        if !self.seen.insert(node.var) {
            return;
        }
        if self.has(node.var) {
            return self.branch.filter(node.labels.as_ref().map(|labels| has_labels(node.var, labels)));
        }
        let (label, others) = scan_label(node.labels.as_ref());
        self.branch.push(Step::NodeScan(NodeScan::all(node.var, label)));
        self.branch.filter(others.map(|labels| has_labels(node.var, &labels)));
    }

    /// The labels of an end that has been reached.
    fn end_labels(&mut self, var: VarId) {
        let pattern = self.pattern;
        if let Some(node) = pattern.nodes.iter().find(|node| node.var == var) {
            self.start_node(node);
        }
    }

    fn not_null(&mut self, var: VarId) {
        let is_null = Expr::made(ExprKind::IsNull(Box::new(Expr::variable(var))));
        self.branch.filter([Expr::made(ExprKind::Not(Box::new(is_null)))]);
    }

    /// The arrows that a new one must differ from; it is one of them from now on. Brackets are exempt.
    pub(super) fn distinct_from(&mut self, rel: &PatternRel, var: VarId) -> Vec<VarId> {
        let is_exempt = rel.place == Place::Bracket || self.pattern.repeatable;
        if is_exempt || planted!("two arrows may be one relationship") {
            return Vec::new();
        }
        let types = match &rel.reach {
            Reach::Route(route) => route::types(route),
            Reach::One | Reach::Many { .. } => type_list(rel.types.as_ref()).unwrap_or_default(),
        };
        let is_rel = |var| self.end(var).kind == ElementKind::Rel;
        let to_rel = match rel.reach {
            Reach::One => Some(rel.ends.is_some_and(|(left, right)| is_rel(left) || is_rel(right))),
            Reach::Many { .. } | Reach::Route(_) => None,
        };
        let may_be = |arrow: &&Arrow| {
            let alike = arrow.to_rel.is_none() || to_rel.is_none() || arrow.to_rel == to_rel;
            let shared = arrow.types.iter().any(|name| types.contains(name));
            alike && (shared || types.is_empty() || arrow.types.is_empty())
        };
        let others = self.arrows.iter().filter(may_be).map(|arrow| arrow.var).collect();
        self.arrows.push(Arrow { var, types, to_rel });
        others
    }

    fn expand(&mut self, rel: &PatternRel, from: End, to: End, direction: Direction) {
        let distinct_from = self.distinct_from(rel, rel.var);
        self.branch.push(Step::Expand(Expand {
            from,
            rel: rel.var,
            to,
            direction,
            types: type_list(rel.types.as_ref()).unwrap_or_default(),
            states: states(rel),
            distinct_from,
        }));
    }

    fn rel_ends(&mut self, rel: &PatternRel, left: VarId, right: VarId) {
        let distinct_from = self.distinct_from(rel, rel.var);
        let (start, end, direction) = match rel.direction {
            Direction::Left => (right, left, Direction::Right),
            direction => (left, right, direction),
        };
        // A loop at a node that is not bound yet: found twice and compared.
        let twice = start == end && !self.has(start);
        let far = if twice { self.builder.variables.add(None, Type::Element) } else { end };
        self.branch.push(Step::RelEnds(RelEnds {
            rel: rel.var,
            start: self.end(start),
            end: End { var: far, ..self.end(end) },
            direction,
            types: type_list(rel.types.as_ref()).unwrap_or_default(),
            states: states(rel),
            distinct_from,
        }));
        if twice {
            self.branch.filter([Expr::equal(Expr::variable(start), Expr::variable(far))]);
        }
    }

    /// A list that is bound already is compared with what is found.
    fn var_expand(&mut self, rel: &PatternRel, from: End, to: End, direction: Direction) {
        let Reach::Many { min, max, each, .. } = &rel.reach else { return };
        let rels = if self.has(rel.var) { self.fresh_list() } else { rel.var };
        let ready = self.each_ready(rel);
        let (during, after) = match self.each(rel, each.clone()) {
            Some(each) if ready => (Some(each), None),
            late => (None, late),
        };
        let distinct_from = self.distinct_from(rel, rels);
        let rules = self.way_rules(during);
        self.branch.push(Step::VarExpand(VarExpand {
            from,
            rels,
            to,
            direction,
            types: type_list(rel.types.as_ref()).unwrap_or_default(),
            min: *min,
            max: *max,
            rules,
            distinct_from,
            reach_only: false,
        }));
        self.late.extend(after.map(|(local, predicate)| of_all(local, rels, predicate)));
        if rels != rel.var {
            self.branch.filter([Expr::equal(Expr::variable(rels), Expr::variable(rel.var))]);
        }
    }

    fn fresh_list(&mut self) -> VarId {
        self.builder.variables.add(None, Type::list_of(Type::Relationship))
    }

    /// What is said of each relationship on the way: also its type, where that is more than a list of names.
    fn each(&mut self, rel: &PatternRel, each: Option<(VarId, Expr)>) -> Option<(VarId, Expr)> {
        let types = rel.types.as_ref().filter(|types| type_list(Some(types)).is_none());
        let Some(types) = types else { return each };
        let (local, predicate) = match each {
            Some((local, predicate)) => (local, Some(predicate)),
            None => (self.builder.variables.add(None, Type::Relationship), None),
        };
        Some((local, Expr::all(std::iter::once(has_labels(local, types)).chain(predicate))))
    }

    /// What is said of each relationship on a way, and what the lens of the pattern says of all that is on it.
    fn way_rules(&mut self, each: Option<(VarId, Expr)>) -> WayRules {
        let mut rules = WayRules { rels: each.into_iter().collect(), ..WayRules::default() };
        lens::on_way(&mut rules, &self.pattern.lens, &mut self.builder.variables);
        rules
    }

    fn shortest(&mut self, rel: &PatternRel, from: End, to: End) {
        let Reach::Many { min, max, selector, each } = &rel.reach else { return };
        let rels = if self.has(rel.var) { self.fresh_list() } else { rel.var };
        let distinct_from = self.distinct_from(rel, rels);
        let said = self.each(rel, each.clone());
        let mut step = ShortestPath {
            from,
            rels,
            to,
            direction: rel.direction,
            types: type_list(rel.types.as_ref()).unwrap_or_default(),
            min: *min,
            max: *max,
            rules: self.way_rules(said),
            whole: None,
            all: *selector == Selector::AllShortest,
            loops: false,
            distinct_from,
        };
        let path = path_variables(self.pattern, rel).path;
        let path = path.unwrap_or_else(|| self.builder.variables.add(None, Type::Path));
        for predicate in self.shortest.remove(&rel.var).unwrap_or_default() {
            shortest::apply(&mut step, predicate, path);
        }
        self.branch.push(Step::ShortestPath(step));
        if rels != rel.var {
            self.branch.filter([Expr::equal(Expr::variable(rels), Expr::variable(rel.var))]);
        }
    }
}

/// The variables by which predicates can speak of the way of `rel`.
pub(super) fn path_variables(pattern: &GraphPattern, rel: &PatternRel) -> PathVariables {
    let path = pattern.paths.iter().find(|path| path.steps.len() == 3 && path.steps[1] == rel.var);
    PathVariables { rels: rel.var, path: path.map(|path| path.var) }
}

pub(super) fn is_shortest(rel: &PatternRel) -> bool {
    matches!(rel.reach, Reach::Many { selector: Selector::AnyShortest | Selector::AllShortest, .. })
}

/// Whether the search for it begins when all others are found.
fn waits(rel: &PatternRel) -> bool {
    match &rel.reach {
        Reach::Route(route) => route.legs.len() > 1 || matches!(route.choice, Choice::Shortest { .. }),
        Reach::One | Reach::Many { .. } => is_shortest(rel),
    }
}

fn states(rel: &PatternRel) -> States {
    match rel.place {
        Place::Arrow if planted!("an arrow sees what is quoted") => States::Both,
        Place::Arrow => States::Asserted,
        Place::Bracket => States::Both,
    }
}

fn has_labels(var: VarId, labels: &LabelExpr) -> Expr {
    Expr::made(ExprKind::HasLabels(Box::new(Expr::variable(var)), labels.clone()))
}

fn of_all(local: VarId, rels: VarId, predicate: Expr) -> Expr {
    let list = Box::new(Expr::variable(rels));
    Expr::made(ExprKind::Quantifier { kind: Quantifier::All, local, list, predicate: Box::new(predicate) })
}

/// The names of which any will do, if the expression says no more than that.
pub(crate) fn type_list(types: Option<&LabelExpr>) -> Option<Vec<Name>> {
    match types {
        None | Some(LabelExpr::Wildcard) => Some(Vec::new()),
        Some(LabelExpr::Name(name)) => Some(vec![name.clone()]),
        Some(LabelExpr::Or(items)) => {
            let (mut names, mut seen) = (Vec::new(), FxHashSet::default());
            for item in items {
                let LabelExpr::Name(name) = item else { return None };
                if seen.insert(name) {
                    names.push(name.clone());
                }
            }
            Some(names)
        }
        Some(LabelExpr::Not(_) | LabelExpr::And(_)) => None,
    }
}

/// The label to scan, and what is still to be tested.
fn scan_label(labels: Option<&LabelExpr>) -> (Option<Name>, Option<LabelExpr>) {
    match labels {
        None => (None, None),
        Some(LabelExpr::Name(name)) => (Some(name.clone()), None),
        Some(LabelExpr::And(items)) => {
            let Some(index) = items.iter().position(|item| matches!(item, LabelExpr::Name(_))) else {
                return (None, labels.cloned());
            };
            let mut rest = items.clone();
            let LabelExpr::Name(name) = rest.remove(index) else { return (None, labels.cloned()) };
            let rest = if rest.len() == 1 { rest.pop() } else { Some(LabelExpr::And(rest)) };
            (Some(name), rest)
        }
        Some(other) => (None, Some(other.clone())),
    }
}

/// Steps that build the paths of a pattern.
pub(super) fn build_paths(paths: &[PatternPath], pattern: &GraphPattern) -> Vec<Step> {
    let is_many = |var: VarId| {
        pattern.rels.iter().any(|rel| rel.var == var && matches!(rel.reach, Reach::Many { .. } | Reach::Route(_)))
    };
    let is_node = |var: VarId| pattern.nodes.iter().any(|node| node.var == var);
    paths.iter().map(|path| build_path(path, &is_node, &is_many)).collect()
}

/// Steps that build the paths of what CREATE drew; a node that was bound before is known by its type.
pub(super) fn create_paths(paths: &[PatternPath], draws: &[Draw], variables: &Variables) -> Vec<Step> {
    let nodes: FxHashSet<VarId> =
        draws.iter().filter_map(|draw| if let Draw::Node { var, .. } = draw { Some(*var) } else { None }).collect();
    let is_node = |var: VarId| nodes.contains(&var) || variables.get(var).var_type != Type::Relationship;
    paths.iter().map(|path| build_path(path, &is_node, &|_| false)).collect()
}

fn build_path(path: &PatternPath, is_node: &dyn Fn(VarId) -> bool, is_many: &dyn Fn(VarId) -> bool) -> Step {
    let piece = |(index, var): (usize, &VarId)| match index % 2 {
        0 => PathPiece::Element(if is_node(*var) { End::node(*var) } else { End::rel(*var) }),
        _ if is_many(*var) => PathPiece::Rels(*var),
        _ => PathPiece::Rel(*var),
    };
    Step::BuildPath(BuildPath { var: path.var, pieces: path.steps.iter().enumerate().map(piece).collect() })
}
