//! A host with a tiny graph, for tests of functions: node 1 `(:B:A {k: 1})`, relationship 2 from it to itself.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;

use super::{
    Cited, FunctionError, Host, Registry,
    lens::{Clock, Lens},
};
use crate::value::{Date, DateTime, ElementId, Name, Node, Relationship, Value};

#[derive(Debug)]
pub(crate) struct TinyHost {
    /// Bytes that may be reserved at once.
    pub budget: usize,
    pub chance: Cell<u32>,
}

impl Default for TinyHost {
    fn default() -> Self {
        Self { budget: 1 << 20, chance: Cell::new(0) }
    }
}

impl Host for TinyHost {
    fn graph(&self) -> &dyn Any {
        self
    }

    fn labels(&self, _node: &Node) -> Result<Vec<Name>, FunctionError> {
        Ok(vec![Name::from("A"), Name::from("B")])
    }

    fn rel_type(&self, _rel: &Relationship) -> Result<Name, FunctionError> {
        Ok(Name::from("T"))
    }

    fn ends(&self, _rel: &Relationship) -> Result<(Value, Value), FunctionError> {
        Ok((Node::bare(ElementId(1)).into(), Node::bare(ElementId(1)).into()))
    }

    fn is_asserted(&self, _rel: &Relationship) -> Result<bool, FunctionError> {
        Ok(true)
    }

    fn properties(&self, element: ElementId) -> Result<BTreeMap<Name, Value>, FunctionError> {
        match element.0 {
            1 => Ok(BTreeMap::from([(Name::from("k"), Value::from(1))])),
            2 => Ok(BTreeMap::new()),
            id => Err(FunctionError::Deleted { id }),
        }
    }

    fn property(&self, element: ElementId, key: &str) -> Result<Value, FunctionError> {
        Ok(self.properties(element)?.remove(key).unwrap_or_default())
    }

    fn citations(&self, element: ElementId, _: Lens<&Value>) -> Result<Vec<Cited>, FunctionError> {
        let (citation, source) = (Relationship::bare(ElementId(2)), Node::bare(ElementId(1)));
        Ok(if element.0 == 1 { vec![Cited { citation, paragraph: None, source }] } else { Vec::new() })
    }

    fn known_citations(&self, element: ElementId, _: Clock<&Value>) -> Result<Vec<Cited>, FunctionError> {
        self.citations(element, Lens::default())
    }

    fn cited_joints(&self, _: &Node) -> Result<Vec<Relationship>, FunctionError> {
        Ok(Vec::new())
    }

    fn passes(&self, _: ElementId, _: Lens<&Value>) -> Result<bool, FunctionError> {
        Ok(true)
    }

    fn known(&self, _element: ElementId, _possibly: bool) -> Result<Option<Date>, FunctionError> {
        Ok(Date::from_epoch_days(1))
    }

    fn known_through(&self, _element: ElementId, _possibly: bool) -> Result<Option<Relationship>, FunctionError> {
        Ok(None)
    }

    fn sources_through(&self, _: ElementId, _: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError> {
        Ok(Vec::new())
    }

    fn source_count(&self, element: ElementId, lens: Lens<&Value>) -> Result<Option<usize>, FunctionError> {
        Ok(Some(self.citations(element, lens)?.len()))
    }

    fn valid_times(&self, _element: ElementId) -> Result<(Value, Value), FunctionError> {
        Ok((Value::Null, Value::Null))
    }

    fn max_witnesses(&self) -> usize {
        2
    }

    fn degree(&self, _node: &Node, _: Lens<&Value>) -> Result<u64, FunctionError> {
        Ok(1)
    }

    fn touching(&self, _node: &Node, _: Lens<&Value>) -> Result<Vec<Relationship>, FunctionError> {
        Ok(Vec::new())
    }

    fn recorded(&self, _element: ElementId) -> Result<(u64, DateTime), FunctionError> {
        Ok((1, self.statement_time()))
    }

    fn transaction_time(&self) -> DateTime {
        self.statement_time()
    }

    fn statement_time(&self) -> DateTime {
        DateTime::from_epoch(1, 500_000_000).expect("a point in time")
    }

    fn real_time(&self) -> DateTime {
        self.statement_time()
    }

    fn random(&self) -> f64 {
        self.chance.set(self.chance.get() + 1);
        f64::from(self.chance.get() % 16) / 16.0
    }

    fn reserve(&self, bytes: usize) -> Result<(), FunctionError> {
        if bytes <= self.budget { Ok(()) } else { Err(FunctionError::Limit { limit: "memory".to_owned() }) }
    }
}

/// Calls a function of the language by its name.
pub(crate) fn call(name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    call_on(&TinyHost::default(), name, arguments)
}

pub(crate) fn call_on(host: &TinyHost, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    let registry = Registry::builtin();
    let function = registry.function(name).unwrap_or_else(|| panic!("no function {name}"));
    let arity = function.arity;
    assert!((arity.min..=arity.max).contains(&arguments.len()), "{name} takes another number of arguments");
    function.call(host, arguments)
}

/// Expects a result that prints like this.
#[track_caller]
pub(crate) fn check(name: &str, arguments: &[Value], expected: &str) {
    match call(name, arguments) {
        Ok(value) => assert_eq!(value.to_string(), expected, "{name}"),
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Expects an error of a type and detail: `"TypeError InvalidArgumentType"`.
#[track_caller]
pub(crate) fn check_error<T: std::fmt::Debug>(result: Result<T, FunctionError>, expected: &str) {
    let class = result.expect_err("an error").class();
    assert_eq!(format!("{} {}", class.kind, class.detail), expected);
}
