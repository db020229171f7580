//! Runs the trials of `WHY NOT`: many queries on one state of the graph, within one budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compile::plan_of;
use crate::error::Error;
use crate::exec::{Limits, Program, Reading, SharedLimits};
use crate::function::Registry;
use crate::optimize::PassSet;
use crate::params::Params;
use crate::semantic::SemanticError;
use crate::storage::{Graph, KnownAt, Lens, ValidAt};
use crate::syntax::{self, ast};
use crate::value::{Date, ElementId, ErrorKind, Name, Value};
use crate::why_not::{self, Host, Outcome, Patience, Question, Refusal};

/// One run may look at so many rows; after that it is given up, and the answer says so.
const PATIENCE: Rows = Rows { query: 5_000_000, trial: 1_000_000 };

/// How many rows the query as it is may look at, and how many each trial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows {
    pub query: u64,
    pub trial: u64,
}

/// What a question is asked of.
pub(crate) struct Trials<'t> {
    pub graph: &'t Arc<Graph>,
    pub registry: &'t Registry,
    pub passes: PassSet,
    pub params: Params,
    pub limits: SharedLimits,
    pub patience: Rows,
}

impl<'t> Trials<'t> {
    pub(crate) fn new(
        graph: &'t Arc<Graph>,
        registry: &'t Registry,
        passes: PassSet,
        params: Params,
        limits: &Limits,
    ) -> Self {
        Self { graph, registry, passes, params, limits: SharedLimits::new(limits), patience: PATIENCE }
    }

    /// The rows of the answer.
    pub(crate) fn answer(&mut self, question: &Question) -> Result<Vec<Vec<Value>>, Error> {
        let expected = self.expected(question)?;
        why_not::explain(question, self, &expected)
    }

    /// The values that are expected, by column.
    fn expected(&mut self, question: &Question) -> Result<BTreeMap<Name, Value>, Error> {
        let Some(statement) = question.expected_values() else { return Ok(BTreeMap::new()) };
        let span = question.expected.as_ref().map(|expr| expr.span).unwrap_or_default();
        let found = match self.run(&statement, &question.text, &[], Patience::ForTrial)? {
            Outcome::Rows(rows) => rows.into_iter().flatten().next().unwrap_or_default(),
            Outcome::Failed(error) => return Err(error),
            Outcome::TooLong(_) => Value::Null,
        };
        let Value::Map(expected) = found else {
            let message = format!("WHY NOT takes a map of expected values, found {}", found.type_name());
            return Err(refused(Refusal {
                span,
                message,
                help: "write `{column: value}`, as RETURN names the column",
            }));
        };
        match expected.keys().find(|key| !question.columns.contains(key)) {
            Some(key) => Err(refused(question.no_such_column(key, span))),
            None => Ok(BTreeMap::clone(&expected)),
        }
    }

    fn run(
        &mut self,
        statement: &ast::Statement,
        text: &str,
        parameters: &[(Name, Value)],
        patience: Patience,
    ) -> Result<Outcome<Error>, Error> {
        let planned = plan_of(statement, text, self.graph, self.registry, self.passes);
        let program = match planned {
            Ok(planned) => Program::new(planned.plan),
            Err(error) => return Ok(Outcome::Failed(error)),
        };
        let mut given = self.params.clone();
        for (name, value) in parameters {
            given.insert(name, value.clone());
        }
        let most_rows = match patience {
            Patience::ForQuery => self.patience.query,
            Patience::ForTrial => self.patience.trial,
        };
        let (limits, is_ours) = self.limits.next(most_rows)?;
        let mut reading =
            match Reading::start(Arc::new(program), Arc::clone(self.graph), given.into_inner(), &limits, false) {
                Ok(reading) => reading,
                Err(error) => return Ok(Outcome::Failed(error.into())),
            };
        let mut rows = Vec::new();
        let outcome = loop {
            match reading.next_row() {
                Ok(Some(row)) => {
                    reading.keep(&row)?;
                    rows.push(row);
                }
                Ok(None) => break Outcome::Rows(rows),
                Err(error) => break Outcome::Failed(Error::from(error)),
            }
        };
        let used = reading.rows_used();
        self.limits.used(used);
        if is_ours && used > most_rows && matches!(outcome, Outcome::Failed(_)) {
            return Ok(Outcome::TooLong(most_rows));
        }
        self.judged(outcome)
    }

    /// What the limits of the statement stop is an error of the statement, and not of a trial.
    fn judged(&self, outcome: Outcome<Error>) -> Result<Outcome<Error>, Error> {
        match outcome {
            Outcome::Failed(error) if matches!(error.kind(), ErrorKind::Limit | ErrorKind::Cancelled) => {
                self.limits.check()?;
                Err(error)
            }
            outcome => Ok(outcome),
        }
    }
}

impl Host for Trials<'_> {
    type Error = Error;

    fn rows(
        &mut self,
        statement: &ast::Statement,
        parameters: &[(Name, Value)],
        patience: Patience,
    ) -> Result<Outcome<Error>, Error> {
        self.run(statement, "", parameters, patience)
    }

    fn ask(&mut self, text: &str, parameters: &[(Name, Value)]) -> Result<Outcome<Error>, Error> {
        match syntax::parse(text) {
            Ok(statement) => self.run(&statement, text, parameters, Patience::ForTrial),
            Err(error) => Ok(Outcome::Failed(error.into())),
        }
    }

    fn is_aggregate(&self, function: &str) -> bool {
        self.registry.aggregate(function).is_some()
    }

    fn time_keys(&self) -> [Name; 3] {
        self.graph.catalog().provenance.times().map(Name::clone)
    }

    fn known(&self, element: ElementId, possibly: bool) -> Option<Date> {
        let day = self.graph.known(self.graph.end(element)?).since(possibly)?;
        Date::from_epoch_days(day.into())
    }

    fn source_count(&self, element: ElementId, valid: Option<(&Value, bool)>, known: Option<(&Value, bool)>) -> usize {
        let valid = valid.and_then(|(at, possibly)| ValidAt::of(at, possibly));
        let known = known.and_then(|(at, possibly)| KnownAt::of(at, possibly));
        let lens = Lens { valid, known, least_sources: 0 };
        self.graph.end(element).and_then(|element| self.graph.source_count(element, &lens)).unwrap_or_default()
    }
}

/// The error of a statement that cannot be asked about.
pub(crate) fn refused(refusal: Refusal) -> Error {
    let Refusal { span, message, help } = refusal;
    let (kind, detail) = (ErrorKind::Syntax, "InvalidWhyNot");
    Error::from(SemanticError::Rule { kind, detail, message, span, help: Some(help.to_owned()) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{PATIENCE, Rows, Trials};
    use crate::exec::Limits;
    use crate::optimize::PassSet;
    use crate::params::Params;
    use crate::syntax;
    use crate::value::{Name, Value};
    use crate::why_not::Question;
    use crate::{Database, ErrorKind};

    /// Three crowds and nothing between them.
    fn crowds() -> Database {
        let db = Database::in_memory();
        db.query("UNWIND range(1, 200) AS n CREATE (:A {n: n}), (:B {n: n}), (:C {n: n})", ()).unwrap();
        db
    }

    const EMPTY: &str = "WHY NOT MATCH (a:A), (b:B), (c:C) WHERE a.n + b.n + c.n < 0 AND a.n > 300 RETURN a.n AS n";
    const LONG: &str = "WHY NOT MATCH (a:A), (b:B), (c:C) WHERE a.n + b.n + c.n < 0 RETURN a.n AS n";

    fn answer(db: &Database, text: &str, limits: &Limits, patience: Rows) -> Result<Vec<Vec<Value>>, crate::Error> {
        let mut statement = syntax::parse(text).unwrap();
        let question = Question::taken_from(&mut statement, text).unwrap().expect("a question");
        let question = question.with_columns(vec![Name::from("n")]).unwrap();
        let (root, registry) = (db.root(), db.registry());
        let root = Arc::clone(&root);
        let mut trials = Trials::new(&root, &registry, PassSet::ALL, Params::new(), limits);
        trials.patience = patience;
        trials.answer(&question)
    }

    /// What the answer says it has not looked into.
    fn not_looked_into(text: &str, patience: Rows) -> Vec<String> {
        let rows = answer(&crowds(), text, &Limits::default(), patience).unwrap();
        let rows = rows.iter().filter(|row| row[1].to_string() == "not looked into");
        rows.map(|row| row[4].to_string()).collect()
    }

    #[test]
    fn a_trial_that_takes_too_long_is_given_up_and_told_of() {
        let told = not_looked_into(EMPTY, Rows { trial: 5_000, ..PATIENCE });
        assert_eq!(told, ["some ways: each trial was given up after 5000 rows"]);
    }

    #[test]
    fn of_a_query_that_takes_too_long_is_told_that_the_row_may_be_there() {
        let told = not_looked_into(LONG, Rows { query: 5_000, trial: 10_000 });
        let expected = "whether the row is there after all: the query itself was given up after 5000 rows";
        assert_eq!(told.first().map(String::as_str), Some(expected));
    }

    #[test]
    fn all_trials_share_the_limits_of_the_statement() {
        let limits = Limits { max_rows: Some(20_000), ..Limits::default() };
        let error = answer(&crowds(), EMPTY, &limits, PATIENCE).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "the budget of 20000 rows is used up"));
    }
}
