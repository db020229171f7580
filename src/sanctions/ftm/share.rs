//! Shares as sources write them: `49`, `more than 25%`, `75-100`. The text stays; these are its bounds.

/// The least and the most that a text says, each with whether it is left out itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Share {
    pub min: Option<f64>,
    pub min_open: bool,
    pub max: Option<f64>,
    pub max_open: bool,
}

/// Words, and whether they bound from below, and whether the number itself is left out.
const BOUNDS: [(&str, bool, bool); 14] = [
    ("more than", true, true),
    ("greater than", true, true),
    ("over", true, true),
    (">=", true, false),
    (">", true, true),
    ("at least", true, false),
    ("from", true, false),
    ("less than", false, true),
    ("under", false, true),
    ("<=", false, false),
    ("<", false, true),
    ("at most", false, false),
    ("up to", false, false),
    ("not more than", false, false),
];

/// `None` where the text gives no number that is a share.
pub(super) fn read(text: &str) -> Option<Share> {
    let plain = text.trim().to_lowercase().replace(['%', '\u{2013}'], "-").replace(" percent", "");
    let plain = plain.trim_end_matches('-').replace("- ", "-").replace(" -", "-").replace("--", "-");
    let plain = plain.trim();
    let bounds = BOUNDS.iter().filter(|(word, ..)| plain.starts_with(word));
    if let Some((word, is_min, is_open)) = bounds.max_by_key(|(word, ..)| word.len()) {
        let number = Some(number(&plain[word.len()..])?);
        return Some(if *is_min {
            Share { min: number, min_open: *is_open, ..Share::default() }
        } else {
            Share { max: number, max_open: *is_open, ..Share::default() }
        });
    }
    let (min, max) = match plain.split_once('-').or_else(|| plain.split_once(" to ")) {
        Some((min, max)) => (number(min)?, number(max)?),
        None => (number(plain)?, number(plain)?),
    };
    (min <= max).then_some(Share { min: Some(min), max: Some(max), ..Share::default() })
}

/// From 0 to 100; a comma may stand for the point.
fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().replace(',', ".").parse().ok()?;
    (0.0..=100.0).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_out_of_free_text() {
        let exact = |number| Some(Share { min: Some(number), max: Some(number), ..Share::default() });
        assert_eq!(
            (read("49"), read("49.00"), read("49,5 %"), read("100%")),
            (exact(49.0), exact(49.0), exact(49.5), exact(100.0))
        );
        let more = Some(Share { min: Some(25.0), min_open: true, ..Share::default() });
        assert_eq!((read("more than 25%"), read("> 25")), (more, more));
        assert_eq!(read(">=50"), Some(Share { min: Some(50.0), ..Share::default() }));
        let range = Some(Share { min: Some(75.0), max: Some(100.0), ..Share::default() });
        assert_eq!((read("75-100"), read("75% - 100%"), read("75 to 100")), (range, range, range));
        assert_eq!(read("less than 5%"), Some(Share { max: Some(5.0), max_open: true, ..Share::default() }));
        assert_eq!([read(""), read("majority"), read("140"), read("50-10"), read("NaN")], [None; 5]);
    }
}
