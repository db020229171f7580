//! Skip and Limit: some rows from the start, for each outer row if there is one. Order kept; holds a count per outer
//! row. Limit asks for no more input once every outer row has enough, unless the input writes: that is run to its end.

use super::{Input, Scope, Source, row_number, writes};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::column::Column;
use crate::exec::context::{ArgumentId, Context, Segment};
use crate::exec::eval::constant;
use crate::exec::host::Env;
use crate::physical::{Operator, Scalar};
use crate::value::Value;

pub(super) struct Cut {
    input: Input,
    what: What,
    count: Scalar,
    partition: Option<usize>,
    argument: ArgumentId,
    /// Those whom a LIMIT tells of the outer rows that have enough.
    audience: Option<ArgumentId>,
    segment: Segment,
    /// Whether the input has effects that are wanted though its rows are not.
    drains: bool,
    run: Option<Run>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Skip,
    Limit,
}

struct Run {
    count: u64,
    /// Rows seen, for each outer row.
    seen: Vec<u64>,
    /// Outer rows that have not had `count` rows yet.
    open: usize,
}

impl Cut {
    pub(super) fn skip(
        operator: &Operator,
        partition: Option<usize>,
        count: &Scalar,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self::new(operator, What::Skip, partition, count, scope, ctx)
    }

    pub(super) fn limit(
        operator: &Operator,
        partition: Option<usize>,
        count: &Scalar,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        Self::new(operator, What::Limit, partition, count, scope, ctx)
    }

    fn new(
        operator: &Operator,
        what: What,
        partition: Option<usize>,
        count: &Scalar,
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        let drains = writes(operator);
        // Who is below need not go on with an outer row that has enough.
        let audience =
            (what == What::Limit && partition.is_some() && !drains).then(|| ctx.new_argument(Batch::default()));
        let below = Scope { audience: audience.unwrap_or(scope.audience), ..scope };
        Self {
            input: Input::of(operator, below, ctx),
            what,
            count: count.clone(),
            partition,
            argument: scope.argument,
            audience,
            segment: scope.segment,
            drains,
            run: None,
        }
    }

    fn start(&self, ctx: &Context) -> Result<Run, ExecError> {
        let what = if self.what == What::Skip { "SKIP" } else { "LIMIT" };
        let count = row_count(ctx, &self.count, self.segment, what)?;
        let outer = if self.partition.is_some() { ctx.argument(self.argument).len } else { 1 };
        if let Some(audience) = self.audience {
            ctx.want_some(audience, outer, count <= 1);
        }
        Ok(Run { count, seen: vec![0; outer], open: if count == 0 { 0 } else { outer } })
    }

    /// The rows of a batch that are in, by number. `enough` is told of each outer row that has had all of its own.
    fn choose(run: &mut Run, what: What, batch: &Batch, partition: Option<usize>, enough: impl Fn(usize)) -> Vec<u32> {
        let ordinals = partition.map(|column| match &batch.columns[column] {
            Column::Ordinals(ordinals) => ordinals,
            _ => unreachable!("a column of ordinals holds ordinals"),
        });
        let mut rows = Vec::new();
        for row in 0..batch.len {
            let outer = ordinals.map_or(0, |ordinals| ordinals[row] as usize);
            let seen = &mut run.seen[outer];
            *seen += 1;
            let before = *seen <= run.count;
            if *seen == run.count {
                run.open -= 1;
                enough(outer);
            }
            if before == (what == What::Limit) {
                rows.push(row_number(row));
            }
        }
        rows
    }
}

impl Source for Cut {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if self.run.is_none() {
            self.run = Some(self.start(ctx)?);
        }
        let run = self.run.as_mut().expect("just made");
        loop {
            if self.what == What::Limit && run.open == 0 {
                while self.drains && self.input.next(ctx)?.is_some() {}
                return Ok(None);
            }
            let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
            let rows = Self::choose(run, self.what, &batch, self.partition, |outer| {
                if let Some(audience) = self.audience {
                    ctx.satisfy(audience, row_number(outer));
                }
            });
            if rows.is_empty() {
                continue;
            }
            let len = rows.len();
            let columns =
                if len == batch.len { batch.carry(&self.input.carry) } else { batch.gather(&self.input.carry, &rows) };
            return Ok(Some(Batch::new(columns, len)));
        }
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.run = None;
    }
}

/// A number of rows, as SKIP and LIMIT have it.
pub(super) fn row_count(ctx: &Context, count: &Scalar, segment: Segment, what: &'static str) -> Result<u64, ExecError> {
    let graph = ctx.view(segment);
    match constant(&Env::new(ctx, &graph), count)? {
        Value::Integer(count) => {
            u64::try_from(count + i64::from(planted!("LIMIT takes one row more") && what == "LIMIT"))
                .map_err(|_| ExecError::Negative { what, found: count })
        }
        other => Err(ExecError::RowCount { what, expected: "an INTEGER", found: other.type_name().to_owned() }),
    }
}
