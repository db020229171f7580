//! `WHY NOT` is right: without the conditions that it names a row is there, and without fewer it is not.
//!
//! Queries are made of conditions that this test knows how to leave out by itself, in the text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use std::time::Duration;

use averment::{CancelToken, Database, ErrorKind, Statement, Value, params};

/// Chance that can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// A condition of a generated query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Element(usize),
    Label(usize),
    Property(usize),
    Hop(usize),
    Type(usize),
    Direction(usize),
    State(usize),
    Weight(usize),
    Filter(usize),
    Different,
    Valid,
    Known,
    Sources,
}

type Parts = BTreeSet<Part>;

/// The numbers of the relationship that is cited, with its arrow, and of the source.
const CITED: usize = 10;
const SOURCE: usize = 11;

/// A path of nodes with conditions, under a lens, and filters behind it. A node may stand twice.
#[derive(Clone, Debug)]
struct Query {
    lens: Vec<(Part, String)>,
    /// Whether the lens stands before all of the query.
    is_of_statement: bool,
    nodes: Vec<Node>,
    arrows: Vec<Arrow>,
    /// Whether the path has a name.
    is_named: bool,
    filters: Vec<(String, Vec<String>)>,
    /// Whether a clause behind asks for a source of the first arrow.
    is_cited: bool,
    expected: Option<i64>,
}

#[derive(Clone, Debug)]
struct Node {
    name: usize,
    label: Option<&'static str>,
    value: Option<usize>,
}

#[derive(Clone, Debug)]
struct Arrow {
    rel_type: Option<&'static str>,
    /// Right, left, or both.
    heads: (&'static str, &'static str),
    weight: Option<usize>,
}

fn query(dice: &mut Dice) -> Query {
    let hops = dice.below(3);
    let mut nodes: Vec<Node> = Vec::new();
    for place in 0..=hops {
        let name = if place > 0 && dice.chance(8) { nodes[0].name } else { place };
        let label = dice.chance(40).then(|| dice.pick(&["A", "B", "C"]));
        let value = dice.chance(25).then(|| dice.below(4));
        // What stands twice says what it is once.
        let is_new = name == place;
        nodes.push(Node { name, label: label.filter(|_| is_new), value: value.filter(|_| is_new) });
    }
    let arrows: Vec<Arrow> = (0..hops)
        .map(|_| Arrow {
            rel_type: dice.chance(60).then(|| dice.pick(&["R", "S", "T"])),
            heads: [("-", "->"), ("<-", "-"), ("-", "-")][dice.below(3)],
            weight: dice.chance(15).then(|| dice.below(3)),
        })
        .collect();
    let is_named = hops > 0 && dice.chance(25);
    let mut filters = Vec::new();
    if is_named {
        filters.extend(dice.chance(70).then(|| (path_filter(dice), vec!["p".to_owned()])));
    }
    for _ in 0..dice.below(3) {
        let (one, other) = (dice.below(nodes.len()), dice.below(nodes.len()));
        let (one, other) = (format!("n{}", nodes[one].name), format!("n{}", nodes[other].name));
        filters.push(match dice.below(6) {
            0 => (format!("{one}.v < {}", dice.below(3)), vec![one]),
            1 => (format!("{one}.missing = 1"), vec![one]),
            2 => (format!("{one}.v <> {other}.v"), vec![one, other]),
            3 => {
                (format!("EXISTS {{ ({one})-[:{}]->({}) }}", dice.pick(&["R", "S"]), dice.pick(&["", ":A"])), vec![one])
            }
            4 => (format!("NOT EXISTS {{ ({one})-[:R]-() }}"), vec![one]),
            _ if hops > 0 => {
                let rel = format!("r{}", dice.below(hops));
                (format!("{rel}.w = {}", dice.below(3)), vec![rel])
            }
            _ => (format!("{one}.v IS NULL"), vec![one]),
        });
    }
    let expected = dice.chance(40).then(|| i64::try_from(dice.below(5)).expect("small"));
    let is_cited = hops > 0 && dice.chance(30);
    let (lens, is_of_statement) = (lens(dice), dice.chance(30));
    Query { lens, is_of_statement, nodes, arrows, is_named, filters, is_cited, expected }
}

/// What is asked of the path as a whole.
fn path_filter(dice: &mut Dice) -> String {
    let number = dice.below(3);
    match dice.below(4) {
        0 => format!("length(p) > {number}"),
        1 => format!("all(n IN nodes(p) WHERE n.v < {number})"),
        2 => format!("any(r IN relationships(p) WHERE r.w = {number})"),
        _ => "p IS NOT NULL".to_owned(),
    }
}

/// Clocks and a number of sources, mostly none.
fn lens(dice: &mut Dice) -> Vec<(Part, String)> {
    let mut lens = Vec::new();
    for (part, clock) in [(Part::Valid, "VALID"), (Part::Known, "KNOWN")] {
        if dice.chance(25) {
            let possibly = if dice.chance(30) { "POSSIBLY " } else { "" };
            lens.push((part, format!("{possibly}{clock} AT {}", day(dice))));
        }
    }
    if dice.chance(12) {
        lens.push((Part::Sources, format!("REQUIRE {} SOURCES", 1 + dice.below(3))));
    }
    lens
}

fn day(dice: &mut Dice) -> &'static str {
    dice.pick(&["date('2019-06-01')", "date('2020-06-01')", "date('2021-06-01')", "date('2022-06-01')"])
}

/// A text on its way, and where each condition stands in it.
#[derive(Default)]
struct Text {
    text: String,
    places: Vec<(Part, usize)>,
}

impl Text {
    fn mark(&mut self, part: Part) {
        self.places.push((part, self.text.len()));
    }
}

impl Query {
    /// The query without some conditions, and where the others stand.
    fn write(&self, without: &Parts, preamble: &str) -> Text {
        let mut out = Text { text: preamble.to_owned(), ..Text::default() };
        if self.is_of_statement {
            self.lens(&mut out, without);
        }
        let begin = out.text.len();
        let is_gone = |place: usize| without.contains(&Part::Element(self.nodes[place].name));
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut pieces = 0;
        let mut quoted = Vec::new();
        out.text.push_str(if without.contains(&Part::Different) { "MATCH REPEATABLE ELEMENTS " } else { "MATCH " });
        let start = out.text.len();
        if self.is_whole(without) {
            names.insert("p".to_owned());
            out.text.push_str(if self.is_spelled_out(without) { "" } else { "p = " });
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let joined = place > 0 && self.joined(without, place - 1) && !without.contains(&Part::State(place - 1));
            if joined {
                self.arrow(&mut out, without, place - 1);
                names.insert(format!("r{}", place - 1));
            } else if place > 0 && self.joined(without, place - 1) {
                quoted.push(place - 1);
            }
            if is_gone(place) {
                continue;
            }
            if !joined {
                out.text.push_str(if pieces > 0 { ", " } else { "" });
                pieces += 1;
            }
            names.insert(format!("n{}", node.name));
            Self::node(&mut out, without, node);
        }
        for place in quoted {
            let (left, right) = (self.nodes[place].name, self.nodes[place + 1].name);
            write!(out.text, ", [(n{left})").expect("text");
            self.arrow(&mut out, without, place);
            write!(out.text, "(n{right})]").expect("text");
            names.insert(format!("r{place}"));
        }
        if self.arrows.len() > 1 {
            out.places.push((Part::Different, start));
        }
        if pieces == 0 {
            out.text.truncate(begin);
            out.text.push_str("WITH null AS nothing");
        } else if !self.is_of_statement {
            out.text.push(' ');
            self.lens(&mut out, without);
        }
        self.filter(&mut out, without, &names);
        if self.is_cited {
            Self::cited(&mut out, without);
        }
        let first = if names.contains("n0") { "n0.v" } else { "null" };
        write!(out.text, " RETURN {first} AS v").expect("text");
        out
    }

    fn lens(&self, out: &mut Text, without: &Parts) {
        for (part, said) in self.lens.iter().filter(|(part, _)| !without.contains(part)) {
            // A number of sources is told by where the number stands.
            let before = if *part == Part::Sources { "REQUIRE ".len() } else { 0 };
            out.places.push((part.clone(), out.text.len() + before));
            write!(out.text, "{said} ").expect("text");
        }
    }

    fn joined(&self, without: &Parts, place: usize) -> bool {
        let is_gone = |place: usize| without.contains(&Part::Element(self.nodes[place].name));
        !without.contains(&Part::Hop(place)) && !is_gone(place) && !is_gone(place + 1)
    }

    /// Whether there is a path that has a name.
    fn is_whole(&self, without: &Parts) -> bool {
        self.is_named && (0..self.arrows.len()).all(|place| self.joined(without, place))
    }

    /// Whether the path has an arrow that may be quoted, which no text can draw in a path.
    fn is_spelled_out(&self, without: &Parts) -> bool {
        (0..self.arrows.len()).any(|place| without.contains(&Part::State(place)))
    }

    /// The filter, with the elements of the path in the place of its name.
    fn spelled_out(&self, filter: &str) -> String {
        let nodes: Vec<String> = self.nodes.iter().map(|node| format!("n{}", node.name)).collect();
        let rels: Vec<String> = (0..self.arrows.len()).map(|place| format!("r{place}")).collect();
        let (nodes, rels) = (format!("[{}]", nodes.join(", ")), format!("[{}]", rels.join(", ")));
        let spelled_out = filter.replace("relationships(p)", &rels).replace("nodes(p)", &nodes);
        spelled_out.replace("length(p)", &format!("size({rels})")).replace("p IS", &format!("{nodes} IS"))
    }

    /// That a source supports the first arrow.
    fn cited(out: &mut Text, without: &Parts) {
        let is_gone = |part| without.contains(&part);
        let (rel, source) = (is_gone(Part::Element(CITED)), is_gone(Part::Element(SOURCE)));
        let (open, close) = if is_gone(Part::State(CITED)) { ("[", "]") } else { ("", "") };
        let is_cut = rel || source || is_gone(Part::Hop(CITED));
        let (open, close) = if is_cut { ("", "") } else { (open, close) };
        out.text.push_str(if rel && source { "" } else { " MATCH " });
        out.text.push_str(open);
        out.mark(Part::Element(CITED));
        out.text.push_str(if rel { "" } else { "[r0]" });
        if is_cut {
            out.text.push_str(if rel || source { "" } else { ", " });
        } else {
            Self::supports(out, without);
        }
        out.mark(Part::Element(SOURCE));
        out.text.push_str(if source { "" } else { "(s)" });
        out.text.push_str(close);
    }

    fn supports(out: &mut Text, without: &Parts) {
        for part in [Part::Hop(CITED), Part::Direction(CITED), Part::State(CITED)] {
            out.mark(part);
        }
        out.text.push_str(if without.contains(&Part::Direction(CITED)) { "-[" } else { "<-[" });
        if !without.contains(&Part::Type(CITED)) {
            out.text.push(':');
            out.mark(Part::Type(CITED));
            out.text.push_str("SUPPORTS");
        }
        out.text.push_str("]-");
    }

    fn node(out: &mut Text, without: &Parts, node: &Node) {
        out.mark(Part::Element(node.name));
        write!(out.text, "(n{}", node.name).expect("text");
        if let Some(label) = node.label.filter(|_| !without.contains(&Part::Label(node.name))) {
            out.text.push(':');
            out.mark(Part::Label(node.name));
            out.text.push_str(label);
        }
        if let Some(value) = node.value.filter(|_| !without.contains(&Part::Property(node.name))) {
            out.text.push_str(" {");
            out.mark(Part::Property(node.name));
            write!(out.text, "v: {value}}}").expect("text");
        }
        out.text.push(')');
    }

    fn arrow(&self, out: &mut Text, without: &Parts, place: usize) {
        let arrow = &self.arrows[place];
        for part in [Part::Hop(place), Part::Direction(place), Part::State(place)] {
            out.mark(part);
        }
        let heads = if without.contains(&Part::Direction(place)) { ("-", "-") } else { arrow.heads };
        write!(out.text, "{}[r{place}", heads.0).expect("text");
        if let Some(rel_type) = arrow.rel_type.filter(|_| !without.contains(&Part::Type(place))) {
            out.text.push(':');
            out.mark(Part::Type(place));
            out.text.push_str(rel_type);
        }
        if let Some(weight) = arrow.weight.filter(|_| !without.contains(&Part::Weight(place))) {
            out.text.push_str(" {");
            out.mark(Part::Weight(place));
            write!(out.text, "w: {weight}}}").expect("text");
        }
        write!(out.text, "]{}", heads.1).expect("text");
    }

    /// WHERE: what is left of the filters, and that an arrow which may be quoted is none of the others.
    fn filter(&self, out: &mut Text, without: &Parts, names: &BTreeSet<String>) {
        let mut word = " WHERE ";
        for (place, (filter, named)) in self.filters.iter().enumerate() {
            if without.contains(&Part::Filter(place)) || !named.iter().all(|name| names.contains(name)) {
                continue;
            }
            out.text.push_str(word);
            out.mark(Part::Filter(place));
            out.text.push_str(&if self.is_spelled_out(without) { self.spelled_out(filter) } else { filter.clone() });
            word = " AND ";
        }
        let is_free = |place: &usize| without.contains(&Part::State(*place)) && self.joined(without, *place);
        let may_repeat = without.contains(&Part::Different);
        for place in (0..self.arrows.len()).filter(is_free).filter(|_| !may_repeat) {
            for other in (0..self.arrows.len()).filter(|other| *other != place && self.joined(without, *other)) {
                write!(out.text, "{word}r{place} <> r{other}").expect("text");
                word = " AND ";
            }
        }
    }

    /// The condition that a reason names, by its kind and where it stands.
    fn part(text: &Text, reason: &str, at: usize) -> Part {
        let fits = |part: &Part| match part {
            Part::Element(_) | Part::Hop(_) => reason == "no-match",
            Part::Label(_) => reason == "label",
            Part::Property(_) | Part::Weight(_) => reason == "property",
            Part::Type(_) => reason == "type",
            Part::Direction(_) => reason == "direction",
            Part::State(_) => reason == "quoted",
            Part::Filter(_) => matches!(reason, "filter" | "unknown"),
            Part::Different => reason == "uniqueness",
            Part::Valid => reason == "valid-at",
            Part::Known => reason == "known-at",
            Part::Sources => reason == "sources",
        };
        let found = text.places.iter().find(|(part, place)| *place == at && fits(part));
        found.unwrap_or_else(|| panic!("`{reason}` at {at} is a condition of\n{}", text.text)).0.clone()
    }
}

/// So many sources are cited.
const SOURCES: usize = 2;

/// Since when and until when something is valid, mostly always.
fn valid(dice: &mut Dice) -> String {
    let from = if dice.chance(15) { format!(", valid_from: {}", day(dice)) } else { String::new() };
    let vague = if dice.chance(8) { ", valid_to: edtf('2021')" } else { "" };
    from + vague
}

fn graph(dice: &mut Dice) -> String {
    let count = dice.below(5);
    let mut text = String::from("CREATE (:Nothing)");
    for place in 0..count {
        let labels = dice.pick(&["", ":A", ":B", ":A:B"]);
        let value = if dice.chance(80) { format!("v: {}", dice.below(4)) } else { "w: 1".to_owned() };
        write!(text, ", (x{place}{labels} {{{value}{}}})", valid(dice)).expect("text");
    }
    for place in 0..if count > 0 { SOURCES } else { 0 } {
        write!(text, ", (s{place}:Source {{published: {}}})", day(dice)).expect("text");
    }
    for place in 0..if count > 0 { dice.below(7) } else { 0 } {
        let (from, to, rel_type) = (dice.below(count), dice.below(count), dice.pick(&["R", "S"]));
        let (open, close) = if dice.chance(25) { ("[", "]") } else { ("", "") };
        let (weight, valid) = (dice.below(3), valid(dice));
        write!(text, ", {open}(x{from})-[r{place}:{rel_type} {{w: {weight}{valid}}}]->(x{to}){close}").expect("text");
        for source in (0..SOURCES).filter(|_| dice.chance(30)) {
            write!(text, ", (s{source})-[:SUPPORTS]->[r{place}]").expect("text");
        }
    }
    text + if dice.chance(50) { "; MATCH (n:Nothing) DELETE n" } else { "" }
}

/// Whether there is a row, one of the expected kind.
fn has_row(db: &Database, text: &str, expected: Option<i64>) -> bool {
    let rows = db.query(text, ()).unwrap_or_else(|error| panic!("{}", error.report()));
    let values: Vec<Value> = rows.into_vec().unwrap_or_else(|error| panic!("{text}\n{}", error.report()));
    values.iter().any(|value| expected.is_none_or(|wanted| matches!(value, Value::Integer(found) if *found == wanted)))
}

/// Every set of the parts but all of them.
fn proper_subsets(parts: &Parts) -> Vec<Parts> {
    let chosen = |bits: u32| {
        parts.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, part)| part.clone()).collect()
    };
    (0..(1_u32 << parts.len()) - 1).map(chosen).collect()
}

/// The ways of an answer, each as the conditions that it names.
fn ways(db: &Database, text: &Text) -> Option<Vec<Parts>> {
    let rows = db.query(text.text.as_str(), ()).unwrap_or_else(|error| panic!("{}", error.report()));
    let rows: Vec<(Option<i64>, String, Option<String>)> = rows
        .map(|row| {
            let row = row.unwrap_or_else(|error| panic!("{}", error.report()));
            (row.get("way").expect("a way"), row.get("reason").expect("a reason"), row.get("at").expect("a place"))
        })
        .collect();
    assert!(!rows.is_empty(), "there is an answer to {}", text.text);
    if rows[0].1 == "expected value" {
        return None;
    }
    let mut ways: Vec<Parts> = Vec::new();
    for (way, reason, at) in rows {
        let way =
            usize::try_from(way.unwrap_or_else(|| panic!("a way for {reason} of\n{}", text.text))).expect("a number");
        let at: usize = at.expect("a place").strip_prefix("1:").expect("one line").parse().expect("a column");
        ways.resize(ways.len().max(way), Parts::new());
        ways[way - 1].insert(Query::part(text, &reason, at - 1));
    }
    Some(ways)
}

#[test]
fn without_the_reason_there_is_a_row_and_without_less_there_is_none() {
    let (mut explained, mut with_several, mut kinds) = (0, 0, BTreeSet::new());
    let set = |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (first, graphs) = (set("AVERMENT_SEED", 0), set("AVERMENT_CASES", 60));
    println!("AVERMENT_SEED={first} AVERMENT_CASES={graphs}");
    for seed in first..first + graphs {
        let mut dice = Dice(seed * 7_919 + 3);
        let script = graph(&mut dice);
        let db = Database::in_memory();
        db.run(&script).unwrap_or_else(|error| panic!("{}", error.report()));
        for _ in 0..4 {
            let query = query(&mut dice);
            let plain = query.write(&Parts::new(), "").text;
            if has_row(&db, &plain, query.expected) {
                continue;
            }
            let expected = query.expected.map_or(String::new(), |value| format!("{{v: {value}}} "));
            let text = query.write(&Parts::new(), &format!("WHY NOT {expected}"));
            let Some(ways) = ways(&db, &text) else {
                // Nothing has such a value at all.
                assert!(!has_row(&db, "MATCH (n0) RETURN n0.v AS v", query.expected), "{script}\n{}", text.text);
                continue;
            };
            for way in ways {
                let told = format!("seed {seed}: {way:?}\n{script}\n{}", text.text);
                let without = query.write(&way, "").text;
                assert!(has_row(&db, &without, query.expected), "no row without {told}\n{without}");
                for less in proper_subsets(&way) {
                    let without = query.write(&less, "").text;
                    assert!(!has_row(&db, &without, query.expected), "less is enough: {less:?} of {told}\n{without}");
                }
                explained += 1;
                with_several += usize::from(way.len() > 1);
                kinds.extend(way.iter().map(|part| format!("{part:?}").split('(').next().unwrap_or("").to_owned()));
            }
        }
    }
    assert!(explained > 120 && with_several > 20, "{explained} reasons, {with_several} of several conditions");
    assert_eq!(kinds.len(), 13, "{kinds:?}");
}

const QUESTION: &str = "WHY NOT $row MATCH (c:Company) WHERE c.since < 2020 RETURN c.name AS name";

/// The reasons of an answer.
fn reasons(rows: averment::Rows) -> Vec<String> {
    rows.map(|row| row.expect("a row").get("reason").expect("a reason")).collect()
}

#[test]
fn it_is_asked_of_the_state_of_its_transaction_and_writes_nothing() {
    let db = Database::in_memory();
    db.query("CREATE (:Company {name: 'A', since: 2021})", ()).unwrap();
    let row: Value = db.query("RETURN {name: 'A'} AS row", ()).unwrap().single().unwrap();
    let expected = || params! { "row" => row.clone() };
    let question = db.prepare(QUESTION).unwrap();
    assert!(!question.writes());
    assert_eq!(question.columns().join(" "), "way reason what at met nearest");
    let before = db.read();
    let mut transaction = db.write().unwrap();
    transaction.query("MATCH (c:Company) SET c.since = 2019", ()).unwrap();
    assert_eq!(reasons(transaction.query(&question, expected()).unwrap()), ["found"]);
    assert_eq!(reasons(before.query(&question, expected()).unwrap()), ["filter"]);
    transaction.commit().unwrap();
    assert_eq!(reasons(db.query(&question, expected()).unwrap()), ["found"]);
    assert_eq!(db.commit_number(), 2);
}

#[test]
fn a_question_stops_with_its_time_and_its_token() {
    let db = Database::in_memory();
    db.query("UNWIND range(1, 2000) AS n CREATE (:A {n: n}), (:B {n: n}), (:C {n: n})", ()).unwrap();
    let endless = "WHY NOT MATCH (a:A), (b:B), (c:C) WHERE a.n + b.n + c.n < 0 RETURN a";
    let error = db.query(Statement::new(endless).timeout(Duration::from_millis(50)), ()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "the time of 50ms is used up"));
    let token = CancelToken::new();
    token.cancel();
    let error = db.query(Statement::new(endless).cancel_with(token), ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn it_can_be_asked_of_an_earlier_commit() {
    let db = Database::in_memory();
    db.query("CREATE (:Company {name: 'A', since: 2021})", ()).unwrap();
    db.query("MATCH (c:Company) SET c.since = 2019", ()).unwrap();
    let question = "WHY NOT MATCH (c:Company) WHERE c.since < 2020 RETURN c";
    assert_eq!(reasons(db.query(question, ()).unwrap()), ["found"]);
    assert_eq!(reasons(db.query(format!("AT COMMIT 1 {question}"), ()).unwrap()), ["filter"]);
}
