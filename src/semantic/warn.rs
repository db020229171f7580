//! Warnings: names that this database does not know, types that no plain arrow finds, comparisons that never hold.
//!
//! The schema is open, so none of these is an error. A name that the statement itself writes is known by then, and in
//! an empty graph every name is new: neither is warned of.

use rustc_hash::FxHashSet;

use super::Warning;
use super::binder::Binder;
use super::bound::{Direction, GraphPattern};
use super::infer;
use crate::catalog::{LabelId, Side, Statistics};
use crate::expr::{LabelExpr, VarId};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::nearest::not_here;
use crate::value::{Edtf, Name, Type, Value};

/// So many labels are named of those at which a type begins or ends.
const LABELS_NAMED: usize = 5;

/// More warnings than this are not collected: the rest would be noise, and each looks for the nearest name.
const WARNINGS: usize = 100;

/// What a name is a name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NameKind {
    Label,
    Type,
    Key,
}

/// A type and a label at an end of it.
#[derive(Debug)]
struct Joint {
    rel_type: Name,
    label: Name,
    /// `None` where the arrow has no head.
    side: Option<Side>,
    span: Span,
}

/// The names of the graph that a statement speaks of.
#[derive(Debug, Default)]
pub(super) struct Names {
    read: Vec<(NameKind, Name, Span)>,
    seen: FxHashSet<(NameKind, Name)>,
    /// Types on arrows between nodes.
    plain_types: Vec<(Name, Span)>,
    /// Types on arrows between nodes, each with the label of an end and the side on which it is; `None`: either.
    joints: Vec<Joint>,
    /// Keys that are compared with a text that could be a date or a number, and the text.
    texts: Vec<(Name, Name, Span)>,
    /// Keys whose values are compared with these numbers.
    numbers: Vec<(Name, String, Span)>,
    /// New variables of elements of which no label or type is asked.
    bare: Vec<(NameKind, Name, Span)>,
    written: FxHashSet<Name>,
}

impl Names {
    pub(super) fn reads_key(&mut self, key: &ast::Ident) {
        self.reads(NameKind::Key, key);
    }

    /// Labels of a node or types of a relationship, whichever `of` is.
    pub(super) fn reads_labels(&mut self, labels: &ast::LabelExpr, of: &Type) {
        let kind = match of {
            Type::Node => NameKind::Label,
            Type::Relationship => NameKind::Type,
            _ => return,
        };
        each_name(labels, &mut |ident| self.reads(kind, ident));
    }

    /// Types of an arrow that only a relationship from node to node can be.
    pub(super) fn reads_plain_types(&mut self, types: &ast::LabelExpr) {
        each_name(types, &mut |ident| self.plain_types.push((ident.name.clone(), ident.span)));
    }

    /// A key and what its value is compared with.
    fn compares_key(&mut self, key: &Name, with: &ast::Expr) {
        match &with.kind {
            ast::ExprKind::String(text) if text.parse::<Edtf>().is_ok() || is_number(text) => {
                self.texts.push((key.clone(), text.clone(), with.span));
            }
            ast::ExprKind::List(items) => items.iter().for_each(|item| self.compares_key(key, item)),
            _ => self.numbers.extend(as_number(with).map(|number| (key.clone(), number, with.span))),
        }
    }

    /// Either may be a property, and the other what it is compared with.
    pub(super) fn compares(&mut self, left: &ast::Expr, right: &ast::Expr) {
        for (property, with) in [(left, right), (right, left)] {
            if let ast::ExprKind::Property(_, key) = &property.kind {
                self.compares_key(&key.name, with);
            }
        }
    }

    fn reads(&mut self, kind: NameKind, ident: &ast::Ident) {
        if self.seen.insert((kind, ident.name.clone())) {
            self.read.push((kind, ident.name.clone(), ident.span));
        }
    }

    pub(super) fn writes(&mut self, name: &Name) {
        self.written.insert(name.clone());
    }

    pub(super) fn warnings(&self, statistics: &dyn Statistics) -> Vec<Warning> {
        if statistics.node_count() == 0 {
            return Vec::new();
        }
        let read = self.read.iter().filter(|(_, name, _)| !self.written.contains(name));
        let read = read.filter_map(|(kind, name, span)| unknown(*kind, name, *span, statistics));
        let plain = self.plain_types.iter().filter(|(name, _)| !self.written.contains(name));
        let plain = plain.filter_map(|(name, span)| not_plain(name, *span, statistics));
        let is_known = |joint: &&Joint| !self.written.contains(&joint.rel_type) && !self.written.contains(&joint.label);
        let joints = self.joints.iter().filter(is_known).filter_map(|joint| never_joined(joint, statistics));
        let texts = self.texts.iter().filter(|(key, ..)| !self.written.contains(key));
        let texts = texts.filter_map(|(key, text, span)| other_as_text(key, text, *span, statistics));
        let numbers = self.numbers.iter().filter(|(key, ..)| !self.written.contains(key));
        let numbers = numbers.filter_map(|(key, number, span)| date_as_number(key, number, *span, statistics));
        let bare = self.bare.iter().filter_map(|(kind, name, span)| missing_colon(*kind, name, *span, statistics));
        let found = read.chain(plain).chain(joints).chain(texts).chain(numbers).chain(bare);
        let mut warnings: Vec<Warning> = found.take(WARNINGS).collect();
        // One word for each arrow, whichever end is wrong.
        warnings.dedup_by(|later, earlier| later.code == earlier.code && later.span == earlier.span);
        warnings
    }
}

fn unknown(kind: NameKind, name: &Name, span: Span, statistics: &dyn Statistics) -> Option<Warning> {
    let catalog = statistics.catalog();
    let (code, noun, known, names) = match kind {
        NameKind::Label => ("unknown-label", "label", catalog.labels.get(name).is_some(), catalog.labels.names()),
        NameKind::Type => {
            ("unknown-type", "relationship type", catalog.types.get(name).is_some(), catalog.types.names())
        }
        NameKind::Key => ("unknown-key", "property key", catalog.keys.get(name).is_some(), catalog.keys.names()),
    };
    if known {
        return None;
    }
    Some(Warning { code, message: not_here(noun, name, names), span })
}

/// A type that no relationship from node to node has.
fn not_plain(name: &Name, span: Span, statistics: &dyn Statistics) -> Option<Warning> {
    let rel_type = statistics.catalog().types.get(name)?;
    if statistics.rel_count(Some(rel_type)) > 0 {
        return None;
    }
    let (code, message) = if statistics.about_rel_count(rel_type) > 0 {
        let message = format!("each `{name}` has a relationship as an end; write `[...]` for it instead of `(...)`");
        ("only-about", message)
    } else if statistics.quoted_rel_count(rel_type) > 0 {
        ("only-claimed", format!("`{name}` occurs only in claims; write `[(a)-[:{name}]->(b)]`"))
    } else {
        return None;
    };
    Some(Warning { code, message, span })
}

/// A type that has relationships, none of which has a node with the label on that side.
fn never_joined(Joint { rel_type, label, side, span }: &Joint, statistics: &dyn Statistics) -> Option<Warning> {
    let catalog = statistics.catalog();
    let (type_id, label_id) = (catalog.types.get(rel_type)?, catalog.labels.get(label)?);
    let joins = |side: Side, label: LabelId| statistics.rel_count_with(type_id, side, label) > 0;
    let both = [Side::Start, Side::End];
    let is_joined = both.into_iter().any(|of| side.is_none_or(|side| side == of) && joins(of, label_id));
    if is_joined || statistics.rel_count(Some(type_id)) == 0 || statistics.label_count(label_id) == 0 {
        return None;
    }
    let message = match side {
        None => format!("no `{rel_type}` touches `{label}` here"),
        Some(side) => {
            let (verb, other) = match side {
                Side::Start => ("begins", Side::End),
                Side::End => ("ends", Side::Start),
            };
            let hint = if joins(other, label_id) {
                "turn the arrow round".to_owned()
            } else {
                let labels = catalog.labels.iter().filter(|(id, _)| joins(*side, *id));
                let names: Vec<String> = labels.map(|(_, name)| format!("`{name}`")).take(LABELS_NAMED).collect();
                format!("it {verb} at {}", names.join(", "))
            };
            format!("no `{rel_type}` {verb} at `{label}` here; {hint}")
        }
    };
    Some(Warning { code: "never-joined", message, span: *span })
}

/// A date or a number and a text are never equal, and neither is less.
fn other_as_text(key: &Name, text: &Name, span: Span, statistics: &dyn Statistics) -> Option<Warning> {
    let (code, message) = match statistics.sample(statistics.catalog().keys.get(key)?)? {
        Value::Date(_) | Value::Edtf(_) if text.parse::<Edtf>().is_ok() => {
            ("date-as-text", format!("`{key}` holds dates here, and `'{text}'` is text; write `edtf('{text}')`"))
        }
        Value::Integer(_) | Value::Float(_) if is_number(text) => {
            ("number-as-text", format!("`{key}` holds numbers here, and `'{text}'` is text; write `{text}`"))
        }
        _ => return None,
    };
    Some(Warning { code, message, span })
}

/// Neither are a date and a number: `2020-10-12` without quotes is a subtraction.
fn date_as_number(key: &Name, number: &str, span: Span, statistics: &dyn Statistics) -> Option<Warning> {
    let sample = statistics.sample(statistics.catalog().keys.get(key)?)?;
    if !matches!(sample, Value::Date(_) | Value::Edtf(_)) {
        return None;
    }
    let help = if number.parse::<Edtf>().is_ok() { format!("; write `edtf('{number}')`") } else { String::new() };
    let message = format!("`{key}` holds dates here, and `{number}` is a number{help}");
    Some(Warning { code: "date-as-number", message, span })
}

/// A whole number, or several with minus signs between them, as it is written.
fn as_number(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ast::ExprKind::Integer(number) => Some(number.to_string()),
        ast::ExprKind::Binary(ast::BinaryOp::Subtract, left, right) => {
            Some(format!("{}-{}", as_number(left)?, as_number(right)?))
        }
        _ => None,
    }
}

/// A variable that is called as a label or type of this graph is.
fn missing_colon(kind: NameKind, name: &Name, span: Span, statistics: &dyn Statistics) -> Option<Warning> {
    let catalog = statistics.catalog();
    let (noun, is_known) = match kind {
        NameKind::Label => ("label", catalog.labels.get(name).is_some()),
        NameKind::Type => ("type", catalog.types.get(name).is_some()),
        NameKind::Key => return None,
    };
    let message = format!("`{name}` is a variable here, and no {noun} is asked for; write `:{name}`");
    is_known.then_some(Warning { code: "missing-colon", message, span })
}

/// Calls `visit` for each name in a label expression.
fn each_name(labels: &ast::LabelExpr, visit: &mut impl FnMut(&ast::Ident)) {
    match labels {
        ast::LabelExpr::Name(ident) => visit(ident),
        ast::LabelExpr::Wildcard(_) | ast::LabelExpr::Given(_) | ast::LabelExpr::GivenAny(_) => {}
        ast::LabelExpr::Not(inner) => each_name(inner, visit),
        ast::LabelExpr::And(terms) | ast::LabelExpr::Or(terms) => {
            for term in terms {
                each_name(term, visit);
            }
        }
    }
}

impl Binder<'_> {
    /// `edtf('2021') = x` speaks of days and is never true.
    pub(super) fn warn_of_edtf_equality(&mut self, op: ast::Comparison, left: &ast::Expr, right: &ast::Expr) {
        if op != ast::Comparison::Equal {
            return;
        }
        let Some((date, span)) = edtf_literal(left).or_else(|| edtf_literal(right)) else { return };
        if names_days(date) {
            return;
        }
        self.warnings.push(Warning {
            code: "edtf-equality",
            message: format!("`=` asks for the same day, and `{date}` is no single day; write `same(a, b)`"),
            span,
        });
    }

    /// A comparison that no row passes, or each.
    pub(super) fn warn_of_comparison(
        &mut self,
        op: ast::Comparison,
        (left, left_type): (&ast::Expr, &Type),
        (right, right_type): (&ast::Expr, &Type),
    ) {
        let span = left.span.to(right.span);
        if [left, right].iter().any(|side| side.kind == ast::ExprKind::Null) {
            let instead = match op {
                ast::Comparison::Equal => "; write `IS NULL`",
                ast::Comparison::NotEqual => "; write `IS NOT NULL`",
                _ => "",
            };
            let message = format!("a comparison with null is never true{instead}");
            self.warnings.push(Warning { code: "null-comparison", message, span });
        } else if !infer::may_compare(left_type, right_type) {
            let says = match op {
                ast::Comparison::Equal => "are never equal",
                ast::Comparison::NotEqual => "are never equal, so this is always true",
                _ => "do not compare: the answer is null",
            };
            let unquoted = [(left, right_type), (right, left_type)].into_iter().find_map(number_in_quotes);
            let instead = match unquoted {
                Some(text) => format!("; write `{text}` without quotes"),
                None if is_list(left_type) || is_list(right_type) => {
                    "; `x IN list` asks whether it holds it".to_owned()
                }
                None => String::new(),
            };
            let message = format!("{left_type} and {right_type} {says}{instead}");
            self.warnings.push(Warning { code: "never-equal", message, span });
        }
    }

    /// `*3..1` matches nothing.
    pub(super) fn warn_of_empty_range(&mut self, length: &ast::Length) {
        let (Some(min), Some(max)) = (length.min, length.max) else { return };
        if min > max {
            let message = format!("there is no length from {min} to {max}; write `*{max}..{min}`");
            self.warnings.push(Warning { code: "empty-range", message, span: length.span });
        }
    }

    /// A new variable of an element that has no label or type written behind it.
    pub(super) fn names_bare(&mut self, kind: NameKind, variable: Option<&ast::Ident>) {
        if let Some(ident) = variable
            && self.scope.get(&ident.name).is_none()
        {
            self.names.bare.push((kind, ident.name.clone(), ident.span));
        }
    }

    /// `date('2020')` is a day of that year, and the text said less.
    pub(super) fn warn_of_filled_date(&mut self, call: &ast::FunctionCall, span: Span) {
        if let Some(text) = literal_of(call, "date")
            && names_no_day(text)
        {
            self.warnings.push(Warning {
                code: "filled-date",
                message: format!("`date('{text}')` is the first day of that time; `edtf('{text}')` keeps it as it is"),
                span,
            });
        }
    }

    /// The keys in a pattern's braces.
    pub(super) fn reads_keys(&mut self, properties: &ast::Expr) {
        if let ast::ExprKind::Map(entries) = &properties.kind {
            for (key, value) in entries {
                self.names.reads_key(key);
                self.names.compares_key(&key.name, value);
            }
        }
    }

    /// The types of an arrow, which warn if `pattern` says that both its ends are nodes.
    pub(super) fn reads_arrow(&mut self, types: &ast::LabelExpr, pattern: &GraphPattern, ends: [VarId; 2]) {
        self.names.reads_labels(types, &Type::Relationship);
        if ends.iter().all(|end| pattern.nodes.iter().any(|node| node.var == *end)) {
            self.names.reads_plain_types(types);
        }
    }

    /// The only type of an arrow, and the labels that `pattern` has for its ends.
    pub(super) fn reads_joints(
        &mut self,
        types: &ast::LabelExpr,
        direction: Direction,
        pattern: &GraphPattern,
        ends: [VarId; 2],
    ) {
        let ast::LabelExpr::Name(rel_type) = types else { return };
        let sides = match direction {
            Direction::Right => [Some(Side::Start), Some(Side::End)],
            Direction::Left => [Some(Side::End), Some(Side::Start)],
            Direction::Either => [None, None],
        };
        for (end, side) in ends.into_iter().zip(sides) {
            let node = pattern.nodes.iter().find(|node| node.var == end);
            for label in node.and_then(|node| node.labels.as_ref()).map(required).unwrap_or_default() {
                let (rel_type, span) = (rel_type.name.clone(), rel_type.span);
                self.names.joints.push(Joint { rel_type, label, side, span });
            }
        }
    }

    /// Properties of `of` are read by a name known in the text only.
    pub(super) fn reads_key_of(&mut self, key: &ast::Ident, of: &Type) {
        if infer::is_element(of) {
            self.names.reads_key(key);
        }
    }
}

/// The labels that a node must have.
fn required(labels: &LabelExpr) -> Vec<Name> {
    match labels {
        LabelExpr::Name(name) => vec![name.clone()],
        LabelExpr::And(terms) => terms.iter().flat_map(required).collect(),
        LabelExpr::Wildcard | LabelExpr::Not(_) | LabelExpr::Or(_) => Vec::new(),
    }
}

/// The text of `edtf('...')`.
fn edtf_literal(expr: &ast::Expr) -> Option<(&Name, Span)> {
    let ast::ExprKind::Function(call) = &expr.kind else { return None };
    Some((literal_of(call, "edtf")?, expr.span))
}

/// The text that is the only argument of this function.
fn literal_of<'c>(call: &'c ast::FunctionCall, function: &str) -> Option<&'c Name> {
    match call.arguments.as_slice() {
        [ast::Expr { kind: ast::ExprKind::String(text), .. }] if call.name.name.eq_ignore_ascii_case(function) => {
            Some(text)
        }
        _ => None,
    }
}

fn is_list(found: &Type) -> bool {
    matches!(found, Type::List(_))
}

/// The text of a number that stands in quotes and is compared with a number.
fn number_in_quotes<'e>((side, other): (&'e ast::Expr, &Type)) -> Option<&'e Name> {
    match &side.kind {
        ast::ExprKind::String(text) if is_number(text) && infer::may_compare(other, &Type::Number) => Some(text),
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || first == '-') && text.parse::<f64>().is_ok()
}

/// A year, or a year and a month: `2020`, `2020-05`. EDTF has no other forms that lack a day and are dates to the
/// language too.
fn names_no_day(text: &str) -> bool {
    let form: Vec<usize> = text.split('-').map(str::len).collect();
    let numeric = text.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
    numeric && matches!(form.as_slice(), [4] | [4, 2])
}

/// `2021-03-04`, or two such days with a `/` between.
fn names_days(date: &str) -> bool {
    date.split('/').all(|part| {
        let digits = part.strip_prefix('-').unwrap_or(part);
        let form: Vec<usize> = digits.split('-').map(str::len).collect();
        let numeric = digits.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
        numeric && matches!(form.as_slice(), [4, 2, 2])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_or_month_names_no_day() {
        assert!(names_no_day("2020") && names_no_day("2020-05"));
        assert!(
            !names_no_day("2020-05-01") && !names_no_day("20200501") && !names_no_day("2020-W21") && !names_no_day("x")
        );
    }

    #[test]
    fn only_days_can_be_equal() {
        assert!(names_days("2021-03-04"));
        assert!(names_days("2021-03-04/2021-03-05"));
        for date in ["2021", "2021-03", "2021-03-04?", "2021-03-04/..", "2021-03-XX", "2021~"] {
            assert!(!names_days(date), "{date}");
        }
    }
}
