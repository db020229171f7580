//! Letters: what is the same letter in other clothes, and letters of other scripts as Latin ones.

use crate::value::NormalForm;

/// So many letters of a text are looked at: no name is longer, and the work grows by the square.
pub(super) const MAX_LETTERS: usize = 240;

/// The text in small letters without accents, punctuation and width, one blank between words.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return spaced(bounded(text).chars().map(|letter| letter.to_ascii_lowercase()));
    }
    let decomposed = NormalForm::Nfkd.of(bounded(text));
    let plain = decomposed.chars().filter(|letter| !is_accent(*letter)).flat_map(char::to_lowercase);
    spaced(plain)
}

/// The text in small Latin letters, as far as there are such for it; one blank between words. Punctuation divides words, but
/// for the apostrophe.
pub(super) fn latin(text: &str) -> String {
    if text.is_ascii() {
        let letters = bounded(text).chars().filter(|letter| *letter != '\'');
        return spaced(letters.map(|letter| letter.to_ascii_lowercase()));
    }
    let composed = NormalForm::Nfkc.of(bounded(text));
    let letters: Vec<char> = composed.chars().take(2 * MAX_LETTERS).collect();
    let mut latin = String::with_capacity(composed.len());
    for at in 0..letters.len() {
        push_latin(&mut latin, &letters, at);
    }
    spaced(latin.chars().filter(|letter| *letter != '\'').flat_map(char::to_lowercase))
}

/// Whether a text has letters that are not Latin.
pub(super) fn is_foreign(text: &str) -> bool {
    let is_latin =
        |letter: char| matches!(letter, '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{FF00}'..='\u{FF5E}');
    bounded(text).chars().any(|letter| letter.is_alphabetic() && !is_latin(letter))
}

/// Whether a text has signs of Han.
pub(super) fn has_signs(text: &str) -> bool {
    bounded(text).chars().any(|letter| matches!(letter, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}'))
}

/// As much of a text as is looked at.
pub(super) fn bounded(text: &str) -> &str {
    text.char_indices().nth(MAX_LETTERS).map_or(text, |(end, _)| &text[..end])
}

/// Accents of Latin, Greek and Cyrillic letters, and the vowel signs of Arabic and Hebrew. Those of other scripts are letters.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

fn spaced(letters: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    let mut is_apart = false;
    for letter in letters {
        if letter.is_alphanumeric() {
            if is_apart && !text.is_empty() {
                text.push(' ');
            }
            text.push(letter);
            is_apart = false;
        } else if letter == '&' || letter == '+' {
            text.push_str(if text.is_empty() { "and" } else { " and" });
            is_apart = true;
        } else {
            is_apart = true;
        }
    }
    text
}

/// Appends what stands for a letter. Arabic is written without most vowels: what there is of them is kept, and its
/// article is a word.
fn push_latin(latin: &mut String, letters: &[char], at: usize) {
    let is_first = at == 0 || !letters[at - 1].is_alphabetic();
    let is_article = is_first && letters[at..].starts_with(&[ALEF, LAM]) && letters.get(at + 2).is_some();
    match letters[at] {
        letter if letter.is_ascii() => latin.push(letter),
        ALEF if is_article => latin.push('a'),
        LAM if at == 1 && letters[0] == ALEF => latin.push_str("l "),
        LAM if at > 1 && letters[at - 1] == ALEF && !letters[at - 2].is_alphabetic() => latin.push_str("l "),
        ALEF | '\u{622}' | '\u{623}' | '\u{649}' | '\u{629}' => latin.push('a'),
        '\u{625}' => latin.push('i'),
        '\u{624}' => latin.push('u'),
        '\u{2018}' | '\u{2019}' | '\u{2BC}' | '\u{2B9}' => latin.push('\''),
        // Signs that Slavic alphabets write where nothing is heard.
        'ь' | 'ъ' | 'Ь' | 'Ъ' => {}
        'ё' => latin.push('e'),
        'Ё' => latin.push('E'),
        letter if is_accent(letter) => {}
        letter => match deunicode::deunicode_char(letter) {
            Some(text) => latin.push_str(text),
            None if letter.is_alphanumeric() => latin.push(letter),
            None => latin.push(' '),
        },
    }
}

const ALEF: char = '\u{627}';
const LAM: char = '\u{644}';
