//! Functions of one row: their signatures.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{Accepts, FunctionError, Host, ResultType};
use crate::value::{Type, Value};

/// How many arguments a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arity {
    pub min: usize,
    /// `usize::MAX`: any number.
    pub max: usize,
}

/// What a null argument does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NullRule {
    /// The result is null and the body is not called.
    Propagate,
    /// The body sees it.
    Pass,
}

/// What a function of the language does with its arguments.
pub(crate) type Body = fn(&dyn Host, &[Value]) -> Result<Value, FunctionError>;

/// What a function does with its arguments.
#[derive(Clone)]
pub(crate) enum Implementation {
    Builtin(Body),
    Custom(CustomBody),
}

/// What an embedder's function does: it sees the arguments only.
pub(crate) type CustomBody = Arc<dyn Fn(&[Value]) -> Result<Value, FunctionError> + Send + Sync>;

/// A function of one row.
#[derive(Clone)]
pub(crate) struct Function {
    /// As documented (`toUpper`, `edtf.days`); looked up without regard to case.
    pub name: Cow<'static, str>,
    /// What each argument may be; the last one repeats if the arity allows more. Where the language wants a
    /// wrong type to fail when the query runs, this is [`Accepts::ANY`] and the body checks.
    pub parameters: Cow<'static, [Accepts]>,
    pub arity: Arity,
    pub result: ResultType,
    pub nulls: NullRule,
    /// Whether equal arguments always give an equal result (not so: `rand`, `datetime` without arguments).
    pub deterministic: bool,
    /// Whether it tells the time when called without arguments, or with a map of nothing but a time zone, and is
    /// deterministic otherwise (`date`, `datetime`).
    pub tells_time: bool,
    /// One line for `SHOW FUNCTIONS`.
    pub summary: Cow<'static, str>,
    pub body: Implementation,
    /// Whether it speaks of the part of the graph that clocks show: under a lens it is called with one argument more, the
    /// [list](super::lens) of what that asks.
    pub under_lens: bool,
    /// Which elements, besides what its arguments name, the value hangs on: a list of them. `None`: on none.
    pub because: Option<Body>,
}

impl Function {
    /// A deterministic function that takes exactly its parameters and is null if one of them is.
    pub(crate) const fn new(
        name: &'static str,
        parameters: &'static [Accepts],
        result: ResultType,
        body: Body,
        summary: &'static str,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            parameters: Cow::Borrowed(parameters),
            arity: Arity { min: parameters.len(), max: parameters.len() },
            result,
            nulls: NullRule::Propagate,
            deterministic: true,
            tells_time: false,
            summary: Cow::Borrowed(summary),
            body: Implementation::Builtin(body),
            under_lens: false,
            because: None,
        }
    }

    /// It speaks of the part of the graph that clocks show.
    pub(crate) const fn under_lens(mut self) -> Self {
        self.under_lens = true;
        self
    }

    /// The value hangs on the part of the graph that `body` gives.
    pub(crate) const fn because(mut self, body: Body) -> Self {
        self.because = Some(body);
        self
    }

    /// The function that gives what the value of this one hangs on, of the same arguments.
    pub(crate) fn looks_at(&self) -> Option<Self> {
        let body = Implementation::Builtin(self.because?);
        Some(Self { body, because: None, result: ResultType::ListOf(Type::Any), ..self.clone() })
    }

    /// The last `count` parameters may be left out.
    pub(crate) const fn optional(mut self, count: usize) -> Self {
        self.arity.min -= count;
        self
    }

    /// The last parameter may be given any number of times, at least once.
    pub(crate) const fn variadic(mut self) -> Self {
        self.arity.max = usize::MAX;
        self
    }

    /// The body sees nulls.
    pub(crate) const fn sees_nulls(mut self) -> Self {
        self.nulls = NullRule::Pass;
        self
    }

    /// Equal arguments may give another result: it depends on the clock or on chance.
    pub(crate) const fn volatile(mut self) -> Self {
        self.deterministic = false;
        self
    }

    /// Volatile without arguments or with a map, deterministic otherwise.
    pub(crate) const fn tells_time(mut self) -> Self {
        self.deterministic = false;
        self.tells_time = true;
        self
    }

    /// Whether equal arguments of these static types always give an equal result.
    pub(crate) fn is_deterministic_for(&self, arguments: &[Type]) -> bool {
        let may_ask_the_time = || arguments.first().is_none_or(|argument| argument.may_be(&Type::Map));
        self.deterministic || (self.tells_time && !may_ask_the_time())
    }

    /// As `SHOW FUNCTIONS` gives it under one of its names: `substring(STRING, INTEGER, [INTEGER]) :: STRING`.
    pub(crate) fn signature(&self, name: &str) -> String {
        let shown = |(index, accepts): (usize, &Accepts)| {
            if index < self.arity.min { accepts.to_string() } else { format!("[{accepts}]") }
        };
        let more = if self.arity.max == usize::MAX { ", ..." } else { "" };
        let parameters: Vec<String> = self.parameters.iter().enumerate().map(shown).collect();
        format!("{name}({}{more}) :: {}", parameters.join(", "), self.result)
    }

    /// What the argument with this index may be.
    pub(crate) fn parameter(&self, index: usize) -> Accepts {
        self.parameters.get(index).or(self.parameters.last()).copied().unwrap_or(Accepts::ANY)
    }

    /// Calls the function, after the rule for nulls.
    pub(crate) fn call(&self, host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
        if self.nulls == NullRule::Propagate && arguments.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        match &self.body {
            Implementation::Builtin(body) => body(host, arguments),
            Implementation::Custom(body) => body(arguments),
        }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).field("arity", &self.arity).finish_non_exhaustive()
    }
}
