//! What several sources say together: the days on which all of them agree.

use super::days::{OPEN_END, OPEN_START};
use super::parse::{Qualifier, day_text};
use super::{Days, Edtf, Precision};
use crate::value::Date;

/// The date that means the days which all of `dates` may mean; `None` if there is no such day, or no date.
///
/// If one of the dates says just that, it is the answer as written. Otherwise it is a day, or an interval where all
/// dates are intervals, or a one-of set; a doubt of any source stays a doubt.
pub(crate) fn intersection(dates: &[Edtf]) -> Option<Edtf> {
    let (first, rest) = dates.split_first()?;
    let days = rest.iter().try_fold(first.days(), |days, date| days.intersect(date.days()))?;
    let qualifier = dates.iter().fold(Qualifier::None, |all, date| all.and(date.0.qualifier));
    let say_just_that = dates.iter().filter(|date| date.days() == days);
    // Which of several is no matter of their order.
    if let Some(same) = say_just_that.min_by_key(|date| (date.0.qualifier != qualifier, date.text())) {
        return Some(same.clone());
    }
    let all_intervals = dates.iter().all(|date| date.precision() == Precision::Interval);
    Edtf::parse(&text_of(days, qualifier, all_intervals)?).ok()
}

/// `None` where a bound is a day of a year that is written without days.
fn text_of(days: Days, qualifier: Qualifier, is_interval: bool) -> Option<String> {
    let mark = qualifier.mark();
    let text = |bound: Option<Date>, whole_year: (u8, u8)| match bound {
        Some(date) => day_text(date).or_else(|| long_year_text(date, whole_year)).map(|text| text + mark),
        None => Some(String::new()),
    };
    let start = text((days.earliest != OPEN_START).then_some(Date { epoch_days: days.earliest }), (1, 1))?;
    let end = text((days.latest != OPEN_END).then_some(Date { epoch_days: days.latest }), (12, 31))?;
    Some(match is_interval {
        _ if start == end && !start.is_empty() => start,
        true => {
            let open_or = |text: String| if text.is_empty() { "..".to_owned() } else { text };
            format!("{}/{}", open_or(start), open_or(end))
        }
        false => format!("[{start}..{end}]"),
    })
}

/// A year of more than four digits, if the day is the one that stands for all of it.
fn long_year_text(date: Date, whole_year: (u8, u8)) -> Option<String> {
    let (year, month, day) = date.ymd();
    ((month, day) == whole_year).then(|| format!("Y{year}"))
}
