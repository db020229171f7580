//! Steps that find something in the graph.

use std::fmt::Write as _;

use super::expr::label_test;
use super::{Printer, labels};
use crate::expr::{Expr, VarId};
use crate::plan::{
    Arrow, BuildPath, Choice, CountExpand, CountValues, Direction, ElementKind, End, Expand, Intersect, Leg,
    NodeLookup, NodeScan, NodeSeek, PathMode, PathPiece, RelEnds, RelScan, RelSeek, Route, Seek, ShortestPath, Sought,
    States, VarExpand, WayRules,
};
use crate::value::Name;

impl Printer<'_> {
    pub(super) fn node_scan(self, step: &NodeScan) -> String {
        let mut text = format!("scan {}{}", self.var(step.var), labels(step.label.as_slice()));
        let conditions: Vec<String> = step.conditions.iter().map(|condition| self.expr(condition)).collect();
        if !conditions.is_empty() {
            let _ = write!(text, " where {}", conditions.join(" AND "));
        }
        if let Some(first) = &step.first {
            let key = |(key, descending): &(Name, bool)| format!("{key}{}", if *descending { " DESC" } else { "" });
            let keys: Vec<String> = first.keys.iter().map(key).collect();
            let ties = if first.ties { " and beside" } else { "" };
            let _ = write!(text, ", first {}{ties} by {}", self.expr(&first.limit), keys.join(", "));
        }
        text
    }

    pub(super) fn count_values(self, step: &CountValues) -> String {
        let (value, count) = (self.var(step.value), self.var(step.count));
        format!("{}, each {} as {value} with its count {count}", self.node_scan(&step.scan), step.key)
    }

    pub(super) fn node_seek(self, step: &NodeSeek) -> String {
        format!("seek {}:{}({})", self.var(step.var), step.label, self.seek(&step.keys, &step.seek))
    }

    pub(super) fn node_lookup(self, step: &NodeLookup) -> String {
        let sign = match &step.sought {
            Sought::Values(_) => "=",
            Sought::AnyOf(_) => "in",
        };
        let pairs = step.keys.iter().zip(step.sought.exprs());
        let sought: Vec<String> = pairs.map(|(key, expr)| format!("{key} {sign} {}", self.expr(expr))).collect();
        format!("look up {}{}({})", self.var(step.var), labels(step.label.as_slice()), sought.join(", "))
    }

    pub(super) fn rel_scan(self, step: &RelScan) -> String {
        let pattern = self.rel(step.var, &step.types);
        let scanned = if step.between_nodes { format!("(){pattern}()") } else { pattern };
        format!("scan {scanned}{}", quoted_too(step.states))
    }

    pub(super) fn rel_seek(self, step: &RelSeek) -> String {
        format!("seek [{}:{}({})]", self.var(step.var), step.rel_type, self.seek(&step.keys, &step.seek))
    }

    pub(super) fn expand(self, step: &Expand, into: bool) -> String {
        let verb = if into { "expand into" } else { "expand" };
        let pattern = self.arrow(step.from, &self.rel(step.rel, &step.types), step.to, step.direction);
        format!("{verb} {pattern}{}{}", quoted_too(step.states), self.distinct(&step.distinct_from))
    }

    pub(super) fn rel_ends(self, step: &RelEnds) -> String {
        let pattern = self.arrow(step.start, &self.rel(step.rel, &step.types), step.end, step.direction);
        format!("ends of {pattern}{}{}", quoted_too(step.states), self.distinct(&step.distinct_from))
    }

    pub(super) fn var_expand(self, step: &VarExpand, into: bool) -> String {
        let verb = if step.reach_only { "reach" } else { "expand" };
        let into = if into { " into" } else { "" };
        let rels = self.rels(step.rels, &step.types, step.min, step.max);
        let pattern = self.arrow(step.from, &rels, step.to, step.direction);
        format!("{verb}{into} {pattern}{}{}", self.rules(&step.rules), self.distinct(&step.distinct_from))
    }

    pub(super) fn shortest_path(self, step: &ShortestPath) -> String {
        let kind = if step.all { "all shortest paths" } else { "shortest path" };
        let rels = self.rels(step.rels, &step.types, step.min, step.max);
        let pattern = self.arrow(step.from, &rels, step.to, step.direction);
        let rules = self.rules(&step.rules);
        let whole = step.whole.as_ref().map(|whole| format!(", all: {}", self.expr(&whole.predicate)));
        format!("{kind} {pattern}{rules}{}{}", whole.unwrap_or_default(), self.distinct(&step.distinct_from))
    }

    pub(super) fn route(self, step: &Route) -> String {
        let chosen = match &step.choice {
            Choice::All => String::new(),
            Choice::Shortest { count, groups: false } => format!("{} shortest ", self.expr(count)),
            Choice::Shortest { count, groups: true } => format!("{} shortest groups ", self.expr(count)),
        };
        let kind = match step.mode {
            PathMode::Walk => "walk",
            PathMode::Trail => "route",
            PathMode::Acyclic => "acyclic route",
        };
        let legs: String = step.legs.iter().map(|leg| self.leg(leg)).collect();
        let legs = format!("{}{legs}{}", self.end(step.from), self.end(step.to));
        let said: Vec<String> = step.predicates.iter().map(|predicate| self.expr(predicate)).collect();
        let said = if said.is_empty() { String::new() } else { format!(" where {}", said.join(" AND ")) };
        format!("{chosen}{kind} {legs}{said}{}", self.distinct(&step.distinct_from))
    }

    fn leg(self, leg: &Leg) -> String {
        let mut out = format!("(({})", self.var(leg.start));
        for hop in &leg.hops {
            let (left, right) = arrow_ends(hop.direction);
            let types = hop.types.as_ref().map_or_else(String::new, |types| format!(":{}", label_test(types, false)));
            let _ = write!(out, "{left}[{}{types}]{right}({})", self.rel_name(hop.rel), self.var(hop.node));
        }
        if !leg.predicates.is_empty() {
            let said: Vec<String> = leg.predicates.iter().map(|predicate| self.expr(predicate)).collect();
            let _ = write!(out, " where {}", said.join(" AND "));
        }
        let max = leg.max.map_or_else(String::new, |max| max.to_string());
        let joint = leg.joint.map_or_else(String::new, |joint| format!("({})", self.var(joint)));
        format!("{out}){{{},{max}}}{joint}", leg.min)
    }

    pub(super) fn count_expand(self, step: &CountExpand) -> String {
        // The hop before is drawn from its far end, so that the node in the middle is written once.
        let before = step.before.as_ref().map(|before| {
            let (left, right) = arrow_ends(before.direction.turned());
            format!("(){left}[{}]{right}", any_of(&before.types))
        });
        let (left, right) = arrow_ends(step.direction);
        let label = labels(step.label.as_slice());
        let hop = format!("{}{left}[{}]{right}({label})", self.end(step.from), any_of(&step.types));
        let count = self.var(step.count);
        let taken: Vec<VarId> = step.not_again.iter().map(|arrow| arrow.rel).collect();
        format!("count {}{hop} as {count}{}", before.unwrap_or_default(), self.distinct(&taken))
    }

    pub(super) fn intersect(self, step: &Intersect) -> String {
        let to = End::node(step.to);
        let arrows: Vec<String> = step.arrows.iter().map(|arrow| self.met_by(arrow, to)).collect();
        let said: Vec<String> = step.conditions.iter().map(|condition| self.expr(condition)).collect();
        let said = if said.is_empty() { String::new() } else { format!(" where {}", said.join(" AND ")) };
        let counted = step.count.map_or_else(String::new, |count| format!(" as {}", self.var(count)));
        let verb = if step.count.is_some() { "count meeting" } else { "meet" };
        format!("{verb} {}{said}{counted}", arrows.join(", "))
    }

    fn met_by(self, arrow: &Arrow, to: End) -> String {
        let pattern = self.arrow(End::node(arrow.from), &self.rel(arrow.rel, &arrow.types), to, arrow.direction);
        format!("{pattern}{}", self.distinct(&arrow.distinct_from))
    }

    pub(super) fn build_path(self, step: &BuildPath) -> String {
        let pieces: Vec<String> = step.pieces.iter().map(|piece| self.piece(*piece)).collect();
        format!("path {} = {}", self.var(step.var), pieces.join(", "))
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
    pub(super) fn rel_name(self, var: VarId) -> String {
        self.variables.get(var).name.as_ref().map_or_else(String::new, ToString::to_string)
    }

    fn rel(self, var: VarId, types: &[Name]) -> String {
        format!("[{}{}]", self.rel_name(var), any_of(types))
    }

    fn rels(self, var: VarId, types: &[Name], min: u64, max: Option<u64>) -> String {
        let max = max.map_or_else(String::new, |max| max.to_string());
        format!("[{}{}*{min}..{max}]", self.rel_name(var), any_of(types))
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
        let said = [("relationship", &rules.rels), ("node", &rules.nodes), ("inner node", &rules.inner)];
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
}

fn any_of(types: &[Name]) -> String {
    if types.is_empty() { String::new() } else { format!(":{}", types.join("|")) }
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
