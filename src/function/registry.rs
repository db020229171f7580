//! All that can be called, by name.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::synonym::SYNONYMS;
use super::{
    Aggregate, Function, Procedure, aggregate, collection, conversion, edtf, element, list, math, names, source,
    string, temporal,
};
use crate::value::Name;
use crate::value::nearest::nearest;

/// The functions of the language, family by family.
const FAMILIES: &[&[Function]] = &[
    string::FUNCTIONS,
    list::FUNCTIONS,
    collection::FUNCTIONS,
    element::FUNCTIONS,
    source::FUNCTIONS,
    math::FUNCTIONS,
    conversion::FUNCTIONS,
    edtf::FUNCTIONS,
    names::FUNCTIONS,
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
        for (name, known) in SYNONYMS {
            registry.add_synonym(name, known);
        }
        registry
    }

    fn add_synonym(&mut self, name: &str, known: &str) {
        if let Some(aggregate) = self.aggregate(known) {
            self.aggregates.insert(name.to_owned(), Arc::clone(aggregate));
        } else if let Some(function) = self.function(known) {
            self.functions.insert(name.to_owned(), Arc::clone(function));
        }
    }

    /// The function or aggregate whose name is nearest to `name`.
    pub(crate) fn nearest(&self, name: &str) -> Option<Name> {
        let functions = self.functions.iter().map(|(key, function)| shown_name(key, &function.name));
        let aggregates = self.aggregates.iter().map(|(key, aggregate)| shown_name(key, aggregate.name));
        nearest(name, functions.chain(aggregates))
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

    /// All functions by all their names, in the order of these.
    pub(crate) fn functions(&self) -> Vec<(&str, &Function)> {
        let named = self.functions.iter().map(|(key, function)| (shown_name(key, &function.name), &**function));
        let mut functions: Vec<_> = named.collect();
        functions.sort_by_key(|(name, _)| *name);
        functions
    }

    pub(crate) fn aggregates(&self) -> Vec<(&str, &Aggregate)> {
        let named = self.aggregates.iter().map(|(key, aggregate)| (shown_name(key, aggregate.name), &**aggregate));
        let mut aggregates: Vec<_> = named.collect();
        aggregates.sort_by_key(|(name, _)| *name);
        aggregates
    }

    pub(crate) fn procedures(&self) -> Vec<&Arc<Procedure>> {
        let mut procedures: Vec<_> = self.procedures.values().collect();
        procedures.sort_by_key(|procedure| procedure.name.clone());
        procedures
    }
}

/// The name under `key` as documented: a synonym is its own key.
fn shown_name<'a>(key: &'a str, name: &'a str) -> &'a str {
    if name.to_lowercase() == key { name } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_taken_twice() {
        let registry = Registry::builtin();
        let count: usize = FAMILIES.iter().map(|table| table.len()).sum();
        let names = registry.functions.len() + registry.aggregates.len();
        assert_eq!(names, count + aggregate::AGGREGATES.len() + SYNONYMS.len());
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
        for (name, function) in registry.functions() {
            assert!(!function.summary.is_empty(), "{name}");
            assert!(function.arity.min <= function.arity.max, "{name}");
        }
    }
}
