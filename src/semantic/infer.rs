//! Static types of what operators make.

use crate::expr::Operator;
use crate::value::Type;

/// What a list of this type holds.
pub(super) fn item(list: &Type) -> Type {
    match list {
        // Nothing is known of the items of a list without any.
        Type::List(item) if **item == Type::Null => Type::Any,
        Type::List(item) => (**item).clone(),
        _ => Type::Any,
    }
}

pub(super) fn is_element(found: &Type) -> bool {
    matches!(found, Type::Node | Type::Relationship | Type::Element)
}

/// Whether a value of this type may be an operand of an arithmetic operator other than `+`.
pub(super) fn is_operand(op: Operator, found: &Type) -> bool {
    match found {
        Type::Any | Type::Null | Type::Integer | Type::Float | Type::Number => true,
        temporal => temporal.is_temporal() && !matches!(op, Operator::Modulo | Operator::Power),
    }
}

/// Whether a value of this type may be an operand of `||`.
pub(super) fn is_joinable(found: &Type) -> bool {
    matches!(found, Type::Any | Type::Null | Type::String | Type::List(_))
}

pub(super) fn operator(op: Operator, left: &Type, right: &Type) -> Type {
    match op {
        Operator::In | Operator::StartsWith | Operator::EndsWith | Operator::Contains | Operator::Matches => {
            Type::Boolean
        }
        Operator::Power => Type::Float,
        Operator::Add => sum(left, right),
        Operator::Concatenate => concatenation(left, right),
        Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => arithmetic(left, right),
    }
}

fn sum(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::List(mine), Type::List(theirs)) => Type::list_of((**mine).clone().join((**theirs).clone())),
        (Type::List(mine), Type::Any) | (Type::Any, Type::List(mine)) => {
            Type::list_of((**mine).clone().join(Type::Any))
        }
        (Type::List(mine), one) | (one, Type::List(mine)) => Type::list_of((**mine).clone().join(one.clone())),
        (Type::String, Type::String | Type::Integer | Type::Float | Type::Number)
        | (Type::Integer | Type::Float | Type::Number, Type::String) => Type::String,
        _ => arithmetic(left, right),
    }
}

fn concatenation(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::List(mine), Type::List(theirs)) => Type::list_of((**mine).clone().join((**theirs).clone())),
        (Type::String, Type::String) => Type::String,
        _ => Type::Any,
    }
}

fn arithmetic(left: &Type, right: &Type) -> Type {
    match (left, right) {
        (Type::Integer, Type::Integer) => Type::Integer,
        (Type::Float, Type::Integer | Type::Float | Type::Number) | (Type::Integer | Type::Number, Type::Float) => {
            Type::Float
        }
        (Type::Number, Type::Integer | Type::Number) | (Type::Integer, Type::Number) => Type::Number,
        (point, Type::Duration) | (Type::Duration, point) if point.is_temporal() => point.clone(),
        (Type::Duration, Type::Integer | Type::Float | Type::Number)
        | (Type::Integer | Type::Float | Type::Number, Type::Duration) => Type::Duration,
        _ => Type::Any,
    }
}

/// Whether values of these types may be equal, or one less than the other.
pub(super) fn may_compare(left: &Type, right: &Type) -> bool {
    let is_number = |found: &Type| matches!(found, Type::Integer | Type::Float | Type::Number);
    let are_both = |sort: &dyn Fn(&Type) -> bool| sort(left) && sort(right);
    left.may_be(right)
        || right.may_be(left)
        || are_both(&is_number)
        || are_both(&Type::is_temporal)
        || are_both(&|found| matches!(found, Type::List(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_with_a_list_is_a_list() {
        let numbers = Type::list_of(Type::Integer);
        assert_eq!(operator(Operator::Add, &numbers, &Type::Integer), numbers);
        assert_eq!(operator(Operator::Add, &Type::String, &numbers), Type::list_of(Type::Any));
    }

    #[test]
    fn what_is_not_known_stays_unknown() {
        assert_eq!(operator(Operator::Add, &Type::Any, &Type::Integer), Type::Any);
        assert_eq!(operator(Operator::Subtract, &Type::Date, &Type::Duration), Type::Date);
    }
}
