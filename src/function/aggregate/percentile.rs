//! `percentileDisc` and `percentileCont`.

use super::Accumulator;
use crate::function::FunctionError;
use crate::function::arguments::float;
use crate::value::{Value, compare};

pub(super) fn discrete() -> Box<dyn Accumulator> {
    Box::new(Percentile { function: "percentileDisc", pick: pick_nearest, share: None, numbers: Vec::new() })
}

pub(super) fn continuous() -> Box<dyn Accumulator> {
    Box::new(Percentile { function: "percentileCont", pick: pick_between, share: None, numbers: Vec::new() })
}

/// The share is that of the last row; it is checked in each.
struct Percentile {
    function: &'static str,
    /// Takes at least one number, sorted, and the share.
    pick: fn(&[Value], f64) -> Value,
    share: Option<f64>,
    numbers: Vec<Value>,
}

impl Accumulator for Percentile {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        float(self.function, &arguments[0])?;
        let share = float(self.function, &arguments[1])?;
        if !(0.0..=1.0).contains(&share) {
            let message = format!("the share is {}, not from 0 to 1", Value::Float(share));
            return Err(FunctionError::Range { function: self.function, message });
        }
        self.share = Some(share);
        self.numbers.push(arguments[0].clone());
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        let Some(share) = self.share else { return Ok(Value::Null) };
        let mut numbers = self.numbers;
        numbers.sort_by(compare::order);
        Ok((self.pick)(&numbers, share))
    }

    fn kept_bytes(&self) -> usize {
        size_of_val(&self.numbers[..])
    }
}

/// The first number that has at least this share of all at or before it.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn pick_nearest(numbers: &[Value], share: f64) -> Value {
    let position = (share * numbers.len() as f64).ceil() as usize;
    numbers[position.saturating_sub(1).min(numbers.len() - 1)].clone()
}

/// Between the two numbers around the share, in proportion.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn pick_between(numbers: &[Value], share: f64) -> Value {
    let position = share * (numbers.len() - 1) as f64;
    let at = |index: usize| float("percentileCont", &numbers[index.min(numbers.len() - 1)]).unwrap_or(f64::NAN);
    let (below, above) = (at(position.floor() as usize), at(position.ceil() as usize));
    Value::Float(if below < above { below + (above - below) * position.fract() } else { below })
}

#[cfg(test)]
mod tests {
    use crate::function::aggregate::testing::aggregate;
    use crate::function::testing::check_error;
    use crate::value::Value;

    fn percentile(name: &str, share: f64, numbers: &[f64]) -> String {
        let rows: Vec<[Value; 2]> = numbers.iter().map(|number| [(*number).into(), share.into()]).collect();
        let rows: Vec<&[Value]> = rows.iter().map(<[Value; 2]>::as_slice).collect();
        aggregate(name, &rows).unwrap().to_string()
    }

    #[test]
    fn a_discrete_percentile_is_one_of_the_numbers() {
        let numbers = [30.0, 10.0, 20.0];
        assert_eq!(percentile("percentileDisc", 0.0, &numbers), "10.0");
        assert_eq!(percentile("percentileDisc", 0.5, &numbers), "20.0");
        assert_eq!(percentile("percentileDisc", 1.0, &numbers), "30.0");
        assert_eq!(percentile("percentileDisc", 0.5, &[]), "null");
    }

    #[test]
    fn a_continuous_percentile_lies_between() {
        assert_eq!(percentile("percentileCont", 0.5, &[10.0, 20.0]), "15.0");
        assert_eq!(percentile("percentileCont", 0.0, &[10.0, 20.0, 30.0]), "10.0");
        assert_eq!(percentile("percentileCont", 1.0, &[10.0, 20.0, 30.0]), "30.0");
        assert_eq!(percentile("percentileCont", 0.25, &[10.0, 20.0]), "12.5");
    }

    #[test]
    fn a_share_is_from_0_to_1() {
        let error = "ArgumentError NumberOutOfRange";
        check_error(aggregate("percentileDisc", &[&[1.into(), 1.1.into()]]), error);
        check_error(aggregate("percentileCont", &[&[1.into(), (-1).into()]]), error);
        check_error(aggregate("percentileCont", &[&["a".into(), 0.5.into()]]), "TypeError InvalidArgumentValue");
    }
}
