//! Parts that hang together only by an equality are found apart and joined.

use rustc_hash::FxHashSet;

use super::super::seen::distinctness;
use super::parts::{Parts, Pending};
use super::planner::Planner;
use super::start::{Start, ends_of};
use crate::expr::{Comparison, Expr, ExprKind, VarId};
use crate::plan::estimate::Estimator;
use crate::plan::{HashJoin, Step};

impl Planner<'_> {
    /// Joins the parts that hang together with `start` to the rows so far, if an equality allows it. The equality is
    /// asked again behind the join: what hashes alike need not be equal.
    pub(super) fn join_component(&mut self, start: &Start) -> bool {
        if !self.may_join || self.estimator.rows() <= 1.0 || start.is_sure {
            return false;
        }
        let component = self.component(start.var);
        let keys = self.join_keys(&component);
        if keys.is_empty() {
            return false;
        }
        let Some((inside, unequal)) = self.take_apart(&component) else { return false };
        let estimator = Estimator::new(self.context.statistics, &self.context.labels, self.outside);
        let planner = Planner::new(self.context, estimator, self.outside, false);
        let Some(steps) = planner.plan(inside) else { return false };
        let outside = self.outside.iter().copied().collect();
        let right = self.imports().plan(steps, &self.imported_by(&keys), &outside);
        self.leave_out(&component);
        for (one, other) in unequal {
            let (one, other) = (Expr::variable(one), Expr::variable(other));
            let differ = ExprKind::Compare(Comparison::NotEqual, Box::new(one), Box::new(other));
            self.parts.add_filter(Step::Filter(Expr::made(differ)), self.context);
        }
        self.emit(Step::HashJoin(HashJoin { right, keys }));
        true
    }

    /// The unbound variables that hang together with `var`.
    fn component(&self, var: VarId) -> FxHashSet<VarId> {
        let mut found: FxHashSet<VarId> = FxHashSet::from_iter([var]);
        loop {
            let before = found.len();
            for step in &self.parts.rels {
                let vars = vars_of(step);
                if vars.iter().any(|var| found.contains(var)) {
                    found.extend(vars.into_iter().filter(|var| !self.has(*var)));
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// Equalities between what is bound and what is of the component: left and right.
    fn join_keys(&self, component: &FxHashSet<VarId>) -> Vec<(Expr, Expr)> {
        let mut keys = Vec::new();
        for term in self.parts.terms() {
            let ExprKind::Compare(Comparison::Equal, one, other) = &term.kind else { continue };
            for (left, right) in [(one, other), (other, one)] {
                let (of_left, of_right) = (self.imports().of_expr(left), self.imports().of_expr(right));
                let right_inside = !of_right.is_empty() && of_right.iter().all(|var| component.contains(var));
                if !of_left.is_empty() && of_left.iter().all(|var| self.has(*var)) && right_inside {
                    keys.push(((**left).clone(), (**right).clone()));
                    break;
                }
            }
        }
        keys
    }

    fn imported_by(&self, keys: &[(Expr, Expr)]) -> Vec<VarId> {
        let used = keys.iter().flat_map(|(_, right)| self.imports().of_expr(right));
        used.filter(|var| self.outside.contains(var)).collect()
    }

    /// The parts of the component, if they need nothing of the rows so far, and the relationships in it that must
    /// differ from bound ones.
    fn take_apart(&self, component: &FxHashSet<VarId>) -> Option<(Parts, Vec<(VarId, VarId)>)> {
        let mut inside = Parts::default();
        let known = |var: &VarId| component.contains(var) || self.outside.contains(var);
        for step in self.parts.rels.iter().filter(|step| is_inside(step, component)) {
            let mut used = self.imports().of_step(step);
            if let Some((_, others)) = distinctness(step) {
                used.retain(|var| !others.contains(var));
            }
            if !used.iter().all(known) {
                return None;
            }
            inside.rels.push(step.clone());
        }
        inside.sources = self.parts.sources.iter().filter(|scan| component.contains(&scan.var)).cloned().collect();
        inside.nodes = self.parts.nodes.iter().filter(|var| component.contains(var)).copied().collect();
        inside.filters =
            self.parts.filters.iter().filter(|pending| is_about(pending, component, &known)).cloned().collect();
        let mut unequal = Vec::new();
        for (one, other) in &self.parts.distinct {
            match (component.contains(one), component.contains(other)) {
                (true, true) => inside.distinct.push((*one, *other)),
                (false, false) => {}
                _ if self.is_single(*one) && self.is_single(*other) => unequal.push((*one, *other)),
                _ => return None,
            }
        }
        Some((inside, unequal))
    }

    /// Whether the variable is one relationship.
    fn is_single(&self, var: VarId) -> bool {
        let binds = |step: &Step| match step {
            Step::Expand(step) => step.rel == var,
            Step::RelEnds(step) => step.rel == var,
            Step::RelScan(step) => step.var == var,
            _ => false,
        };
        self.parts.rels.iter().chain(&self.out).any(binds)
    }

    fn leave_out(&mut self, component: &FxHashSet<VarId>) {
        let outside = self.outside;
        let known = |var: &VarId| component.contains(var) || outside.contains(var);
        self.parts.rels.retain(|step| !is_inside(step, component));
        self.parts.sources.retain(|scan| !component.contains(&scan.var));
        self.parts.nodes.retain(|var| !component.contains(var));
        self.parts.filters.retain(|pending| !is_about(pending, component, &known));
    }
}

fn vars_of(step: &Step) -> Vec<VarId> {
    let mut vars: Vec<VarId> = ends_of(step).into_iter().map(|end| end.var).collect();
    vars.extend(distinctness(step).map(|(rel, _)| rel));
    vars
}

fn is_inside(step: &Step, component: &FxHashSet<VarId>) -> bool {
    vars_of(step).iter().any(|var| component.contains(var))
}

fn is_about(pending: &Pending, component: &FxHashSet<VarId>, known: &dyn Fn(&VarId) -> bool) -> bool {
    pending.vars.iter().any(|var| component.contains(var)) && pending.vars.iter().all(known)
}
