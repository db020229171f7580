//! Questions as the text that the engine is given.

use std::fmt::{self, Display, Formatter};

use super::pattern::{
    Aggregate, Answer, Arrow, Bracket, Chain, Clause, Comparison, EndPattern, Item, Labels, NodePattern, Pattern,
    Predicate, Question, Way,
};

impl Display for Question {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.copies > 1 {
            write!(f, "UNWIND range(1, {}) AS copy ", self.copies)?;
        }
        for clause in &self.clauses {
            write!(f, "{clause} ")?;
        }
        let columns: Vec<String> = (0..self.answer.column_count()).map(|index| format!("c{index}")).collect();
        write!(f, "RETURN {}", returned(&self.answer, &columns))
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Clause::Match { optional, pattern } => {
                write!(f, "{}MATCH {pattern}", if *optional { "OPTIONAL " } else { "" })
            }
            Clause::Narrow { distinct, names } => {
                write!(f, "WITH {}{}", if *distinct { "DISTINCT " } else { "" }, names.join(", "))
            }
            Clause::Call { imports, pattern, answer, columns } => {
                let with = if imports.is_empty() { String::new() } else { format!("WITH {} ", imports.join(", ")) };
                write!(f, "CALL {{ {with}MATCH {pattern} RETURN {} }}", returned(answer, columns))
            }
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(&self.chains))?;
        self.filter.as_ref().map_or(Ok(()), |filter| write!(f, " WHERE {filter}"))
    }
}

impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.name.as_ref().map_or(Ok(()), |name| write!(f, "{name} = "))?;
        write!(f, "{}", self.start)?;
        self.steps.iter().try_for_each(|(arrow, end)| write!(f, "{arrow}{end}"))
    }
}

impl Display for EndPattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            EndPattern::Node(node) => write!(f, "{node}"),
            EndPattern::Bracket(bracket) => write!(f, "{bracket}"),
        }
    }
}

impl Display for NodePattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("");
        let v = self.v.map_or(String::new(), |v| format!(" {{v: {v}}}"));
        write!(f, "({name}{}{v})", self.labels)
    }
}

impl Display for Labels {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Labels::Any => Ok(()),
            Labels::Has(label) => write!(f, ":{label}"),
            Labels::Not(label) => write!(f, ":!{label}"),
            Labels::Either(left, right) => write!(f, ":{left}|{right}"),
            Labels::Both(left, right) => write!(f, ":{left}:{right}"),
        }
    }
}

impl Display for Bracket {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.ends {
            None => write!(f, "[{}]", inside(&self.rel)),
            Some((left, right)) => write!(f, "[{left}{}{right}]", self.rel),
        }
    }
}

impl Display for Arrow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (tail, head) = match self.way {
            Way::Out => ("-", "->"),
            Way::In => ("<-", "-"),
            Way::Either => ("-", "-"),
        };
        write!(f, "{tail}[{}]{head}", inside(self))
    }
}

fn inside(arrow: &Arrow) -> String {
    let name = arrow.name.as_deref().unwrap_or("");
    let types = if arrow.types.is_empty() { String::new() } else { format!(":{}", arrow.types.join("|")) };
    let length = match arrow.length {
        None => String::new(),
        Some((least, None)) => format!("*{least}.."),
        Some((least, Some(most))) => format!("*{least}..{most}"),
    };
    let w = arrow.w.map_or(String::new(), |w| format!(" {{w: {w}}}"));
    format!("{name}{types}{length}{w}")
}

impl Display for Predicate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Predicate::Compare(name, key, comparison, number) => write!(f, "{name}.{key} {comparison} {number}"),
            Predicate::Same(left, right, same) => write!(f, "{left} {} {right}", if *same { "=" } else { "<>" }),
            Predicate::HasLabel(name, label) => write!(f, "{name}:{label}"),
            Predicate::Exists(pattern) => write!(f, "EXISTS {{ {pattern} }}"),
            Predicate::Drawn(chain) => write!(f, "{chain}"),
            Predicate::Count(pattern, comparison, number) => write!(f, "COUNT {{ {pattern} }} {comparison} {number}"),
            Predicate::Not(inner) => write!(f, "NOT ({inner})"),
            Predicate::And(left, right) => write!(f, "({left} AND {right})"),
            Predicate::Or(left, right) => write!(f, "({left} OR {right})"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::Equal => "=",
            Comparison::Less => "<",
            Comparison::Greater => ">",
        })
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Item::Property(name, key) => write!(f, "{name}.{key}"),
            Item::Value(name) => write!(f, "{name}"),
            Item::Ids(name) => write!(f, "[x IN {name} | x.id]"),
            Item::Nodes(name) => write!(f, "[x IN nodes({name}) | x.id]"),
            Item::Relationships(name) => write!(f, "[x IN relationships({name}) | x.id]"),
            Item::Size(name) => write!(f, "size({name})"),
            Item::Count(pattern) => write!(f, "COUNT {{ {pattern} }}"),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Aggregate::CountRows => write!(f, "count(*)"),
            Aggregate::Count(name) => write!(f, "count({name})"),
            Aggregate::CountDistinct(name) => write!(f, "count(DISTINCT {name})"),
            Aggregate::Sum(name, key) => write!(f, "sum({name}.{key})"),
            Aggregate::Min(name, key) => write!(f, "min({name}.{key})"),
            Aggregate::Max(name, key) => write!(f, "max({name}.{key})"),
        }
    }
}

/// What stands behind RETURN.
fn returned(answer: &Answer, columns: &[String]) -> String {
    match answer {
        Answer::Rows { items, distinct } => {
            format!("{}{}", if *distinct { "DISTINCT " } else { "" }, named(items, columns).join(", "))
        }
        Answer::Top { items, skip, limit } => {
            let order = columns.join(", ");
            format!("{} ORDER BY {order} SKIP {skip} LIMIT {limit}", named(items, columns).join(", "))
        }
        Answer::Grouped { keys, aggregate } => {
            let total = format!("{aggregate} AS {}", columns[keys.len()]);
            named(keys, columns).into_iter().chain([total]).collect::<Vec<_>>().join(", ")
        }
    }
}

fn named(items: &[Item], columns: &[String]) -> Vec<String> {
    items.iter().zip(columns).map(|(item, column)| format!("{item} AS {column}")).collect()
}

fn joined<T: Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
