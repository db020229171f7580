//! What several sources say together: the days on which all of them agree.

use super::parse::{Qualifier, day_text, days_of_month};
use super::{Days, Edtf, EdtfError, Precision};
use crate::value::Date;

/// The date that means the days which all of `dates` may mean; `None` if there is no such day, or no date.
///
/// If one of the dates says just that, it is the answer as written. Otherwise it is a day, or an interval where all
/// dates are intervals, or a one-of set; a doubt of any source stays a doubt.
///
/// # Errors
///
/// The days begin or end within a year of more than four digits, of which only the whole can be written.
pub(crate) fn intersection(dates: &[Edtf]) -> Result<Option<Edtf>, EdtfError> {
    let Some((first, rest)) = dates.split_first() else { return Ok(None) };
    let days = rest.iter().fold(first.ranges(), |days, date| days.intersect(&date.ranges()));
    if days.is_empty() {
        return Ok(None);
    }
    let qualifier = dates.iter().fold(Qualifier::None, |all, date| all.and(date.0.qualifier));
    let say_just_that = dates.iter().filter(|date| date.ranges() == days);
    // Which of several is no matter of their order.
    if let Some(same) = say_just_that.min_by_key(|date| (date.0.qualifier != qualifier, date.text())) {
        return Ok(Some(same.clone()));
    }
    let all_intervals = dates.iter().all(|date| date.precision() == Precision::Interval);
    let text = match days.as_slice() {
        [range] if all_intervals => interval_text(*range, qualifier)?,
        members => set_text(members, qualifier)?,
    };
    Edtf::parse(&text).map(Some)
}

fn interval_text(days: Days, qualifier: Qualifier) -> Result<String, EdtfError> {
    let (start, end) = bounds_text(days, qualifier)?;
    let open_or = |text: &str| if text.is_empty() { "..".to_owned() } else { text.to_owned() };
    Ok(if start == end { start } else { format!("{}/{}", open_or(&start), open_or(&end)) })
}

/// One of several dates or ranges; a date by itself if there is no other.
fn set_text(members: &[Days], qualifier: Qualifier) -> Result<String, EdtfError> {
    let members = members.iter().map(|days| member_text(*days, qualifier));
    let members: Vec<String> = members.collect::<Result<_, EdtfError>>()?;
    let text = members.join(",");
    Ok(if text.contains(',') || text.contains("..") { format!("[{text}]") } else { text })
}

fn member_text(days: Days, qualifier: Qualifier) -> Result<String, EdtfError> {
    if let Some(whole) = whole_text(days) {
        return Ok(whole + qualifier.mark());
    }
    let (start, end) = bounds_text(days, qualifier)?;
    Ok(if start == end { start } else { format!("{start}..{end}") })
}

/// A year or a month, if the days are just those of one.
fn whole_text(days: Days) -> Option<String> {
    let (first, last) = (days.earliest()?, days.latest()?);
    let (year, month, _) = first.ymd();
    let day = day_text(first)?;
    let in_year = [Date::from_ymd(year, 1, 1)?, Date::from_ymd(year, 12, 31)?];
    if [first, last] == in_year {
        return Some(day[..day.len() - "-01-01".len()].to_owned());
    }
    (days_of_month(year, month)? == days).then(|| day[..day.len() - "-01".len()].to_owned())
}

/// The bounds as texts, empty where they are open.
fn bounds_text(days: Days, qualifier: Qualifier) -> Result<(String, String), EdtfError> {
    let text = |bound: Date, whole_year: (u8, u8)| {
        let text = day_text(bound).or_else(|| long_year_text(bound, whole_year));
        text.map(|text| text + qualifier.mark()).ok_or_else(|| EdtfError::DayOfLongYear { year: bound.ymd().0 })
    };
    let start = days.earliest().map_or(Ok(String::new()), |date| text(date, (1, 1)))?;
    let end = days.latest().map_or(Ok(String::new()), |date| text(date, (12, 31)))?;
    Ok((start, end))
}

/// A year of more than four digits, if the day is the one that stands for all of it.
fn long_year_text(date: Date, whole_year: (u8, u8)) -> Option<String> {
    let (year, month, day) = date.ymd();
    ((month, day) == whole_year).then(|| format!("Y{year}"))
}
