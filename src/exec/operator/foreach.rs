//! Foreach: the body is run for each row and each item, for its effects. Order kept; holds one batch.
//!
//! A body of several clauses is run item by item, so that each item sees what the ones before have written; a body of
//! one clause goes row by row by itself and is given all items at once.

use super::draw::inner_scope;
use super::set::ignores_graph;
use super::{Input, Scope, Source, row_number};
use crate::exec::ExecError;
use crate::exec::batch::{BATCH_ROWS, Batch};
use crate::exec::column::Column;
use crate::exec::context::Context;
use crate::exec::eval::{Frame, evaluate, typed};
use crate::exec::host::Env;
use crate::function::FunctionError;
use crate::physical::{ColumnKind, Op, Operator, Scalar};
use crate::value::Value;

pub(super) struct Foreach {
    input: Input,
    list: Scalar,
    body: Input,
    scope: Scope,
    imports: Vec<usize>,
    /// Whether the body's argument begins with an ordinal.
    numbered: bool,
    item_kind: ColumnKind,
    /// How many items the body is given at a time.
    at_once: usize,
}

impl Foreach {
    pub(super) fn new(
        operator: &Operator,
        list: &Scalar,
        body: &Operator,
        imports: &[usize],
        scope: Scope,
        ctx: &Context,
    ) -> Self {
        let inner = inner_scope(ctx);
        let single = body.inputs.first().is_none_or(|input| matches!(input.op, Op::Argument));
        Self {
            input: Input::of(operator, scope, ctx),
            list: list.clone(),
            body: Input::whole(body, inner, ctx),
            scope: inner,
            imports: imports.to_vec(),
            numbered: argument_layout(body).first() == Some(&ColumnKind::Ordinal),
            item_kind: argument_layout(body).last().copied().unwrap_or(ColumnKind::Value),
            at_once: if single { BATCH_ROWS } else { 1 },
        }
    }

    /// Runs the body for all items of a batch.
    fn run(&mut self, ctx: &Context, batch: &Batch) -> Result<(), ExecError> {
        for items in self.items(ctx, batch)?.chunks(self.at_once) {
            let (rows, values): (Vec<u32>, Vec<Value>) = items.iter().cloned().unzip();
            let mut columns = Vec::new();
            if self.numbered {
                columns.push(Column::Ordinals((0..row_number(items.len())).collect()));
            }
            columns.extend(batch.gather(&self.imports, &rows));
            columns.push(typed(values).into_kind(self.item_kind, ctx));
            ctx.set_argument(self.scope.argument, Batch::new(columns, items.len()));
            ctx.refresh(self.scope.segment);
            self.body.rewind(ctx);
            while self.body.next(ctx)?.is_some() {}
        }
        ctx.refresh(self.scope.segment);
        Ok(())
    }

    fn items(&self, ctx: &Context, batch: &Batch) -> Result<Vec<(u32, Value)>, ExecError> {
        let graph = ctx.snapshot();
        let lists = evaluate(&Env::new(ctx, &graph), &self.list, &Frame::of(&batch.columns, batch.len))?;
        let mut items = Vec::new();
        for row in 0..batch.len {
            match lists.value(row, ctx) {
                Value::Null => {}
                Value::List(list) => {
                    ctx.budget.rows(list.len())?;
                    ctx.budget.bytes(list.len() * size_of::<(u32, Value)>())?;
                    items.extend(list.iter().map(|item| (row_number(row), item.clone())));
                }
                other => {
                    return Err(FunctionError::Type {
                        function: "FOREACH",
                        expected: "a LIST",
                        found: other.type_name().to_owned(),
                    }
                    .into());
                }
            }
        }
        Ok(items)
    }
}

/// The columns of the rows that a plan is run for.
fn argument_layout(operator: &Operator) -> &[ColumnKind] {
    match (&operator.op, operator.inputs.first()) {
        (Op::Argument, _) | (_, None) => &operator.layout,
        (_, Some(input)) => argument_layout(input),
    }
}

impl Source for Foreach {
    fn next(&mut self, ctx: &Context) -> Result<Option<Batch>, ExecError> {
        let Some(batch) = self.input.next(ctx)? else { return Ok(None) };
        ctx.budget.rows(batch.len)?;
        if ignores_graph(&self.list, &batch) {
            self.run(ctx, &batch)?;
        } else {
            // The list of a row may depend on what the rows before have written.
            (0..batch.len).try_for_each(|row| self.run(ctx, &batch.slice(row, 1)))?;
        }
        let len = batch.len;
        Ok(Some(Batch::new(batch.carry(&self.input.carry), len)))
    }

    fn rewind(&mut self, ctx: &Context) {
        self.input.rewind(ctx);
    }
}
