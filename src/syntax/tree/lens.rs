//! What a statement, or a pattern, is held against: clocks, the number of sources, and the commit.

use pest::iterators::Pair;

use super::parts::{Parts, span};
use super::{Builder, Built};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{self, WhyKind};
use crate::syntax::grammar::Rule;
use crate::text::Span;

const PREAMBLE: &[Rule] = &[Rule::at_commit, Rule::why, Rule::why_not, Rule::clock, Rule::required_sources];

impl Builder<'_> {
    /// What stands before the first clause, as far as `parts` begin with it.
    pub(super) fn preamble(&self, parts: &mut Parts<'_>) -> Built<ast::Preamble> {
        let mut preamble = ast::Preamble::default();
        while let Some(pair) = parts.accept_any(PREAMBLE) {
            let at = span(&pair);
            preamble.span = Some(preamble.span.map_or(at, |before| before.to(at)));
            match pair.as_rule() {
                Rule::at_commit => {
                    let commit = self.expr(Parts::of(pair).demand())?;
                    say_once(&mut preamble.at_commit, commit, at, "AT COMMIT")?;
                }
                Rule::why => say_once(&mut preamble.why, ast::Why { kind: WhyKind::Rows, span: at }, at, "WHY")?,
                Rule::why_not => {
                    let expected = Parts::of(pair).next().map(|pair| self.operand(pair)).transpose()?;
                    let why = ast::Why { kind: WhyKind::NoRow(expected), span: at };
                    say_once(&mut preamble.why, why, at, "WHY")?;
                }
                _ => self.add_to_lens(&mut preamble.lens, pair)?,
            }
        }
        Ok(preamble)
    }

    /// The lens of a pattern, if `parts` go on with one.
    pub(super) fn lens(&self, parts: &mut Parts<'_>) -> Built<ast::Lens> {
        let mut lens = ast::Lens::default();
        let Some(pair) = parts.accept(Rule::lens) else { return Ok(lens) };
        lens.span = Span::new(pair.as_span().start(), pair.as_span().end());
        for pair in Parts::of(pair) {
            self.add_to_lens(&mut lens, pair)?;
        }
        Ok(lens)
    }

    fn add_to_lens(&self, lens: &mut ast::Lens, pair: Pair<'_, Rule>) -> Built<()> {
        let at = span(&pair);
        let is_clock = pair.as_rule() == Rule::clock;
        let mut parts = Parts::of(pair);
        if !is_clock {
            let count = self.expr(parts.demand())?;
            return say_once(&mut lens.sources, count, at, "REQUIRE ... SOURCES");
        }
        let possibly = parts.accept(Rule::possibly).is_some();
        let kind = parts.demand().as_rule();
        let clock = ast::Clock { possibly, at: self.expr(parts.demand())?, span: at };
        match kind {
            Rule::valid_at => say_once(&mut lens.valid, clock, at, "VALID AT"),
            _ => say_once(&mut lens.known, clock, at, "KNOWN AT"),
        }
    }
}

/// What is drawn or merged stands under no clock.
pub(super) fn refuse_lens(parts: &mut Parts<'_>, clause: &str) -> Built<()> {
    let Some(pair) = parts.accept(Rule::lens) else { return Ok(()) };
    let first = Parts::of(pair).demand();
    Err(SyntaxError::Misplaced {
        message: format!("{clause} stands under no clock: it says what is so from now on"),
        span: span(&first),
        help: "write the clock behind the pattern of a MATCH, or use the properties `valid_from` and `valid_to`".into(),
    })
}

fn say_once<T>(place: &mut Option<T>, said: T, span: Span, name: &str) -> Built<()> {
    if place.is_some() {
        return Err(SyntaxError::Misplaced {
            message: format!("{name} is said twice"),
            span,
            help: "leave one out".to_owned(),
        });
    }
    *place = Some(said);
    Ok(())
}
