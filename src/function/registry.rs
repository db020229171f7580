//! All that can be called, by name.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Aggregate, Function, Procedure, aggregate, conversion, edtf, element, list, math, string, temporal};
use crate::value::Name;
use crate::value::nearest::nearest;

/// The functions of the language, family by family.
const FAMILIES: &[&[Function]] = &[
    string::FUNCTIONS,
    list::FUNCTIONS,
    element::FUNCTIONS,
    math::FUNCTIONS,
    conversion::FUNCTIONS,
    edtf::FUNCTIONS,
    temporal::FUNCTIONS,
];

/// The functions, aggregates and procedures of one database. Names are looked up without regard to case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    functions: FxHashMap<String, Arc<Function>>,
    aggregates: FxHashMap<String, Arc<Aggregate>>,
    procedures: FxHashMap<String, Arc<Procedure>>,
}

impl Registry {
    /// All that comes with the language.
    pub(crate) fn builtin() -> Self {
        let mut registry = Self::default();
        for function in FAMILIES.iter().copied().flatten() {
            registry.add_function(function.clone());
        }
        for aggregate in aggregate::AGGREGATES {
            registry.add_aggregate(aggregate.clone());
        }
        registry
    }

    /// The function or aggregate whose name is nearest to `name`.
    pub(crate) fn nearest(&self, name: &str) -> Option<Name> {
        let functions = self.functions.values().map(|function| &*function.name);
        nearest(name, functions.chain(self.aggregates.values().map(|aggregate| aggregate.name)))
    }

    /// The procedure whose name is nearest to `name`.
    pub(crate) fn nearest_procedure(&self, name: &str) -> Option<Name> {
        nearest(name, self.procedures.values().map(|procedure| procedure.name.as_str()))
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.get(&name.to_lowercase())
    }

    pub(crate) fn aggregate(&self, name: &str) -> Option<&Arc<Aggregate>> {
        self.aggregates.get(&name.to_lowercase())
    }

    pub(crate) fn procedure(&self, name: &str) -> Option<&Arc<Procedure>> {
        self.procedures.get(&name.to_lowercase())
    }

    pub(crate) fn add_function(&mut self, function: Function) {
        self.functions.insert(function.name.to_lowercase(), Arc::new(function));
    }

    pub(crate) fn add_aggregate(&mut self, aggregate: Aggregate) {
        self.aggregates.insert(aggregate.name.to_lowercase(), Arc::new(aggregate));
    }

    pub(crate) fn add_procedure(&mut self, procedure: Procedure) {
        self.procedures.insert(procedure.name.to_lowercase(), Arc::new(procedure));
    }

    /// All functions, in the order of their names.
    pub(crate) fn functions(&self) -> Vec<&Arc<Function>> {
        let mut functions: Vec<_> = self.functions.values().collect();
        functions.sort_by(|one, other| one.name.cmp(&other.name));
        functions
    }

    pub(crate) fn aggregates(&self) -> Vec<&Arc<Aggregate>> {
        let mut aggregates: Vec<_> = self.aggregates.values().collect();
        aggregates.sort_by_key(|aggregate| aggregate.name);
        aggregates
    }

    pub(crate) fn procedures(&self) -> Vec<&Arc<Procedure>> {
        let mut procedures: Vec<_> = self.procedures.values().collect();
        procedures.sort_by_key(|procedure| procedure.name.clone());
        procedures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_taken_twice() {
        let registry = Registry::builtin();
        let count: usize = FAMILIES.iter().map(|table| table.len()).sum();
        assert_eq!(registry.functions.len(), count);
        assert!(registry.aggregates.keys().all(|name| !registry.functions.contains_key(name)));
    }

    #[test]
    fn names_are_found_without_regard_to_case_and_guessed_if_misspelt() {
        let registry = Registry::builtin();
        assert!(registry.function("TOUPPER").is_some());
        assert!(registry.function("toUper").is_none());
        assert_eq!(registry.nearest("toUper"), Some(Name::from("toUpper")));
        assert_eq!(registry.nearest("quux"), None);
    }

    #[test]
    fn every_function_says_what_it_does() {
        let registry = Registry::builtin();
        for function in registry.functions() {
            assert!(!function.summary.is_empty(), "{}", function.name);
            assert!(function.arity.min <= function.arity.max, "{}", function.name);
        }
    }
}
