//! Calls of procedures, and SHOW, which is one.

use std::sync::Arc;

use super::binder::{Binder, Typed};
use super::bound::{BoundBranch, BoundClause, BoundQuery, ProcedureCall};
use super::projection::ProjectionClause;
use super::scope::Loaded;
use crate::expr::{Expr, ExprKind, Lens, VarId};
use crate::function::{Field, Procedure, foreign};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::nearest::nearest;
use crate::value::{ErrorKind, Name, Type, Value};

impl Binder<'_> {
    /// A call among other clauses: arguments are written out, and what is wanted of the outputs is named.
    pub(super) fn call_in_query(&mut self, call: &ast::Call, span: Span) -> BoundClause {
        let Some(procedure) = self.procedure(&call.procedure) else { return self.no_call(call) };
        let arguments = match &call.arguments {
            Some(written) => self.call_arguments(&procedure, written, span),
            None if procedure.inputs.is_empty() => Vec::new(),
            None => {
                let message = format!("`{}` takes arguments, and inside a query they are written out", procedure.name);
                self.refuse("InvalidArgumentPassingMode", call.procedure.span, message);
                Vec::new()
            }
        };
        if let Some(yields) = call.yields.as_ref().filter(|yields| yields.star) {
            let message = "YIELD * stands only in a call that is the whole statement";
            self.refuse_with_help("UnexpectedSyntax", yields.span, message, "name the outputs that you want");
        }
        if call.yields.is_none() {
            self.silent_calls.push(Arc::clone(&procedure));
        }
        let yields = call.yields.as_ref().map(|yields| self.yields(&procedure, yields)).unwrap_or_default();
        let predicate = call.yields.as_ref().and_then(|yields| yields.predicate.as_ref());
        let predicate = predicate.map(|predicate| self.predicate(predicate));
        let yields = self.outputs(call, &yields);
        let lens = self.lens_of_call();
        BoundClause::Call(ProcedureCall { optional: call.optional, procedure, arguments, lens, yields, predicate })
    }

    /// A call that is the whole statement: it returns its outputs. Returns the columns.
    pub(super) fn standalone_call(
        &mut self,
        bound: &mut Vec<BoundClause>,
        call: &ast::Call,
        span: Span,
    ) -> Vec<(Name, VarId)> {
        let Some(procedure) = self.procedure(&call.procedure) else {
            self.no_call(call);
            return Vec::new();
        };
        let arguments = match &call.arguments {
            Some(written) => self.call_arguments(&procedure, written, span),
            None => self.implicit_arguments(&procedure, span),
        };
        let yields = match &call.yields {
            Some(yields) if !yields.star => self.yields(&procedure, yields),
            _ => self.all_outputs(&procedure),
        };
        let predicate = call.yields.as_ref().and_then(|yields| yields.predicate.as_ref());
        let predicate = predicate.map(|predicate| self.predicate(predicate));
        let outputs = self.outputs(call, &yields);
        let (optional, lens) = (call.optional, self.lens_of_call());
        bound.push(BoundClause::Call(ProcedureCall {
            optional,
            procedure,
            arguments,
            lens,
            yields: outputs,
            predicate,
        }));
        yields.into_iter().map(|(_, name, var)| (name, var)).collect()
    }

    /// Which output goes into which variable.
    fn outputs(&mut self, call: &ast::Call, yields: &[(usize, Name, VarId)]) -> Vec<(usize, VarId)> {
        for (_, _, var) in yields {
            self.variables.get_mut(*var).nullable |= call.optional;
        }
        yields.iter().map(|(output, _, var)| (*output, *var)).collect()
    }

    pub(super) fn show(&mut self, show: &ast::Show) -> BoundQuery {
        let ident = ast::Ident { name: Name::from(show_procedure(show.what)), span: show.span };
        let mut clauses = Vec::new();
        let mut columns = match self.procedure(&ident) {
            None => Vec::new(),
            Some(procedure) => self.shown_table(&mut clauses, procedure, show),
        };
        let rows = show.rows.iter().map(|rows| (rows, ProjectionClause::With));
        let returns = show.returns.iter().map(|returns| (returns, ProjectionClause::Return));
        for (projection, clause) in rows.chain(returns) {
            let (bound, named) = self.projection(projection, clause, show.span);
            clauses.push(BoundClause::Project(bound));
            columns = named;
        }
        let ids = columns.iter().map(|(_, id)| *id).collect();
        BoundQuery { branches: vec![BoundBranch { clauses, columns: ids }], union_all: true, columns }
    }

    /// `file()` and `linenumber()`: where the row comes from, null if not from a file.
    pub(super) fn place_of_row(&mut self, call: &ast::FunctionCall, span: Span) -> Option<Typed> {
        let loaded = self.scope.loaded;
        let (var, value_type) = match call.name.name.to_lowercase().as_str() {
            "file" => (loaded.map(|loaded| loaded.file), Type::String),
            "linenumber" => (loaded.map(|loaded| loaded.line), Type::Integer),
            _ => return None,
        };
        if !call.arguments.is_empty() || call.distinct {
            self.refuse_count(&call.name.name, 0, 0, call, span, None);
        }
        self.uses.extend(var);
        let kind = var.map_or(ExprKind::Literal(Value::Null), ExprKind::Variable);
        Some(Typed::new(kind, span, value_type))
    }

    /// `LOAD CSV`: the rows of a file, and where they come from.
    pub(super) fn load_csv(&mut self, load: &ast::LoadCsv) -> BoundClause {
        let name = ast::Ident { name: Name::from("load.csv"), span: load.url.span };
        let url = self.without_aggregates(|binder| binder.typed(&load.url));
        self.expect_type(&url.value_type, &Type::String, load.url.span);
        let separator = load.separator.as_ref().map(|separator| self.expr(separator));
        let separator = separator.unwrap_or_else(|| Expr::literal(Value::from(",")));
        let row_type = if load.headers { Type::Map } else { Type::list_of(Type::String) };
        let var = self.declare_new(&load.variable, row_type);
        let loaded =
            Loaded { file: self.variables.add(None, Type::String), line: self.variables.add(None, Type::Integer) };
        self.scope.loaded = Some(loaded);
        let yields = vec![(0, var), (1, loaded.file), (2, loaded.line)];
        let Some(procedure) = self.procedure(&name) else { return BoundClause::Set(Vec::new()) };
        let arguments = vec![url.expr, Expr::literal(load.headers), separator];
        BoundClause::Call(ProcedureCall {
            optional: false,
            procedure,
            arguments,
            lens: Lens::default(),
            yields,
            predicate: None,
        })
    }

    /// The outputs that SHOW asks for, and WHERE.
    fn shown_table(
        &mut self,
        bound: &mut Vec<BoundClause>,
        procedure: Arc<Procedure>,
        show: &ast::Show,
    ) -> Vec<(Name, VarId)> {
        let yields = match &show.yields {
            Some(yields) if !yields.star => self.yields(&procedure, yields),
            _ => self.all_outputs(&procedure),
        };
        let predicate = show.yields.as_ref().and_then(|yields| yields.predicate.as_ref());
        let predicate = predicate.or(show.predicate.as_ref()).map(|predicate| self.predicate(predicate));
        let outputs = yields.iter().map(|(output, _, var)| (*output, *var)).collect();
        let arguments = Vec::new();
        bound.push(BoundClause::Call(ProcedureCall {
            optional: false,
            procedure,
            arguments,
            lens: Lens::default(),
            yields: outputs,
            predicate,
        }));
        yields.into_iter().map(|(_, name, var)| (name, var)).collect()
    }

    fn procedure(&mut self, name: &ast::Ident) -> Option<Arc<Procedure>> {
        let found = self.registry.procedure(&name.name).map(Arc::clone);
        if found.is_none() {
            let near = || self.registry.nearest_procedure(&name.name).map(|near| format!("did you mean `{near}`?"));
            let help = foreign::instead_of(&name.name).or_else(near);
            let message = format!("there is no procedure `{}`", name.name);
            self.refuse_as(ErrorKind::Procedure, "ProcedureNotFound", name.span, message, help);
        }
        found
    }

    /// What stands for a call of nothing: its names are there, so that one problem does not make more.
    fn no_call(&mut self, call: &ast::Call) -> BoundClause {
        for (output, alias) in call.yields.iter().flat_map(|yields| &yields.items) {
            self.declare(&alias.as_ref().unwrap_or(output).name, Type::Any);
        }
        BoundClause::Set(Vec::new())
    }

    fn call_arguments(&mut self, procedure: &Procedure, written: &[ast::Expr], span: Span) -> Vec<Expr> {
        if written.len() != procedure.inputs.len() {
            let (wanted, found) = (procedure.inputs.len(), written.len());
            let message = format!("`{}` takes {wanted} arguments, {found} given", procedure.name);
            self.refuse("InvalidNumberOfArguments", span, message);
        }
        let mut arguments = Vec::with_capacity(written.len());
        for (index, argument) in written.iter().enumerate() {
            let typed = self.without_aggregates(|binder| binder.typed(argument));
            if let Some(input) = procedure.inputs.get(index) {
                self.check_input(input, &typed.value_type, argument.span);
            }
            arguments.push(typed.expr);
        }
        arguments
    }

    fn check_input(&mut self, input: &Field, found: &Type, span: Span) {
        // An integer is taken where a float is wanted.
        let wanted = &input.value_type;
        let widened = *wanted == Type::Float && *found == Type::Integer;
        if !widened && !found.may_be(wanted) {
            let message = format!("`{}` takes {wanted}, not {found}", input.name);
            self.refuse("InvalidArgumentType", span, message);
        }
    }

    /// Each input from the parameter of its name.
    fn implicit_arguments(&mut self, procedure: &Procedure, span: Span) -> Vec<Expr> {
        let mut arguments = Vec::with_capacity(procedure.inputs.len());
        for input in &procedure.inputs {
            self.parameter(&input.name, span);
            arguments.push(Expr::made(ExprKind::Parameter(input.name.clone())));
        }
        arguments
    }

    /// The outputs that are wanted, under their names.
    fn yields(&mut self, procedure: &Procedure, yields: &ast::Yield) -> Vec<(usize, Name, VarId)> {
        let mut bound = Vec::with_capacity(yields.items.len());
        for (output, alias) in &yields.items {
            let Some(index) = procedure.outputs.iter().position(|field| field.name == output.name) else {
                self.refuse_output(procedure, output);
                continue;
            };
            let name = alias.as_ref().unwrap_or(output);
            let var = self.declare_new(name, procedure.outputs[index].value_type.clone());
            self.variables.get_mut(var).nullable = procedure.outputs[index].nullable;
            bound.push((index, name.name.clone(), var));
        }
        bound
    }

    fn refuse_output(&mut self, procedure: &Procedure, output: &ast::Ident) {
        let message = format!("`{}` has no output `{}`", procedure.name, output.name);
        let names: Vec<&str> = procedure.outputs.iter().map(|field| field.name.as_str()).collect();
        let help = match nearest(&output.name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", names.join(", ")),
        };
        self.refuse_with_help("UndefinedVariable", output.span, message, help);
        self.declare(&output.name, Type::Any);
    }

    fn all_outputs(&mut self, procedure: &Procedure) -> Vec<(usize, Name, VarId)> {
        let mut bound = Vec::with_capacity(procedure.outputs.len());
        for (index, field) in procedure.outputs.iter().enumerate() {
            let var = self.declare(&field.name, field.value_type.clone());
            self.variables.get_mut(var).nullable = field.nullable;
            bound.push((index, field.name.clone(), var));
        }
        bound
    }
}

fn show_procedure(what: ast::ShowKind) -> &'static str {
    match what {
        ast::ShowKind::Labels => "show.labels",
        ast::ShowKind::RelationshipTypes => "show.relationship_types",
        ast::ShowKind::PropertyKeys => "show.property_keys",
        ast::ShowKind::Indexes => "show.indexes",
        ast::ShowKind::Constraints => "show.constraints",
        ast::ShowKind::Functions => "show.functions",
        ast::ShowKind::Procedures => "show.procedures",
        ast::ShowKind::Transactions => "show.transactions",
        ast::ShowKind::Commits => "show.commits",
        ast::ShowKind::Settings => "show.settings",
    }
}
