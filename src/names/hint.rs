//! Where words are looked for that are spelt like another one.
//!
//! Two words between which lies one slip become the same when a letter is left out of one of them, or of each. And most of
//! what a transliteration changes is not heard; of a long word that has several slips, the first letters or the last ones are
//! left as they were. So a word is filed under all of these, each as a number, and what may be meant by a word is what is
//! filed where that would be. Numbers may agree by chance: whoever finds a word compares it.

use super::reading::{JOINED, sound};

/// Shorter words are not misspelt: they are others.
const LEAST_LETTERS: usize = 3;

/// A sound of so few letters is that of too many words.
const LEAST_SOUND: usize = 3;

/// Words with so many letters are filed under so many of the first and the last ones.
const LONG: usize = 8;
const OF_LONG: usize = 5;

/// A name in one word that has more letters is not looked for by its spelling.
const MOST_JOINED: usize = 12;

/// A longer word is looked for by its sound and its ends alone.
const MOST_LETTERS: usize = 20;

/// Under what a word of an index is filed, each once, and is looked for. The numbers are a part of the format of snapshots.
pub(crate) fn hints(word: &str) -> Vec<u32> {
    let is_long = word.starts_with(JOINED) && word.len() > MOST_JOINED;
    let word = word.trim_start_matches(JOINED);
    let letters: Vec<char> = word.chars().collect();
    if is_long || letters.len() < LEAST_LETTERS || word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut hints = vec![number('=', letters.iter())];
    if letters.len() <= MOST_LETTERS {
        let without = |left_out: usize| letters[..left_out].iter().chain(&letters[left_out + 1..]);
        hints.extend((0..letters.len()).map(|left_out| number('=', without(left_out))));
    }
    if letters.len() >= LONG {
        hints.push(number('<', letters[..OF_LONG].iter()));
        hints.push(number('>', letters[letters.len() - OF_LONG..].iter()));
    }
    let sound: Vec<char> = sound(word).chars().collect();
    if sound.len() >= LEAST_SOUND {
        hints.push(number('~', sound.iter()));
    }
    hints.sort_unstable();
    hints.dedup();
    hints
}

/// FNV-1a, of a mark and letters.
fn number<'l>(mark: char, letters: impl Iterator<Item = &'l char>) -> u32 {
    let mix = |number: u32, letter: char| (number ^ u32::from(letter)).wrapping_mul(0x0100_0193);
    letters.fold(mix(0x811C_9DC5, mark), |number, letter| mix(number, *letter))
}
