//! Functions of names.

use super::arguments::text;
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::names::{Reading, compare};
use crate::value::{Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[Function::new(
    "names.similarity",
    &[Accepts::STRING, Accepts::STRING],
    ResultType::Is(Type::Float),
    similarity,
    "how alike two names are, from 0 to 1, whatever their script, the order of their words and the form of an organisation",
)];

fn similarity(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let name = |argument| text("names.similarity", argument).map(Reading::of);
    let (left, right) = (name(&arguments[0])?, name(&arguments[1])?);
    Ok(Value::Float(compare(&left, &right).score))
}
