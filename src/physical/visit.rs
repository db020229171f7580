//! Walking operators and compiled expressions, written once.

use super::{Cite, Condition, Draw, Op, Scalar, Seek, SetItem, Within};

impl Op {
    /// The expressions that the operator evaluates itself; those of plans inside it are not among them.
    pub(crate) fn scalars(&self) -> Vec<&Scalar> {
        match self {
            Op::NodeScan { conditions, within, first, .. } => {
                scan_scalars(conditions, within.as_ref()).chain(first.iter().map(|first| &first.limit)).collect()
            }
            Op::CountValues { conditions, within, .. } => scan_scalars(conditions, within.as_ref()).collect(),
            Op::NodeSeek { seek, .. } | Op::RelSeek { seek, .. } => seek_scalars(seek),
            Op::NodeLookup { sought, .. } => sought.scalars().iter().collect(),
            Op::NodeById { ids } | Op::RelById { ids, .. } => vec![ids],
            Op::VarExpand(op) => op.rules.scalars().collect(),
            Op::ShortestPath(op) => op.rules.scalars().chain(&op.whole).collect(),
            Op::Route(op) => op.scalars(),
            Op::Intersect(op) => op.conditions.iter().collect(),
            Op::Filter { predicate } => vec![&**predicate],
            Op::Project { items } => items.iter().map(|(scalar, _)| scalar).collect(),
            Op::Aggregate { keys, calls, .. } => {
                keys.iter().map(|(scalar, _)| scalar).chain(calls.iter().flat_map(|call| &call.arguments)).collect()
            }
            Op::Sort { keys, limit, .. } => keys.iter().map(|key| &key.scalar).chain(limit).collect(),
            Op::Skip { count, .. } | Op::Limit { count, .. } => vec![count],
            Op::Unwind { list } | Op::Foreach { list, .. } => vec![list],
            Op::HashJoin { left_keys, right_keys, .. } => left_keys.iter().chain(right_keys).collect(),
            Op::InTransactions(op) => vec![&op.rows],
            Op::Call(op) => op.arguments.iter().chain(op.lens.operands()).collect(),
            Op::Create { draws, cite } => draw_scalars(draws).chain(cite_scalars(cite.as_ref())).collect(),
            Op::Merge(merge) => {
                let items = merge.on_create.iter().chain(&merge.on_match).flat_map(set_scalars);
                draw_scalars(&merge.draws).chain(items).chain(cite_scalars(merge.cite.as_ref())).collect()
            }
            Op::Set { items } => items.iter().flat_map(set_scalars).collect(),
            Op::Delete { targets, .. } | Op::SetState { targets, .. } => targets.iter().collect(),
            Op::Argument
            | Op::Empty
            | Op::RelScan { .. }
            | Op::Expand(_)
            | Op::RelEnds { .. }
            | Op::CountExpand { .. }
            | Op::BuildPath { .. }
            | Op::Distinct { .. }
            | Op::Gather { .. }
            | Op::Scatter { .. }
            | Op::Union
            | Op::Apply(_)
            | Op::Barrier => Vec::new(),
        }
    }
}

fn scan_scalars<'o>(conditions: &'o [Condition], within: Option<&'o Within>) -> impl Iterator<Item = &'o Scalar> {
    let clocks = within.into_iter().flat_map(|within| within.lens.operands());
    conditions.iter().map(|condition| &condition.operand).chain(clocks)
}

fn seek_scalars(seek: &Seek) -> Vec<&Scalar> {
    match seek {
        Seek::Equal(values) => values.iter().collect(),
        Seek::In(scalar) | Seek::Prefix(scalar) => vec![scalar],
        Seek::Range { low, high } => low.iter().chain(high).map(|(scalar, _)| scalar).collect(),
    }
}

fn draw_scalars(draws: &[Draw]) -> impl Iterator<Item = &Scalar> {
    draws.iter().flat_map(|draw| match draw {
        Draw::Node { labels, properties } => labels.given.iter().chain(properties).collect::<Vec<_>>(),
        Draw::Rel { rel_type, properties, .. } => rel_type.given().into_iter().chain(properties).collect(),
    })
}

fn cite_scalars(cite: Option<&Cite>) -> impl Iterator<Item = &Scalar> {
    let sources = cite.into_iter().flat_map(|cite| &cite.sources);
    sources.flat_map(|(source, properties)| std::iter::once(source).chain(properties))
}

fn set_scalars(item: &SetItem) -> Vec<&Scalar> {
    match item {
        SetItem::Property { target, value, .. }
        | SetItem::Replace { target, value }
        | SetItem::Update { target, value } => {
            vec![target, value]
        }
        SetItem::Keyed { target, key, value } => vec![target, key, value],
        SetItem::AddLabels { target, labels } | SetItem::RemoveLabels { target, labels } => {
            [target].into_iter().chain(&labels.given).collect()
        }
    }
}

impl Scalar {
    /// The expressions directly inside this one.
    pub(crate) fn children(&self) -> Vec<&Scalar> {
        match self {
            Scalar::Constant(_)
            | Scalar::Parameter(_)
            | Scalar::Given(_)
            | Scalar::Column(_)
            | Scalar::Local(_)
            | Scalar::Exists(_)
            | Scalar::Count { .. }
            | Scalar::Collect { .. } => Vec::new(),
            Scalar::Property { base, .. } | Scalar::HasLabels { base, .. } => vec![base],
            Scalar::Not(operand) | Scalar::IsNull(operand) | Scalar::Is(_, operand) | Scalar::Negate(operand, _) => {
                vec![operand]
            }
            Scalar::Index { base, index, .. } => vec![base, index],
            Scalar::Compare(_, left, right) | Scalar::Operator { left, right, .. } => vec![left, right],
            Scalar::Slice { base, from, to, .. } => {
                [Some(base), from.as_ref(), to.as_ref()].into_iter().flatten().map(|part| &**part).collect()
            }
            Scalar::List(items) | Scalar::And(items) | Scalar::Or(items) | Scalar::Xor(items) => items.iter().collect(),
            Scalar::Call { arguments, .. } => arguments.iter().collect(),
            Scalar::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            Scalar::Case { subject, branches, otherwise } => {
                let mut all: Vec<&Scalar> = subject.iter().map(|(_, subject)| &**subject).collect();
                all.extend(branches.iter().flat_map(|(when, then)| [when, then]));
                all.extend(otherwise.as_deref());
                all
            }
            Scalar::Comprehension { list, predicate, map, .. } => {
                [Some(list), predicate.as_ref(), map.as_ref()].into_iter().flatten().map(|part| &**part).collect()
            }
            Scalar::Passes { element, within } => std::iter::once(&**element).chain(within.lens.operands()).collect(),
            Scalar::Quantifier { list, predicate, .. } => vec![list, predicate],
            Scalar::Reduce { initial, list, step, .. } => vec![initial, list, step],
            Scalar::MapProjection { base, entries, .. } => {
                std::iter::once(&**base).chain(entries.iter().map(|(_, value)| value)).collect()
            }
        }
    }

    /// Calls `visit` for this expression and all inside it, outer ones first. Subplans are not entered.
    pub(crate) fn walk(&self, visit: &mut impl FnMut(&Scalar)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}
