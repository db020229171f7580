//! WITH and RETURN.

use super::{Author, Kind, Variable};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    With,
    Return,
}

/// What the columns may be called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Variables keep their names.
    Free,
    /// All names are new, and nothing may fail: the query stands inside another.
    Fresh,
}

/// A column: its text, and what it is called.
struct Column {
    text: String,
    variable: Variable,
}

const VALUES: [Kind; 9] = [
    Kind::Integer,
    Kind::Integer,
    Kind::Float,
    Kind::Text,
    Kind::Truth,
    Kind::Day,
    Kind::Any,
    Kind::Map,
    Kind::Integers,
];

impl Author<'_> {
    /// A WITH or RETURN, and whether the order of its rows is certain. Its columns are the scope behind it.
    pub(super) fn projection(&mut self, last: Last, shape: Shape) -> (String, bool) {
        let aggregates = self.dice.chance(35);
        let mut columns = if aggregates { self.grouped(shape) } else { self.plain(shape) };
        let certain = columns.iter().all(|column| column.variable.kind.is_certain());
        let distinct = if certain && !aggregates && self.dice.chance(18) { "DISTINCT " } else { "" };
        let order = if certain && self.dice.chance(35) {
            self.order(&columns, !aggregates && distinct.is_empty())
        } else {
            String::new()
        };
        if order.is_empty() && distinct.is_empty() && !aggregates && (last, shape) == (Last::Return, Shape::Free) {
            columns.extend(self.risky());
        }
        let found = columns.iter().any(|column| self.found.names.contains(&column.variable.name));
        let is_last = (last, shape, self.depth) == (Last::Return, Shape::Free, super::DEPTH);
        self.found.groups |= found && !distinct.is_empty() && !is_last;
        let items: Vec<&str> = columns.iter().map(|column| column.text.as_str()).collect();
        let word = if last == Last::With { "WITH" } else { "RETURN" };
        let mut text = format!("{word} {distinct}{}{order}", items.join(", "));
        self.scope = columns.into_iter().map(|column| column.variable).collect();
        self.sorted = !order.is_empty();
        if last == Last::With && self.dice.chance(if order.contains("LIMIT") { 50 } else { 25 }) {
            text = format!("{text} WHERE {}", self.condition(1));
        }
        (text, !order.is_empty())
    }

    /// Some of the variables and some values.
    fn plain(&mut self, shape: Shape) -> Vec<Column> {
        let mut columns = Vec::new();
        for variable in self.scope.clone() {
            if variable.kind != Kind::SomePath && self.dice.chance(if columns.len() < 4 { 65 } else { 20 }) {
                columns.push(self.kept(&variable, shape));
            }
        }
        for _ in 0..self.dice.below(3) {
            let kind = VALUES[self.dice.below(VALUES.len())];
            columns.push(self.value(kind));
        }
        if columns.is_empty() {
            columns.push(self.value(Kind::Integer));
        }
        columns
    }

    fn kept(&mut self, variable: &Variable, shape: Shape) -> Column {
        if shape == Shape::Free && self.dice.chance(85) {
            return Column { text: variable.name.clone(), variable: variable.clone() };
        }
        let name = self.fresh(variable.kind);
        if self.found.names.contains(&variable.name) {
            self.found.names.insert(name.clone());
        }
        Column { text: format!("{} AS {name}", variable.name), variable: Variable { name, kind: variable.kind } }
    }

    fn value(&mut self, kind: Kind) -> Column {
        let text = self.expression(kind, 2);
        let name = self.fresh(kind);
        if self.is_of_found(&text) {
            self.found.names.insert(name.clone());
        }
        Column { text: format!("{text} AS {name}"), variable: Variable { name, kind } }
    }

    /// Up to two keys, and aggregates.
    fn grouped(&mut self, shape: Shape) -> Vec<Column> {
        let mut columns = Vec::new();
        for _ in 0..self.dice.below(3) {
            let known: Vec<Variable> =
                self.scope.iter().filter(|variable| variable.kind.is_certain()).cloned().collect();
            if !known.is_empty() && self.dice.chance(60) {
                let variable = known[self.dice.below(known.len())].clone();
                if !columns.iter().any(|column: &Column| column.variable.name == variable.name) {
                    columns.push(self.kept(&variable, shape));
                }
            } else {
                let kind = [Kind::Integer, Kind::Text, Kind::Any][self.dice.below(3)];
                columns.push(self.value(kind));
            }
        }
        self.found.groups |= columns.iter().any(|column| self.found.names.contains(&column.variable.name));
        let key = columns.iter().find(|column: &&Column| column.variable.kind == Kind::Integer);
        let key = key.filter(|column| column.text == column.variable.name).map(|column| column.text.clone());
        for _ in 0..=self.dice.below(2) {
            columns.push(self.aggregate());
        }
        if let Some(key) = key {
            let name = self.fresh(Kind::Integer);
            self.found.names.insert(name.clone());
            let text = format!("{key} + count(*) AS {name}");
            columns.push(Column { text, variable: Variable { name, kind: Kind::Integer } });
        }
        columns
    }

    fn aggregate(&mut self) -> Column {
        let distinct = if self.dice.chance(35) { "DISTINCT " } else { "" };
        let (text, kind) = match self.dice.below(12) {
            0 | 1 => ("count(*)".to_owned(), Kind::Integer),
            2 => (format!("count({distinct}{})", self.any(1)), Kind::Integer),
            3 => match self.variable(Kind::Node) {
                Some(node) => (format!("count({distinct}{node})"), Kind::Integer),
                None => ("count(*) + 1".to_owned(), Kind::Integer),
            },
            4 => (format!("sum({distinct}{})", self.integer(1)), Kind::Integer),
            5 => (format!("avg({distinct}{})", self.integer(1)), Kind::Float),
            6 => (format!("{}({})", self.dice.pick(&["min", "max"]), self.any(1)), Kind::Any),
            7 => (format!("{}({})", self.dice.pick(&["min", "max"]), self.integer(1)), Kind::Integer),
            8 | 9 => {
                let kind = if self.sorted { Kind::Integers } else { Kind::Bag };
                (format!("collect({distinct}{})", self.integer(1)), kind)
            }
            10 => (format!("sum({}) * 2", self.integer(0)), Kind::Integer),
            _ => (format!("sum({distinct}{})", self.float(1)), Kind::Float),
        };
        let name = self.fresh(kind);
        self.found.names.insert(name.clone());
        Column { text: format!("{text} AS {name}"), variable: Variable { name, kind } }
    }

    /// ORDER BY all columns, perhaps after something else, and what may follow it.
    fn order(&mut self, columns: &[Column], sees_input: bool) -> String {
        let mut keys: Vec<String> = columns.iter().map(|column| column.variable.name.clone()).collect();
        let first = self.dice.below(keys.len());
        keys.rotate_left(first);
        if sees_input && self.dice.chance(30) {
            keys.insert(0, self.integer(0));
        }
        if columns.iter().any(|column| column.text.starts_with("count(*) AS")) && self.dice.chance(50) {
            keys.insert(0, "count(*)".to_owned());
        }
        let keys: Vec<String> = keys.iter().map(|key| format!("{key}{}", self.dice.pick(&["", "", " DESC"]))).collect();
        let skip = if self.dice.chance(15) { format!(" SKIP {}", self.dice.below(2)) } else { String::new() };
        let limit = if self.dice.chance(30) { format!(" LIMIT {}", 1 + self.dice.below(4)) } else { String::new() };
        format!(" ORDER BY {}{skip}{limit}", keys.join(", "))
    }

    /// Now and then a value that may not exist.
    fn risky(&mut self) -> Option<Column> {
        if !self.dice.chance(3) {
            return None;
        }
        let (over, under) = (self.integer(0), self.integer(0));
        let text =
            if self.dice.chance(50) { format!("{over} / {under}") } else { format!("9223372036854775807 + {over}") };
        let name = self.fresh(Kind::Integer);
        Some(Column { text: format!("{text} AS {name}"), variable: Variable { name, kind: Kind::Integer } })
    }
}
