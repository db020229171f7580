//! Plans as text, for queries over a small catalog.

use expect_test::{Expect, expect};

use super::{PassSet, optimize};
use crate::catalog::{
    Catalog, ConstraintDef, ConstraintKind, IndexDef, IndexId, LabelId, Owner, Side, Statistics, TypeId,
};
use crate::function::Registry;
use crate::value::Name;
use crate::{physical, plan, semantic, syntax};

/// A registry of companies: 1,000 people, 200 companies, 10 agencies; an index on `Company(name)`, ids are unique.
struct Sample {
    catalog: Catalog,
}

impl Sample {
    fn new() -> Self {
        let mut catalog = Catalog::default();
        for label in ["Person", "Company", "Agency", "Action", "Paragraph"] {
            catalog.labels.intern(&Name::from(label));
        }
        for rel_type in ["KNOWS", "OWNS", "TOOK", "TARGETS", "SUPPORTS"] {
            catalog.types.intern(&Name::from(rel_type));
        }
        for key in ["id", "name", "age", "on"] {
            catalog.keys.intern(&Name::from(key));
        }
        let mut sample = Self { catalog };
        sample.index("company_name", "Company", &["name"]);
        sample.index("action_on", "Action", &["on"]);
        sample.unique("person_id", "Person", "id");
        sample.unique("action_id", "Action", "id");
        sample
    }

    fn index(&mut self, name: &str, label: &str, keys: &[&str]) -> IndexId {
        let id = IndexId(u32::try_from(self.catalog.indexes.len()).unwrap());
        let owner = Owner::Label(self.catalog.labels.get(label).unwrap());
        let keys = keys.iter().map(|key| self.catalog.keys.get(key).unwrap()).collect();
        self.catalog.indexes.push(IndexDef { id, name: Name::from(name), owner, keys });
        id
    }

    fn unique(&mut self, name: &str, label: &str, key: &str) {
        let index = self.index(name, label, &[key]);
        let IndexDef { owner, keys, .. } = self.catalog.indexes.last().unwrap().clone();
        let kind = ConstraintKind::Unique;
        self.catalog.constraints.push(ConstraintDef { name: Name::from(name), owner, keys, kind, index: Some(index) });
    }
}

impl Statistics for Sample {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn node_count(&self) -> u64 {
        2_210
    }

    fn label_count(&self, label: LabelId) -> u64 {
        [1_000, 200, 10, 500, 500][label.0 as usize]
    }

    fn rel_count(&self, rel_type: Option<TypeId>) -> u64 {
        let counts = [5_000, 300, 500, 2_000, 2_500];
        rel_type.map_or(counts.iter().sum(), |rel_type| counts[rel_type.0 as usize])
    }

    fn rel_count_with(&self, rel_type: TypeId, side: Side, label: LabelId) -> u64 {
        let ends = match self.catalog.types.name(rel_type).as_str() {
            "KNOWS" => ["Person", "Person"],
            "OWNS" => ["Person", "Company"],
            "TOOK" => ["Agency", "Action"],
            "TARGETS" => ["Action", "Company"],
            _ => ["Paragraph", "Action"],
        };
        let end = ends[usize::from(side == Side::End)];
        if self.catalog.labels.name(label).as_str() == end { self.rel_count(Some(rel_type)) } else { 0 }
    }

    fn hidden_rel_count(&self, _: TypeId) -> u64 {
        0
    }

    fn index_size(&self, index: IndexId) -> (u64, u64) {
        match self.catalog.indexes[index.0 as usize].owner {
            Owner::Label(label) => (self.label_count(label), self.label_count(label)),
            Owner::Type(_) => (0, 0),
        }
    }
}

fn plan_with(query: &str, passes: PassSet) -> String {
    let sample = Sample::new();
    let statement = match syntax::parse(query) {
        Ok(statement) => statement,
        Err(error) => return format!("{error}\n"),
    };
    let bound = semantic::bind(&statement, query, &sample, &Registry::builtin());
    let bound = match bound {
        Ok(bound) => bound,
        Err(errors) => return format!("{errors:?}\n"),
    };
    let logical = plan::build(bound).unwrap_or_else(|error| panic!("{query}: {error}"));
    physical::explain(&physical::lower(optimize(logical, &sample, passes), &sample))
}

#[track_caller]
fn check_plan(query: &str, expected: Expect) {
    expected.assert_eq(&plan_with(query, PassSet::ALL));
}

#[track_caller]
fn check_plain_plan(query: &str, expected: Expect) {
    expected.assert_eq(&plan_with(query, PassSet::NONE));
}

/// Prints the plans of the statements in a file, for looking at: each ends in a line of `-----`.
#[test]
fn print_plans() {
    let Ok(path) = std::env::var("PLAN_QUERIES") else { return };
    let passes = if std::env::var("PLAIN").is_ok() { PassSet::NONE } else { PassSet::ALL };
    let mut failed = 0;
    for query in std::fs::read_to_string(path).unwrap().split("-----").map(str::trim).filter(|query| !query.is_empty())
    {
        match std::panic::catch_unwind(|| plan_with(query, passes)) {
            Ok(plan) => eprintln!("-- {query}\n{plan}"),
            Err(_) => {
                failed += 1;
                eprintln!("-- FAILED {query}");
            }
        }
    }
    assert_eq!(failed, 0);
}
