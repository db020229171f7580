//! Expressions as text.

use std::fmt::Write as _;

use super::Printer;
use crate::expr::{Clock, Comparison, Expr, ExprKind, LabelExpr, Lens, Operator, Quantifier, SubqueryKind};
use crate::value::{Name, Value};

impl Printer<'_> {
    /// The expression as text.
    pub(crate) fn expr(self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(value) => literal(value),
            ExprKind::Parameter(name) => format!("${name}"),
            ExprKind::Given(id) => self.expr(&self.given[id.0 as usize]),
            ExprKind::Passes { element, lens, .. } => format!("{} {}", self.tight(element), self.lens(lens)),
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
            ExprKind::Is(predicate, operand) => format!("{} is {predicate}", self.tight(operand)),
            ExprKind::Operator(operator, left, right) => {
                format!("{} {} {}", self.tight(left), operator_sign(*operator), self.tight(right))
            }
            ExprKind::Negate(operand) => format!("-{}", self.tight(operand)),
            ExprKind::Call(function, arguments) => format!("{}({})", function.name, self.exprs(arguments)),
            ExprKind::Case { subject, branches, otherwise } => {
                let mut out = "case".to_owned();
                if let Some((local, subject)) = subject {
                    let _ = write!(out, " {} as {}", self.expr(subject), self.var(*local));
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
                    SubqueryKind::Rejected => "collect rejected",
                };
                format!("{kind} {{{}}}", id.0)
            }
        }
    }

    /// As a statement says it.
    pub(super) fn lens(self, lens: &Lens<Expr>) -> String {
        let clock = |word: &str, clock: &Option<Clock<Expr>>| {
            let of = clock.as_ref()?;
            let possibly = if of.possibly { "possibly " } else { "" };
            Some(format!("{possibly}{word} at {}", self.operand(&of.at)))
        };
        let sources = lens.sources.as_ref().map(|count| format!("from {} sources", self.operand(count)));
        let parts: Vec<String> = [clock("valid", &lens.valid), clock("known by evidence", &lens.known), sources]
            .into_iter()
            .flatten()
            .collect();
        parts.join(" ")
    }

    /// What a clock shows, as it was written.
    fn operand(self, operand: &Expr) -> String {
        match &operand.kind {
            ExprKind::Given(id) => self.operand(&self.given[id.0 as usize]),
            ExprKind::Call(_, checked) if checked.len() == 1 => self.expr(&checked[0]),
            _ => self.expr(operand),
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
    pub(super) fn tight(self, expr: &Expr) -> String {
        match expr.kind {
            ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Xor(_)
            | ExprKind::Not(_)
            | ExprKind::Compare(..)
            | ExprKind::IsNull(_)
            | ExprKind::Is(..)
            | ExprKind::Operator(..)
            | ExprKind::HasLabels(..)
            | ExprKind::Negate(_) => format!("({})", self.expr(expr)),
            _ => self.expr(expr),
        }
    }
}

pub(super) fn label_test(test: &LabelExpr, nested: bool) -> String {
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
        Operator::Concatenate => "||",
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
