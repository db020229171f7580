//! Queries of the shapes that the optimiser looks for, which would be rare if left to chance.

use super::{Author, Kind};

impl Author<'_> {
    pub(super) fn shaped(&mut self) -> String {
        match self.dice.below(11) {
            0 => self.counting(),
            1 => self.reaching(),
            2 => self.pruning(),
            3 => self.looking_up(),
            4 => self.joining(),
            5 => self.cutting(),
            6 => self.again(),
            7 => self.collecting(),
            8 => self.filling_batches(),
            9 => self.meeting(),
            _ => self.correlated(),
        }
    }

    /// A chain of which only the number of matches is wanted.
    fn counting(&mut self) -> String {
        let lens = self.lens();
        let mut chain = format!("({})", self.declare(Kind::Node));
        for _ in 0..=self.dice.below(3) {
            let (left, right) = if self.dice.chance(50) { ("-", "->") } else { self.heads() };
            let types = self.dice.pick(&["", "", ":R", ":R", ":S", ":R|S"]);
            let end = if self.dice.chance(50) { self.declare(Kind::Node) } else { String::new() };
            chain = format!("{chain}{left}[{types}]{right}({end})");
        }
        let node = self.variable(Kind::Node).unwrap_or_default();
        let answer = self.dice.pick(&["count(*) AS i", "count(*) AS i", "#, count(*) AS i", "count(DISTINCT #) AS i"]);
        format!("MATCH {chain}{lens} RETURN {}", answer.replace('#', &node))
    }

    /// Arrows that come back to where others have been.
    fn meeting(&mut self) -> String {
        const CYCLES: [&[(&str, &str)]; 5] = [
            &[("a", "b"), ("b", "c"), ("a", "c")],
            &[("a", "b"), ("b", "c"), ("c", "a")],
            &[("a", "b"), ("a", "b")],
            &[("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")],
            &[("a", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("c", "d")],
        ];
        let cycle = CYCLES[self.dice.below(CYCLES.len())];
        let rel = self.dice.below(cycle.len() * 2);
        let mut arrows = Vec::new();
        for (place, (from, to)) in cycle.iter().enumerate() {
            let (left, right) = self.heads();
            let types = self.dice.pick(&["", "", ":R", ":R", ":S", ":R|S"]);
            let name = if place == rel { "r" } else { "" };
            let length = if place + rel == 9 { "*1..2" } else { "" };
            arrows.push(format!("({from}){left}[{name}{types}{length}]{right}({to})"));
        }
        let rest = arrows.split_off(1).join(", ");
        let (first, last) = (&arrows[0], cycle[cycle.len() - 1].1);
        let lens = self.lens();
        let matched = match self.dice.below(6) {
            0 => format!("MATCH {first} MATCH {rest}{lens}"),
            1 => format!("MATCH (a) OPTIONAL MATCH {first}{lens} WITH a, b MATCH {rest}{lens}"),
            2 => format!("MATCH (a), (b) MATCH {rest}, {first}{lens}"),
            _ => format!("MATCH {first}, {rest}{lens}"),
        };
        let about = self.dice.pick(&["", "", " WHERE #:A", " WHERE #:!B AND #.v > 0", " WHERE #.v <> a.v AND a:A"]);
        let answer =
            self.dice.pick(&["count(*) AS i", "count(*) AS i", "a, count(*) AS i", "b, # AS n", "*", "DISTINCT #"]);
        format!("{matched}{about} RETURN {answer}").replace('#', last)
    }

    /// A walk of which only the ends are wanted.
    fn reaching(&mut self) -> String {
        let (left, right) = self.heads();
        let (types, length) =
            (self.dice.pick(&["", ":R", ":R|S"]), self.dice.pick(&["*", "*0..", "*..2", "*0..2", "*..3"]));
        let (from, to) =
            (self.dice.pick(&["(a)", "(a:A)", "(a {v: 1})"]), self.dice.pick(&["(b)", "(b)", "(b:B)", "(a)"]));
        let walk = format!("{from}{left}[{types}{length}]{right}{to}{}", self.lens());
        let ends = if to == "(a)" { "a" } else { "a, b" };
        match self.dice.below(4) {
            0 => format!("MATCH {walk} RETURN DISTINCT {ends}"),
            1 => format!("MATCH {walk} WITH DISTINCT {ends} RETURN count(*) AS i"),
            2 => format!("MATCH (a) WHERE EXISTS {{ {walk} }} RETURN a"),
            _ => format!("MATCH {walk} RETURN a, max(a.n) AS i, count(DISTINCT a) AS j"),
        }
    }

    /// A walk with a condition on all that it passes.
    fn pruning(&mut self) -> String {
        let (left, right) = self.heads();
        let length = self.dice.pick(&["*", "*1..2", "*0..3"]);
        let about = self.dice.pick(&[
            "all(y IN rs WHERE y.w > 0)",
            "all(y IN relationships(p) WHERE y.w < 2)",
            "none(y IN nodes(p) WHERE y.v = 0)",
            "all(y IN nodes(p) WHERE y.v >= a.v)",
            "length(p) < 2",
            "size(rs) >= 1",
            "none(y IN rs WHERE y.w = a.v)",
        ]);
        let lens = self.lens();
        format!("MATCH p = (a){left}[rs{length}]{right}(b){lens} WHERE {about} AND a.n < 3 RETURN a, b, rs")
    }

    /// Nodes by values that each row brings.
    fn looking_up(&mut self) -> String {
        let list = self.dice.pick(&["[0, 1, 2, null]", "[1, 1, 1.5, 'a']", "range(0, 2)"]);
        let found = self.dice.pick(&[
            "(n:A {v: x})#",
            "(n {m: x})#",
            "(n:A)# WHERE n.m = x",
            "(n)# WHERE n.v IN [x, 1]",
            "(n:B {n: x})#",
        ]);
        let found = found.replace('#', &self.lens());
        let optional = self.dice.pick(&["", "OPTIONAL "]);
        format!("UNWIND {list} AS x {optional}MATCH {found} RETURN x, n")
    }

    /// Two parts that a condition joins.
    fn joining(&mut self) -> String {
        let (one, other) = (self.dice.pick(&["v", "m", "s", "f"]), self.dice.pick(&["v", "m", "s", "f"]));
        let end = self.dice.pick(&["(b)", "(b)<--(c)", "(b:A)"]);
        let more = self.dice.pick(&["", " AND a <> b", " AND a.n < b.n"]);
        let lens = self.lens();
        format!("MATCH (a)-->(), {end}{lens} WHERE a.{one} = b.{other}{more} RETURN a, b")
    }

    /// Relationships that a later clause, or another place of the same one, names again.
    fn again(&mut self) -> String {
        let (left, right) = self.heads();
        let first = self.dice.pick(&["[r]", "()-[r]->()", "()-[r:R]-()", "(x)-[r]->()", "()-->[r]"]);
        let lens = self.lens();
        match self.dice.below(4) {
            0 => format!("MATCH {first} MATCH (a){left}[r]{right}(b){lens} RETURN a, b, r"),
            1 => format!("MATCH {first} OPTIONAL MATCH (a){left}[r]{right}(b:A){lens} RETURN a, b, r"),
            2 => format!("MATCH (a){left}[r]{right}(b), (c)-->[r] RETURN a, b, c, r"),
            _ => format!("MATCH (a WHERE a.v <= b.v){left}[r WHERE r.w < b.n]{right}(b), (c {{v: b.v}}) RETURN *"),
        }
    }

    /// Elements that go through a list.
    fn collecting(&mut self) -> String {
        let (left, right) = self.heads();
        let then = format!("(b){left}[r]{right}(c)");
        match self.dice.below(5) {
            0 => format!("MATCH (a) WITH collect(a) AS ns UNWIND ns AS b MATCH {then} RETURN b, c, r"),
            1 => "MATCH (a) WITH a ORDER BY a.v, a WITH collect(a) AS ns RETURN [y IN ns | y.n] AS l, size(ns) AS i"
                .to_owned(),
            2 => format!(
                "MATCH {then} WITH b, collect(r) AS rs WHERE size(rs) > 1 UNWIND rs AS r MATCH (b)-[r]-(d) RETURN b, r, d"
            ),
            3 => format!("MATCH {then} WITH *, r.w AS x WHERE x > 0 RETURN DISTINCT *"),
            _ => format!(
                "MATCH {then} WITH b.v AS v, max(c.n) AS i, min(r.w) AS j ORDER BY count(*) DESC, v LIMIT 3 RETURN v + i AS k, j"
            ),
        }
    }

    /// More rows than a batch holds.
    fn filling_batches(&mut self) -> String {
        let body = self.dice.pick(&[
            "OPTIONAL MATCH (a:A {v: x % 4}) RETURN x % 5 AS i, count(a) AS j, count(*) AS k",
            "CALL (x) { MATCH (a) WHERE a.n < x % 3 RETURN a ORDER BY a.n DESC LIMIT 1 } RETURN a, count(x) AS i",
            "MATCH (a {n: 0}) WITH x, COUNT { (a)--(b) WHERE b.n < x % 4 } AS j RETURN j, sum(x) AS i",
            "WITH x ORDER BY x % 10, x DESC SKIP 2040 LIMIT 20 RETURN x",
            "WITH DISTINCT x % 50 AS y RETURN count(y) AS i, max(y) AS j",
            "WITH x WHERE EXISTS { MATCH (a) WHERE a.n = x % 7 RETURN 1 AS y } RETURN count(*) AS i, max(x) AS j",
            "CALL (x) { RETURN x % 3 AS y UNION RETURN 1 AS y } RETURN y, count(*) AS i",
            "MATCH (a) WHERE a.v = x % 9 RETURN a, min(x) AS i, count(*) AS j",
            "WITH x, [y IN range(0, x % 4) WHERE y % 2 = 0 | y * x] AS l RETURN size(l) AS i, max(last(l)) AS j",
        ]);
        self.found.groups |= body.contains("AS j RETURN j, sum");
        format!("UNWIND range(1, {}) AS x {body}", 2_040 + self.dice.below(80))
    }

    /// Rows that are cut before more is asked of them.
    fn cutting(&mut self) -> String {
        let cut = self.dice.pick(&["LIMIT 2", "SKIP 1", "SKIP 1 LIMIT 3", "LIMIT 3"]);
        let wanted = self.dice.pick(&["a.v > 0", "a:A", "a.s IS NOT NULL", "EXISTS { (a)-->() }", "a.m = 1"]);
        let then = self.dice.pick(&["", " MATCH (a)--(b)#", " OPTIONAL MATCH (a)-->(b:A)#"]);
        let more = if then.is_empty() { "" } else { ", b" };
        let then = then.replace('#', &self.lens());
        format!("MATCH (a) WITH a ORDER BY a.v, a {cut} WHERE {wanted}{then} RETURN a{more}")
    }

    /// Subqueries of which each row has its own.
    fn correlated(&mut self) -> String {
        let (left, right) = self.heads();
        let arrow = format!("(a){left}[r{}]{right}(b){}", self.dice.pick(&["", ":R", ":!S"]), self.lens());
        let order = self.dice.pick(&["r, b LIMIT 1", "r, b SKIP 1", "b.n DESC, r, b LIMIT 2"]);
        match self.dice.below(4) {
            0 => format!("MATCH (a) CALL (a) {{ MATCH {arrow} RETURN r, b ORDER BY {order} }} RETURN a, r, b"),
            1 => format!(
                "MATCH (a) CALL {{ WITH a MATCH {arrow} RETURN count(DISTINCT b) AS i, max(r.w) AS x }} RETURN a, i, x"
            ),
            2 => format!("MATCH (a) RETURN a, COLLECT {{ MATCH {arrow} RETURN b ORDER BY {order} }} AS ns"),
            _ => format!(
                "MATCH (a) CALL (a) {{ MATCH {arrow} RETURN b UNION MATCH (b) WHERE b.v = a.v RETURN b }} RETURN a, b"
            ),
        }
    }
}
