//! How alike two words are.

use super::reading::{Kind, Word, sound};

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
        (Kind::Name | Kind::Generic, Kind::Name | Kind::Generic) => {
            let meant = spelt((&left.text, || left.sound.as_str()), (&right.text, || right.sound.as_str()));
            meant.max(as_written(left, right))
        }
        (Kind::Name, Kind::Form(_)) => of_form(&left.text, &right.text),
        (Kind::Form(_), Kind::Name) => of_form(&right.text, &left.text),
        (Kind::Initial | Kind::Number | Kind::Particle | Kind::Honorific | Kind::Form(_), _)
        | (_, Kind::Initial | Kind::Number | Kind::Particle | Kind::Honorific | Kind::Form(_)) => 0.0,
    }
}

/// How alike the words are as they stand, where other ones are meant: `Tecnologies` is not far from `Technologies`.
fn as_written(left: &Word, right: &Word) -> f64 {
    if left.written.is_none() && right.written.is_none() {
        return 0.0;
    }
    let (left, right) = (written(left), written(right));
    spelt((left, || sound(left)), (right, || sound(right)))
}

fn written(word: &Word) -> &str {
    word.written.as_deref().unwrap_or(&word.text)
}

/// Whether a word is one of a form, but for a slip.
fn of_form(word: &str, form: &str) -> f64 {
    let is_one = |other: &str| other.len() >= LONG_FORM && strsim::osa_distance(word, other) == 1;
    if word.len() >= LONG_FORM && form.split(' ').any(is_one) { 0.9 } else { 0.0 }
}

/// A shorter word of a form, misspelt, is another word.
const LONG_FORM: usize = 6;

/// How alike a word of a name is to a word of an index, of which no more is known.
pub(crate) fn alike_to(word: &Word, text: &str) -> f64 {
    if word.text == text {
        return 1.0;
    }
    match word.kind {
        Kind::Name | Kind::Generic => spelt((&word.text, || word.sound.as_str()), (text, || sound(text))),
        _ => 0.0,
    }
}

/// The texts, and what gives the sound of each: most words differ in too many letters to be worth listening to.
fn spelt<L: AsRef<str>, R: AsRef<str>>(left: (&str, impl Fn() -> L), right: (&str, impl Fn() -> R)) -> f64 {
    let ((left, left_sound), (right, right_sound)) = (left, right);
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    let (apart, distinct) = (longer - shorter, distinct_letters(left, right));
    let can_be = |allowed: usize| apart <= allowed && distinct <= 2 * allowed;
    let is_one_sound = || {
        let (left, right) = (left_sound(), right_sound());
        left.as_ref() == right.as_ref() && left.as_ref().len() > 2
    };
    let is_one_sound = can_be(longer / 2) && is_one_sound();
    let allowed = if is_one_sound { longer / 2 } else { slips(longer) };
    if !can_be(allowed) {
        return if is_cut(left, right) { CUT } else { 0.0 };
    }
    let edits = strsim::osa_distance(left, right);
    #[expect(clippy::cast_precision_loss, reason = "words have forty letters at most")]
    let share = 1.0 - edits as f64 / longer as f64;
    match () {
        () if edits <= allowed && is_one_sound => share + 0.6 * (1.0 - share),
        () if edits <= allowed => share,
        () if is_cut(left, right) => CUT,
        () => 0.0,
    }
}

/// How alike a word is to one that begins with it.
const CUT: f64 = 0.75;

/// How much is to be doubted that who means one word writes the other one, as a power of ten: one slip happens easily, more
/// of them in long words only.
pub(super) fn doubt(left: &Word, right: &Word) -> f64 {
    if left.text == right.text || matches!(left.kind, Kind::Form(_)) || matches!(right.kind, Kind::Form(_)) {
        return 0.0;
    }
    let meant = doubt_of(&left.text, &right.text);
    if left.written.is_none() && right.written.is_none() {
        meant
    } else {
        meant.min(doubt_of(written(left), written(right)))
    }
}

fn doubt_of(left: &str, right: &str) -> f64 {
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    if shorter == 1 {
        return 0.5;
    }
    if is_cut(left, right) {
        return 1.0;
    }
    let edits = strsim::osa_distance(&plain(left), &plain(right)).min(strsim::osa_distance(left, right));
    #[expect(clippy::cast_precision_loss, reason = "words have forty letters at most")]
    let further = edits.saturating_sub(1) as f64 * (8.0 / longer as f64).min(1.0);
    0.3 + 2.6 * further
}

/// A word without what the ways differ in by which one name is brought into Latin letters.
fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            'y' | 'j' => 'i',
            'w' => 'v',
            'q' | 'c' => 'k',
            'k' if letters.next_if_eq(&'s').is_some() => 'x',
            'p' if letters.next_if_eq(&'h').is_some() => 'f',
            'o' if letters.next_if_eq(&'u').is_some() => 'u',
            'h' if !plain.is_empty() => continue,
            other => other,
        };
        if !plain.ends_with(letter) {
            plain.push(letter);
        }
    }
    plain
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
fn is_cut(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
    short.len() >= 4 && long.starts_with(short)
}

/// By how many letters, wherever they stand, two words differ at least: a quick bound for what no edits can mend.
fn distinct_letters(left: &str, right: &str) -> usize {
    let mut counts = [0_i8; 32];
    left.bytes().for_each(|byte| counts[usize::from(byte & 31)] += 1);
    right.bytes().for_each(|byte| counts[usize::from(byte & 31)] -= 1);
    counts.iter().map(|count| usize::from(count.unsigned_abs())).sum()
}
