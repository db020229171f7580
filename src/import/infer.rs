//! The types of columns whose header tells none, by what stands in them.
//!
//! A type is taken if every value of the column is written as that type is, in all files that belong together. What would
//! not come back as it was is a text: `007`, `+1`, `1e5`.

use super::cell::{CellType, Scalar};
use super::ids::IdType;
use super::record::FieldText;
use crate::value::Date;

/// What the values of a column may be, as far as they were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// There were none.
    Nothing,
    Of(Scalar),
}

impl Guess {
    pub(super) const TEXT: Self = Guess::Of(Scalar::Text);

    pub(super) fn see(&mut self, field: FieldText<'_>) {
        if *self != Self::TEXT && !field.text.is_empty() {
            *self = self.joined(Guess::Of(scalar_of(field.text)));
        }
    }

    /// What holds both.
    pub(super) fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Guess::Nothing, guess) | (guess, Guess::Nothing) => guess,
            (Guess::Of(one), Guess::Of(other)) if one == other => self,
            (Guess::Of(Scalar::Integer | Scalar::Float), Guess::Of(Scalar::Integer | Scalar::Float)) => {
                Guess::Of(Scalar::Float)
            }
            (Guess::Of(_), Guess::Of(_)) => Guess::TEXT,
        }
    }

    pub(super) fn id_type(self) -> IdType {
        if self == Guess::Of(Scalar::Integer) { IdType::Integer } else { IdType::Text }
    }

    pub(super) fn cell_type(self) -> CellType {
        match self {
            Guess::Nothing => CellType::TEXT,
            Guess::Of(scalar) => CellType::one(scalar),
        }
    }
}

fn scalar_of(text: &str) -> Scalar {
    if is_integer(text) {
        Scalar::Integer
    } else if is_float(text) {
        Scalar::Float
    } else if is_day(text) {
        Scalar::Date
    } else if text == "true" || text == "false" {
        Scalar::Boolean
    } else {
        Scalar::Text
    }
}

fn is_integer(text: &str) -> bool {
    is_whole(text) && text != "-0" && text.parse::<i64>().is_ok()
}

/// Digits without zeros before them, perhaps with a minus.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_digits(digits) && (digits == "0" || !digits.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number with a point, and perhaps an exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(head, tail)| (head, Some(tail)));
    let is_mantissa = mantissa.split_once('.').is_some_and(|(whole, part)| is_whole(whole) && is_digits(part));
    let is_exponent = exponent.is_none_or(|exponent| is_digits(exponent.trim_start_matches(['-', '+'])));
    is_mantissa && is_exponent && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// `2021-12-10`.
fn is_day(text: &str) -> bool {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    form && Date::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: Scalar) {
        let mut guess = Guess::Nothing;
        for text in texts {
            guess.see(FieldText { text, is_quoted: false });
        }
        assert_eq!(guess.cell_type(), CellType::one(expected), "{texts:?}");
    }

    #[test]
    fn a_type_is_taken_if_every_value_is_written_so() {
        check(&["1", "-20", "", "0"], Scalar::Integer);
        check(&["1", "2.5", "-1.0e-7"], Scalar::Float);
        check(&["2021-12-10", "2020-02-29"], Scalar::Date);
        check(&["true", "false"], Scalar::Boolean);
        check(&["", ""], Scalar::Text);
    }

    #[test]
    fn what_would_come_back_otherwise_is_a_text() {
        let texts = [
            "007",
            "+1",
            "1e5",
            "-0",
            "9223372036854775808",
            "1.",
            ".5",
            "2021-02-29",
            "True",
            "NaN",
            "1.0e400",
            "1.0e--1",
        ];
        for text in texts {
            check(&[text], Scalar::Text);
        }
        check(&["1", "2021-12-10"], Scalar::Text);
        check(&["true", "1"], Scalar::Text);
    }
}
