//! Where nodes are looked for by a value that each row brings, and no index helps: a lookup in place of the scan.

use super::access::Finder;
use super::terms::conjuncts;
use crate::catalog::Statistics;
use crate::expr::Expr;
use crate::plan::estimate::{Estimator, KnownLabels};
use crate::plan::{Imports, LogicalPlan, LogicalStatement, NodeLookup, Step};

/// Puts a lookup in the place of each scan whose filters right behind it compare a property with what is known before.
/// The filters stay.
pub(super) fn instead_of_scans(statement: &mut LogicalStatement, statistics: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    let labels = KnownLabels::of(statement);
    statement.walk_mut(&mut |plan| look_up(plan, statistics, &imports, &labels));
}

fn look_up(plan: &mut LogicalPlan, statistics: &dyn Statistics, imports: &Imports, labels: &KnownLabels) {
    let mut estimator = Estimator::new(statistics, labels, &plan.imports);
    for at in 0..plan.steps.len() {
        let finder = Finder { statistics, imports, estimator: &estimator };
        if let Some(lookup) = lookup_at(&plan.steps[at..], &finder) {
            plan.steps[at] = Step::NodeLookup(lookup);
        }
        estimator.step(&plan.steps[at]);
    }
}

fn lookup_at(steps: &[Step], finder: &Finder<'_, '_>) -> Option<NodeLookup> {
    let (Step::NodeScan(scan), behind) = steps.split_first()? else { return None };
    let filters =
        behind.iter().map_while(|step| if let Step::Filter(predicate) = step { Some(predicate) } else { None });
    let terms: Vec<&Expr> = filters.flat_map(conjuncts).collect();
    let (keys, sought) = finder.brought_by_rows(scan.var, &terms)?;
    Some(NodeLookup { var: scan.var, label: scan.label.clone(), keys, sought })
}
