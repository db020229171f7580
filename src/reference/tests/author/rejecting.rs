//! Queries whose answers hang on what was rejected: what is counted, collected, or chosen among.

use super::Author;

impl Author<'_> {
    pub(super) fn rejecting(&mut self) -> String {
        let (left, right) = self.heads();
        let pattern = format!("(a){left}[r{}]{right}(x)", self.dice.pick(&["", "", ":R", ":!S"]));
        let (wanted, lens) = (self.unsteady("x"), self.lens());
        let looked_for = format!("{pattern}{lens} WHERE {wanted}");
        match self.dice.below(12) {
            0 => format!("MATCH (a)--(b) RETURN a, b, COUNT {{ {looked_for} }} AS i"),
            1 => format!("MATCH (a)--(b) RETURN a, b, size([{} | x.n]) AS i", looked_for.replace(&lens, "")),
            2 => format!("MATCH (a)--(b) RETURN a, b, COLLECT {{ MATCH {looked_for} RETURN x.n }} AS bag"),
            3 => format!(
                "MATCH (a)--(b) CALL (a) {{ MATCH {looked_for} RETURN count(*) AS i, max(x.n) AS j }} RETURN a, b, i, j"
            ),
            4 => format!("MATCH (a) WHERE {}EXISTS {{ {looked_for} }} RETURN a", self.dice.pick(&["", "NOT "])),
            5 => format!("MATCH {looked_for} RETURN count(*) AS i, sum(x.n) AS j"),
            6 => format!("MATCH {looked_for} RETURN a, count(*) AS i, min(x.n) AS j"),
            7 => format!("MATCH {looked_for} RETURN a.v AS v, count(DISTINCT x) AS i"),
            8 => self.perhaps(&pattern, &wanted),
            9 => self.grouped_twice(&looked_for),
            _ => self.shortest_unsteady(),
        }
    }

    /// A condition on `x` that may become true where less of the graph is there, or false.
    fn unsteady(&mut self, x: &str) -> String {
        let end = self.dice.pick(&["()", "(:A)", "(:B)", "({v: 1})"]);
        let (left, right) = self.heads();
        let count = self.dice.below(3).to_string();
        let condition = self.dice.pick(&[
            "NOT (@)~^",
            "NOT (@)~^",
            "NOT EXISTS { (@)~^ }",
            "NOT EXISTS { (@)~(z) WHERE NOT (z)-->^ }",
            "EXISTS { (@)~(z) WHERE NOT (z)-->^ }",
            "COUNT { (@)~^ } <= #",
            "COUNT { (@)~(z) WHERE z.v > 0 } = #",
            "size([(@)~^ | 1]) < #",
            "none(z IN COLLECT { MATCH (@)~(z) RETURN z } WHERE (z)-->^)",
            "all(z IN COLLECT { MATCH (@)~(z) RETURN z } WHERE (z)-->^)",
            "degree(@) <= #",
            "known(@) < date('2020-01-15')",
            "size(sources(@)) <= #",
            "@.v > 0 AND NOT (@)~^",
            "(@.v = 1 OR NOT (@)~^)",
            "NOT (@.v < 2 AND (@)~^)",
            "CASE WHEN (@)~^ THEN @.v > 0 ELSE @.n > 1 END",
        ]);
        let arrow = format!("{left}{right}");
        condition.replace('@', x).replace('~', &arrow).replace('^', end).replace('#', &count)
    }

    /// What an OPTIONAL MATCH may leave null.
    fn perhaps(&mut self, pattern: &str, wanted: &str) -> String {
        let then = self.dice.pick(&[
            "WITH a, x WHERE x IS NULL RETURN a",
            "WITH a, x WHERE x IS NULL RETURN count(*) AS i",
            "WITH a, x WHERE coalesce(x.v, 0) < 1 RETURN count(a) AS i, count(x) AS j",
            "RETURN a, count(x) AS i, max(x.n) AS j",
            "RETURN count(*) AS i, count(DISTINCT x) AS j",
        ]);
        let found = format!("OPTIONAL MATCH {pattern} WHERE {wanted} {then}");
        if self.dice.chance(50) {
            return format!("MATCH (a) {found}");
        }
        let inner = format!("MATCH (b)-->(a) {found}");
        match self.dice.below(3) {
            0 => format!("MATCH (b) WHERE NOT EXISTS {{ {inner} }} RETURN b"),
            1 if !then.contains("RETURN a,") => format!("MATCH (b) RETURN b, COUNT {{ {inner} }} AS k"),
            _ => format!("MATCH (b) WHERE EXISTS {{ {inner} }} RETURN b"),
        }
    }

    /// Groups of which some are rejected.
    fn grouped_twice(&mut self, looked_for: &str) -> String {
        let count = self.dice.below(3);
        let kept = self.dice.pick(&["i < #", "i > #", "i = #", "i <> #", "a.v > 0 OR i < #"]);
        let kept = kept.replace('#', &count.to_string());
        let then = self.dice.pick(&[
            "RETURN a, i",
            "RETURN count(*) AS j",
            "RETURN sum(i) AS j, max(a.n) AS k",
            "RETURN a.v AS v, max(i) AS j",
        ]);
        let inner = format!("MATCH {looked_for} WITH a, count(*) AS i WHERE {kept}");
        if self.dice.chance(50) {
            return format!("{inner} {then}");
        }
        match self.dice.below(3) {
            0 => format!("MATCH (b) WHERE NOT EXISTS {{ MATCH (b)-->(a) {inner} RETURN a }} RETURN b"),
            1 => format!("MATCH (b) RETURN b, COUNT {{ MATCH (b)-->(a) {inner} RETURN a }} AS k"),
            _ => format!("MATCH (b) CALL (b) {{ MATCH (b)-->(a) {inner} {then} }} RETURN *"),
        }
    }

    /// A shortest path that keeps away from some nodes.
    fn shortest_unsteady(&mut self) -> String {
        let (left, right) = self.heads();
        let (on_the_way, at_the_end) = (self.unsteady("n"), self.unsteady("y"));
        let lens = self.lens();
        let quantifier = self.dice.pick(&["none", "all"]);
        let search = match self.dice.below(4) {
            0 => format!(
                "p = shortestPath((a){left}[*..4]{right}(b)){lens} WHERE {quantifier}(n IN nodes(p) WHERE {on_the_way})"
            ),
            1 => format!(
                "p = allShortestPaths((a){left}[*..4]{right}(b)){lens} WHERE {quantifier}(n IN nodes(p) WHERE {on_the_way})"
            ),
            2 => format!("p = ALL SHORTEST (a) ((n){left}[]{right}(y) WHERE {at_the_end}){{1,4}} (b){lens}"),
            _ => format!("p = SHORTEST 1 GROUP (a) ((n){left}[]{right}(y) WHERE {at_the_end}){{1,4}} (b){lens}"),
        };
        let optional = self.dice.pick(&["", "OPTIONAL "]);
        let returned =
            self.dice.pick(&["a, b, length(p) AS i", "a, b, length(p) AS i", "count(p) AS i, sum(length(p)) AS j"]);
        match self.dice.below(3) {
            0 => format!("MATCH (a), (b) WHERE a <> b RETURN a, b, EXISTS {{ MATCH {search} }} AS t"),
            _ => format!("MATCH (a), (b) WHERE a <> b {optional}MATCH {search} RETURN {returned}"),
        }
    }
}
