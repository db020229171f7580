//! Citations of the US Federal Register: `84 FR 54004, 10/9/19`.

use super::dates;
use crate::Edtf;

/// A document by volume and page. They are given in the order of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Citation {
    pub volume: u32,
    pub page: u32,
}

impl Citation {
    /// `84 FR 54004`, or with full stops.
    pub(super) fn read(text: &str) -> Option<Self> {
        let plain = text.replace('.', "");
        let mut words = plain.split_whitespace();
        let (volume, name, page) = (words.next()?, words.next()?, words.next()?);
        if name != "FR" {
            return None;
        }
        let digits = page.split(|letter: char| !letter.is_ascii_digit()).next()?;
        Some(Self { volume: volume.parse().ok()?, page: digits.parse().ok()? })
    }

    pub(super) fn text(self) -> String {
        format!("{} FR {}", self.volume, self.page)
    }
}

/// A citation with its date, as lists print them: `85 FR 83799, 12/23/2020`, `91 FR 35189 (June 10, 2026)`.
pub(super) fn dated(text: &str) -> Option<(Citation, Option<Edtf>)> {
    let citation = Citation::read(text)?;
    let last = text.split_whitespace().last().and_then(|word| dates::read(word.trim_matches(['(', ')'])));
    Some((citation, last.filter(Edtf::is_single_day).or_else(|| dates::find(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_citation_may_have_a_date() {
        let told =
            |text| dated(text).map(|(citation, date)| (citation.text(), date.map(|date| date.text().to_owned())));
        let expected = |citation: &str, date: Option<&str>| Some((citation.to_owned(), date.map(str::to_owned)));
        assert_eq!(told("85 FR 83799, 12/23/2020"), expected("85 FR 83799", Some("2020-12-23")));
        assert_eq!(told("91 FR 35189 (June 10, 2026)"), expected("91 FR 35189", Some("2026-06-10")));
        assert_eq!(told("90 F.R. 48546 12/17/2025"), expected("90 FR 48546", Some("2025-12-17")));
        assert_eq!(told("88 FR 39554"), expected("88 FR 39554", None));
        assert_eq!(told("Vol. 64, No. 82, 04/29/99, Federal Register"), None);
        assert!(Citation::read("84 FR 54004") < Citation::read("85 FR 1"));
    }
}
