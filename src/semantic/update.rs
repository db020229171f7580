//! SET and REMOVE, alone and in MERGE.

use super::binder::Binder;
use super::bound::SetItem;
use crate::expr::{Expr, ExprKind};
use crate::syntax::ast;
use crate::value::{Type, Value};

impl Binder<'_> {
    pub(super) fn set_items(&mut self, items: &[ast::SetItem]) -> Vec<SetItem> {
        self.without_aggregates(|binder| items.iter().map(|item| binder.set_item(item)).collect())
    }

    fn set_item(&mut self, item: &ast::SetItem) -> SetItem {
        match item {
            ast::SetItem::Property { target, key, value } => {
                let target = self.target(target);
                self.names.writes(&key.name);
                SetItem::Property { target, key: key.name.clone(), value: self.expr(value) }
            }
            ast::SetItem::Keyed { target, key, value } => {
                let (target, key) = self.keyed(target, key);
                SetItem::Keyed { target, key, value: self.expr(value) }
            }
            ast::SetItem::Replace { variable, value } => {
                SetItem::Replace { target: self.element_variable(variable), value: self.properties_from(value) }
            }
            ast::SetItem::Update { variable, value } => {
                SetItem::Update { target: self.element_variable(variable), value: self.properties_from(value) }
            }
            ast::SetItem::Labels { variable, labels } => {
                SetItem::AddLabels { target: self.labelled(variable), labels: self.drawn_labels(Some(labels)) }
            }
        }
    }

    pub(super) fn remove_items(&mut self, items: &[ast::RemoveItem]) -> Vec<SetItem> {
        self.without_aggregates(|binder| items.iter().map(|item| binder.remove_item(item)).collect())
    }

    fn remove_item(&mut self, item: &ast::RemoveItem) -> SetItem {
        match item {
            ast::RemoveItem::Property { target, key } => {
                self.names.reads_key(key);
                SetItem::Property {
                    target: self.target(target),
                    key: key.name.clone(),
                    value: Expr::new(ExprKind::Literal(Value::Null), key.span),
                }
            }
            ast::RemoveItem::Keyed { target, key } => {
                let (target, key) = self.keyed(target, key);
                SetItem::Keyed { target, key, value: Expr::literal(Value::Null) }
            }
            ast::RemoveItem::Labels { variable, labels } => {
                SetItem::RemoveLabels { target: self.labelled(variable), labels: self.lost_labels(labels) }
            }
        }
    }

    fn target(&mut self, target: &ast::Expr) -> Expr {
        let typed = self.typed(target);
        self.expect_type(&typed.value_type, &Type::Element, target.span);
        typed.expr
    }

    /// An element and the name of a property of it, which is computed.
    fn keyed(&mut self, target: &ast::Expr, key: &ast::Expr) -> (Expr, Expr) {
        let target = self.target(target);
        let typed = self.typed(key);
        self.expect_type(&typed.value_type, &Type::String, key.span);
        (target, typed.expr)
    }

    fn element_variable(&mut self, variable: &ast::Ident) -> Expr {
        let typed = self.variable(&variable.name, variable.span);
        self.expect_type(&typed.value_type, &Type::Element, variable.span);
        typed.expr
    }

    fn labelled(&mut self, variable: &ast::Ident) -> Expr {
        let typed = self.variable(&variable.name, variable.span);
        self.expect_type(&typed.value_type, &Type::Node, variable.span);
        typed.expr
    }

    /// A map, or an element for its properties.
    fn properties_from(&mut self, value: &ast::Expr) -> Expr {
        let typed = self.typed(value);
        if !typed.value_type.may_be(&Type::Map) && !typed.value_type.may_be(&Type::Element) {
            let message = format!("expected MAP, NODE or RELATIONSHIP, found {}", typed.value_type);
            let help = "one property is written `n.key = value`, all of them `n = {key: value}`";
            self.refuse_with_help("InvalidArgumentType", value.span, message, help);
        }
        if let ExprKind::Map(entries) = &typed.expr.kind {
            for (key, _) in entries {
                self.names.writes(key);
            }
        }
        typed.expr
    }
}
