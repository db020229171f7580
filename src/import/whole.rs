//! Whether a text tells all of a day or a time. What a query takes in a shorter form is filled up there (`2021-12` is the
//! first day of the month); in a file nobody sees that done, so such a text is no value of a column.

/// `2021-12-10`, `20211210`, `2021-W49-5`, `2021W495`, `2021-344` and `2021344`; years of another length have a sign.
pub(super) fn is_day(text: &str) -> bool {
    let (is_signed, unsigned) = text.strip_prefix(['+', '-']).map_or((false, text), |rest| (true, rest));
    let year_digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let year_digits = if is_signed { year_digits } else { year_digits.min(4) };
    let within_year = &unsigned.as_bytes()[year_digits..];
    FORMS_OF_DAYS.iter().any(|form| has_form(within_year, form))
}

/// What stands behind the year: a month and a day, a week and a day, a day.
const FORMS_OF_DAYS: [&[u8]; 6] = [b"-00-00", b"0000", b"-W00-0", b"W000", b"-000", b"000"];

/// A zero in the form stands for any digit.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    let fits = |(found, asked): (&u8, &u8)| match asked {
        b'0' => found.is_ascii_digit(),
        letter => found.eq_ignore_ascii_case(letter),
    };
    text.len() == form.len() && text.iter().zip(form).all(fits)
}

/// At least hours and minutes.
pub(super) fn is_time(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits >= 4 || text.as_bytes().get(digits) == Some(&b':')
}

/// A time with its offset.
pub(super) fn is_zoned_time(text: &str) -> bool {
    is_time(text) && text.contains(['Z', 'z', '+', '-', '['])
}

/// A day, a `T`, and what `is_time` asks for.
pub(super) fn is_datetime(text: &str, is_time: fn(&str) -> bool) -> bool {
    text.split_once(['T', 't']).is_some_and(|(day, time)| is_day(day) && is_time(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Date, DateTime, LocalDateTime};

    #[test]
    fn whole_days_are_told_from_parts_of_years() {
        for text in ["2021-12-10", "20211210", "2021-W49-5", "2021W495", "2021-344", "2021344", "-0044-03-15"] {
            assert!(is_day(text) && Date::parse(text).is_some(), "{text}");
        }
        for text in ["2021", "2021-12", "202112", "2021Q2", "2021-Q2", "2021-W03", "2021W03", "2021-2-3", "+12021", ""]
        {
            assert!(!is_day(text), "{text}");
        }
    }

    #[test]
    fn times_have_hours_and_minutes_and_some_have_an_offset() {
        for text in ["2021-12-10T10:30", "20211210T1030", "2021-344t10:30:01.5"] {
            assert!(is_datetime(text, is_time) && LocalDateTime::parse(text).is_some(), "{text}");
            assert!(!is_datetime(text, is_zoned_time), "{text}");
            for zone in ["Z", "+01:00", "-0230", "[Europe/Bern]", "+01:00[Europe/Zurich]"] {
                assert!(is_datetime(&format!("{text}{zone}"), is_zoned_time), "{text}{zone}");
            }
        }
        assert!(DateTime::parse("20211210T1030-0230").is_some());
        for text in ["2021-12-10", "2021-12T10:30", "2021-12-10T10", "2021-12-10T10Z", "2021T10:30", "T10:30"] {
            assert!(!is_datetime(text, is_time), "{text}");
        }
    }
}
