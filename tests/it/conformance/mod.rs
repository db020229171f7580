//! The openCypher scenarios, where the folder is that `AVERMENT_TCK` names, against a list of those that pass.
//!
//! The list, `tests/conformance/passing.txt`, only grows: a scenario in it that fails, or that the folder does not have,
//! is a fault; scenarios that pass and are not in it are added by running this test with `AVERMENT_UPDATE=1`. A scenario passes if rows, columns and
//! side effects are as expected, or the error's type, phase and detail.

mod expected;
mod gherkin;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use averment::format::value_to_json;
use averment::{Database, Error, Params, Phase, Row, Rows, TableProcedure, Value};

use expected::{Expected, parse, same, to_value};
use gherkin::{Scenario, Step};

#[test]
fn the_scenarios_of_the_list_pass() {
    let Some(folder) = env::var_os("AVERMENT_TCK").map(PathBuf::from) else {
        // Past the harness, which would keep it to itself: whoever reads "ok" has to see what was not looked at.
        let message = "SKIPPED: no openCypher scenario was run, because AVERMENT_TCK names no folder with them";
        writeln!(io::stderr(), "{message}").expect("standard error takes a line");
        return;
    };
    let list = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/passing.txt");
    let text = fs::read_to_string(&list).expect("the list is there");
    let listed: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let scenarios = read_all(&folder.join("features"));
    let mut passing = BTreeSet::new();
    let mut faults = BTreeMap::new();
    for scenario in &scenarios {
        match check(scenario, &folder.join("graphs")) {
            Ok(()) => {
                passing.insert(scenario.key.clone());
            }
            Err(fault) => {
                faults.insert(scenario.key.clone(), fault);
            }
        }
    }
    println!("{} of {} scenarios pass", passing.len(), scenarios.len());
    if env::var_os("AVERMENT_SHOW").is_some() {
        for (key, fault) in &faults {
            println!("{key}\n    {}", fault.replace('\n', "\n    "));
        }
    }
    if env::var_os("AVERMENT_UPDATE").is_some() {
        let all: Vec<&str> = listed.union(&passing).map(String::as_str).collect();
        fs::write(&list, all.join("\n") + "\n").expect("the list can be written");
    }
    let known: BTreeSet<&String> = scenarios.iter().map(|scenario| &scenario.key).collect();
    assert_eq!(known.len(), scenarios.len(), "two scenarios have the same name");
    let faults_of = |key: &String| match faults.get(key) {
        Some(fault) => Some(format!("{key}\n    {fault}")),
        None if known.contains(key) => None,
        None => Some(format!("{key}\n    no such scenario below {}", folder.display())),
    };
    let failing: Vec<String> = listed.iter().filter_map(faults_of).collect();
    assert!(failing.is_empty(), "{} scenarios of the list fail or are missing\n{}", failing.len(), failing.join("\n"));
}

fn read_all(folder: &Path) -> Vec<Scenario> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let scenarios: Vec<Scenario> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(folder).expect("a file below the folder").to_string_lossy().replace('\\', "/");
            gherkin::read(&fs::read_to_string(file).expect("a readable feature file"), &path)
        })
        .collect();
    assert!(!scenarios.is_empty(), "there are scenarios below {}", folder.display());
    scenarios
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "feature") {
            files.push(path);
        }
    }
}

fn check(scenario: &Scenario, graphs: &Path) -> Result<(), String> {
    if scenario.tags.iter().any(|tag| tag == "@ignore") {
        return Err("ignored by its authors".to_owned());
    }
    let mut run = Run { db: Database::in_memory(), params: Params::new(), last: None, effects_due: false, graphs };
    for step in &scenario.steps {
        run.step(step)?;
    }
    run.settle()
}

/// A scenario under way.
struct Run<'g> {
    db: Database,
    params: Params,
    last: Option<Asked>,
    /// Where side effects are not mentioned, there must be none.
    effects_due: bool,
    graphs: &'g Path,
}

struct Asked {
    outcome: Result<(Vec<String>, Vec<Vec<Value>>), Error>,
    before: Snapshot,
    after: Snapshot,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        let text = step.text.trim_end_matches(':');
        let doc = step.doc.as_deref().unwrap_or("");
        match text {
            "an empty graph" | "any graph" => Ok(()),
            "having executed" => self.set_up(doc),
            "parameters are" => self.read_params(&step.table),
            "executing query" => self.ask(doc, true),
            "executing control query" => self.ask(doc, false),
            "no side effects" | "the side effects should be" => self.effects(&step.table),
            "the result should be empty" => self.result(&[], false, false),
            _ if text.starts_with("there exists a procedure") => self.declare(text, &step.table),
            _ if text.starts_with("the result should be") => {
                self.result(&step.table, text.contains("in order"), text.contains("ignoring element order"))
            }
            _ if text.contains("should be raised at") => self.error(text),
            _ => match text.strip_prefix("the ").and_then(|rest| rest.strip_suffix(" graph")) {
                Some(name) => self.load(name),
                None => Err(format!("unknown step: {text}")),
            },
        }
    }

    fn load(&mut self, name: &str) -> Result<(), String> {
        let file = self.graphs.join(name).join(format!("{name}.cypher"));
        self.set_up(&fs::read_to_string(file).map_err(|error| error.to_string())?)
    }

    fn set_up(&mut self, statement: &str) -> Result<(), String> {
        self.db.query(statement, ()).map(drop).map_err(|error| format!("set-up fails\n{}", error.report()))
    }

    fn read_params(&mut self, table: &[Vec<String>]) -> Result<(), String> {
        for row in table {
            self.params.insert(&row[0], to_value(&parse(&row[1])?));
        }
        Ok(())
    }

    fn ask(&mut self, query: &str, watched: bool) -> Result<(), String> {
        self.settle()?;
        self.effects_due = watched;
        let before = Snapshot::take(&self.db);
        let outcome = self.db.query(query, &self.params).and_then(|mut rows: Rows| {
            let values = rows.by_ref().map(|row| row.map(Row::into_values)).collect::<Result<_, _>>()?;
            Ok((rows.columns().iter().map(ToString::to_string).collect(), values))
        });
        self.last = Some(Asked { outcome, before, after: Snapshot::take(&self.db) });
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        if self.effects_due { self.effects(&[]) } else { Ok(()) }
    }

    fn effects(&mut self, table: &[Vec<String>]) -> Result<(), String> {
        self.effects_due = false;
        let asked = self.last.as_ref().ok_or("side effects of nothing")?;
        let expected: BTreeMap<String, usize> = table
            .iter()
            .map(|row| (row[0].clone(), row[1].parse().expect("a number")))
            .filter(|(_, count)| *count > 0)
            .collect();
        let found = asked.before.effects_until(&asked.after);
        if expected == found { Ok(()) } else { Err(format!("side effects: expected {expected:?}, found {found:?}")) }
    }

    fn result(&mut self, table: &[Vec<String>], in_order: bool, lists_unordered: bool) -> Result<(), String> {
        let asked = self.last.as_ref().ok_or("a result of nothing")?;
        let (columns, rows) = asked.outcome.as_ref().map_err(|error| format!("unexpected\n{}", error.report()))?;
        let Some((names, cells)) = table.split_first() else {
            return if rows.is_empty() { Ok(()) } else { Err(format!("expected no rows, found {rows:?}")) };
        };
        let places = names
            .iter()
            .map(|name| columns.iter().position(|column| column == name))
            .collect::<Option<Vec<usize>>>()
            .filter(|places| places.len() == columns.len())
            .ok_or_else(|| format!("columns: expected {names:?}, found {columns:?}"))?;
        let expected = cells
            .iter()
            .map(|row| row.iter().map(|cell| parse(cell)).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let found: Vec<Vec<&Value>> =
            rows.iter().map(|row| places.iter().map(|place| &row[*place]).collect()).collect();
        let equal = |left: &Vec<Expected>, right: &Vec<&Value>| {
            left.iter().zip(right).all(|(left, right)| same(left, right, lists_unordered))
        };
        let holds = if in_order {
            expected.len() == found.len() && expected.iter().zip(&found).all(|(left, right)| equal(left, right))
        } else {
            let mut rest = found.clone();
            let all = expected.iter().all(|left| {
                let at = rest.iter().position(|right| equal(left, right));
                at.map(|at| rest.swap_remove(at)).is_some()
            });
            all && rest.is_empty()
        };
        let show = |rows: &[Vec<&Value>]| {
            rows.iter()
                .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "))
                .collect::<Vec<_>>()
                .join("\n  ")
        };
        if holds { Ok(()) } else { Err(format!("expected {cells:?}\nfound {} rows\n  {}", found.len(), show(&found))) }
    }

    /// `a SyntaxError should be raised at compile time: UndefinedVariable`.
    fn error(&mut self, text: &str) -> Result<(), String> {
        let asked = self.last.as_ref().ok_or("an error of nothing")?;
        let Err(error) = &asked.outcome else { return Err(format!("expected: {text}")) };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (kind, detail) = (words[1], words[words.len() - 1]);
        let phase_holds = match error.phase() {
            Phase::Compile => text.contains("compile time") || text.contains("any time"),
            _ => text.contains("runtime") || text.contains("any time"),
        };
        if error.kind().name() == kind && phase_holds && error.detail() == detail {
            return Ok(());
        }
        let (name, phase, code) = (error.kind().name(), error.phase(), error.detail());
        Err(format!("expected: {text}\nfound {name} {phase:?} {code}\n{}", error.report()))
    }

    /// `there exists a procedure a.b(x :: INTEGER?) :: (y :: STRING?)`.
    fn declare(&mut self, text: &str, table: &[Vec<String>]) -> Result<(), String> {
        let signature = text.trim_start_matches("there exists a procedure").trim();
        let (name, rest) = signature.split_once('(').ok_or("a procedure without parentheses")?;
        let (inputs, outputs) = rest.split_once("::").and_then(|_| rest.split_once(')')).ok_or("no outputs")?;
        let outputs = outputs.split_once('(').map_or("", |(_, list)| list).trim_end().trim_end_matches(')');
        let mut rows = Vec::new();
        for row in table.iter().skip(1) {
            rows.push(row.iter().map(|cell| parse(cell).map(|value| to_value(&value))).collect::<Result<_, _>>()?);
        }
        let procedure = TableProcedure::new(name, &fields(inputs), &fields(outputs), rows);
        self.db.register(procedure).map_err(|error| error.report())
    }
}

fn fields(list: &str) -> Vec<(&str, &str)> {
    let pairs = list.split(',').filter_map(|field| field.split_once("::"));
    pairs.map(|(name, type_name)| (name.trim(), type_name.trim())).collect()
}

/// What can be seen of a graph. A property is the triple of its element, key and value, so a changed one is one
/// removed and one added; labels are counted as labels in use.
#[derive(Default)]
struct Snapshot {
    nodes: BTreeSet<u64>,
    relationships: BTreeSet<u64>,
    labels: BTreeSet<String>,
    properties: BTreeSet<(u64, String, String)>,
}

impl Snapshot {
    fn take(db: &Database) -> Self {
        let mut snapshot = Self::default();
        for row in db.query("MATCH (n) RETURN n", ()).expect("nodes can be read") {
            let node: averment::Node = row.expect("a row").at(0).expect("a node");
            snapshot.nodes.insert(node.id().0);
            snapshot.labels.extend(node.labels().iter().map(ToString::to_string));
            snapshot.add_properties(node.id().0, node.properties());
        }
        for row in db.query("MATCH ()-[r]->() RETURN r", ()).expect("relationships can be read") {
            let rel: averment::Relationship = row.expect("a row").at(0).expect("a relationship");
            snapshot.relationships.insert(rel.id().0);
            snapshot.add_properties(rel.id().0, rel.properties());
        }
        snapshot
    }

    fn add_properties(&mut self, id: u64, properties: &BTreeMap<averment::Name, Value>) {
        let triples = properties.iter().map(|(key, value)| (id, key.to_string(), value_to_json(value).to_string()));
        self.properties.extend(triples);
    }

    fn effects_until(&self, after: &Snapshot) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::new();
        count("nodes", &self.nodes, &after.nodes, &mut found);
        count("relationships", &self.relationships, &after.relationships, &mut found);
        count("labels", &self.labels, &after.labels, &mut found);
        count("properties", &self.properties, &after.properties, &mut found);
        found
    }
}

fn count<T: Ord>(what: &str, before: &BTreeSet<T>, after: &BTreeSet<T>, found: &mut BTreeMap<String, usize>) {
    for (sign, number) in [("+", after.difference(before).count()), ("-", before.difference(after).count())] {
        if number > 0 {
            found.insert(format!("{sign}{what}"), number);
        }
    }
}
