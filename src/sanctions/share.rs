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
            Value::Integer(number) => Self::exactly(Units::from(*number).saturating_mul(ONE)).in_order(),
            Value::Float(number) => Self::of_float(*number),
            Value::String(text) => Stated::read(text).map(Stated::share),
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

    const fn exactly(units: Units) -> Self {
        Self { least: units, most: units }
    }

    /// As the float is written in decimals. What of it are twelve digits behind the point is written so if dividing them gives
    /// the float again: no two decimals of up to fifteen digits give one float.
    #[expect(clippy::cast_possible_truncation, reason = "what is cut off is seen by dividing")]
    #[expect(clippy::cast_precision_loss, reason = "it has less than 53 bits")]
    #[expect(clippy::float_cmp, reason = "it is the same float or another one")]
    fn of_float(number: f64) -> Option<Self> {
        if !(0.0..=100.0).contains(&number) {
            return None;
        }
        let shown = (number * SHOWN as f64).round() as i64;
        if shown as f64 / SHOWN as f64 == number {
            return Some(Self::exactly(Units::from(shown) * UNITS_PER_SHOWN));
        }
        Stated::read(&number.to_string()).map(Stated::share)
    }

    fn in_order(self) -> Option<Self> {
        (0 <= self.least && self.least <= self.most && self.most <= WHOLE).then_some(self)
    }
}

/// What a text says of a share: the bounds that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub least: Option<Bound>,
    pub most: Option<Bound>,
}

/// A bound of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    /// What lies on both sides of it, where it has too many digits.
    at: Share,
    /// Whether it is itself not reached.
    pub is_open: bool,
}

impl Bound {
    const fn closed(at: Share) -> Self {
        Self { at, is_open: false }
    }

    /// The bound from below as a number of per cent, to twelve digits behind the point: no more than it is.
    pub(super) fn lower(self) -> f64 {
        number(self.at.least.div_euclid(UNITS_PER_SHOWN))
    }

    /// The bound from above: no less than it is.
    pub(super) fn upper(self) -> f64 {
        number((self.at.most + UNITS_PER_SHOWN - 1).div_euclid(UNITS_PER_SHOWN))
    }
}

impl Stated {
    /// As a text says it: `49`, `49.5 %`, `75-100`, `more than 25%`, `at most 10 per cent`, `50+`. `None` if it says no share.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let stated = match decimal(text) {
            Some(exact) => Self::exactly(exact),
            None => Self::in_words(&text.to_lowercase())?,
        };
        stated.share().in_order().map(|_| stated)
    }

    fn in_words(text: &str) -> Option<Self> {
        let words = Words::of(text);
        let numbers: Vec<Share> = words.numbers().map(decimal).collect::<Option<_>>()?;
        let half = Bound { at: Share::exactly(WHOLE / 2), is_open: true };
        match (numbers.as_slice(), words.saying()?) {
            ([], Saying::Word("majority")) => Some(Self { least: Some(half), most: None }),
            ([], Saying::Word("minority")) => Some(Self { least: None, most: Some(half) }),
            ([], Saying::Word("all" | "wholly" | "sole")) => Some(Self::exactly(Share::exactly(WHOLE))),
            ([one], Saying::Nothing) => Some(Self::exactly(*one)),
            ([one], Saying::From { is_open }) => Some(Self { least: Some(Bound { at: *one, is_open }), most: None }),
            ([one], Saying::UpTo { is_open }) => Some(Self { least: None, most: Some(Bound { at: *one, is_open }) }),
            ([low, high], Saying::Between { opens }) => Some(Self {
                least: Some(Bound { at: *low, is_open: opens.0 }),
                most: Some(Bound { at: *high, is_open: opens.1 }),
            }),
            _ => None,
        }
    }

    const fn exactly(at: Share) -> Self {
        Self { least: Some(Bound::closed(at)), most: Some(Bound::closed(at)) }
    }

    /// Nothing and all are the bounds that it does not name.
    fn share(self) -> Share {
        let least = self.least.map_or(0, |bound| bound.at.least + Units::from(bound.is_open));
        let most = self.most.map_or(WHOLE, |bound| bound.at.most - Units::from(bound.is_open));
        Share { least, most }
    }
}

/// A number with a point or a comma, and what lies on both sides of it where it has too many digits.
fn decimal(text: &str) -> Option<Share> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let whole: Units = whole.parse().ok()?;
    let exact = part.bytes().take(DIGITS).chain(std::iter::repeat_n(b'0', DIGITS.saturating_sub(part.len())));
    let exact = exact.fold(0, |units, digit| units * 10 + u64::from(digit - b'0'));
    let least = whole * ONE + Units::from(exact);
    let more = part.bytes().skip(DIGITS).any(|digit| digit != b'0');
    Some(Share { least, most: least + Units::from(more) })
}

/// What a text says beside its numbers.
#[derive(Clone, Copy)]
enum Saying<'t> {
    Nothing,
    From {
        is_open: bool,
    },
    UpTo {
        is_open: bool,
    },
    /// Two numbers, and which of them are not reached.
    Between {
        opens: (bool, bool),
    },
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
    fn saying(&self) -> Option<Saying<'t>> {
        let before = self.0.first().copied().filter(|word| !is_number(word)).unwrap_or_default();
        let mut behind = self.0.iter().copied().skip(usize::from(!before.is_empty())).filter(|word| !is_number(word));
        let saying = match before.trim_end_matches("than").trim() {
            "" | "between" => Saying::Nothing,
            "more" | "over" | "above" | ">" | "greater" | "exceeding" => Saying::From { is_open: true },
            "at least" | "from" | ">=" | "≥" | "minimum" | "min" | "not less" => Saying::From { is_open: false },
            "less" | "under" | "below" | "<" => Saying::UpTo { is_open: true },
            "at most" | "<=" | "≤" | "up to" | "maximum" | "max" | "not more" => Saying::UpTo { is_open: false },
            word if self.0.len() == 1 => Saying::Word(word),
            _ => return None,
        };
        let saying = match (saying, behind.next().unwrap_or_default()) {
            (saying, word) if is_unit(word) => saying,
            (Saying::Nothing, "+" | "%+" | "% or more" | "or more" | "percent or more" | "per cent or more") => {
                Saying::From { is_open: false }
            }
            (Saying::Nothing, word) => Saying::Between { opens: (false, joins(word)?) },
            (Saying::From { is_open }, word) => Saying::Between { opens: (is_open, joins(word)?) },
            _ => return None,
        };
        behind.all(is_unit).then_some(saying)
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a word adds nothing to a number of per cent.
fn is_unit(word: &str) -> bool {
    matches!(word, "" | "%" | "percent" | "per cent" | "pct" | "-percent")
}

/// Whether the number behind a word that stands between two bounds is itself not reached; `None` of another word.
fn joins(word: &str) -> Option<bool> {
    let word = word.trim_start_matches(['%']).trim_start_matches("percent").trim_start_matches("per cent").trim();
    match word.trim_start_matches("or more").trim() {
        "-" | "–" | "—" | "to" | "-to-" | "and" | "up to" | "but not more than" | ".." => Some(false),
        "but less than" | "and less than" => Some(true),
        _ => None,
    }
}

/// As a number to be shown, to twelve digits behind the point: whole if it is, otherwise the nearest float.
pub(super) fn shown(units: Units) -> Value {
    let rounded = (units + UNITS_PER_SHOWN / 2).div_euclid(UNITS_PER_SHOWN);
    match i64::try_from(rounded / SHOWN) {
        Ok(whole) if rounded % SHOWN == 0 => Value::Integer(whole),
        _ => Value::Float(number(rounded)),
    }
}

/// The twelfth digit behind the point is the last that is shown.
const SHOWN: Units = 1_000_000_000_000;
const UNITS_PER_SHOWN: Units = ONE / SHOWN;

/// A number of per cent of its last shown digits, correctly rounded.
#[expect(clippy::cast_precision_loss, reason = "a hundred of them has less than 53 bits")]
fn number(shown: Units) -> f64 {
    shown as f64 / SHOWN as f64
}

#[cfg(test)]
mod tests;
