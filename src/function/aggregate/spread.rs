//! Standard deviations, by Welford's method: one pass, and no difference of large squares.

use super::Accumulator;
use crate::function::FunctionError;
use crate::function::arguments::float;
use crate::value::Value;

pub(super) fn sample() -> Box<dyn Accumulator> {
    Box::new(Spread { function: "stDev", lost_degrees: 1.0, count: 0.0, mean: 0.0, squares: 0.0 })
}

pub(super) fn population() -> Box<dyn Accumulator> {
    Box::new(Spread { function: "stDevP", lost_degrees: 0.0, count: 0.0, mean: 0.0, squares: 0.0 })
}

struct Spread {
    function: &'static str,
    lost_degrees: f64,
    count: f64,
    mean: f64,
    /// The sum of the squared distances from the mean so far.
    squares: f64,
}

impl Accumulator for Spread {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        let number = float(self.function, &arguments[0])?;
        self.count += 1.0;
        let distance = number - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (number - self.mean);
        Ok(())
    }

    /// Of fewer than two values there is no spread.
    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        if self.count < 2.0 {
            return Ok(Value::Float(0.0));
        }
        Ok(Value::Float((self.squares / (self.count - self.lost_degrees)).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use crate::function::aggregate::testing::check;
    use crate::value::Value;

    #[test]
    fn a_sample_loses_one_degree_of_freedom() {
        let numbers = [2, 4, 4, 4, 5, 5, 7, 9].map(Value::from);
        check("stDevP", &numbers, "2.0");
        check("stDev", &[1.into(), 2.into(), 3.into()], "1.0");
        check("stDev", &[5.into()], "0.0");
        check("stDevP", &[], "0.0");
    }
}
