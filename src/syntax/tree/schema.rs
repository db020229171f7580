//! Indexes, constraints, and the tables that SHOW makes.

use pest::iterators::Pair;

use super::parts::{Parts, ident, span};
use super::{Builder, Built};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{self, SchemaCommand, SchemaConstraint, SchemaOwner, ShowKind};
use crate::syntax::grammar::Rule;

/// The tree of a command that creates or drops an index or a constraint.
pub(super) fn command(pair: Pair<'_, Rule>) -> Built<SchemaCommand> {
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair);
    let name = parts.accept(Rule::schema_name).as_ref().map(ident);
    let if_not_exists = parts.accept(Rule::if_not_exists).is_some();
    let if_exists = parts.accept(Rule::if_exists).is_some();
    let demanded = "the grammar demands a name";
    match rule {
        Rule::drop_index => return Ok(SchemaCommand::DropIndex { name: name.expect(demanded), if_exists }),
        Rule::drop_constraint => return Ok(SchemaCommand::DropConstraint { name: name.expect(demanded), if_exists }),
        _ => {}
    }
    if rule == Rule::create_name_index {
        let (variable, of) = named(parts.demand());
        let keys = keys(parts.demand(), &variable)?;
        return Ok(SchemaCommand::CreateNameIndex { name, if_not_exists, of, keys });
    }
    let (variable, owner) = owner(parts.demand());
    let keys = keys(parts.demand(), &variable)?;
    let Some(kind) = parts.next() else {
        return Ok(SchemaCommand::CreateIndex { name, if_not_exists, owner, keys });
    };
    let kind = match kind.as_rule() {
        Rule::constraint_unique => SchemaConstraint::Unique,
        Rule::constraint_exists => SchemaConstraint::Exists,
        _ => SchemaConstraint::Key,
    };
    Ok(SchemaCommand::CreateConstraint { name, if_not_exists, owner, keys, kind })
}

/// The variable of an owner, and what it stands for.
fn owner(pair: Pair<'_, Rule>) -> (ast::Ident, SchemaOwner) {
    let is_label = pair.as_rule() == Rule::label_owner;
    let mut names = Parts::of(pair).filter(|part| matches!(part.as_rule(), Rule::variable | Rule::label));
    let mut name = || ident(&names.next().expect("the grammar demands a variable and its label or type"));
    let variable = name();
    (variable, if is_label { SchemaOwner::Label(name()) } else { SchemaOwner::Type(name()) })
}

/// The variable of what has names, and its label or type, unless it is any node.
fn named(pair: Pair<'_, Rule>) -> (ast::Ident, Option<SchemaOwner>) {
    if pair.as_rule() == Rule::any_owner {
        return (Parts::of(pair).ident(), None);
    }
    let (variable, owner) = owner(pair);
    (variable, Some(owner))
}

/// The keys of `schema_keys`, or of one `schema_key`; each is a key of `variable`.
fn keys(pair: Pair<'_, Rule>, variable: &ast::Ident) -> Built<Vec<ast::Ident>> {
    match pair.as_rule() {
        Rule::schema_key => Ok(vec![schema_key(pair, variable)?]),
        _ => Parts::of(pair).map(|pair| schema_key(pair, variable)).collect(),
    }
}

fn schema_key(pair: Pair<'_, Rule>, variable: &ast::Ident) -> Built<ast::Ident> {
    let mut parts = Parts::of(pair);
    let of = parts.ident();
    if of.name != variable.name {
        return Err(SyntaxError::Unexpected {
            expected: format!("a property of `{}`", variable.name),
            found: format!("`{}`", of.name),
            span: of.span,
            help: None,
        });
    }
    Ok(parts.ident())
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
            Rule::show_commits => ShowKind::Commits,
            _ => ShowKind::Settings,
        };
        let yields = parts.accept(Rule::yields).map(|pair| self.yields(pair)).transpose()?;
        let rows = parts.accept(Rule::show_rows).map(|pair| self.show_rows(pair)).transpose()?;
        let returns = parts.accept(Rule::return_clause).map(|pair| self.projection(Parts::of(pair).demand()));
        let predicate = self.under(parts.accept(Rule::r#where))?;
        Ok(ast::Show { what, yields, predicate, rows, returns: returns.transpose()?, span })
    }

    fn show_rows(&self, pair: Pair<'_, Rule>) -> Built<ast::Projection> {
        let star = Some(span(&pair));
        let mut parts = Parts::of(pair);
        let projection = self.row_order(&mut parts)?;
        Ok(ast::Projection { star, predicate: self.under(parts.next())?, ..projection })
    }
}
