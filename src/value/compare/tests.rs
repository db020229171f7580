use std::hash::DefaultHasher;

use proptest::prelude::*;

use super::super::arbitrary::{any_number, any_value};
use super::super::{Date, Edtf, LocalTime, Time};
use super::*;

fn hash_of(value: &Value) -> u64 {
    let mut state = DefaultHasher::new();
    hash(value, &mut state);
    state.finish()
}

fn edtf(text: &str) -> Value {
    Value::Edtf(Edtf::parse(text).unwrap())
}

fn date(text: &str) -> Value {
    Value::Date(Date::parse(text).unwrap())
}

fn list(items: &[Value]) -> Value {
    Value::List(items.iter().cloned().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn order_is_total(a in any_value(), b in any_value(), c in any_value()) {
        prop_assert_eq!(order(&a, &a), Ordering::Equal);
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        if order(&a, &b).is_le() && order(&b, &c).is_le() {
            prop_assert!(order(&a, &c).is_le(), "{a} {b} {c}");
        }
    }

    #[test]
    fn equivalence_is_what_order_calls_equal_and_hashes_alike(a in any_value(), b in any_value()) {
        prop_assert_eq!(equivalent(&a, &b), order(&a, &b).is_eq());
        if equivalent(&a, &b) {
            prop_assert_eq!(hash_of(&a), hash_of(&b), "{} {}", a, b);
        }
    }

    #[test]
    fn what_is_equal_is_equivalent(a in any_value(), b in any_value()) {
        prop_assert_eq!(equal(&a, &b), equal(&b, &a));
        if equal(&a, &b) == Some(true) {
            prop_assert!(equivalent(&a, &b), "{a} {b}");
        }
    }

    #[test]
    fn the_comparisons_agree_with_each_other_and_with_order(a in any_value(), b in any_value()) {
        if less(&a, &b) == Some(true) {
            prop_assert!(less_or_equal(&a, &b) == Some(true), "{a} {b}");
            prop_assert_ne!(less(&b, &a), Some(true));
            let has_point_in_time = |value: &Value| matches!(value, Value::DateTime(_) | Value::LocalDateTime(_));
            if !matches!((&a, &b), (Value::List(_), _)) && has_point_in_time(&a) == has_point_in_time(&b) {
                prop_assert!(order(&a, &b).is_lt(), "{a} {b}");
            }
        }
        if equal(&a, &b) == Some(true) {
            prop_assert_ne!(less(&a, &b), Some(true));
        }
    }

    #[test]
    fn numbers_compare_exactly(a in any_number(), b in any_number()) {
        // Twice the value is an integer of 128 bits for each number here that has a fraction at all.
        let exact = |value: &Value| match value {
            Value::Integer(value) => Some(i128::from(*value) * 2),
            #[expect(clippy::cast_possible_truncation, reason = "checked by the way back")]
            Value::Float(value) if (value * 2.0).abs() < 1e30 && (value * 2.0).fract() == 0.0 => Some((value * 2.0) as i128),
            _ => None,
        };
        if let (Some(left), Some(right)) = (exact(&a), exact(&b)) {
            prop_assert_eq!(equal(&a, &b), Some(left == right));
            prop_assert_eq!(less(&a, &b), Some(left < right));
            prop_assert_eq!(less_or_equal(&a, &b), Some(left <= right));
        }
    }
}

#[test]
fn a_large_integer_is_not_its_rounded_float() {
    let large = Value::Integer((1 << 53) + 1);
    let rounded = Value::Float(9_007_199_254_740_992.0);
    assert_eq!(equal(&large, &rounded), Some(false));
    assert_eq!(less(&rounded, &large), Some(true));
    assert_eq!(equal(&Value::from(1), &Value::from(1.0)), Some(true));
    assert_eq!(less(&Value::Integer(i64::MAX), &Value::Float(INTEGER_LIMIT)), Some(true));
    assert_eq!(equal(&Value::Integer(i64::MIN), &Value::Float(-INTEGER_LIMIT)), Some(true));
}

#[test]
fn nan_is_equal_to_nothing_and_equivalent_to_itself() {
    let nan = Value::Float(f64::NAN);
    assert_eq!(equal(&nan, &nan), Some(false));
    assert_eq!(less(&nan, &Value::from(1)), Some(false));
    assert_eq!(less_or_equal(&nan, &nan), Some(false));
    assert_eq!(less(&nan, &Value::from("a")), None);
    assert!(equivalent(&nan, &Value::Float(-f64::NAN)));
}

#[test]
fn lists_are_equal_item_by_item_in_three_values() {
    let (one, two, null) = (Value::from(1), Value::from(2), Value::Null);
    assert_eq!(equal(&list(std::slice::from_ref(&one)), &list(&[one.clone(), null.clone()])), Some(false));
    assert_eq!(equal(&list(&[one.clone(), two.clone()]), &list(&[null.clone(), Value::from("foo")])), Some(false));
    assert_eq!(equal(&list(&[one.clone(), two.clone()]), &list(&[null.clone(), two.clone()])), None);
    assert_eq!(equal(&list(&[one]), &Value::from("foo")), Some(false));
}

#[test]
fn lists_compare_by_the_first_pair_that_differs() {
    let of = |items: &[i64]| list(&items.iter().map(|item| Value::from(*item)).collect::<Vec<_>>());
    assert_eq!(less(&of(&[1]), &of(&[1, 0])), Some(true));
    assert_eq!(less_or_equal(&of(&[1]), &list(&[Value::from(1), Value::Null])), Some(true));
    assert_eq!(less_or_equal(&list(&[Value::from(1), Value::Null]), &of(&[1, 2])), None);
    assert_eq!(less_or_equal(&list(&[Value::from(3), Value::Null]), &of(&[1, 2])), Some(false));
    assert_eq!(less(&list(&[Value::from("a")]), &of(&[1])), None);
}

#[test]
fn maps_are_equal_if_their_keys_and_values_are() {
    let of = |entries: &[(&str, Value)]| entries.iter().cloned().collect::<Value>();
    let left = of(&[("a", Value::from(1)), ("b", Value::Null)]);
    assert_eq!(equal(&left, &of(&[("a", Value::from(1)), ("c", Value::Null)])), Some(false));
    assert_eq!(equal(&left, &of(&[("a", Value::from(2)), ("b", Value::Null)])), Some(false));
    assert_eq!(equal(&left, &left), None);
    assert_eq!(less(&left, &left), None);
}

#[test]
fn types_stand_in_the_order_of_the_language() {
    let sorted = [
        std::iter::empty::<(&str, Value)>().collect::<Value>(),
        list(&[]),
        date("2021-01-01"),
        Value::from("text"),
        Value::from(false),
        Value::from(1.5),
        Value::Float(f64::NAN),
        Value::Null,
    ];
    assert!(sorted.is_sorted_by(|left, right| order(left, right).is_lt()));
}

#[test]
fn values_of_different_types_are_not_equal_and_not_comparable() {
    assert_eq!(equal(&Value::from(1), &Value::from("1")), Some(false));
    assert_eq!(less(&Value::from(1), &Value::from("1")), None);
    assert_eq!(equal(&Value::Null, &Value::Null), None);
}

#[test]
fn times_of_the_same_moment_order_by_their_offset() {
    let at = |hour: u8, offset: i32| {
        Value::Time(Time::new(LocalTime::from_hms_nano(hour, 0, 0, 0).unwrap(), offset * 3600).unwrap())
    };
    assert_eq!(less(&at(10, 1), &at(9, -1)), Some(true));
    assert_eq!(equal(&at(10, 1), &at(9, 0)), Some(equivalent(&at(10, 1), &at(9, 0))));
}

#[test]
fn dates_of_sources_are_equal_only_if_known_to_be_the_same_day() {
    assert_eq!(equal(&edtf("2021"), &edtf("2021")), None);
    assert_eq!(equal(&edtf("2021"), &edtf("2022")), Some(false));
    assert_eq!(equal(&edtf("2021-12-10"), &date("2021-12-10")), Some(true));
    assert_eq!(equal(&edtf("2021-12-10?"), &date("2021-12-10")), None);
    assert_eq!(equal(&edtf("2021-12-10?"), &edtf("2021-12-10?")), None);
    assert_eq!(equal(&edtf("2021-12-10/2021-12-12"), &edtf("2021-12-10/2021-12-12")), Some(true));
    assert_eq!(equal(&edtf("2021-12"), &Value::from("2021-12")), Some(false));
    assert_eq!(equal(&edtf("2021-12"), &Value::Null), None);
}

#[test]
fn dates_of_sources_compare_in_three_values() {
    assert_eq!(less(&edtf("2021-12"), &date("2022-01-01")), Some(true));
    assert_eq!(less(&edtf("2021-12"), &date("2021-12-05")), None);
    assert_eq!(less(&edtf("2021-12"), &date("2021-12-01")), Some(false));
    assert_eq!(less_or_equal(&edtf("[..2021-12-10]"), &date("2021-12-10")), Some(true));
    assert_eq!(less(&edtf("2021-12"), &Value::from(1)), None);
}

#[test]
fn equivalence_of_dates_of_sources_is_that_of_their_texts() {
    assert!(equivalent(&edtf("2021"), &edtf("2021")));
    assert!(!equivalent(&edtf("2021"), &edtf("2021?")));
    assert!(equivalent(&edtf("2021-12-10"), &date("2021-12-10")));
    assert!(!equivalent(&edtf("2021-12-10~"), &date("2021-12-10")));
    assert_eq!(hash_of(&edtf("2021-12-10")), hash_of(&date("2021-12-10")));
}
