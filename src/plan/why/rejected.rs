//! What was rejected and could come back where less is there: where rows are counted, collected or chosen among, it
//! would change the answer, so what it was rejected for is told too.
//!
//! The clauses are walked once more, without the conditions that may [become true](super::turning). That finds all rows
//! that any part of the graph could have, since patterns alone find less where less is there. What is counted or
//! collected on the way, and what OPTIONAL MATCH finds, stays as it is, being told itself.

use rustc_hash::FxHashSet;

use super::loosened::Loosened;
use super::pattern::matched;
use super::query::{Explainer, one_branch};
use super::trail::{Rows, Trail};
use crate::expr::{Comparison, Expr, ExprKind, SubqueryId, SubqueryKind, VarId};
use crate::semantic::bound::{
    BoundClause, BoundMatch, BoundQuery, BoundSubquery, Choice, PatternRel, Projection, Reach, Route, Selector,
    SubqueryCall,
};
use crate::text::Span;
use crate::value::{Name, Type};

/// So many subqueries deep, and so many groups of groups, it is told what those rest on that do not fit: each of them is
/// looked at twice.
const MAX_DEPTH: usize = 4;

/// What could be among the rows of a branch.
#[derive(Default)]
pub(super) struct Rejected {
    /// The rows, with what each was rejected for; `None` if none can come back.
    pub(super) rows: Option<Rows>,
    /// What rows were rejected for that come to no end of the branch.
    pub(super) on_the_way: Vec<Expr>,
    /// Variables whose values are told.
    pub(super) told: FxHashSet<VarId>,
}

/// The walk so far.
struct Walk<'t> {
    rows: Rows,
    imports: &'t [VarId],
    told: FxHashSet<VarId>,
    /// Whether there are more rows than the clauses have.
    has_more: bool,
    on_the_way: Vec<Expr>,
}

impl Explainer<'_> {
    /// What a subquery in an expression has rejected.
    pub(super) fn rejected_by(&mut self, id: SubqueryId) -> Vec<Expr> {
        if let Some(made) = self.rejected.get(&id) {
            return made.clone();
        }
        let BoundSubquery { query, imports, .. } = self.subqueries[id.0 as usize].clone();
        let made = self.rejected_rows_of(&query, &imports);
        self.rejected.insert(id, made.clone());
        made
    }

    /// What a query has rejected that takes `imports` from around it.
    pub(super) fn rejected_rows_of(&mut self, query: &BoundQuery, imports: &[VarId]) -> Vec<Expr> {
        if self.depth >= MAX_DEPTH {
            return Vec::new();
        }
        self.depth += 1;
        let mut all = Vec::new();
        for branch in &query.branches {
            let trail = self.trail(branch.clauses.clone(), imports);
            let Rejected { rows, on_the_way, .. } = self.rejected(&trail);
            all.extend(trail.groupless.iter().cloned().chain(on_the_way));
            all.extend(rows.map(|rows| self.collected(rows, imports.to_vec())));
        }
        self.depth -= 1;
        all
    }

    /// What an OPTIONAL MATCH has rejected.
    pub(super) fn rejected_matches(&mut self, clause: &BoundMatch) -> Option<Expr> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        let loosened = self.loosened(clause, &FxHashSet::default());
        let Loosened { clause: loose, said, .. } = loosened?;
        let imports = self.free_variables(clause);
        Some(self.told_of_matches(Vec::new(), loose, said, imports))
    }

    /// What ways were rejected for that are no longer than the one that was chosen.
    pub(super) fn look_at_passed_over(&mut self, clause: &BoundMatch, rows: &mut Rows) {
        if self.depth >= MAX_DEPTH || !clause.pattern.rels.iter().any(is_chosen) {
            return;
        }
        let loosened = self.loosened(clause, &FxHashSet::default());
        let Some(Loosened { clause: mut loose, said, widened: true }) = loosened else { return };
        let mut imports = self.free_variables(clause);
        let mut kept = Vec::new();
        let mut ends = Vec::new();
        for node in loose.pattern.nodes.iter_mut().filter(|node| !node.bound) {
            let end = self.variables.add(None, self.variables.get(node.var).var_type.clone());
            kept.push((end, Expr::variable(node.var)));
            ends.push((node.var, Expr::variable(end)));
            node.bound = true;
        }
        for rel in clause.pattern.rels.iter().filter(|rel| is_chosen(rel)) {
            let length = self.variables.add(None, Type::Integer);
            let size = || Expr::call("size", vec![Expr::variable(rel.var)]);
            kept.push((length, size()));
            let sides = [size(), Expr::variable(length)].map(Box::new);
            let [left, right] = sides;
            loose.predicates.push(Expr::made(ExprKind::Compare(Comparison::LessOrEqual, left, right)));
        }
        imports.extend(kept.iter().map(|(var, _)| *var));
        rows.clauses.push(BoundClause::Extend(kept));
        let before = if ends.is_empty() { Vec::new() } else { vec![BoundClause::Extend(ends)] };
        let told = self.told_of_matches(before, loose, said, imports);
        self.keep(Some(told), rows);
    }

    fn told_of_matches(
        &mut self,
        before: Vec<BoundClause>,
        clause: BoundMatch,
        said: Vec<Expr>,
        imports: Vec<VarId>,
    ) -> Expr {
        let mut rows = Rows { clauses: before, ..Rows::default() };
        rows.clauses.push(BoundClause::Match(clause));
        rows.evidence.extend(said);
        self.collected(rows, imports)
    }

    /// A list of what each of the rows rests on.
    pub(super) fn collected(&mut self, rows: Rows, imports: Vec<VarId>) -> Expr {
        let Rows { mut clauses, evidence } = rows;
        let witness = self.gather(&mut clauses, evidence);
        self.listed(clauses, witness, imports)
    }

    /// A list of what a variable is in each of the rows.
    pub(super) fn listed(&mut self, clauses: Vec<BoundClause>, var: VarId, imports: Vec<VarId>) -> Expr {
        let query = one_branch(clauses, vec![(Name::from("witness"), var)]);
        let id = self.subquery(query, imports, Span::default());
        Expr::made(ExprKind::Subquery(SubqueryKind::Rejected, id))
    }

    /// What the clauses of a branch since the last groups have rejected.
    pub(super) fn rejected(&mut self, trail: &Trail) -> Rejected {
        if self.depth + trail.walks >= MAX_DEPTH {
            return Rejected::default();
        }
        let mut walk = Walk {
            rows: trail.groups.clone(),
            imports: &trail.imports,
            told: trail.told.clone(),
            has_more: false,
            on_the_way: Vec::new(),
        };
        for clause in trail.since.clone() {
            self.walk_on(clause, &mut walk);
        }
        let Walk { rows, told, has_more, on_the_way, .. } = walk;
        Rejected { rows: has_more.then_some(rows), on_the_way, told }
    }

    fn walk_on(&mut self, clause: BoundClause, walk: &mut Walk<'_>) {
        match clause {
            BoundClause::Match(clause) if clause.optional => self.walk_optional(clause, walk),
            BoundClause::Match(clause) => self.walk_match(clause, walk),
            BoundClause::Unwind { list, var } => {
                self.look_at([&list], &mut walk.rows);
                if self.hangs_on_graph(&list, &walk.told) {
                    self.tell_on_the_way(walk);
                    walk.told.insert(var);
                }
                walk.rows.clauses.push(BoundClause::Unwind { list, var });
            }
            BoundClause::Project(clause) => self.walk_projection(clause, walk),
            BoundClause::Subquery(clause) if !clause.unit => self.walk_subquery(clause, walk),
            BoundClause::Call(clause) => {
                walk.told.extend(clause.yields.iter().map(|(_, var)| *var));
                self.call(clause, &mut walk.rows);
            }
            BoundClause::Extend(_)
            | BoundClause::Subquery(_)
            | BoundClause::Create(_)
            | BoundClause::Merge(_)
            | BoundClause::Set(_)
            | BoundClause::Delete { .. }
            | BoundClause::SetState { .. }
            | BoundClause::Foreach { .. } => walk.rows.clauses.push(clause),
        }
    }

    fn walk_match(&mut self, clause: BoundMatch, walk: &mut Walk<'_>) {
        self.walk_to(&clause, walk);
        if clause.pattern.rels.iter().any(is_chosen) {
            let imports = self.free_variables(&clause);
            let told = self.told_of_matches(Vec::new(), clause.clone(), matched(&clause.pattern), imports);
            self.keep(Some(told), &mut walk.rows);
            walk.told.extend(chosen_variables(&clause));
        }
        match self.loosened(&clause, &walk.told) {
            None => walk.rows.clauses.push(BoundClause::Match(clause)),
            Some(Loosened { clause, said, .. }) => {
                walk.rows.clauses.push(BoundClause::Match(clause));
                self.keep(said, &mut walk.rows);
                walk.has_more = true;
            }
        }
    }

    /// What is found stays, and what is not found stays away.
    fn walk_optional(&mut self, clause: BoundMatch, walk: &mut Walk<'_>) {
        if let Some(rejected) = self.rejected_matches(&clause) {
            self.keep(Some(rejected), &mut walk.rows);
            walk.has_more = true;
        }
        walk.told.extend(found_variables(&clause));
        self.optional_match(clause, &mut walk.rows);
    }

    /// Adds what the lens and the elements rest on that are bound.
    fn walk_to(&mut self, clause: &BoundMatch, walk: &mut Walk<'_>) {
        self.look_at(clause.operands.iter().map(|(_, operand)| operand), &mut walk.rows);
        let mut used = self.free_variables(clause).into_iter();
        let hangs = clause.operands.iter().any(|(_, operand)| self.hangs_on_graph(operand, &walk.told));
        if hangs || used.any(|var| walk.told.contains(&var)) {
            self.tell_on_the_way(walk);
        }
    }

    fn walk_subquery(&mut self, clause: SubqueryCall, walk: &mut Walk<'_>) {
        let rejected = self.rejected_rows_of(&clause.query, &clause.imports);
        let hangs = !rejected.is_empty() || clause.imports.iter().any(|var| walk.told.contains(var));
        walk.has_more |= !rejected.is_empty();
        self.keep(rejected, &mut walk.rows);
        if hangs {
            self.tell_on_the_way(walk);
        }
        walk.told.extend(clause.query.columns.iter().map(|(_, var)| *var));
        self.depth += 1;
        self.subquery_call(clause, &mut walk.rows);
        self.depth -= 1;
    }

    /// Equal rows are not one: each is rejected for its own.
    fn walk_projection(&mut self, mut clause: Projection, walk: &mut Walk<'_>) {
        self.look_at(clause.items.iter().map(|(_, expr)| expr), &mut walk.rows);
        let told = clause.items.iter().filter(|(_, expr)| self.hangs_on_graph(expr, &walk.told)).map(|(var, _)| *var);
        walk.told.extend(told.collect::<Vec<_>>());
        clause.distinct &= clause.limit.is_some() || clause.skip.is_some();
        let conjuncts = clause.predicate.take().map(Expr::into_conjuncts).unwrap_or_default();
        let (dropped, kept): (Vec<Expr>, Vec<Expr>) =
            conjuncts.into_iter().partition(|predicate| self.may_become_true(predicate, &walk.told));
        clause.predicate = (!kept.is_empty()).then(|| Expr::all(kept));
        walk.rows.clauses.push(BoundClause::Project(clause));
        walk.has_more |= !dropped.is_empty();
        self.look_at(&dropped, &mut walk.rows);
    }

    /// Tells what the rows so far rest on, for those of them that do not go on.
    fn tell_on_the_way(&mut self, walk: &mut Walk<'_>) {
        if !walk.rows.evidence.is_empty() {
            walk.on_the_way.push(self.collected(walk.rows.clone(), walk.imports.to_vec()));
        }
    }
}

/// Whether some of several ways are chosen.
fn is_chosen(rel: &PatternRel) -> bool {
    match &rel.reach {
        Reach::One => false,
        Reach::Many { selector, .. } => *selector != Selector::All,
        Reach::Route(route) => !matches!(route.choice, Choice::All),
    }
}

/// What a match may leave null.
fn found_variables(clause: &BoundMatch) -> Vec<VarId> {
    let nodes = clause.pattern.nodes.iter().filter(|node| !node.bound).map(|node| node.var);
    let rels = clause.pattern.rels.iter().filter(|rel| !rel.bound).map(|rel| rel.var);
    nodes.chain(rels).chain(way_variables(clause)).collect()
}

fn chosen_variables(clause: &BoundMatch) -> Vec<VarId> {
    let rels = clause.pattern.rels.iter().filter(|rel| is_chosen(rel)).map(|rel| rel.var);
    rels.chain(way_variables(clause)).collect()
}

fn way_variables(clause: &BoundMatch) -> impl Iterator<Item = VarId> {
    let legs = |route: &'_ Route| route.legs.iter().flat_map(|leg| leg.binds().collect::<Vec<_>>()).collect::<Vec<_>>();
    let of_legs = clause.pattern.rels.iter().flat_map(move |rel| match &rel.reach {
        Reach::Route(route) => legs(route),
        Reach::One | Reach::Many { .. } => Vec::new(),
    });
    of_legs.chain(clause.pattern.paths.iter().map(|path| path.var))
}
