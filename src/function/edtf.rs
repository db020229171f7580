//! Functions of dates as sources give them; a `date` and the day of a point in time are taken as well.

use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::edtf::{Days, intersection};
use crate::value::{Date, Edtf, Precision, Type, Value, compare};

const DAYS: Accepts = Accepts::EDTF.or(Accepts::DATE).or(Accepts::LOCAL_DATETIME).or(Accepts::DATETIME);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "edtf",
        &[Accepts::STRING.or(Accepts::EDTF).or(Accepts::DATE)],
        ResultType::Is(Type::Edtf),
        edtf,
        "a date as a source gives it, from its text in Extended Date/Time Format",
    ),
    Function::new("earliest", &[DAYS], ResultType::Is(Type::Date), earliest, "the first day that a date may mean"),
    Function::new("latest", &[DAYS], ResultType::Is(Type::Date), latest, "the last day that a date may mean"),
    Function::new(
        "precision",
        &[DAYS],
        ResultType::Is(Type::String),
        precision,
        "how finely a date is given: day, month, season, year, decade, century, interval or set",
    ),
    Function::new(
        "certain",
        &[DAYS],
        ResultType::Is(Type::Boolean),
        certain,
        "whether a date has no qualifier (?, ~, %)",
    ),
    Function::new(
        "same",
        &[Accepts::ANY, Accepts::ANY],
        ResultType::Is(Type::Boolean),
        same,
        "whether two values are equivalent, as DISTINCT has it: the same text of a date, null and null",
    )
    .sees_nulls(),
    Function::new(
        "edtf.days",
        &[DAYS, DAYS],
        ResultType::Is(Type::Map),
        days,
        "the least and the greatest number of days from one date to another: {min, max}",
    ),
    Function::new(
        "edtf.intersection",
        &[Accepts::LIST],
        ResultType::Is(Type::Edtf),
        intersect,
        "the date that means the days which all dates of a list may mean; null if there is none",
    ),
];

fn edtf(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Edtf(date) => Ok(date.clone().into()),
        Value::Date(date) => from_date("edtf", *date).map(Value::Edtf),
        Value::String(text) => {
            Edtf::parse(text).map(Value::Edtf).map_err(|error| FunctionError::unreadable("edtf", error))
        }
        other => Err(FunctionError::wrong_type("edtf", "a STRING", other)),
    }
}

fn earliest(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(days_of("earliest", &arguments[0])?.earliest().into())
}

fn latest(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(days_of("latest", &arguments[0])?.latest().into())
}

fn precision(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let precision = match &arguments[0] {
        Value::Edtf(date) => date.precision(),
        other => days_of("precision", other).map(|_| Precision::Day)?,
    };
    Ok(precision.name().into())
}

fn certain(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Edtf(date) => Ok(date.is_certain().into()),
        other => days_of("certain", other).map(|_| Value::Boolean(true)),
    }
}

fn same(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(compare::equivalent(&arguments[0], &arguments[1]).into())
}

fn days(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (from, to) = (days_of("edtf.days", &arguments[0])?, days_of("edtf.days", &arguments[1])?);
    let (least, most) = from.distance_to(to);
    Ok([("min", least), ("max", most)].into_iter().collect())
}

/// A null says nothing, so it takes nothing away.
fn intersect(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut dates = Vec::new();
    for item in super::arguments::list("edtf.intersection", &arguments[0])?.iter() {
        match item {
            Value::Null => {}
            Value::Edtf(date) => dates.push(date.clone()),
            Value::Date(date) => dates.push(from_date("edtf.intersection", *date)?),
            Value::LocalDateTime(point) => dates.push(from_date("edtf.intersection", point.date)?),
            Value::DateTime(point) => dates.push(from_date("edtf.intersection", point.local().date)?),
            other => return Err(FunctionError::wrong_type("edtf.intersection", "a list of dates", other)),
        }
    }
    let found = intersection(&dates);
    found.map(Value::from).map_err(|error| FunctionError::unreadable("edtf.intersection", error))
}

fn from_date(function: &'static str, date: Date) -> Result<Edtf, FunctionError> {
    Edtf::from_date(date)
        .ok_or_else(|| FunctionError::Range { function, message: format!("the year of {date} has no four digits") })
}

fn days_of(function: &'static str, value: &Value) -> Result<Days, FunctionError> {
    compare::days_of(value).ok_or_else(|| FunctionError::wrong_type(function, "a date", value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{call, check, check_error};

    fn date(text: &str) -> Value {
        Edtf::parse(text).unwrap().into()
    }

    #[test]
    fn a_date_tells_its_bounds_its_precision_and_its_doubts() {
        check("edtf", &["2021-12~".into()], "2021-12~");
        check("earliest", &[date("2021-12~")], "2021-12-01");
        check("latest", &[date("2021-12~")], "2021-12-31");
        check("latest", &[date("2017-03/..")], "null");
        check("precision", &[date("202X")], "decade");
        check("certain", &[date("2021-12~")], "false");
        let day = Value::Date(Date::from_ymd(2021, 12, 10).unwrap());
        let day = std::slice::from_ref(&day);
        check("edtf", day, "2021-12-10");
        check("precision", day, "day");
        check("certain", day, "true");
    }

    #[test]
    fn the_same_is_not_the_same_day() {
        check("same", &[date("2021"), date("2021")], "true");
        check("same", &[date("2021"), date("2021?")], "false");
        check("same", &[Value::Null, Value::Null], "true");
    }

    #[test]
    fn distances_are_bounds() {
        check("edtf.days", &[date("2021-12-10"), date("2021-12")], "{max: 21, min: -9}");
        check("edtf.days", &[date("[..2021-12-10]"), date("2021-12-12")], "{max: null, min: 2}");
    }

    #[test]
    fn an_intersection_skips_nulls_and_may_be_empty() {
        let of = |dates: Vec<Value>| call("edtf.intersection", &[dates.into()]).unwrap().to_string();
        assert_eq!(of(vec![date("2021"), Value::Null, date("2021-12")]), "2021-12");
        assert_eq!(of(vec![date("2021"), date("2022")]), "null");
        assert_eq!(of(vec![]), "null");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        check_error(call("edtf", &["tomorrow".into()]), "ArgumentError InvalidArgumentValue");
        check_error(call("earliest", &["2021".into()]), "TypeError InvalidArgumentValue");
        let message = call("edtf", &["2021-12-10T10:00".into()]).unwrap_err().to_string();
        assert_eq!(message, "edtf: `2021-12-10T10:00` has a time of day: keep it as a `datetime`");
    }
}
