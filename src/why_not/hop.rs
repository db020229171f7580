//! What there is at the ends of a hop that is not there.

use super::condition::{Arrow, Subject};
use super::near::{Near, nearest_of};
use super::story::{Teller, some_of};
use super::{Host, show};
use crate::syntax::ast::ArrowDirection;
use crate::value::Value;

impl<H: Host> Teller<'_, '_, H> {
    /// The row whose ends are joined by such an arrow, if there is one from the first start: the rest does not hold there.
    pub(super) fn joined_of(&mut self, arrow: &Arrow, mut nears: Vec<Near>) -> Result<Near, H::Error> {
        let Some([left, right]) = nears.first().map(|near| near.met.as_slice()) else {
            return Ok(nearest_of(&Subject::None, nears));
        };
        let is_same = |place: usize, first: &Value| {
            nears.iter().all(|near| near.met.get(place).is_some_and(|other| same(other, first)))
        };
        let (is_one_left, is_only) = (is_same(0, left), is_same(1, right));
        // Of two ends the story is told from the one that is certain.
        if is_only && !is_one_left {
            for near in &mut nears {
                near.met.reverse();
            }
            let near = self.joined_of(&arrow.turned(), nears)?;
            return Ok(Near { is_turned: true, ..near });
        }
        let (left, others) = (left.clone(), self.neighbours(arrow, left)?);
        let joined = nears.iter().position(|near| match near.met.as_slice() {
            [from, to] => same(from, &left) && others.iter().any(|other| same(other, to)),
            _ => false,
        });
        Ok(Near { is_only, is_joined: joined.is_some(), ..nears.swap_remove(joined.unwrap_or(0)) })
    }

    pub(super) fn hop(&mut self, subject: &Subject, near: &Near) -> Result<Option<String>, H::Error> {
        let [left, right] = near.met.as_slice() else { return Ok(None) };
        let Subject::Ends { arrow: Some(arrow), .. } = subject else {
            return Ok(Some(format!("no such way from {} to {}", show::value(left), show::value(right))));
        };
        let arrow = if near.is_turned { &arrow.turned() } else { arrow };
        let named = if arrow.types.is_empty() { "relationship".to_owned() } else { show::names(&arrow.types) };
        let others = self.neighbours(arrow, left)?;
        let others: Vec<String> = others.iter().map(show::endpoint).collect();
        let (left, right) = (show::endpoint(left), show::endpoint(right));
        Ok(Some(match others.as_slice() {
            [] => format!("{left} has no {named}"),
            _ if near.is_joined => format!("{left} has {named} with {right}, and none for which the rest holds"),
            others if near.is_only => format!("{left} has {named} with {}, not with {right}", some_of(others)),
            others => format!("{left} has {named} with {}, with none for which the rest holds", some_of(others)),
        }))
    }

    /// What an element is joined with by such arrows.
    fn neighbours(&mut self, arrow: &Arrow, element: &Value) -> Result<Vec<Value>, H::Error> {
        let (id, start) = match element {
            Value::Node(node) => (node.id(), "(n)"),
            Value::Relationship(rel) => (rel.id(), "[n]"),
            _ => return Ok(Vec::new()),
        };
        let (left, right) = match arrow.direction {
            ArrowDirection::Right => ("-", "->"),
            ArrowDirection::Left => ("<-", "-"),
            ArrowDirection::Either => ("-", "-"),
        };
        let types: Vec<String> = arrow.types.iter().map(|name| format!("`{}`", name.replace('`', "``"))).collect();
        let types = if types.is_empty() { String::new() } else { format!(":{}", types.join("|")) };
        let (open, close) = if arrow.may_be_quoted { ("[", "]") } else { ("", "") };
        let mut found = Vec::new();
        for end in ["(o)", "[o]"] {
            let pattern = format!("{open}{start}{left}[{types}]{right}{end}{close}");
            let text = format!("MATCH {pattern} WHERE id(n) = $id RETURN DISTINCT o LIMIT 1000");
            found.extend(self.ask(&text, id.0)?.into_iter().flatten());
        }
        Ok(found)
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Node(one), Value::Node(other)) => one == other,
        (Value::Relationship(one), Value::Relationship(other)) => one == other,
        _ => false,
    }
}
