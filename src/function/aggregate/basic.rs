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

struct Collect {
    values: Vec<Value>,
    kept_bytes: usize,
}

impl Accumulator for Collect {
    fn add(&mut self, arguments: &[Value]) -> Result<(), FunctionError> {
        self.kept_bytes += size_of::<Value>() + arguments[0].payload_bytes();
        self.values.push(arguments[0].clone());
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
