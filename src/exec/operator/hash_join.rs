//! `HashJoin`: pairs of rows whose keys are equal. The right input is held; the left one streams and gives the order.

use std::hash::Hasher;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHasher};

use super::fan::Fan;
use super::{Input, Scope, row_number, writes};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{Context, Segment};
use crate::exec::eval::{Cells, Frame, evaluate};
use crate::exec::host::Env;
use crate::exec::room::entry_bytes;
use crate::physical::{Operator, Scalar};
use crate::value::{Value, compare};

pub(super) struct HashJoin {
    input: Input,
    right: Input,
    left_keys: Vec<Scalar>,
    right_keys: Vec<Scalar>,
    right_columns: Vec<usize>,
    left_writes: bool,
    segment: Segment,
    table: Option<RightRows>,
    held: Held,
}

/// The right side: its rows, their keys, and chains of rows whose keys hash alike, earlier rows first.
struct RightRows {
    rows: Batch,
    keys: Vec<Vec<Value>>,
    heads: FxHashMap<u64, u32>,
    next: Vec<u32>,
}

/// A batch on its way.
pub(super) struct Current {
    batch: Batch,
    keys: Vec<Column>,
    row: usize,
    /// The next right row to compare with the current left one.
    candidate: Option<u32>,
}

const NONE: u32 = u32::MAX;

impl HashJoin {
    pub(super) fn new(
        operator: &Operator,
        (left_keys, right_keys): (&[Scalar], &[Scalar]),
        right_columns: &[usize],
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self {
            input: Input::of(operator, scope, ctx),
            right: Input::whole(&operator.inputs[1], scope, ctx),
            left_keys: left_keys.to_vec(),
            right_keys: right_keys.to_vec(),
            right_columns: right_columns.to_vec(),
            left_writes: writes(&operator.inputs[0]),
            segment: scope.segment,
            table: None,
            held: Held::default(),
        }
    }

    fn keys(&self, ctx: &Context, batch: &Batch, scalars: &[Scalar]) -> Result<Vec<Column>, ExecError> {
        let graph = ctx.view(self.segment);
        let env = Env::new(ctx, &graph);
        let frame = Frame::of(&batch.columns, batch.len);
        scalars.iter().map(|scalar| evaluate(&env, scalar, &frame)).collect()
    }

    fn hold(&mut self, ctx: &Context) -> Result<RightRows, ExecError> {
        let mut rows = Batch::default();
        let mut keys: Vec<Vec<Value>> = vec![Vec::new(); self.right_keys.len()];
        while let Some(batch) = self.right.next(ctx)? {
            let found = self.keys(ctx, &batch, &self.right_keys)?;
            let key_bytes: usize = found.iter().map(Column::size_bytes).sum();
            for (keys, found) in keys.iter_mut().zip(found) {
                keys.extend(found.into_values(ctx));
            }
            let len = batch.len;
            let batch = Batch::new(batch.carry(&self.right_columns), len);
            self.held.add(&ctx.budget, batch.size_bytes() + key_bytes)?;
            rows.append(batch, ctx);
        }
        let room = rows.len.saturating_mul(entry_bytes::<u64, u32>() + size_of::<u32>());
        self.held.add(&ctx.budget, room)?;
        let mut heads: FxHashMap<u64, u32> = FxHashMap::with_capacity_and_hasher(rows.len, FxBuildHasher);
        let mut next = vec![NONE; rows.len];
        // Backwards, so that each chain begins with its first row.
        for row in (0..rows.len).rev() {
            ctx.budget.step()?;
            let Some(hash) = hash(keys.iter().map(|keys| &keys[row])) else { continue };
            let head = heads.entry(hash).or_insert(NONE);
            next[row] = std::mem::replace(head, row_number(row));
        }
        Ok(RightRows { rows, keys, heads, next })
    }

    fn probe(ctx: &Context, held: &RightRows, current: &mut Current) -> Result<(Vec<u32>, Vec<u32>), ExecError> {
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        let cells: Vec<Cells> = current.keys.iter().map(|keys| Cells::of(keys, ctx)).collect();
        while current.row < current.batch.len && lefts.len() < BATCH_ROWS {
            let row = current.row;
            let first = match current.candidate.take() {
                Some(candidate) => candidate,
                None => hash(cells.iter().map(|cells| cells.get(row)))
                    .and_then(|hash| held.heads.get(&hash).copied())
                    .unwrap_or(NONE),
            };
            let mut right = first;
            while right != NONE && lefts.len() < BATCH_ROWS {
                ctx.budget.step()?;
                let equal = |(cells, keys): (&Cells, &Vec<Value>)| {
                    compare::equal(cells.get(row), &keys[right as usize]) == Some(true)
                };
                if cells.iter().zip(&held.keys).all(equal) {
                    lefts.push(row_number(row));
                    rights.push(right);
                }
                right = if planted!("a hash join finds one partner") { NONE } else { held.next[right as usize] };
            }
            if right == NONE {
                current.row += 1;
            } else {
                current.candidate = Some(right);
            }
        }
        Ok((lefts, rights))
    }
}

/// `None` if a key is null: it is equal to nothing.
pub(super) fn hash<'v>(keys: impl Iterator<Item = &'v Value>) -> Option<u64> {
    let mut hasher = FxHasher::default();
    for key in keys {
        if key.is_null() {
            return None;
        }
        compare::hash(key, &mut hasher);
    }
    Some(hasher.finish())
}

impl Fan for HashJoin {
    type Current = Current;

    fn input(&mut self) -> &mut Input {
        &mut self.input
    }

    fn wants_input(&mut self, ctx: &Context) -> Result<bool, ExecError> {
        if self.table.is_none() {
            self.table = Some(self.hold(ctx)?);
        }
        let is_empty = self.table.as_ref().is_none_or(|table| table.rows.len == 0);
        while is_empty && self.left_writes && self.input.next(ctx)?.is_some() {}
        Ok(!is_empty)
    }

    fn begin(&mut self, ctx: &Context, batch: Batch) -> Result<Current, ExecError> {
        let keys = self.keys(ctx, &batch, &self.left_keys)?;
        Ok(Current { batch, keys, row: 0, candidate: None })
    }

    fn more(&mut self, ctx: &Context, current: &mut Current) -> Result<Batch, ExecError> {
        let table = self.table.as_ref().expect("made before any input is read");
        let (lefts, rights) = Self::probe(ctx, table, current)?;
        let mut columns = current.batch.gather(&self.input.carry, &lefts);
        columns.extend(table.rows.columns.iter().map(|column| column.gather(&rights)));
        Ok(Batch::new(columns, lefts.len()))
    }

    fn is_done(current: &Current) -> bool {
        current.row >= current.batch.len
    }

    fn forget(&mut self, ctx: &Context, _: Option<Current>) {
        self.right.rewind(ctx);
        self.table = None;
        self.held.clear(&ctx.budget);
    }
}
