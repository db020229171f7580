//! Steps that find elements and follow relationships.

use super::rows::{Rows, column_kind};
use super::{Lowerer, Place};
use crate::expr::{Expr, ExprKind, VarId};
use crate::physical::{
    self, Arrow, ColumnKind, Condition, Direction, FirstNodes, HopBefore, LabelRef, Op, PathStep, Sought, States,
    TakenArrow, Target, Types, WayRules, Within,
};
use crate::plan::{
    self, BuildPath, CountExpand, CountValues, End, Expand, Intersect, NodeById, NodeLookup, NodeScan, NodeSeek,
    PathPiece, RelById, RelEnds, RelScan, RelSeek, ShortestPath, VarExpand,
};
use crate::value::{Asked, Name};

impl Lowerer<'_> {
    pub(super) fn node_scan(&mut self, step: &NodeScan, rows: Rows, place: &Place<'_>) -> Rows {
        let (label, conditions, within) = self.scanned(step, &rows);
        let first = step.first.as_ref().map(|first| self.first_nodes(first, &rows));
        let new: &[_] = if place.needs(step.var) { &[(step.var, ColumnKind::Node)] } else { &[] };
        self.extend(rows, Op::NodeScan { label, conditions, within, first }, new, place)
    }

    pub(super) fn count_values(&mut self, step: &CountValues, rows: Rows, place: &Place<'_>) -> Rows {
        let (label, conditions, within) = self.scanned(&step.scan, &rows);
        let key = self.key(&step.key);
        let new = [(step.value, ColumnKind::Value), (step.count, ColumnKind::Value)];
        self.extend(rows, Op::CountValues { label, conditions, within, key }, &new, place)
    }

    /// What is scanned.
    fn scanned(&mut self, step: &NodeScan, rows: &Rows) -> (Option<LabelRef>, Vec<Condition>, Option<Within>) {
        let label = step.label.as_ref().map(|name| self.label(name));
        let (within, comparisons): (Vec<&Expr>, Vec<&Expr>) =
            step.conditions.iter().partition(|condition| matches!(condition.kind, ExprKind::Passes { .. }));
        let conditions = comparisons.into_iter().map(|condition| self.condition(condition, rows)).collect();
        let within = within.first().and_then(|condition| self.within(condition, rows));
        (label, conditions, within)
    }

    fn first_nodes(&mut self, first: &plan::FirstNodes, rows: &Rows) -> FirstNodes {
        FirstNodes {
            keys: first.keys.iter().map(|(key, descending)| (self.key(key), *descending)).collect(),
            limit: self.scalar(&first.limit, rows),
            ties: first.ties,
        }
    }

    fn within(&mut self, condition: &Expr, rows: &Rows) -> Option<Within> {
        let ExprKind::Passes { lens, look, .. } = &condition.kind else { return None };
        Some(Within { lens: lens.map(|operand| self.scalar(operand, rows)), look: *look })
    }

    /// What is asked of a property and a given value, the property on the left.
    fn condition(&mut self, condition: &Expr, rows: &Rows) -> Condition {
        let (asked, left, right) = match &condition.kind {
            ExprKind::Compare(comparison, left, right) => match left.kind {
                ExprKind::Property(..) => (Asked::Compare(*comparison), left, right),
                _ => (Asked::Compare(comparison.turned()), right, left),
            },
            ExprKind::Operator(operator, left, right) => match operator.text_test() {
                Some(test) => (Asked::Text(test), left, right),
                None => unreachable!("no other operator is a scan's condition"),
            },
            _ => unreachable!("a scan's condition is a comparison or asks something of a string"),
        };
        let ExprKind::Property(_, key) = &left.kind else {
            unreachable!("one side of a scan's condition is a property")
        };
        Condition { key: self.key(key), asked, operand: self.scalar(right, rows) }
    }

    pub(super) fn node_seek(&mut self, step: &NodeSeek, rows: Rows, place: &Place<'_>) -> Rows {
        let seek = self.seek(&step.seek, &rows);
        self.extend(rows, Op::NodeSeek { index: step.index, seek }, &[(step.var, ColumnKind::Node)], place)
    }

    pub(super) fn node_lookup(&mut self, step: &NodeLookup, rows: Rows, place: &Place<'_>) -> Rows {
        let label = step.label.as_ref().map(|name| self.label(name));
        let sought = match &step.sought {
            plan::Sought::Values(values) => Sought::Values(self.scalars(values, &rows)),
            plan::Sought::AnyOf(list) => Sought::AnyOf(self.scalar(list, &rows)),
        };
        let keys = step.keys.iter().map(|key| self.key(key)).collect();
        let op = Op::NodeLookup { label, keys, sought };
        self.extend(rows, op, &[(step.var, ColumnKind::Node)], place)
    }

    pub(super) fn node_by_id(&mut self, step: &NodeById, rows: Rows, place: &Place<'_>) -> Rows {
        let ids = self.scalar(&step.ids, &rows);
        self.extend(rows, Op::NodeById { ids }, &[(step.var, ColumnKind::Node)], place)
    }

    pub(super) fn rel_scan(&mut self, step: &RelScan, rows: Rows, place: &Place<'_>) -> Rows {
        let types = self.types(&step.types);
        let op = Op::RelScan { types, states: states(step.states), between_nodes: step.between_nodes };
        self.extend(rows, op, &[(step.var, ColumnKind::Rel)], place)
    }

    pub(super) fn rel_seek(&mut self, step: &RelSeek, rows: Rows, place: &Place<'_>) -> Rows {
        let seek = self.seek(&step.seek, &rows);
        let op = Op::RelSeek { index: step.index, seek, states: states(step.states) };
        self.extend(rows, op, &[(step.var, ColumnKind::Rel)], place)
    }

    pub(super) fn rel_by_id(&mut self, step: &RelById, rows: Rows, place: &Place<'_>) -> Rows {
        let ids = self.scalar(&step.ids, &rows);
        self.extend(rows, Op::RelById { ids, states: states(step.states) }, &[(step.var, ColumnKind::Rel)], place)
    }

    fn seek(&mut self, seek: &plan::Seek, rows: &Rows) -> physical::Seek {
        match seek {
            plan::Seek::Equal(values) => physical::Seek::Equal(self.scalars(values, rows).into()),
            plan::Seek::In(list) => physical::Seek::In(self.scalar(list, rows)),
            plan::Seek::Prefix(prefix) => physical::Seek::Prefix(self.scalar(prefix, rows)),
            plan::Seek::Range { low, high } => {
                let low = low.as_ref().map(|(bound, inclusive)| (self.scalar(bound, rows), *inclusive));
                let high = high.as_ref().map(|(bound, inclusive)| (self.scalar(bound, rows), *inclusive));
                physical::Seek::Range { low, high }
            }
        }
    }

    pub(super) fn types(&mut self, types: &[Name]) -> Types {
        if types.is_empty() { Types::Any } else { Types::OneOf(types.iter().map(|name| self.rel_type(name)).collect()) }
    }

    /// Bound ends as columns of elements.
    pub(super) fn cast_ends(&mut self, rows: Rows, ends: &[End]) -> Rows {
        ends.iter().fold(rows, |rows, end| self.cast(rows, end.var, end.kind))
    }

    pub(super) fn expand(&mut self, step: &Expand, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast_ends(rows, &[step.from, step.to]);
        let mut new = Vec::new();
        let rel = place.needs(step.rel);
        if rel {
            new.push((step.rel, ColumnKind::Rel));
        }
        let to = target(step.to, &rows, place, &mut new);
        let op = Op::Expand(physical::Expand {
            from: rows.position(step.from.var),
            direction: direction(step.direction),
            types: self.types(&step.types),
            states: states(step.states),
            rel,
            to,
            distinct_from: positions(&step.distinct_from, &rows),
        });
        self.extend(rows, op, &new, place)
    }

    pub(super) fn rel_ends(&mut self, step: &RelEnds, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast(rows, step.rel, plan::ElementKind::Rel);
        let rows = self.cast_ends(rows, &[step.start, step.end]);
        let mut new = Vec::new();
        let start = target(step.start, &rows, place, &mut new);
        // A relationship from a new node to itself: the second end is compared with the first when that is there.
        let end = target(step.end, &rows, place, &mut new);
        let op = Op::RelEnds {
            rel: rows.position(step.rel),
            direction: direction(step.direction),
            types: self.types(&step.types),
            states: states(step.states),
            start,
            end,
            distinct_from: positions(&step.distinct_from, &rows),
        };
        self.extend(rows, op, &new, place)
    }

    pub(super) fn var_expand(&mut self, step: &VarExpand, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast_ends(rows, &[step.from, step.to]);
        let mut new = Vec::new();
        let rels = place.needs(step.rels);
        if rels {
            new.push((step.rels, ColumnKind::Value));
        }
        let to = target(step.to, &rows, place, &mut new);
        let op = Op::VarExpand(physical::VarExpand {
            from: rows.position(step.from.var),
            direction: direction(step.direction),
            types: self.types(&step.types),
            min: step.min,
            max: step.max,
            rules: self.way_rules(&step.rules, &rows),
            rels,
            to,
            distinct_from: positions(&step.distinct_from, &rows),
            reach_only: step.reach_only,
        });
        self.extend(rows, op, &new, place)
    }

    fn way_rules(&mut self, rules: &plan::WayRules, rows: &Rows) -> WayRules {
        let mut said =
            |of: &[(VarId, Expr)]| of.iter().map(|(local, expr)| self.said_of(&[*local], expr, rows)).collect();
        WayRules { rels: said(&rules.rels), nodes: said(&rules.nodes), inner: said(&rules.inner) }
    }

    pub(super) fn shortest_path(&mut self, step: &ShortestPath, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast_ends(rows, &[step.from, step.to]);
        let op = Op::ShortestPath(physical::ShortestPath {
            from: rows.position(step.from.var),
            to: rows.position(step.to.var),
            direction: direction(step.direction),
            types: self.types(&step.types),
            min: step.min,
            max: step.max,
            rules: self.way_rules(&step.rules, &rows),
            whole: step.whole.as_ref().map(|whole| self.said_of(&[step.rels, whole.path], &whole.predicate, &rows)),
            all: step.all,
            loops: step.loops,
            distinct_from: positions(&step.distinct_from, &rows),
        });
        self.extend(rows, op, &[(step.rels, ColumnKind::Value)], place)
    }

    pub(super) fn count_expand(&mut self, step: &CountExpand, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast_ends(rows, &[step.from]);
        let op = Op::CountExpand {
            from: rows.position(step.from.var),
            direction: direction(step.direction),
            types: self.types(&step.types),
            label: step.label.as_ref().map(|name| self.label(name)),
            not_again: step.not_again.iter().filter_map(|arrow| taken_arrow(arrow, &rows)).collect(),
            before: step.before.as_ref().map(|before| HopBefore {
                direction: direction(before.direction),
                types: self.types(&before.types),
                distinct: before.distinct,
            }),
        };
        self.extend(rows, op, &[(step.count, ColumnKind::Value)], place)
    }

    pub(super) fn intersect(&mut self, step: &Intersect, rows: Rows, place: &Place<'_>) -> Rows {
        let froms: Vec<End> = step.arrows.iter().map(|arrow| End::node(arrow.from)).collect();
        let rows = self.cast_ends(rows, &froms);
        let mut new = Vec::new();
        let mut arrows = Vec::with_capacity(step.arrows.len());
        for (index, arrow) in step.arrows.iter().enumerate() {
            let rel = step.count.is_none() && place.needs(arrow.rel);
            if rel {
                new.push((arrow.rel, ColumnKind::Rel));
            }
            let before = step.arrows[..index].iter().enumerate();
            arrows.push(Arrow {
                from: rows.position(arrow.from),
                direction: direction(arrow.direction),
                types: self.types(&arrow.types),
                rel,
                distinct_from: positions(&arrow.distinct_from, &rows),
                distinct_arrows: before
                    .filter(|(_, other)| {
                        arrow.distinct_from.contains(&other.rel) || other.distinct_from.contains(&arrow.rel)
                    })
                    .map(|(place, _)| place)
                    .collect(),
            });
        }
        let to = step.count.is_none() && place.needs(step.to);
        if to {
            new.push((step.to, ColumnKind::Node));
        }
        new.extend(step.count.map(|count| (count, ColumnKind::Value)));
        let conditions = step.conditions.iter().map(|said| self.said_of(&[step.to], said, &rows)).collect();
        let op = Op::Intersect(physical::Intersect { arrows, to, conditions, counts: step.count.is_some() });
        self.extend(rows, op, &new, place)
    }

    pub(super) fn build_path(&mut self, step: &BuildPath, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = step.pieces.iter().fold(rows, |rows, piece| match piece {
            PathPiece::Element(end) => self.cast(rows, end.var, end.kind),
            PathPiece::Rel(var) => self.cast(rows, *var, plan::ElementKind::Rel),
            PathPiece::Rels(_) => rows,
        });
        let steps = step.pieces.iter().map(|piece| match piece {
            PathPiece::Element(end) => PathStep::Element(rows.position(end.var)),
            PathPiece::Rel(var) => PathStep::Rel(rows.position(*var)),
            PathPiece::Rels(var) => PathStep::Rels(rows.position(*var)),
        });
        let steps = steps.collect();
        self.extend(rows, Op::BuildPath { steps }, &[(step.var, ColumnKind::Value)], place)
    }
}

/// What is to be done with an end: a bound one is compared, a new one is kept if a later step names it.
pub(super) fn target(end: End, rows: &Rows, place: &Place<'_>, new: &mut Vec<(VarId, ColumnKind)>) -> Target {
    let kind = column_kind(end.kind);
    if let Some(position) = rows.find(end.var) {
        return Target::Bound(position);
    }
    if !place.needs(end.var) {
        return Target::Ignored(kind);
    }
    new.push((end.var, kind));
    Target::New(kind)
}

pub(super) fn positions(vars: &[VarId], rows: &Rows) -> Vec<usize> {
    vars.iter().filter_map(|var| rows.find(*var)).collect()
}

fn taken_arrow(arrow: &plan::TakenArrow, rows: &Rows) -> Option<TakenArrow> {
    let Some(seen) = &arrow.seen else { return rows.find(arrow.rel).map(TakenArrow::Rel) };
    let columns = |from: &plan::SeenFrom| (rows.position(from.near), rows.position(from.far));
    Some(TakenArrow::Between(seen.iter().map(columns).collect()))
}

fn states(states: plan::States) -> States {
    match states {
        plan::States::Asserted => States::Asserted,
        plan::States::Both => States::Both,
    }
}

pub(super) fn direction(direction: plan::Direction) -> Direction {
    match direction {
        plan::Direction::Right => Direction::Out,
        plan::Direction::Left => Direction::In,
        plan::Direction::Either => Direction::Either,
    }
}
