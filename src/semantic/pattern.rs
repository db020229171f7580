//! Patterns that are looked for, as a graph of variables and the predicates on them.
//!
//! First every element of the clause gets its variable, then what stands in braces and behind WHERE is bound: it may
//! name any of them. A relationship in a bracket is an element that arrows can end at.

use super::binder::Binder;
use super::bound::{Direction, GraphPattern, PatternNode, PatternPath, PatternRel, Place, Reach, Selector};
use super::label::known_labels;
use super::route;
use super::warn::NameKind;
use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, VarId};
use crate::syntax::ast;
use crate::text::Span;
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
    /// Its arrows may find one relationship twice.
    pub(super) repeatable: bool,
}

/// A pattern on its way to the bound form.
pub(super) struct Drawing<'p> {
    pub(super) rules: PatternRules,
    /// Variables from here on belong to this clause.
    pub(super) own: usize,
    /// Names from here on belong to this clause.
    pub(super) before: usize,
    pub(super) pattern: GraphPattern,
    pub(super) inside: Vec<Inside<'p>>,
    /// What is said in parentheses around whole parts.
    pub(super) part_predicates: Vec<(Option<RoutePlace>, &'p ast::Expr)>,
    predicates: Vec<Expr>,
}

impl Drawing<'_> {
    /// Adds what is said inside a route, or in the pattern itself.
    fn say(&mut self, place: Option<RoutePlace>, predicates: Vec<Expr>) {
        let found =
            place.and_then(|place| Some((place, self.pattern.rels.iter_mut().find(|rel| rel.var == place.rels)?)));
        match found {
            Some((RoutePlace { leg, .. }, PatternRel { reach: Reach::Route(route), .. })) => match leg {
                Some(leg) => route.legs[leg].predicates.extend(predicates),
                None => route.predicates.extend(predicates),
            },
            _ => self.predicates.extend(predicates),
        }
    }
}

/// A place in a route, which is known by its list of relationships: one of its legs, or what lies between them.
#[derive(Clone, Copy)]
pub(super) struct RoutePlace {
    pub(super) rels: VarId,
    pub(super) leg: Option<usize>,
}

/// What an element says inside its parentheses or brackets.
pub(super) struct Inside<'p> {
    pub(super) var: VarId,
    pub(super) of: Of<'p>,
    pub(super) content: Content<'p>,
    /// The route in which the element stands.
    pub(super) route: Option<RoutePlace>,
}

/// What is said of an element.
pub(super) struct Content<'p> {
    /// Those that are not known before the statement runs.
    pub(super) labels: Vec<&'p ast::LabelExpr>,
    pub(super) properties: Option<&'p ast::Expr>,
    pub(super) predicate: Option<&'p ast::Expr>,
}

impl Content<'_> {
    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.properties.is_none() && self.predicate.is_none()
    }

    fn span(&self) -> Option<Span> {
        self.predicate.or(self.properties).map(|said| said.span)
    }
}

/// Of what an element speaks.
#[derive(Clone, Copy)]
pub(super) enum Of<'p> {
    Itself,
    /// Of each relationship on the way, under the name of the list.
    Each(Option<&'p ast::Ident>),
    /// The same where the variable already is each relationship.
    Hop(Option<&'p ast::Ident>),
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
            before: self.scope.len(),
            pattern: GraphPattern { repeatable: rules.repeatable, lens: self.lens.clone(), ..GraphPattern::default() },
            inside: Vec::new(),
            part_predicates: Vec::new(),
            predicates: Vec::new(),
        };
        for part in parts {
            self.part(&mut drawing, part);
        }
        for inside in std::mem::take(&mut drawing.inside) {
            let known = (self.uses.len(), self.variables.len());
            self.inside(&mut drawing, &inside);
            if let Some(span) = inside.content.span() {
                self.check_seen(&drawing, &inside, known, span);
            }
        }
        for (route, predicate) in std::mem::take(&mut drawing.part_predicates) {
            let known = (self.uses.len(), self.variables.len());
            let said = self.predicate(predicate).into_conjuncts();
            drawing.say(route, said);
            self.check_seen_in_route(&drawing, route, known, predicate.span);
        }
        ends_first(&mut drawing.pattern.rels);
        (drawing.pattern, drawing.predicates)
    }

    fn part<'p>(&mut self, drawing: &mut Drawing<'p>, part: &'p ast::PatternPart) {
        self.check_joints(&part.path);
        if route::is_route(part, drawing.rules) {
            return self.route(drawing, part);
        }
        if part.selector != ast::Selector::All {
            self.check_shortest(part);
        }
        let mut left = self.endpoint(drawing, &part.path.start);
        let mut steps = vec![left];
        for hop in &part.path.hops {
            let right = self.endpoint(drawing, &hop.end);
            let rel = match &hop.link {
                ast::Link::Arrow(rel) => self.arrow(drawing, rel, (left, right), &part.selector),
                ast::Link::Group(group) => self.group(drawing, group, (left, right)),
            };
            steps.extend([rel, right]);
            left = right;
        }
        if let Some(variable) = &part.variable {
            let var = self.declare_new(variable, Type::Path);
            self.variables.get_mut(var).nullable = drawing.rules.optional;
            drawing.pattern.paths.push(PatternPath { var, steps });
        }
        if let Some(predicate) = &part.predicate {
            drawing.part_predicates.push((None, predicate));
        }
    }

    fn check_shortest(&mut self, part: &ast::PatternPart) {
        let [ast::Hop { link: ast::Link::Arrow(rel), .. }] = part.path.hops.as_slice() else {
            let message = "a shortest path is one relationship pattern between two ends";
            self.refuse_with_help("UnexpectedSyntax", part.span, message, "write `(a)-[:TYPE*]-(b)`");
            return;
        };
        if rel.length.is_some_and(|length| length.min.is_some_and(|min| min > 1)) {
            self.refuse("UnexpectedSyntax", rel.span, "the least length of a shortest path is 0 or 1");
        }
    }

    pub(super) fn endpoint<'p>(&mut self, drawing: &mut Drawing<'p>, endpoint: &'p ast::Endpoint) -> VarId {
        match endpoint {
            ast::Endpoint::Node(node) => self.node(drawing, node),
            ast::Endpoint::Bracket(bracket) => self.bracket(drawing, bracket),
        }
    }

    fn node<'p>(&mut self, drawing: &mut Drawing<'p>, node: &'p ast::NodePattern) -> VarId {
        if node.labels.is_none() {
            self.names_bare(NameKind::Label, node.variable.as_ref());
        }
        let var = self.element(drawing.rules, node.variable.as_ref(), &Type::Node);
        if let Some(labels) = &node.labels {
            self.names.reads_labels(labels, &Type::Node);
        }
        let (labels, given) = known_labels(node.labels.as_ref());
        if let Some(known) = drawing.pattern.nodes.iter_mut().find(|known| known.var == var) {
            known.labels = both(known.labels.take(), labels);
        } else {
            let bound = (var.0 as usize) < drawing.own;
            drawing.pattern.nodes.push(PatternNode { var, labels, bound });
        }
        drawing.inside.push(Inside {
            var,
            of: Of::Itself,
            content: Content {
                labels: given,
                properties: node.properties.as_ref(),
                predicate: node.predicate.as_deref(),
            },
            route: None,
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
        let (types, given) = known_labels(bracket.rel.types.as_ref());
        let var = self.add_rel(
            drawing,
            PatternRel {
                var,
                ends,
                direction: direction(bracket.rel.direction),
                types,
                reach: Reach::One,
                place: Place::Bracket,
                bound: (var.0 as usize) < drawing.own,
            },
            &bracket.rel,
        );
        drawing.inside.push(Inside {
            var,
            of: Of::Itself,
            content: Content { labels: given, properties: bracket.rel.properties.as_ref(), predicate: None },
            route: None,
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
        selector: &ast::Selector,
    ) -> VarId {
        if rel.types.is_none() {
            self.names_bare(NameKind::Type, rel.variable.as_ref());
        }
        rel.length.iter().for_each(|length| self.warn_of_empty_range(length));
        let many = rel.length.is_some() || *selector != ast::Selector::All;
        let wanted = if many { Type::list_of(Type::Relationship) } else { Type::Relationship };
        let var = self.element(drawing.rules, rel.variable.as_ref(), &wanted);
        if let Some(types) = &rel.types {
            self.reads_arrow(types, &drawing.pattern, [ends.0, ends.1]);
            if !many {
                self.reads_joints(types, direction(rel.direction), &drawing.pattern, [ends.0, ends.1]);
            }
        }
        let (types, given) = known_labels(rel.types.as_ref());
        let var = self.add_rel(
            drawing,
            PatternRel {
                var,
                ends: Some(ends),
                direction: direction(rel.direction),
                types,
                reach: reach(rel.length, selector),
                place: if rel.may_be_quoted { Place::Bracket } else { Place::Arrow },
                bound: (var.0 as usize) < drawing.own,
            },
            rel,
        );
        drawing.inside.push(Inside {
            var,
            of: if many { Of::Each(rel.variable.as_ref()) } else { Of::Itself },
            content: Content {
                labels: given,
                properties: rel.properties.as_ref(),
                predicate: rel.predicate.as_deref(),
            },
            route: None,
        });
        var
    }

    /// The variable of an element: the one of that name, or a new one.
    pub(super) fn element(&mut self, rules: PatternRules, ident: Option<&ast::Ident>, wanted: &Type) -> VarId {
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
            let is_end = found.may_be(&Type::Relationship) && wanted.may_be(&Type::Node);
            let help = is_end.then(|| format!("a relationship as an end is written `[{}]`", ident.name));
            self.refuse_as(ErrorKind::Syntax, "VariableTypeConflict", ident.span, message, help);
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

    /// What is said of each relationship on a way is asked before there is a path.
    fn check_seen(&mut self, drawing: &Drawing<'_>, inside: &Inside<'_>, known: (usize, usize), span: Span) {
        self.check_seen_in_route(drawing, inside.route, known, span);
        let path = drawing.pattern.paths.iter().find(|path| self.uses[known.0..].contains(&path.var));
        if let (Of::Each(_), Some(path)) = (inside.of, path) {
            self.refuse_own_path(path.var, span);
        }
    }

    fn inside(&mut self, drawing: &mut Drawing<'_>, inside: &Inside<'_>) {
        if inside.content.is_empty() {
            return;
        }
        let name = match inside.of {
            Of::Each(name) => name,
            Of::Itself => {
                let predicates = self.content(inside.var, &inside.content);
                return drawing.say(inside.route, predicates);
            }
            // As in a group, the other variables of the pattern are not seen: which of them there are is open yet.
            Of::Hop(name) => {
                let (unseen, depth) = (self.scope.unsee_since(drawing.before), self.scope.len());
                if let Some(ident) = name {
                    self.scope.declare(ident.name.clone(), inside.var);
                }
                let predicates = self.content(inside.var, &inside.content);
                self.scope.forget_since(depth);
                self.scope.unsee(unseen);
                return drawing.say(inside.route, predicates);
            }
        };
        let depth = self.scope.len();
        let local = match name {
            Some(ident) => self.declare(&ident.name, Type::Relationship),
            None => self.variables.add(None, Type::Relationship),
        };
        let predicate = Expr::all(self.content(local, &inside.content));
        self.scope.forget_since(depth);
        let found = drawing.pattern.rels.iter_mut().find(|rel| rel.var == inside.var);
        if let Some(PatternRel { reach: Reach::Many { each, .. }, .. }) = found {
            *each = Some((local, predicate));
        }
    }

    /// What is said of `var`, as conjuncts.
    pub(super) fn content(&mut self, var: VarId, content: &Content<'_>) -> Vec<Expr> {
        let element = Expr::variable(var);
        let mut predicates: Vec<Expr> = content.labels.iter().map(|labels| self.label_test(&element, labels)).collect();
        if let Some(properties) = content.properties {
            self.reads_keys(properties);
            for (key, value, value_type) in self.property_tests(properties) {
                predicates.push(property_test(var, key, value, &value_type));
            }
        }
        if let Some(predicate) = content.predicate {
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
                    let typed = self.without_aggregates(|binder| binder.value(value));
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
    let of_link = |link: &ast::Link| match link {
        ast::Link::Arrow(_) => 1,
        ast::Link::Group(group) => elements_of(&group.path),
    };
    let hops: usize = path.hops.iter().map(|hop| of_link(&hop.link) + elements_at(&hop.end)).sum();
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

fn reach(length: Option<ast::Length>, selector: &ast::Selector) -> Reach {
    let selector = match selector {
        // What is chosen otherwise is a route.
        ast::Selector::All | ast::Selector::Shortest { .. } => Selector::All,
        ast::Selector::ShortestPath => Selector::AnyShortest,
        ast::Selector::AllShortestPaths => Selector::AllShortest,
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
