//! The engine, stage by stage, and a graph in both forms.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::graphs::{Draft, End, Properties};
use crate::exec::{ExecError, Limits, Parameters, Program, Reading, Threads, write};
use crate::function::Registry;
use crate::optimize::{PassSet, optimize};
use crate::physical::{PhysicalPlan, explain, gather, lower};
use crate::plan::LogicalStatement;
use crate::reference::{Evaluator, Graph, Outcome, Row, Table, Trouble, Writing};
use crate::storage::{self, Commit, Writer};
use crate::syntax::ast;
use crate::value::{Element, ElementId, Name, Node, NodeRecord, Relationship, RelationshipRecord, Value};
use crate::{plan, semantic, syntax};

/// One graph, as the engine has it and as the reference has it.
pub(super) struct World {
    registry: Registry,
    stored: Arc<storage::Graph>,
    plain: Graph,
    /// When the next commit is.
    micros: i64,
    scripts: Vec<String>,
}

impl World {
    pub(super) fn of(draft: &Draft) -> Self {
        let mut world = Self {
            registry: Registry::builtin(),
            stored: Arc::new(storage::Graph::new()),
            plain: Graph::default(),
            micros: 0,
            scripts: Vec::new(),
        };
        let mut ids = BTreeMap::new();
        for (commit, micros) in draft.commits.iter().enumerate() {
            world.micros = *micros;
            let row = world.change(&draft.script(commit, &ids)).pop().unwrap_or_default();
            ids.extend(row.into_iter().map(|(name, id)| match id {
                Value::Integer(id) => (name.to_string(), ElementId(u64::try_from(id).unwrap())),
                other => panic!("{other} is no id"),
            }));
        }
        world.plain = world.plain_graph(draft, &ids);
        for index in &draft.indexes {
            world.change(index);
        }
        world
    }

    /// What a statement draws, which the reference does not have.
    pub(super) fn drawn(text: &str) -> Self {
        let mut world = Self::of(&Draft::default());
        world.change(text);
        world
    }

    /// The statements that have made it.
    pub(super) fn script(&self) -> String {
        self.statements().join("\n")
    }

    /// The statements that make it of an empty database.
    pub(super) fn statements(&self) -> &[String] {
        &self.scripts
    }

    fn plain_graph(&self, draft: &Draft, ids: &BTreeMap<String, ElementId>) -> Graph {
        let id = |end: End| ids[&end.name()];
        let element = |end: End| match end {
            End::Node(_) => Element::Node(Node::bare(id(end))),
            End::Rel(_) => Element::Relationship(Relationship::bare(id(end))),
        };
        let mut graph = Graph::default();
        for (number, node) in draft.nodes.iter().enumerate() {
            let id = id(End::Node(number));
            let labels = node.labels.iter().map(|label| Name::from(*label)).collect();
            graph.nodes.insert(
                id,
                NodeRecord { labels, properties: self.properties(&node.properties), ..NodeRecord::default() },
            );
            graph.recorded.insert(id, draft.commits[node.commit]);
        }
        for (number, rel) in draft.rels.iter().enumerate() {
            let id = id(End::Rel(number));
            let record = RelationshipRecord {
                rel_type: Name::from(rel.rel_type),
                start: element(rel.start),
                end: element(rel.end),
                asserted: !rel.quoted,
                properties: self.properties(&rel.properties),
            };
            graph.rels.insert(id, record);
            graph.recorded.insert(id, draft.commits[rel.commit]);
        }
        graph
    }

    fn properties(&self, properties: &Properties) -> BTreeMap<Name, Value> {
        let value = |literal: &str| {
            let table = self.expected(&format!("RETURN {literal} AS value")).0.expect("a literal has a value");
            table.rows[0][&Name::from("value")].clone()
        };
        properties.iter().map(|(key, literal)| (Name::from(*key), value(literal))).collect()
    }

    /// A world of this graph, which the reference does not have.
    fn holding(&self, stored: Arc<storage::Graph>) -> Self {
        let (registry, micros) = (self.registry.clone(), self.micros);
        Self { registry, stored, plain: Graph::default(), micros, scripts: Vec::new() }
    }

    /// The same graph with nothing left but these elements, whose ends are among them.
    pub(super) fn keeping(&self, ids: &BTreeSet<ElementId>) -> Self {
        let mut smaller = self.holding(Arc::clone(&self.stored));
        let ids = ids.iter().map(ElementId::to_string).collect::<Vec<_>>().join(", ");
        for element in ["[x]", "(x)"] {
            smaller.change(&format!("MATCH {element} WHERE NOT id(x) IN [{ids}] DETACH DELETE x"));
        }
        smaller
    }

    /// What the reference says, and the kinds of what it came by.
    pub(super) fn expected(&self, text: &str) -> (Outcome<Table>, BTreeSet<String>) {
        let statement = parsed(text);
        let ast::Body::Query(query) = &statement.body else { panic!("{text} is no query") };
        let evaluator = Evaluator::new(&self.plain, &self.registry, text);
        (evaluator.answer(&statement.preamble, query), evaluator.seen())
    }

    /// What the reference would say if no clock and no REQUIRE were written.
    pub(super) fn expected_without_lenses(&self, text: &str) -> Outcome<Table> {
        let statement = parsed(text);
        let ast::Body::Query(query) = &statement.body else { panic!("{text} is no query") };
        let evaluator = Evaluator::new(&self.plain, &self.registry, text).without_lenses();
        evaluator.answer(&statement.preamble, query)
    }

    /// The plan before it is optimised.
    pub(super) fn logical(&self, text: &str) -> LogicalStatement {
        let bound = semantic::bind(&parsed(text), text, &*self.stored, &self.registry);
        let bound = bound.unwrap_or_else(|errors| panic!("{text}\n{errors:?}"));
        plan::build(bound).unwrap_or_else(|error| panic!("{text}\n{error}"))
    }

    pub(super) fn optimised(&self, statement: LogicalStatement, passes: PassSet) -> LogicalStatement {
        optimize(statement, &*self.stored, passes)
    }

    /// The passes that change the plan of a query, as EXPLAIN shows it.
    pub(super) fn passes_that_matter(&self, text: &str) -> Vec<&'static str> {
        let mut statement = self.logical(text);
        let mut before = self.explained(statement.clone());
        let mut changed = Vec::new();
        for (index, name) in PassSet::names().enumerate() {
            statement = self.optimised(statement, PassSet::from_bits(1 << index));
            let after = self.explained(statement.clone());
            if after != before {
                changed.push(name);
            }
            before = after;
        }
        changed
    }

    pub(super) fn explained(&self, statement: LogicalStatement) -> String {
        explain(&lower(statement, &*self.stored))
    }

    /// What the engine says with these passes.
    pub(super) fn found(&self, statement: LogicalStatement, passes: PassSet) -> Outcome<Table> {
        let plan = Arc::new(lower(optimize(statement, &*self.stored, passes), &*self.stored));
        self.run(&plan).map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// The same by three threads, each of which scans a few nodes at a time.
    pub(super) fn found_together(&self, statement: LogicalStatement, passes: PassSet) -> Outcome<Table> {
        let plan = lower(optimize(statement, &*self.stored, passes), &*self.stored);
        let plan = Arc::new(gather(plan, &*self.stored, 0));
        let (graph, limits) = (Arc::clone(&self.stored), Limits::default());
        Reading::start_with(Threads::eager(3, 3), Arc::clone(&plan), graph, &limits, false)
            .and_then(|reading| Self::table(&plan, reading))
            .map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// What the reference returns and leaves.
    pub(super) fn expected_writing(&self, text: &str) -> Outcome<(Table, Graph)> {
        let statement = parsed(text);
        let ast::Body::Query(query) = &statement.body else { panic!("{text} is no query") };
        let mut writing = Writing { graph: self.plain.clone(), registry: &self.registry, text };
        writing.run(&query.first).map(|table| (table, writing.graph))
    }

    /// What the engine returns and leaves with these passes; this world stays as it is.
    pub(super) fn written(&self, text: &str, passes: PassSet) -> Outcome<(Table, Graph)> {
        let plan = Arc::new(lower(optimize(self.logical(text), &*self.stored, passes), &*self.stored));
        let (rows, graph) = self.write(&plan).map_err(|error| Trouble::Failed(error.to_string()))?;
        let columns: Vec<Name> = plan.columns.iter().map(|(name, _)| name.clone()).collect();
        Ok((Table { columns, rows }, self.holding(Arc::new(graph)).read_back()))
    }

    /// The stored graph, as the engine hands its elements out.
    fn read_back(&self) -> Graph {
        let mut graph = Graph::default();
        for text in ["MATCH (x) RETURN x", "MATCH [x] RETURN x"] {
            for row in self.found(self.logical(text), PassSet::NONE).expect("all elements").rows {
                match &row[&Name::from("x")] {
                    Value::Node(node) => {
                        let (labels, properties) = (node.labels().to_vec(), node.properties().clone());
                        graph.nodes.insert(node.id(), NodeRecord { labels, properties, ..NodeRecord::default() });
                    }
                    Value::Relationship(rel) => {
                        let record = RelationshipRecord {
                            rel_type: Name::from(rel.rel_type()),
                            start: rel.start_element().expect("a filled relationship").clone(),
                            end: rel.end_element().expect("a filled relationship").clone(),
                            asserted: rel.is_asserted(),
                            properties: rel.properties().clone(),
                        };
                        graph.rels.insert(rel.id(), record);
                    }
                    other => panic!("{other} is no element"),
                }
            }
        }
        graph
    }

    /// The answer of a run that takes over what one before has left.
    fn run(&self, plan: &Arc<PhysicalPlan>) -> Result<Table, ExecError> {
        let program = Arc::new(Program::new(Arc::clone(plan)));
        self.run_once(&program, plan)?;
        self.run_once(&program, plan)
    }

    fn run_once(&self, program: &Arc<Program>, plan: &PhysicalPlan) -> Result<Table, ExecError> {
        let graph = Arc::clone(&self.stored);
        let reading = Reading::start(Arc::clone(program), graph, Parameters::new(), &Limits::default(), false)?;
        Self::table(plan, reading)
    }

    fn table(plan: &PhysicalPlan, mut reading: Reading) -> Result<Table, ExecError> {
        let columns: Vec<Name> = plan.columns.iter().map(|(name, _)| name.clone()).collect();
        let mut rows = Vec::new();
        while let Some(row) = reading.next_row()? {
            rows.push(columns.iter().cloned().zip(row).collect::<Row>());
        }
        reading.end();
        Ok(Table { columns, rows })
    }

    /// Runs a statement that writes, unless it is empty.
    fn change(&mut self, text: &str) -> Vec<Row> {
        if text.is_empty() {
            return Vec::new();
        }
        let plan = Arc::new(lower(optimize(self.logical(text), &*self.stored, PassSet::ALL), &*self.stored));
        let (rows, graph) = self.write(&plan).unwrap_or_else(|error| panic!("{text}\n{error}"));
        self.stored = Arc::new(graph);
        self.scripts.push(format!("// at {} microseconds\n{text};", self.micros));
        rows
    }

    fn write(&self, plan: &Arc<PhysicalPlan>) -> Result<(Vec<Row>, storage::Graph), ExecError> {
        let commit = Commit { number: self.stored.commit().number + 1, micros: self.micros };
        let mut writer = Writer::new((*self.stored).clone(), commit);
        let answer =
            write(&Program::new(Arc::clone(plan)), &mut writer, None, Parameters::new(), &Limits::default(), false)?;
        let named = |row: Vec<Value>| plan.columns.iter().map(|(name, _)| name.clone()).zip(row).collect();
        Ok((answer.rows.into_iter().map(named).collect(), writer.finish().0))
    }
}

fn parsed(text: &str) -> ast::Statement {
    syntax::parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}
