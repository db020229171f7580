//! Steps as text, for EXPLAIN: stable, one line each.

mod expr;

use std::fmt::Write as _;

use super::{ApplyKind, Direction, ElementKind, End, PathPiece, Seek, States, Step, WayRules, draw_var};
use crate::expr::{Expr, VarId, Variables};
use crate::semantic::bound::{AggregateCall, Draw, SetItem, SortKey};
use crate::value::Name;

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
            Step::NodeScan(step) => {
                let scanned = format!("scan {}{}", self.var(step.var), labels(step.label.as_slice()));
                let conditions: Vec<String> = step.conditions.iter().map(|condition| self.expr(condition)).collect();
                if conditions.is_empty() { scanned } else { format!("{scanned} where {}", conditions.join(" AND ")) }
            }
            Step::NodeSeek(step) => {
                format!("seek {}:{}({})", self.var(step.var), step.label, self.seek(&step.keys, &step.seek))
            }
            Step::NodeById(step) => format!("node {} by id {}", self.var(step.var), self.expr(&step.ids)),
            Step::NodeLookup(step) => {
                let keys: Vec<String> =
                    step.keys.iter().map(|(key, value)| format!("{key} = {}", self.expr(value))).collect();
                format!("look up {}{}({})", self.var(step.var), labels(step.label.as_slice()), keys.join(", "))
            }
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
                let each = self.rules(&step.rules);
                format!("{verb}{into} {pattern}{each}{}", self.distinct(&step.distinct_from))
            }
            Step::ShortestPath(step) => {
                let kind = if step.all { "all shortest paths" } else { "shortest path" };
                let rels = self.rels(step.rels, &step.types, step.min, step.max);
                let pattern = self.arrow(step.from, &rels, step.to, step.direction);
                let rules = self.rules(&step.rules);
                let whole = step
                    .whole
                    .as_ref()
                    .map_or(String::new(), |whole| format!(", all: {}", self.expr(&whole.predicate)));
                format!("{kind} {pattern}{rules}{whole}{}", self.distinct(&step.distinct_from))
            }
            Step::CountExpand(step) => {
                let types = if step.types.is_empty() { String::new() } else { format!(":{}", step.types.join("|")) };
                let rel = format!("[{types}]");
                let (left, right) = arrow_ends(step.direction);
                let before = step.before.as_ref().map_or(String::new(), |before| {
                    let types =
                        if before.types.is_empty() { String::new() } else { format!(":{}", before.types.join("|")) };
                    // Drawn from its far end, so that the node in the middle is written once.
                    let (left, right) = arrow_ends(match before.direction {
                        Direction::Right => Direction::Left,
                        Direction::Left => Direction::Right,
                        Direction::Either => Direction::Either,
                    });
                    format!("(){left}[{types}]{right}")
                });
                let from = self.end(step.from);
                format!(
                    "count {before}{from}{left}{rel}{right}() as {}{}",
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

    fn rules(self, rules: &WayRules) -> String {
        let mut out = String::new();
        let said = [("relationship", &rules.each_rel), ("node", &rules.each_node), ("inner node", &rules.each_inner)];
        for (word, said) in said {
            for (var, expr) in said {
                let _ = write!(out, ", each {word} {}: {}", self.var(*var), self.expr(expr));
            }
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
