//! Names of people, organisations and ships as texts: which of them may be the same, how nearly, and why.
//!
//! A text is [read](Reading) once: folded (case, accents, width, punctuation), brought into Latin letters, and taken apart
//! into words that know how much they tell: `Kaspersky` more than `Trading`, and `Trading` more than `Ltd.`. Two readings
//! are [compared](compare) word by word, whatever their order. [`keys`] are the words by which an index has a name, and [`hints`] what it has beside
//! them so that words that are spelt alike are found.
//!
//! Nothing here knows of graphs: whoever has names compares them here.

mod alike;
mod compare;
mod fold;
mod forms;
mod generic;
mod hint;
mod reading;
#[cfg(test)]
mod tests;

pub(crate) use alike::alike_to;
pub(crate) use compare::{Compared, How, Told, compare};
pub(crate) use hint::hints;
pub(crate) use reading::{JOINED, Kind, Reading, Word, keys};
