//! Apply: the inner plan, run over a batch of outer rows at a time. Order of the outer rows kept; holds one outer
//! batch, and the inner rows of it where the inner plan may give them in another order.

use super::{Input, Scope, Source, ordinals, reads_what_it_writes, row_number, writes};
use crate::exec::ExecError;
use crate::exec::batch::Batch;
use crate::exec::budget::Held;
use crate::exec::column::Column;
use crate::exec::context::{ArgumentId, Context, Segment};
use crate::physical::{self, ApplyKind, ColumnKind, Op, Operator};

pub(super) struct Apply {
    input: Input,
    inner: Input,
    argument: ArgumentId,
    /// Its own if the inner plan writes: each run then reads what the earlier ones wrote.
    segment: Option<Segment>,
    imports: Vec<usize>,
    kind: Kind,
    /// Where the inner rows have the ordinal, and the kinds of the columns taken.
    place: usize,
    /// Whether inner rows come in the order of the outer ones.
    ordered: bool,
    /// All outer rows and how many are done, if each has to see what the ones before have written.
    one_by_one: Option<(Batch, usize)>,
    reads_what_it_writes: bool,
    current: Option<Current>,
    held: Held,
}

enum Kind {
    Inner(Vec<usize>),
    /// The columns, and their kinds for nulls.
    Optional(Vec<usize>, Vec<ColumnKind>),
    Exists {
        negated: bool,
    },
    Effects,
}

struct Current {
    outer: Batch,
    /// All inner rows, sorted, if the inner plan has given them out of order.
    sorted: Option<Batch>,
    /// The first outer row that has not been dealt with (Optional).
    next: u32,
}

impl Apply {
    pub(super) fn new(operator: &Operator, spec: &physical::Apply, scope: Scope, ctx: &Context) -> Self {
        let segment = writes(&spec.inner).then(|| ctx.new_segment());
        let argument = ctx.new_argument(Batch::default());
        let inner = Scope::new(argument, segment.unwrap_or(scope.segment));
        let place = spec.inner.layout.iter().position(|kind| *kind == ColumnKind::Ordinal);
        Self {
            input: Input::of(operator, scope, ctx),
            inner: Input::whole(&spec.inner, inner, ctx),
            argument,
            segment,
            imports: spec.imports.clone(),
            kind: match &spec.kind {
                ApplyKind::Inner { take } => Kind::Inner(take.clone()),
                ApplyKind::Optional { take } => {
                    Kind::Optional(take.clone(), take.iter().map(|&column| spec.inner.layout[column]).collect())
                }
                ApplyKind::Exists { negated } => Kind::Exists { negated: *negated },
                ApplyKind::Effects => Kind::Effects,
            },
            place: place.unwrap_or(0),
            ordered: keeps_order(&spec.inner),
            one_by_one: None,
            reads_what_it_writes: reads_what_it_writes(&spec.inner),
            current: None,
            held: Held::default(),
        }
    }

    /// The next outer batch; if the inner plan writes, all outer rows, or one after the other.
    fn outer(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        if let Some((rows, done)) = &mut self.one_by_one {
            let next = (*done < rows.len).then(|| rows.slice(*done, 1));
            *done += 1;
            if next.is_none() {
                self.held.clear(&ctx.budget);
            }
            return Ok(next);
        }
        self.held.clear(&ctx.budget);
        let Some(mut outer) = self.input.next(ctx)? else { return Ok(None) };
        if self.segment.is_some() {
            // The outer rows are read before anything is written: how many are in a batch must not show.
            while let Some(batch) = self.input.next(ctx)? {
                self.held.add(&ctx.budget, batch.size_bytes())?;
                outer.append(batch, ctx);
            }
        }
        if self.reads_what_it_writes {
            self.one_by_one = Some((outer, 0));
            return self.outer(ctx);
        }
        Ok(Some(outer))
    }

    /// Makes the inner plan begin with the next outer rows.
    fn start(&mut self, ctx: &Context) -> Result<Option<Current>, ExecError> {
        let Some(outer) = self.outer(ctx)? else { return Ok(None) };
        ctx.set_argument(self.argument, argument_rows(&outer, &self.imports));
        if let Some(segment) = self.segment {
            ctx.refresh(segment);
        }
        self.inner.rewind(ctx);
        Ok(Some(Current { outer, sorted: None, next: 0 }))
    }

    /// The rest of the inner rows in the order of the outer rows.
    fn sort(&mut self, ctx: &Context) -> Result<Batch, ExecError> {
        let mut rows = Batch::default();
        while let Some(batch) = self.inner.next(ctx)? {
            self.held.add(&ctx.budget, batch.size_bytes())?;
            rows.append(batch, ctx);
        }
        if rows.len == 0 {
            return Ok(rows);
        }
        let ordinals = ordinals(&rows, self.place);
        let mut order: Vec<u32> = (0..row_number(rows.len)).collect();
        order.sort_by_key(|&row| ordinals[row as usize]);
        let columns = rows.columns.iter().map(|column| column.gather(&order)).collect();
        Ok(Batch::new(columns, rows.len))
    }

    fn inner_batch(&mut self, ctx: &Context, current: &mut Current) -> Result<Option<Batch>, ExecError> {
        if self.ordered {
            return self.inner.next(ctx);
        }
        if current.sorted.is_none() {
            current.sorted = Some(self.sort(ctx)?);
            return Ok(current
                .sorted
                .take_if(|rows| rows.len > 0)
                .inspect(|_| current.sorted = Some(Batch::default())));
        }
        Ok(None)
    }

    fn pairs(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        loop {
            let mut current = match self.current.take() {
                Some(current) => current,
                None => match self.start(ctx)? {
                    Some(current) => current,
                    None => return Ok(None),
                },
            };
            let inner = self.inner_batch(ctx, &mut current)?;
            let batch = match (&self.kind, &inner) {
                (Kind::Inner(take), Some(rows)) => {
                    let mut columns = current.outer.gather(&self.input.carry, ordinals(rows, self.place));
                    columns.extend(take.iter().map(|&column| rows.columns[column].clone()));
                    Some(Batch::new(columns, rows.len))
                }
                (Kind::Optional(take, kinds), rows) => {
                    Some(optional(ctx, &mut current, rows.as_ref(), (take, kinds), &self.input.carry, self.place))
                }
                _ => None,
            };
            if inner.is_some() {
                self.current = Some(current);
            }
            if let Some(batch) = batch.filter(|batch| batch.len > 0) {
                ctx.budget.rows(batch.len)?;
                return Ok(Some(batch));
            }
        }
    }

    fn semi(&mut self, ctx: &Context, negated: bool) -> Result<Option<Batch>, ExecError> {
        while let Some(current) = self.start(ctx)? {
            ctx.want_one(self.argument);
            let mut open = current.outer.len;
            while open > 0 {
                let Some(rows) = self.inner.next(ctx)? else { break };
                let ordinals = ordinals(&rows, self.place);
                open -= ordinals.iter().filter(|&&ordinal| ctx.satisfy(self.argument, ordinal)).count();
            }
            let found = ctx.take_satisfied(self.argument);
            let rows: Vec<u32> = (0..row_number(found.len())).filter(|&row| found[row as usize] != negated).collect();
            if !rows.is_empty() {
                return Ok(Some(Batch::new(current.outer.gather(&self.input.carry, &rows), rows.len())));
            }
        }
        Ok(None)
    }

    fn effects(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(current) = self.start(ctx)? else { return Ok(None) };
        while self.inner.next(ctx)?.is_some() {}
        let len = current.outer.len;
        Ok(Some(Batch::new(current.outer.carry(&self.input.carry), len)))
    }
}

/// Inner rows with the outer rows without any between them, as nulls. `inner` is `None` at the end of the batch.
fn optional(
    ctx: &Context,
    current: &mut Current,
    inner: Option<&Batch>,
    (take, kinds): (&[usize], &[ColumnKind]),
    carry: &[usize],
    place: usize,
) -> Batch {
    // For each row made: the outer row, and the inner one or the row of nulls behind them.
    let (mut outer, mut picked) = (Vec::new(), Vec::new());
    let nulls = inner.map_or(0, |rows| row_number(rows.len));
    let skip_to = |upto: u32, next: &mut u32, outer: &mut Vec<u32>, picked: &mut Vec<u32>| {
        if !planted!("an optional match drops its row of nulls") {
            outer.extend(*next..upto);
        }
        picked.resize(outer.len(), nulls);
        *next = upto;
    };
    if let Some(rows) = inner {
        for (row, &ordinal) in ordinals(rows, place).iter().enumerate() {
            if ordinal >= current.next {
                skip_to(ordinal, &mut current.next, &mut outer, &mut picked);
                current.next = ordinal + 1;
            }
            outer.push(ordinal);
            picked.push(row_number(row));
        }
    } else {
        skip_to(row_number(current.outer.len), &mut current.next, &mut outer, &mut picked);
    }
    let mut columns = current.outer.gather(carry, &outer);
    for (&column, &kind) in take.iter().zip(kinds) {
        columns.push(match inner {
            None => Column::nulls(kind, outer.len()),
            Some(rows) if !picked.contains(&nulls) => rows.columns[column].gather(&picked),
            Some(rows) => {
                let mut with_null = rows.columns[column].clone();
                with_null.append(Column::nulls(kind, 1), ctx);
                with_null.gather(&picked)
            }
        });
    }
    Batch::new(columns, outer.len())
}

impl Source for Apply {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        match self.kind {
            Kind::Inner(_) | Kind::Optional(..) => self.pairs(ctx),
            Kind::Exists { negated } => self.semi(ctx, negated),
            Kind::Effects => self.effects(ctx),
        }
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
        self.held.clear(&ctx.budget);
        self.one_by_one = None;
        self.current = None;
    }
}

/// What an inner plan is given: the number of each outer row, and the columns that it imports.
pub(super) fn argument_rows(outer: &Batch, imports: &[usize]) -> Batch {
    let mut columns = vec![Column::Ordinals((0..row_number(outer.len)).collect())];
    columns.extend(imports.iter().map(|&column| outer.columns[column].clone()));
    Batch::new(columns, outer.len)
}

/// Whether rows come out in the order of the argument's. Only a union of plans does otherwise.
fn keeps_order(operator: &Operator) -> bool {
    !matches!(operator.op, Op::Union) && operator.inputs.iter().all(keeps_order)
}
