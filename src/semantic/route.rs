//! Paths that are looked for as a whole: quantified path patterns, path selectors and path modes.
//!
//! A group's variables are single elements inside it, where the other variables of its MATCH are not seen, and lists
//! outside. All that is written inside a path that is chosen is said of each path before any is chosen.

use super::binder::Binder;
use super::bound::{Choice, Leg, LegHop, PathMode, PatternPath, PatternRel, Place, Reach, Route};
use super::label::known_labels;
use super::pattern::{Content, Drawing, Inside, Of, PatternRules, RoutePlace, direction};
use crate::expr::{Expr, ExprKind, LabelExpr, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{Name, Type};

/// What is gathered of a route until all names of its clause are known.
#[derive(Default)]
struct Sketch {
    legs: Vec<Leg>,
    predicates: Vec<Expr>,
}

/// Whether a part of a pattern is looked for as a whole.
pub(super) fn is_route(part: &ast::PatternPart, rules: PatternRules) -> bool {
    let is_repeated = |hop: &ast::Hop| match &hop.link {
        ast::Link::Arrow(rel) => rel.length.is_some(),
        ast::Link::Group(_) => true,
    };
    match part.selector {
        ast::Selector::ShortestPath | ast::Selector::AllShortestPaths => false,
        ast::Selector::Shortest { .. } => !part.path.hops.is_empty(),
        ast::Selector::All => match mode_of(part, rules) {
            PathMode::Acyclic => !part.path.hops.is_empty(),
            PathMode::Trail if rules.repeatable => part.path.hops.len() > 1 || part.path.hops.iter().any(is_repeated),
            PathMode::Trail => false,
            PathMode::Walk => part.path.hops.iter().any(is_repeated),
        },
    }
}

/// Where relationships must differ anyway, a walk is a trail.
fn mode_of(part: &ast::PatternPart, rules: PatternRules) -> PathMode {
    match part.mode {
        Some(ast::PathMode::Acyclic) => PathMode::Acyclic,
        Some(ast::PathMode::Walk) | None if rules.repeatable => PathMode::Walk,
        Some(ast::PathMode::Walk | ast::PathMode::Trail) | None => PathMode::Trail,
    }
}

impl Binder<'_> {
    /// A part of a pattern that [is a route](is_route).
    pub(super) fn route<'p>(&mut self, drawing: &mut Drawing<'p>, part: &'p ast::PatternPart) {
        let from = self.endpoint(drawing, &part.path.start);
        let rels = self.variables.add(None, Type::list_of(Type::Relationship));
        let mut sketch = Sketch::default();
        let (mut left, last) = (from, part.path.hops.len() - 1);
        for (index, hop) in part.path.hops.iter().enumerate() {
            let leg = match &hop.link {
                ast::Link::Arrow(rel) => self.arrow_leg(drawing, &mut sketch, rel, rels),
                ast::Link::Group(group) => self.group_leg(drawing, group),
            };
            left = match &hop.end {
                end if index == last => self.endpoint(drawing, end),
                ast::Endpoint::Node(node) => self.joint(drawing, &mut sketch, node, rels),
                ast::Endpoint::Bracket(bracket) => {
                    let message = "inside a path that is looked for as a whole, every place is a node";
                    self.refuse_with_help("UnexpectedSyntax", bracket.span, message, "a bracket stands at its ends");
                    left
                }
            };
            sketch.legs.push(Leg { joint: (index != last).then_some(left), ..leg });
        }
        let mode = mode_of(part, drawing.rules);
        let choice = self.choice(&part.selector);
        if mode == PathMode::Walk && matches!(choice, Choice::All) {
            self.check_bounded(&part.path);
        }
        let whole = RoutePlace { rels, leg: None };
        drawing.part_predicates.extend(part.predicate.as_ref().map(|predicate| (Some(whole), predicate)));
        let Sketch { legs, predicates } = sketch;
        let route = Route { legs, choice, mode, predicates };
        drawing.pattern.rels.push(route_rel(rels, (from, left), route));
        if let Some(variable) = &part.variable {
            let var = self.declare_new(variable, Type::Path);
            self.variables.get_mut(var).nullable = drawing.rules.optional;
            drawing.pattern.paths.push(PatternPath { var, steps: vec![from, rels, left] });
        }
    }

    /// A group begins and ends at nodes, which are the first and the last of its own.
    pub(super) fn check_joints(&mut self, path: &ast::PathPattern) {
        let mut before = &path.start;
        for hop in &path.hops {
            for end in [before, &hop.end] {
                if let (ast::Link::Group(_), ast::Endpoint::Bracket(bracket)) = (&hop.link, end) {
                    let message = "a group runs from node to node: no bracket stands beside it";
                    let help = "write an arrow between them, or `*` behind a type: `[r]-[:TYPE*]->(n)`";
                    self.refuse_with_help("UnexpectedSyntax", bracket.span, message, help);
                }
            }
            before = &hop.end;
        }
    }

    /// A group between two ends of an ordinary pattern.
    pub(super) fn group<'p>(
        &mut self,
        drawing: &mut Drawing<'p>,
        group: &'p ast::Group,
        ends: (VarId, VarId),
    ) -> VarId {
        let rels = self.variables.add(None, Type::list_of(Type::Relationship));
        let legs = vec![self.group_leg(drawing, group)];
        let route = Route { legs, predicates: Vec::new(), choice: Choice::All, mode: PathMode::Trail };
        drawing.pattern.rels.push(route_rel(rels, ends, route));
        rels
    }

    /// What is said inside a route may name its own elements and what earlier clauses have found: the rest of the MATCH is
    /// found beside it, in any order. `known` is how many uses and variables there were before it was said.
    pub(super) fn check_seen_in_route(
        &mut self,
        drawing: &Drawing<'_>,
        place: Option<RoutePlace>,
        known: (usize, usize),
        span: Span,
    ) {
        let route = place.and_then(|place| drawing.pattern.rels.iter().find(|rel| rel.var == place.rels));
        let Some(PatternRel { reach: Reach::Route(route), ends: Some((left, right)), .. }) = route else { return };
        let own: Vec<VarId> = route.legs.iter().flat_map(Leg::locals).chain([*left, *right]).collect();
        let is_of_clause = |var: &VarId| (drawing.own..known.1).contains(&(var.0 as usize));
        let strange = self.uses[known.0..].iter().copied().find(|var| is_of_clause(var) && !own.contains(var));
        let Some(strange) = strange else { return };
        if drawing.pattern.paths.iter().any(|path| path.var == strange) {
            return self.refuse_own_path(strange, span);
        }
        let name = self.variables.get(strange).name.clone().expect("it was looked up by its name");
        let message = format!("`{name}` is found beside this path and not known inside it");
        let help = "bind it in an earlier MATCH, or say it in the WHERE behind the pattern";
        self.refuse_with_help("UndefinedVariable", span, message, help);
    }

    pub(super) fn refuse_own_path(&mut self, path: VarId, span: Span) {
        let name = self.variables.get(path).name.clone().expect("it was looked up by its name");
        let message = format!("`{name}` is not known inside the path that it names");
        let help = "name the relationships: `-[r:TYPE]->+`, and ask `size(r)`; or say it behind the pattern";
        self.refuse_with_help("UndefinedVariable", span, message, help);
    }

    fn choice(&mut self, selector: &ast::Selector) -> Choice {
        let ast::Selector::Shortest { count, groups } = selector else { return Choice::All };
        let count = match count {
            None => Expr::literal(1),
            Some(count) if matches!(count.kind, ast::ExprKind::Integer(0)) => {
                self.refuse("NegativeIntegerArgument", count.span, "at least one path is chosen");
                Expr::literal(1)
            }
            Some(count) => self.expr(count),
        };
        Choice::Shortest { count, groups: *groups }
    }

    fn check_bounded(&mut self, path: &ast::PathPattern) {
        for hop in &path.hops {
            let (is_bounded, span) = match &hop.link {
                ast::Link::Arrow(rel) => (rel.length.is_none_or(|length| length.max.is_some()), rel.span),
                ast::Link::Group(group) => (group.max.is_some(), group.span),
            };
            if !is_bounded {
                let message = "a walk that may repeat elements needs an upper bound: it might never end";
                let help = "write `{1,5}`, a path mode such as TRAIL, or a selector such as ANY SHORTEST";
                self.refuse_with_help("UnexpectedSyntax", span, message, help);
            }
        }
    }

    // ------------------------------------------------------------ single elements

    /// A node between two legs. One that is known already has to turn out to be the same.
    fn joint<'p>(
        &mut self,
        drawing: &mut Drawing<'p>,
        sketch: &mut Sketch,
        node: &'p ast::NodePattern,
        rels: VarId,
    ) -> VarId {
        let var = self.route_element(drawing, sketch, node.variable.as_ref(), &Type::Node);
        if let Some(labels) = &node.labels {
            self.names.reads_labels(labels, &Type::Node);
        }
        let (known, labels) = known_labels(node.labels.as_ref());
        sketch.predicates.extend(known.map(|known| has_labels(var, known)));
        drawing.inside.push(Inside {
            var,
            of: Of::Itself,
            content: Content { labels, properties: node.properties.as_ref(), predicate: node.predicate.as_deref() },
            route: Some(RoutePlace { rels, leg: None }),
        });
        var
    }

    fn route_element(
        &mut self,
        drawing: &Drawing<'_>,
        sketch: &mut Sketch,
        ident: Option<&ast::Ident>,
        wanted: &Type,
    ) -> VarId {
        let known = ident.and_then(|ident| self.lookup(&ident.name).map(|id| (ident, id)));
        let Some((ident, id)) = known else { return self.element(drawing.rules, ident, wanted) };
        self.expect_element(ident, id, wanted);
        let var = self.element(drawing.rules, None, wanted);
        sketch.predicates.push(Expr::equal(Expr::variable(var), Expr::variable(id)));
        var
    }

    fn arrow_leg<'p>(
        &mut self,
        drawing: &mut Drawing<'p>,
        sketch: &mut Sketch,
        rel: &'p ast::RelPattern,
        rels: VarId,
    ) -> Leg {
        let (start, node) = (self.variables.add(None, Type::Node), self.variables.add(None, Type::Node));
        let ident = rel.variable.as_ref();
        let (min, max) = match rel.length {
            Some(length) => (length.min.unwrap_or(1), length.max),
            None => (1, Some(1)),
        };
        let mut lists = Vec::new();
        let (var, of) = if rel.length.is_some() {
            let local = self.variables.add(None, Type::Relationship);
            if ident.is_some() {
                let list = self.route_element(drawing, sketch, ident, &Type::list_of(Type::Relationship));
                lists.push((local, list));
            }
            (local, Of::Hop(ident))
        } else {
            (self.route_element(drawing, sketch, ident, &Type::Relationship), Of::Itself)
        };
        let (known, labels) = known_labels(rel.types.as_ref());
        let predicates = self.type_predicate(rel, known.as_ref(), var).into_iter().collect();
        let content = Content { labels, properties: rel.properties.as_ref(), predicate: rel.predicate.as_deref() };
        let place = RoutePlace { rels, leg: Some(sketch.legs.len()) };
        drawing.inside.push(Inside { var, of, content, route: Some(place) });
        let hop = LegHop { rel: var, direction: direction(rel.direction), types: known, node };
        Leg { min, max, start, hops: vec![hop], predicates, lists, joint: None }
    }

    /// The types of a hop, where a list of them does not say it.
    fn type_predicate(&mut self, rel: &ast::RelPattern, known: Option<&LabelExpr>, var: VarId) -> Option<Expr> {
        let types = rel.types.as_ref()?;
        self.names.reads_labels(types, &Type::Relationship);
        self.names.reads_plain_types(types);
        known.filter(|known| !is_any_of(known)).map(|known| has_labels(var, known.clone()))
    }

    // ------------------------------------------------------------ groups

    fn group_leg(&mut self, drawing: &Drawing<'_>, group: &ast::Group) -> Leg {
        self.check_group(group);
        for ident in named_in(&group.path) {
            if self.scope.get(&ident.name).is_some() {
                let message = format!("`{}` is already bound; inside a group it would be another one", ident.name);
                let help = format!("take another name and say `WHERE other = {}`", ident.name);
                self.refuse_with_help("VariableAlreadyBound", ident.span, message, &help);
            }
        }
        let (unseen, depth) = (self.scope.unsee_since(drawing.before), self.scope.len());
        let (start, hops) = self.group_elements(&group.path);
        let predicates = self.group_predicates(group, start, &hops);
        let inside = self.scope.star();
        self.scope.forget_since(depth);
        self.scope.unsee(unseen);
        let own = inside
            .into_iter()
            .filter(|(_, id)| start == *id || hops.iter().any(|hop| hop.rel == *id || hop.node == *id));
        let lists = own.map(|(name, id)| (id, self.group_list(drawing.rules, &name, id))).collect();
        if let Some(max) = group.max.filter(|max| *max == 0 || *max < group.min) {
            let message = format!("a group cannot be repeated at least {} and at most {max} times", group.min);
            self.refuse("UnexpectedSyntax", group.span, message);
        }
        Leg { min: group.min, max: group.max, start, hops, predicates, lists, joint: None }
    }

    fn check_group(&mut self, group: &ast::Group) {
        let ends = std::iter::once(&group.path.start).chain(group.path.hops.iter().map(|hop| &hop.end));
        let brackets = ends.filter_map(|end| match end {
            ast::Endpoint::Bracket(bracket) => Some(bracket.span),
            ast::Endpoint::Node(_) => None,
        });
        for span in brackets {
            let message = "a group runs from node to node: no bracket stands in it";
            let help = "ask for the relationship in the group's WHERE: `EXISTS { (p)-[:SUPPORTS]->[r] }`";
            self.refuse_with_help("UnexpectedSyntax", span, message, help);
        }
        if group.path.hops.is_empty() {
            self.refuse("UnexpectedSyntax", group.span, "a group repeats at least one relationship");
        }
        for hop in &group.path.hops {
            match &hop.link {
                ast::Link::Group(inner) => {
                    self.refuse("UnexpectedSyntax", inner.span, "a group cannot hold another one");
                }
                ast::Link::Arrow(rel) if rel.length.is_some() => {
                    let message = "inside a group a relationship has no length of its own: the group says how often";
                    self.refuse("UnexpectedSyntax", rel.span, message);
                }
                ast::Link::Arrow(_) => {}
            }
        }
    }

    /// The elements of a group under their names.
    fn group_elements(&mut self, path: &ast::PathPattern) -> (VarId, Vec<LegHop>) {
        let start = self.group_node(&path.start);
        let mut hops = Vec::new();
        for hop in &path.hops {
            let ast::Link::Arrow(rel) = &hop.link else { continue };
            let var = match &rel.variable {
                Some(ident) => self.declare_new(ident, Type::Relationship),
                None => self.variables.add(None, Type::Relationship),
            };
            let (types, _) = known_labels(rel.types.as_ref());
            let node = self.group_node(&hop.end);
            hops.push(LegHop { rel: var, direction: direction(rel.direction), types, node });
        }
        (start, hops)
    }

    fn group_node(&mut self, endpoint: &ast::Endpoint) -> VarId {
        let named = match endpoint {
            ast::Endpoint::Node(node) => node.variable.as_ref(),
            ast::Endpoint::Bracket(_) => None,
        };
        match named {
            Some(ident) if self.scope.get(&ident.name).is_none() => self.declare(&ident.name, Type::Node),
            // A node that is named twice: the second has to be the first, which `group_predicates` says.
            _ => self.variables.add(None, Type::Node),
        }
    }

    fn group_predicates(&mut self, group: &ast::Group, start: VarId, hops: &[LegHop]) -> Vec<Expr> {
        let mut said = self.node_predicates(&group.path.start, start);
        for (hop, bound) in group.path.hops.iter().zip(hops) {
            if let ast::Link::Arrow(rel) = &hop.link {
                let (known, labels) = known_labels(rel.types.as_ref());
                said.extend(self.type_predicate(rel, known.as_ref(), bound.rel));
                let content =
                    Content { labels, properties: rel.properties.as_ref(), predicate: rel.predicate.as_deref() };
                said.extend(self.content(bound.rel, &content));
            }
            said.extend(self.node_predicates(&hop.end, bound.node));
        }
        if let Some(predicate) = &group.predicate {
            said.extend(self.predicate(predicate).into_conjuncts());
        }
        said
    }

    fn node_predicates(&mut self, endpoint: &ast::Endpoint, var: VarId) -> Vec<Expr> {
        let ast::Endpoint::Node(node) = endpoint else { return Vec::new() };
        let known = node.variable.as_ref().and_then(|ident| self.lookup(&ident.name)).filter(|known| *known != var);
        let mut said: Vec<Expr> =
            known.map(|known| Expr::equal(Expr::variable(var), Expr::variable(known))).into_iter().collect();
        if let Some(labels) = &node.labels {
            self.names.reads_labels(labels, &Type::Node);
        }
        let (known, labels) = known_labels(node.labels.as_ref());
        said.extend(known.map(|known| has_labels(var, known)));
        let content = Content { labels, properties: node.properties.as_ref(), predicate: node.predicate.as_deref() };
        said.extend(self.content(var, &content));
        said
    }

    fn group_list(&mut self, rules: PatternRules, name: &Name, id: VarId) -> VarId {
        let list = self.declare(name, Type::list_of(self.type_of(id).clone()));
        self.variables.get_mut(list).nullable = rules.optional;
        list
    }
}

fn route_rel(var: VarId, ends: (VarId, VarId), route: Route) -> PatternRel {
    PatternRel {
        var,
        ends: Some(ends),
        direction: super::bound::Direction::Right,
        types: None,
        reach: Reach::Route(Box::new(route)),
        place: Place::Arrow,
        bound: false,
    }
}

fn has_labels(var: VarId, labels: LabelExpr) -> Expr {
    Expr::made(ExprKind::HasLabels(Box::new(Expr::variable(var)), labels))
}

/// Whether a hop can be told by a list of types.
fn is_any_of(types: &LabelExpr) -> bool {
    match types {
        LabelExpr::Name(_) | LabelExpr::Wildcard => true,
        LabelExpr::Or(terms) => terms.iter().all(|term| matches!(term, LabelExpr::Name(_))),
        LabelExpr::Not(_) | LabelExpr::And(_) => false,
    }
}

/// The names of the elements of a group.
fn named_in(path: &ast::PathPattern) -> Vec<&ast::Ident> {
    let mut named = Vec::new();
    let ends = std::iter::once(&path.start).chain(path.hops.iter().map(|hop| &hop.end));
    for end in ends {
        if let ast::Endpoint::Node(ast::NodePattern { variable: Some(ident), .. }) = end {
            named.push(ident);
        }
    }
    for hop in &path.hops {
        if let ast::Link::Arrow(ast::RelPattern { variable: Some(ident), .. }) = &hop.link {
            named.push(ident);
        }
    }
    named
}
