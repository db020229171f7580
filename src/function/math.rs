//! Functions of numbers.

use super::arguments::{float, integer, text};
use super::decimal::{Rounding, round_to};
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{Type, Value};

const FLOAT: ResultType = ResultType::Is(Type::Float);
const NUMBER: &[Accepts] = &[Accepts::NUMBER];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", NUMBER, ResultType::SameAs(0), abs, "the number without its sign"),
    Function::new("sign", NUMBER, ResultType::Is(Type::Integer), sign, "-1, 0 or 1"),
    Function::new("ceil", NUMBER, FLOAT, ceil, "the least whole number that is not smaller"),
    Function::new("floor", NUMBER, FLOAT, floor, "the greatest whole number that is not greater"),
    Function::new(
        "round",
        &[Accepts::NUMBER, Accepts::INTEGER, Accepts::STRING],
        FLOAT,
        round,
        "the nearest whole number, or decimal of so many places, by a mode (HALF_UP, HALF_EVEN, UP, ...)",
    )
    .optional(2),
    Function::new("sqrt", NUMBER, FLOAT, sqrt, "the square root"),
    Function::new("exp", NUMBER, FLOAT, exp, "e to this power"),
    Function::new("log", NUMBER, FLOAT, log, "the natural logarithm"),
    Function::new("log10", NUMBER, FLOAT, log10, "the common logarithm"),
    Function::new("sin", NUMBER, FLOAT, sin, "the sine of an angle in radians"),
    Function::new("cos", NUMBER, FLOAT, cos, "the cosine of an angle in radians"),
    Function::new("tan", NUMBER, FLOAT, tan, "the tangent of an angle in radians"),
    Function::new("cot", NUMBER, FLOAT, cot, "the cotangent of an angle in radians"),
    Function::new("asin", NUMBER, FLOAT, asin, "the angle of a sine"),
    Function::new("acos", NUMBER, FLOAT, acos, "the angle of a cosine"),
    Function::new("atan", NUMBER, FLOAT, atan, "the angle of a tangent"),
    Function::new("atan2", &[Accepts::NUMBER, Accepts::NUMBER], FLOAT, atan2, "the angle of a point (y, x)"),
    Function::new("sinh", NUMBER, FLOAT, sinh, "the hyperbolic sine"),
    Function::new("cosh", NUMBER, FLOAT, cosh, "the hyperbolic cosine"),
    Function::new("tanh", NUMBER, FLOAT, tanh, "the hyperbolic tangent"),
    Function::new("coth", NUMBER, FLOAT, coth, "the hyperbolic cotangent"),
    Function::new("degrees", NUMBER, FLOAT, degrees, "radians as degrees"),
    Function::new("radians", NUMBER, FLOAT, radians, "degrees as radians"),
    Function::new("haversin", NUMBER, FLOAT, haversin, "half the versine of an angle in radians"),
    Function::new("isNaN", NUMBER, ResultType::Is(Type::Boolean), is_nan, "whether a float is no number"),
    Function::new("pi", &[], FLOAT, pi, "the ratio of a circle's circumference to its diameter"),
    Function::new("e", &[], FLOAT, e, "the base of the natural logarithm"),
    Function::new("rand", &[], FLOAT, rand, "a random number from 0 (inclusive) to 1 (exclusive)").volatile(),
    Function::new("randomUUID", &[], ResultType::Is(Type::String), random_uuid, "a random UUID").volatile(),
    Function::new(
        "timestamp",
        &[],
        ResultType::Is(Type::Integer),
        timestamp,
        "milliseconds from 1970-01-01T00:00Z to the start of the statement",
    )
    .volatile(),
];

fn abs(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Integer(number) => {
            number.checked_abs().map(Value::Integer).ok_or(FunctionError::Overflow { operation: "abs" })
        }
        other => Ok(float("abs", other)?.abs().into()),
    }
}

fn sign(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Integer(number) => Ok(number.signum().into()),
        other => {
            let number = float("sign", other)?;
            Ok((i64::from(number > 0.0) - i64::from(number < 0.0)).into())
        }
    }
}

/// Without places: to the nearest whole number, a half towards the greater. With places: by a mode, on the decimal
/// digits that the number shows, so that 1.005 to two places is 1.01; a half away from zero if no mode is given.
fn round(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let number = float("round", &arguments[0])?;
    let Some(places) = arguments.get(1) else { return Ok(round_half_up(number).into()) };
    let places = integer("round", places)?;
    if places < 0 {
        let message = "the number of places cannot be negative".to_owned();
        return Err(FunctionError::Range { function: "round", message });
    }
    let rounding = match arguments.get(2) {
        None => Rounding::HalfUp,
        Some(mode) => rounding_of(text("round", mode)?)?,
    };
    Ok(round_to(number, usize::try_from(places).unwrap_or(usize::MAX), rounding).into())
}

/// Not `floor(x + 0.5)`, which lifts the float just below one half to 1.
fn round_half_up(number: f64) -> f64 {
    let below = number.floor();
    if number - below >= 0.5 { below + 1.0 } else { below }
}

fn rounding_of(mode: &str) -> Result<Rounding, FunctionError> {
    Rounding::named(mode)
        .ok_or_else(|| FunctionError::Argument { function: "round", message: format!("`{mode}` is not a mode") })
}

fn is_nan(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(float("isNaN", &arguments[0])?.is_nan().into())
}

fn atan2(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(float("atan2", &arguments[0])?.atan2(float("atan2", &arguments[1])?).into())
}

/// Functions of one number that are methods of a float, or nearly.
macro_rules! of_float {
    ($($name:ident($number:ident) => $result:expr;)*) => {
        $(fn $name(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
            let $number = float(stringify!($name), &arguments[0])?;
            Ok(Value::Float($result))
        })*
    };
}

of_float! {
    ceil(number) => number.ceil();
    floor(number) => number.floor();
    sqrt(number) => number.sqrt();
    exp(number) => number.exp();
    log(number) => number.ln();
    log10(number) => number.log10();
    sin(number) => number.sin();
    cos(number) => number.cos();
    tan(number) => number.tan();
    cot(number) => number.tan().recip();
    asin(number) => number.asin();
    acos(number) => number.acos();
    atan(number) => number.atan();
    sinh(number) => number.sinh();
    cosh(number) => number.cosh();
    tanh(number) => number.tanh();
    // Not defined at zero, where the two sides of the curve go apart.
    coth(number) => if number == 0.0 { f64::NAN } else { number.tanh().recip() };
    degrees(number) => number.to_degrees();
    radians(number) => number.to_radians();
    haversin(number) => (1.0 - number.cos()) / 2.0;
}

fn pi(_: &dyn Host, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(std::f64::consts::PI.into())
}

fn e(_: &dyn Host, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(std::f64::consts::E.into())
}

fn rand(host: &dyn Host, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(host.random().into())
}

/// Version 4 of RFC 9562: all random but for six bits.
fn random_uuid(host: &dyn Host, _: &[Value]) -> Result<Value, FunctionError> {
    let mut bytes: [u8; 16] = std::array::from_fn(|_| random_byte(host));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(groups.join("-").into())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 (inclusive) to 256 (exclusive)")]
fn random_byte(host: &dyn Host) -> u8 {
    (host.random() * 256.0) as u8
}

fn timestamp(host: &dyn Host, _: &[Value]) -> Result<Value, FunctionError> {
    let now = host.statement_time();
    Ok((now.epoch_seconds() * 1_000 + i64::from(now.nanosecond() / 1_000_000)).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{call, check, check_error};

    #[test]
    fn whole_numbers_stay_whole_where_they_can() {
        check("abs", &[(-3).into()], "3");
        check("abs", &[(-3.5).into()], "3.5");
        check("sign", &[(-3).into()], "-1");
        check("sign", &[0.0.into()], "0");
        check("ceil", &[0.1.into()], "1.0");
        check("floor", &[(-0.1).into()], "-1.0");
        check("sqrt", &[16.into()], "4.0");
        check("sqrt", &[(-1).into()], "NaN");
        check_error(call("abs", &[i64::MIN.into()]), "ArithmeticError NumberOutOfRange");
        check_error(call("abs", &["a".into()]), "TypeError InvalidArgumentValue");
    }

    #[test]
    fn rounding_goes_by_places_and_mode() {
        check("round", &[2.5.into()], "3.0");
        check("round", &[(-2.5).into()], "-2.0");
        check("round", &[0.499_999_999_999_999_94.into()], "0.0");
        check("round", &[1.005.into(), 2.into()], "1.01");
        check("round", &[(-1.55).into(), 1.into()], "-1.6");
        check("round", &[1.25.into(), 1.into(), "half_even".into()], "1.2");
        check("round", &[1.21.into(), 1.into(), "UP".into()], "1.3");
        check_error(call("round", &[1.5.into(), (-1).into()]), "ArgumentError NumberOutOfRange");
        check_error(call("round", &[1.5.into(), 1.into(), "nearest".into()]), "ArgumentError InvalidArgumentValue");
    }

    #[test]
    fn angles_and_logarithms_are_those_of_floats() {
        check("sin", &[0.into()], "0.0");
        check("log", &[1.into()], "0.0");
        check("log10", &[1000.into()], "3.0");
        check("degrees", &[call("pi", &[]).unwrap()], "180.0");
        check("haversin", &[0.into()], "0.0");
        check("atan2", &[0.into(), 1.into()], "0.0");
        check("isNaN", &[f64::NAN.into()], "true");
    }

    #[test]
    fn chance_and_time_come_from_the_host() {
        check("timestamp", &[], "1500");
        check("rand", &[], "0.0625");
        let Ok(Value::String(uuid)) = call("randomUUID", &[]) else { panic!("a text") };
        assert_eq!(&*uuid, "10203040-5060-4080-90a0-b0c0d0e0f000");
    }
}
