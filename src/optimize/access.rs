//! How elements can be found other than by looking at all: by an index, or by their id.

use super::terms::{conjuncts, is_true};
use crate::catalog::{Catalog, IndexDef, Owner, Statistics};
use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, Operator, VarId};
use crate::plan::estimate::{Estimator, KnownLabels};
use crate::plan::{Imports, LogicalPlan, LogicalStatement, NodeById, NodeSeek, RelById, RelSeek, Seek, Sought, Step};
use crate::value::{Name, Value};

/// Puts a seek in the place of each scan whose filters right behind it say enough. The filters stay, but for those
/// that the seek answers exactly.
pub(super) fn choose(statement: &mut LogicalStatement, statistics: &dyn Statistics) {
    let imports = Imports::of(&statement.subqueries);
    let labels = KnownLabels::of(statement);
    statement.walk_mut(&mut |plan| choose_in(plan, statistics, &imports, &labels));
}

fn choose_in(plan: &mut LogicalPlan, statistics: &dyn Statistics, imports: &Imports, labels: &KnownLabels) {
    let mut estimator = Estimator::new(statistics, labels, &plan.imports);
    let mut at = 0;
    while at < plan.steps.len() {
        if let Some((seek, exact)) = seek_at(&plan.steps, at, statistics, imports, &estimator) {
            let scanned = std::mem::replace(&mut plan.steps[at], seek);
            drop_exact(plan, at + 1, &exact);
            keep_label(plan, at, &scanned);
        }
        estimator.step(&plan.steps[at]);
        at += 1;
    }
}

/// The step that finds the same elements faster, and which conjuncts behind it need not be asked any more.
fn seek_at(
    steps: &[Step],
    at: usize,
    statistics: &dyn Statistics,
    imports: &Imports,
    estimator: &Estimator<'_>,
) -> Option<(Step, Vec<usize>)> {
    let behind = steps[at + 1..].iter().map_while(|step| match step {
        Step::Filter(predicate) => Some(conjuncts(predicate)),
        _ => None,
    });
    let terms: Vec<&Expr> = behind.flatten().collect();
    let finder = Finder { statistics, imports, estimator };
    let (access, scanned) = match &steps[at] {
        Step::NodeScan(scan) => {
            let mut labels: Vec<Name> = scan.label.iter().cloned().collect();
            labels.extend(labels_asked(&terms, scan.var));
            (finder.node(scan.var, &labels, &terms)?, estimator.rows_behind(&steps[at]))
        }
        Step::RelScan(scan) => {
            let access = finder.rel(scan.var, &scan.types, &terms)?;
            // What is found must be of the states and the ends that the scan would give.
            let access = if scan.between_nodes { access.by_index()? } else { access };
            (access, estimator.rows_behind(&steps[at]))
        }
        _ => return None,
    };
    if !access.is_sure() && access.rows * estimator.rows() > scanned {
        return None;
    }
    let exact = access.exact.clone();
    Some((access.into_step(&steps[at])?, exact))
}

fn labels_asked(terms: &[&Expr], var: VarId) -> Vec<Name> {
    let label = |term: &&Expr| match &term.kind {
        ExprKind::HasLabels(base, LabelExpr::Name(name)) if is_variable(base, var) => Some(name.clone()),
        _ => None,
    };
    terms.iter().filter_map(label).collect()
}

/// Drops conjuncts of the filters from `from` on by their number.
fn drop_exact(plan: &mut LogicalPlan, from: usize, exact: &[usize]) {
    let mut number = 0;
    for step in &mut plan.steps[from..] {
        let Step::Filter(predicate) = step else { break };
        let terms = std::mem::replace(predicate, Expr::literal(true)).into_conjuncts();
        let first = number;
        number += terms.len();
        let kept = (first..).zip(terms).filter(|(number, _)| !exact.contains(number)).map(|(_, term)| term);
        *predicate = Expr::all(kept);
    }
    plan.steps.retain(|step| !matches!(step, Step::Filter(predicate) if is_true(predicate)));
}

/// A label that was scanned and that the seek does not promise is asked for.
fn keep_label(plan: &mut LogicalPlan, at: usize, scanned: &Step) {
    let Step::NodeScan(scan) = scanned else { return };
    let Some(label) = &scan.label else { return };
    if matches!(&plan.steps[at], Step::NodeSeek(seek) if seek.label == *label) {
        return;
    }
    let test = ExprKind::HasLabels(Box::new(Expr::variable(scan.var)), LabelExpr::Name(label.clone()));
    plan.steps.insert(at + 1, Step::Filter(Expr::made(test)));
}

/// A way to find an element.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub how: How,
    /// How many it finds for a row.
    pub rows: f64,
    /// The conditions that it answers exactly, by number.
    pub exact: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum How {
    Id(Expr),
    Index { index: IndexDef, owner: Name, keys: Vec<Name>, seek: Seek },
}

impl Access {
    /// Whether it is better than a scan whatever the statistics say: they may be those of a graph still to be filled.
    pub(super) fn is_sure(&self) -> bool {
        matches!(self.how, How::Id(_) | How::Index { seek: Seek::Equal(_), .. })
    }

    fn by_index(self) -> Option<Self> {
        matches!(self.how, How::Index { .. }).then_some(self)
    }

    fn into_step(self, scan: &Step) -> Option<Step> {
        Some(match (scan, self.how) {
            (Step::NodeScan(scan), How::Id(ids)) => Step::NodeById(NodeById { var: scan.var, ids }),
            (Step::NodeScan(scan), How::Index { index, owner, keys, seek }) => {
                Step::NodeSeek(NodeSeek { var: scan.var, label: owner, keys, index: index.id, seek })
            }
            (Step::RelScan(scan), How::Id(ids)) => Step::RelById(RelById { var: scan.var, ids, states: scan.states }),
            (Step::RelScan(scan), How::Index { index, owner, keys, seek }) => Step::RelSeek(RelSeek {
                var: scan.var,
                rel_type: owner,
                keys,
                index: index.id,
                seek,
                states: scan.states,
            }),
            _ => return None,
        })
    }
}

/// Looks for the best access.
pub(super) struct Finder<'f, 'a> {
    pub statistics: &'f dyn Statistics,
    pub imports: &'f Imports,
    pub estimator: &'f Estimator<'a>,
}

/// What a conjunct says of a property of the element that is looked for.
struct Said<'t> {
    key: &'t Name,
    what: What<'t>,
    exact: bool,
    number: usize,
}

enum What<'t> {
    Equal(&'t Expr),
    In(&'t Expr),
    Prefix(&'t Expr),
    Low(&'t Expr, bool),
    High(&'t Expr, bool),
}

impl Finder<'_, '_> {
    /// The best access to a node with these labels for which `terms` hold.
    pub(super) fn node(&self, var: VarId, labels: &[Name], terms: &[&Expr]) -> Option<Access> {
        let catalog = self.statistics.catalog();
        let owners = labels.iter().filter_map(|name| Some((name, Owner::Label(catalog.labels.get(name)?))));
        self.best(var, owners, terms)
    }

    /// The best access to a relationship of these types.
    pub(super) fn rel(&self, var: VarId, types: &[Name], terms: &[&Expr]) -> Option<Access> {
        let catalog = self.statistics.catalog();
        let only = if types.len() == 1 { types } else { &[] };
        let owners = only.iter().filter_map(|name| Some((name, Owner::Type(catalog.types.get(name)?))));
        self.best(var, owners, terms)
    }

    fn best<'t>(&self, var: VarId, owners: impl Iterator<Item = (&'t Name, Owner)>, terms: &[&Expr]) -> Option<Access> {
        let catalog = self.statistics.catalog();
        let by_id = terms.iter().find_map(|term| self.by_id(var, term));
        let said: Vec<Said<'_>> =
            terms.iter().enumerate().filter_map(|(number, term)| self.said_of(var, term, number)).collect();
        let mut found: Vec<Access> = by_id.into_iter().collect();
        for (name, owner) in owners {
            for index in catalog.indexes.iter().filter(|index| index.owner == owner) {
                found.extend(self.by_index(index, name, catalog, &said));
            }
        }
        found.into_iter().min_by(|one, other| one.rows.total_cmp(&other.rows))
    }

    /// Whether `expr` has its value before the element is found.
    fn is_given(&self, expr: &Expr, var: VarId) -> bool {
        let is_bound = |used: VarId| used != var && self.estimator.is_bound(used);
        !expr.is_volatile() && expr.subqueries().is_empty() && self.imports.of_expr(expr).into_iter().all(is_bound)
    }

    /// Properties of the node, and what they are compared with: all that must be equal, if each row brings some of it,
    /// or else a list that it brings.
    pub(super) fn brought_by_rows(&self, var: VarId, terms: &[&Expr]) -> Option<(Vec<Name>, Sought)> {
        let is_brought = |expr: &Expr| !self.imports.of_expr(expr).is_empty();
        let (mut keys, mut values, mut list): (Vec<Name>, Vec<Expr>, Option<(Name, Expr)>) = Default::default();
        for said in terms.iter().enumerate().filter_map(|(number, term)| self.said_of(var, term, number)) {
            match said.what {
                What::Equal(value) if !keys.contains(said.key) => {
                    keys.push(said.key.clone());
                    values.push(value.clone());
                }
                What::In(items) if list.is_none() && is_brought(items) => {
                    list = Some((said.key.clone(), items.clone()));
                }
                What::Equal(_) | What::In(_) | What::Prefix(_) | What::Low(..) | What::High(..) => {}
            }
        }
        if values.iter().any(is_brought) {
            return Some((keys, Sought::Values(values)));
        }
        list.map(|(key, items)| (vec![key], Sought::AnyOf(items)))
    }

    fn by_id(&self, var: VarId, term: &Expr) -> Option<Access> {
        let is_id = |expr: &Expr| {
            matches!(&expr.kind, ExprKind::Call(function, arguments)
                if function.name == "id" && arguments.len() == 1 && is_variable(&arguments[0], var))
        };
        let ids = match &term.kind {
            ExprKind::Compare(Comparison::Equal, left, right) if is_id(left) => right,
            ExprKind::Compare(Comparison::Equal, left, right) if is_id(right) => left,
            ExprKind::Operator(Operator::In, left, right) if is_id(left) => right,
            _ => return None,
        };
        let rows = if matches!(term.kind, ExprKind::Operator(..)) { 10.0 } else { 1.0 };
        let access = Access { how: How::Id((**ids).clone()), rows, exact: Vec::new() };
        self.is_given(ids, var).then_some(access)
    }

    fn said_of<'t>(&self, var: VarId, term: &'t Expr, number: usize) -> Option<Said<'t>> {
        let (key, what) = match &term.kind {
            ExprKind::Compare(comparison, left, right) => match (property_of(left, var), property_of(right, var)) {
                (Some(key), _) => (key, compared(*comparison, right)?),
                (None, Some(key)) => (key, compared(comparison.turned(), left)?),
                (None, None) => return None,
            },
            ExprKind::Operator(Operator::In, item, list) => (property_of(item, var)?, What::In(list)),
            ExprKind::Operator(Operator::StartsWith, text, prefix) => (property_of(text, var)?, What::Prefix(prefix)),
            _ => return None,
        };
        let (What::Equal(given) | What::In(given) | What::Prefix(given) | What::Low(given, _) | What::High(given, _)) =
            what;
        let exact = match what {
            // An index finds what is equivalent.
            What::Equal(_) if matches!(term.kind, ExprKind::Compare(Comparison::Same, ..)) => true,
            What::Equal(value) => matches!(&value.kind, ExprKind::Literal(value) if is_plain(value)),
            What::In(list) => matches!(&list.kind, ExprKind::Literal(Value::List(items)) if items.iter().all(is_plain)),
            What::Prefix(_) | What::Low(..) | What::High(..) => false,
        };
        self.is_given(given, var).then_some(Said { key, what, exact, number })
    }

    fn by_index(&self, index: &IndexDef, owner: &Name, catalog: &Catalog, said: &[Said<'_>]) -> Option<Access> {
        let keys: Vec<Name> = index.keys.iter().map(|key| catalog.keys.name(*key).clone()).collect();
        let equal = |key: &Name| said.iter().find(|said| said.key == key && matches!(said.what, What::Equal(_)));
        let equals: Option<Vec<&Said<'_>>> = keys.iter().map(equal).collect();
        let (seek, used) = match equals {
            Some(equals) => {
                let values = equals.iter().filter_map(|said| match said.what {
                    What::Equal(value) => Some(value.clone()),
                    _ => None,
                });
                (Seek::Equal(values.collect()), equals)
            }
            None => by_one_key(keys.first().filter(|_| keys.len() == 1)?, said)?,
        };
        let rows = self.estimator.sought(index.id, &seek);
        let exact = used.into_iter().filter(|said| said.exact).map(|said| said.number).collect();
        Some(Access { how: How::Index { index: index.clone(), owner: owner.clone(), keys, seek }, rows, exact })
    }
}

/// A list, a prefix, or a range.
fn by_one_key<'s, 't>(key: &Name, said: &'s [Said<'t>]) -> Option<(Seek, Vec<&'s Said<'t>>)> {
    let of_key = || said.iter().filter(|said| said.key == key);
    let found = of_key().find_map(|said| match said.what {
        What::In(list) => Some((Seek::In(list.clone()), vec![said])),
        _ => None,
    });
    let found = found.or_else(|| {
        of_key().find_map(|said| match said.what {
            What::Prefix(prefix) => Some((Seek::Prefix(prefix.clone()), vec![said])),
            _ => None,
        })
    });
    found.or_else(|| {
        let low = of_key().find_map(|said| match said.what {
            What::Low(bound, inclusive) => Some((bound.clone(), inclusive)),
            _ => None,
        });
        let high = of_key().find_map(|said| match said.what {
            What::High(bound, inclusive) => Some((bound.clone(), inclusive)),
            _ => None,
        });
        if low.is_none() && high.is_none() { None } else { Some((Seek::Range { low, high }, Vec::new())) }
    })
}

fn is_variable(expr: &Expr, var: VarId) -> bool {
    matches!(expr.kind, ExprKind::Variable(id) if id == var)
}

pub(super) fn property_of(expr: &Expr, var: VarId) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Property(base, key) if is_variable(base, var) => Some(key),
        _ => None,
    }
}

/// A range of an index holds what compares so only where order and comparison agree: in numbers and texts. Dates that
/// are no days compare in three ways; they are left to the filter.
fn compared(comparison: Comparison, bound: &Expr) -> Option<What<'_>> {
    let ordered = matches!(&bound.kind, ExprKind::Literal(Value::Integer(_) | Value::Float(_) | Value::String(_)));
    match comparison {
        Comparison::Equal | Comparison::Same => Some(What::Equal(bound)),
        Comparison::Greater if ordered => Some(What::Low(bound, false)),
        Comparison::GreaterOrEqual if ordered => Some(What::Low(bound, true)),
        Comparison::Less if ordered => Some(What::High(bound, false)),
        Comparison::LessOrEqual if ordered => Some(What::High(bound, true)),
        Comparison::NotEqual
        | Comparison::Less
        | Comparison::LessOrEqual
        | Comparison::Greater
        | Comparison::GreaterOrEqual => None,
    }
}

/// Of these, what an index finds equal is equal.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Boolean(_) | Value::Integer(_) | Value::String(_))
}
