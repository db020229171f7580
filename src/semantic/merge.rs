//! MERGE, taken apart: brackets are merged before what ends at them, the innermost first.
//!
//! Each level looks for its pattern and draws all of it if nothing matches. A level inside a bracket finds either
//! state and draws a quoted relationship; the outermost finds and draws asserted ones.

use super::binder::Binder;
use super::bound::{BoundClause, Draw, GraphPattern, Merge, PatternNode, PatternPath, PatternRel, Place, Reach};
use super::create::directed;
use super::pattern::{direction, property_test};
use crate::expr::{Expr, ExprKind, LabelExpr, RelType, VarId};
use crate::syntax::ast;
use crate::value::{ErrorKind, Name, Type, Value};

/// One level on its way to the bound form.
struct Level {
    /// Variables from here on belong to this level.
    own: usize,
    pattern: GraphPattern,
    predicates: Vec<Expr>,
    draws: Vec<Draw>,
    /// Relationships outside brackets.
    arrows: Vec<VarId>,
    new_nodes: Vec<VarId>,
}

/// Endpoints, a relationship between each two, and where those stand.
struct Chain<'p> {
    endpoints: Vec<&'p ast::Endpoint>,
    rels: Vec<&'p ast::RelPattern>,
    place: Place,
}

impl Binder<'_> {
    pub(super) fn merge(&mut self, bound: &mut Vec<BoundClause>, merge: &ast::Merge) {
        if self.refuse_search(&merge.part) {
            return;
        }
        self.refuse_lens("MERGE", "it would draw again what the clock hides", merge.part.span);
        let before = self.scope.len();
        let first_level = bound.len();
        let chain = outermost(&merge.part.path);
        let (mut level, steps) = self.level(bound, &chain, &merge.citations, before);
        if let Some(variable) = &merge.part.variable {
            let var = self.declare_new(variable, Type::Path);
            level.pattern.paths.push(PatternPath { var, steps });
        }
        let on_create = self.set_items(&merge.on_create);
        let on_match = self.set_items(&merge.on_match);
        let single_node = chain.rels.is_empty();
        let made = self.finish_level(level, single_node, &merge.citations, before);
        bound.push(BoundClause::Merge(Merge { on_create, on_match, ..made }));
        let cites = |clause: &BoundClause| matches!(clause, BoundClause::Merge(Merge { cite: Some(_), .. }));
        self.expect_cited(&merge.citations, bound[first_level..].iter().any(cites));
    }

    /// Merges the brackets at the ends of `chain`, then makes its own level. Returns what a path runs through, too.
    fn level(
        &mut self,
        bound: &mut Vec<BoundClause>,
        chain: &Chain<'_>,
        citations: &[ast::Citation],
        before: usize,
    ) -> (Level, Vec<VarId>) {
        let brackets: Vec<Option<VarId>> =
            chain.endpoints.iter().map(|endpoint| self.merged_bracket(bound, endpoint, citations, before)).collect();
        let mut level = Level {
            own: self.variables.len(),
            pattern: GraphPattern::default(),
            predicates: Vec::new(),
            draws: Vec::new(),
            arrows: Vec::new(),
            new_nodes: Vec::new(),
        };
        let alone = chain.rels.is_empty();
        let mut ends = Vec::with_capacity(brackets.len());
        for (endpoint, bracket) in chain.endpoints.iter().zip(brackets) {
            ends.push(match (endpoint, bracket) {
                (_, Some(rel)) => add_bound_rel(&mut level, rel),
                (ast::Endpoint::Node(node), None) => self.merged_node(&mut level, node, alone, before),
                (ast::Endpoint::Bracket(bracket), None) => {
                    let rel = self.bound_bracket(&bracket.rel, bracket.span, alone);
                    add_bound_rel(&mut level, rel)
                }
            });
        }
        let mut steps = vec![ends[0]];
        for (index, rel) in chain.rels.iter().enumerate() {
            let var = self.merged_rel(&mut level, rel, (ends[index], ends[index + 1]), chain.place, before);
            steps.extend([var, ends[index + 1]]);
        }
        (level, steps)
    }

    /// A bracket with ends is a level of its own, before this one.
    fn merged_bracket(
        &mut self,
        bound: &mut Vec<BoundClause>,
        endpoint: &ast::Endpoint,
        citations: &[ast::Citation],
        before: usize,
    ) -> Option<VarId> {
        let ast::Endpoint::Bracket(bracket @ ast::Bracket { ends: Some(_), .. }) = endpoint else { return None };
        let (level, steps) = self.level(bound, &inside(bracket)?, citations, before);
        let made = self.finish_level(level, false, citations, before);
        bound.push(BoundClause::Merge(made));
        steps.get(1).copied()
    }

    fn finish_level(&mut self, level: Level, single_node: bool, citations: &[ast::Citation], before: usize) -> Merge {
        // An arrow is cited whether it was there or not, a node with others only if it is new.
        let (targets, created_only) =
            if single_node { (level.new_nodes, Vec::new()) } else { (level.arrows, level.new_nodes) };
        let is_nothing = targets.is_empty() && created_only.is_empty();
        let cite = if is_nothing { None } else { self.cite(citations, targets, created_only, before) };
        Merge {
            pattern: level.pattern,
            predicates: level.predicates,
            draws: level.draws,
            on_create: Vec::new(),
            on_match: Vec::new(),
            cite,
        }
    }

    fn merged_node(&mut self, level: &mut Level, node: &ast::NodePattern, alone: bool, before: usize) -> VarId {
        self.refuse_where(node.predicate.as_deref());
        if let Some(var) = self.known_node(node, alone) {
            if !level.pattern.nodes.iter().any(|known| known.var == var) {
                let bound = (var.0 as usize) < level.own;
                level.pattern.nodes.push(PatternNode { var, labels: None, bound });
            }
            return var;
        }
        let labels = self.over(before, |binder| binder.drawn_labels(node.labels.as_ref()));
        let found = self.merged_properties(node.properties.as_ref(), before);
        let var = self.new_element(node.variable.as_ref(), Type::Node);
        level.pattern.nodes.push(PatternNode { var, labels: all_of(&labels.known), bound: false });
        for given in &labels.given {
            level.predicates.push(Expr::has_given(Expr::variable(var), given.clone(), false));
        }
        let properties = add_tests(level, var, found);
        level.draws.push(Draw::Node { var, labels, properties });
        level.new_nodes.push(var);
        var
    }

    fn merged_rel(
        &mut self,
        level: &mut Level,
        rel: &ast::RelPattern,
        ends: (VarId, VarId),
        place: Place,
        before: usize,
    ) -> VarId {
        self.refuse_where(rel.predicate.as_deref());
        self.check_drawn_rel(rel);
        let rel_type = self.over(before, |binder| binder.drawn_type(rel));
        let found = self.merged_properties(rel.properties.as_ref(), before);
        let var = self.new_element(rel.variable.as_ref(), Type::Relationship);
        level.pattern.rels.push(PatternRel {
            var,
            ends: Some(ends),
            direction: direction(rel.direction),
            types: known_type(&rel_type),
            reach: Reach::One,
            place,
            bound: false,
        });
        let given = rel_type.given().map(|given| Expr::has_given(Expr::variable(var), given.clone(), false));
        level.predicates.extend(given);
        let properties = add_tests(level, var, found);
        let (start, end) = directed(rel.direction, ends);
        let asserted = place == Place::Arrow;
        level.draws.push(Draw::Rel { var, rel_type, start, end, asserted, properties });
        if asserted {
            level.arrows.push(var);
        }
        var
    }

    fn merged_properties(&mut self, properties: Option<&ast::Expr>, before: usize) -> Vec<(Name, Expr, Type)> {
        let Some(properties) = properties else { return Vec::new() };
        let found = self.over(before, |binder| binder.property_tests(properties));
        for (key, value, _) in &found {
            self.names.writes(key);
            if matches!(value.kind, ExprKind::Literal(Value::Null)) {
                let message = format!("MERGE cannot look for `{key}` that is null: it would never find what it made");
                self.refuse_as(ErrorKind::Semantic, "MergeReadOwnWrites", value.span, message, None);
            }
        }
        found
    }
}

/// What is looked for is also what is drawn. Returns the map to draw with.
fn add_tests(level: &mut Level, var: VarId, found: Vec<(Name, Expr, Type)>) -> Option<Expr> {
    if found.is_empty() {
        return None;
    }
    let mut entries = Vec::with_capacity(found.len());
    for (key, value, value_type) in found {
        level.predicates.push(property_test(var, key.clone(), value.clone(), &value_type));
        entries.push((key, value));
    }
    Some(Expr::made(ExprKind::Map(entries)))
}

fn add_bound_rel(level: &mut Level, var: VarId) -> VarId {
    if !level.pattern.rels.iter().any(|known| known.var == var) {
        level.pattern.rels.push(PatternRel {
            var,
            ends: None,
            direction: direction(ast::ArrowDirection::Either),
            types: None,
            reach: Reach::One,
            place: Place::Bracket,
            bound: true,
        });
    }
    var
}

fn all_of(labels: &[Name]) -> Option<LabelExpr> {
    match labels {
        [] => None,
        [label] => Some(LabelExpr::Name(label.clone())),
        _ => Some(LabelExpr::And(labels.iter().cloned().map(LabelExpr::Name).collect())),
    }
}

fn known_type(rel_type: &RelType<Expr>) -> Option<LabelExpr> {
    match rel_type {
        RelType::Known(name) => Some(LabelExpr::Name(name.clone())),
        RelType::Given(_) => None,
    }
}

/// The outermost level: arrows, one node, or a bracket alone, whose inside it then is.
fn outermost(path: &ast::PathPattern) -> Chain<'_> {
    if let (ast::Endpoint::Bracket(bracket), []) = (&path.start, path.hops.as_slice())
        && let Some(chain) = inside(bracket)
    {
        return chain;
    }
    Chain {
        endpoints: std::iter::once(&path.start).chain(path.hops.iter().map(|hop| &hop.end)).collect(),
        rels: path.hops.iter().filter_map(|hop| arrow(&hop.link)).collect(),
        place: Place::Arrow,
    }
}

fn arrow(link: &ast::Link) -> Option<&ast::RelPattern> {
    match link {
        ast::Link::Arrow(rel) => Some(rel),
        ast::Link::Group(_) => None,
    }
}

fn inside(bracket: &ast::Bracket) -> Option<Chain<'_>> {
    let ends = bracket.ends.as_ref()?;
    Some(Chain { endpoints: vec![&ends.0, &ends.1], rels: vec![&bracket.rel], place: Place::Bracket })
}
