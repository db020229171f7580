//! What can be asked of the reference: clauses of patterns and predicates, and what is made of the rows.

/// One statement.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// How often every row is there: enough for several batches now and then.
    pub copies: usize,
    pub clauses: Vec<Clause>,
    pub answer: Answer,
}

#[derive(Clone, Debug)]
pub(crate) enum Clause {
    Match {
        optional: bool,
        pattern: Pattern,
    },
    /// `WITH [DISTINCT] names`
    Narrow {
        distinct: bool,
        names: Vec<String>,
    },
    /// `CALL { WITH imports MATCH pattern RETURN answer }`
    Call {
        imports: Vec<String>,
        pattern: Pattern,
        answer: Answer,
        columns: Vec<String>,
    },
}

/// Chains whose arrows are mutually distinct, and a filter.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub chains: Vec<Chain>,
    pub filter: Option<Box<Predicate>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Of the path, in which a bracket is one element.
    pub name: Option<String>,
    pub start: EndPattern,
    pub steps: Vec<(Arrow, EndPattern)>,
}

#[derive(Clone, Debug)]
pub(crate) enum EndPattern {
    Node(NodePattern),
    Bracket(Box<Bracket>),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct NodePattern {
    pub name: Option<String>,
    pub labels: Labels,
    pub v: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Labels {
    #[default]
    Any,
    Has(&'static str),
    Not(&'static str),
    Either(&'static str, &'static str),
    Both(&'static str, &'static str),
}

/// A relationship as an end; `ends` is what stands around it inside the bracket.
#[derive(Clone, Debug)]
pub(crate) struct Bracket {
    pub rel: Arrow,
    pub ends: Option<(EndPattern, EndPattern)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Arrow {
    pub name: Option<String>,
    pub types: Vec<&'static str>,
    pub way: Way,
    pub w: Option<i64>,
    /// Of variable length: least and most hops.
    pub length: Option<(usize, Option<usize>)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    #[default]
    Out,
    In,
    Either,
}

#[derive(Clone, Debug)]
pub(crate) enum Predicate {
    /// `name.key op number`
    Compare(String, &'static str, Comparison, i64),
    /// `left = right` of two nodes, or `<>`.
    Same(String, String, bool),
    /// `name:Label`
    HasLabel(String, &'static str),
    Exists(Pattern),
    /// A chain by itself.
    Drawn(Chain),
    /// `COUNT { ... } op number`
    Count(Pattern, Comparison, i64),
    Not(Box<Predicate>),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Comparison {
    Equal,
    Less,
    Greater,
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Rows {
        items: Vec<Item>,
        distinct: bool,
    },
    /// Rows ordered by all their columns, and cut.
    Top {
        items: Vec<Item>,
        skip: usize,
        limit: usize,
    },
    Grouped {
        keys: Vec<Item>,
        aggregate: Aggregate,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// `name.key` of a node or relationship.
    Property(String, &'static str),
    /// What a subquery returned.
    Value(String),
    /// The ids of a list of relationships.
    Ids(String),
    /// How many relationships a list has.
    Size(String),
    /// The ids of what a path goes through.
    Nodes(String),
    /// The ids of what a path goes along.
    Relationships(String),
    /// `COUNT { ... }`
    Count(Pattern),
}

#[derive(Clone, Debug)]
pub(crate) enum Aggregate {
    CountRows,
    Count(String),
    CountDistinct(String),
    Sum(String, &'static str),
    Min(String, &'static str),
    Max(String, &'static str),
}

impl Answer {
    pub(crate) fn column_count(&self) -> usize {
        match self {
            Answer::Rows { items, .. } | Answer::Top { items, .. } => items.len(),
            Answer::Grouped { keys, .. } => keys.len() + 1,
        }
    }
}

impl Question {
    /// Whether the order of its rows counts.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(self.answer, Answer::Top { .. })
    }
}
