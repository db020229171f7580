//! A bound statement as compact text.

use std::fmt::Write as _;

use crate::expr::{Comparison, Expr, ExprKind, LabelExpr, Labels, Operator, RelType, VarId};
use crate::semantic::bound::*;
use crate::value::{Name, Value};

struct Printer<'s> {
    statement: &'s BoundStatement,
    out: String,
    depth: usize,
}

/// Clauses line by line; a variable is its name and number, one without a name its number.
pub(super) fn print(statement: &BoundStatement) -> String {
    let mut printer = Printer { statement, out: String::new(), depth: 0 };
    match &statement.body {
        BoundBody::Query(query) => printer.query(query),
        BoundBody::Schema(change) => printer.line(&format!("{change:?}")),
    }
    for (index, subquery) in statement.subqueries.iter().enumerate() {
        let imports = printer.vars(&subquery.imports);
        printer.line(&format!("subquery {index} imports [{imports}]"));
        printer.indented(|printer| printer.query(&subquery.query));
    }
    printer.out
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        writeln!(self.out, "{}{text}", "  ".repeat(self.depth)).expect("a string takes all");
    }

    fn indented(&mut self, print: impl FnOnce(&mut Self)) {
        self.depth += 1;
        print(self);
        self.depth -= 1;
    }

    fn query(&mut self, query: &BoundQuery) {
        for branch in &query.branches {
            if query.branches.len() > 1 {
                let columns = self.vars(&branch.columns);
                self.line(&format!("branch [{columns}]"));
            }
            for clause in &branch.clauses {
                self.clause(clause);
            }
        }
        let columns: Vec<String> =
            query.columns.iter().map(|(name, id)| format!("`{name}` = {}", self.var(*id))).collect();
        self.line(&format!("columns {}", columns.join(", ")));
    }

    fn clause(&mut self, clause: &BoundClause) {
        match clause {
            BoundClause::Match(found) => {
                self.line(if found.optional { "optional match" } else { "match" });
                self.indented(|printer| {
                    printer.pattern(&found.pattern);
                    printer.predicates(&found.predicates);
                });
            }
            BoundClause::Unwind { list, var } => {
                self.line(&format!("unwind {} as {}", self.expr(list), self.var(*var)));
            }
            BoundClause::Project(projection) => self.projection(projection),
            BoundClause::Extend(items) => {
                let items: Vec<_> =
                    items.iter().map(|(var, expr)| format!("{} = {}", self.var(*var), self.expr(expr))).collect();
                self.line(&format!("extend {}", items.join(", ")));
            }
            BoundClause::Call(call) => {
                let yields: Vec<String> = call.yields.iter().map(|(o, v)| format!("{o} as {}", self.var(*v))).collect();
                let arguments = self.exprs(&call.arguments);
                let optional = if call.optional { "optional " } else { "" };
                self.line(&format!("{optional}call {}({arguments}) yields {}", call.procedure.name, yields.join(", ")));
                self.indented(|printer| printer.predicates(call.predicate.as_slice()));
            }
            BoundClause::Subquery(call) => {
                let unit = if call.unit { "unit " } else { "" };
                let optional = if call.optional { "optional " } else { "" };
                let batches = call.transactions.as_ref().map_or(String::new(), |transactions| {
                    let status: Vec<VarId> = transactions.status.into_iter().collect();
                    let (rows, status) = (self.expr(&transactions.rows), self.vars(&status));
                    format!(" commits {rows} rows on error {:?} status [{status}]", transactions.on_error)
                });
                self.line(&format!("{optional}{unit}subquery imports [{}]{batches}", self.vars(&call.imports)));
                self.indented(|printer| printer.query(&call.query));
            }
            BoundClause::Create(create) => {
                self.line("create");
                self.indented(|printer| {
                    printer.draws(&create.draws);
                    printer.paths(&create.paths);
                    printer.cite(create.cite.as_ref());
                });
            }
            BoundClause::Merge(merge) => {
                self.line("merge");
                self.indented(|printer| {
                    printer.pattern(&merge.pattern);
                    printer.predicates(&merge.predicates);
                    printer.draws(&merge.draws);
                    printer.set("on create", &merge.on_create);
                    printer.set("on match", &merge.on_match);
                    printer.cite(merge.cite.as_ref());
                });
            }
            BoundClause::Set(items) => self.set("set", items),
            BoundClause::Delete { detach, targets } => {
                self.line(&format!("{}delete {}", if *detach { "detach " } else { "" }, self.exprs(targets)));
            }
            BoundClause::SetState { targets, asserted } => {
                self.line(&format!("{} {}", if *asserted { "assert" } else { "retract" }, self.exprs(targets)));
            }
            BoundClause::Foreach { var, list, clauses } => {
                self.line(&format!("foreach {} in {}", self.var(*var), self.expr(list)));
                self.indented(|printer| clauses.iter().for_each(|clause| printer.clause(clause)));
            }
        }
    }

    fn pattern(&mut self, pattern: &GraphPattern) {
        for node in &pattern.nodes {
            let bound = if node.bound { " bound" } else { "" };
            self.line(&format!("node {}{}{bound}", self.var(node.var), labels(node.labels.as_ref())));
        }
        for rel in &pattern.rels {
            self.rel(rel);
        }
        self.paths(&pattern.paths);
    }

    fn rel(&mut self, rel: &PatternRel) {
        let (start, end) = match rel.direction {
            Direction::Right => ("-", "->"),
            Direction::Left => ("<-", "-"),
            Direction::Either => ("-", "-"),
        };
        let ends = match rel.ends {
            Some((left, right)) => format!(" {}{start}{end}{}", self.var(left), self.var(right)),
            None => String::new(),
        };
        let place = if rel.place == Place::Bracket { "bracket" } else { "arrow" };
        let bound = if rel.bound { " bound" } else { "" };
        let mut text = format!("{place} {}{}{ends}{bound}", self.var(rel.var), labels(rel.types.as_ref()));
        if let Reach::Many { min, max, selector, each } = &rel.reach {
            let max = max.map_or(String::new(), |max| max.to_string());
            write!(text, " *{min}..{max} {selector:?}").expect("a string takes all");
            if let Some((local, predicate)) = each {
                write!(text, " each {}: {}", self.var(*local), self.expr(predicate)).expect("a string takes all");
            }
        }
        self.line(&text);
    }

    fn paths(&mut self, paths: &[PatternPath]) {
        for path in paths {
            self.line(&format!("path {} = {}", self.var(path.var), self.vars(&path.steps)));
        }
    }

    fn predicates(&mut self, predicates: &[Expr]) {
        for predicate in predicates {
            self.line(&format!("where {}", self.expr(predicate)));
        }
    }

    fn projection(&mut self, projection: &Projection) {
        self.line(if projection.distinct { "project distinct" } else { "project" });
        self.indented(|printer| {
            if let Some(aggregation) = &projection.aggregation {
                for (id, key) in &aggregation.keys {
                    printer.line(&format!("key {} = {}", printer.var(*id), printer.expr(key)));
                }
                for (id, call) in &aggregation.calls {
                    let name = call.aggregate.as_ref().map_or("count(*)", |aggregate| aggregate.name);
                    let distinct = if call.distinct { "distinct " } else { "" };
                    let arguments = printer.exprs(&call.arguments);
                    printer.line(&format!("call {} = {name} {distinct}{arguments}", printer.var(*id)));
                }
            }
            for (id, item) in &projection.items {
                printer.line(&format!("{} = {}", printer.var(*id), printer.expr(item)));
            }
            for key in &projection.order_by {
                let down = if key.descending { " desc" } else { "" };
                printer.line(&format!("order {}{down}", printer.expr(&key.expr)));
            }
            for (name, count) in [("skip", &projection.skip), ("limit", &projection.limit)] {
                if let Some(count) = count {
                    printer.line(&format!("{name} {}", printer.expr(count)));
                }
            }
            printer.predicates(projection.predicate.as_slice());
        });
    }

    fn draws(&mut self, draws: &[Draw]) {
        for draw in draws {
            let (text, properties) = match draw {
                Draw::Node { var, labels, properties } => {
                    let labels = self.drawn_labels(labels);
                    (format!("draw node {}{labels}", self.var(*var)), properties)
                }
                Draw::Rel { var, rel_type, start, end, asserted, properties } => {
                    let state = if *asserted { "" } else { "quoted " };
                    let (var, start, end) = (self.var(*var), self.var(*start), self.var(*end));
                    let rel_type = match rel_type {
                        RelType::Known(name) => name.to_string(),
                        RelType::Given(value) => format!("$({})", self.expr(value)),
                    };
                    (format!("draw {state}{var}:{rel_type} {start}-->{end}"), properties)
                }
            };
            let properties = properties.as_ref().map_or(String::new(), |map| format!(" {}", self.expr(map)));
            self.line(&format!("{text}{properties}"));
        }
    }

    fn cite(&mut self, cite: Option<&Cite>) {
        let Some(cite) = cite else { return };
        let (targets, created) = (self.vars(&cite.targets), self.vars(&cite.created_only));
        self.line(&format!("cite [{targets}] created only [{created}]"));
        for (source, properties) in &cite.sources {
            let properties = properties.as_ref().map_or(String::new(), |map| format!(" {}", self.expr(map)));
            self.line(&format!("  source {}{properties}", self.expr(source)));
        }
    }

    fn set(&mut self, head: &str, items: &[SetItem]) {
        for item in items {
            let text = match item {
                SetItem::Property { target, key, value } => {
                    format!("{}.{key} = {}", self.expr(target), self.expr(value))
                }
                SetItem::Keyed { target, key, value } => {
                    format!("{}[{}] = {}", self.expr(target), self.expr(key), self.expr(value))
                }
                SetItem::Replace { target, value } => format!("{} = {}", self.expr(target), self.expr(value)),
                SetItem::Update { target, value } => format!("{} += {}", self.expr(target), self.expr(value)),
                SetItem::AddLabels { target, labels } => {
                    format!("{} add {}", self.expr(target), self.drawn_labels(labels))
                }
                SetItem::RemoveLabels { target, labels } => {
                    format!("{} remove {}", self.expr(target), self.drawn_labels(labels))
                }
            };
            self.line(&format!("{head} {text}"));
        }
    }

    fn drawn_labels(&self, labels: &Labels<Expr>) -> String {
        let given = labels.given.iter().map(|value| format!(":$({})", self.expr(value)));
        joined_labels(&labels.known) + &given.collect::<String>()
    }

    fn var(&self, id: VarId) -> String {
        match &self.statement.variables.get(id).name {
            Some(name) => format!("{name}{}", id.0),
            None => format!("_{}", id.0),
        }
    }

    fn vars(&self, ids: &[VarId]) -> String {
        ids.iter().map(|id| self.var(*id)).collect::<Vec<_>>().join(" ")
    }

    fn exprs(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn entries(&self, entries: &[(Name, Expr)]) -> String {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", self.expr(value))).collect();
        entries.join(", ")
    }

    fn joined(&self, terms: &[Expr], word: &str) -> String {
        format!("({})", terms.iter().map(|term| self.expr(term)).collect::<Vec<_>>().join(word))
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Literal(value) => literal(value),
            ExprKind::Parameter(name) => format!("${name}"),
            ExprKind::Given(id) => self.expr(&self.statement.given[id.0 as usize]),
            ExprKind::Passes { .. } => unreachable!("plans ask this of elements, bound patterns have a lens"),
            ExprKind::Variable(id) => self.var(*id),
            ExprKind::Property(base, key) => format!("{}.{key}", self.expr(base)),
            ExprKind::Index(base, index) => format!("{}[{}]", self.expr(base), self.expr(index)),
            ExprKind::Slice(base, ..) => format!("{}[..]", self.expr(base)),
            ExprKind::List(items) => format!("[{}]", self.exprs(items)),
            ExprKind::Map(entries) => format!("{{{}}}", self.entries(entries)),
            ExprKind::HasLabels(base, wanted) => format!("{}{}", self.expr(base), labels(Some(wanted))),
            ExprKind::And(terms) => self.joined(terms, " and "),
            ExprKind::Or(terms) => self.joined(terms, " or "),
            ExprKind::Xor(terms) => self.joined(terms, " xor "),
            ExprKind::Not(operand) => format!("not {}", self.expr(operand)),
            ExprKind::Compare(op, left, right) => {
                format!("{} {} {}", self.expr(left), comparison(*op), self.expr(right))
            }
            ExprKind::Is(predicate, operand) => format!("{} is {predicate}", self.expr(operand)),
            ExprKind::IsNull(operand) => format!("{} is null", self.expr(operand)),
            ExprKind::Operator(op, left, right) => {
                format!("({} {} {})", self.expr(left), operator(*op), self.expr(right))
            }
            ExprKind::Negate(operand) => format!("-{}", self.expr(operand)),
            ExprKind::Call(function, arguments) => format!("{}({})", function.name, self.exprs(arguments)),
            ExprKind::Case { subject, branches, otherwise } => format!(
                "case {} {} else {}",
                subject.as_ref().map_or(String::new(), |(local, subject)| {
                    format!("{} as {}", self.expr(subject), self.var(*local))
                }),
                branches
                    .iter()
                    .map(|(when, then)| format!("{}: {}", self.expr(when), self.expr(then)))
                    .collect::<Vec<_>>()
                    .join(" "),
                otherwise.as_ref().map_or("null".to_owned(), |otherwise| self.expr(otherwise)),
            ),
            ExprKind::Comprehension { local, list, predicate, map } => format!(
                "[{} in {} where {} | {}]",
                self.var(*local),
                self.expr(list),
                predicate.as_ref().map_or("true".to_owned(), |predicate| self.expr(predicate)),
                map.as_ref().map_or("it".to_owned(), |map| self.expr(map)),
            ),
            ExprKind::Quantifier { kind, local, list, predicate } => {
                format!("{kind:?}({} in {} where {})", self.var(*local), self.expr(list), self.expr(predicate))
            }
            ExprKind::Reduce { accumulator, initial, local, list, step } => format!(
                "reduce({} = {}, {} in {} | {})",
                self.var(*accumulator),
                self.expr(initial),
                self.var(*local),
                self.expr(list),
                self.expr(step)
            ),
            ExprKind::MapProjection { base, all, entries } => {
                format!("{} {{{}{}}}", self.expr(base), if *all { ".*, " } else { "" }, self.entries(entries))
            }
            ExprKind::Subquery(kind, id) => format!("{kind:?}#{}", id.0),
        }
    }
}

fn joined_labels(labels: &[Name]) -> String {
    labels.iter().fold(String::new(), |text, label| text + ":" + label)
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::String(value) => format!("'{value}'"),
        other => format!("{other:?}"),
    }
}

fn labels(wanted: Option<&LabelExpr>) -> String {
    wanted.map_or(String::new(), |wanted| format!(":{}", label(wanted)))
}

fn label(wanted: &LabelExpr) -> String {
    let all = |terms: &[LabelExpr], by| format!("({})", terms.iter().map(label).collect::<Vec<_>>().join(by));
    match wanted {
        LabelExpr::Name(name) => name.to_string(),
        LabelExpr::Wildcard => "%".to_owned(),
        LabelExpr::Not(inner) => format!("!{}", label(inner)),
        LabelExpr::And(terms) => all(terms, "&"),
        LabelExpr::Or(terms) => all(terms, "|"),
    }
}

fn comparison(op: Comparison) -> &'static str {
    match op {
        Comparison::Equal => "=",
        Comparison::Same => "==",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn operator(op: Operator) -> &'static str {
    match op {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Modulo => "%",
        Operator::Power => "^",
        Operator::Concatenate => "||",
        Operator::In => "in",
        Operator::StartsWith => "starts with",
        Operator::EndsWith => "ends with",
        Operator::Contains => "contains",
        Operator::Matches => "=~",
    }
}
