//! `CountExpand`: how many relationships an Expand would give, by degree. Order kept; holds nothing.
//!
//! Counted are asserted relationships between nodes. What an arrow further left has taken is taken off again where
//! this step would come upon it; mostly the nodes that the arrow stands between tell whether it would. A label of the
//! far end is asked of each neighbour, unless the counts of the root that is read say that all have it.

use super::expand::ARROWS;
use super::travel::{Run, families, runs};
use super::{Input, Scope, Source};
use crate::catalog::{LabelId, TypeId};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::{Column, NULL_SLOT};
use crate::exec::context::{Context, Segment};
use crate::physical::{ColumnKind, Direction, HopBefore, LabelRef, Op, Operator, TakenArrow, Types};
use crate::storage::{End, Family, Graph, RelSlot};

pub(super) struct CountExpand {
    input: Input,
    from: usize,
    direction: Direction,
    types: Types,
    label: Option<LabelRef>,
    not_again: Vec<TakenArrow>,
    before: Option<HopBefore>,
    segment: Segment,
}

/// What is counted in a root.
struct Hop<'h> {
    graph: &'h Graph,
    types: &'h [Option<TypeId>],
    runs: &'h [Run],
    wanted: Wanted,
}

/// Which neighbours count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    /// Those with this label.
    Label(LabelId),
    /// The label is that of no node.
    Nothing,
}

impl CountExpand {
    pub(super) fn new(operator: &Operator, scope: Scope, ctx: &Context) -> Self {
        let Op::CountExpand { from, direction, types, label, not_again, before } = &operator.op else {
            unreachable!("compiled for this operator only")
        };
        Self {
            input: Input::of(operator, scope, ctx),
            from: *from,
            direction: *direction,
            types: types.clone(),
            label: *label,
            not_again: not_again.clone(),
            before: before.clone(),
            segment: scope.segment,
        }
    }

    fn wanted(&self, ctx: &Context, graph: &Graph, runs: &[Run]) -> Wanted {
        let Some(label) = self.label else { return Wanted::All };
        let Some(label) = ctx.label(label) else { return Wanted::Nothing };
        let all_have = |run: &Run| graph.all_reached_have(run.direction, run.rel_type, label);
        if runs.iter().all(all_have) { Wanted::All } else { Wanted::Label(label) }
    }

    /// The counts of a batch of nodes where nothing has to be asked of single relationships; `None` if something has.
    fn by_degree(&self, hop: &Hop, batch: &Batch, slots: &[u32]) -> Option<Vec<i64>> {
        let taken = self.not_again.iter().map(|arrow| pairs_of_nodes(arrow, batch)).collect::<Option<Vec<_>>>()?;
        if hop.wanted != Wanted::All {
            return None;
        }
        let mut counts = degrees(hop.graph, hop.runs, slots);
        for pairs in taken {
            for (row, (count, &slot)) in counts.iter_mut().zip(slots).enumerate() {
                *count -= i64::from(slot != NULL_SLOT && pairs.iter().any(|nears| nears[row] == slot));
            }
        }
        Some(counts)
    }

    fn in_row(&self, hop: &Hop, batch: &Batch, row: usize, ctx: &Context) -> Result<i64, ExecError> {
        let Some(from) = batch.columns[self.from].end(row, ctx) else { return Ok(0) };
        let all: usize = match hop.wanted {
            Wanted::Nothing => return Ok(0),
            Wanted::All => hop.runs.iter().map(|run| degree(hop.graph, *run, from)).sum(),
            Wanted::Label(_) => hop.count_wanted(from, ctx)?,
        };
        let count = all - self.taken(hop, batch, row, from, ctx);
        Ok(i64::try_from(count).expect("there are fewer than 2^32 relationships"))
    }

    /// How many of the relationships taken in this row the step would come upon and count.
    fn taken(&self, hop: &Hop, batch: &Batch, row: usize, from: End, ctx: &Context) -> usize {
        let mut found: Vec<u32> = Vec::new();
        let mut count = 0;
        for arrow in &self.not_again {
            match arrow {
                TakenArrow::Between(pairs) => {
                    let end = |column: usize| batch.columns[column].end(row, ctx);
                    let far = pairs.iter().find(|(near, _)| end(*near) == Some(from)).and_then(|(_, far)| end(*far));
                    count += usize::from(far.is_some_and(|far| hop.wants(far)));
                }
                TakenArrow::Rel(column) => {
                    let Column::Rels(slots) = &batch.columns[*column] else { continue };
                    let slot = slots[row];
                    if slot != NULL_SLOT && !found.contains(&slot) && self.counts(hop, RelSlot(slot), from) {
                        found.push(slot);
                    }
                }
            }
        }
        count + found.len()
    }

    /// Whether this relationship is among those that the step counts at a node.
    fn counts(&self, hop: &Hop, rel: RelSlot, from: End) -> bool {
        let rel = hop.graph.rel(rel);
        let of_type = hop.types.iter().any(|wanted| wanted.is_none_or(|wanted| wanted == rel.rel_type));
        let touches = match self.direction {
            Direction::Out => rel.start == from,
            Direction::In => rel.end == from,
            Direction::Either => rel.start == from || rel.end == from,
        };
        let far = if rel.start == from && self.direction != Direction::In { rel.end } else { rel.start };
        of_type && touches && rel.family() == Family::Plain && hop.wants(far)
    }
}

impl Hop<'_> {
    /// How many relationships of a node count, each of them asked.
    fn count_wanted(&self, from: End, ctx: &Context) -> Result<usize, ExecError> {
        let mut count = 0;
        for neighbour in self.runs.iter().flat_map(|run| run.neighbours(self.graph, from)) {
            ctx.budget.step()?;
            count += usize::from(self.wants(neighbour.end));
        }
        Ok(count)
    }

    /// Whether a relationship to this end counts.
    fn wants(&self, end: End) -> bool {
        match self.wanted {
            Wanted::All => true,
            Wanted::Label(label) => end.as_node().is_some_and(|node| self.graph.has_label(node, label)),
            Wanted::Nothing => false,
        }
    }
}

/// The nodes at which the step would come upon an arrow, a column for each side that it may come from; `None` if nodes
/// do not tell.
fn pairs_of_nodes<'b>(arrow: &TakenArrow, batch: &'b Batch) -> Option<Vec<&'b [u32]>> {
    let TakenArrow::Between(pairs) = arrow else { return None };
    let nears = pairs.iter().map(|(near, _)| match &batch.columns[*near] {
        Column::Nodes(slots) => Some(&slots[..]),
        _ => None,
    });
    nears.collect()
}

/// The length of all runs at each node, self-loops once.
fn degrees(graph: &Graph, runs: &[Run], slots: &[u32]) -> Vec<i64> {
    let mut sums = vec![0_i64; slots.len()];
    let mut some = Vec::with_capacity(slots.len());
    for run in runs {
        some.clear();
        graph.degrees(slots, run.direction, run.rel_type, &mut some);
        sums.iter_mut().zip(&some).for_each(|(sum, some)| *sum += i64::from(*some));
        if run.second {
            some.clear();
            graph.loops(slots, run.rel_type, &mut some);
            sums.iter_mut().zip(&some).for_each(|(sum, some)| *sum -= i64::from(*some));
        }
    }
    sums
}

impl CountExpand {
    /// Turns the count of the one arrow into that of pairs with the arrow before.
    ///
    /// A pair of an arrow with itself is left out: seen from both sides of the node it is a self-loop, seen from the
    /// same side it is every arrow.
    fn pair(&self, before: &HopBefore, ctx: &Context, graph: &Graph, slots: &[u32], counts: &mut [i64]) {
        let types = ctx.type_ids(&before.types);
        let runs = runs(before.direction, &types, families(ColumnKind::Node, ColumnKind::Node, ARROWS));
        let degrees = degrees(graph, &runs, slots);
        let mut some = Vec::with_capacity(slots.len());
        let mut own = vec![0; slots.len()];
        if before.distinct && before.direction == self.direction {
            own.copy_from_slice(counts);
        } else if before.distinct {
            for rel_type in &types {
                some.clear();
                graph.loops(slots, *rel_type, &mut some);
                own.iter_mut().zip(&some).for_each(|(own, some)| *own += i64::from(*some));
            }
        }
        for ((count, degree), own) in counts.iter_mut().zip(degrees).zip(own) {
            *count = *count * degree - own;
        }
    }
}

impl Source for CountExpand {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        let graph = ctx.view(self.segment);
        let types = ctx.type_ids(&self.types);
        let runs = runs(self.direction, &types, families(ColumnKind::Node, ColumnKind::Node, ARROWS));
        let wanted = self.wanted(ctx, &graph, &runs);
        let hop = Hop { graph: &graph, types: &types, runs: &runs, wanted };
        let from = &batch.columns[self.from];
        let by_degree = match from {
            Column::Nodes(slots) => self.by_degree(&hop, &batch, slots),
            _ => None,
        };
        let mut counts = match by_degree {
            Some(counts) => counts,
            None => (0..batch.len).map(|row| self.in_row(&hop, &batch, row, ctx)).collect::<Result<_, _>>()?,
        };
        if let (Some(before), Column::Nodes(slots)) = (&self.before, from) {
            self.pair(before, ctx, &graph, slots, &mut counts);
        }
        ctx.budget.rows(batch.len)?;
        let len = batch.len;
        let mut columns = batch.carry(&self.input.carry);
        columns.push(Column::Integers(counts, Vec::new()));
        Ok(Some(Batch::new(columns, len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}

/// The length of a run, self-loops once.
#[inline]
fn degree(graph: &Graph, run: Run, from: End) -> usize {
    let all = graph.degree(from, run.direction, run.rel_type, run.family);
    if !run.second {
        return all;
    }
    all - graph.between(from, run.direction, run.rel_type, run.family, from).count()
}
