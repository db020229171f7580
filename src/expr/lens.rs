//! Which part of the graph a pattern is held against.

/// Up to two clocks, and how many sources must stand behind what is seen; `E` is what gives their values.
///
/// The operands are checked before: a clock gives a DATE or a DATETIME, the number of sources an INTEGER.
#[derive(Clone, Debug)]
pub(crate) struct Lens<E> {
    /// `VALID AT`
    pub valid: Option<Clock<E>>,
    /// `KNOWN AT`
    pub known: Option<Clock<E>>,
    /// `REQUIRE n SOURCES`
    pub sources: Option<E>,
}

#[derive(Clone, Debug)]
pub(crate) struct Clock<E> {
    pub at: E,
    /// Also what is not certain.
    pub possibly: bool,
}

/// How much of an element is held against a lens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Look {
    /// A relationship by itself: its ends are elements of the pattern and asked there.
    Own,
    /// A node at an arrow of the pattern, which is asked itself.
    Reached,
    /// All of it: the ends of a relationship too.
    Whole,
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

    /// The same with other operands.
    pub(crate) fn map<F>(&self, mut make: impl FnMut(&E) -> F) -> Lens<F> {
        let mut clock = |clock: &Clock<E>| Clock { at: make(&clock.at), possibly: clock.possibly };
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
