use proptest::prelude::*;

use super::*;

fn written(text: &str) -> (String, String) {
    let share = Share::of(&Value::from(text));
    (shown(share.least).to_string(), shown(share.most).to_string())
}

#[test]
fn a_share_is_read_as_sources_write_it() {
    let cases = [
        ("49", "49", "49"),
        ("49.00", "49", "49"),
        ("49,5 %", "49.5", "49.5"),
        ("33.333333333333", "33.333333333333", "33.333333333333"),
        ("0.5", "0.5", "0.5"),
        ("more than 25%", "25", "100"),
        ("over 50 per cent", "50", "100"),
        (">= 25", "25", "100"),
        ("at least 25", "25", "100"),
        ("25+", "25", "100"),
        ("from 25%", "25", "100"),
        ("from 25 to 50", "25", "50"),
        ("50% or more", "50", "100"),
        ("less than 10 %", "0", "10"),
        ("up to 10", "0", "10"),
        ("75-100", "75", "100"),
        ("75 – 100%", "75", "100"),
        ("between 25 and 50", "25", "50"),
        ("25% to 50%", "25", "50"),
        ("more than 25% but not more than 50%", "25", "50"),
        ("25% or more but less than 50%", "25", "50"),
        ("majority", "50", "100"),
        ("minority", "0", "50"),
        ("wholly", "100", "100"),
        ("", "0", "100"),
        ("150", "0", "100"),
        ("100-75", "0", "100"),
        ("some", "0", "100"),
        ("-5", "0", "100"),
        ("49 or so", "0", "100"),
        ("1.2.3", "0", "100"),
        ("NaN", "0", "100"),
        ("25 50", "0", "100"),
        ("99999999999999999999", "0", "100"),
    ];
    for (text, least, most) in cases {
        assert_eq!(written(text), (least.to_owned(), most.to_owned()), "{text:?}");
    }
}

#[test]
fn bounds_that_are_not_reached_count_so() {
    let half = Share::of(&Value::from("more than 50%")).least;
    assert!(half > WHOLE / 2);
    let below = Share::of(&Value::from("less than 50%")).most;
    assert!(below < WHOLE / 2);
    let range = Share::of(&Value::from("more than 25% but less than 50%"));
    assert!(2 * range.least > WHOLE / 2 && range.most < WHOLE / 2);
    let thirds = 3 * Share::of(&Value::from("16.666666666666666666667")).most;
    assert!(thirds >= WHOLE / 2, "more digits than are kept count as both neighbours");
}

#[test]
fn a_text_names_the_bounds_that_it_has() {
    let bounds = |text: &str| {
        let Stated { least, most } = Stated::read(text)?;
        let told = |bound: Option<Bound>, number: fn(Bound) -> f64| bound.map(|bound| (number(bound), bound.is_open));
        Some((told(least, Bound::lower), told(most, Bound::upper)))
    };
    let cases = [
        ("49,5 %", Some((Some((49.5, false)), Some((49.5, false))))),
        ("33.3", Some((Some((33.3, false)), Some((33.3, false))))),
        ("> 25", Some((Some((25.0, true)), None))),
        (">=50", Some((Some((50.0, false)), None))),
        ("less than 5%", Some((None, Some((5.0, true))))),
        ("75% - 100%", Some((Some((75.0, false)), Some((100.0, false))))),
        ("majority", Some((Some((50.0, true)), None))),
        ("16.6666666666666666", Some((Some((16.666_666_666_666, false)), Some((16.666_666_666_667, false))))),
        ("a lot", None),
        ("140", None),
        ("50-10", None),
        ("more than 100", None),
    ];
    for (text, expected) in cases {
        assert_eq!(bounds(text), expected, "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_float_is_what_is_written_of_it(number in prop_oneof![-1.0..101.0, (0_u32..=100_000).prop_map(|number| f64::from(number) / 1_000.0)]) {
        prop_assert_eq!(Share::of(&Value::Float(number)), Share::of(&Value::from(number.to_string().as_str())));
    }

    #[test]
    fn a_whole_number_is_what_is_written_of_it(number in -5_i64..=105) {
        prop_assert_eq!(Share::of(&Value::Integer(number)), Share::of(&Value::from(number.to_string().as_str())));
    }
}
