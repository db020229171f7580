//! Generated routes: quantified path patterns, selectors and modes find what plain enumeration finds.

use std::collections::BTreeMap;
use std::fmt;

use averment::Database;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::differential::{bytes, config, rows};
use crate::reference::{Choices, End, Graph, Loading, Way, graph};

/// Legs one behind the other, as a group each.
struct Route {
    legs: Vec<Leg>,
    mode: Mode,
    /// Labels that both ends must have.
    ends: [Option<&'static str>; 2],
}

struct Leg {
    hops: Vec<Hop>,
    min: usize,
    max: Option<usize>,
    rule: Rule,
}

#[derive(Clone)]
struct Hop {
    way: Way,
    of_type: Option<&'static str>,
}

/// What is said of each repetition of a leg.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    None,
    /// Of the last relationship.
    Weight,
    /// Of both ends together.
    Rises,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Trail,
    Acyclic,
    Walk,
}

/// A path that was found: where it begins, its relationships by their leg, and each node passed.
#[derive(Clone)]
struct Found {
    nodes: Vec<usize>,
    rels: Vec<(usize, usize)>,
}

const TOO_MANY: usize = 400;

impl Route {
    fn made(choices: &mut Choices<'_>) -> Self {
        let mode = choices.pick(&[Mode::Trail, Mode::Trail, Mode::Acyclic, Mode::Walk]);
        let legs = (0..=choices.below(3)).map(|_| Leg::made(choices, mode)).collect();
        let end = [None, None, Some("A"), Some("B")];
        Self { legs, mode, ends: [choices.pick(&end), choices.pick(&end)] }
    }

    fn find(&self, graph: &Graph) -> Option<Vec<Found>> {
        let mut all = Vec::new();
        let fits =
            |node: usize, label: Option<&str>| label.is_none_or(|label| graph.nodes[node].labels.contains(&label));
        for start in (0..graph.nodes.len()).filter(|node| fits(*node, self.ends[0])) {
            self.go_on(graph, (0, 0), &mut Found { nodes: vec![start], rels: Vec::new() }, &mut all)?;
        }
        all.retain(|found| fits(found.end(), self.ends[1]));
        Some(all)
    }

    /// Every way to go on behind so many repetitions of a leg.
    fn go_on(
        &self,
        graph: &Graph,
        (leg, round): (usize, usize),
        so_far: &mut Found,
        all: &mut Vec<Found>,
    ) -> Option<()> {
        let Some(written) = self.legs.get(leg) else {
            all.push(so_far.clone());
            return (all.len() < TOO_MANY).then_some(());
        };
        if written.max.is_none_or(|max| round < max) {
            self.repeat(graph, (leg, round, 0), so_far, all)?;
        }
        if round >= written.min { self.go_on(graph, (leg + 1, 0), so_far, all) } else { Some(()) }
    }

    fn repeat(
        &self,
        graph: &Graph,
        (leg, round, hop): (usize, usize, usize),
        so_far: &mut Found,
        all: &mut Vec<Found>,
    ) -> Option<()> {
        let written = &self.legs[leg];
        let Some(arrow) = written.hops.get(hop) else {
            let holds = written.holds(graph, so_far);
            return if holds { self.go_on(graph, (leg, round + 1), so_far, all) } else { Some(()) };
        };
        for (rel, end) in arrow.steps(graph, so_far.end()) {
            let is_free = match self.mode {
                Mode::Trail => so_far.rels.iter().all(|(_, taken)| *taken != rel),
                Mode::Acyclic => !so_far.nodes.contains(&end),
                Mode::Walk => true,
            };
            if is_free {
                so_far.nodes.push(end);
                so_far.rels.push((leg, rel));
                self.repeat(graph, (leg, round, hop + 1), so_far, all)?;
                so_far.nodes.pop();
                so_far.rels.pop();
            }
        }
        Some(())
    }

    /// The pattern; `names` names the relationships of each leg.
    fn pattern(&self, names: bool) -> String {
        let legs: String = self.legs.iter().enumerate().map(|(index, leg)| leg.text(index, names)).collect();
        let label = |label: Option<&str>| label.map_or(String::new(), |label| format!(":{label}"));
        format!("(a{}){legs}(b{})", label(self.ends[0]), label(self.ends[1]))
    }

    fn match_clause(&self) -> &'static str {
        if self.mode == Mode::Walk { "MATCH REPEATABLE ELEMENTS" } else { "MATCH" }
    }

    fn mode(&self) -> &'static str {
        if self.mode == Mode::Acyclic { "ACYCLIC" } else { "" }
    }
}

impl Leg {
    fn made(choices: &mut Choices<'_>, mode: Mode) -> Self {
        let hops = (0..=choices.below(2)).map(|_| Hop {
            way: choices.pick(&[Way::Out, Way::In, Way::Either]),
            of_type: choices.pick(&[None, None, Some("T"), Some("U")]),
        });
        let hops = hops.collect();
        let min = choices.below(3);
        let max = choices.pick(&[Some(0), Some(1), Some(2), None]).map(|more| (min + more).max(1));
        let max = if mode == Mode::Walk { Some(max.unwrap_or(2).min(2)) } else { max };
        Self { hops, min, max, rule: choices.pick(&[Rule::None, Rule::None, Rule::Weight, Rule::Rises]) }
    }

    fn holds(&self, graph: &Graph, so_far: &Found) -> bool {
        let last = so_far.rels.last().expect("a repetition has relationships").1;
        let v = |back: usize| graph.nodes[so_far.nodes[so_far.nodes.len() - 1 - back]].v;
        match self.rule {
            Rule::None => true,
            Rule::Weight => graph.rels[last].w > 0,
            Rule::Rises => matches!((v(self.hops.len()), v(0)), (Some(first), Some(last)) if first <= last),
        }
    }

    fn text(&self, index: usize, names: bool) -> String {
        let last = self.hops.len() - 1;
        let hops = self.hops.iter().enumerate().map(|(hop, arrow)| {
            let is_named = names || self.rule == Rule::Weight;
            let name = if is_named { format!("r{index}{hop}") } else { String::new() };
            let of_type = arrow.of_type.map_or(String::new(), |name| format!(":{name}"));
            let node = if hop == last { format!("(l{index})") } else { "()".to_owned() };
            match arrow.way {
                Way::Out => format!("-[{name}{of_type}]->{node}"),
                Way::In => format!("<-[{name}{of_type}]-{node}"),
                Way::Either => format!("-[{name}{of_type}]-{node}"),
            }
        });
        let rule = match self.rule {
            Rule::None => String::new(),
            Rule::Weight => format!(" WHERE r{index}{last}.w > 0"),
            Rule::Rises => format!(" WHERE f{index}.v <= l{index}.v"),
        };
        let max = self.max.map_or(String::new(), |max| max.to_string());
        format!("((f{index}){}{rule}){{{},{max}}}", hops.collect::<String>(), self.min)
    }
}

impl Hop {
    fn steps(&self, graph: &Graph, from: usize) -> Vec<(usize, usize)> {
        let mut steps = Vec::new();
        for (index, rel) in graph.rels.iter().enumerate() {
            let (End::Node(start), End::Node(end)) = (rel.start, rel.end) else { continue };
            if !rel.asserted || self.of_type.is_some_and(|name| name != rel.of_type) {
                continue;
            }
            if self.way != Way::In && start == from {
                steps.push((index, end));
            }
            if self.way != Way::Out && end == from && !(self.way == Way::Either && start == end) {
                steps.push((index, start));
            }
        }
        steps
    }
}

impl Found {
    fn end(&self) -> usize {
        *self.nodes.last().expect("a path begins somewhere")
    }

    fn ends(&self, graph: &Graph) -> String {
        format!("{} | {}", graph.nodes[self.nodes[0]].id, graph.nodes[self.end()].id)
    }

    /// The relationships of each leg, by its first hop.
    fn lists(&self, graph: &Graph, route: &Route) -> String {
        let ids = |leg: usize, hop: usize, hops: usize| {
            let of_leg = self.rels.iter().filter(|(of, _)| *of == leg).skip(hop).step_by(hops);
            let ids: Vec<String> = of_leg.map(|(_, rel)| graph.rels[*rel].id.to_string()).collect();
            format!("[{}]", ids.join(", "))
        };
        let legs = route.legs.iter().enumerate().flat_map(|(index, leg)| {
            (0..leg.hops.len()).map(move |hop| ids(index, hop, leg.hops.len())).collect::<Vec<_>>()
        });
        legs.collect::<Vec<_>>().join(" | ")
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pattern(true))
    }
}

#[test]
fn routes_are_found_as_enumeration_finds_them() {
    proptest!(config(5, 120), |((graph_bytes, routes) in bytes())| {
        let graph = graph(&mut Choices::new(&graph_bytes));
        let engines = [Database::options().in_memory(), Database::options().plain_plans().in_memory()];
        for db in &engines {
            graph.load(db, Loading::Direct);
        }
        for route_bytes in routes {
            let mut choices = Choices::new(&route_bytes);
            let route = Route::made(&mut choices);
            let count = 1 + choices.below(3);
            for db in &engines {
                check(&graph, db, &route, count)?;
            }
        }
    });
}

fn check(graph: &Graph, db: &Database, route: &Route, count: usize) -> Result<(), TestCaseError> {
    let Some(found) = route.find(graph) else { return Ok(()) };
    let (clause, mode) = (route.match_clause(), route.mode());
    let lists: Vec<String> = route
        .legs
        .iter()
        .enumerate()
        .flat_map(|(leg, written)| (0..written.hops.len()).map(move |hop| format!("[r IN r{leg}{hop} | r.id]")))
        .collect();
    let all = found.iter().map(|path| format!("{} | {}", path.ends(graph), path.lists(graph, route)));
    let query = format!("{clause} {mode} {route} RETURN a.id, b.id, {}", lists.join(", "));
    same(db, graph, &query, all.collect())?;

    let mut lengths: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for path in &found {
        lengths.entry(path.ends(graph)).or_default().push(path.rels.len());
    }
    let (mut shortest, mut groups) = (Vec::new(), Vec::new());
    for (ends, mut lengths) in lengths {
        lengths.sort_unstable();
        shortest.extend(lengths.iter().take(count).map(|length| format!("{ends} | {length}")));
        let mut distinct = lengths.clone();
        distinct.dedup();
        distinct.truncate(count);
        groups.extend(
            lengths.iter().filter(|length| distinct.contains(length)).map(|length| format!("{ends} | {length}")),
        );
    }
    let pattern = route.pattern(false);
    let asked = |chosen: &str| format!("{clause} p = {chosen} {mode} {pattern} RETURN a.id, b.id, length(p)");
    same(db, graph, &asked(&format!("SHORTEST {count}")), shortest)?;
    // The mode stands between the count and the word.
    let in_groups = asked(&format!("SHORTEST {count}")).replacen(" (a", " PATHS GROUPS (a", 1);
    same(db, graph, &in_groups, groups)
}

fn same(db: &Database, graph: &Graph, query: &str, mut expected: Vec<String>) -> Result<(), TestCaseError> {
    expected.sort();
    let found = rows(db, query, false);
    let found = found.map_err(|error| TestCaseError::fail(format!("{}\n{}", error.report(), graph.script())))?;
    prop_assert_eq!(found, expected, "{}\n\n{}", graph.script(), query);
    Ok(())
}
