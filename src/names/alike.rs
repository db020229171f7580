//! How alike two words are.

use super::reading::{Kind, Word};

/// From 0 to 1. What differs in more letters than a slip or a transliteration would change is not alike at all.
pub(crate) fn alike(left: &Word, right: &Word) -> f64 {
    if left.text == right.text {
        return 1.0;
    }
    match (left.kind, right.kind) {
        (Kind::Form(left), Kind::Form(right)) => {
            if left == right {
                1.0
            } else {
                0.5
            }
        }
        (Kind::Initial, Kind::Name) | (Kind::Name, Kind::Initial) => {
            if left.text.chars().next() == right.text.chars().next() { 0.8 } else { 0.0 }
        }
        (Kind::Name | Kind::Generic, Kind::Name | Kind::Generic) => spelt(left, right),
        (Kind::Initial | Kind::Number | Kind::Particle | Kind::Honorific | Kind::Form(_), _)
        | (_, Kind::Initial | Kind::Number | Kind::Particle | Kind::Honorific | Kind::Form(_)) => 0.0,
    }
}

fn spelt(left: &Word, right: &Word) -> f64 {
    let (left_len, right_len) = (left.text.len(), right.text.len());
    let (shorter, longer) = (left_len.min(right_len), left_len.max(right_len));
    let is_one_sound = left.sound == right.sound && left.sound.len() > 2;
    let allowed = if is_one_sound { longer / 2 } else { slips(longer) };
    if longer - shorter > allowed || distinct_letters(&left.text, &right.text) > 2 * allowed {
        return if is_cut(left, right) { 0.75 } else { 0.0 };
    }
    let edits = strsim::osa_distance(&left.text, &right.text);
    #[expect(clippy::cast_precision_loss, reason = "words have forty letters at most")]
    let share = 1.0 - edits as f64 / longer as f64;
    match () {
        () if edits <= allowed && is_one_sound => share + 0.6 * (1.0 - share),
        () if edits <= allowed => share,
        () if is_cut(left, right) => 0.75,
        () => 0.0,
    }
}

/// How many letters may be wrong.
fn slips(len: usize) -> usize {
    match len {
        0..=3 => 0,
        4..=6 => 1,
        7..=9 => 2,
        _ => 3,
    }
}

/// Whether one is the beginning of the other, as abbreviations are.
fn is_cut(left: &Word, right: &Word) -> bool {
    let (short, long) =
        if left.text.len() < right.text.len() { (&left.text, &right.text) } else { (&right.text, &left.text) };
    short.len() >= 4 && long.starts_with(short.as_str())
}

/// By how many letters, wherever they stand, two words differ at least: a quick bound for what no edits can mend.
fn distinct_letters(left: &str, right: &str) -> usize {
    let mut counts = [0_i8; 32];
    left.bytes().for_each(|byte| counts[usize::from(byte & 31)] += 1);
    right.bytes().for_each(|byte| counts[usize::from(byte & 31)] -= 1);
    counts.iter().map(|count| usize::from(count.unsigned_abs())).sum()
}
