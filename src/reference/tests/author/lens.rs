//! Clocks and REQUIRE.

use super::{Author, Kind};

/// Days at, before and behind those on which something changes.
const MOMENTS: [&str; 14] = [
    "date('2019-12-31')",
    "date('2020-01-09')",
    "date('2020-01-10')",
    "date('2020-01-15')",
    "date('2020-01-19')",
    "date('2020-01-20')",
    "date('2020-01-31')",
    "date('2020-02-01')",
    "date('2020-02-10')",
    "date('2020-03-01')",
    "edtf('2020-01-20')",
    "datetime('2020-01-20T12:00:00Z')",
    "datetime('2020-01-20T23:30:00-02:00')",
    "datetime('2020-02-01T06:00:00Z')",
];

impl Author<'_> {
    /// What may stand behind a pattern, with what is known before it; nothing in a graph without days.
    pub(super) fn lens(&mut self) -> String {
        if self.dice.chance(self.clock_percent) { format!(" {}", self.some_lens()) } else { String::new() }
    }

    /// What may stand before the first clause.
    pub(super) fn statement_lens(&mut self) -> String {
        if self.is_dated() && self.dice.chance(15) { format!("{} ", self.some_lens()) } else { String::new() }
    }

    fn some_lens(&mut self) -> String {
        match self.dice.below(20) {
            0..7 => self.clock("VALID"),
            7..13 => self.clock("KNOWN"),
            13..15 => format!("{} {}", self.clock("VALID"), self.clock("KNOWN")),
            15 => format!("{} {}", self.clock("KNOWN"), self.clock("VALID")),
            16 => format!("{} {}", self.clock("VALID"), self.required()),
            17 => format!("{} {}", self.clock("KNOWN"), self.required()),
            18 => format!("{} {}", self.required(), self.clock("KNOWN")),
            _ => self.required(),
        }
    }

    fn clock(&mut self, kind: &str) -> String {
        let possibly = if self.dice.chance(30) { "POSSIBLY " } else { "" };
        format!("{possibly}{kind} AT {}", self.moment())
    }

    fn required(&mut self) -> String {
        format!("REQUIRE {} SOURCES", self.dice.pick(&["0", "1", "1", "1", "2", "2", "3"]))
    }

    /// A day that is never null.
    fn moment(&mut self) -> String {
        let literal = self.literal_moment();
        let known = match (self.variable(Kind::Day), self.variable(Kind::Node)) {
            (Some(day), _) if self.dice.chance(60) => day,
            (_, Some(node)) if self.dice.chance(25) => format!("{node}.d"),
            _ => return literal.to_owned(),
        };
        format!("coalesce({known}, {literal})")
    }

    pub(super) fn literal_moment(&mut self) -> &'static str {
        self.dice.pick(&MOMENTS)
    }

    /// A row for each of some days.
    pub(super) fn unwound_days(&mut self) -> String {
        let days: Vec<&str> = (0..2 + self.dice.below(2)).map(|_| self.literal_moment()).collect();
        format!("UNWIND [{}] AS {}", days.join(", "), self.declare(Kind::Day))
    }

    /// Queries that clocks are made for, and those that are hard on them.
    pub(super) fn clocked(&mut self) -> String {
        let (left, right) = self.heads();
        let arrow = format!("(a){left}[r]{right}(b)");
        let (one, other, third) = (self.some_lens(), self.some_lens(), self.some_lens());
        let days: Vec<&str> = (0..3).map(|_| self.literal_moment()).collect();
        let days = format!("[{}]", days.join(", "));
        let kind = self.dice.pick(&["VALID AT", "KNOWN AT", "POSSIBLY VALID AT", "POSSIBLY KNOWN AT"]);
        match self.dice.below(16) {
            0 => format!("UNWIND {days} AS d MATCH {arrow} {kind} d RETURN d, a, r, b"),
            1 => format!("UNWIND {days} AS d MATCH (a) OPTIONAL MATCH {arrow} {kind} d RETURN d, a, count(b) AS i"),
            2 => format!("MATCH {arrow} {one} WHERE NOT EXISTS {{ {arrow} {other} }} RETURN a, r, b"),
            3 => format!("MATCH (a) {one} WHERE EXISTS {{ (a)--(b) WHERE NOT (b)-->() }} RETURN a"),
            4 => format!("MATCH (a) {one} WHERE EXISTS {{ (a)--(b) {other} WHERE (b)-->() }} RETURN a"),
            5 => format!("MATCH {arrow} MATCH (a){left}[r]{right}(b) {one} RETURN a, r, b"),
            6 => format!("MATCH [r] MATCH [r] {one} RETURN r"),
            7 => format!("MATCH (a){left}[*1..3]{right}(b) {one} RETURN DISTINCT a, b"),
            8 => format!(
                "MATCH (a) RETURN a, COUNT {{ (a){left}[]{right}() {one} }} AS i, EXISTS {{ (a)--() {other} }} AS t"
            ),
            9 => format!("MATCH (a) {one} WITH a MATCH {arrow} {third} RETURN a, r, COUNT {{ (b)--() {other} }} AS i"),
            10 => format!("MATCH (a), (b) WITH a, b MATCH p = allShortestPaths((a){left}[*]{right}(b)) {one} RETURN p"),
            11 => format!("MATCH (a) {one} RETURN a, [(a)--(b) | b.n] = [] AS t, size([(a)-->(b) | 1]) AS i"),
            12 => {
                format!("MATCH {arrow} {one} WHERE degree(a) > 1 OR size(sources(r)) = 1 RETURN a, r, degree(b) AS i")
            }
            13 => format!("MATCH {arrow} {one} WHERE degree(b) < 4 RETURN a, r, degree(a) AS i, sources(r) AS t"),
            14 => format!(
                "UNWIND range(1, 2060) AS x WITH x, {days}[x % 3] AS d MATCH (a:A) {kind} d RETURN a, count(*) AS i"
            ),
            _ => format!(
                "UNWIND {days} AS d MATCH (a) CALL (a, d) {{ MATCH {arrow} {kind} d RETURN count(r) AS i }} RETURN a, d, i"
            ),
        }
    }
}
