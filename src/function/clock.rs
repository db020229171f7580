//! What the operands of clocks and of REQUIRE must be.

use super::scalar::Body;
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{Type, Value};

/// The operand of VALID AT as a DATE or a DATETIME.
pub(crate) const AS_VALID_AT: Function = moment("VALID AT", |_, arguments| as_moment("VALID AT", arguments));

/// The operand of KNOWN AT as a DATE or a DATETIME.
pub(crate) const AS_KNOWN_AT: Function = moment("KNOWN AT", |_, arguments| as_moment("KNOWN AT", arguments));

/// How many sources are wanted, as an INTEGER.
pub(crate) const AS_SOURCE_COUNT: Function = Function::new(
    "REQUIRE",
    &[Accepts::ANY],
    ResultType::Is(Type::Integer),
    as_source_count,
    "how many sources are wanted",
)
.sees_nulls();

const fn moment(clock: &'static str, body: Body) -> Function {
    let summary = "the day, or the point in time, that a clock shows";
    Function::new(clock, &[Accepts::ANY], ResultType::Is(Type::Any), body, summary).sees_nulls()
}

fn as_moment(clock: &'static str, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        moment @ (Value::Date(_) | Value::DateTime(_)) => Ok(moment.clone()),
        Value::Edtf(date) => date.as_day().map(Value::Date).ok_or_else(|| {
            let message = format!("`{date}` is not one certain day; a clock shows one");
            FunctionError::Argument { function: clock, message }
        }),
        other => Err(FunctionError::wrong_type(clock, "a DATE, a DATETIME or an EDTF of one day", other)),
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
