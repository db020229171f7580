//! Calls of functions: which one is meant, and whether the arguments fit.

use std::sync::Arc;

use super::binder::{Binder, Typed};
use crate::expr::{Expr, ExprKind};
use crate::function::{Accepts, Function, foreign};
use crate::syntax::ast;
use crate::text::Span;
use crate::value::{ErrorKind, Type};

impl Binder<'_> {
    pub(super) fn function_call(&mut self, call: &ast::FunctionCall, span: Span) -> Typed {
        if call.name.name.eq_ignore_ascii_case("exists") {
            return self.exists_function(call, span);
        }
        if let Some(aggregate) = self.registry.aggregate(&call.name.name) {
            return self.aggregate_call(Arc::clone(aggregate), call, span);
        }
        if let Some(function) = self.registry.function(&call.name.name) {
            return self.scalar_call(Arc::clone(function), call, span);
        }
        match self.place_of_row(call, span) {
            Some(place) => place,
            None => self.unknown_function(call, span),
        }
    }

    fn scalar_call(&mut self, function: Arc<Function>, call: &ast::FunctionCall, span: Span) -> Typed {
        if call.distinct {
            let message = format!("`{}` is no aggregate and takes no DISTINCT", function.name);
            self.refuse("UnexpectedSyntax", span, message);
        }
        let arguments: Vec<Typed> = call.arguments.iter().map(|argument| self.typed(argument)).collect();
        if call.arguments.len() < function.arity.min || call.arguments.len() > function.arity.max {
            let help = Some(format!("it is `{}`", function.signature(&function.name)));
            self.refuse_count(&function.name, function.arity.min, function.arity.max, call, span, help);
        } else {
            self.check_arguments(&function.name, &function.parameters, &call.arguments, &arguments);
            self.warn_of_filled_date(call, span);
        }
        let (types, mut arguments): (Vec<Type>, Vec<Expr>) =
            arguments.into_iter().map(|typed| (typed.value_type, typed.expr)).unzip();
        let result = function.result.of(&types);
        if function.under_lens && !self.lens.is_empty() && !planted!("a function sees past a clock") {
            arguments.push(self.lens_of_call().listed());
        }
        Typed::new(ExprKind::Call(function, arguments), span, result)
    }

    fn unknown_function(&mut self, call: &ast::FunctionCall, span: Span) -> Typed {
        for argument in &call.arguments {
            self.without_aggregates(|binder| binder.expr(argument));
        }
        let message = format!("unknown function `{}`", call.name.name);
        let near = || self.registry.nearest(&call.name.name).map(|near| format!("did you mean `{near}`?"));
        let help = foreign::instead_of(&call.name.name).or_else(near);
        self.refuse_as(ErrorKind::Syntax, "UnknownFunction", call.name.span, message, help);
        Typed::unknown(span)
    }

    /// `exists(n.k)` and `exists((n)-->())`, from before there was `EXISTS { }`.
    fn exists_function(&mut self, call: &ast::FunctionCall, span: Span) -> Typed {
        let [argument] = call.arguments.as_slice() else {
            self.refuse_count("exists", 1, 1, call, span, None);
            return Typed::unknown(span);
        };
        match &argument.kind {
            ast::ExprKind::Pattern(path) => self.pattern_predicate(path, span),
            ast::ExprKind::Property(..) | ast::ExprKind::Index(..) => {
                let missing = Expr::new(ExprKind::IsNull(Box::new(self.expr(argument))), span);
                Typed::new(ExprKind::Not(Box::new(missing)), span, Type::Boolean)
            }
            _ => {
                self.refuse_with_help(
                    "InvalidArgumentExpression",
                    argument.span,
                    "`exists` takes a property or a pattern",
                    "write `IS NOT NULL` to ask whether there is a value",
                );
                Typed::unknown(span)
            }
        }
    }

    pub(super) fn check_arguments(
        &mut self,
        name: &str,
        parameters: &[Accepts],
        written: &[ast::Expr],
        arguments: &[Typed],
    ) {
        for (index, (argument, written)) in arguments.iter().zip(written).enumerate() {
            let accepts = parameters.get(index).or(parameters.last()).copied().unwrap_or(Accepts::ANY);
            if !accepts.may_take(&argument.value_type) {
                let message = format!("`{name}` takes {accepts}, not {}", argument.value_type);
                self.refuse("InvalidArgumentType", written.span, message);
            }
        }
    }

    pub(super) fn refuse_count(
        &mut self,
        name: &str,
        min: usize,
        max: usize,
        call: &ast::FunctionCall,
        span: Span,
        help: Option<String>,
    ) {
        let wanted = match (min, max) {
            (1, 1) => "1 argument".to_owned(),
            (0, 1) => "at most 1 argument".to_owned(),
            (1, usize::MAX) => "at least 1 argument".to_owned(),
            (min, max) if min == max => format!("{min} arguments"),
            (min, usize::MAX) => format!("at least {min} arguments"),
            (min, max) if min + 1 == max => format!("{min} or {max} arguments"),
            (min, max) => format!("{min} to {max} arguments"),
        };
        let message = format!("`{name}` takes {wanted}, {} given", call.arguments.len());
        self.refuse_as(ErrorKind::Syntax, "InvalidNumberOfArguments", span, message, help);
    }
}
