//! Two names side by side: each word with the one that is most like it, wherever that stands.

use super::alike::{alike, doubt};
use super::forms::is_form;
use super::reading::{Kind, Reading, Word};

/// How two names are alike, from what is certain to what is likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// Letter for letter.
    Exact,
    /// But for case, accents, width and punctuation.
    Folded,
    /// In another script.
    Transliterated,
    /// In another order, or put together otherwise.
    Words,
    /// But for the form of the organisation, titles and small words.
    Form,
    /// All words of one are in the other.
    Part,
    /// Some letters differ.
    Fuzzy,
}

impl How {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            How::Exact => "exact",
            How::Folded => "folded",
            How::Transliterated => "transliterated",
            How::Words => "tokens",
            How::Form => "form",
            How::Part => "part",
            How::Fuzzy => "fuzzy",
        }
    }

    /// What is less certain is worth less, however alike it is.
    const fn most(self) -> f64 {
        match self {
            How::Exact => 1.0,
            How::Folded => 0.99,
            How::Transliterated => 0.98,
            How::Words => 0.97,
            How::Form => 0.96,
            How::Part | How::Fuzzy => 0.95,
        }
    }
}

/// A word of the first name, and the word of the other that it goes with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub text: String,
    pub name: Option<String>,
    /// How alike they are.
    pub alike: f64,
    /// How much is to be doubted that one was written for the other, as a power of ten.
    pub doubt: f64,
}

/// What a comparison has found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compared {
    /// From 0 to 1.
    pub score: f64,
    pub how: How,
    /// Each word of the first name, the word of the other that it goes with, and how alike these are.
    pub pairs: Vec<Told>,
    /// How much is told by words of the name proper that the first name alone has, and that the second one has.
    pub apart: [f64; 2],
    /// How much of what the first name tells is in the second one, from 0 to 1.
    pub told: f64,
    /// Whether they are alike as one word each, more than word by word.
    pub is_in_one: bool,
    /// Whether the second name has all words of the first one side by side, and they tell who is meant.
    pub is_within: bool,
}

/// Compares two names; the score is the same whichever comes first.
pub(crate) fn compare(left: &Reading, right: &Reading) -> Compared {
    let left_words = joined_as(&left.words, &right.words);
    let right_words = joined_as(&right.words, &left.words);
    // Of equally good pairs the first ones are taken, so the names need an order of their own.
    let is_turned = (&right.folded, &right.text) < (&left.folded, &left.text);
    let pairs = if is_turned {
        paired(&right_words, &left_words).into_iter().map(Pair::turned).collect()
    } else {
        paired(&left_words, &right_words)
    };
    let how = how(left, right, &left_words, &right_words, &pairs);
    let by_words = score(&left_words, &right_words, &pairs);
    let in_one = in_one(&left_words, &right_words);
    let score = match how {
        How::Exact | How::Folded | How::Transliterated | How::Words => how.most(),
        How::Form => by_words.min(how.most()),
        How::Part | How::Fuzzy => by_words.max(in_one).min(how.most()),
    };
    let told = left_words.iter().enumerate().map(|(at, word)| {
        let pair = pairs.iter().find(|pair| pair.left == at);
        let (name, alike) = (pair.map(|pair| &right_words[pair.right]), pair.map_or(0.0, |pair| pair.alike));
        let doubt = name.map_or(0.0, |name| doubt(word, name));
        Told { text: word.text.clone(), name: name.map(|name| name.text.clone()), alike, doubt }
    });
    let left_out = |words: &[Word], side: fn(&Pair) -> usize| -> f64 {
        let words = unmatched(words, &pairs, side).into_iter();
        words.filter(|word| word.tells() && !is_form(&word.text)).map(|word| word.weight).sum()
    };
    let apart = [left_out(&left_words, |pair| pair.left), left_out(&right_words, |pair| pair.right)];
    let pairs_told = told.collect();
    let told = share(&left_words, &pairs, |pair| pair.left);
    Compared {
        score,
        how,
        pairs: pairs_told,
        apart,
        told,
        is_in_one: in_one > by_words,
        is_within: is_within(&left.words, &right.words),
    }
}

/// So many words that many are called tell who is meant, if there is no name of its own.
const MANY_GENERIC: usize = 3;

fn is_within(asked: &[Word], name: &[Word]) -> bool {
    let is_same = |some: &[Word]| asked.iter().zip(some).all(|(one, other)| one.text == other.text);
    let tells = asked.iter().any(|word| word.kind == Kind::Name)
        || asked.iter().filter(|word| word.tells()).count() >= MANY_GENERIC;
    tells && name.windows(asked.len()).any(is_same)
}

struct Pair {
    left: usize,
    right: usize,
    alike: f64,
}

impl Pair {
    fn turned(self) -> Self {
        Self { left: self.right, right: self.left, ..self }
    }
}

/// The words, some of them put together where the other name has them as one.
fn joined_as(words: &[Word], other: &[Word]) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let len = (2..=4).rev().find(|len| {
            let Some(some) = words.get(at..at + len) else { return false };
            let letters: usize = some.iter().map(|word| word.text.len()).sum();
            let is_one = |word: &&Word| word.text.len() == letters && is_joined(&word.text, some);
            let is_apart = some.iter().any(|word| other.iter().all(|there| there.text != word.text));
            is_apart && other.iter().any(|word| is_one(&word))
        });
        let some = &words[at..at + len.unwrap_or(1)];
        let mut word = if let [only] = some { only.clone() } else { Word::join(some) };
        if some.len() > 1
            && let Some(there) = other.iter().find(|there| there.text == word.text)
        {
            (word.kind, word.weight) = (there.kind, there.weight);
        }
        joined.push(word);
        at += some.len();
    }
    joined
}

fn is_joined(text: &str, words: &[Word]) -> bool {
    let mut rest = text;
    words.iter().all(|word| match rest.strip_prefix(word.text.as_str()) {
        Some(behind) => {
            rest = behind;
            true
        }
        None => false,
    })
}

/// The best pairs first, each word once.
fn paired(left: &[Word], right: &[Word]) -> Vec<Pair> {
    let mut all: Vec<Pair> = Vec::new();
    let may_abbreviate = !is_of_organisation(left) && !is_of_organisation(right);
    for (at, word) in left.iter().enumerate() {
        for (there, other) in right.iter().enumerate() {
            let alike = alike(word, other);
            let is_abbreviated = (word.kind == Kind::Initial) != (other.kind == Kind::Initial);
            if alike > 0.0 && (may_abbreviate || !is_abbreviated) {
                all.push(Pair { left: at, right: there, alike });
            }
        }
    }
    let worth = |pair: &Pair| pair.alike * (left[pair.left].weight + right[pair.right].weight);
    let apart = |pair: &Pair| pair.left.abs_diff(pair.right);
    all.sort_by(|one, two| {
        let by_alike = two.alike.total_cmp(&one.alike);
        by_alike.then(worth(two).total_cmp(&worth(one))).then(apart(one).cmp(&apart(two)))
    });
    let (mut left_taken, mut right_taken) = (vec![false; left.len()], vec![false; right.len()]);
    all.retain(|pair| {
        let is_free = !left_taken[pair.left] && !right_taken[pair.right];
        if is_free {
            (left_taken[pair.left], right_taken[pair.right]) = (true, true);
        }
        is_free
    });
    all
}

/// Whether some word is none of a person's name. Only people's names are written with initials: in others a letter is no word
/// that begins with it.
fn is_of_organisation(words: &[Word]) -> bool {
    words.iter().any(|word| matches!(word.kind, Kind::Generic | Kind::Number | Kind::Form(_)))
}

/// How much of all that the names tell is in both; a name that is a part of the other one counts for some more.
fn score(left: &[Word], right: &[Word], pairs: &[Pair]) -> f64 {
    let (left_sum, right_sum) = (sum(left), sum(right));
    if left_sum <= 0.0 || right_sum <= 0.0 {
        return 0.0;
    }
    let (left_share, right_share) = (share(left, pairs, |pair| pair.left), share(right, pairs, |pair| pair.right));
    let both = (left_share * left_sum + right_share * right_sum) / (left_sum + right_sum);
    (0.75 * both + 0.25 * left_share.max(right_share)).clamp(0.0, 1.0)
}

/// How much of what a name tells is in the other one.
fn share(words: &[Word], pairs: &[Pair], side: impl Fn(&Pair) -> usize) -> f64 {
    // The sum of nothing would be below zero by its sign.
    let matched = pairs.iter().map(|pair| pair.alike * words[side(pair)].weight).fold(0.0, |sum, part| sum + part);
    let sum = sum(words);
    if sum > 0.0 { matched / sum } else { 0.0 }
}

fn sum(words: &[Word]) -> f64 {
    words.iter().map(|word| word.weight).sum()
}

/// How alike the names are when blanks do not count: the words that only one of them has must be nearly the same in one, and
/// numbers the same.
fn in_one(left: &[Word], right: &[Word]) -> f64 {
    let (left_rest, right_rest) = (rest_of(left, right), rest_of(right, left));
    let is_number = |word: &&Word| word.kind == Kind::Number;
    if left_rest.len() == right_rest.len() || left_rest.iter().chain(&right_rest).any(is_number) {
        return 0.0;
    }
    let joined = |words: &[&Word]| words.iter().map(|word| word.text.as_str()).collect::<String>();
    let (left_rest, right_rest) = (joined(&left_rest), joined(&right_rest));
    let (short, long) = (left_rest.len().min(right_rest.len()), left_rest.len().max(right_rest.len()));
    if short < 5 || 5 * (long - short) > long {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "names have some hundred letters at most")]
    let alike = 1.0 - strsim::osa_distance(&left_rest, &right_rest) as f64 / long as f64;
    if alike >= 0.85 { 0.95 * alike } else { 0.0 }
}

/// The words of the name proper that the other name has not.
fn rest_of<'n>(words: &'n [Word], other: &[Word]) -> Vec<&'n Word> {
    let is_there = |word: &Word| other.iter().any(|there| there.text == word.text);
    words.iter().filter(|word| word.tells() && !is_there(word)).collect()
}

fn how(left: &Reading, right: &Reading, left_words: &[Word], right_words: &[Word], pairs: &[Pair]) -> How {
    if left.text == right.text {
        return How::Exact;
    }
    if left.folded == right.folded && !left.folded.is_empty() {
        return How::Folded;
    }
    if left.words.is_empty() || right.words.is_empty() {
        return How::Fuzzy;
    }
    let is_same =
        |one: &Word, other: &Word| one.text == other.text || (one.kind == other.kind && alike(one, other) >= 1.0);
    let in_order = left.words.len() == right.words.len()
        && left.words.iter().zip(&right.words).all(|(one, other)| is_same(one, other));
    if in_order {
        return if left.is_foreign == right.is_foreign { How::Folded } else { How::Transliterated };
    }
    let left_unmatched = unmatched(left_words, pairs, |pair| pair.left);
    let right_unmatched = unmatched(right_words, pairs, |pair| pair.right);
    let has_all = |unmatched: &[&Word]| !unmatched.iter().any(|word| word.tells());
    let is_sure = pairs.iter().all(|pair| pair.alike >= 1.0 || !left_words[pair.left].tells());
    match () {
        () if is_sure
            && left_unmatched.is_empty()
            && right_unmatched.is_empty()
            && pairs.iter().all(|pair| pair.alike >= 1.0) =>
        {
            if left.is_foreign == right.is_foreign {
                How::Words
            } else {
                How::Transliterated
            }
        }
        () if left.joined == right.joined && !left.joined.is_empty() => How::Form,
        () if is_sure && has_all(&left_unmatched) && has_all(&right_unmatched) => How::Form,
        () if is_sure && (has_all(&left_unmatched) || has_all(&right_unmatched)) => How::Part,
        () => How::Fuzzy,
    }
}

fn unmatched<'w>(words: &'w [Word], pairs: &[Pair], side: impl Fn(&Pair) -> usize) -> Vec<&'w Word> {
    let is_left_out = |at: &usize| !pairs.iter().any(|pair| side(pair) == *at);
    (0..words.len()).filter(is_left_out).map(|at| &words[at]).collect()
}
