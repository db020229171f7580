//! `sum` and `avg`, of numbers or of durations.

use super::{Accumulator, those_present};
use crate::function::FunctionError;
use crate::function::temporal::{Arithmetic, temporal_arithmetic};
use crate::value::Value;

pub(super) fn sum() -> Box<dyn Accumulator> {
    Box::new(Sum(Total::new("sum")))
}

pub(super) fn avg() -> Box<dyn Accumulator> {
    Box::new(Average(Total::new("avg")))
}

struct Sum(Total);

impl Accumulator for Sum {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        self.0.add(&arguments[0])
    }

    fn add_integers(&mut self, numbers: &[i64], present: &[bool]) -> Result<(), FunctionError> {
        self.0.add_integers(numbers, present)
    }

    fn add_floats(&mut self, numbers: &[f64], present: &[bool]) -> Result<(), FunctionError> {
        self.0.add_floats(numbers, present)
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        let total = self.0;
        match (&total.duration, total.floats) {
            (Some(duration), _) => Ok(duration.clone()),
            (None, Some(_)) => Ok(Value::Float(total.as_float())),
            (None, None) => {
                let sum = i64::try_from(total.integers);
                sum.map(Value::Integer).map_err(|_| FunctionError::Overflow { operation: "sum" })
            }
        }
    }
}

struct Average(Total);

impl Accumulator for Average {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        self.0.add(&arguments[0])
    }

    fn add_integers(&mut self, numbers: &[i64], present: &[bool]) -> Result<(), FunctionError> {
        self.0.add_integers(numbers, present)
    }

    fn add_floats(&mut self, numbers: &[f64], present: &[bool]) -> Result<(), FunctionError> {
        self.0.add_floats(numbers, present)
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean is a float")]
    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        let total = self.0;
        match &total.duration {
            _ if total.count == 0 => Ok(Value::Null),
            Some(duration) => temporal(Arithmetic::Divide, "avg", duration, &Value::Integer(total.count)),
            None if planted!("avg is a whole number") => {
                Ok(Value::Float((total.as_float() / total.count as f64).trunc()))
            }
            None => Ok(Value::Float(total.as_float() / total.count as f64)),
        }
    }
}

/// Numbers and durations do not mix: one of them stays empty.
struct Total {
    function: &'static str,
    count: i64,
    /// 2^63 integers of 64 bits do not overflow it.
    integers: i128,
    floats: Option<f64>,
    duration: Option<Value>,
}

impl Total {
    fn new(function: &'static str) -> Self {
        Self { function, count: 0, integers: 0, floats: None, duration: None }
    }

    fn add(&mut self, value: &Value) -> Result<(), FunctionError> {
        match value {
            Value::Integer(number) if self.duration.is_none() => self.integers += i128::from(*number),
            Value::Float(number) if self.duration.is_none() => *self.floats.get_or_insert(0.0) += number,
            Value::Duration(_) if self.duration.is_some() || self.count == 0 => {
                self.duration = Some(match &self.duration {
                    None => value.clone(),
                    Some(sum) => temporal(Arithmetic::Add, self.function, sum, value)?,
                });
            }
            other => return Err(FunctionError::wrong_type(self.function, "only numbers, or only durations", other)),
        }
        self.count += 1;
        Ok(())
    }

    fn add_integers(&mut self, numbers: &[i64], present: &[bool]) -> Result<(), FunctionError> {
        if self.duration.is_some() {
            return those_present(numbers, present).try_for_each(|number| self.add(&Value::Integer(number)));
        }
        for number in those_present(numbers, present) {
            self.integers += i128::from(number);
            self.count += 1;
        }
        Ok(())
    }

    fn add_floats(&mut self, numbers: &[f64], present: &[bool]) -> Result<(), FunctionError> {
        if self.duration.is_some() {
            return those_present(numbers, present).try_for_each(|number| self.add(&Value::Float(number)));
        }
        for number in those_present(numbers, present) {
            *self.floats.get_or_insert(0.0) += number;
            self.count += 1;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "beside floats, or as a mean, the sum is a float")]
    fn as_float(&self) -> f64 {
        self.integers as f64 + self.floats.unwrap_or(0.0)
    }
}

fn temporal(op: Arithmetic, function: &'static str, left: &Value, right: &Value) -> Result<Value, FunctionError> {
    temporal_arithmetic(op, left, right).unwrap_or_else(|| Err(FunctionError::wrong_type(function, "a DURATION", left)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::aggregate::testing::{aggregate, check};
    use crate::function::testing::check_error;
    use crate::value::Duration;

    fn days(days: i64) -> Value {
        Duration::new(0, days, 0, 0).unwrap().into()
    }

    #[test]
    fn integers_are_summed_exactly() {
        check("sum", &[], "0");
        check("sum", &[33.into(), 42.into()], "75");
        check("sum", &[1.into(), 0.5.into()], "1.5");
        check("sum", &[i64::MAX.into(), 1.into(), (-1).into()], "9223372036854775807");
        check_error(aggregate("sum", &[&[i64::MAX.into()], &[1.into()]]), "ArithmeticError NumberOutOfRange");
    }

    #[test]
    fn a_mean_is_a_float_and_of_nothing_null() {
        check("avg", &[], "null");
        check("avg", &[1.into(), 2.into()], "1.5");
        check("avg", &[i64::MAX.into(), i64::MAX.into()], "9.223372036854776E18");
    }

    #[test]
    fn durations_are_summed_among_themselves() {
        check("sum", &[days(1), days(2)], "P3D");
        check("avg", &[days(1), days(3)], "P2D");
        check_error(aggregate("sum", &[&[1.into()], &[days(1)]]), "TypeError InvalidArgumentValue");
        check_error(aggregate("sum", &[&[days(1)], &[1.into()]]), "TypeError InvalidArgumentValue");
        check_error(aggregate("avg", &[&["a".into()]]), "TypeError InvalidArgumentValue");
    }
}
