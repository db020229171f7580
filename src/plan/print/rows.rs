//! Steps that make rows of rows.

use super::Printer;
use crate::expr::{Expr, VarId};
use crate::plan::{Aggregate, HashJoin, InTransactions, OnError, Sort};
use crate::semantic::bound::{AggregateCall, ProcedureCall, SortKey};

impl Printer<'_> {
    pub(super) fn aggregate(self, step: &Aggregate) -> String {
        let mut calls = Vec::new();
        for (var, call) in &step.calls {
            calls.push(format!("{} as {}", self.aggregate_call(call, &step.weights), self.var(*var)));
        }
        let calls = calls.join(", ");
        match (step.keys.is_empty(), calls.is_empty()) {
            (true, _) => format!("aggregate {calls}{}", if step.stored.is_some() { ", as stored" } else { "" }),
            (false, true) => format!("group by {}", self.items(&step.keys)),
            (false, false) => format!("aggregate {calls} by {}", self.items(&step.keys)),
        }
    }

    pub(super) fn sort(self, step: &Sort) -> String {
        match &step.limit {
            None => format!("sort {}", self.sort_keys(&step.keys)),
            Some(limit) => format!("top {} of {}", self.expr(limit), self.sort_keys(&step.keys)),
        }
    }

    pub(super) fn hash_join(self, step: &HashJoin) -> String {
        let pair = |(left, right): &(Expr, Expr)| format!("{} = {}", self.expr(left), self.expr(right));
        format!("hash join on {}", step.keys.iter().map(pair).collect::<Vec<_>>().join(", "))
    }

    pub(super) fn call(self, step: &ProcedureCall) -> String {
        let is_named = |var: &VarId| self.variables.get(*var).name.is_some();
        let yields: Vec<VarId> = step.yields.iter().map(|(_, var)| *var).filter(is_named).collect();
        let out = if yields.is_empty() { String::new() } else { format!(" yield {}", self.vars(&yields)) };
        let lens = if step.lens.is_empty() { String::new() } else { format!(" {}", self.lens(&step.lens)) };
        format!("call {}({}){out}{lens}", step.procedure.name, self.exprs(&step.arguments))
    }

    pub(super) fn in_transactions(self, step: &InTransactions) -> String {
        let on_error = match step.on_error {
            OnError::Fail => "",
            OnError::Continue => ", go on if one fails",
            OnError::Break => ", stop if one fails",
        };
        let status = step.status.map_or(String::new(), |var| format!(", tell {}", self.var(var)));
        format!("apply and commit {} rows at a time{on_error}{status}", self.expr(&step.rows))
    }

    pub(super) fn items(self, items: &[(VarId, Expr)]) -> String {
        let item = |(var, expr): &(VarId, Expr)| {
            let (name, text) = (self.var(*var), self.expr(expr));
            if name == text { name } else { format!("{text} as {name}") }
        };
        items.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    fn aggregate_call(self, call: &AggregateCall, weights: &[VarId]) -> String {
        let distinct = if call.distinct { "distinct " } else { "" };
        match (&call.aggregate, weights) {
            (None, []) => "count(*)".to_owned(),
            (None, weights) => {
                let weights: Vec<String> = weights.iter().map(|weight| self.var(*weight)).collect();
                format!("count(*) weighed by {}", weights.join(" * "))
            }
            (Some(aggregate), _) => format!("{}({distinct}{})", aggregate.name, self.exprs(&call.arguments)),
        }
    }

    fn sort_keys(self, keys: &[SortKey]) -> String {
        let key = |key: &SortKey| {
            let order = if key.descending { " descending" } else { "" };
            format!("{}{order}", self.expr(&key.expr))
        };
        keys.iter().map(key).collect::<Vec<_>>().join(", ")
    }
}
