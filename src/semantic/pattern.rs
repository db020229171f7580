//! Patterns that are looked for, as a graph of variables and the predicates on them.
//!
//! First every element of the clause gets its variable, then what stands in braces and behind WHERE is bound: it may
//! name any of them. A relationship in a bracket is an element that arrows can end at.

use super::binder::Binder;
use super::bound::{Direction, GraphPattern, PatternNode, PatternPath, PatternRel, Place, Reach, Selector};
use super::expression::label_expr;
use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, VarId};
use crate::syntax::ast;
use crate::value::{ErrorKind, Name, Type};

/// The most nodes and relationships of one pattern: to bind them takes time by the square of their number, and no plan
/// takes more.
const MAX_ELEMENTS: usize = 4_000;

/// What a pattern may do at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct PatternRules {
    /// Its variables may be null.
    pub(super) optional: bool,
    /// It may name what was not there before.
    pub(super) new_names: bool,
}

/// A pattern on its way to the bound form.
struct Drawing<'p> {
    rules: PatternRules,
    /// Variables from here on belong to this clause.
    own: usize,
    pattern: GraphPattern,
    inside: Vec<Inside<'p>>,
    predicates: Vec<Expr>,
}

/// What an element says inside its parentheses or brackets.
struct Inside<'p> {
    var: VarId,
    of: Of<'p>,
    properties: Option<&'p ast::Expr>,
    predicate: Option<&'p ast::Expr>,
}

/// Of what an element speaks.
#[derive(Clone, Copy)]
enum Of<'p> {
    Itself,
    /// Of each relationship on the way, under the name of the list.
    Each(Option<&'p ast::Ident>),
}

impl Binder<'_> {
    /// The pattern and the predicates on its elements.
    pub(super) fn pattern(&mut self, parts: &[ast::PatternPart], rules: PatternRules) -> (GraphPattern, Vec<Expr>) {
        let count: usize = parts.iter().map(|part| elements_of(&part.path)).sum();
        if let (MAX_ELEMENTS.., [first, ..]) = (count, parts) {
            let message =
                format!("a pattern of {count} nodes and relationships; at most {MAX_ELEMENTS} are looked for");
            self.refuse_as(ErrorKind::Limit, "QueryTooLarge", first.span, message, None);
            return (GraphPattern::default(), Vec::new());
        }
        let mut drawing = Drawing {
            rules,
            own: self.variables.len(),
            pattern: GraphPattern::default(),
            inside: Vec::new(),
            predicates: Vec::new(),
        };
        for part in parts {
            self.part(&mut drawing, part);
        }
        for inside in std::mem::take(&mut drawing.inside) {
            self.inside(&mut drawing, &inside);
        }
        ends_first(&mut drawing.pattern.rels);
        (drawing.pattern, drawing.predicates)
    }

    fn part<'p>(&mut self, drawing: &mut Drawing<'p>, part: &'p ast::PatternPart) {
        if part.selector != ast::Selector::All {
            self.check_shortest(part);
        }
        let mut left = self.endpoint(drawing, &part.path.start);
        let mut steps = vec![left];
        for hop in &part.path.hops {
            let right = self.endpoint(drawing, &hop.end);
            let rel = self.arrow(drawing, &hop.rel, (left, right), part.selector);
            steps.extend([rel, right]);
            left = right;
        }
        if let Some(variable) = &part.variable {
            let var = self.declare_new(variable, Type::Path);
            self.variables.get_mut(var).nullable = drawing.rules.optional;
            drawing.pattern.paths.push(PatternPath { var, steps });
        }
    }

    fn check_shortest(&mut self, part: &ast::PatternPart) {
        let [hop] = part.path.hops.as_slice() else {
            self.refuse("UnexpectedSyntax", part.span, "a shortest path is one relationship pattern between two ends");
            return;
        };
        if hop.rel.length.is_some_and(|length| length.min.is_some_and(|min| min > 1)) {
            self.refuse("UnexpectedSyntax", hop.rel.span, "the least length of a shortest path is 0 or 1");
        }
    }

    fn endpoint<'p>(&mut self, drawing: &mut Drawing<'p>, endpoint: &'p ast::Endpoint) -> VarId {
        match endpoint {
            ast::Endpoint::Node(node) => self.node(drawing, node),
            ast::Endpoint::Bracket(bracket) => self.bracket(drawing, bracket),
        }
    }

    fn node<'p>(&mut self, drawing: &mut Drawing<'p>, node: &'p ast::NodePattern) -> VarId {
        let var = self.element(drawing.rules, node.variable.as_ref(), &Type::Node);
        let labels = node.labels.as_ref().map(|labels| {
            self.names.reads_labels(labels, &Type::Node);
            label_expr(labels)
        });
        if let Some(known) = drawing.pattern.nodes.iter_mut().find(|known| known.var == var) {
            known.labels = both(known.labels.take(), labels);
        } else {
            let bound = (var.0 as usize) < drawing.own;
            drawing.pattern.nodes.push(PatternNode { var, labels, bound });
        }
        drawing.inside.push(Inside {
            var,
            of: Of::Itself,
            properties: node.properties.as_ref(),
            predicate: node.predicate.as_deref(),
        });
        var
    }

    fn bracket<'p>(&mut self, drawing: &mut Drawing<'p>, bracket: &'p ast::Bracket) -> VarId {
        self.check_bracket(&bracket.rel);
        let ends = bracket.ends.as_ref().map(|ends| {
            let left = self.endpoint(drawing, &ends.0);
            (left, self.endpoint(drawing, &ends.1))
        });
        let var = self.element(drawing.rules, bracket.rel.variable.as_ref(), &Type::Relationship);
        if let Some(types) = &bracket.rel.types {
            self.names.reads_labels(types, &Type::Relationship);
        }
        let var = self.add_rel(
            drawing,
            PatternRel {
                var,
                ends,
                direction: direction(bracket.rel.direction),
                types: bracket.rel.types.as_ref().map(label_expr),
                reach: Reach::One,
                place: Place::Bracket,
                bound: (var.0 as usize) < drawing.own,
            },
            &bracket.rel,
        );
        drawing.inside.push(Inside {
            var,
            of: Of::Itself,
            properties: bracket.rel.properties.as_ref(),
            predicate: None,
        });
        var
    }

    /// A bracket is one relationship and says no more than its type and properties.
    pub(super) fn check_bracket(&mut self, rel: &ast::RelPattern) {
        if rel.length.is_some() {
            self.refuse("UnexpectedSyntax", rel.span, "a relationship in a bracket has no length: it is one");
        }
        if let Some(predicate) = &rel.predicate {
            let message = "no WHERE inside a bracket that stands for a relationship";
            self.refuse_with_help("UnexpectedSyntax", predicate.span, message, "write it behind the pattern");
        }
    }

    fn arrow<'p>(
        &mut self,
        drawing: &mut Drawing<'p>,
        rel: &'p ast::RelPattern,
        ends: (VarId, VarId),
        selector: ast::Selector,
    ) -> VarId {
        let many = rel.length.is_some() || selector != ast::Selector::All;
        let wanted = if many { Type::list_of(Type::Relationship) } else { Type::Relationship };
        let var = self.element(drawing.rules, rel.variable.as_ref(), &wanted);
        if let Some(types) = &rel.types {
            self.reads_arrow(types, &drawing.pattern, [ends.0, ends.1]);
            if !many {
                self.reads_joints(types, direction(rel.direction), &drawing.pattern, [ends.0, ends.1]);
            }
        }
        let var = self.add_rel(
            drawing,
            PatternRel {
                var,
                ends: Some(ends),
                direction: direction(rel.direction),
                types: rel.types.as_ref().map(label_expr),
                reach: reach(rel.length, selector),
                place: Place::Arrow,
                bound: (var.0 as usize) < drawing.own,
            },
            rel,
        );
        drawing.inside.push(Inside {
            var,
            of: if many { Of::Each(rel.variable.as_ref()) } else { Of::Itself },
            properties: rel.properties.as_ref(),
            predicate: rel.predicate.as_deref(),
        });
        var
    }

    /// The variable of an element: the one of that name, or a new one.
    fn element(&mut self, rules: PatternRules, ident: Option<&ast::Ident>, wanted: &Type) -> VarId {
        let Some(ident) = ident else {
            let id = self.variables.add(None, wanted.clone());
            self.variables.get_mut(id).nullable = rules.optional;
            return id;
        };
        if let Some(id) = self.lookup(&ident.name) {
            self.expect_element(ident, id, wanted);
            return id;
        }
        if !rules.new_names {
            self.refuse_unknown_variable(&ident.name, ident.span);
        }
        let id = self.declare(&ident.name, wanted.clone());
        self.variables.get_mut(id).nullable = rules.optional;
        id
    }

    pub(super) fn expect_element(&mut self, ident: &ast::Ident, id: VarId, wanted: &Type) {
        let found = self.type_of(id).clone();
        if !found.may_be(wanted) {
            let message = format!("`{}` is {found} and cannot be {wanted}", ident.name);
            self.refuse("VariableTypeConflict", ident.span, message);
        }
    }

    /// Adds a relationship, or what is new about one that the clause names twice. Returns its variable.
    fn add_rel(&mut self, drawing: &mut Drawing<'_>, mut rel: PatternRel, written: &ast::RelPattern) -> VarId {
        let rels = &mut drawing.pattern.rels;
        let Some(index) = rels.iter().position(|known| known.var == rel.var) else {
            let var = rel.var;
            rels.push(rel);
            return var;
        };
        let known = &mut rels[index];
        if known.place == Place::Arrow && rel.place == Place::Arrow {
            let message = "one relationship cannot be two arrows of a pattern: they are distinct";
            self.refuse("RelationshipUniquenessViolation", written.span, message);
        } else if rel.ends.is_none() {
            known.types = both(known.types.take(), rel.types);
        } else if known.ends.is_none() {
            rel.types = both(known.types.take(), rel.types);
            *known = rel;
        } else {
            // Drawn twice with ends: another variable that must turn out to be the same relationship.
            let var = self.variables.add(None, Type::Relationship);
            self.variables.get_mut(var).nullable = drawing.rules.optional;
            drawing.predicates.push(Expr::equal(Expr::variable(var), Expr::variable(rel.var)));
            rels.push(PatternRel { var, bound: false, ..rel });
            return var;
        }
        known_var(&drawing.pattern.rels, index)
    }

    fn inside(&mut self, drawing: &mut Drawing<'_>, inside: &Inside<'_>) {
        if inside.properties.is_none() && inside.predicate.is_none() {
            return;
        }
        let Of::Each(name) = inside.of else {
            let predicates = self.says(inside.var, inside);
            drawing.predicates.extend(predicates);
            return;
        };
        let depth = self.scope.len();
        let local = match name {
            Some(ident) => self.declare(&ident.name, Type::Relationship),
            None => self.variables.add(None, Type::Relationship),
        };
        let predicate = Expr::all(self.says(local, inside));
        self.scope.forget_since(depth);
        let found = drawing.pattern.rels.iter_mut().find(|rel| rel.var == inside.var);
        if let Some(PatternRel { reach: Reach::Many { each, .. }, .. }) = found {
            *each = Some((local, predicate));
        }
    }

    /// What an element says of `var`, as conjuncts.
    fn says(&mut self, var: VarId, inside: &Inside<'_>) -> Vec<Expr> {
        let mut predicates = Vec::new();
        if let Some(properties) = inside.properties {
            self.reads_keys(properties);
            for (key, value, value_type) in self.property_tests(properties) {
                predicates.push(property_test(var, key, value, &value_type));
            }
        }
        if let Some(predicate) = inside.predicate {
            predicates.extend(self.predicate(predicate).into_conjuncts());
        }
        predicates
    }

    /// The entries of a map in a pattern that is looked for.
    pub(super) fn property_tests(&mut self, properties: &ast::Expr) -> Vec<(Name, Expr, Type)> {
        match &properties.kind {
            ast::ExprKind::Map(entries) => entries
                .iter()
                .map(|(key, value)| {
                    let typed = self.without_aggregates(|binder| binder.typed(value));
                    (key.name.clone(), typed.expr, typed.value_type)
                })
                .collect(),
            ast::ExprKind::Parameter(_) => {
                self.refuse_with_help(
                    "InvalidParameterUse",
                    properties.span,
                    "a parameter cannot stand for the properties that a pattern looks for",
                    "name them: `{name: $properties.name}`",
                );
                Vec::new()
            }
            _ => {
                self.refuse("UnexpectedSyntax", properties.span, "expected a map in braces");
                Vec::new()
            }
        }
    }
}

fn elements_of(path: &ast::PathPattern) -> usize {
    let hops: usize = path.hops.iter().map(|hop| 1 + elements_at(&hop.end)).sum();
    elements_at(&path.start) + hops
}

fn elements_at(endpoint: &ast::Endpoint) -> usize {
    match endpoint {
        ast::Endpoint::Node(_) => 1,
        ast::Endpoint::Bracket(bracket) => {
            1 + bracket.ends.as_ref().map_or(0, |ends| elements_at(&ends.0) + elements_at(&ends.1))
        }
    }
}

fn known_var(rels: &[PatternRel], index: usize) -> VarId {
    rels[index].var
}

/// `var.key` is `value`: by equivalence where that differs from equality, in NaN and in dates that are no days.
pub(super) fn property_test(var: VarId, key: Name, value: Expr, value_type: &Type) -> Expr {
    let comparison = match value_type {
        Type::Boolean | Type::Integer | Type::String => Comparison::Equal,
        _ => Comparison::Same,
    };
    let span = value.span;
    let property = Expr::new(ExprKind::Property(Box::new(Expr::variable(var)), key), span);
    Expr::new(ExprKind::Compare(comparison, Box::new(property), Box::new(value)), span)
}

fn both(one: Option<LabelExpr>, other: Option<LabelExpr>) -> Option<LabelExpr> {
    match (one, other) {
        (Some(one), Some(other)) => Some(LabelExpr::And(vec![one, other])),
        (one, other) => one.or(other),
    }
}

pub(super) fn direction(direction: ast::ArrowDirection) -> Direction {
    match direction {
        ast::ArrowDirection::Right => Direction::Right,
        ast::ArrowDirection::Left => Direction::Left,
        ast::ArrowDirection::Either => Direction::Either,
    }
}

fn reach(length: Option<ast::Length>, selector: ast::Selector) -> Reach {
    let selector = match selector {
        ast::Selector::All => Selector::All,
        ast::Selector::AnyShortest => Selector::AnyShortest,
        ast::Selector::AllShortest => Selector::AllShortest,
    };
    match length {
        Some(length) if planted!("the least length is one more") => {
            Reach::Many { min: length.min.unwrap_or(1) + 1, max: length.max, selector, each: None }
        }
        Some(length) => Reach::Many { min: length.min.unwrap_or(1), max: length.max, selector, each: None },
        None if selector == Selector::All => Reach::One,
        None => Reach::Many { min: 1, max: Some(1), selector, each: None },
    }
}

/// Puts a bracket before the relationships that end at it. Patterns in which two end at each other match nothing and
/// keep their order.
fn ends_first(rels: &mut Vec<PatternRel>) {
    let mut waiting = std::mem::take(rels);
    while !waiting.is_empty() {
        let is_ready = |rel: &PatternRel| {
            let ends = rel.ends.map_or([rel.var; 2], |(left, right)| [left, right]);
            !waiting.iter().any(|other| other.var != rel.var && ends.contains(&other.var))
        };
        let next = waiting.iter().position(is_ready).unwrap_or(0);
        rels.push(waiting.remove(next));
    }
}
