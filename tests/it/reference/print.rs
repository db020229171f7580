//! Questions as the text that the engine is given.

use std::fmt::{self, Display, Formatter};

use super::pattern::{
    Aggregate, Answer, Arrow, Bracket, Chain, Clause, Comparison, EndPattern, Item, Labels, NodePattern, Pattern,
    Predicate, Question, Way,
};

impl Display for Question {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for clause in &self.clauses {
            write!(f, "{clause} ")?;
        }
        write!(f, "RETURN {}", self.answer)
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

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Rows { items, distinct } => {
                write!(f, "{}{}", if *distinct { "DISTINCT " } else { "" }, named(items))
            }
            Answer::Top { items, skip, limit } => {
                let order: Vec<String> = (0..items.len()).map(|index| format!("c{index}")).collect();
                write!(f, "{} ORDER BY {} SKIP {skip} LIMIT {limit}", named(items), order.join(", "))
            }
            Answer::Grouped { keys, aggregate } if keys.is_empty() => write!(f, "{aggregate} AS total"),
            Answer::Grouped { keys, aggregate } => write!(f, "{}, {aggregate} AS total", named(keys)),
        }
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Item::Property(name, key) => write!(f, "{name}.{key}"),
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

fn named(items: &[Item]) -> String {
    let named: Vec<String> = items.iter().enumerate().map(|(index, item)| format!("{item} AS c{index}")).collect();
    named.join(", ")
}

fn joined<T: Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
