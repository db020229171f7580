//! `NodeLookup`: for each input row the nodes whose property is the value that is looked for, by a table of all values
//! of that property. Order of rows kept, nodes in the order of their places; holds the table.
//!
//! The table stands in for an index that is not there. For the first few rows the nodes are looked through, so that a
//! query for one row makes no table. It serves all runs of an inner plan, and while the statement writes it is brought
//! up to date by the changes. What is found may have changed since, or only hash alike: the filter behind tells.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::fan::Fan;
use super::{Input, Scope, Wanted, row_number};
use crate::catalog::{KeyId, LabelId};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Frame, evaluate};
use crate::exec::host::Env;
use crate::physical::{KeyRef, LabelRef, Operator, Sought};
use crate::storage::{Change, Graph, NodeSlot, ScanCursor};
use crate::value::{ElementId, Value, compare};

/// So many rows are scanned for before a table is made: making one costs about as much as a few scans.
const SCANS: usize = 4;

pub(super) struct NodeLookup {
    input: Input,
    label: Option<LabelRef>,
    key: KeyRef,
    sought: Sought,
    segment: Segment,
    wanted: Wanted,
    scan_count: usize,
    table: Option<Table>,
    held: Held,
}

/// The input batch in hand, and what was found for its row.
pub(super) struct Current {
    rows: Batch,
    sought: Column,
    row: usize,
    found: Option<Vec<u32>>,
    given: usize,
}

/// What is looked at, by the names of one graph.
#[derive(Clone, Copy)]
struct Property {
    label: Option<LabelId>,
    key: KeyId,
}

impl NodeLookup {
    pub(super) fn new(
        operator: &Operator,
        label: Option<LabelRef>,
        key: KeyRef,
        sought: &Sought,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            label,
            key,
            sought: sought.clone(),
            segment: scope.segment,
            wanted: Wanted::by(operator, scope),
            scan_count: 0,
            table: None,
            held: Held::default(),
        }
    }

    /// `None` if the graph lacks the label or the key: no node fits.
    fn property(&self, ctx: &Context) -> Option<Property> {
        let label = match self.label {
            None => None,
            Some(label) => Some(ctx.label(label)?),
        };
        Some(Property { label, key: ctx.key(self.key)? })
    }

    /// The nodes that may have one of the values, in the order of their places.
    fn find(&mut self, ctx: &Context, graph: &Graph, hashes: &FxHashSet<u64>) -> Result<Vec<u32>, ExecError> {
        let Some(property) = self.property(ctx).filter(|_| !hashes.is_empty()) else { return Ok(Vec::new()) };
        if self.table.is_none() && self.scan_count < SCANS {
            self.scan_count += 1;
            let mut found = Vec::new();
            each_value(ctx, graph, property, |slot, hash| {
                if hashes.contains(&hash) {
                    found.push(slot);
                }
            })?;
            return Ok(found);
        }
        let table = match self.table.take().filter(|table| table.revision <= graph.revision()) {
            Some(mut table) => {
                table.bring_to(ctx, graph, property);
                table
            }
            None => Table::of(ctx, graph, property)?,
        };
        self.held.set(&ctx.budget, table.size_bytes())?;
        Ok(self.table.insert(table).find(graph, property, hashes))
    }

    /// The hashes of what is looked for; null is equal to nothing.
    fn hashes(&self, value: &Value) -> FxHashSet<u64> {
        match (&self.sought, value) {
            (Sought::Value(_), value) => hash(value).into_iter().collect(),
            (Sought::AnyOf(_), Value::List(items)) => items.iter().filter_map(hash).collect(),
            (Sought::AnyOf(_), _) => FxHashSet::default(),
        }
    }
}

impl Fan for NodeLookup {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn begin(&mut self, ctx: &Context, rows: Batch) -> Result<Current, ExecError> {
        let graph = ctx.view(self.segment);
        let (Sought::Value(scalar) | Sought::AnyOf(scalar)) = &self.sought;
        let sought = evaluate(&Env { ctx, graph: &graph }, scalar, &Frame::of(&rows.columns, rows.len))?;
        Ok(Current { rows, sought, row: 0, found: None, given: 0 })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let graph = ctx.view(self.segment);
        let (mut rows, mut slots) = (Vec::new(), Vec::new());
        while current.row < current.rows.len && slots.len() < BATCH_ROWS {
            ctx.budget.step()?;
            let found = match current.found.take() {
                Some(found) => found,
                None if self.wanted.is_done(ctx, &current.rows, current.row) => Vec::new(),
                None => self.find(ctx, &graph, &self.hashes(&current.sought.value(current.row, ctx)))?,
            };
            let end = found.len().min(current.given + BATCH_ROWS - slots.len());
            slots.extend(&found[current.given..end]);
            rows.resize(slots.len(), row_number(current.row));
            if end < found.len() {
                (current.found, current.given) = (Some(found), end);
            } else {
                (current.row, current.given) = (current.row + 1, 0);
            }
        }
        let len = slots.len();
        let mut columns = current.rows.gather(&self.input.carry, &rows);
        columns.push(Column::Nodes(slots));
        Ok(Batch::new(columns, len))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.rows.len
    }
}

/// Nodes by the hash of their value: chains of slots.
struct Table {
    heads: FxHashMap<u64, u32>,
    slots: Vec<u32>,
    next: Vec<u32>,
    /// The root that it knows all values of.
    revision: u64,
}

const NONE: u32 = u32::MAX;

impl Table {
    fn of(ctx: &Context, graph: &Graph, property: Property) -> Result<Self, ExecError> {
        let mut table =
            Self { heads: FxHashMap::default(), slots: Vec::new(), next: Vec::new(), revision: graph.revision() };
        each_value(ctx, graph, property, |slot, hash| table.add(slot, hash))?;
        Ok(table)
    }

    /// Adds the values that came since. Those that went stay: a node is looked at again when it is found.
    fn bring_to(&mut self, ctx: &Context, graph: &Graph, Property { label, key }: Property) {
        let (from, to) = (std::mem::replace(&mut self.revision, graph.revision()), graph.revision());
        let mut add = |node: ElementId| {
            let slot = graph.node_slot(node);
            if let Some((slot, hash)) = slot.and_then(|slot| Some((slot, hash(&graph.node_property(slot, key))?))) {
                self.add(slot.0, hash);
            }
        };
        ctx.changes_between(from, to, |change| {
            if let Change::SetProperty { element, key: changed, .. } = change
                && *changed == key
            {
                add(*element);
            }
            if let Change::AddLabel { node, label: added } = change
                && Some(*added) == label
            {
                add(*node);
            }
        });
    }

    fn add(&mut self, slot: u32, hash: u64) {
        let head = self.heads.entry(hash).or_insert(NONE);
        self.next.push(std::mem::replace(head, row_number(self.slots.len())));
        self.slots.push(slot);
    }

    fn find(&self, graph: &Graph, property: Property, hashes: &FxHashSet<u64>) -> Vec<u32> {
        let mut found = Vec::new();
        for hash in hashes {
            let mut place = self.heads.get(hash).copied().unwrap_or(NONE);
            while place != NONE {
                found.push(self.slots[place as usize]);
                place = self.next[place as usize];
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|&slot| is_there(graph, NodeSlot(slot), property.label));
        found
    }

    fn size_bytes(&self) -> usize {
        self.heads.capacity() * 16 + self.slots.capacity() * 8
    }
}

fn is_there(graph: &Graph, node: NodeSlot, label: Option<LabelId>) -> bool {
    graph.is_node(node) && label.is_none_or(|label| graph.has_label(node, label))
}

/// Calls `look` with each node that has the property, and the hash of its value.
fn each_value(
    ctx: &Context,
    graph: &Graph,
    Property { label, key }: Property,
    mut look: impl FnMut(u32, u64),
) -> Result<(), ExecError> {
    let (mut cursor, mut slots, mut more) = (ScanCursor::default(), Vec::new(), true);
    while more {
        slots.clear();
        more = graph.scan_nodes(label, &mut cursor, BATCH_ROWS, &mut slots);
        ctx.budget.steps(slots.len())?;
        for (&slot, value) in slots.iter().zip(graph.gather_node_property(&slots, key).into_values()) {
            if let Some(hash) = hash(&value) {
                look(slot, hash);
            }
        }
    }
    Ok(())
}

/// `None` for null.
fn hash(value: &Value) -> Option<u64> {
    if value.is_null() {
        return None;
    }
    let mut hasher = FxHasher::default();
    compare::hash(value, &mut hasher);
    Some(hasher.finish())
}
