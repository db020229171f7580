//! What binds tighter, and what literals mean.

use super::super::ast::{self, BinaryOp, Comparison, Expr, ExprKind, LabelExpr};
use super::parsed;

fn expr(text: &str) -> Expr {
    let text = format!("RETURN {text}");
    let ast::Body::Query(query) = parsed(&text).unwrap_or_else(|report| panic!("{report}")).body else { panic!() };
    let Some(ast::ClauseKind::Return(projection)) = query.first.clauses.into_iter().next().map(|clause| clause.kind)
    else {
        panic!()
    };
    projection.items.into_iter().next().expect("an item").expr
}

/// The operators of `expr` with every parenthesis.
fn print(expr: &Expr) -> String {
    let list = |exprs: &[Expr], between: &str| exprs.iter().map(print).collect::<Vec<_>>().join(between);
    match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::Integer(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::String(value) => format!("{:?}", value.as_str()),
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::List(exprs) => format!("[{}]", list(exprs, ", ")),
        ExprKind::Property(base, key) => format!("{}.{}", print(base), key.name),
        ExprKind::Index(base, index) => format!("{}[{}]", print(base), print(index)),
        ExprKind::HasLabels(base, labels) => format!("{}:{}", print(base), print_labels(labels)),
        ExprKind::And(terms) => format!("({})", list(terms, " AND ")),
        ExprKind::Or(terms) => format!("({})", list(terms, " OR ")),
        ExprKind::Xor(terms) => format!("({})", list(terms, " XOR ")),
        ExprKind::Not(operand) => format!("(NOT {})", print(operand)),
        ExprKind::Negate(operand) => format!("(-{})", print(operand)),
        ExprKind::Plus(operand) => format!("(+{})", print(operand)),
        ExprKind::IsNull { operand, negated: false } => format!("({} IS NULL)", print(operand)),
        ExprKind::IsNull { operand, negated: true } => format!("({} IS NOT NULL)", print(operand)),
        ExprKind::Is { operand, predicate, negated: false } => format!("({} IS {predicate})", print(operand)),
        ExprKind::Is { operand, predicate, negated: true } => format!("({} IS NOT {predicate})", print(operand)),
        ExprKind::Binary(op, left, right) => format!("({} {} {})", print(left), mark(*op), print(right)),
        ExprKind::Comparison(first, rest) => {
            let rest: Vec<String> = rest.iter().map(|(op, expr)| format!(" {} {}", sign(*op), print(expr))).collect();
            format!("({}{})", print(first), rest.concat())
        }
        ExprKind::Pattern(_) => "pattern".to_owned(),
        kind => panic!("not printed here: {kind:?}"),
    }
}

fn print_labels(labels: &LabelExpr) -> String {
    let list = |terms: &[LabelExpr], between: &str| terms.iter().map(print_labels).collect::<Vec<_>>().join(between);
    match labels {
        LabelExpr::Name(name) => name.name.to_string(),
        LabelExpr::Wildcard(_) => "%".to_owned(),
        LabelExpr::Given(value) => format!("$({})", print(value)),
        LabelExpr::GivenAny(value) => format!("$any({})", print(value)),
        LabelExpr::Not(term) => format!("!{}", print_labels(term)),
        LabelExpr::And(terms) => format!("({})", list(terms, "&")),
        LabelExpr::Or(terms) => format!("({})", list(terms, "|")),
    }
}

fn mark(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::Power => "^",
        BinaryOp::Concatenate => "||",
        BinaryOp::In => "IN",
        BinaryOp::StartsWith => "STARTS WITH",
        BinaryOp::EndsWith => "ENDS WITH",
        BinaryOp::Contains => "CONTAINS",
        BinaryOp::Matches => "=~",
    }
}

fn sign(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(print(&expr(text)), expected, "{text}");
}

#[test]
fn operators_bind_as_in_open_cypher() {
    check("a OR b XOR c AND NOT d = e", "(a OR (b XOR (c AND (NOT (d = e)))))");
    check("NOT a AND b", "((NOT a) AND b)");
    check("NOT a = b", "(NOT (a = b))");
    check("a = b + c", "(a = (b + c))");
    check("a = b IN c", "(a = (b IN c))");
    check("a + b IN c", "((a + b) IN c)");
    check("a = b IS NULL", "(a = (b IS NULL))");
    check("NOT a IS NOT NULL", "(NOT (a IS NOT NULL))");
    check("a + b IS NULL", "((a + b) IS NULL)");
    check("a STARTS WITH b + c", "(a STARTS WITH (b + c))");
    check("a =~ b = c", "((a =~ b) = c)");
    check("a || b + c || d = e", "((((a || b) + c) || d) = e)");
    check("1 + 2 * 3 ^ 4", "(1 + (2 * (3 ^ 4)))");
    check("1 - 2 - 3", "((1 - 2) - 3)");
    check("2 ^ 3 ^ 4", "((2 ^ 3) ^ 4)");
    check("-3 ^ 2", "((-3) ^ 2)");
    check("2 ^ -3", "(2 ^ (-3))");
    check("-a.b[0]", "(-a.b[0])");
    check("a.b:C IS NULL", "(a.b:C IS NULL)");
    check("+ - +a", "(+(-(+a)))");
    check("a IN b[0]", "(a IN b[0])");
}

#[test]
fn chains_are_flat_unless_parentheses_say_otherwise() {
    check("a AND b AND c", "(a AND b AND c)");
    check("a AND (b AND c)", "(a AND (b AND c))");
    check("(a AND b) AND c", "((a AND b) AND c)");
    check("a OR b AND c OR d", "(a OR (b AND c) OR d)");
    check("a < b <= c", "(a < b <= c)");
    check("(a < b) <= c", "((a < b) <= c)");
    check("a < (b <= c)", "(a < (b <= c))");
}

#[test]
fn tests_of_a_value_bind_as_is_null_does() {
    check("a + b IS :: INTEGER", "((a + b) IS :: INTEGER)");
    check("a :: INTEGER = b", "((a IS :: INTEGER) = b)");
    check("NOT a IS NOT TYPED INTEGER", "(NOT (a IS NOT :: INTEGER))");
    check("a :: INTEGER | STRING AND b", "((a IS :: INTEGER | STRING) AND b)");
    check("a :: INTEGER NOT NULL LIST!", "(a IS :: LIST<INTEGER NOT NULL> NOT NULL)");
    check("a.b IS NOT NORMALIZED IS NULL", "((a.b IS NOT NFC NORMALIZED) IS NULL)");
    check("a IS nfkd NORMALIZED", "(a IS NFKD NORMALIZED)");
    check("a :: LIST<ANY> < b", "((a IS :: LIST<ANY>) < b)");
}

#[test]
fn labels_bind_as_in_cypher_5() {
    check("n:A|B&!C", "n:(A|(B&!C))");
    check("n:A:B", "n:(A&B)");
    check("n:(A|B)&%", "n:((A|B)&%)");
    check("n:!!A", "n:A");
    check("n:((A))", "n:A");
    check("n IS A|B&!C AND m IS %", "(n:(A|(B&!C)) AND m:%)");
    check("n IS `null`", "n:null");
    check("n[0] IS A = n IS A", "(n[0]:A = n:A)");
    check("n:A AND m:B", "(n:A AND m:B)");
}

#[test]
fn a_pattern_needs_an_arrow_and_an_end() {
    check("(a)-->(b)", "pattern");
    check("(a)--(b)", "pattern");
    check("(a)-[r]-(b)", "pattern");
    check("(a)-(b)", "(a - b)");
    check("(a)--1", "(a - (-1))");
    check("(a)-[1]", "(a - [1])");
    check("[t]<-[s]-(p)", "([t] < ((-[s]) - p))");
    check("(a) < -(b)", "(a < (-b))");
}

#[test]
fn literals_have_their_values() {
    check("0x1F", "31");
    check("0o17", "15");
    check("1_000", "1000");
    check("9223372036854775807", "9223372036854775807");
    check("-9223372036854775808", "-9223372036854775808");
    check("- 0x8000000000000000", "-9223372036854775808");
    check("--9223372036854775808", "(--9223372036854775808)");
    check("1e3", "1000.0");
    check(".5", "0.5");
    check("1.e", "1.e");
    check(r#"'a\'b"\\\n\u0041\U0001F600\uD83D\uDE00'"#, r#""a'b\"\\\nA😀😀""#);
    check("`a``b`", "a`b");
}
