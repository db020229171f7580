//! Expressions: precedence, and every operand but those that are patterns.

use std::sync::LazyLock;

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::literal::{self, Number};
use super::parts::{Parts, ident, name, qualified, span};
use super::value_type::value_type;
use super::{Builder, Built};
use crate::syntax::ast::{self, BinaryOp, Comparison, Expr, ExprKind};
use crate::syntax::grammar::Rule;
use crate::syntax::limit;
use crate::text::Span;
use crate::value::{Name, NormalForm, Predicate};

/// From loose to tight, as in the openCypher grammar.
static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::xor))
        .op(left(Rule::and))
        .op(Op::prefix(Rule::not))
        .op(left(Rule::equal)
            | left(Rule::not_equal)
            | left(Rule::less)
            | left(Rule::less_or_equal)
            | left(Rule::greater)
            | left(Rule::greater_or_equal))
        .op(left(Rule::in_list)
            | left(Rule::starts_with)
            | left(Rule::ends_with)
            | left(Rule::contains)
            | left(Rule::matches)
            | Op::postfix(Rule::is_null)
            | Op::postfix(Rule::is_not_null)
            | Op::postfix(Rule::is_typed)
            | Op::postfix(Rule::is_listed_typed)
            | Op::postfix(Rule::is_normalized))
        .op(left(Rule::add) | left(Rule::subtract) | left(Rule::concatenate))
        .op(left(Rule::multiply) | left(Rule::divide) | left(Rule::modulo))
        .op(left(Rule::power))
        .op(Op::prefix(Rule::negative) | Op::prefix(Rule::positive))
        .op(Op::postfix(Rule::property_lookup)
            | Op::postfix(Rule::subscript)
            | Op::postfix(Rule::wide_labels)
            | Op::postfix(Rule::listed_labels)
            | Op::postfix(Rule::is_labels)
            | Op::postfix(Rule::is_listed_labels))
});

/// An expression on its way up.
pub(super) struct Operand {
    pub(super) expr: Expr,
    /// How deep the tree below is.
    pub(super) depth: usize,
    /// The literal 9223372036854775808, which only a minus can save.
    is_beyond_integer: bool,
}

impl Operand {
    pub(super) fn new(kind: ExprKind, span: Span, depth: usize) -> Built<Self> {
        if depth > limit::TREE_DEPTH {
            return Err(limit::too_deep_a_tree(span));
        }
        Ok(Self { expr: Expr { kind, span }, depth, is_beyond_integer: false })
    }

    fn boxed(self) -> Box<Expr> {
        Box::new(self.expr)
    }
}

impl Builder<'_> {
    /// The tree of an `expression` or a `listed_expression`.
    pub(super) fn expr(&self, pair: Pair<'_, Rule>) -> Built<Expr> {
        let level = self.level.get();
        let inner_level = level + 1 + longest_prefix_chain(&pair);
        if inner_level > limit::TREE_DEPTH {
            return Err(limit::too_deep_a_tree(span(&pair)));
        }
        self.level.set(inner_level);
        let siblings = self.deepest.replace(0);
        let built = PRECEDENCE
            .map_primary(|pair| self.primary(pair))
            .map_prefix(|op, operand| self.prefix(&op, operand?))
            .map_postfix(|operand, op| self.postfix(operand?, op))
            .map_infix(|left, op, right| self.infix(left?, &op, right?))
            .parse(pair.into_inner())
            .and_then(|operand| self.in_range(operand))?;
        self.level.set(level);
        self.deepest.set(siblings.max(built.depth));
        Ok(built.expr)
    }

    pub(super) fn boxed(&self, pair: Pair<'_, Rule>) -> Built<Box<Expr>> {
        self.expr(pair).map(Box::new)
    }

    pub(super) fn exprs<'a>(&self, pairs: impl Iterator<Item = Pair<'a, Rule>>) -> Built<Vec<Expr>> {
        pairs.map(|pair| self.expr(pair)).collect()
    }

    fn in_range(&self, operand: Operand) -> Built<Operand> {
        if operand.is_beyond_integer {
            let span = operand.expr.span;
            return Err(literal::too_large(span.of(self.text), span));
        }
        Ok(operand)
    }

    fn prefix(&self, op: &Pair<'_, Rule>, operand: Operand) -> Built<Operand> {
        let span = Span::new(op.as_span().start(), operand.expr.span.end as usize);
        let depth = operand.depth + 1;
        if op.as_rule() == Rule::negative && operand.is_beyond_integer {
            return Operand::new(ExprKind::Integer(i64::MIN), span, depth);
        }
        let operand = self.in_range(operand)?.boxed();
        let kind = match op.as_rule() {
            Rule::not => ExprKind::Not(operand),
            Rule::negative => ExprKind::Negate(operand),
            _ => ExprKind::Plus(operand),
        };
        Operand::new(kind, span, depth)
    }

    pub(super) fn postfix(&self, operand: Operand, op: Pair<'_, Rule>) -> Built<Operand> {
        let operand = self.in_range(operand)?;
        let outside = self.deepest.replace(0);
        let whole = operand.expr.span.to(span(&op));
        let depth = operand.depth;
        let kind = match op.as_rule() {
            Rule::is_null => ExprKind::IsNull { operand: operand.boxed(), negated: false },
            Rule::is_not_null => ExprKind::IsNull { operand: operand.boxed(), negated: true },
            Rule::is_typed | Rule::is_listed_typed => typed(operand.boxed(), op)?,
            Rule::is_normalized => normalized(operand.boxed(), op),
            Rule::property_lookup => ExprKind::Property(operand.boxed(), Parts::of(op).ident()),
            Rule::subscript => self.subscript(operand.boxed(), op)?,
            _ => ExprKind::HasLabels(operand.boxed(), self.labels(op)?),
        };
        let inside = self.deepest.replace(outside);
        Operand::new(kind, whole, depth.max(inside) + 1)
    }

    /// A property lookup or a subscript behind `base`.
    pub(super) fn lookup(&self, base: Expr, op: Pair<'_, Rule>) -> Built<Expr> {
        let whole = base.span.to(span(&op));
        let kind = match op.as_rule() {
            Rule::property_lookup => ExprKind::Property(Box::new(base), Parts::of(op).ident()),
            _ => self.subscript(Box::new(base), op)?,
        };
        Ok(Expr { kind, span: whole })
    }

    fn subscript(&self, base: Box<Expr>, op: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(op);
        let first = parts.accept(Rule::expression).map(|pair| self.boxed(pair)).transpose()?;
        let Some(tail) = parts.accept(Rule::range_tail) else {
            return Ok(ExprKind::Index(base, first.expect("the grammar demands an index or a range")));
        };
        let last = Parts::of(tail).next().map(|pair| self.boxed(pair)).transpose()?;
        Ok(ExprKind::Slice(base, first, last))
    }

    pub(super) fn infix(&self, left: Operand, op: &Pair<'_, Rule>, right: Operand) -> Built<Operand> {
        let (left, right) = (self.in_range(left)?, self.in_range(right)?);
        let whole = left.expr.span.to(right.expr.span);
        let grown = if continues(&left.expr, op.as_rule()) { left.depth } else { left.depth + 1 };
        let depth = grown.max(right.depth + 1);
        let kind = match op.as_rule() {
            Rule::or | Rule::xor | Rule::and => chained(left.expr, op.as_rule(), right.expr),
            rule => match comparison(rule) {
                Some(comparison) => compared(left.expr, comparison, right.expr),
                None => ExprKind::Binary(binary(rule), left.boxed(), right.boxed()),
            },
        };
        Operand::new(kind, whole, depth)
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Built<Operand> {
        let siblings = self.deepest.replace(0);
        let whole = span(&pair);
        if pair.as_rule() == Rule::number {
            self.deepest.set(siblings);
            return number(&pair, whole);
        }
        let kind = self.primary_kind(pair)?;
        let depth = self.deepest.replace(siblings) + 1;
        Operand::new(kind, whole, depth)
    }

    /// One call per operand and nothing else: this frame stands on the stack once for every level of nesting.
    fn primary_kind(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        match pair.as_rule() {
            Rule::null_literal => Ok(ExprKind::Null),
            Rule::true_literal => Ok(ExprKind::Boolean(true)),
            Rule::false_literal => Ok(ExprKind::Boolean(false)),
            Rule::count_star => Ok(ExprKind::CountStar),
            Rule::string => string(&pair),
            Rule::parameter => Ok(ExprKind::Parameter(name(&pair.as_str()[1..]))),
            Rule::variable => Ok(ExprKind::Variable(ident(&pair).name)),
            Rule::parenthesized => self.parenthesized(pair),
            Rule::list => self.list(pair),
            Rule::map => self.map(pair),
            Rule::case_expression => self.case(pair),
            Rule::function_call => self.function(pair),
            Rule::trim_call => self.trim(pair),
            Rule::normalize_call => self.normalize(pair),
            Rule::list_comprehension => self.list_comprehension(pair),
            Rule::pattern_comprehension => self.nested(span(&pair), || self.pattern_comprehension(pair)),
            Rule::quantifier => self.quantifier(pair),
            Rule::reduce => self.reduce(pair),
            Rule::map_projection => self.map_projection(pair),
            Rule::pattern_predicate => self.nested(span(&pair), || self.pattern_predicate(pair)),
            Rule::shortest => self.shortest_expr(pair),
            Rule::subquery => self.subquery(pair),
            rule => unreachable!("the grammar has no operand {rule:?}"),
        }
    }

    fn parenthesized(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        self.expr(Parts::of(pair).demand()).map(|expr| expr.kind)
    }

    fn list(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        self.exprs(Parts::of(pair)).map(ExprKind::List)
    }

    fn pattern_predicate(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        self.path(pair).map(Box::new).map(ExprKind::Pattern)
    }

    fn shortest_expr(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        self.shortest(None, pair).map(Box::new).map(ExprKind::Shortest)
    }

    /// The operand that a citation or an assignment begins with.
    pub(super) fn operand(&self, pair: Pair<'_, Rule>) -> Built<Expr> {
        let operand = self.primary(pair)?;
        self.deepest.set(self.deepest.get().max(operand.depth));
        Ok(operand.expr)
    }

    fn map(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let entry = |pair| {
            let mut parts = Parts::of(pair);
            Ok((parts.ident(), self.expr(parts.demand())?))
        };
        Parts::of(pair).map(entry).collect::<Built<_>>().map(ExprKind::Map)
    }

    fn function(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let name = qualified(parts.demand());
        let distinct = parts.accept(Rule::distinct).is_some();
        Ok(ExprKind::Function(ast::FunctionCall { name, distinct, arguments: self.exprs(parts)? }))
    }

    /// `trim(s)`, or `trim(LEADING 'x' FROM s)` for `ltrim(s, 'x')`.
    fn trim(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let mut name = qualified(parts.demand());
        let side = parts.accept(Rule::trim_side);
        let (from, others): (Vec<_>, Vec<_>) = parts.partition(|part| part.as_rule() == Rule::trim_from);
        if !from.is_empty() {
            name.name = Name::from(trim_of(side.as_ref().map_or("BOTH", |side| side.as_str())));
        }
        let texts = from.into_iter().map(|from| Parts::of(from).demand()).chain(others);
        let arguments = texts.map(|text| self.expr(text)).collect::<Built<Vec<_>>>()?;
        Ok(ExprKind::Function(ast::FunctionCall { name, distinct: false, arguments }))
    }

    /// A form of `normalize` that is written as a word is as good as its text.
    fn normalize(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let name = qualified(parts.demand());
        let argument = |part: Pair<'_, Rule>| match part.as_rule() {
            Rule::last_form => Ok(Expr { kind: ExprKind::String(Name::from(part.as_str())), span: span(&part) }),
            _ => self.expr(part),
        };
        let arguments = parts.map(argument).collect::<Built<Vec<_>>>()?;
        Ok(ExprKind::Function(ast::FunctionCall { name, distinct: false, arguments }))
    }

    fn list_comprehension(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        Ok(ExprKind::ListComprehension(ast::ListComprehension {
            variable: parts.ident(),
            list: self.boxed(parts.demand())?,
            predicate: self.under(parts.accept(Rule::listed_where))?.map(Box::new),
            map: self.under(parts.accept(Rule::yield_bar))?.map(Box::new),
        }))
    }

    fn pattern_comprehension(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        Ok(ExprKind::PatternComprehension(Box::new(ast::PatternComprehension {
            variable: parts.accept(Rule::variable).as_ref().map(ident),
            path: self.path(parts.demand())?,
            predicate: self.under(parts.accept(Rule::listed_where))?,
            map: self.expr(Parts::of(parts.demand()).demand())?,
        })))
    }

    /// The expression that is the one part of a pair such as `WHERE x`.
    pub(super) fn under(&self, pair: Option<Pair<'_, Rule>>) -> Built<Option<Expr>> {
        pair.map(|pair| self.expr(Parts::of(pair).demand())).transpose()
    }

    fn quantifier(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let kind = match parts.demand().as_str().to_ascii_lowercase().as_str() {
            "all" => ast::QuantifierKind::All,
            "any" => ast::QuantifierKind::Any,
            "none" => ast::QuantifierKind::None,
            _ => ast::QuantifierKind::Single,
        };
        let variable = parts.ident();
        let (list, predicate) = (self.expr(parts.demand())?, self.expr(parts.demand())?);
        Ok(ExprKind::Quantifier(Box::new(ast::Quantifier { kind, variable, list, predicate })))
    }

    fn reduce(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        Ok(ExprKind::Reduce(Box::new(ast::Reduce {
            accumulator: parts.ident(),
            initial: self.expr(parts.demand())?,
            variable: parts.ident(),
            list: self.expr(parts.demand())?,
            step: self.expr(parts.demand())?,
        })))
    }

    fn map_projection(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let base = parts.ident();
        let item = |pair: Pair<'_, Rule>| {
            let (rule, whole) = (pair.as_rule(), span(&pair));
            let mut parts = Parts::of(pair);
            Ok(match rule {
                Rule::projected_all => ast::MapProjectionItem::All(whole),
                Rule::projected_property => ast::MapProjectionItem::Property(parts.ident()),
                Rule::projected_variable => ast::MapProjectionItem::Variable(parts.ident()),
                _ => ast::MapProjectionItem::Entry(parts.ident(), self.expr(parts.demand())?),
            })
        };
        let items = parts.map(item).collect::<Built<_>>()?;
        Ok(ExprKind::MapProjection(ast::MapProjection { base, items }))
    }

    fn subquery(&self, pair: Pair<'_, Rule>) -> Built<ExprKind> {
        let mut parts = Parts::of(pair);
        let kind = parts.demand().as_str().to_ascii_lowercase();
        let inside = parts.demand();
        let subquery = Box::new(self.nested(span(&inside), || self.subquery_body(inside))?);
        Ok(match kind.as_str() {
            "exists" => ExprKind::Exists(subquery),
            "count" => ExprKind::Count(subquery),
            _ => ExprKind::Collect(subquery),
        })
    }

    fn subquery_body(&self, pair: Pair<'_, Rule>) -> Built<ast::Subquery> {
        if pair.as_rule() == Rule::query {
            return self.query(pair).map(ast::Subquery::Query);
        }
        let mut parts = Parts::of(pair);
        let pattern = self.pattern(parts.demand())?;
        let lens = Box::new(self.lens(&mut parts)?);
        Ok(ast::Subquery::Pattern { pattern, lens, predicate: self.under(parts.next())? })
    }
}

fn number(pair: &Pair<'_, Rule>, span: Span) -> Built<Operand> {
    let (kind, is_beyond_integer) = match literal::number(pair.as_str(), span)? {
        Number::Integer(value) => (ExprKind::Integer(value), false),
        Number::Float(value) => (ExprKind::Float(value), false),
        Number::BeyondInteger => (ExprKind::Integer(i64::MAX), true),
    };
    Ok(Operand { is_beyond_integer, ..Operand::new(kind, span, 1)? })
}

fn string(pair: &Pair<'_, Rule>) -> Built<ExprKind> {
    literal::string(pair.as_str(), pair.as_span().start()).map(|text| ExprKind::String(Name::from(text)))
}

/// The function that trims this side of a text.
fn trim_of(side: &str) -> &'static str {
    match side.to_ascii_uppercase().as_str() {
        "LEADING" => "ltrim",
        "TRAILING" => "rtrim",
        _ => "btrim",
    }
}

/// `operand IS [NOT] :: TYPE`.
fn typed(operand: Box<Expr>, op: Pair<'_, Rule>) -> Built<ExprKind> {
    let mut parts = Parts::of(op);
    let negated = parts.accept(Rule::negated).is_some();
    Ok(ExprKind::Is { operand, predicate: Predicate::Typed(value_type(parts.demand())?), negated })
}

/// `operand IS [NOT] [NFC] NORMALIZED`.
fn normalized(operand: Box<Expr>, op: Pair<'_, Rule>) -> ExprKind {
    let mut parts = Parts::of(op);
    let negated = parts.accept(Rule::negated).is_some();
    let form = parts.next().and_then(|form| NormalForm::named(form.as_str())).unwrap_or(NormalForm::Nfc);
    ExprKind::Is { operand, predicate: Predicate::Normalized(form), negated }
}

/// The most prefix operators in a row: each is a call deeper while the tree is built.
fn longest_prefix_chain(pair: &Pair<'_, Rule>) -> usize {
    let (mut chain, mut longest) = (0, 0);
    for part in pair.clone().into_inner() {
        chain = if matches!(part.as_rule(), Rule::not | Rule::negative | Rule::positive) { chain + 1 } else { 0 };
        longest = longest.max(chain);
    }
    longest
}

/// Whether `left op ...` goes on with the chain that `left` is. A chain in parentheses is closed: it covers more than
/// its terms.
fn continues(left: &Expr, op: Rule) -> bool {
    let first = match (&left.kind, op) {
        (ExprKind::And(terms), Rule::and) | (ExprKind::Or(terms), Rule::or) | (ExprKind::Xor(terms), Rule::xor) => {
            &terms[0]
        }
        (ExprKind::Comparison(first, _), op) if comparison(op).is_some() => first,
        _ => return false,
    };
    first.span.start == left.span.start
}

/// `left op right` for AND, OR or XOR, flat if `left` is a chain of the same operator.
fn chained(left: Expr, op: Rule, right: Expr) -> ExprKind {
    let is_open = continues(&left, op);
    let mut terms = match left.kind {
        ExprKind::And(terms) | ExprKind::Or(terms) | ExprKind::Xor(terms) if is_open => terms,
        kind => vec![Expr { kind, span: left.span }],
    };
    terms.push(right);
    match op {
        Rule::or => ExprKind::Or(terms),
        Rule::xor => ExprKind::Xor(terms),
        _ => ExprKind::And(terms),
    }
}

/// `left < right`; `a < b < c` is one chain, `(a < b) < c` is not.
pub(super) fn compared(left: Expr, comparison: Comparison, right: Expr) -> ExprKind {
    let is_open = continues(&left, Rule::equal);
    match left.kind {
        ExprKind::Comparison(first, mut rest) if is_open => {
            rest.push((comparison, right));
            ExprKind::Comparison(first, rest)
        }
        kind => ExprKind::Comparison(Box::new(Expr { kind, span: left.span }), vec![(comparison, right)]),
    }
}

fn comparison(rule: Rule) -> Option<Comparison> {
    Some(match rule {
        Rule::equal => Comparison::Equal,
        Rule::not_equal => Comparison::NotEqual,
        Rule::less => Comparison::Less,
        Rule::less_or_equal => Comparison::LessOrEqual,
        Rule::greater => Comparison::Greater,
        Rule::greater_or_equal => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn binary(rule: Rule) -> BinaryOp {
    match rule {
        Rule::add => BinaryOp::Add,
        Rule::concatenate => BinaryOp::Concatenate,
        Rule::subtract => BinaryOp::Subtract,
        Rule::multiply => BinaryOp::Multiply,
        Rule::divide => BinaryOp::Divide,
        Rule::modulo => BinaryOp::Modulo,
        Rule::power => BinaryOp::Power,
        Rule::in_list => BinaryOp::In,
        Rule::starts_with => BinaryOp::StartsWith,
        Rule::ends_with => BinaryOp::EndsWith,
        Rule::contains => BinaryOp::Contains,
        Rule::matches => BinaryOp::Matches,
        rule => unreachable!("the grammar has no operator {rule:?}"),
    }
}
