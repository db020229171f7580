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
    if let Some(same) = dates.iter().find(|date| date.days() == days) {
        return Some(same.clone());
    }
    let qualifier = dates.iter().fold(Qualifier::None, |all, date| all.and(date.0.qualifier));
    let all_intervals = dates.iter().all(|date| date.precision() == Precision::Interval);
    Edtf::parse(&text_of(days, qualifier, all_intervals)?).ok()
}

/// `None` where a bound has no four-digit year to be written with.
fn text_of(days: Days, qualifier: Qualifier, is_interval: bool) -> Option<String> {
    let mark = qualifier.mark();
    let text = |bound: Option<Date>| match bound {
        Some(date) => day_text(date).map(|day| day + mark),
        None => Some(String::new()),
    };
    let start = text((days.earliest != OPEN_START).then_some(Date { epoch_days: days.earliest }))?;
    let end = text((days.latest != OPEN_END).then_some(Date { epoch_days: days.latest }))?;
    Some(match is_interval {
        _ if days.earliest == days.latest => start,
        true => {
            let open_or = |text: String| if text.is_empty() { "..".to_owned() } else { text };
            format!("{}/{}", open_or(start), open_or(end))
        }
        false => format!("[{start}..{end}]"),
    })
}
