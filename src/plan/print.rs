//! Expressions and steps as text, for EXPLAIN: stable, one line each.

use std::fmt::Write as _;

use super::{ApplyKind, Direction, ElementKind, End, PathPiece, Seek, States, Step, draw_var};
use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, Operator, Quantifier, SubqueryKind, VarId, Variables};
use crate::semantic::bound::{AggregateCall, Draw, SetItem, SortKey};
use crate::value::{Name, Value};

/// Writes things with the names of the statement's variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer<'a> {
    variables: &'a Variables,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(variables: &'a Variables) -> Self {
        Self { variables }
    }

    /// One line for `step`. `bound` tells whether a variable is bound before it.
    #[expect(clippy::too_many_lines, reason = "a line or two for each step")]
    pub(crate) fn step(self, step: &Step, bound: &dyn Fn(VarId) -> bool) -> String {
        match step {
            Step::NodeScan(step) => format!("scan {}{}", self.var(step.var), labels(step.label.as_slice())),
            Step::NodeSeek(step) => {
                format!("seek {}:{}({})", self.var(step.var), step.label, self.seek(&step.keys, &step.seek))
            }
            Step::NodeById(step) => format!("node {} by id {}", self.var(step.var), self.expr(&step.ids)),
            Step::RelScan(step) => {
                let pattern = self.rel(step.var, &step.types);
                let scanned = if step.between_nodes { format!("(){pattern}()") } else { pattern };
                format!("scan {scanned}{}", quoted_too(step.states))
            }
            Step::RelSeek(step) => {
                format!("seek [{}:{}({})]", self.var(step.var), step.rel_type, self.seek(&step.keys, &step.seek))
            }
            Step::RelById(step) => format!("relationship {} by id {}", self.var(step.var), self.expr(&step.ids)),
            Step::Expand(step) => {
                let verb = if bound(step.to.var) { "expand into" } else { "expand" };
                let pattern = self.arrow(step.from, &self.rel(step.rel, &step.types), step.to, step.direction);
                format!("{verb} {pattern}{}{}", quoted_too(step.states), self.distinct(&step.distinct_from))
            }
            Step::RelEnds(step) => {
                let pattern = self.arrow(step.start, &self.rel(step.rel, &step.types), step.end, step.direction);
                format!("ends of {pattern}{}{}", quoted_too(step.states), self.distinct(&step.distinct_from))
            }
            Step::VarExpand(step) => {
                let verb = if step.reach_only { "reach" } else { "expand" };
                let into = if bound(step.to.var) { " into" } else { "" };
                let rels = self.rels(step.rels, &step.types, step.min, step.max);
                let pattern = self.arrow(step.from, &rels, step.to, step.direction);
                let each = self.each(step.each_rel.as_ref(), step.each_node.as_ref(), None);
                format!("{verb}{into} {pattern}{each}{}", self.distinct(&step.distinct_from))
            }
            Step::ShortestPath(step) => {
                let kind = if step.all { "all shortest paths" } else { "shortest path" };
                let rels = self.rels(step.rels, &step.types, step.min, step.max);
                let pattern = self.arrow(step.from, &rels, step.to, step.direction);
                let each = self.each(step.each_rel.as_ref(), step.each_node.as_ref(), step.whole.as_ref());
                format!("{kind} {pattern}{each}{}", self.distinct(&step.distinct_from))
            }
            Step::CountExpand(step) => {
                let types = if step.types.is_empty() { String::new() } else { format!(":{}", step.types.join("|")) };
                let rel = format!("[{types}]");
                let (left, right) = arrow_ends(step.direction);
                let from = self.end(step.from);
                format!(
                    "count {from}{left}{rel}{right}() as {}{}",
                    self.var(step.count),
                    self.distinct(&step.not_again)
                )
            }
            Step::BuildPath(step) => {
                let pieces: Vec<String> = step.pieces.iter().map(|piece| self.piece(*piece)).collect();
                format!("path {} = {}", self.var(step.var), pieces.join(", "))
            }
            Step::Empty => "nothing".to_owned(),
            Step::Filter(expr) => format!("filter {}", self.expr(expr)),
            Step::Project(items) => format!("project {}", self.items(items)),
            Step::Aggregate(step) => {
                let mut calls = Vec::new();
                for (var, call) in &step.calls {
                    calls.push(format!("{} as {}", self.call(call, step.weight), self.var(*var)));
                }
                let calls = calls.join(", ");
                match (step.keys.is_empty(), calls.is_empty()) {
                    (true, _) => format!("aggregate {calls}"),
                    (false, true) => format!("group by {}", self.items(&step.keys)),
                    (false, false) => format!("aggregate {calls} by {}", self.items(&step.keys)),
                }
            }
            Step::Distinct(columns) => format!("distinct {}", self.vars(columns)),
            Step::Sort(step) => match &step.limit {
                None => format!("sort {}", self.sort_keys(&step.keys)),
                Some(limit) => format!("top {} of {}", self.expr(limit), self.sort_keys(&step.keys)),
            },
            Step::Skip(count) => format!("skip {}", self.expr(count)),
            Step::Limit(count) => format!("limit {}", self.expr(count)),
            Step::Unwind(step) => format!("unwind {} as {}", self.expr(&step.list), self.var(step.var)),
            Step::Union(_) => "union".to_owned(),
            Step::HashJoin(step) => {
                let keys: Vec<String> = step
                    .keys
                    .iter()
                    .map(|(left, right)| format!("{} = {}", self.expr(left), self.expr(right)))
                    .collect();
                format!("hash join on {}", keys.join(", "))
            }
            Step::Apply(step) => match step.kind {
                ApplyKind::Inner(_) => "apply".to_owned(),
                ApplyKind::Optional(_) => "optional".to_owned(),
                ApplyKind::Exists { negated: false } => "where exists".to_owned(),
                ApplyKind::Exists { negated: true } => "where not exists".to_owned(),
                ApplyKind::Effects => "apply for effects".to_owned(),
            },
            Step::Call(step) => {
                let yields: Vec<VarId> = step.yields.iter().map(|(_, var)| *var).collect();
                let out = if yields.is_empty() { String::new() } else { format!(" yield {}", self.vars(&yields)) };
                format!("call {}({}){out}", step.procedure.name, self.exprs(&step.arguments))
            }
            Step::Barrier => "barrier".to_owned(),
            Step::Create(step) => format!("create {}", self.draws(&step.draws)),
            Step::Merge(step) => format!("merge {}", self.draws(&step.draws)),
            Step::Set(items) => {
                let items: Vec<String> = items.iter().map(|item| self.set_item(item)).collect();
                format!("set {}", items.join(", "))
            }
            Step::Delete(step) => {
                let detach = if step.detach { "detach " } else { "" };
                format!("{detach}delete {}", self.exprs(&step.targets))
            }
            Step::SetState(step) => {
                let verb = if step.asserted { "assert" } else { "retract" };
                format!("{verb} {}", self.exprs(&step.targets))
            }
            Step::Foreach(step) => format!("for each {} in {}", self.var(step.var), self.expr(&step.list)),
        }
    }

    fn var(self, var: VarId) -> String {
        self.variables.label(var)
    }

    fn vars(self, vars: &[VarId]) -> String {
        let names: Vec<String> = vars.iter().map(|var| self.var(*var)).collect();
        names.join(", ")
    }

    /// The names of variables, for operators that lowering adds.
    pub(crate) fn names(self, vars: &[VarId]) -> String {
        self.vars(vars)
    }

    fn end(self, end: End) -> String {
        match end.kind {
            ElementKind::Node => format!("({})", self.var(end.var)),
            ElementKind::Rel => format!("[{}]", self.var(end.var)),
        }
    }

    fn piece(self, piece: PathPiece) -> String {
        match piece {
            PathPiece::Element(end) => self.end(end),
            PathPiece::Rel(var) | PathPiece::Rels(var) => self.var(var),
        }
    }

    /// The name of a relationship is left out where the text has none.
    fn rel_name(self, var: VarId) -> String {
        self.variables.get(var).name.as_ref().map_or_else(String::new, ToString::to_string)
    }

    fn rel(self, var: VarId, types: &[Name]) -> String {
        let types = if types.is_empty() { String::new() } else { format!(":{}", types.join("|")) };
        format!("[{}{types}]", self.rel_name(var))
    }

    fn rels(self, var: VarId, types: &[Name], min: u64, max: Option<u64>) -> String {
        let types = if types.is_empty() { String::new() } else { format!(":{}", types.join("|")) };
        let max = max.map_or_else(String::new, |max| max.to_string());
        format!("[{}{types}*{min}..{max}]", self.rel_name(var))
    }

    fn arrow(self, from: End, rel: &str, to: End, direction: Direction) -> String {
        let (left, right) = arrow_ends(direction);
        format!("{}{left}{rel}{right}{}", self.end(from), self.end(to))
    }

    fn distinct(self, vars: &[VarId]) -> String {
        if vars.is_empty() { String::new() } else { format!(" other than {}", self.vars(vars)) }
    }

    fn each(self, rel: Option<&(VarId, Expr)>, node: Option<&(VarId, Expr)>, whole: Option<&(VarId, Expr)>) -> String {
        let mut out = String::new();
        for (word, said) in [("relationship", rel), ("node", node)] {
            if let Some((var, expr)) = said {
                let _ = write!(out, ", each {word} {}: {}", self.var(*var), self.expr(expr));
            }
        }
        if let Some((var, expr)) = whole {
            let _ = write!(out, ", all {}: {}", self.var(*var), self.expr(expr));
        }
        out
    }

    fn seek(self, keys: &[Name], seek: &Seek) -> String {
        let key = keys.first().map_or("", Name::as_str);
        match seek {
            Seek::Equal(values) => {
                let pairs: Vec<String> =
                    keys.iter().zip(values).map(|(key, value)| format!("{key} = {}", self.expr(value))).collect();
                pairs.join(", ")
            }
            Seek::In(list) => format!("{key} in {}", self.expr(list)),
            Seek::Prefix(prefix) => format!("{key} starts with {}", self.expr(prefix)),
            Seek::Range { low, high } => {
                let bound = |sign: &str, bound: &Option<(Expr, bool)>| {
                    let (expr, inclusive) = bound.as_ref()?;
                    Some(format!("{key} {sign}{} {}", if *inclusive { "=" } else { "" }, self.expr(expr)))
                };
                let bounds: Vec<String> = [bound(">", low), bound("<", high)].into_iter().flatten().collect();
                bounds.join(" and ")
            }
        }
    }

    fn items(self, items: &[(VarId, Expr)]) -> String {
        let item = |(var, expr): &(VarId, Expr)| {
            let (name, text) = (self.var(*var), self.expr(expr));
            if name == text { name } else { format!("{text} as {name}") }
        };
        items.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    fn call(self, call: &AggregateCall, weight: Option<VarId>) -> String {
        let distinct = if call.distinct { "distinct " } else { "" };
        match (&call.aggregate, weight) {
            (None, None) => "count(*)".to_owned(),
            (None, Some(weight)) => format!("count(*) weighed by {}", self.var(weight)),
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

    fn draws(self, draws: &[Draw]) -> String {
        let draw = |draw: &Draw| match draw {
            Draw::Node { labels: names, .. } => format!("({}{})", self.var(draw_var(draw)), labels(names)),
            Draw::Rel { var, rel_type, start, end, asserted, .. } => {
                let state = if *asserted { "" } else { " quoted" };
                format!("({})-[{}:{rel_type}]->({}){state}", self.var(*start), self.rel_name(*var), self.var(*end))
            }
        };
        draws.iter().map(draw).collect::<Vec<_>>().join(", ")
    }

    fn set_item(self, item: &SetItem) -> String {
        match item {
            SetItem::Property { target, key, value } => format!("{}.{key} = {}", self.tight(target), self.expr(value)),
            SetItem::Replace { target, value } => format!("{} = {}", self.tight(target), self.expr(value)),
            SetItem::Update { target, value } => format!("{} += {}", self.tight(target), self.expr(value)),
            SetItem::AddLabels { target, labels: names } => format!("{}{}", self.tight(target), labels(names)),
            SetItem::RemoveLabels { target, labels: names } => {
                format!("{} without {}", self.tight(target), labels(names))
            }
        }
    }

    fn exprs(self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    /// The expression as text.
    pub(crate) fn expr(self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(value) => literal(value),
            ExprKind::Parameter(name) => format!("${name}"),
            ExprKind::Variable(var) => self.var(*var),
            ExprKind::Property(base, key) => format!("{}.{key}", self.tight(base)),
            ExprKind::Index(base, index) => format!("{}[{}]", self.tight(base), self.expr(index)),
            ExprKind::Slice(base, from, to) => {
                let bound = |bound: &Option<Box<Expr>>| bound.as_ref().map_or_else(String::new, |expr| self.expr(expr));
                format!("{}[{}..{}]", self.tight(base), bound(from), bound(to))
            }
            ExprKind::List(items) => format!("[{}]", self.exprs(items)),
            ExprKind::Map(entries) => format!("{{{}}}", self.entries(entries)),
            ExprKind::HasLabels(base, test) => format!("{}:{}", self.tight(base), label_test(test, false)),
            ExprKind::And(terms) => self.joined(terms, " and "),
            ExprKind::Or(terms) => self.joined(terms, " or "),
            ExprKind::Xor(terms) => self.joined(terms, " xor "),
            ExprKind::Not(operand) => match &operand.kind {
                ExprKind::IsNull(operand) => format!("{} is not null", self.tight(operand)),
                _ => format!("not {}", self.tight(operand)),
            },
            ExprKind::Compare(comparison, left, right) => {
                format!("{} {} {}", self.tight(left), comparison_sign(*comparison), self.tight(right))
            }
            ExprKind::IsNull(operand) => format!("{} is null", self.tight(operand)),
            ExprKind::Operator(operator, left, right) => {
                format!("{} {} {}", self.tight(left), operator_sign(*operator), self.tight(right))
            }
            ExprKind::Negate(operand) => format!("-{}", self.tight(operand)),
            ExprKind::Call(function, arguments) => format!("{}({})", function.name, self.exprs(arguments)),
            ExprKind::Case { subject, branches, otherwise } => {
                let mut out = "case".to_owned();
                if let Some(subject) = subject {
                    let _ = write!(out, " {}", self.expr(subject));
                }
                for (when, then) in branches {
                    let _ = write!(out, " when {} then {}", self.expr(when), self.expr(then));
                }
                if let Some(otherwise) = otherwise {
                    let _ = write!(out, " else {}", self.expr(otherwise));
                }
                out.push_str(" end");
                out
            }
            ExprKind::Comprehension { local, list, predicate, map } => {
                let mut out = format!("[{} in {}", self.var(*local), self.expr(list));
                if let Some(predicate) = predicate {
                    let _ = write!(out, " where {}", self.expr(predicate));
                }
                if let Some(map) = map {
                    let _ = write!(out, " | {}", self.expr(map));
                }
                out.push(']');
                out
            }
            ExprKind::Quantifier { kind, local, list, predicate } => {
                let kind = match kind {
                    Quantifier::All => "all",
                    Quantifier::Any => "any",
                    Quantifier::None => "none",
                    Quantifier::Single => "single",
                };
                format!("{kind}({} in {} where {})", self.var(*local), self.expr(list), self.expr(predicate))
            }
            ExprKind::Reduce { accumulator, initial, local, list, step } => format!(
                "reduce({} = {}, {} in {} | {})",
                self.var(*accumulator),
                self.expr(initial),
                self.var(*local),
                self.expr(list),
                self.expr(step)
            ),
            ExprKind::MapProjection { base, all, entries } => {
                let star = if *all { ".*" } else { "" };
                let comma = if *all && !entries.is_empty() { ", " } else { "" };
                format!("{} {{{star}{comma}{}}}", self.tight(base), self.entries(entries))
            }
            ExprKind::Subquery(kind, id) => {
                let kind = match kind {
                    SubqueryKind::Exists => "exists",
                    SubqueryKind::Count => "count",
                    SubqueryKind::Collect => "collect",
                };
                format!("{kind} {{{}}}", id.0)
            }
        }
    }

    fn entries(self, entries: &[(Name, Expr)]) -> String {
        entries.iter().map(|(key, value)| format!("{key}: {}", self.expr(value))).collect::<Vec<_>>().join(", ")
    }

    fn joined(self, terms: &[Expr], word: &str) -> String {
        terms.iter().map(|term| self.term(term)).collect::<Vec<_>>().join(word)
    }

    /// As an operand of AND, OR, XOR: comparisons need no parentheses.
    fn term(self, expr: &Expr) -> String {
        match expr.kind {
            ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Xor(_) => format!("({})", self.expr(expr)),
            _ => self.expr(expr),
        }
    }

    /// As an operand that binds tightly.
    fn tight(self, expr: &Expr) -> String {
        match expr.kind {
            ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Xor(_)
            | ExprKind::Not(_)
            | ExprKind::Compare(..)
            | ExprKind::IsNull(_)
            | ExprKind::Operator(..)
            | ExprKind::HasLabels(..)
            | ExprKind::Negate(_) => format!("({})", self.expr(expr)),
            _ => self.expr(expr),
        }
    }
}

fn arrow_ends(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Right => ("-", "->"),
        Direction::Left => ("<-", "-"),
        Direction::Either => ("-", "-"),
    }
}

fn quoted_too(states: States) -> &'static str {
    match states {
        States::Asserted => "",
        States::Both => " asserted or quoted",
    }
}

fn labels(names: &[Name]) -> String {
    names.iter().fold(String::new(), |text, name| text + ":" + name)
}

fn label_test(test: &LabelExpr, nested: bool) -> String {
    let join = |items: &[LabelExpr], sign: &str| {
        let all: Vec<String> = items.iter().map(|item| label_test(item, true)).collect();
        if nested { format!("({})", all.join(sign)) } else { all.join(sign) }
    };
    match test {
        LabelExpr::Name(name) => name.to_string(),
        LabelExpr::Wildcard => "%".to_owned(),
        LabelExpr::Not(inner) => format!("!{}", label_test(inner, true)),
        LabelExpr::And(items) => join(items, "&"),
        LabelExpr::Or(items) => join(items, "|"),
    }
}

fn comparison_sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::Same => "is",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn operator_sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Modulo => "%",
        Operator::Power => "^",
        Operator::In => "in",
        Operator::StartsWith => "starts with",
        Operator::EndsWith => "ends with",
        Operator::Contains => "contains",
        Operator::Matches => "=~",
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key}: {}", literal(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => format!("{}({other})", other.type_name().to_lowercase().replace(' ', "")),
    }
}
