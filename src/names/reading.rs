//! A name as words, each of which knows what it is and how much it tells.

use smallvec::SmallVec;

use super::fold::{bounded, folded, has_signs, is_foreign, latin};
use super::forms::{self, Form};
use super::generic::{is_generic, is_honorific, is_particle, meant};

/// So many words of a name are looked at.
const MAX_WORDS: usize = 24;

/// A longer word is cut here.
const MAX_WORD_LETTERS: usize = 40;

/// A name that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// As it was given, as far as it is looked at.
    pub text: String,
    /// In small letters, without accents.
    pub folded: String,
    /// Whether it had letters that are not Latin.
    pub is_foreign: bool,
    /// Whether some of these are signs for a syllable or a word.
    has_signs: bool,
    pub words: Vec<Word>,
    /// The words that are not forms, honorifics or particles, without blanks between.
    pub joined: String,
}

/// A word of a name, in small Latin letters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub text: String,
    /// As it was written, where another word is meant by it.
    pub written: Option<String>,
    pub kind: Kind,
    /// How much it tells.
    pub weight: f64,
    /// What spellings of one word have in common: its consonants, such as are heard alike made one.
    pub sound: String,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name of its own.
    Name,
    /// What many are called: `Trading`.
    Generic,
    /// One letter.
    Initial,
    Number,
    Particle,
    Honorific,
    Form(Form),
}

impl Reading {
    pub(crate) fn of(text: &str) -> Self {
        let latin = if text.is_ascii() { latin(text) } else { latin(&forms::apart(bounded(text))) };
        let words: Vec<&str> = latin.split(' ').filter(|word| !word.is_empty()).take(MAX_WORDS).collect();
        let words = with_kinds(&words);
        let joined = words.iter().filter(|word| word.tells()).map(|word| word.text.as_str()).collect();
        Self {
            text: bounded(text).to_owned(),
            folded: folded(text),
            is_foreign: is_foreign(text),
            has_signs: has_signs(text),
            words,
            joined,
        }
    }
}

impl Reading {
    /// About so many bytes it holds beside itself.
    pub(crate) fn payload_bytes(&self) -> usize {
        let texts = self.text.len() + self.folded.len() + self.joined.len();
        texts + self.words.iter().map(|word| size_of::<Word>() + 2 * word.text.len()).sum::<usize>()
    }
}

impl Word {
    fn new(text: &str, kind: Kind) -> Self {
        let end = text.char_indices().nth(MAX_WORD_LETTERS).map_or(text.len(), |(end, _)| end);
        let text = &text[..end];
        let sound = if kind == Kind::Name || kind == Kind::Generic { sound(text) } else { String::new() };
        Self { text: text.to_owned(), written: None, kind, weight: weight(text, kind), sound }
    }

    /// Whether it is a part of the name proper.
    pub(crate) fn tells(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::Generic | Kind::Initial | Kind::Number)
    }

    /// Several words as one.
    pub(crate) fn join(words: &[Word]) -> Self {
        let text: String = words.iter().map(|word| word.text.as_str()).collect();
        let kind = match words {
            [only] => only.kind,
            _ => Kind::Name,
        };
        let sum: f64 = words.iter().map(|word| word.weight).sum();
        Self { weight: sum.min(1.5), ..Self::new(&text, kind) }
    }
}

/// The words of a name, forms as one word each. What is all there is is a name, whatever it looks like.
fn with_kinds(words: &[&str]) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        if let Some((len, form)) = forms::at_start(&words[at..], found.is_empty()) {
            found.push(Word::new(&words[at..at + len].join(" "), Kind::Form(form)));
            at += len;
            continue;
        }
        found.push(plain(words[at]));
        at += 1;
    }
    if !found.iter().any(|word| matches!(word.kind, Kind::Name | Kind::Generic | Kind::Number)) {
        return words.iter().map(|word| Word::new(word, Kind::Name)).collect();
    }
    found
}

fn plain(word: &str) -> Word {
    let text = meant(word);
    let kind = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Kind::Number
    } else if is_particle(text) {
        Kind::Particle
    } else if text.chars().nth(1).is_none() {
        Kind::Initial
    } else if is_honorific(text) {
        Kind::Honorific
    } else if is_generic(text) {
        Kind::Generic
    } else {
        Kind::Name
    };
    Word { written: (text != word).then(|| word.to_owned()), ..Word::new(text, kind) }
}

fn weight(text: &str, kind: Kind) -> f64 {
    let by_length = [0.3, 0.3, 0.6, 0.7, 0.8, 0.9];
    match kind {
        Kind::Name => by_length.get(text.chars().count()).copied().unwrap_or(1.0),
        Kind::Generic => 0.4,
        Kind::Number => 0.8,
        Kind::Initial => 0.3,
        Kind::Particle | Kind::Form(_) => 0.12,
        Kind::Honorific => 0.05,
    }
}

/// Consonants, such as are heard alike made one, and a vowel in front.
pub(super) fn sound(text: &str) -> String {
    let mut sound = String::with_capacity(text.len());
    let mut last = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let heard = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' if last.is_none() => 'a',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' => continue,
            'h' if last.is_some() => continue,
            'k' if letters.next_if_eq(&'s').is_some() => 'x',
            'p' if letters.next_if_eq(&'h').is_some() => 'f',
            'c' | 'q' => 'k',
            'w' => 'v',
            'z' => 's',
            other => other,
        };
        if last != Some(heard) {
            sound.push(heard);
            last = Some(heard);
        }
    }
    sound
}

/// What stands before all of a name in one word, where it has several: such words are as many as there are names.
pub(crate) const JOINED: char = '=';

/// The words by which an index has a name, each once: what tells something, and all of it in one. Words that many names
/// have are left out where there are others enough, and signs, of which each is one of few, come in pairs, too.
pub(crate) fn keys(name: &Reading) -> SmallVec<[String; 6]> {
    let own = name.words.iter().filter(|word| matches!(word.kind, Kind::Name | Kind::Number)).count();
    let is_key = |word: &&Word| match word.kind {
        Kind::Name | Kind::Number => true,
        Kind::Generic => own < 2,
        Kind::Initial | Kind::Particle | Kind::Honorific | Kind::Form(_) => false,
    };
    let mut keys: SmallVec<[String; 6]> = name.words.iter().filter(is_key).map(|word| word.text.clone()).collect();
    let told: SmallVec<[&str; 8]> =
        name.words.iter().filter(|word| word.tells()).map(|word| word.text.as_str()).collect();
    if name.has_signs {
        keys.extend(told.windows(2).map(<[&str]>::concat));
    }
    let end = name.joined.char_indices().nth(2 * MAX_WORD_LETTERS).map_or(name.joined.len(), |(end, _)| end);
    match told.len() {
        0 => {}
        1 => keys.push(name.joined[..end].to_owned()),
        _ => keys.push(format!("{JOINED}{}", &name.joined[..end])),
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}
