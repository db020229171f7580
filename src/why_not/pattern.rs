//! MATCH without some of its conditions.

use rustc_hash::FxHashMap;

use super::condition::{Arrow, Bounds, Drawn, Form, Kind, Number, Subject};
use super::cut::{Cuts, Pieces, link_span, name_all, names, span_of};
use super::inside;
use super::make;
use super::mention::{mentions, variables_of};
use super::relax::{Behind, Said, Walk};
use crate::syntax::ast::{self, ArrowDirection, Clause, ClauseKind, Endpoint, Expr, ExprKind, Link, PatternPart};
use crate::text::Span;
use crate::value::Name;

/// The name of an element, and whether it stands for a list of them behind the pattern.
type Named<'n> = (Option<&'n ast::Ident>, bool);

/// What a pattern has drawn, and what its filters have found inside.
type Seen<'s> = (&'s [Drawn], &'s [Expr]);

/// What is known of the pattern of one MATCH on the way.
#[derive(Default)]
struct Drawing {
    cuts: Cuts,
    /// The conditions that there are such elements and hops, by where they stand; an element that stands twice has one.
    numbers: FxHashMap<Span, Number>,
    named: FxHashMap<Name, Number>,
}

impl Drawing {
    fn within(&self, span: Span) -> Vec<Number> {
        self.numbers.get(&span).copied().into_iter().collect()
    }
}

impl Walk<'_> {
    pub(super) fn matched(&mut self, mut matched: ast::Match, span: Span, out: &mut Vec<Clause>) {
        self.draw_again(&matched.pattern.parts, span, out);
        let first = self.conditions.len();
        let known = names(&matched.pattern.parts);
        if self.probe.is_some() {
            self.name_all(&mut matched.pattern.parts);
        }
        let mut drawing = Drawing::default();
        for part in &matched.pattern.parts {
            self.structure(&mut drawing, part);
        }
        if !drawing.cuts.unstated.is_empty() {
            self.name_all(&mut matched.pattern.parts);
        }
        let gone = self.gone(&known, &drawing, &matched);
        self.lost.extend(gone.iter().cloned());
        let drawn = drawn_by(&matched.pattern.parts);
        for part in &mut matched.pattern.parts {
            self.contents(&drawing, part);
        }
        let may_repeat = matched.repeatable || self.may_repeat(&matched);
        let inside = matched.predicate.iter().flat_map(inside::asked_for);
        let inside: Vec<Expr> = inside.filter(|found| !self.speaks_of_lost(found)).collect();
        self.lens(&mut matched.lens, Some((&drawn, &inside)), &[]);
        let Pieces { parts, predicates } = drawing.cuts.apply(matched.pattern.parts, !may_repeat);
        self.around = matched.lens.clone();
        let mut terms = self.filters(make::conjuncts(matched.predicate.take()), &[], &Said::OfOne);
        self.around = ast::Lens::default();
        terms.extend(predicates.into_iter().filter(|term| !self.speaks_of_lost(term)));
        for name in &known {
            self.scope.add(name);
        }
        if self.probe.is_some() {
            let is_left = |drawn: &Drawn| !self.lost.contains(&drawn.ident.name);
            self.drawn.extend(drawn.into_iter().filter(is_left));
            self.inside.extend(inside);
        }
        let is_drawn = !parts.is_empty();
        let predicates = if is_drawn || matched.optional { Vec::new() } else { std::mem::take(&mut terms) };
        let has_fresh = !drawing.cuts.unstated.is_empty();
        if is_drawn {
            let pattern = ast::Pattern { parts, ..matched.pattern };
            let predicate = make::all(terms);
            let kind = ClauseKind::Match(ast::Match { repeatable: may_repeat, pattern, predicate, ..matched });
            out.push(Clause { kind, span });
        }
        self.show(Behind { first, gone, predicates, has_fresh }, span, out);
    }

    /// A relationship that is gone, and that this pattern needs as well, is looked for by this one alone.
    fn draw_again(&mut self, parts: &[PatternPart], span: Span, out: &mut Vec<Clause>) {
        let is_lost = |drawn: &Drawn| drawn.form != Form::Node && self.lost.contains(&drawn.ident.name);
        let again: Vec<Name> = drawn_by(parts).into_iter().filter(is_lost).map(|drawn| drawn.ident.name).collect();
        self.lost.retain(|name| !again.contains(name));
        // Of names that the text does not tell none can be left out: it stays null, and nothing is found.
        if !again.is_empty() && !self.scope.open {
            self.scope.names.retain(|name| !again.contains(name));
            out.push(Clause { kind: ClauseKind::With(self.same_names(&[])), span });
        }
    }

    fn name_all(&mut self, parts: &mut [PatternPart]) {
        let mut fresh = self.fresh;
        name_all(parts, &mut || {
            fresh += 1;
            make::ident(&Name::from(format!("element {fresh}")))
        });
        self.fresh = fresh;
    }

    /// The new names whose elements the cuts take away.
    fn gone(&self, known: &[Name], drawing: &Drawing, matched: &ast::Match) -> Vec<Name> {
        let kept = names(&drawing.cuts.apply(matched.pattern.parts.clone(), false).parts);
        known.iter().filter(|name| !kept.contains(name) && !self.scope.names.contains(name)).cloned().collect()
    }

    // ------------------------------------------------------------ hops and elements

    fn structure(&mut self, drawing: &mut Drawing, part: &PatternPart) {
        let is_plain = part.selector == ast::Selector::All && part.mode.is_none();
        self.element(drawing, &part.path.start);
        let mut left = &part.path.start;
        for hop in &part.path.hops {
            self.element(drawing, &hop.end);
            self.hop(drawing, [left, &hop.end], &hop.link, is_plain);
            left = &hop.end;
        }
    }

    fn element(&mut self, drawing: &mut Drawing, endpoint: &Endpoint) {
        if let Endpoint::Bracket(ast::Bracket { ends: Some(ends), .. }) = endpoint {
            self.element(drawing, &ends.0);
            self.element(drawing, &ends.1);
        }
        let (span, ident) = (span_of(endpoint), ident_of(endpoint));
        let kind = match endpoint {
            Endpoint::Node(_) => Kind::Element,
            Endpoint::Bracket(_) => Kind::Relationship,
        };
        let named = ident.and_then(|ident| drawing.named.get(&ident.name).copied());
        let number = named.unwrap_or_else(|| {
            self.condition(kind, span, &[], Subject::None);
            self.conditions.len() - 1
        });
        drawing.numbers.insert(span, number);
        drawing.named.extend(ident.map(|ident| (ident.name.clone(), number)));
        if self.removes(number) || ident.is_some_and(|ident| self.lost.contains(&ident.name)) {
            drawing.cuts.elements.insert(span);
        }
        if let Endpoint::Bracket(bracket @ ast::Bracket { ends: Some(ends), .. }) = endpoint {
            self.bracket_ends(drawing, bracket, [&ends.0, &ends.1]);
        }
    }

    /// That the relationship in a bracket has such ends.
    fn bracket_ends(&mut self, drawing: &mut Drawing, bracket: &ast::Bracket, ends: [&Endpoint; 2]) {
        let within = [span_of(ends[0]), span_of(ends[1]), bracket.span].map(|span| drawing.numbers[&span]);
        let subject = ends_of(ends, Arrow::of(&bracket.rel, true));
        if self.condition(Kind::Hop, bracket.span, &within, subject) {
            drawing.cuts.hops.insert(bracket.span);
        }
    }

    fn hop(&mut self, drawing: &mut Drawing, ends: [&Endpoint; 2], link: &Link, is_plain: bool) {
        let span = link_span(link);
        let (arrow, variable) = match link {
            Link::Arrow(rel) => (Arrow::of(rel, false).filter(|_| rel.length.is_none()), rel.variable.as_ref()),
            Link::Group(_) => (None, None),
        };
        let within = ends.map(|end| drawing.numbers[&span_of(end)]);
        let subject = ends_of(ends, arrow);
        let is_removed = self.condition(Kind::Hop, span, &within, subject);
        let number = self.conditions.len() - 1;
        drawing.numbers.insert(span, number);
        if is_removed || variable.is_some_and(|ident| self.lost.contains(&ident.name)) {
            drawing.cuts.hops.insert(span);
        }
        if let Link::Arrow(rel) = link
            && rel.length.is_none()
            && is_plain
            && self.condition(Kind::State, span, &[number], Subject::Element(rel.variable.clone()))
        {
            drawing.cuts.unstated.insert(span);
        }
    }

    // ------------------------------------------------------------ what is said of them

    fn contents(&mut self, drawing: &Drawing, part: &mut PatternPart) {
        let is_one = part.selector == ast::Selector::All;
        self.endpoint(drawing, &mut part.path.start);
        for hop in &mut part.path.hops {
            match &mut hop.link {
                Link::Arrow(rel) => self.arrow(rel, &drawing.within(rel.span), is_one, false),
                Link::Group(group) => self.group(drawing, group),
            }
            self.endpoint(drawing, &mut hop.end);
        }
        if part.mode == Some(ast::PathMode::Acyclic) && self.condition(Kind::Different, part.span, &[], Subject::None) {
            part.mode = None;
        }
        let terms = make::conjuncts(part.predicate.take());
        part.predicate = make::all(self.filters(terms, &[], &Said::OutOfSight));
    }

    fn endpoint(&mut self, drawing: &Drawing, endpoint: &mut Endpoint) {
        let within = drawing.within(span_of(endpoint));
        match endpoint {
            Endpoint::Node(node) => {
                self.node(node, &within, false);
            }
            Endpoint::Bracket(bracket) => {
                if let Some(ends) = &mut bracket.ends {
                    self.endpoint(drawing, &mut ends.0);
                    self.endpoint(drawing, &mut ends.1);
                }
                let of = bracket.rel.variable.clone();
                self.labels(Kind::Type, &mut bracket.rel.types, &within, (of.as_ref(), false));
                self.properties(&mut bracket.rel.properties, &within, (of.as_ref(), false));
            }
        }
    }

    fn node(&mut self, node: &mut ast::NodePattern, within: &[Number], is_list: bool) {
        let of = node.variable.clone();
        self.labels(Kind::Label, &mut node.labels, within, (of.as_ref(), is_list));
        self.properties(&mut node.properties, within, (of.as_ref(), is_list));
        self.inner_predicate(&mut node.predicate, within, &Said::of(of.as_ref(), is_list));
    }

    fn arrow(&mut self, rel: &mut ast::RelPattern, within: &[Number], is_one: bool, is_in_group: bool) {
        let is_list = rel.length.is_some() || is_in_group;
        let of = rel.variable.clone();
        let single = of.as_ref().filter(|_| is_one && !is_list);
        if rel.direction != ArrowDirection::Either
            && self.condition(Kind::Direction, rel.span, within, Subject::Element(single.cloned()))
        {
            rel.direction = ArrowDirection::Either;
        }
        self.labels(Kind::Type, &mut rel.types, within, (of.as_ref(), is_list));
        if let Some(length) = &mut rel.length {
            let bounds = (length.min.unwrap_or(1), length.max);
            if let Some((min, max)) = self.length(bounds, length.span, within, Subject::Way(of.clone(), bounds)) {
                (length.min, length.max) = (Some(min), max);
            }
        }
        self.properties(&mut rel.properties, within, (of.as_ref(), is_list));
        self.inner_predicate(&mut rel.predicate, within, &Said::of(of.as_ref(), is_list));
    }

    fn group(&mut self, drawing: &Drawing, group: &mut ast::Group) {
        let within = drawing.within(group.span);
        let bounds = (group.min, group.max);
        let subject = Subject::Rounds(first_arrow(group), bounds);
        if let Some((min, max)) = self.length(bounds, group.span, &within, subject) {
            (group.min, group.max) = (min, max);
        }
        self.inner_endpoint(&mut group.path.start, &within);
        for hop in &mut group.path.hops {
            if let Link::Arrow(rel) = &mut hop.link {
                self.arrow(rel, &within, true, true);
            }
            self.inner_endpoint(&mut hop.end, &within);
        }
        let variables = variables_of(&group.path);
        let mut kept = Vec::new();
        for term in make::conjuncts(group.predicate.take().map(|predicate| *predicate)) {
            let said = said_of_one(&term, &variables);
            kept.extend(self.filters(vec![term], &within, &said));
        }
        group.predicate = make::all(kept).map(Box::new);
    }

    /// Inside a group only nodes stand.
    fn inner_endpoint(&mut self, endpoint: &mut Endpoint, within: &[Number]) {
        if let Endpoint::Node(node) = endpoint {
            self.node(node, within, true);
        }
    }

    /// The wider bounds, if they are to be taken out and there are any.
    fn length(&mut self, (min, max): Bounds, span: Span, within: &[Number], subject: Subject) -> Option<Bounds> {
        let is_bounded = min > 1 || max.is_some();
        if !is_bounded || !self.condition(Kind::Length, span, within, subject) {
            return None;
        }
        let exact = self.exact.filter(|_| self.probe == Some(self.conditions.len() - 1));
        Some(exact.map_or((min.min(1), None), |count| (count, Some(count))))
    }

    fn labels(&mut self, kind: Kind, labels: &mut Option<ast::LabelExpr>, within: &[Number], (of, is_list): Named<'_>) {
        let Some(said) = labels else { return };
        let mut speaks_of_lost = false;
        super::mention::in_labels(said, &mut |mention| {
            speaks_of_lost |= matches!(mention, super::mention::Mention::Variable(name) if self.lost.contains(name));
        });
        let span = label_span(said);
        let subject = Subject::Labelled { of: of.cloned(), labels: said.clone() };
        if self.condition(kind, span, within, Said::of(of, is_list).subject(subject)) || speaks_of_lost {
            *labels = None;
        }
    }

    fn properties(&mut self, properties: &mut Option<Expr>, within: &[Number], (of, is_list): Named<'_>) {
        let Some(Expr { kind: ExprKind::Map(entries), .. }) = properties else { return };
        for (key, value) in std::mem::take(entries) {
            let span = key.span.to(value.span);
            let subject = Subject::Property { of: of.cloned(), key: key.clone(), value: value.clone() };
            let is_removed = self.condition(Kind::Property, span, within, Said::of(of, is_list).subject(subject));
            if !is_removed && !self.speaks_of_lost(&value) {
                entries.push((key, value));
            }
        }
        if entries.is_empty() {
            *properties = None;
        }
    }

    fn inner_predicate(&mut self, predicate: &mut Option<Box<Expr>>, within: &[Number], said: &Said) {
        let terms = make::conjuncts(predicate.take().map(|predicate| *predicate));
        *predicate = make::all(self.filters(terms, within, said)).map(Box::new);
    }

    /// Whether arrows may be the same relationship, where more than one could be.
    fn may_repeat(&mut self, matched: &ast::Match) -> bool {
        let links = || matched.pattern.parts.iter().flat_map(|part| &part.path.hops);
        let is_long = |hop: &ast::Hop| match &hop.link {
            Link::Arrow(rel) => rel.length.is_some(),
            Link::Group(_) => true,
        };
        let is_asked = !matched.repeatable && (links().count() > 1 || links().any(is_long));
        is_asked && self.condition(Kind::Different, matched.pattern.span, &[], Subject::None)
    }

    /// Clocks and the number of sources, and what they are held against if that can be seen.
    pub(super) fn lens(&mut self, lens: &mut ast::Lens, seen: Option<Seen<'_>>, within: &[Number]) {
        let said = lens.clone();
        let subject = |alone: ast::Lens| match seen {
            Some((elements, inside)) => {
                Subject::Clocked { elements: elements.to_vec(), inside: inside.to_vec(), lens: alone }
            }
            None => Subject::InCall,
        };
        if let Some(clock) = &said.valid {
            let alone = ast::Lens { valid: said.valid.clone(), ..ast::Lens::default() };
            if self.is_put_off(Kind::ValidAt, clock.span, &clock.at, within, subject(alone)) {
                lens.valid = None;
            }
        }
        if let Some(clock) = &said.known {
            // It also hides sources from those who count them.
            let alone = ast::Lens { known: said.known.clone(), sources: said.sources.clone(), ..ast::Lens::default() };
            if self.is_put_off(Kind::KnownAt, clock.span, &clock.at, within, subject(alone)) {
                lens.known = None;
            }
        }
        if let Some(count) = &said.sources {
            // Sources are counted as far as they are known.
            let known = lens.known.clone();
            let alone = ast::Lens { sources: said.sources.clone(), known, ..ast::Lens::default() };
            if self.is_put_off(Kind::Sources, count.span, count, within, subject(alone)) {
                lens.sources = None;
            }
        }
    }

    /// The clocks inside a CALL.
    pub(super) fn clocks_inside(&mut self, query: &mut ast::Query, within: &[Number]) {
        for query in &mut query.earlier {
            self.clocks_inside(query, within);
        }
        let branches = [&mut query.first].into_iter().chain(query.rest.iter_mut().map(|(_, branch)| branch));
        for clause in branches.flat_map(|branch| &mut branch.clauses) {
            match &mut clause.kind {
                ClauseKind::Match(matched) => self.lens(&mut matched.lens, None, within),
                ClauseKind::Subquery(call) => self.clocks_inside(&mut call.query, within),
                ClauseKind::Unwind(_)
                | ClauseKind::LoadCsv(_)
                | ClauseKind::With(_)
                | ClauseKind::Return(_)
                | ClauseKind::Call(_)
                | ClauseKind::Create(_)
                | ClauseKind::Merge(_)
                | ClauseKind::Set(_)
                | ClauseKind::Remove(_)
                | ClauseKind::Delete(_)
                | ClauseKind::Assert(_)
                | ClauseKind::Retract(_)
                | ClauseKind::Foreach(_)
                | ClauseKind::Finish => {}
            }
        }
    }

    /// Whether a pattern is no longer held against what `lens` says.
    fn is_put_off(&mut self, kind: Kind, span: Span, operand: &Expr, within: &[Number], subject: Subject) -> bool {
        self.condition(kind, span, within, subject) || self.speaks_of_lost(operand)
    }
}

fn ends_of(ends: [&Endpoint; 2], arrow: Option<Arrow>) -> Subject {
    Subject::Ends { ends: ends.map(|end| ident_of(end).cloned()), arrow }
}

/// Each element of a list, if the predicate speaks of one of the variables alone.
fn said_of_one(predicate: &Expr, variables: &[ast::Ident]) -> Said {
    let mut spoken_of = variables.iter().filter(|ident| mentions(predicate, |name| *name == ident.name));
    match (spoken_of.next(), spoken_of.next()) {
        (only, None) => Said::of(only, true),
        (_, Some(_)) => Said::OutOfSight,
    }
}

/// The arrow that is there once in each round.
fn first_arrow(group: &ast::Group) -> Option<ast::Ident> {
    group.path.hops.iter().find_map(|hop| match &hop.link {
        Link::Arrow(rel) => rel.variable.clone(),
        Link::Group(_) => None,
    })
}

/// The elements, and lists of relationships, in the order of the text.
fn drawn_by(parts: &[PatternPart]) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    for part in parts {
        drawn_at(&part.path.start, &mut drawn);
        for hop in &part.path.hops {
            if let Link::Arrow(rel) = &hop.link {
                let form = if rel.length.is_some() { Form::Way } else { Form::Relationship };
                drawn.extend(rel.variable.clone().map(|ident| Drawn { ident, form }));
            }
            drawn_at(&hop.end, &mut drawn);
        }
    }
    drawn
}

fn drawn_at(endpoint: &Endpoint, drawn: &mut Vec<Drawn>) {
    match endpoint {
        Endpoint::Node(node) => drawn.extend(node.variable.clone().map(|ident| Drawn { ident, form: Form::Node })),
        Endpoint::Bracket(bracket) => {
            if let Some(ends) = &bracket.ends {
                drawn_at(&ends.0, drawn);
                drawn_at(&ends.1, drawn);
            }
            drawn.extend(bracket.rel.variable.clone().map(|ident| Drawn { ident, form: Form::Relationship }));
        }
    }
}

fn ident_of(endpoint: &Endpoint) -> Option<&ast::Ident> {
    match endpoint {
        Endpoint::Node(node) => node.variable.as_ref(),
        Endpoint::Bracket(bracket) => bracket.rel.variable.as_ref(),
    }
}

/// From the first name to the last.
fn label_span(labels: &ast::LabelExpr) -> Span {
    match labels {
        ast::LabelExpr::Name(ident) => ident.span,
        ast::LabelExpr::Wildcard(span) => *span,
        ast::LabelExpr::Given(expr) | ast::LabelExpr::GivenAny(expr) => expr.span,
        ast::LabelExpr::Not(inner) => label_span(inner),
        ast::LabelExpr::And(inner) | ast::LabelExpr::Or(inner) => {
            let spans = || inner.iter().map(label_span);
            spans().next().unwrap_or_default().to(spans().next_back().unwrap_or_default())
        }
    }
}
