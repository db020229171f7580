//! What is a surprise in a list of so many names: how many of them have the words of the name that was asked for, or words
//! that are spelt like these.
//!
//! Two names are alike by chance as often as a list has words for it. So what speaks for a name is weighed as records are
//! linked (Fellegi and Sunter): by the number of names that would be expected to be as much like what was asked if none of
//! them was meant (`chance`), and by how likely it is that who means a name writes it so (`doubt`). Both are powers of ten.

use crate::names::{Compared, How, Kind, Told, Word};

/// What the numbers of those who have a word say is trusted less where they are few.
const FEW: f64 = 5.0;

/// No further word is a larger surprise, as words of a name seldom come alone; of what many are called an index does not know
/// how many are.
const LEAST_SHARE: f64 = 0.02;
const LEAST_GENERIC: f64 = 0.08;

/// Of so many names one has a word that begins with the letter that stands for one.
const INITIALS: f64 = 15.0;

/// How much is to be doubted if what was asked has words that a name lacks, and if each has words that the other one lacks.
const DOUBT_IF_MORE: f64 = 1.2;
const DOUBT_IF_OTHERS: f64 = 2.5;

/// Up to here nothing is taken off a score, and beyond so much for each power of ten, down to the least share of it.
const BORNE: f64 = 0.6;
const TAKEN_OFF: f64 = 0.5;
const LEAST_LEFT: f64 = 0.5;

/// So much of a score goes off for a word that what was asked has and a name lacks: who means a name leaves words out sooner than
/// that they add some.
const ADDED: f64 = 0.12;

/// Who asks for a part of a name means all that have it, whole and side by side: at least so much is left, and so much more of
/// how alike the names are.
const LEAST_WITHIN: f64 = 0.75;
const MORE_WITHIN: f64 = 0.1;

/// A word that was looked for.
#[derive(Debug)]
pub(super) struct Counted {
    pub word: Word,
    /// How many have words that are so much like it.
    pub holders: Vec<(f64, usize)>,
    /// How many have it and the next word, too.
    pub with_next: Option<usize>,
}

/// How many names have the words of one, in their order.
#[derive(Debug, Default)]
pub(super) struct Crowd(pub Vec<Counted>);

/// A word that both names have.
struct Met {
    at: usize,
    is_same: bool,
    /// How many names have a word that is as much like it, beside the one that is looked at.
    others: f64,
    /// Of how many it is taken to be so at least, as a share of all.
    least: f64,
    doubt: f64,
}

impl Crowd {
    /// What is left of the score of a name among so many, of which `rivals` have as much of what was asked.
    pub(super) fn judged(&self, compared: &Compared, names: usize, rivals: usize) -> f64 {
        if compared.is_in_one || !matches!(compared.how, How::Part | How::Fuzzy) {
            return compared.score;
        }
        let least = if compared.is_within { LEAST_WITHIN + MORE_WITHIN * compared.score } else { 0.0 };
        self.surprise(compared, names, rivals).max(least)
    }

    /// What is left of a score if nobody is meant but by chance.
    fn surprise(&self, compared: &Compared, names: usize, rivals: usize) -> f64 {
        let met = self.met(compared, real(names));
        let doubt: f64 = met.iter().map(|met| met.doubt).sum();
        let [more, others] = compared.apart;
        let apart = if more > 0.0 && others > 0.0 { DOUBT_IF_OTHERS } else { DOUBT_IF_MORE * more.min(1.0) };
        let chance = self.chance(&met, real(names)).max(real(rivals).log10());
        let beyond = (chance + doubt + apart - BORNE).max(0.0);
        compared.score * (1.0 - ADDED * more.min(1.0)) * (1.0 - TAKEN_OFF * beyond).max(LEAST_LEFT)
    }

    /// How many of so many names would have as much of what was asked if none of them was meant.
    fn chance(&self, met: &[Met], names: f64) -> f64 {
        let share = |met: &Met| (met.others / names).min(1.0);
        let rarest = met.iter().min_by(|one, other| one.others.total_cmp(&other.others));
        let Some(rarest) = rarest else { return names.log10() };
        let others = met.iter().filter(|other| other.at != rarest.at).map(|other| {
            let beside = if other.at > rarest.at { other.at - 1 } else { other.at + 1 };
            let beside = met.iter().find(|met| met.at == beside && met.is_same && other.is_same);
            let share = share(other);
            let along = beside.map_or(share, |beside| self.along(beside, other, share));
            share.max(along).max(other.least).log10()
        });
        share(rarest).log10() + names.log10() + others.sum::<f64>()
    }

    /// The share of those with one word that have the one beside it, too: words that come along are one surprise.
    fn along(&self, one: &Met, beside: &Met, share: f64) -> f64 {
        let both = self.0[one.at.min(beside.at)].with_next.map_or(0.0, |both| real(both.saturating_sub(1)));
        ((both + FEW * share) / (one.others + FEW)).min(1.0)
    }

    /// The words that both names have, each once.
    fn met(&self, compared: &Compared, names: f64) -> Vec<Met> {
        let mut met: Vec<Met> = Vec::new();
        for Told { text, name, alike, doubt } in &compared.pairs {
            let at = self.0.iter().position(|counted| counted.word.text == *text);
            if let (Some(at), Some(name)) = (at, name)
                && met.iter().all(|met| met.at != at)
            {
                let counted = self.0[at].holders.iter().filter(|(found, _)| *found >= alike - 1e-9);
                let holders: usize = counted.map(|(_, holders)| holders).sum();
                let is_initial = name.chars().nth(1).is_none();
                let least = if is_initial { names / INITIALS } else { nobody(text) };
                let others = real(holders.saturating_sub(1)).max(least);
                let least = if self.0[at].word.kind == Kind::Generic { LEAST_GENERIC } else { LEAST_SHARE };
                met.push(Met { at, is_same: *alike >= 1.0, others, least, doubt: *doubt });
            }
        }
        met
    }
}

/// What is expected of a word that nobody else has: a long one is still less likely to come by chance.
fn nobody(word: &str) -> f64 {
    0.5 * (6.0 / real(word.chars().count())).min(1.0).powi(2)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of names and letters are far below 2^52")]
fn real(number: usize) -> f64 {
    number as f64
}
