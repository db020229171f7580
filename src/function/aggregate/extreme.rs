//! `min` and `max`, in the order of `ORDER BY`, over values of any types.

use std::cmp::Ordering;

use super::{Accumulator, those_present};
use crate::function::FunctionError;
use crate::value::{Value, compare};

pub(super) fn min() -> Box<dyn Accumulator> {
    Box::new(Extreme { best: None, wanted: Ordering::Less })
}

pub(super) fn max() -> Box<dyn Accumulator> {
    Box::new(Extreme { best: None, wanted: Ordering::Greater })
}

/// Of equivalent values the first one stays.
struct Extreme {
    best: Option<Value>,
    wanted: Ordering,
}

impl Accumulator for Extreme {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        let value = &arguments[0];
        if self.best.as_ref().is_none_or(|best| compare::order(value, best) == self.wanted) {
            self.best = Some(value.clone());
        }
        Ok(())
    }

    fn add_integers(&mut self, numbers: &[i64], present: &[bool]) -> Result<(), FunctionError> {
        let numbers = those_present(numbers, present);
        let best = if self.wanted.is_lt() { numbers.min() } else { numbers.max() };
        best.map_or(Ok(()), |best| self.add(&[Value::Integer(best)]))
    }

    fn add_floats(&mut self, numbers: &[f64], present: &[bool]) -> Result<(), FunctionError> {
        let order = |left: f64, right: f64| {
            // NaN is the greatest.
            left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
        };
        let better = |best: f64, number: f64| if order(number, best) == self.wanted { number } else { best };
        let best = those_present(numbers, present).reduce(better);
        best.map_or(Ok(()), |best| self.add(&[Value::Float(best)]))
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        Ok(self.best.unwrap_or_default())
    }

    fn kept_bytes(&self) -> usize {
        self.best.as_ref().map_or(0, Value::payload_bytes)
    }
}

#[cfg(test)]
mod tests {
    use crate::function::aggregate::testing::check;
    use crate::value::{Edtf, Value};

    #[test]
    fn extremes_go_across_types() {
        let mixed = [1.into(), "a".into(), vec![1, 2].into(), 0.2.into(), "b".into()];
        check("max", &mixed, "1");
        check("min", &mixed, "[1, 2]");
        check("max", &[vec![1].into(), vec![2].into(), vec![2, 1].into()], "[2, 1]");
        check("min", &["a".into(), "B".into()], "B");
        check("max", &[], "null");
    }

    #[test]
    fn dates_of_sources_go_by_their_bounds() {
        let dates: Vec<Value> =
            ["2021-12", "[..2017]", "2021-12/.."].map(|text| Edtf::parse(text).unwrap().into()).to_vec();
        check("min", &dates, "[..2017]");
        check("max", &dates, "2021-12/..");
    }
}
