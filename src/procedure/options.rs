//! The map by which a call of a procedure says what it wants.

use std::collections::BTreeMap;

use crate::function::FunctionError;
use crate::value::nearest::nearest;
use crate::value::{ErrorClass, ErrorKind, Name, Value};

/// The options of one call, each of which is one that the procedure knows.
pub(super) struct Options<'a> {
    procedure: &'static str,
    given: &'a BTreeMap<Name, Value>,
}

impl<'a> Options<'a> {
    /// The options of a call with one argument.
    pub(super) fn of(
        procedure: &'static str,
        arguments: &'a [Value],
        known: &[&'static str],
    ) -> Result<Self, FunctionError> {
        let [Value::Map(given)] = arguments else {
            let found = arguments.first().unwrap_or(&Value::Null);
            return Err(FunctionError::wrong_type(procedure, "a MAP", found));
        };
        let options = Self { procedure, given };
        match given.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(options.no_such(unknown, known)),
            None => Ok(options),
        }
    }

    /// The names in a list; `None` if the option is left out.
    pub(super) fn names(&self, option: &str, what: &str) -> Result<Option<Vec<&'a str>>, FunctionError> {
        let Some(value) = self.given.get(option) else { return Ok(None) };
        let Value::List(items) = value else {
            return Err(self.wrong_type(option, &format!("a list of {what}"), value));
        };
        let names = items.iter().map(|item| match item {
            Value::String(name) => Ok(&**name),
            other => Err(self.wrong_type(option, &format!("a list of {what} and nothing else"), other)),
        });
        names.collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn given(&self, option: &str) -> Option<&'a Value> {
        self.given.get(option)
    }

    /// A text; `None` if the option is left out.
    pub(super) fn text(&self, option: &str) -> Result<Option<&'a str>, FunctionError> {
        match self.given.get(option) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong_type(option, "a STRING", other)),
        }
    }

    /// A number that counts something.
    pub(super) fn count(&self, option: &str, default: u64) -> Result<u64, FunctionError> {
        match self.given.get(option) {
            None => Ok(default),
            Some(Value::Integer(number)) => u64::try_from(*number)
                .map_err(|_| self.out_of_range(option, &format!("cannot be {number}: it is 0 or more"))),
            Some(other) => Err(self.wrong_type(option, "an INTEGER", other)),
        }
    }

    /// A number from 0 to 1.
    pub(super) fn share(&self, option: &str, default: f64) -> Result<f64, FunctionError> {
        let share = match self.given.get(option) {
            None => return Ok(default),
            Some(Value::Float(share)) => *share,
            Some(Value::Integer(0)) => 0.0,
            Some(Value::Integer(1)) => 1.0,
            Some(Value::Integer(number)) => return Err(self.no_share(option, number)),
            Some(other) => return Err(self.wrong_type(option, "a number", other)),
        };
        if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(self.no_share(option, share)) }
    }

    fn no_share(&self, option: &str, number: impl std::fmt::Display) -> FunctionError {
        self.out_of_range(option, &format!("cannot be {number}: it is from 0 to 1"))
    }

    fn no_such(&self, unknown: &str, known: &[&'static str]) -> FunctionError {
        let hint = match nearest(unknown, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it knows {}", known.join(", ")),
        };
        let message = format!("there is no option `{unknown}`; {hint}");
        FunctionError::Argument { function: self.procedure, message }
    }

    fn out_of_range(&self, option: &str, what: &str) -> FunctionError {
        FunctionError::Range { function: self.procedure, message: format!("`{option}` {what}") }
    }

    pub(super) fn wrong_type(&self, option: &str, wanted: &str, found: &Value) -> FunctionError {
        let class = ErrorClass::new(ErrorKind::Type, "InvalidArgumentValue");
        let message = format!("`{option}` is {wanted}, found {}", found.type_name());
        FunctionError::said_by(self.procedure, class, &message)
    }
}
