//! Strings of a page that begin with, end with or contain a given one.
//!
//! What is looked for is prepared once for a scan; strings are read where they lie. Those of a dictionary are asked once
//! for a page, if there are fewer of them than of its slots.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::super::bitmap::Bitmap;
use super::cells::Cells;
use super::dictionary::Dictionary;
use super::page::{ColumnPage, Items};
use crate::value::{TextTest, Value};

#[derive(Clone, Debug)]
pub(super) struct TextSearch {
    test: TextTest,
    part: Arc<str>,
    finder: Finder<'static>,
}

impl TextSearch {
    pub(super) fn new(test: TextTest, part: Arc<str>) -> Self {
        let finder = Finder::new(part.as_bytes()).into_owned();
        Self { test, part, finder }
    }

    fn holds(&self, text: &str) -> bool {
        match self.test {
            TextTest::StartsWith => text.starts_with(&*self.part),
            TextTest::EndsWith => text.ends_with(&*self.part),
            TextTest::Contains => self.finder.find(text.as_bytes()).is_some(),
        }
    }

    fn holds_for(&self, value: &Value) -> bool {
        matches!(value, Value::String(text) if self.holds(text))
    }

    /// Keeps those of `fits`, all of which have a value on the page, whose values are such strings.
    pub(super) fn narrow(&self, page: &ColumnPage, dictionary: Option<&Dictionary>, fits: &mut Bitmap) {
        match &page.items {
            Items::Constant(cell) => {
                if !self.holds_for(&cell.value(dictionary)) {
                    *fits = Bitmap::default();
                }
            }
            Items::Texts(items) => fits.retain(|offset| self.holds(items.get(page.position(offset)))),
            Items::Codes(items) => {
                let wanted = fits.count();
                let known = dictionary.filter(|dictionary| dictionary.len() <= wanted);
                let holds: Option<Vec<bool>> =
                    known.map(|dictionary| dictionary.texts.iter().map(|text| self.holds(text)).collect());
                match holds {
                    Some(holds) => fits.retain(|offset| holds[items[page.position(offset)] as usize]),
                    None => self.narrow_values(page, dictionary, fits),
                }
            }
            Items::General(_) => self.narrow_values(page, dictionary, fits),
            Items::Booleans(_) | Items::Integers(_) | Items::Floats(_) | Items::Dates(_) => *fits = Bitmap::default(),
        }
    }

    fn narrow_values(&self, page: &ColumnPage, dictionary: Option<&Dictionary>, fits: &mut Bitmap) {
        fits.retain(|offset| self.holds_for(&page.item(page.position(offset), dictionary)));
    }
}
