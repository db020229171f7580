//! Clocks and the number of sources: which part of the graph a pattern is held against.
//!
//! A lens holds for a pattern and for everything in its WHERE; what it does not say itself it takes from around it.
//! What an operand gives is known before the pattern is looked for: for the whole statement where it names no
//! variable, else for each row.

use std::sync::{Arc, LazyLock};

use super::binder::{Binder, Typed};
use crate::expr::{Clock, Expr, ExprKind, GivenId, Lens, VarId};
use crate::function::{AS_KNOWN_AT, AS_SOURCE_COUNT, AS_VALID_AT, Function};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{Edtf, Type, Value};

/// What rows must bring before a pattern is looked for under a lens.
pub(super) type Operands = Vec<(VarId, Expr)>;

impl Binder<'_> {
    /// The lens of a pattern, and what its operands are computed from.
    pub(super) fn lens(&mut self, written: &ast::Lens) -> (Lens<Expr>, Operands) {
        let mut operands = Operands::new();
        let mut lens =
            if planted!("nothing is taken from a clock around") { Lens::default() } else { self.lens.clone() };
        if let Some(clock) = &written.valid
            && !(planted!("an inner clock leaves the outer one") && lens.valid.is_some())
        {
            static VALID_AT: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(AS_VALID_AT));
            lens.valid = Some(self.clock(clock, &VALID_AT, &mut operands));
        }
        if let Some(clock) = &written.known {
            static KNOWN_AT: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(AS_KNOWN_AT));
            lens.known = Some(self.clock(clock, &KNOWN_AT, &mut operands));
        }
        if let Some(count) = &written.sources {
            lens.sources = Some(self.source_count(count, &mut operands));
        }
        (lens, operands)
    }

    /// Binds under `lens`, which a subquery takes from around it.
    pub(super) fn under<T>(&mut self, lens: Lens<Expr>, bind: impl FnOnce(&mut Self) -> T) -> T {
        self.uses.extend(lens.operands().flat_map(Expr::variables));
        let around = std::mem::replace(&mut self.lens, lens);
        let bound = bind(self);
        self.lens = around;
        bound
    }

    /// The part of the graph that a procedure or a function is asked about.
    pub(super) fn lens_of_call(&mut self) -> Lens<Expr> {
        self.uses.extend(self.lens.operands().flat_map(Expr::variables));
        self.lens.clone()
    }

    /// What is said of all of the statement.
    pub(super) fn preamble(&mut self, statement: &ast::Statement) {
        let ast::Preamble { why, lens, span, .. } = &statement.preamble;
        let Some(span) = span.filter(|_| why.is_some() || !lens.is_empty()) else { return };
        if !matches!(statement.body, ast::Body::Query(_)) {
            self.refuse("UnexpectedSyntax", span, "only a query stands under a clock, or is asked WHY");
            return;
        }
        let (lens, operands) = self.lens(lens);
        debug_assert!(operands.is_empty() || !self.errors.is_empty(), "no variable is there yet");
        self.lens = lens;
    }

    /// It is a problem if `clause`, which draws, stands under a lens.
    pub(super) fn refuse_lens(&mut self, clause: &str, reason: &str, span: Span) {
        if !self.lens.is_empty() {
            let message = format!("{clause} stands under no clock: {reason}");
            self.refuse_with_help("InvalidClauseComposition", span, message, "give the clock to a MATCH alone");
        }
    }

    fn clock(&mut self, clock: &ast::Clock, check: &Arc<Function>, operands: &mut Operands) -> Clock<Expr> {
        let at = self.without_aggregates(|binder| binder.typed(&clock.at));
        let types = [Type::Date, Type::DateTime, Type::Edtf];
        self.check_operand(&at, clock.at.span, "a DATE, a DATETIME or an EDTF of one day", &types);
        Clock {
            at: self.operand(check, at.expr, operands),
            possibly: clock.possibly && !planted!("POSSIBLY is taken for certain"),
        }
    }

    fn source_count(&mut self, count: &ast::Expr, operands: &mut Operands) -> Expr {
        static COUNT: LazyLock<Arc<Function>> = LazyLock::new(|| Arc::new(AS_SOURCE_COUNT));
        let typed = self.without_aggregates(|binder| binder.typed(count));
        self.check_operand(&typed, count.span, "an INTEGER", &[Type::Integer]);
        self.operand(&COUNT, typed.expr, operands)
    }

    fn check_operand(&mut self, operand: &Typed, span: Span, wanted: &str, types: &[Type]) {
        let is_null = matches!(operand.expr.kind, ExprKind::Literal(Value::Null));
        if !is_null && types.iter().any(|wanted| operand.value_type.may_be(wanted)) {
            return;
        }
        let message = format!("expected {wanted}, found {}", operand.value_type);
        let written = [Type::String, Type::Integer].contains(&operand.value_type);
        if written && types.contains(&Type::Date) {
            let help = day_instead_of(span.of(self.text).trim_matches(['\'', '"']));
            self.refuse_with_help("InvalidArgumentType", span, message, help);
        } else {
            self.refuse("InvalidArgumentType", span, message);
        }
    }

    /// Where what `check` makes of `operand` will be found.
    fn operand(&mut self, check: &Arc<Function>, operand: Expr, operands: &mut Operands) -> Expr {
        let (span, is_given) = (operand.span, is_given(&operand));
        let checked = Expr::new(ExprKind::Call(Arc::clone(check), vec![operand]), span);
        if is_given {
            let id = GivenId(u32::try_from(self.given.len()).expect("fewer than 2^32 clocks in a statement"));
            self.given.push(checked);
            return Expr::new(ExprKind::Given(id), span);
        }
        let var = self.variables.add(None, Type::Any);
        operands.push((var, checked));
        Expr::new(ExprKind::Variable(var), span)
    }
}

/// What to write in place of a text or number: a day, if that is what it says.
fn day_instead_of(written: &str) -> String {
    match Edtf::parse(written).ok().and_then(|written| written.as_day()) {
        Some(day) => format!("write `date('{day}')`"),
        None => "write a day, as `date('2021-12-31')`".to_owned(),
    }
}

/// Whether the value is the same for all rows.
fn is_given(expr: &Expr) -> bool {
    let mut varies = !expr.variables().is_empty() || !expr.subqueries().is_empty();
    expr.walk(&mut |part| {
        if let ExprKind::Call(function, _) = &part.kind {
            varies |= !function.deterministic && !function.tells_time;
        }
    });
    !varies
}
