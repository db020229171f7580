//! Steps that change the graph.

use rustc_hash::FxHashMap;

use super::rows::Rows;
use super::{Frame, Lowerer, Place};
use crate::expr::{Expr, Labels, RelType, VarId};
use crate::physical::{self, ColumnKind, Op, Ref, Scalar};
use crate::plan::{Cite, Create, Delete, Draw, ElementKind, Foreach, Merge, SetItem, SetState, draw_var, set_exprs};
use crate::value::Type;

impl Lowerer<'_> {
    pub(super) fn create(&mut self, step: &Create, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast_refs(&step.draws, step.cite.as_ref(), rows);
        let draws = self.draws(&step.draws, &rows);
        let places: FxHashMap<VarId, usize> =
            step.draws.iter().enumerate().map(|(index, draw)| (draw_var(draw), index)).collect();
        let reference = |var: VarId| reference(var, &places, &rows);
        let cite = step.cite.as_ref().map(|cite| self.cite(cite, &rows, &reference));
        let new: Vec<(VarId, ColumnKind)> = step.draws.iter().map(|draw| (draw_var(draw), drawn_kind(draw))).collect();
        self.extend(rows, Op::Create { draws: draws.into(), cite }, &new, place)
    }

    /// What happens on a match or a creation is said of the rows that come out.
    pub(super) fn merge(&mut self, step: &Merge, rows: Rows, place: &Place<'_>) -> Rows {
        let rows = self.cast_refs(&step.draws, step.cite.as_ref(), rows);
        let said = self.said_by_merge(step);
        let wanted = |draw: &Draw| place.needs(draw_var(draw)) || said.contains(&draw_var(draw));
        let bound: Vec<(usize, &Draw)> = step.draws.iter().enumerate().filter(|(_, draw)| wanted(draw)).collect();
        let vars: Vec<VarId> = bound.iter().map(|(_, draw)| draw_var(draw)).collect();
        let (inner, imports) = self.inner(&step.inner, &rows, &vars);
        let draws = self.draws(&step.draws, &rows);
        let bindings = bound.iter().map(|(index, draw)| (inner.position(draw_var(draw)), *index)).collect();
        let new: Vec<(VarId, ColumnKind)> = bound.iter().map(|(_, draw)| (draw_var(draw), drawn_kind(draw))).collect();
        let merge = physical::Merge {
            inner: inner.operator,
            imports,
            draws,
            bindings,
            on_create: Vec::new(),
            on_match: Vec::new(),
            cite: None,
        };
        let mut out = self.extend_with(rows, Op::Merge(Box::new(merge)), &new, place, &said);
        let on_create = self.set_items(&step.on_create, &out);
        let on_match = self.set_items(&step.on_match, &out);
        let cite = step.cite.as_ref().map(|cite| self.cite(cite, &out, &|var| Ref::Column(out.position(var))));
        if let Op::Merge(merge) = &mut out.operator.op {
            merge.on_create = on_create;
            merge.on_match = on_match;
            merge.cite = cite;
        }
        out
    }

    /// The variables of the output rows that the merge itself looks at.
    fn said_by_merge(&self, step: &Merge) -> Vec<VarId> {
        let mut said = Vec::new();
        for item in step.on_create.iter().chain(&step.on_match) {
            for expr in set_exprs(item) {
                said.extend(self.imports.of_expr(expr));
            }
        }
        if let Some(cite) = &step.cite {
            said.extend(cite.targets.iter().chain(&cite.created_only));
            for (source, properties) in &cite.sources {
                said.extend(self.imports.of_expr(source));
                said.extend(properties.iter().flat_map(|expr| self.imports.of_expr(expr)));
            }
        }
        said
    }

    fn draws(&mut self, draws: &[Draw], rows: &Rows) -> Vec<physical::Draw> {
        let mut out = Vec::new();
        let mut earlier: FxHashMap<VarId, usize> = FxHashMap::default();
        for (index, draw) in draws.iter().enumerate() {
            out.push(match draw {
                Draw::Node { labels, properties, .. } => physical::Draw::Node {
                    labels: self.labels(labels, rows),
                    properties: properties.as_ref().map(|expr| self.scalar(expr, rows)),
                },
                Draw::Rel { rel_type, start, end, asserted, properties, .. } => physical::Draw::Rel {
                    rel_type: match rel_type {
                        RelType::Known(name) => RelType::Known(name.clone()),
                        RelType::Given(value) => RelType::Given(self.scalar(value, rows)),
                    },
                    start: reference(*start, &earlier, rows),
                    end: reference(*end, &earlier, rows),
                    asserted: *asserted,
                    properties: properties.as_ref().map(|expr| self.scalar(expr, rows)),
                },
            });
            earlier.insert(draw_var(draw), index);
        }
        out
    }

    fn cite(&mut self, cite: &Cite, rows: &Rows, reference: &dyn Fn(VarId) -> Ref) -> physical::Cite {
        let mut sources = Vec::new();
        for (source, properties) in &cite.sources {
            let source = self.scalar(source, rows);
            sources.push((source, properties.as_ref().map(|expr| self.scalar(expr, rows))));
        }
        physical::Cite {
            targets: cite.targets.iter().map(|var| reference(*var)).collect(),
            created_only: cite.created_only.iter().map(|var| reference(*var)).collect(),
            sources,
        }
    }

    /// Columns that a write refers to hold elements, where the type of the variable tells which.
    fn cast_refs(&mut self, draws: &[Draw], cite: Option<&Cite>, mut rows: Rows) -> Rows {
        let ends = draws.iter().flat_map(|draw| match draw {
            Draw::Node { .. } => Vec::new(),
            Draw::Rel { start, end, .. } => vec![*start, *end],
        });
        let targets = cite.into_iter().flat_map(|cite| cite.targets.iter().copied());
        for var in ends.chain(targets) {
            rows = match self.variables.get(var).var_type {
                Type::Node => self.cast(rows, var, ElementKind::Node),
                Type::Relationship => self.cast(rows, var, ElementKind::Rel),
                _ => rows,
            };
        }
        rows
    }

    pub(super) fn set(&mut self, items: &[SetItem], rows: Rows, place: &Place<'_>) -> Rows {
        let items = self.set_items(items, &rows);
        self.extend(rows, Op::Set { items }, &[], place)
    }

    fn set_items(&mut self, items: &[SetItem], rows: &Rows) -> Vec<physical::SetItem> {
        items.iter().map(|item| self.set_item(item, rows)).collect()
    }

    fn set_item(&mut self, item: &SetItem, rows: &Rows) -> physical::SetItem {
        match item {
            SetItem::Property { target, key, value } => physical::SetItem::Property {
                target: self.scalar(target, rows),
                key: key.clone(),
                value: self.scalar(value, rows),
            },
            SetItem::Keyed { target, key, value } => physical::SetItem::Keyed {
                target: self.scalar(target, rows),
                key: self.scalar(key, rows),
                value: self.scalar(value, rows),
            },
            SetItem::Replace { target, value } => {
                physical::SetItem::Replace { target: self.scalar(target, rows), value: self.scalar(value, rows) }
            }
            SetItem::Update { target, value } => {
                physical::SetItem::Update { target: self.scalar(target, rows), value: self.scalar(value, rows) }
            }
            SetItem::AddLabels { target, labels } => {
                physical::SetItem::AddLabels { target: self.scalar(target, rows), labels: self.labels(labels, rows) }
            }
            SetItem::RemoveLabels { target, labels } => {
                physical::SetItem::RemoveLabels { target: self.scalar(target, rows), labels: self.labels(labels, rows) }
            }
        }
    }

    fn labels(&mut self, labels: &Labels<Expr>, rows: &Rows) -> Labels<Scalar> {
        Labels { known: labels.known.clone(), given: self.scalars(&labels.given, rows) }
    }

    pub(super) fn delete(&mut self, step: &Delete, rows: Rows, place: &Place<'_>) -> Rows {
        let targets = self.scalars(&step.targets, &rows);
        self.extend(rows, Op::Delete { detach: step.detach, targets }, &[], place)
    }

    pub(super) fn set_state(&mut self, step: &SetState, rows: Rows, place: &Place<'_>) -> Rows {
        let targets = self.scalars(&step.targets, &rows);
        self.extend(rows, Op::SetState { asserted: step.asserted, targets }, &[], place)
    }

    /// The body starts from what it imports and the item, which comes last.
    pub(super) fn foreach(&mut self, step: &Foreach, rows: Rows, place: &Place<'_>) -> Rows {
        let list = self.scalar(&step.list, &rows);
        let imported = step.body.imports.iter().filter(|var| **var != step.var);
        let imports: Vec<(VarId, usize)> = imported.filter_map(|var| Some((*var, rows.find(*var)?))).collect();
        let columns = imports.iter().map(|(var, position)| (*var, rows.kind(*position)));
        let frame = Frame { ordinal: false, imports: columns.chain([(step.var, ColumnKind::Value)]).collect() };
        let body = Box::new(self.plan(&step.body, &frame, &[]).operator);
        let imports = imports.into_iter().map(|(_, position)| position).collect();
        self.extend(rows, Op::Foreach { list, body, imports }, &[], place)
    }
}

fn drawn_kind(draw: &Draw) -> ColumnKind {
    match draw {
        Draw::Node { .. } => ColumnKind::Node,
        Draw::Rel { .. } => ColumnKind::Rel,
    }
}

fn reference(var: VarId, drawn: &FxHashMap<VarId, usize>, rows: &Rows) -> Ref {
    match drawn.get(&var) {
        Some(index) => Ref::Drawn(*index),
        None => Ref::Column(rows.position(var)),
    }
}
