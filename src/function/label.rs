//! Labels and types that a statement does not name but computes: `$(expression)`.

use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{Name, Type, Value};

/// Whether an element has all labels of a list.
pub(crate) const HAS_ALL: Function = Function::new(
    "$all",
    &[Accepts::ELEMENT, Accepts::ANY],
    ResultType::Is(Type::Boolean),
    has_all,
    "whether an element has all labels, or the type, of a list",
)
.sees_nulls();

/// Whether an element has a label of a list.
pub(crate) const HAS_ANY: Function = Function::new(
    "$any",
    &[Accepts::ELEMENT, Accepts::ANY],
    ResultType::Is(Type::Boolean),
    has_any,
    "whether an element has a label, or the type, of a list",
)
.sees_nulls();

fn has_all(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    compare(host, arguments, |has, wanted| wanted.iter().all(|name| has.contains(name)))
}

fn has_any(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    compare(host, arguments, |has, wanted| wanted.iter().any(|name| has.contains(name)))
}

fn compare(host: &dyn Host, arguments: &[Value], holds: fn(&[Name], &[Name]) -> bool) -> Result<Value, FunctionError> {
    let wanted = label_names(&arguments[1])?;
    let has = match &arguments[0] {
        Value::Null => return Ok(Value::Null),
        Value::Node(node) => host.labels(node)?,
        Value::Relationship(rel) => vec![host.rel_type(rel)?],
        other => return Err(FunctionError::wrong_type("labels", "a NODE or RELATIONSHIP", other)),
    };
    Ok(Value::Boolean(holds(&has, &wanted)))
}

/// The names that a value gives: a text is one, a list holds any number of them.
pub(crate) fn label_names(value: &Value) -> Result<Vec<Name>, FunctionError> {
    match value {
        Value::List(items) => items.iter().map(label_name).collect(),
        single => Ok(vec![label_name(single)?]),
    }
}

/// The one type that a value gives.
pub(crate) fn type_name(value: &Value) -> Result<Name, FunctionError> {
    let mut names = label_names(value)?;
    match (names.pop(), names.len()) {
        (Some(name), 0) => Ok(name),
        (last, rest) => {
            let count = rest + usize::from(last.is_some());
            let message = format!("a relationship has exactly one type, {count} given");
            Err(FunctionError::Argument { function: "$()", message })
        }
    }
}

fn label_name(value: &Value) -> Result<Name, FunctionError> {
    match value {
        Value::String(text) if text.is_empty() => {
            Err(FunctionError::Argument { function: "$()", message: "a label or type cannot be empty".to_owned() })
        }
        Value::String(text) => Ok(Name::from(&**text)),
        other => Err(FunctionError::wrong_type("$()", "a label or type as STRING or LIST<STRING>", other)),
    }
}
