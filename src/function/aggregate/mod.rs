//! Functions of many rows.
//!
//! An aggregate is a row in a table, and a state that is fed one row at a time. Integers are summed exactly, in any
//! order, with the overflow found at the end. Nulls never arrive, and what `DISTINCT` leaves out neither.

mod basic;
mod extreme;
mod percentile;
mod spread;
mod sum;

use std::fmt;

use super::{Accepts, FunctionError, ResultType};
use crate::value::{Type, Value};

/// The state of one aggregate in one group.
pub(crate) trait Accumulator: Send {
    /// Takes the arguments of one row; nulls in the first argument have been left out already.
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError>;

    /// As [`add`](Self::add) for each of these numbers that is there; all are if `present` is empty.
    fn add_integers(&mut self, numbers: &[i64], present: &[bool]) -> Result<(), FunctionError> {
        those_present(numbers, present).try_for_each(|number| self.add(&[Value::Integer(number)]))
    }

    /// As [`add`](Self::add) for each of these numbers that is there; all are if `present` is empty.
    fn add_floats(&mut self, numbers: &[f64], present: &[bool]) -> Result<(), FunctionError> {
        those_present(numbers, present).try_for_each(|number| self.add(&[Value::Float(number)]))
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError>;

    /// About how many bytes the values take that are kept; asked only of an aggregate that says it keeps them.
    fn kept_bytes(&self) -> usize {
        0
    }
}

/// The numbers that are there; all are if `present` is empty.
fn those_present<'n, T: Copy>(numbers: &'n [T], present: &'n [bool]) -> impl Iterator<Item = T> + 'n {
    let is_there = |row: usize| present.is_empty() || present[row];
    numbers.iter().enumerate().filter(move |(row, _)| is_there(*row)).map(|(_, number)| *number)
}

/// A function of many rows. `DISTINCT` is the caller's business, and so is `count(*)`.
#[derive(Clone)]
pub(crate) struct Aggregate {
    pub name: &'static str,
    pub parameters: &'static [Accepts],
    pub result: ResultType,
    pub summary: &'static str,
    /// Whether the state grows with the values.
    pub keeps: bool,
    /// Whether the result of some rows can stand for them among others.
    pub merges: bool,
    pub start: fn() -> Box<dyn Accumulator>,
}

impl Aggregate {
    /// As `SHOW FUNCTIONS` gives it under one of its names: `sum(NUMBER) :: ANY`.
    pub(crate) fn signature(&self, name: &str) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(ToString::to_string).collect();
        format!("{name}({}) :: {}", parameters.join(", "), self.result)
    }
}

const SUMMABLE: Accepts = Accepts::NUMBER.or(Accepts::DURATION);
const NUMBER_AND_SHARE: &[Accepts] = &[Accepts::NUMBER, Accepts::NUMBER];

/// The aggregate by which rows become a list.
pub(crate) const COLLECT: Aggregate = Aggregate {
    name: "collect",
    parameters: &[Accepts::ANY],
    result: ResultType::ListOfArgument(0),
    summary: "the values as a list",
    keeps: true,
    merges: false,
    start: basic::collect,
};

pub(super) const AGGREGATES: &[Aggregate] = &[
    Aggregate {
        name: "count",
        parameters: &[Accepts::ANY],
        result: ResultType::Is(Type::Integer),
        summary: "how many values there are",
        keeps: false,
        merges: true,
        start: basic::count,
    },
    COLLECT,
    Aggregate {
        name: "sum",
        parameters: &[SUMMABLE],
        result: ResultType::SameAs(0),
        summary: "the sum of numbers or durations, 0 if there is none",
        keeps: false,
        merges: false,
        start: sum::sum,
    },
    Aggregate {
        name: "avg",
        parameters: &[SUMMABLE],
        result: ResultType::Is(Type::Any),
        summary: "the mean of numbers (a float) or durations, null if there is none",
        keeps: false,
        merges: false,
        start: sum::avg,
    },
    Aggregate {
        name: "min",
        parameters: &[Accepts::ANY],
        result: ResultType::SameAs(0),
        summary: "the first value in the order of ORDER BY",
        keeps: true,
        merges: true,
        start: extreme::min,
    },
    Aggregate {
        name: "max",
        parameters: &[Accepts::ANY],
        result: ResultType::SameAs(0),
        summary: "the last value in the order of ORDER BY",
        keeps: true,
        merges: true,
        start: extreme::max,
    },
    Aggregate {
        name: "stDev",
        parameters: &[Accepts::NUMBER],
        result: ResultType::Is(Type::Float),
        summary: "the standard deviation of a sample",
        keeps: false,
        merges: false,
        start: spread::sample,
    },
    Aggregate {
        name: "stDevP",
        parameters: &[Accepts::NUMBER],
        result: ResultType::Is(Type::Float),
        summary: "the standard deviation of a whole population",
        keeps: false,
        merges: false,
        start: spread::population,
    },
    Aggregate {
        name: "percentileDisc",
        parameters: NUMBER_AND_SHARE,
        result: ResultType::SameAs(0),
        summary: "the value at a share (0 to 1) of the sorted values",
        keeps: true,
        merges: false,
        start: percentile::discrete,
    },
    Aggregate {
        name: "percentileCont",
        parameters: NUMBER_AND_SHARE,
        result: ResultType::Is(Type::Float),
        summary: "the value at a share (0 to 1) of the sorted values, between two if need be",
        keeps: true,
        merges: false,
        start: percentile::continuous,
    },
];

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aggregate").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::function::Registry;

    pub(super) fn aggregate(name: &str, rows: &[&[Value]]) -> Result<Value, FunctionError> {
        let registry = Registry::builtin();
        let mut accumulator = (registry.aggregate(name).expect("an aggregate").start)();
        for row in rows {
            accumulator.add(row)?;
        }
        accumulator.finish()
    }

    /// Expects the aggregate of these values to print like this.
    #[track_caller]
    pub(super) fn check(name: &str, values: &[Value], expected: &str) {
        let rows: Vec<&[Value]> = values.iter().map(std::slice::from_ref).collect();
        assert_eq!(aggregate(name, &rows).expect("a value").to_string(), expected, "{name}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::Registry;

    /// What comes of one value, and of two columns behind it: as columns, and one by one.
    fn both_ways(name: &str, first: &Value, integers: &[i64], floats: &[f64], present: &[bool]) -> [String; 2] {
        let registry = Registry::builtin();
        [true, false].map(|by_column| {
            let mut accumulator = (registry.aggregate(name).expect("an aggregate").start)();
            let mut add = || {
                accumulator.add(std::slice::from_ref(first))?;
                if by_column {
                    accumulator.add_integers(integers, present)?;
                    return accumulator.add_floats(floats, present);
                }
                those_present(integers, present).try_for_each(|number| accumulator.add(&[Value::Integer(number)]))?;
                those_present(floats, present).try_for_each(|number| accumulator.add(&[Value::Float(number)]))
            };
            let added = add();
            format!("{added:?} {:?}", accumulator.finish())
        })
    }

    #[test]
    fn columns_of_numbers_are_taken_as_their_numbers_are() {
        let integers = [3, -7, i64::MAX, 3, i64::MIN];
        let floats = [[0.0, -0.0, 2.5, f64::NAN, -1.0], [-0.0, 0.0, f64::INFINITY, -3.0, 1.0], [f64::NAN; 5]];
        let firsts = [
            Value::Integer(3),
            Value::Float(-0.0),
            "a".into(),
            crate::value::Duration::new(0, 1, 0, 0).unwrap().into(),
        ];
        for name in ["sum", "avg", "min", "max", "collect", "stDev"] {
            for first in &firsts {
                for floats in &floats {
                    for present in [&[][..], &[true, false, false, true, true], &[false; 5]] {
                        let [by_column, by_number] = both_ways(name, first, &integers, floats, present);
                        assert_eq!(by_column, by_number, "{name}({first:?}, {floats:?}, {present:?})");
                    }
                }
            }
        }
    }
}
