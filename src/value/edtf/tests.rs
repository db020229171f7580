use proptest::prelude::*;

use super::*;

fn edtf(text: &str) -> Edtf {
    Edtf::parse(text).expect("a date of the format")
}

fn day(date: Option<Date>) -> String {
    date.map_or_else(|| "open".to_owned(), |date| parse::day_text(date).unwrap_or_else(|| format!("{:?}", date.ymd())))
}

#[track_caller]
fn check(text: &str, earliest: &str, latest: &str, precision: Precision) {
    let date = edtf(text);
    assert_eq!((day(date.earliest()).as_str(), day(date.latest()).as_str()), (earliest, latest), "{text}");
    assert_eq!(date.precision(), precision, "{text}");
    assert_eq!(date.text(), text);
}

#[test]
fn bounds_and_precision_follow_from_the_text() {
    check("2021-12-10", "2021-12-10", "2021-12-10", Precision::Day);
    check("2020-02", "2020-02-01", "2020-02-29", Precision::Month);
    check("2019", "2019-01-01", "2019-12-31", Precision::Year);
    check("-0333", "-0333-01-01", "-0333-12-31", Precision::Year);
    check("Y12345", "(12345, 1, 1)", "(12345, 12, 31)", Precision::Year);
    check("Y-12345", "(-12345, 1, 1)", "(-12345, 12, 31)", Precision::Year);
    check("201X", "2010-01-01", "2019-12-31", Precision::Decade);
    check("20XX", "2000-01-01", "2099-12-31", Precision::Century);
    check("-201X", "-2019-01-01", "-2010-12-31", Precision::Decade);
    check("2004-XX", "2004-01-01", "2004-12-31", Precision::Year);
    check("2004-XX-XX", "2004-01-01", "2004-12-31", Precision::Year);
    check("2004-06-XX", "2004-06-01", "2004-06-30", Precision::Month);
    check("2021-22", "2021-01-01", "2021-12-31", Precision::Season);
    check("2019-24", "2019-01-01", "2020-02-29", Precision::Season);
}

#[test]
fn intervals_and_sets_reach_from_their_first_day_to_their_last() {
    check("2017-03/2018", "2017-03-01", "2018-12-31", Precision::Interval);
    check("2017-03/..", "2017-03-01", "open", Precision::Interval);
    check("../2017-03", "open", "2017-03-31", Precision::Interval);
    check("2017-03/", "2017-03-01", "open", Precision::Interval);
    check("/2017-03", "open", "2017-03-31", Precision::Interval);
    check("[2021-07-11..2021-07-12]", "2021-07-11", "2021-07-12", Precision::Set);
    check("[..2017-03]", "open", "2017-03-31", Precision::Set);
    check("[2017-03..]", "2017-03-01", "open", Precision::Set);
    check("[2019,2021-05,2022..2023]", "2019-01-01", "2023-12-31", Precision::Set);
    check("[2019,2021..]", "2019-01-01", "open", Precision::Set);
    check("[2021-12-10?]", "2021-12-10", "2021-12-10", Precision::Set);
}

#[test]
fn superfluous_spaces_go_and_a_set_of_one_day_is_that_day() {
    assert_eq!(edtf(" 2021 ").text(), "2021");
    assert_eq!(edtf("[2019, 2021]").text(), "[2019,2021]");
    assert_eq!(edtf("[2021-12-10]"), edtf("2021-12-10"));
    assert_eq!(edtf("[2021-12-10..2021-12-10]"), edtf("2021-12-10"));
}

#[test]
fn a_qualifier_takes_nothing_from_the_bounds_and_only_certainty() {
    for mark in ["?", "~", "%"] {
        let date = edtf(&format!("2021-12-10{mark}"));
        assert_eq!(date.days(), edtf("2021-12-10").days());
        assert!(!date.is_certain() && !date.is_single_day());
    }
    assert!(!edtf("2019~/2021").is_certain());
    assert!(!edtf("[2019,2021?]").is_certain());
    assert!(edtf("201X").is_certain());
}

#[track_caller]
fn check_refused(text: &str, message: &str) {
    let error = Edtf::parse(text).expect_err(text).to_string();
    assert!(error.contains(message), "{text}: {error}");
}

#[test]
fn what_is_refused_is_refused_with_its_reason() {
    check_refused("  ", "empty");
    check_refused("yesterday", "not an EDTF date");
    check_refused("2021-1-1", "not an EDTF date");
    check_refused("20211210", "not an EDTF date");
    check_refused("-0000", "not an EDTF date");
    check_refused("2021/2022/2023", "not an EDTF date");
    check_refused("[2021", "not an EDTF date");
    check_refused("[2021,..2022]", "not an EDTF date");
    check_refused("2021-12-10T10:00:00Z", "keep it as a `datetime`");
    check_refused("2021-12-10T10:00/..", "keep it as a `datetime`");
    check_refused("{2021,2022}", "only one-of sets");
    check_refused("2021?-12", "stands at the end");
    check_refused("1XXX", "unspecified digits");
    check_refused("2X21", "unspecified digits");
    check_refused("201X-12", "unspecified digits");
    check_refused("2021-XX-10", "unspecified digits");
    check_refused("2021-13", "13 is neither a month");
    check_refused("2021-21-01", "21 is neither a month");
    check_refused("2021-25", "25 is neither a month");
    check_refused("2021-02-29", "no day 29");
    check_refused("Y1000000", "from -999,999 to 999,999");
    check_refused("Y99999999999999999999999", "from -999,999 to 999,999");
    check_refused("Y2021", "not an EDTF date");
    check_refused("2022/2021", "ends before it starts");
    check_refused("[2022..2021]", "ends before it starts");
    check_refused("../..", "names no date");
    check_refused("/", "names no date");
    check_refused("[]", "names no date");
    check_refused("[..]", "names no date");
    check_refused("дата", "not an EDTF date");
}

#[test]
fn the_order_goes_by_the_first_day_the_last_day_and_the_text() {
    let sorted =
        ["[..2017-03]", "2017", "2017-03/..", "2021-12-10", "2021-12-10?", "[2021-12-10..2021-12-12]", "2021-12-11"];
    for pair in sorted.windows(2) {
        assert!(edtf(pair[0]) < edtf(pair[1]), "{pair:?}");
    }
    let date = Date::from_ymd(2021, 12, 10).expect("a day");
    assert_eq!(edtf("2021-12-10").cmp_date(date), Ordering::Equal);
    assert_eq!(edtf("2021-12-10?").cmp_date(date), Ordering::Greater);
    assert_eq!(edtf("2021-12").cmp_date(date), Ordering::Less);
    assert_eq!(Edtf::from_date(date), Some(edtf("2021-12-10")));
}

#[test]
fn an_intersection_is_the_same_in_any_order() {
    let meet = |texts: [&str; 2]| {
        let dates = texts.map(|text| Edtf::parse(text).unwrap());
        intersection(&dates).unwrap().map(|date| date.text().to_owned())
    };
    for texts in [["2021?", "2021"], ["2021-12-15", "2021-12-15?"], ["[2021-01-01..2021-12-31]", "2021"]] {
        assert_eq!(meet(texts), meet([texts[1], texts[0]]), "{texts:?}");
    }
    assert_eq!(meet(["2021", "2021?"]).as_deref(), Some("2021?"));
}

#[test]
fn an_intersection_keeps_the_words_of_a_source_that_says_as_much() {
    let of = |texts: &[&str]| {
        let dates: Vec<Edtf> = texts.iter().map(|text| edtf(text)).collect();
        intersection(&dates).unwrap().map(|date| date.text().to_owned())
    };
    assert_eq!(of(&["2021", "2021-12"]).as_deref(), Some("2021-12"));
    assert_eq!(of(&["[..2021-12-20]", "[2021-12-10..]"]).as_deref(), Some("[2021-12-10..2021-12-20]"));
    assert_eq!(of(&["[..2021-12-10]", "[2021-12-10..]"]).as_deref(), Some("2021-12-10"));
    assert_eq!(of(&["../2021-12-10~", "2021-12/.."]).as_deref(), Some("2021-12-01~/2021-12-10~"));
    assert_eq!(of(&["[..2021-12-10?]", "[2021-12-10..]"]).as_deref(), Some("2021-12-10?"));
    assert_eq!(of(&["Y10000/Y10005", "Y10002/Y10009"]).as_deref(), Some("Y10002/Y10005"));
    assert_eq!(of(&["Y10000/Y10005", "Y10005/Y10009"]).as_deref(), Some("Y10005"));
    assert_eq!(of(&["2021", "2022"]), None);
    assert_eq!(of(&[]), None);
}

#[test]
fn an_intersection_keeps_the_gaps_of_sets() {
    let of = |texts: &[&str]| {
        let dates: Vec<Edtf> = texts.iter().map(|text| edtf(text)).collect();
        intersection(&dates).map(|date| date.map(|date| date.text().to_owned()))
    };
    let found = |texts: &[&str]| of(texts).unwrap();
    assert_eq!(found(&["[2019,2021]", "2020"]), None);
    assert_eq!(found(&["[2019,2021]", "[2019..2021]"]).as_deref(), Some("[2019,2021]"));
    assert_eq!(found(&["[2019,2021,2023]", "[2021,2023,2025]"]).as_deref(), Some("[2021,2023]"));
    assert_eq!(found(&["[2019,2021,2023]", "2021-05/.."]).as_deref(), Some("[2021-05-01..2021-12-31,2023]"));
    assert_eq!(
        found(&["[..2019-02-10,2021-03..]", "[..2018,2019-02~,2022..]"]).as_deref(),
        Some("[..2018-12-31~,2019-02-01~..2019-02-10~,2022-01-01~..]")
    );
    assert_eq!(found(&["[2021-12-01,2021-12-05?]", "[2021-12-05..]"]).as_deref(), Some("2021-12-05?"));
    assert_eq!(found(&["[2019,2021]", "2021"]).as_deref(), Some("2021"));
    assert_eq!(found(&["[2019,2020]", "[2019..2020]"]).as_deref(), Some("[2019,2020]"));
    assert_eq!(found(&["[Y10001,Y10003]", "[Y10001..Y10003,Y10005]"]).as_deref(), Some("[Y10001,Y10003]"));
    let error = of(&["9999-24", "[9999-06..]"]).unwrap_err().to_string();
    assert!(error.contains("a day of the year 10000 cannot be written"), "{error}");
}

/// Texts over the first days of 2021, so that many of them overlap.
fn small_text() -> impl Strategy<Value = String> {
    let day = || (1_u8..7).prop_map(|day| format!("2021-01-{day:02}"));
    let ordered = |pair: (String, String)| if pair.0 <= pair.1 { pair } else { (pair.1, pair.0) };
    prop_oneof![
        day(),
        day().prop_map(|day| day + "?"),
        (day(), day()).prop_map(ordered).prop_map(|(from, to)| format!("[{from}..{to}]")),
        (day(), day()).prop_map(ordered).prop_map(|(from, to)| format!("{from}/{to}")),
        (day(), day()).prop_map(|(one, other)| format!("[{one},{other}]")),
    ]
}

fn all_days(date: &Edtf) -> std::ops::RangeInclusive<i64> {
    date.days().earliest..=date.days().latest
}

/// Whether a text, of a set each member by itself, may mean a day.
fn means(text: &str, day: i64) -> bool {
    let member = |text: &str| match text.split_once("..") {
        Some((start, end)) => (edtf(start).days().earliest..=edtf(end).days().latest).contains(&day),
        None => all_days(&edtf(text)).contains(&day),
    };
    text.trim_matches(['[', ']']).split(',').any(member)
}

proptest! {
    #[test]
    fn a_text_reads_back_as_itself(text in small_text()) {
        let date = edtf(&text);
        prop_assert_eq!(edtf(date.text()).days(), date.days());
        prop_assert_eq!(edtf(date.text()), date);
    }

    #[test]
    fn an_intersection_means_the_days_that_all_mean(texts in prop::collection::vec(small_text(), 1..4)) {
        let dates: Vec<Edtf> = texts.iter().map(|text| edtf(text)).collect();
        let shared: Vec<i64> =
            all_days(&dates[0]).filter(|day| dates.iter().all(|date| means(date.text(), *day))).collect();
        let found = intersection(&dates).unwrap();
        let found: Vec<i64> = found.iter().flat_map(|date| all_days(date).filter(|day| means(date.text(), *day))).collect();
        prop_assert_eq!(found, shared);
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,16}|[0-9XY?~%./\\[\\],-]{0,24}") {
        let _ = Edtf::parse(&text);
    }
}
