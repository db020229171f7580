//! What the operands of clocks and of REQUIRE must be.

use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{Type, Value};

/// A clock's operand as a DATE or a DATETIME.
pub(crate) const AS_MOMENT: Function = Function::new(
    "AT",
    &[Accepts::ANY],
    ResultType::Is(Type::Any),
    as_moment,
    "the day, or the point in time, that a clock shows",
)
.sees_nulls();

/// How many sources are wanted, as an INTEGER.
pub(crate) const AS_SOURCE_COUNT: Function = Function::new(
    "REQUIRE",
    &[Accepts::ANY],
    ResultType::Is(Type::Integer),
    as_source_count,
    "how many sources are wanted",
)
.sees_nulls();

fn as_moment(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        moment @ (Value::Date(_) | Value::DateTime(_)) => Ok(moment.clone()),
        Value::Edtf(date) => date.as_day().map(Value::Date).ok_or_else(|| {
            let message = format!("`{date}` is not one certain day; a clock shows one");
            FunctionError::Argument { function: "AT", message }
        }),
        other => Err(FunctionError::wrong_type("AT", "a DATE, a DATETIME or an EDTF of one day", other)),
    }
}

fn as_source_count(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Integer(count) if *count >= 0 => Ok(Value::Integer(*count)),
        Value::Integer(count) => {
            Err(FunctionError::Argument { function: "REQUIRE", message: format!("{count} sources cannot be required") })
        }
        other => Err(FunctionError::wrong_type("REQUIRE", "an INTEGER from 0 on", other)),
    }
}
