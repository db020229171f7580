//! CREATE: what is drawn, in the order in which it must come to be.
//!
//! Outside brackets a relationship is drawn as so, inside as only said. Properties may name what was there before the
//! clause and what it draws further left; a source that is cited was there before.

use super::binder::Binder;
use super::bound::{BoundClause, Cite, Create, Draw, PatternPath};
use crate::expr::{Expr, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::Type;

/// The elements of a CREATE so far.
struct Sketch {
    /// How many names were there before; sources are looked for among them.
    before: usize,
    draws: Vec<Draw>,
    paths: Vec<PatternPath>,
    /// What CITING cites.
    cited: Vec<VarId>,
}

impl Binder<'_> {
    pub(super) fn create(&mut self, write: &ast::Write) -> BoundClause {
        if let Some(first) = write.pattern.parts.first() {
            self.refuse_lens("CREATE", "it says what is so from now on", first.span);
        }
        let mut sketch = Sketch { before: self.scope.len(), draws: Vec::new(), paths: Vec::new(), cited: Vec::new() };
        for part in &write.pattern.parts {
            self.drawn_part(&mut sketch, part);
        }
        self.expect_cited(&write.citations, !sketch.cited.is_empty());
        let cite = self.cite(&write.citations, sketch.cited, Vec::new(), sketch.before);
        BoundClause::Create(Create { draws: sketch.draws, paths: sketch.paths, cite })
    }

    fn drawn_part(&mut self, sketch: &mut Sketch, part: &ast::PatternPart) {
        if self.refuse_search(part) {
            return;
        }
        let alone = part.path.hops.is_empty();
        let mut left = self.drawn_endpoint(sketch, &part.path.start, alone);
        let mut steps = vec![left];
        for hop in &part.path.hops {
            let right = self.drawn_endpoint(sketch, &hop.end, false);
            let ast::Link::Arrow(rel) = &hop.link else { continue };
            let rel = self.drawn_rel(sketch, rel, (left, right), true);
            sketch.cited.push(rel);
            steps.extend([rel, right]);
            left = right;
        }
        if let Some(variable) = &part.variable {
            let var = self.declare_new(variable, Type::Path);
            sketch.paths.push(PatternPath { var, steps });
        }
    }

    fn drawn_endpoint(&mut self, sketch: &mut Sketch, endpoint: &ast::Endpoint, alone: bool) -> VarId {
        match endpoint {
            ast::Endpoint::Node(node) => self.drawn_node(sketch, node, alone),
            ast::Endpoint::Bracket(ast::Bracket { rel, ends: None, span }) => self.bound_bracket(rel, *span, alone),
            ast::Endpoint::Bracket(ast::Bracket { rel, ends: Some(ends), .. }) => {
                self.check_bracket(rel);
                let left = self.drawn_endpoint(sketch, &ends.0, false);
                let right = self.drawn_endpoint(sketch, &ends.1, false);
                self.drawn_rel(sketch, rel, (left, right), false)
            }
        }
    }

    fn drawn_node(&mut self, sketch: &mut Sketch, node: &ast::NodePattern, alone: bool) -> VarId {
        self.refuse_where(node.predicate.as_deref());
        if let Some(var) = self.known_node(node, alone) {
            return var;
        }
        let labels = self.drawn_labels(node.labels.as_ref());
        let properties = node.properties.as_ref().map(|map| self.drawn_properties(map));
        let var = self.new_element(node.variable.as_ref(), Type::Node);
        sketch.draws.push(Draw::Node { var, labels, properties });
        sketch.cited.push(var);
        var
    }

    fn drawn_rel(&mut self, sketch: &mut Sketch, rel: &ast::RelPattern, ends: (VarId, VarId), asserted: bool) -> VarId {
        self.refuse_where(rel.predicate.as_deref());
        self.check_drawn_rel(rel);
        let rel_type = self.drawn_type(rel);
        if rel.direction == ast::ArrowDirection::Either {
            let message = "a relationship that is created needs a direction";
            self.refuse_with_help("RequiresDirectedRelationship", rel.span, message, "write `-[:TYPE]->`");
        }
        let properties = rel.properties.as_ref().map(|map| self.drawn_properties(map));
        let var = self.new_element(rel.variable.as_ref(), Type::Relationship);
        let (start, end) = directed(rel.direction, ends);
        sketch.draws.push(Draw::Rel { var, rel_type, start, end, asserted, properties });
        var
    }

    // ------------------------------------------------------------ what CREATE and MERGE share

    /// The variable of a node that is there already; it cannot be given labels or properties again.
    pub(super) fn known_node(&mut self, node: &ast::NodePattern, alone: bool) -> Option<VarId> {
        let ident = node.variable.as_ref()?;
        let id = self.lookup(&ident.name)?;
        if alone || node.labels.is_some() || node.properties.is_some() {
            self.refuse_bound(ident);
        } else {
            self.expect_element(ident, id, &Type::Node);
        }
        Some(id)
    }

    /// `[t]` in a writing clause names a relationship that is there; alone there is nothing to write.
    pub(super) fn bound_bracket(&mut self, rel: &ast::RelPattern, span: Span, alone: bool) -> VarId {
        self.check_bracket(rel);
        if rel.types.is_some() || rel.properties.is_some() {
            let message = "a bracket without ends names a relationship that is there, and says nothing new of it";
            self.refuse_with_help("UnexpectedSyntax", span, message, "write its ends: `[(a)-[:TYPE]->(b)]`");
        }
        let Some(ident) = &rel.variable else {
            self.refuse("UndefinedVariable", span, "a bracket without ends must name a relationship");
            return self.variables.add(None, Type::Relationship);
        };
        let Some(id) = self.lookup_or_refuse(&ident.name, ident.span) else {
            return self.variables.add(None, Type::Relationship);
        };
        if alone {
            self.refuse_bound(ident);
        }
        self.expect_element(ident, id, &Type::Relationship);
        id
    }

    pub(super) fn new_element(&mut self, variable: Option<&ast::Ident>, var_type: Type) -> VarId {
        match variable {
            Some(ident) => self.declare(&ident.name, var_type),
            None => self.variables.add(None, var_type),
        }
    }

    /// A relationship that is written is new, and one.
    pub(super) fn check_drawn_rel(&mut self, rel: &ast::RelPattern) {
        if let Some(ident) = rel.variable.as_ref().filter(|ident| self.scope.get(&ident.name).is_some()) {
            self.refuse_bound(ident);
        }
        if let Some(length) = rel.length {
            self.refuse("CreatingVarLength", length.span, "a relationship of variable length cannot be created");
        }
    }

    /// A map or a parameter.
    pub(super) fn drawn_properties(&mut self, properties: &ast::Expr) -> Expr {
        if let ast::ExprKind::Map(entries) = &properties.kind {
            for (key, _) in entries {
                self.names.writes(&key.name);
            }
        }
        let typed = self.without_aggregates(|binder| binder.typed(properties));
        if !typed.value_type.may_be(&Type::Map) {
            self.refuse_type("MAP", &typed.value_type, properties.span);
        }
        typed.expr
    }

    /// Runs `bind` where only what was there before the clause is seen: the first `before` names.
    pub(super) fn over<T>(&mut self, before: usize, bind: impl FnOnce(&mut Self) -> T) -> T {
        let unseen = self.scope.unsee_since(before);
        let made = bind(self);
        self.scope.unsee(unseen);
        made
    }

    pub(super) fn refuse_where(&mut self, predicate: Option<&ast::Expr>) {
        if let Some(predicate) = predicate {
            self.refuse("UnexpectedSyntax", predicate.span, "what is created has no WHERE");
        }
    }

    /// What is said of how to look for a path has no meaning where one is drawn. Returns whether there was any.
    pub(super) fn refuse_search(&mut self, part: &ast::PatternPart) -> bool {
        self.refuse_where(part.predicate.as_ref());
        let has_group = part.path.hops.iter().any(|hop| matches!(hop.link, ast::Link::Group(_)));
        let message = if has_group {
            "a quantified path pattern can be found, not created"
        } else if part.selector != ast::Selector::All || part.mode.is_some() {
            "a shortest path can be found, not created"
        } else {
            return false;
        };
        self.refuse("UnexpectedSyntax", part.span, message);
        true
    }

    pub(super) fn cite(
        &mut self,
        citations: &[ast::Citation],
        targets: Vec<VarId>,
        created_only: Vec<VarId>,
        before: usize,
    ) -> Option<Cite> {
        if citations.is_empty() {
            return None;
        }
        let sources = citations
            .iter()
            .map(|citation| {
                let source = self.over(before, |binder| binder.typed(&citation.source));
                self.expect_type(&source.value_type, &Type::Node, citation.source.span);
                let properties = citation.properties.as_ref();
                let properties = properties.map(|map| self.over(before, |binder| binder.drawn_properties(map)));
                (source.expr, properties)
            })
            .collect();
        Some(Cite { targets, created_only, sources })
    }

    /// CITING without anything to cite would lose the source without a word.
    pub(super) fn expect_cited(&mut self, citations: &[ast::Citation], has_targets: bool) {
        let Some(first) = citations.first() else { return };
        if !has_targets && self.errors.is_empty() {
            let message = "there is nothing to cite: what is in brackets is only said";
            let help = "cite it by itself: `CREATE (source)-[:SUPPORTS]->[t]`";
            self.refuse_with_help("UnexpectedSyntax", first.source.span, message, help);
        }
    }
}

/// Start and end.
pub(super) fn directed(direction: ast::ArrowDirection, ends: (VarId, VarId)) -> (VarId, VarId) {
    match direction {
        ast::ArrowDirection::Left => (ends.1, ends.0),
        ast::ArrowDirection::Right | ast::ArrowDirection::Either => ends,
    }
}
