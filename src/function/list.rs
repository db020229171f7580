//! Functions of lists, and those that take a list or a text alike.

use super::arguments::{list, text};
use super::string::{count_value, length_of};
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{ErrorClass, ErrorKind, List, Type, Value, compare};

const LIST_OR_TEXT: Accepts = Accepts::LIST.or(Accepts::STRING);
const INTEGER: ResultType = ResultType::Is(Type::Integer);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("size", &[LIST_OR_TEXT], INTEGER, size, "how many items a list has, or letters a text"),
    Function::new(
        "length",
        &[LIST_OR_TEXT.or(Accepts::PATH)],
        INTEGER,
        length,
        "how many relationships a path has; of a list or text, its size",
    ),
    Function::new("head", &[Accepts::LIST], ResultType::ItemOf(0), head, "the first item of a list"),
    Function::new("last", &[Accepts::LIST], ResultType::ItemOf(0), last, "the last item of a list"),
    Function::new("tail", &[Accepts::LIST], ResultType::SameAs(0), tail, "a list without its first item"),
    Function::new("reverse", &[LIST_OR_TEXT], ResultType::SameAs(0), reverse, "a list or text, back to front"),
    Function::new(
        "isEmpty",
        &[LIST_OR_TEXT.or(Accepts::MAP)],
        ResultType::Is(Type::Boolean),
        is_empty,
        "whether a list, map or text has nothing in it",
    ),
    // A wrong type is to fail when the query runs, so any type is taken here.
    Function::new(
        "range",
        &[Accepts::ANY, Accepts::ANY, Accepts::ANY],
        ResultType::ListOf(Type::Integer),
        range,
        "the integers from the first to the second, both included, by a step",
    )
    .optional(1),
    Function::new("coalesce", &[Accepts::ANY], ResultType::Join, coalesce, "the first argument that is not null")
        .variadic()
        .sees_nulls(),
    Function::new(
        "nullIf",
        &[Accepts::ANY, Accepts::ANY],
        ResultType::SameAs(0),
        null_if,
        "null if the two are equal, else the first",
    )
    .sees_nulls(),
];

fn size(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::String(text) => Ok(length_of(text)),
        other => Ok(count_value(list("size", other)?.len())),
    }
}

fn length(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Path(path) => Ok(count_value(path.relationships.len())),
        Value::List(_) | Value::String(_) => size(host, arguments),
        other => Err(FunctionError::wrong_type("length", "a PATH", other)),
    }
}

fn head(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(list("head", &arguments[0])?.first().cloned().unwrap_or_default())
}

fn last(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(list("last", &arguments[0])?.last().cloned().unwrap_or_default())
}

fn tail(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let items = list("tail", &arguments[0])?;
    host.reserve(size_of_val(&**items))?;
    Ok(Value::List(items.iter().skip(1).cloned().collect()))
}

fn reverse(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::List(items) => {
            host.reserve(size_of_val(&**items))?;
            Ok(Value::List(items.iter().rev().cloned().collect()))
        }
        other => {
            let whole = text("reverse", other)?;
            host.reserve(whole.len())?;
            Ok(whole.chars().rev().collect::<String>().into())
        }
    }
}

fn is_empty(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(Value::Boolean(match &arguments[0] {
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
        other => text("isEmpty", other)?.is_empty(),
    }))
}

fn range(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (start, end) = (range_bound(&arguments[0])?, range_bound(&arguments[1])?);
    let step = arguments.get(2).map_or(Ok(1), range_bound)?;
    if step == 0 {
        return Err(FunctionError::Range { function: "range", message: "the step cannot be 0".to_owned() });
    }
    let distance = (i128::from(end) - i128::from(start)) * i128::from(step.signum());
    if distance < 0 {
        return Ok(Value::List(List::from(Vec::new())));
    }
    let count = usize::try_from(distance.unsigned_abs() / u128::from(step.unsigned_abs()) + 1).unwrap_or(usize::MAX);
    host.reserve(count.saturating_mul(size_of::<Value>()))?;
    let numbers = std::iter::successors(Some(start), |number| number.checked_add(step));
    Ok(Value::List(numbers.take(count).map(Value::Integer).collect()))
}

fn range_bound(value: &Value) -> Result<i64, FunctionError> {
    match value {
        Value::Integer(number) => Ok(*number),
        other => Err(FunctionError::Other {
            class: ErrorClass::new(ErrorKind::Argument, "InvalidArgumentType"),
            message: format!("range: expected an INTEGER, found {}", other.type_name()),
        }),
    }
}

fn coalesce(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(arguments.iter().find(|value| !value.is_null()).cloned().unwrap_or_default())
}

/// `CASE WHEN value = other THEN null ELSE value END`.
fn null_if(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let is_equal = compare::equal(&arguments[0], &arguments[1]) == Some(true);
    Ok(if is_equal { Value::Null } else { arguments[0].clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{TinyHost, call, call_on, check, check_error};

    fn numbers(items: &[i64]) -> [Value; 1] {
        [items.to_vec().into()]
    }

    #[test]
    fn a_list_has_ends_and_a_size() {
        check("size", &numbers(&[1, 2]), "2");
        check("size", &["日本".into()], "2");
        check("head", &numbers(&[1, 2]), "1");
        check("last", &numbers(&[1, 2]), "2");
        check("tail", &numbers(&[1, 2, 3]), "[2, 3]");
        check("head", &numbers(&[]), "null");
        check("last", &numbers(&[]), "null");
        check("tail", &numbers(&[]), "[]");
        check("reverse", &numbers(&[1, 2, 3]), "[3, 2, 1]");
        check("reverse", &["raksO".into()], "Oskar");
        check("isEmpty", &numbers(&[]), "true");
        check_error(call("size", &[1.into()]), "TypeError InvalidArgumentValue");
        check_error(call("length", &[1.into()]), "TypeError InvalidArgumentValue");
    }

    #[test]
    fn a_range_goes_either_way_and_holds_its_ends() {
        let of = |bounds: &[i64]| {
            let arguments: Vec<Value> = bounds.iter().map(|bound| (*bound).into()).collect();
            call("range", &arguments).unwrap().to_string()
        };
        assert_eq!(of(&[0, 3]), "[0, 1, 2, 3]");
        assert_eq!(of(&[2, 9, 3]), "[2, 5, 8]");
        assert_eq!(of(&[10, 0, -5]), "[10, 5, 0]");
        assert_eq!(of(&[0, 3, -1]), "[]");
        assert_eq!(of(&[3, 0]), "[]");
        assert_eq!(of(&[0, 0, -1]), "[0]");
        assert_eq!(of(&[i64::MAX - 1, i64::MAX]), "[9223372036854775806, 9223372036854775807]");
        assert_eq!(of(&[i64::MIN, i64::MAX, i64::MAX]), "[-9223372036854775808, -1, 9223372036854775806]");
    }

    #[test]
    fn a_range_takes_integers_a_step_and_no_more_than_the_budget() {
        check_error(call("range", &[true.into(), 1.into()]), "ArgumentError InvalidArgumentType");
        check_error(call("range", &[0.into(), 1.into(), (-0.0).into()]), "ArgumentError InvalidArgumentType");
        check_error(call("range", &[0.into(), 1.into(), 0.into()]), "ArgumentError NumberOutOfRange");
        let all = [i64::MIN.into(), i64::MAX.into()];
        check_error(call_on(&TinyHost::default(), "range", &all), "LimitExceeded LimitExceeded");
    }

    #[test]
    fn coalesce_gives_the_first_that_is_not_null() {
        check("coalesce", &[Value::Null, 1.into(), 2.into()], "1");
        check("coalesce", &[Value::Null], "null");
    }
}
