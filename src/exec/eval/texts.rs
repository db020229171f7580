//! What is asked of strings of a dictionary: once of each, where there are fewer of them than rows.

use crate::exec::ExecError;
use crate::exec::column::Column;
use crate::exec::host::Env;
use crate::storage::Codes;
use crate::value::Value;

/// What `test` says of each row.
pub(super) fn ask(env: &Env, codes: &Codes, test: impl Fn(&Value) -> Option<bool>) -> Result<Column, ExecError> {
    let of_null = test(&Value::Null);
    let ask = |code: u32| {
        let value = codes.value_of(code);
        env.ctx.budget.steps(1 + value.walk_steps())?;
        Ok::<_, ExecError>(test(&value))
    };
    let mut known = vec![None; if codes.bound() <= codes.len() { codes.bound() } else { 0 }];
    let answers = codes.codes().iter().map(|&code| match known.get_mut(code as usize) {
        _ if code == Codes::NULL => Ok(of_null),
        Some(Some(answer)) => Ok(*answer),
        Some(place) => Ok(*place.insert(ask(code)?)),
        None => ask(code),
    });
    Ok(Column::booleans(answers.collect::<Result<Vec<_>, ExecError>>()?))
}
