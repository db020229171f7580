//! Random queries over small random graphs give the same rows whatever passes run.
//!
//! At least half of the graphs have loops, parallel relationships, cycles of two, quoted relationships and
//! relationships about relationships; patterns go in all directions.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::exec::{Limits, Reading, write};
use crate::function::Registry;
use crate::optimize::{PassSet, optimize};
use crate::physical::{PhysicalPlan, explain, lower};
use crate::storage::{Commit, Graph, Writer};
use crate::{plan, semantic, syntax};

/// A sequence of numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }
}

fn plan_of(graph: &Graph, registry: &Registry, text: &str, passes: PassSet) -> Arc<PhysicalPlan> {
    let statement = syntax::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let bound = semantic::bind(&statement, text, graph, registry).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    let logical = plan::build(bound).unwrap_or_else(|error| panic!("{text}: {error}"));
    Arc::new(lower(optimize(logical, graph, passes), graph))
}

fn change(graph: &mut Graph, registry: &Registry, text: &str) {
    let plan = plan_of(graph, registry, text, PassSet::ALL);
    let mut writer = Writer::new(graph.clone(), Commit { number: graph.commit().number + 1, micros: 0 });
    write(&plan, &mut writer, None, BTreeMap::new(), &Limits::default(), false)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    *graph = writer.finish().0;
}

fn rows(graph: &Graph, plan: &Arc<PhysicalPlan>) -> Vec<String> {
    let mut reading =
        Reading::start(plan.clone(), std::sync::Arc::new(graph.clone()), BTreeMap::new(), &Limits::default(), false)
            .unwrap();
    let mut rows = Vec::new();
    while let Some(row) = reading.next_row().unwrap() {
        rows.push(row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "));
    }
    rows.sort();
    rows
}

fn random_graph(dice: &mut Dice, registry: &Registry) -> Graph {
    let mut graph = Graph::new();
    let node_count = 3 + dice.below(4);
    let mut parts = Vec::new();
    for node in 0..node_count {
        let label = dice.of(&["", ":A", ":A", ":B", ":A:B"]);
        parts.push(format!("(n{node}{label} {{v: {}, n: {node}}})", dice.below(3)));
    }
    let wild = dice.chance(70);
    for _ in 0..node_count + dice.below(5) {
        let (from, to) = (dice.below(node_count), dice.below(node_count));
        let rel = format!("(n{from})-[:{} {{w: {}}}]->(n{to})", dice.of(&["R", "R", "S", "T"]), dice.below(3));
        parts.push(if wild && dice.chance(15) { format!("[{rel}]") } else { rel });
    }
    change(&mut graph, registry, &format!("CREATE {}", parts.join(", ")));
    if wild {
        change(&mut graph, registry, "MATCH [t:R], (a:A) WITH t, a LIMIT 3 CREATE (a)-[:S {w: 1}]->[t]");
    }
    if dice.chance(50) {
        change(&mut graph, registry, "CREATE INDEX FOR (n:A) ON (n.v)");
    }
    if dice.chance(50) {
        change(&mut graph, registry, "CREATE CONSTRAINT FOR (n:B) REQUIRE n.n IS UNIQUE");
    }
    graph
}

/// The variables of a query on its way.
#[derive(Default)]
struct Names {
    nodes: Vec<String>,
    rels: Vec<String>,
    lists: Vec<String>,
    paths: Vec<String>,
    brackets: Vec<String>,
}

impl Names {
    fn all(&self) -> Vec<String> {
        let kinds = [&self.nodes, &self.rels, &self.lists, &self.paths, &self.brackets];
        kinds.into_iter().flatten().cloned().collect()
    }
}

fn node(dice: &mut Dice, names: &mut Names) -> String {
    let name = dice.of(&["a", "b", "c", "d", ""]);
    if !name.is_empty() && !names.nodes.iter().any(|known| known == name) {
        names.nodes.push(name.to_owned());
    }
    let label = dice.of(&["", "", "", "", "", ":A", ":A", ":B", ":A|B", ":!A", ":$(['A'])", ":A&!$any(['B'])"]);
    let earlier = names.nodes.first().filter(|first| *first != name).cloned();
    let properties = match (dice.below(14), earlier) {
        (0, _) => " {v: 1}".to_owned(),
        (1, Some(earlier)) => format!(" {{v: {earlier}.v}}"),
        _ => String::new(),
    };
    format!("({name}{label}{properties})")
}

fn types(dice: &mut Dice) -> &'static str {
    dice.of(&["", "", "", ":R", ":S", ":R|S", ":!S", ":$any(['R', 'S'])"])
}

fn path(dice: &mut Dice, names: &mut Names, number: usize) -> String {
    if dice.chance(8) && names.nodes.len() > 1 {
        names.paths.push(format!("p{number}"));
        let (from, to) = (&names.nodes[0], &names.nodes[1]);
        return format!("p{number} = allShortestPaths(({from})-[{}*]-({to}))", types(dice));
    }
    let mut out = node(dice, names);
    for hop in 0..dice.below(3) {
        let (left, right) = [("-", "->"), ("<-", "-"), ("-", "-")][usize::try_from(dice.below(3)).unwrap()];
        if dice.chance(20) {
            let name = if dice.chance(30) { format!("l{number}{hop}") } else { String::new() };
            let length = dice.of(&["*1..2", "*0..2", "*", "*0..1", "*2"]);
            let _ = write!(out, "{left}[{name}{}{length}]{right}", types(dice));
            names.lists.extend(Some(name).filter(|name| !name.is_empty()));
        } else {
            let name = if dice.chance(40) { format!("r{number}{hop}") } else { String::new() };
            let _ = write!(out, "{left}[{name}{}]{right}", types(dice));
            names.rels.extend(Some(name).filter(|name| !name.is_empty()));
        }
        if dice.chance(10) {
            let name = format!("t{number}{hop}");
            if dice.chance(50) {
                let (left, right) = (node(dice, names), node(dice, names));
                let _ = write!(out, "[{left}-[{name}{}]->{right}]", types(dice));
            } else {
                let _ = write!(out, "[{name}]");
            }
            names.brackets.push(name);
            return out;
        }
        out.push_str(&node(dice, names));
    }
    if dice.chance(15) {
        names.paths.push(format!("p{number}"));
        return format!("p{number} = {out}");
    }
    out
}

fn condition(dice: &mut Dice, names: &Names) -> String {
    let any = |dice: &mut Dice, of: &[String], other: &str| {
        if of.is_empty() { other.to_owned() } else { of[usize::try_from(dice.below(of.len() as u64)).unwrap()].clone() }
    };
    let (one, other) = (any(dice, &names.nodes, ""), any(dice, &names.nodes, ""));
    if one.is_empty() {
        return "true".to_owned();
    }
    let number = dice.below(3);
    match dice.below(14) {
        0 => format!("{one}.v = {other}.v"),
        1 => format!("{one}.v > {number}"),
        2 => format!("{one}:A"),
        3 => format!("id({one}) = id({other})"),
        4 => format!("EXISTS {{ ({one})-[:R]->() }}"),
        5 => format!("NOT ({one})-->({other})"),
        6 => format!("COUNT {{ ({one})--({other}) }} > 0"),
        7 => format!("({one})-[*1..3]->({other})"),
        8 => format!("{one}.n IN [0, 1, 2, 3]"),
        9 => format!("{one} <> {other}"),
        10 => format!("({one}.v = 1 OR {other}.v = 2)"),
        11 if !names.lists.is_empty() => format!("all(x IN {} WHERE x.w > 0)", any(dice, &names.lists, "")),
        12 if !names.paths.is_empty() => {
            let path = any(dice, &names.paths, "");
            let about =
                dice.of(&["length(P) >= 1", "none(x IN nodes(P) WHERE x.v = 0)", "all(x IN nodes(P) WHERE x.v < 2)"]);
            about.replace('P', &path)
        }
        _ if !names.rels.is_empty() => format!("{}.w = {number}", any(dice, &names.rels, "")),
        _ => format!("{one}.n = {number}"),
    }
}

fn random_query(dice: &mut Dice) -> String {
    let mut names = Names::default();
    let mut out = Vec::new();
    for clause in 0..=dice.below(2) {
        let before = names.all();
        let part_count = 1 + dice.below(2);
        let parts: Vec<String> =
            (0..part_count).map(|part| path(dice, &mut names, usize::try_from(10 * clause + part).unwrap())).collect();
        let optional = if clause > 0 && dice.chance(40) { "OPTIONAL " } else { "" };
        let conditions: Vec<String> = (0..dice.below(3)).map(|_| condition(dice, &names)).collect();
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let found: Vec<String> = names.all().into_iter().filter(|name| !before.contains(name)).collect();
        let matching = format!("MATCH {}{filter}", parts.join(", "));
        out.push(if clause > 0 && !found.is_empty() && dice.chance(15) {
            format!("{optional}CALL (*) {{ {matching} RETURN {} }}", found.join(", "))
        } else {
            format!("{optional}{matching}")
        });
        if dice.chance(15) && !names.all().is_empty() {
            out.push(dice.of(&["WITH *", "RETURN * NEXT"]).to_owned());
        }
    }
    let first = names.nodes.first().cloned().unwrap_or_else(|| "null".to_owned());
    let last = names.nodes.last().cloned().unwrap_or_else(|| "null".to_owned());
    let all = names.all();
    if !all.is_empty() && dice.chance(10) {
        let rest = format!("RETURN count({first}) AS n UNION ALL RETURN count(DISTINCT {last}) AS n");
        return format!("{} RETURN * NEXT {rest}", out.join(" "));
    }
    out.push(match dice.below(10) {
        8 => format!("RETURN {first} AS f, {last} AS l ORDER BY f, l LIMIT 3"),
        9 => format!("RETURN max({first}.v) AS m, count(DISTINCT {last}.v) AS n"),
        0 => "RETURN count(*) AS n".to_owned(),
        1 => format!("RETURN DISTINCT {first}"),
        2 => format!("RETURN {first}, count(*) AS n"),
        3 => format!("RETURN count(DISTINCT {last}) AS n"),
        4 => format!("RETURN DISTINCT {first}, {last} AS l"),
        5 => format!("RETURN {first} AS f, count({last}) AS n ORDER BY n DESC"),
        _ if all.is_empty() => "RETURN count(*) AS n".to_owned(),
        _ => format!("RETURN {}", all.join(", ")),
    });
    out.join(" ")
}

/// How many graphs are made, each with a dozen queries.
const ROUNDS: u64 = 25;

#[test]
fn every_pass_can_be_left_out() {
    let registry = Registry::builtin();
    for seed in 1..=ROUNDS {
        let mut dice = Dice(seed);
        let graph = random_graph(&mut dice, &registry);
        for _ in 0..12 {
            let query = random_query(&mut dice);
            let unchanged = plan_of(&graph, &registry, &query, PassSet::NONE);
            let expected = rows(&graph, &unchanged);
            let skipped = dice.below(4);
            let left_out = (0..)
                .zip(PassSet::names())
                .filter(|(index, _)| index % 4 == skipped)
                .map(|(_, name)| PassSet::ALL.without(name));
            for passes in std::iter::once(PassSet::ALL).chain(left_out) {
                let plan = plan_of(&graph, &registry, &query, passes);
                let found = rows(&graph, &plan);
                assert!(
                    found == expected,
                    "seed {seed}, {passes:?}: {query}\n{}\nplain: {expected:#?}\nfound: {found:#?}\n{}",
                    explain(&plan),
                    explain(&unchanged),
                );
            }
        }
    }
}
