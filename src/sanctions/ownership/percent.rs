//! Shares in per cent, exact, as sources write them.
//!
//! A share is a whole number of units, 10^15 to one per cent, so that what decimals say is added and compared as they say it.
//! A bound that is itself not reached (`more than 25%`) is one unit off: no source writes so many digits, and sums of such
//! bounds stay on the right side. What has more digits is between two units.

use crate::Value;

/// Per cent, in units of 10^-15. Sums of many shares may be more than a hundred.
pub(super) type Units = i128;

/// How many digits behind the point are exact.
const DIGITS: usize = 15;
const ONE: Units = 1_000_000_000_000_000;

/// All of it.
pub(super) const WHOLE: Units = 100 * ONE;

/// The least and the most that a share may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub least: Units,
    pub most: Units,
}

impl Share {
    /// Nothing is known of it.
    pub(super) const UNKNOWN: Self = Self { least: 0, most: WHOLE };

    /// As a property says it; unknown if that is no share.
    pub(super) fn of(value: &Value) -> Self {
        let share = match value {
            Value::Integer(number) => Self::written(&number.to_string()),
            Value::Float(number) => Self::written(&number.to_string()),
            Value::String(text) => Self::written(text),
            _ => None,
        };
        share.unwrap_or(Self::UNKNOWN)
    }

    /// Of two properties, each of which gives one bound, and tells whether it is open.
    pub(super) fn between((least, least_open): (&Value, bool), (most, most_open): (&Value, bool)) -> Self {
        let least = Self::of(least).least + Units::from(least_open);
        let most = Self::of(most).most - Units::from(most_open);
        Self { least, most }.in_order().unwrap_or(Self::UNKNOWN)
    }

    /// As a text says it: `49`, `49.5 %`, `75-100`, `more than 25%`, `at most 10 per cent`, `50+`.
    fn written(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let words = Words::of(&text);
        let numbers: Vec<Share> = words.numbers().map(decimal).collect::<Option<_>>()?;
        match (numbers.as_slice(), words.bound()?) {
            ([], Bound::Word("majority")) => Some(Self { least: 50 * ONE + 1, most: WHOLE }),
            ([], Bound::Word("minority")) => Some(Self { least: 0, most: 50 * ONE - 1 }),
            ([], Bound::Word("all" | "wholly" | "sole")) => Some(Self { least: WHOLE, most: WHOLE }),
            ([one], Bound::None) => Some(*one),
            ([one], Bound::MoreThan) => Some(Self { least: one.least + 1, most: WHOLE }),
            ([one], Bound::AtLeast) => Some(Self { least: one.least, most: WHOLE }),
            ([one], Bound::LessThan) => Some(Self { least: 0, most: one.most - 1 }),
            ([one], Bound::AtMost) => Some(Self { least: 0, most: one.most }),
            ([low, high], Bound::None | Bound::AtLeast) => Some(Self { least: low.least, most: high.most }),
            ([low, high], Bound::MoreThan) => Some(Self { least: low.least + 1, most: high.most }),
            _ => None,
        }
        .and_then(Self::in_order)
    }

    fn in_order(self) -> Option<Self> {
        (0 <= self.least && self.least <= self.most && self.most <= WHOLE).then_some(self)
    }
}

/// A number with a point or a comma, and what lies on both sides of it where it has too many digits.
fn decimal(text: &str) -> Option<Share> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let exact = part.len().min(DIGITS);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let part_units: Units = format!("{:0<DIGITS$}", &part[..exact]).parse().ok()?;
    let least = whole.parse::<Units>().ok()? * ONE + part_units;
    let more = part[exact..].bytes().any(|byte| byte != b'0');
    Some(Share { least, most: least + Units::from(more) })
}

/// What a text says beside its numbers.
enum Bound<'t> {
    None,
    MoreThan,
    AtLeast,
    LessThan,
    AtMost,
    Word(&'t str),
}

/// A text in lower case, taken apart into numbers and what stands between them.
struct Words<'t>(Vec<&'t str>);

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        let mut words = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_number = first.is_ascii_digit();
            let end = rest
                .find(|letter: char| (letter.is_ascii_digit() || (is_number && ".,".contains(letter))) != is_number);
            let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
            words.push(word.trim());
            rest = behind;
        }
        words.retain(|word| !word.is_empty());
        Self(words)
    }

    fn numbers(&self) -> impl Iterator<Item = &'t str> {
        self.0.iter().copied().filter(|word| is_number(word)).map(|word| word.trim_end_matches(['.', ',']))
    }

    /// `None` if it says something that is not understood.
    fn bound(&self) -> Option<Bound<'t>> {
        let before = self.0.first().copied().filter(|word| !is_number(word)).unwrap_or_default();
        let mut behind = self.0.iter().copied().skip(usize::from(!before.is_empty())).filter(|word| !is_number(word));
        let bound = match before.trim_end_matches("than").trim() {
            "" | "between" => Bound::None,
            "more" | "over" | "above" | ">" | "greater" | "exceeding" => Bound::MoreThan,
            "at least" | "from" | ">=" | "≥" | "minimum" | "min" | "not less" => Bound::AtLeast,
            "less" | "under" | "below" | "<" => Bound::LessThan,
            "at most" | "<=" | "≤" | "up to" | "maximum" | "max" | "not more" => Bound::AtMost,
            word if self.0.len() == 1 => Bound::Word(word),
            _ => return None,
        };
        let bound = match (bound, behind.next().unwrap_or_default()) {
            (bound, word) if is_unit(word) => bound,
            (Bound::None, "+" | "%+" | "% or more" | "or more" | "percent or more" | "per cent or more") => {
                Bound::AtLeast
            }
            (bound @ (Bound::None | Bound::AtLeast | Bound::MoreThan), word) if joins(word) => bound,
            _ => return None,
        };
        behind.all(is_unit).then_some(bound)
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a word adds nothing to a number of per cent.
fn is_unit(word: &str) -> bool {
    matches!(word, "" | "%" | "percent" | "per cent" | "pct" | "-percent")
}

/// Whether a word stands between two bounds.
fn joins(word: &str) -> bool {
    let word = word.trim_start_matches(['%']).trim_start_matches("percent").trim_start_matches("per cent").trim();
    matches!(word, "-" | "–" | "—" | "to" | "-to-" | "and" | "up to" | "but not more than" | "..")
}

/// As a number to be shown, to twelve digits behind the point: whole if it is, otherwise the nearest float.
#[expect(clippy::cast_precision_loss, reason = "it is shown, and decides nothing")]
pub(super) fn shown(units: Units) -> Value {
    const SHOWN: Units = ONE / 1_000;
    let rounded = (units + 500).div_euclid(1_000);
    match i64::try_from(rounded / SHOWN) {
        Ok(whole) if rounded % SHOWN == 0 => Value::Integer(whole),
        _ => Value::Float(rounded as f64 / SHOWN as f64),
    }
}
