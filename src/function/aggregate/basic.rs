//! `count` and `collect`.

use super::Accumulator;
use crate::function::FunctionError;
use crate::function::string::count_value;
use crate::value::Value;

pub(super) fn count() -> Box<dyn Accumulator> {
    Box::new(Count(0))
}

pub(super) fn collect() -> Box<dyn Accumulator> {
    Box::new(Collect { values: Vec::new(), kept_bytes: 0 })
}

struct Count(usize);

impl Accumulator for Count {
    fn add(&mut self, _arguments: &[Value]) -> Result<(), FunctionError> {
        self.0 += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        Ok(count_value(self.0))
    }
}

/// What keeping a value takes.
fn kept(value: &Value) -> usize {
    size_of::<Value>() + value.payload_bytes()
}

struct Collect {
    values: Vec<Value>,
    kept_bytes: usize,
}

impl Accumulator for Collect {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        // The rows that held the values before are gone by now, so that their parts are larger.
        if self.values.len().is_power_of_two() {
            self.kept_bytes = self.values.iter().map(kept).sum();
        }
        self.values.push(arguments[0].clone());
        self.kept_bytes += kept(&arguments[0]);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Value, FunctionError> {
        Ok(Value::List(self.values.into()))
    }

    fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }
}

#[cfg(test)]
mod tests {
    use crate::function::aggregate::testing::check;

    #[test]
    fn values_are_counted_and_collected_in_their_order() {
        check("count", &[], "0");
        check("count", &["a".into(), 1.into()], "2");
        check("collect", &[], "[]");
        check("collect", &["b".into(), 1.into()], "['b', 1]");
    }
}
