//! Rounding a float on the decimal digits that it shows.

use std::cmp::Ordering;

/// Which of the two neighbours is taken. The names are those of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    Ceiling,
    Floor,
    /// The nearer one, a half away from zero.
    HalfUp,
    /// The nearer one, a half towards zero.
    HalfDown,
    /// The nearer one, a half to the even digit.
    HalfEven,
}

impl Rounding {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_uppercase().as_str() {
            "UP" => Rounding::Up,
            "DOWN" => Rounding::Down,
            "CEILING" => Rounding::Ceiling,
            "FLOOR" => Rounding::Floor,
            "HALF_UP" => Rounding::HalfUp,
            "HALF_DOWN" => Rounding::HalfDown,
            "HALF_EVEN" => Rounding::HalfEven,
            _ => return None,
        })
    }

    /// Whether the kept digits grow by one. `dropped` is what is left out, compared with a half.
    fn grows(self, is_negative: bool, last_kept_is_odd: bool, dropped: Ordering) -> bool {
        match self {
            Rounding::Up => true,
            Rounding::Down => false,
            Rounding::Ceiling => !is_negative,
            Rounding::Floor => is_negative,
            Rounding::HalfUp => dropped.is_ge(),
            Rounding::HalfDown => dropped.is_gt(),
            Rounding::HalfEven => dropped.is_gt() || dropped.is_eq() && last_kept_is_odd,
        }
    }
}

/// `number` with at most `places` digits behind the point. Infinities and NaN stay what they are.
pub(super) fn round_to(number: f64, places: usize, rounding: Rounding) -> f64 {
    // `Display` writes the shortest digits that read back as the same float, without an exponent.
    let shown = number.abs().to_string();
    let Some((whole, fraction)) = shown.split_once('.') else { return number };
    if fraction.len() <= places {
        return number;
    }
    let (kept, dropped) = fraction.split_at(places);
    let mut digits: Vec<u8> = [b"0", whole.as_bytes(), kept.as_bytes()].concat();
    let last_is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    if rounding.grows(number.is_sign_negative(), last_is_odd, compare_with_half(dropped)) {
        add_one(&mut digits);
    }
    let point = digits.len() - places;
    let text = format!("{}.{}", ascii(&digits[..point]), ascii(&digits[point..]));
    text.parse::<f64>().unwrap_or(number).copysign(number)
}

/// The digits after the point that are dropped; the last of them is not 0.
fn compare_with_half(dropped: &str) -> Ordering {
    let (first, rest) = dropped.split_at(1);
    first.cmp("5").then(if rest.is_empty() { Ordering::Equal } else { Ordering::Greater })
}

/// The first digit is 0 or less than 9, so the carry ends.
fn add_one(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            return;
        }
    }
}

fn ascii(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "rounded decimals are exact")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_mode_takes_the_neighbour_that_its_name_says() {
        let all = [
            (Rounding::Up, [1.3, -1.3, 1.3]),
            (Rounding::Down, [1.2, -1.2, 1.2]),
            (Rounding::Ceiling, [1.3, -1.2, 1.3]),
            (Rounding::Floor, [1.2, -1.3, 1.2]),
            (Rounding::HalfUp, [1.3, -1.3, 1.2]),
            (Rounding::HalfDown, [1.2, -1.2, 1.2]),
            (Rounding::HalfEven, [1.2, -1.2, 1.2]),
        ];
        for (rounding, expected) in all {
            assert_eq!([1.25, -1.25, 1.24].map(|number| round_to(number, 1, rounding)), expected, "{rounding:?}");
        }
    }

    #[test]
    fn a_carry_may_lengthen_the_number() {
        assert_eq!(round_to(99.96, 1, Rounding::HalfUp), 100.0);
        assert_eq!(round_to(0.95, 0, Rounding::HalfUp), 1.0);
        assert_eq!(round_to(1e300, 2, Rounding::HalfUp), 1e300);
        assert_eq!(round_to(-0.04, 1, Rounding::HalfUp).to_string(), "-0");
        assert!(round_to(f64::NAN, 1, Rounding::Up).is_nan());
    }

    proptest! {
        #[test]
        fn the_result_is_within_half_a_place(number in -1e6_f64..1e6, places in 0_usize..6) {
            let place = 10_f64.powi(-i32::try_from(places).unwrap());
            prop_assert!((round_to(number, places, Rounding::HalfEven) - number).abs() <= place / 2.0 * 1.000_001);
        }
    }
}
