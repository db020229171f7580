//! What operators and accessors do with temporal values, and the temporal functions.
//!
//! The three hooks at the top are called by [`operator`](super::operator) with any values and answer `None` for
//! those that are none of their business; the table of temporal functions follows.

use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::temporal::{self, Kind, Measure, TemporalError};
use crate::value::{DateTime, ErrorClass, ErrorKind, Map, Type, Value};

/// An arithmetic operator, as temporal values see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    const fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
        }
    }
}

/// `left op right` if either is temporal: a point or a duration plus or minus a duration, a duration times or by a
/// number. `None`: not a temporal operation (the caller reports the types).
pub(super) fn temporal_arithmetic(op: Arithmetic, left: &Value, right: &Value) -> Option<Result<Value, FunctionError>> {
    let answer = match op {
        Arithmetic::Add => temporal::add(left, right),
        Arithmetic::Subtract => temporal::subtract(left, right),
        Arithmetic::Multiply => temporal::multiply(left, right),
        Arithmetic::Divide => temporal::divide(left, right),
    };
    answer.map(|result| result.map_err(|error| fail(op.sign(), &error)))
}

/// `-value` of a duration.
pub(super) fn temporal_negation(value: &Value) -> Option<Result<Value, FunctionError>> {
    temporal::negate(value).map(|result| result.map_err(|error| fail("-", &error)))
}

/// `value.key` of a temporal value (`d.year`, `t.offset`), null for a key that it does not have; `None` if the
/// value is not temporal.
pub(super) fn temporal_property(value: &Value, key: &str) -> Option<Result<Value, FunctionError>> {
    let is_temporal = matches!(
        value,
        Value::Date(_)
            | Value::LocalTime(_)
            | Value::Time(_)
            | Value::LocalDateTime(_)
            | Value::DateTime(_)
            | Value::Duration(_)
    );
    is_temporal.then(|| match temporal::component(value, key) {
        Ok(part) => Ok(part.unwrap_or(Value::Null)),
        Err(error) => Err(fail("a part of a temporal value", &error)),
    })
}

const SOURCE_OF_DATE: Accepts =
    Accepts::STRING.or(Accepts::MAP).or(Accepts::DATE).or(Accepts::LOCAL_DATETIME).or(Accepts::DATETIME);
const SOURCE_OF_TIME: Accepts = Accepts::STRING
    .or(Accepts::MAP)
    .or(Accepts::LOCAL_TIME)
    .or(Accepts::TIME)
    .or(Accepts::LOCAL_DATETIME)
    .or(Accepts::DATETIME);
const SOURCE_OF_DURATION: Accepts = Accepts::STRING.or(Accepts::MAP).or(Accepts::DURATION);
const DAY: Accepts = Accepts::DATE.or(Accepts::LOCAL_DATETIME).or(Accepts::DATETIME);
const TIME_OF_DAY: Accepts = Accepts::LOCAL_TIME.or(Accepts::TIME).or(Accepts::LOCAL_DATETIME).or(Accepts::DATETIME);
const POINT: Accepts = DAY.or(TIME_OF_DAY);

/// Functions that make, truncate and measure temporal values.
pub(super) const FUNCTIONS: &[Function] = &[
    make_function(
        "date",
        &[SOURCE_OF_DATE],
        Type::Date,
        make::<OfDate>,
        "a day from its text, a map or another temporal value; today without arguments",
    ),
    make_function(
        "localtime",
        &[SOURCE_OF_TIME],
        Type::LocalTime,
        make::<OfLocalTime>,
        "a time of day without an offset; now without arguments",
    ),
    make_function(
        "time",
        &[SOURCE_OF_TIME],
        Type::Time,
        make::<OfTime>,
        "a time of day with an offset; now without arguments",
    ),
    make_function(
        "localdatetime",
        &[SOURCE_OF_DATE],
        Type::LocalDateTime,
        make::<OfLocalDateTime>,
        "a day with a time without an offset; now without arguments",
    ),
    make_function(
        "datetime",
        &[SOURCE_OF_DATE],
        Type::DateTime,
        make::<OfDateTime>,
        "a point in time with its offset or zone; now without arguments",
    ),
    clock_function("date.transaction", Type::Date, transaction::<OfDate>, "the day on which the transaction began"),
    clock_function("date.statement", Type::Date, statement::<OfDate>, "the day on which the statement began"),
    clock_function("date.realtime", Type::Date, realtime::<OfDate>, "today"),
    clock_function(
        "localtime.transaction",
        Type::LocalTime,
        transaction::<OfLocalTime>,
        "the time at which the transaction began",
    ),
    clock_function(
        "localtime.statement",
        Type::LocalTime,
        statement::<OfLocalTime>,
        "the time at which the statement began",
    ),
    clock_function("localtime.realtime", Type::LocalTime, realtime::<OfLocalTime>, "the time now"),
    clock_function("time.transaction", Type::Time, transaction::<OfTime>, "the time at which the transaction began"),
    clock_function("time.statement", Type::Time, statement::<OfTime>, "the time at which the statement began"),
    clock_function("time.realtime", Type::Time, realtime::<OfTime>, "the time now"),
    clock_function(
        "localdatetime.transaction",
        Type::LocalDateTime,
        transaction::<OfLocalDateTime>,
        "when the transaction began",
    ),
    clock_function(
        "localdatetime.statement",
        Type::LocalDateTime,
        statement::<OfLocalDateTime>,
        "when the statement began",
    ),
    clock_function("localdatetime.realtime", Type::LocalDateTime, realtime::<OfLocalDateTime>, "day and time now"),
    clock_function("datetime.transaction", Type::DateTime, transaction::<OfDateTime>, "when the transaction began"),
    clock_function("datetime.statement", Type::DateTime, statement::<OfDateTime>, "when the statement began"),
    clock_function("datetime.realtime", Type::DateTime, realtime::<OfDateTime>, "the point in time now"),
    truncate_function("date.truncate", &[Accepts::STRING, DAY, Accepts::MAP], Type::Date, truncate::<OfDate>),
    truncate_function(
        "localtime.truncate",
        &[Accepts::STRING, TIME_OF_DAY, Accepts::MAP],
        Type::LocalTime,
        truncate::<OfLocalTime>,
    ),
    truncate_function("time.truncate", &[Accepts::STRING, TIME_OF_DAY, Accepts::MAP], Type::Time, truncate::<OfTime>),
    truncate_function(
        "localdatetime.truncate",
        &[Accepts::STRING, DAY, Accepts::MAP],
        Type::LocalDateTime,
        truncate::<OfLocalDateTime>,
    ),
    truncate_function(
        "datetime.truncate",
        &[Accepts::STRING, DAY, Accepts::MAP],
        Type::DateTime,
        truncate::<OfDateTime>,
    ),
    Function::new(
        "datetime.fromepoch",
        &[Accepts::INTEGER, Accepts::INTEGER],
        ResultType::Is(Type::DateTime),
        from_epoch,
        "the point in time so many seconds and nanoseconds after 1970-01-01T00:00Z",
    )
    .optional(1),
    Function::new(
        "datetime.fromepochmillis",
        &[Accepts::INTEGER],
        ResultType::Is(Type::DateTime),
        from_epoch_millis,
        "the point in time so many milliseconds after 1970-01-01T00:00Z",
    ),
    Function::new(
        "duration",
        &[SOURCE_OF_DURATION],
        ResultType::Is(Type::Duration),
        duration,
        "a length of time from its text or a map of amounts",
    ),
    measure_function("duration.between", between::<InAll>, "the time between two points in months, days and seconds"),
    measure_function("duration.inMonths", between::<InMonths>, "the whole months between two points"),
    measure_function("duration.inDays", between::<InDays>, "the whole days between two points"),
    measure_function("duration.inSeconds", between::<InSeconds>, "the seconds between two points"),
];

type PlainBody = super::scalar::Body;

const fn make_function(
    name: &'static str,
    parameters: &'static [Accepts],
    result: Type,
    body: PlainBody,
    summary: &'static str,
) -> Function {
    Function::new(name, parameters, ResultType::Is(result), body, summary).optional(1).tells_time()
}

const fn clock_function(name: &'static str, result: Type, body: PlainBody, summary: &'static str) -> Function {
    Function::new(name, &[Accepts::STRING], ResultType::Is(result), body, summary).optional(1).volatile()
}

const fn truncate_function(
    name: &'static str,
    parameters: &'static [Accepts],
    result: Type,
    body: PlainBody,
) -> Function {
    let summary = "the start of the unit (`'week'`, `'hour'`) that a point is in, with what a map says of its parts";
    Function::new(name, parameters, ResultType::Is(result), body, summary).optional(1)
}

const fn measure_function(name: &'static str, body: PlainBody, summary: &'static str) -> Function {
    Function::new(name, &[POINT, POINT], ResultType::Is(Type::Duration), body, summary)
}

/// The type that a function makes, so that one body serves all five.
trait Makes {
    const KIND: Kind;
}

struct OfDate;
struct OfLocalTime;
struct OfTime;
struct OfLocalDateTime;
struct OfDateTime;

impl Makes for OfDate {
    const KIND: Kind = Kind::Date;
}

impl Makes for OfLocalTime {
    const KIND: Kind = Kind::LocalTime;
}

impl Makes for OfTime {
    const KIND: Kind = Kind::Time;
}

impl Makes for OfLocalDateTime {
    const KIND: Kind = Kind::LocalDateTime;
}

impl Makes for OfDateTime {
    const KIND: Kind = Kind::DateTime;
}

/// What a difference is told in.
trait Measures {
    const NAME: &'static str;
    const MEASURE: Measure;
}

struct InAll;
struct InMonths;
struct InDays;
struct InSeconds;

impl Measures for InAll {
    const NAME: &'static str = "duration.between";
    const MEASURE: Measure = Measure::All;
}

impl Measures for InMonths {
    const NAME: &'static str = "duration.inMonths";
    const MEASURE: Measure = Measure::Months;
}

impl Measures for InDays {
    const NAME: &'static str = "duration.inDays";
    const MEASURE: Measure = Measure::Days;
}

impl Measures for InSeconds {
    const NAME: &'static str = "duration.inSeconds";
    const MEASURE: Measure = Measure::Seconds;
}

fn make<K: Makes>(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let now = || host.statement_time();
    match arguments.first() {
        None => tell::<K>(&now(), None),
        Some(source) if has_null(source) => Ok(Value::Null),
        Some(source) => temporal::make(K::KIND, source, &now).map_err(|error| fail(K::KIND.name(), &error)),
    }
}

fn transaction<K: Makes>(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    tell::<K>(&host.transaction_time(), arguments.first())
}

fn statement<K: Makes>(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    tell::<K>(&host.statement_time(), arguments.first())
}

fn realtime<K: Makes>(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    tell::<K>(&host.real_time(), arguments.first())
}

fn tell<K: Makes>(now: &DateTime, zone: Option<&Value>) -> Result<Value, FunctionError> {
    temporal::at(K::KIND, now, zone).map_err(|error| fail(K::KIND.name(), &error))
}

fn truncate<K: Makes>(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let name = K::KIND.name();
    let (unit, source, map) = match arguments {
        [Value::String(unit), source] => (unit, source, None),
        [Value::String(unit), source, Value::Map(map)] => (unit, source, Some(map)),
        [Value::String(_), _, other] => return Err(FunctionError::wrong_type(name, "a map", other)),
        [other, ..] => return Err(FunctionError::wrong_type(name, "the name of a unit", other)),
        [] => return Err(FunctionError::wrong_type(name, "the name of a unit", &Value::Null)),
    };
    if map.is_some_and(holds_null) {
        return Ok(Value::Null);
    }
    temporal::truncate(K::KIND, unit, source, map).map_err(|error| fail(name, &error))
}

fn from_epoch(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    const NAME: &str = "datetime.fromepoch";
    let seconds = integer(NAME, arguments.first())?;
    let nanoseconds = if arguments.len() > 1 { integer(NAME, arguments.get(1))? } else { 0 };
    temporal::from_epoch_seconds(seconds, nanoseconds).map(Value::DateTime).map_err(|error| fail(NAME, &error))
}

fn from_epoch_millis(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    const NAME: &str = "datetime.fromepochmillis";
    let millis = integer(NAME, arguments.first())?;
    temporal::from_epoch_millis(millis).map(Value::DateTime).map_err(|error| fail(NAME, &error))
}

fn integer(function: &'static str, argument: Option<&Value>) -> Result<i64, FunctionError> {
    match argument.unwrap_or(&Value::Null) {
        Value::Integer(number) => Ok(*number),
        other => Err(FunctionError::wrong_type(function, "an integer", other)),
    }
}

fn duration(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match arguments.first() {
        None => Ok(Value::Null),
        Some(source) if has_null(source) => Ok(Value::Null),
        Some(source) => temporal::make_duration(source).map(Value::Duration).map_err(|error| fail("duration", &error)),
    }
}

fn between<M: Measures>(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let [from, to] = arguments else { return Ok(Value::Null) };
    temporal::between(M::MEASURE, from, to).map(Value::Duration).map_err(|error| fail(M::NAME, &error))
}

/// A map with a part that is unknown makes a value that is unknown.
fn has_null(source: &Value) -> bool {
    matches!(source, Value::Map(map) if holds_null(map))
}

fn holds_null(map: &Map) -> bool {
    map.values().any(|value| matches!(value, Value::Null))
}

fn fail(function: &'static str, error: &TemporalError) -> FunctionError {
    match error {
        TemporalError::DivisionByZero => FunctionError::DivisionByZero,
        TemporalError::Source { kind, found } => {
            let expected = match *kind {
                "date" | "localdatetime" | "datetime" => "a value that has a day",
                "localtime" | "time" => "a value that has a time of day",
                _ => "a value that is temporal",
            };
            FunctionError::Type { function, expected, found: (*found).to_owned() }
        }
        TemporalError::Overflow { .. } => FunctionError::Other {
            class: ErrorClass::new(ErrorKind::Arithmetic, "NumberOutOfRange"),
            message: format!("{function}: {error}"),
        },
        _ => FunctionError::unreadable(function, error.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::function::testing::TinyHost;

    fn call(name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let function = FUNCTIONS.iter().find(|function| function.name == name).expect("a temporal function");
        function.call(&TinyHost::default(), arguments)
    }

    #[track_caller]
    fn check(name: &str, arguments: &[Value], expected: &str) {
        let found = call(name, arguments).map(|value| value.to_string()).map_err(|error| error.to_string());
        assert_eq!(found.as_deref(), Ok(expected), "{name}");
    }

    #[test]
    fn no_two_functions_have_one_name() {
        let names: BTreeSet<String> = FUNCTIONS.iter().map(|function| function.name.to_lowercase()).collect();
        assert_eq!(names.len(), FUNCTIONS.len());
    }

    #[test]
    fn the_clock_is_asked_for_its_three_times() {
        check("datetime", &[], &TinyHost::default().statement_time().to_string());
        check("datetime.statement", &[], &TinyHost::default().statement_time().to_string());
        check("datetime.transaction", &[], &TinyHost::default().transaction_time().to_string());
        check("datetime.realtime", &[], &TinyHost::default().real_time().to_string());
        check("time.statement", &[Value::from("+02:00")], "02:00:01.5+02:00");
    }

    #[test]
    fn an_unknown_part_makes_an_unknown_value() {
        let map = [("year", Value::Null)].into_iter().collect();
        check("date", std::slice::from_ref(&map), "null");
        check("duration", std::slice::from_ref(&map), "null");
        check(
            "date.truncate",
            &[Value::from("day"), call("date", &[Value::from("2020")]).expect("a date"), map],
            "null",
        );
        check("duration.between", &[Value::Null, Value::Null], "null");
    }

    #[test]
    fn seconds_since_1970_make_a_point_in_time() {
        check("datetime.fromepoch", &[Value::from(1), Value::from(42)], "1970-01-01T00:00:01.000000042Z");
        check("datetime.fromepoch", &[Value::from(1)], "1970-01-01T00:00:01Z");
        check("datetime.fromepochmillis", &[Value::from(-1)], "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn faults_have_their_classes() {
        let class = |name, argument| call(name, &[argument]).expect_err("a fault").class();
        assert_eq!(class("date", Value::from("x")).kind, ErrorKind::Argument);
        assert_eq!(class("time", call("date", &[Value::from("2020")]).expect("a date")).kind, ErrorKind::Type);
        assert_eq!(class("datetime.fromepoch", Value::from(i64::MAX)).kind, ErrorKind::Arithmetic);
        let day = call("duration", &[Value::from("P1D")]).expect("a duration");
        let by_zero = temporal_arithmetic(Arithmetic::Divide, &day, &Value::from(0)).expect("temporal");
        assert!(matches!(by_zero, Err(FunctionError::DivisionByZero)));
    }

    #[test]
    fn a_date_from_a_text_can_be_folded_and_one_from_the_clock_cannot() {
        let date = FUNCTIONS.iter().find(|function| function.name == "date").expect("a temporal function");
        assert!(date.is_deterministic_for(&[Type::String]) && date.is_deterministic_for(&[Type::DateTime]));
        assert!(!date.is_deterministic_for(&[]) && !date.is_deterministic_for(&[Type::Any]));
    }
}
