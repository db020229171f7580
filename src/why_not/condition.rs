//! What may be taken out of a query.

use crate::syntax::ast;
use crate::text::Span;
use crate::value::Name;

/// What a condition is, beginning with what is blamed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// That there is such an element at all.
    Element,
    /// The same, of a relationship that stands where a node could.
    Relationship,
    /// That two elements are joined.
    Hop,
    /// That a list or a call gives any row.
    Rows,
    Length,
    /// That arrows are different relationships.
    Different,
    Direction,
    Type,
    Label,
    Property,
    Filter,
    /// That an arrow is asserted.
    State,
    Sources,
    KnownAt,
    ValidAt,
    Limit,
}

/// The number of a condition, in the order in which a walk over the query comes to them.
pub(super) type Number = usize;

#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub kind: Kind,
    pub span: Span,
    /// Coarser conditions that this one is a part of: who takes those out takes this one out too.
    pub within: Vec<Number>,
    pub subject: Subject,
    /// Whether it is a filter of groups.
    pub is_of_groups: bool,
}

/// What is looked at to tell what stood against a condition.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// Nothing that could be shown.
    None,
    Predicate(ast::Expr),
    /// The list of UNWIND.
    List(ast::Expr),
    /// `{key: value}` of an element.
    Property {
        of: Option<ast::Ident>,
        key: ast::Ident,
        value: ast::Expr,
    },
    /// A node or a relationship, by its name.
    Element(Option<ast::Ident>),
    /// What labels, or a type, are said of.
    Labelled {
        of: Option<ast::Ident>,
        labels: ast::LabelExpr,
    },
    /// The relationships on a way, and how many were asked for.
    Way(Option<ast::Ident>, Bounds),
    /// The first relationships of all rounds of a group, and how many rounds were asked for.
    Rounds(Option<ast::Ident>, Bounds),
    /// What is said of each element of a list, which has the name that one of them has in a round.
    Each {
        of: ast::Ident,
        subject: Box<Subject>,
    },
    /// The two ends of a hop, and its arrow where it is a single one.
    Ends {
        ends: [Option<ast::Ident>; 2],
        arrow: Option<Arrow>,
    },
    /// All elements of a pattern, and the clock that they are held against.
    Clocked {
        elements: Vec<Drawn>,
        /// What matches where a filter looks for a pattern, without the clock.
        inside: Vec<ast::Expr>,
        lens: ast::Lens,
    },
    /// What stands inside a CALL, and is not looked at.
    InCall,
    /// Where the row stands in the answer.
    Position,
}

/// How often at least and at most.
pub(super) type Bounds = (u64, Option<u64>);

/// What a pattern has drawn.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub ident: ast::Ident,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Node,
    Relationship,
    /// A list of relationships.
    Way,
}

/// What is looked for at the ends of a hop that is not there.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub direction: ast::ArrowDirection,
    /// The plain names of types; none for any.
    pub types: Vec<Name>,
    /// Whether it may be one that nobody asserts.
    pub may_be_quoted: bool,
}

impl Kind {
    pub(super) fn is_of_element(self) -> bool {
        matches!(self, Self::Element | Self::Relationship)
    }
}

impl Subject {
    /// The subject for one element, where it is said of each in a list.
    pub(super) fn of_one(&self) -> &Self {
        match self {
            Self::Each { subject, .. } => subject.of_one(),
            Self::None
            | Self::Predicate(_)
            | Self::List(_)
            | Self::Property { .. }
            | Self::Element(_)
            | Self::Labelled { .. }
            | Self::Way(..)
            | Self::Rounds(..)
            | Self::Ends { .. }
            | Self::Clocked { .. }
            | Self::InCall
            | Self::Position => self,
        }
    }
}

impl Arrow {
    /// As it is seen from its other end.
    pub(super) fn turned(&self) -> Self {
        let direction = match self.direction {
            ast::ArrowDirection::Right => ast::ArrowDirection::Left,
            ast::ArrowDirection::Left => ast::ArrowDirection::Right,
            ast::ArrowDirection::Either => ast::ArrowDirection::Either,
        };
        Self { direction, ..self.clone() }
    }

    /// Unless the types are more than a choice of names.
    pub(super) fn of(rel: &ast::RelPattern, may_be_quoted: bool) -> Option<Self> {
        let types = match &rel.types {
            None => Vec::new(),
            Some(types) => choice(types)?,
        };
        Some(Self { direction: rel.direction, types, may_be_quoted })
    }
}

fn choice(types: &ast::LabelExpr) -> Option<Vec<Name>> {
    match types {
        ast::LabelExpr::Name(ident) => Some(vec![ident.name.clone()]),
        ast::LabelExpr::Or(inner) => inner.iter().map(choice).collect::<Option<Vec<_>>>().map(|names| names.concat()),
        ast::LabelExpr::Wildcard(_)
        | ast::LabelExpr::Given(_)
        | ast::LabelExpr::GivenAny(_)
        | ast::LabelExpr::Not(_)
        | ast::LabelExpr::And(_) => None,
    }
}
