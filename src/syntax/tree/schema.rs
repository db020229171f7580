//! Indexes, constraints, and the tables that SHOW makes.

use pest::iterators::Pair;

use super::parts::{Parts, ident, span};
use super::{Builder, Built};
use crate::syntax::ast::{self, SchemaCommand, SchemaConstraint, SchemaOwner, ShowKind};
use crate::syntax::grammar::Rule;

/// The tree of a command that creates or drops an index or a constraint.
pub(super) fn command(pair: Pair<'_, Rule>) -> SchemaCommand {
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair);
    let name = parts.accept(Rule::schema_name).as_ref().map(ident);
    let if_not_exists = parts.accept(Rule::if_not_exists).is_some();
    let if_exists = parts.accept(Rule::if_exists).is_some();
    let demanded = "the grammar demands a name";
    match rule {
        Rule::drop_index => SchemaCommand::DropIndex { name: name.expect(demanded), if_exists },
        Rule::drop_constraint => SchemaCommand::DropConstraint { name: name.expect(demanded), if_exists },
        Rule::create_index => {
            SchemaCommand::CreateIndex { name, if_not_exists, owner: owner(parts.demand()), keys: keys(parts.demand()) }
        }
        _ => SchemaCommand::CreateConstraint {
            name,
            if_not_exists,
            owner: owner(parts.demand()),
            keys: keys(parts.demand()),
            kind: match parts.demand().as_rule() {
                Rule::constraint_unique => SchemaConstraint::Unique,
                Rule::constraint_exists => SchemaConstraint::Exists,
                _ => SchemaConstraint::Key,
            },
        },
    }
}

fn owner(pair: Pair<'_, Rule>) -> SchemaOwner {
    let is_label = pair.as_rule() == Rule::label_owner;
    let name = Parts::of(pair).find(|part| part.as_rule() == Rule::label);
    let name = ident(&name.expect("the grammar demands a label or a type"));
    if is_label { SchemaOwner::Label(name) } else { SchemaOwner::Type(name) }
}

/// The keys of `schema_keys`, or of one `schema_key`.
fn keys(pair: Pair<'_, Rule>) -> Vec<ast::Ident> {
    match pair.as_rule() {
        Rule::schema_key => vec![schema_key(pair)],
        _ => Parts::of(pair).map(schema_key).collect(),
    }
}

fn schema_key(pair: Pair<'_, Rule>) -> ast::Ident {
    let key = Parts::of(pair).find(|part| part.as_rule() == Rule::key);
    ident(&key.expect("the grammar demands a key"))
}

impl Builder<'_> {
    pub(super) fn show(&self, pair: Pair<'_, Rule>) -> Built<ast::Show> {
        let span = span(&pair);
        let mut parts = Parts::of(pair);
        let what = match parts.demand().as_rule() {
            Rule::show_labels => ShowKind::Labels,
            Rule::show_types => ShowKind::RelationshipTypes,
            Rule::show_keys => ShowKind::PropertyKeys,
            Rule::show_indexes => ShowKind::Indexes,
            Rule::show_constraints => ShowKind::Constraints,
            Rule::show_functions => ShowKind::Functions,
            Rule::show_procedures => ShowKind::Procedures,
            Rule::show_transactions => ShowKind::Transactions,
            _ => ShowKind::Settings,
        };
        let yields = parts.accept(Rule::yields).map(|pair| self.yields(pair)).transpose()?;
        Ok(ast::Show { what, yields, predicate: self.under(parts.accept(Rule::r#where))?, span })
    }
}
