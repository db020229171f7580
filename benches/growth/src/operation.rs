//! What is measured: a statement, and how it should grow.

/// How the cost of an operation may grow with the size.
#[derive(Clone, Copy)]
pub(crate) enum Law {
    /// Not at all, or as the depth of a tree.
    Constant,
    /// As the square root: a search from two sides of a random graph.
    Root,
    Linear,
    /// As a sort.
    LogLinear,
}

impl Law {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Constant => "1",
            Self::Root => "√n",
            Self::Linear => "n",
            Self::LogLinear => "n log n",
        }
    }

    /// The exponent between some thousands and some millions.
    pub(crate) fn exponent(self) -> f64 {
        match self {
            Self::Constant => 0.0,
            Self::Root => 0.5,
            Self::Linear => 1.0,
            Self::LogLinear => 1.08,
        }
    }
}

/// What comes after a statement, so that the next one finds the same graph. It is not measured.
#[derive(Clone, Copy)]
pub(crate) enum After {
    Nothing,
    /// A statement with the same parameters.
    Statement(&'static str),
    /// The transaction is dropped, which is measured too.
    RollBack,
}

/// A statement that is measured. Its parameters: `$id` and `$other` are ids that are there, drawn anew each time, and
/// `$new` is a number that was not there.
pub(crate) struct Operation {
    pub name: &'static str,
    pub law: Law,
    pub text: &'static str,
    pub after: After,
    /// Before the first time.
    pub before: Option<&'static str>,
}

impl Operation {
    pub(crate) const fn read(name: &'static str, law: Law, text: &'static str) -> Self {
        Self { name, law, text, after: After::Nothing, before: None }
    }

    pub(crate) const fn write(name: &'static str, law: Law, text: &'static str, after: After) -> Self {
        Self { name, law, text, after, before: None }
    }
}
