//! Which part of the graph is seen: by a pattern, or by a function that is called under clocks.
//!
//! Values carry a lens as a list of what it asks, `[{clock: 'VALID AT', at: date('2020-01-01')}]`: so it comes to a
//! function, as an argument of its own, and so `WHY` tells it.

use crate::value::Value;

/// The keys of what is asked: its name, and the value of its operand.
pub(crate) const CLOCK: &str = "clock";
pub(crate) const AT: &str = "at";

/// What is asked, by which part of its name.
pub(crate) const VALID_AT: &str = "VALID AT";
pub(crate) const KNOWN_AT: &str = "KNOWN AT";
pub(crate) const REQUIRE_SOURCES: &str = "REQUIRE SOURCES";
pub(crate) const POSSIBLY: &str = "POSSIBLY ";

/// Up to two clocks, and how many sources must stand behind what is seen; `E` is what gives their values.
///
/// The operands are checked before: a clock gives a DATE or a DATETIME, the number of sources an INTEGER.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lens<E> {
    /// `VALID AT`
    pub valid: Option<Clock<E>>,
    /// `KNOWN AT`
    pub known: Option<Clock<E>>,
    /// `REQUIRE n SOURCES`
    pub sources: Option<E>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock<E> {
    pub at: E,
    /// Also what is not certain.
    pub possibly: bool,
}

impl<E> Default for Lens<E> {
    fn default() -> Self {
        Self { valid: None, known: None, sources: None }
    }
}

impl<E> Lens<E> {
    /// Whether all of the graph passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.valid.is_none() && self.known.is_none() && self.sources.is_none()
    }

    pub(crate) fn operands(&self) -> impl Iterator<Item = &E> {
        let clocks = self.valid.iter().chain(&self.known).map(|clock| &clock.at);
        clocks.chain(&self.sources)
    }

    pub(crate) fn operands_mut(&mut self) -> impl Iterator<Item = &mut E> {
        let clocks = self.valid.iter_mut().chain(&mut self.known).map(|clock| &mut clock.at);
        clocks.chain(&mut self.sources)
    }

    pub(crate) fn as_ref(&self) -> Lens<&E> {
        self.map(|operand| operand)
    }

    /// The same with other operands.
    pub(crate) fn map<'e, F>(&'e self, mut make: impl FnMut(&'e E) -> F) -> Lens<F> {
        let mut clock = |clock: &'e Clock<E>| Clock { at: make(&clock.at), possibly: clock.possibly };
        let (valid, known) = (self.valid.as_ref().map(&mut clock), self.known.as_ref().map(&mut clock));
        Lens { valid, known, sources: self.sources.as_ref().map(make) }
    }

    /// Whether both ask for the same, whatever the operands are.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let possibly = |clock: &Option<Clock<E>>| clock.as_ref().map(|clock| clock.possibly);
        possibly(&self.valid) == possibly(&other.valid)
            && possibly(&self.known) == possibly(&other.known)
            && self.sources.is_some() == other.sources.is_some()
    }
}

impl<'v> Lens<&'v Value> {
    /// Under what a function is called that takes one argument.
    pub(crate) fn beside(arguments: &'v [Value]) -> Self {
        arguments.get(1).map(Self::of).unwrap_or_default()
    }

    /// What a list asks.
    pub(crate) fn of(asked: &'v Value) -> Self {
        let Value::List(asked) = asked else { return Self::default() };
        asked.iter().fold(Self::default(), Self::and)
    }

    /// With one thing more.
    pub(crate) fn and(mut self, asked: &'v Value) -> Self {
        let Value::Map(said) = asked else { return self };
        let (Some(Value::String(name)), Some(at)) = (said.get(CLOCK), said.get(AT)) else { return self };
        let possibly = name.starts_with(POSSIBLY);
        match name.trim_start_matches(POSSIBLY) {
            VALID_AT => self.valid = Some(Clock { at, possibly }),
            KNOWN_AT => self.known = Some(Clock { at, possibly }),
            _ => self.sources = Some(at),
        }
        self
    }
}
