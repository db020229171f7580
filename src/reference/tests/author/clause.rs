//! Clauses.

use super::projection::{Last, Shape};
use super::{Author, Kind, Variable};

impl Author<'_> {
    /// Clauses up to RETURN, and whether the order of the rows is certain.
    pub(super) fn single(&mut self) -> (String, bool) {
        let count = 1 + self.dice.below(3);
        let mut clauses = self.clauses(count);
        if self.dice.chance(6) {
            let handed_on = self.projection(Last::With, Shape::Free).0;
            let is_returned = !handed_on.contains("WHERE");
            clauses.push(if is_returned { handed_on.replacen("WITH", "RETURN", 1) + " NEXT" } else { handed_on });
            let more = self.clauses(1);
            clauses.extend(more);
        }
        let (last, ordered) = self.projection(Last::Return, Shape::Free);
        clauses.push(last);
        (clauses.join(" "), ordered)
    }

    pub(super) fn union(&mut self) -> String {
        let kinds = [Kind::Integer, Kind::Any];
        let columns: Vec<Variable> = kinds.map(|kind| Variable { name: self.fresh(kind), kind }).to_vec();
        let all = self.dice.pick(&["", "", " ALL"]);
        let branches: Vec<String> = (0..2 + self.dice.below(2)).map(|_| self.branch(&columns)).collect();
        branches.join(&format!(" UNION{all} "))
    }

    /// A query that returns these columns.
    fn branch(&mut self, columns: &[Variable]) -> String {
        let before = self.scope.clone();
        let mut clauses = self.clauses(1);
        let items: Vec<String> = columns.iter().map(|column| self.item(column)).collect();
        clauses.push(format!("RETURN {}", items.join(", ")));
        self.scope = before;
        clauses.join(" ")
    }

    fn item(&mut self, column: &Variable) -> String {
        let value = self.expression(column.kind, 1);
        if self.is_of_found(&value) {
            self.found.names.insert(column.name.clone());
        }
        format!("{value} AS {}", column.name)
    }

    fn clauses(&mut self, count: usize) -> Vec<String> {
        let mut clauses = Vec::new();
        if self.dice.chance(84) {
            clauses.push(self.match_clause(""));
        }
        while clauses.len() < count {
            let clause = self.clause();
            clauses.push(clause);
        }
        clauses
    }

    fn clause(&mut self) -> String {
        let known = self.scope.len();
        let clause = self.some_clause();
        let is_plain = clause.starts_with("MATCH") && !clause.contains("hortest") && !clause.contains("SHORTEST");
        let is_new = !clause.starts_with("CALL") && !clause.starts_with("WITH");
        if is_new && !is_plain && (clause.starts_with("OPTIONAL") || self.is_of_found(&clause)) {
            self.all_found_since(known);
        }
        clause
    }

    fn some_clause(&mut self) -> String {
        let was_sorted = std::mem::take(&mut self.sorted);
        match self.dice.below(100) {
            0..20 => self.match_clause(""),
            20..40 => self.match_clause("OPTIONAL "),
            40..44 if self.variable(Kind::Node).is_some() => self.shortest_clause(),
            44..46 => {
                let lens = self.lens();
                format!("{}MATCH {}{lens}", self.dice.pick(&["", "OPTIONAL "]), self.chosen())
            }
            46..50 if self.is_dated() => self.unwound_days(),
            46..53 => format!("UNWIND {} AS {}", self.integers(2), self.declare(Kind::Integer)),
            53..57 => format!("UNWIND {} AS {}", self.bag(), self.declare(Kind::Integer)),
            57..59 => self.unwound_way().unwrap_or_else(|| "WITH *".to_owned()),
            59..61 => {
                let list = self.integers(1);
                format!("FOR {} IN {list}", self.declare(Kind::Integer))
            }
            61..66 => self.let_clause(),
            66..71 => format!("FILTER {} OR {}", self.condition(1), self.condition(1)),
            71..86 if self.depth > 0 => self.call(),
            _ => {
                self.sorted = was_sorted;
                self.projection(Last::With, Shape::Free).0
            }
        }
    }

    /// A row for each relationship of a path.
    fn unwound_way(&mut self) -> Option<String> {
        let path = self.variable(Kind::Path).map(|path| format!("relationships({path})"));
        let rels = self.variable(Kind::Rels).or(path)?;
        Some(format!("UNWIND {rels} AS {}", self.declare(Kind::Rel)))
    }

    fn match_clause(&mut self, optional: &str) -> String {
        let lens = self.lens();
        let pattern = self.pattern();
        let conditions: Vec<String> = match self.dice.below(if optional.is_empty() { 12 } else { 10 }) {
            0..2 => vec![format!("({} OR {})", self.condition(1), self.condition(1))],
            2 => vec![self.condition(2)],
            3 => vec![self.condition(1), self.condition(1)],
            _ => Vec::new(),
        };
        let wanted = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let mode = self.dice.pick(&["", "", "", "", "", "", "", "", "DIFFERENT RELATIONSHIPS "]);
        format!("{optional}MATCH {mode}{pattern}{lens}{wanted}")
    }

    fn shortest_clause(&mut self) -> String {
        let optional = self.dice.pick(&["", "OPTIONAL "]);
        let lens = self.lens();
        let shortest = self.shortest();
        let path = shortest.split(' ').next().unwrap_or_default();
        let wanted = self.dice.pick(&[
            "",
            "",
            " WHERE all(y IN nodes(P) WHERE y.v > 0)",
            " WHERE none(y IN relationships(P) WHERE y.w = 1)",
            " WHERE length(P) > 1",
            " WHERE any(y IN nodes(P) WHERE y:A) AND length(P) < 3",
        ]);
        format!("{optional}MATCH {shortest}{lens}{}", wanted.replace('P', path))
    }

    fn let_clause(&mut self) -> String {
        let kind = [Kind::Integer, Kind::Any, Kind::Text, Kind::Integers, Kind::Map][self.dice.below(5)];
        let value = self.expression(kind, 2);
        format!("LET {} = {value}", self.declare(kind))
    }

    fn call(&mut self) -> String {
        let (head, start, imported) = self.call_head();
        let (body, returned) = self.inside(|author| {
            author.scope.clone_from(&imported);
            let count = 1 + author.dice.below(2);
            let clauses = author.clauses(count).join(" ");
            let (last, ordered) = author.projection(Last::Return, Shape::Fresh);
            let returned = author.scope.clone();
            let mut body = format!("{start}{clauses} {last}");
            let can_be_written_again = !ordered && returned.iter().all(|column| column.kind.needs_no_variable());
            if can_be_written_again && author.dice.chance(20) {
                author.scope = imported;
                let other = author.branch(&returned);
                let all = author.dice.pick(&["", " ALL"]);
                author.found.groups |= all.is_empty() && author.is_of_found(&format!("{returned:?}"));
                body = format!("{body} UNION{all} {start}{other}");
            }
            (body, returned)
        });
        self.scope.extend(returned);
        let optional = self.dice.pick(&["", "", "", "OPTIONAL "]);
        format!("{optional}{head} {{ {body} }}")
    }

    /// How a subquery begins outside and inside its braces, and what it imports.
    fn call_head(&mut self) -> (String, String, Vec<Variable>) {
        let all = self.scope.clone();
        let some: Vec<Variable> = all.iter().filter(|_| self.dice.chance(70)).cloned().collect();
        let names = some.iter().map(|variable| variable.name.as_str()).collect::<Vec<_>>().join(", ");
        match self.dice.below(4) {
            0 => ("CALL (*)".to_owned(), String::new(), all),
            1 => (format!("CALL ({names})"), String::new(), some),
            2 if !names.is_empty() => ("CALL".to_owned(), format!("WITH {names} "), some),
            _ => ("CALL".to_owned(), String::new(), Vec::new()),
        }
    }
}
