//! Fixed-point numbers with 18 digits after the point, exact where binary fractions are not.

/// A number in units of 10⁻¹⁸.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Decimal(pub i128);

/// One.
pub(super) const SCALE: i128 = 1_000_000_000_000_000_000;

impl Decimal {
    pub(super) fn from_integer(number: i64) -> Decimal {
        // 2⁶³ · 10¹⁸ is below 2¹²³.
        Decimal(i128::from(number) * SCALE)
    }

    /// The number as it prints, so `0.1` is a tenth; digits after the 18th are dropped. `None` if it is not finite or
    /// too large.
    pub(super) fn from_float(number: f64) -> Option<Decimal> {
        if !number.is_finite() || number.abs() > 1e19 {
            return None;
        }
        let text = number.abs().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let value = Decimal::from_digits(whole, fraction)?;
        if number < 0.0 { value.checked_neg() } else { Some(value) }
    }

    /// The number with these digits before and after the point.
    pub(super) fn from_digits(whole: &str, fraction: &str) -> Option<Decimal> {
        let mut value = whole.parse::<i128>().ok()?.checked_mul(SCALE)?;
        let mut unit = SCALE;
        for digit in fraction.bytes() {
            unit /= 10;
            value = value.checked_add(i128::from(digit.checked_sub(b'0')?) * unit)?;
        }
        Some(Decimal(value))
    }

    pub(super) fn checked_neg(self) -> Option<Decimal> {
        self.0.checked_neg().map(Decimal)
    }

    pub(super) fn checked_add(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_add(other.0).map(Decimal)
    }

    pub(super) fn times_integer(self, factor: i64) -> Option<Decimal> {
        self.0.checked_mul(i128::from(factor)).map(Decimal)
    }

    /// `self / divisor` for a divisor that is not zero, cut after the 18th digit.
    pub(super) fn over_integer(self, divisor: i64) -> Decimal {
        Decimal(self.0 / i128::from(divisor))
    }

    /// `number / divisor`, cut after the 18th digit; `None` if it is too large or the divisor is zero.
    pub(super) fn integer_over(number: i64, divisor: Decimal) -> Option<Decimal> {
        let (mut divisor, mut unit) = (divisor.0, SCALE);
        // The divisor as a ratio of integers that is as small as may be.
        while unit > 1 && divisor % 10 == 0 {
            (divisor, unit) = (divisor / 10, unit / 10);
        }
        let dividend = i128::from(number).checked_mul(unit)?;
        let whole = dividend.checked_div(divisor)?;
        let rest = dividend.checked_rem(divisor)?;
        let fraction = match rest.checked_mul(SCALE) {
            Some(rest) => rest.checked_div(divisor)?,
            None => rest.checked_div(divisor.checked_div(SCALE)?)?,
        };
        whole.checked_mul(SCALE)?.checked_add(fraction).map(Decimal)
    }

    /// The whole part and the rest, both with the sign of the number.
    pub(super) fn split(self) -> (i128, i128) {
        (self.0 / SCALE, self.0 % SCALE)
    }
}
