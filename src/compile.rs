//! All stages before execution, one behind the other.

use crate::error::Error;
use crate::function::Registry;
use crate::optimize::{self, PassSet};
use crate::physical::{self, PhysicalPlan};
use crate::plan;
use crate::rows::Warning;
use crate::semantic::{
    self,
    bound::{AtCommit, Mode},
};
use crate::storage::Graph;
use crate::syntax::ast;

/// A statement that is planned.
pub(crate) struct Made {
    pub plan: PhysicalPlan,
    pub mode: Mode,
    pub at_commit: Option<AtCommit>,
    /// Whether each row tells what it rests on.
    pub explained: bool,
    pub warnings: Vec<Warning>,
}

/// The way from a syntax tree, which was made of `text`, to a plan.
pub(crate) fn plan_of(
    statement: &ast::Statement,
    text: &str,
    graph: &Graph,
    registry: &Registry,
    passes: PassSet,
) -> Result<Made, Error> {
    let bound = semantic::bind(statement, text, graph, registry)
        .map_err(|errors| errors.into_iter().map(Error::from).next().expect("a failed binding has an error"))?;
    let (mode, at_commit) = (bound.mode, bound.at_commit.clone());
    let explained = bound.why.is_some();
    let warnings = bound.warnings.iter().map(|warning| Warning::new(warning, text)).collect();
    let logical = optimize::optimize(plan::build(bound)?, graph, passes);
    let plan = physical::lower(logical, graph);
    // It is a way to make a right plan fast, as the passes are.
    let plan = if passes == PassSet::NONE { plan } else { physical::gather(plan, graph, physical::WORTH_IT) };
    Ok(Made { plan, mode, at_commit, explained, warnings })
}
