//! What is asked for on the command line.

const HELP: &str = "\
Measures how operations grow.

  --tables NAMES   some of: sizes, degrees, social (commas between)
  --most N         relationships of the largest graph, a power of ten (1000000)
  --degree N       relationships of the largest hub, a power of ten (1000000)
  --only WORD      operations with this word in their names
  --plans yes      shows the plans of `social`, with the rows of each operator
";

/// What to measure, and how far.
pub(crate) struct Ask {
    pub most: u32,
    pub degree: u32,
    /// Whether plans are shown.
    pub shows_plans: bool,
    only: String,
    tables: String,
}

impl Ask {
    /// What the words say; `None` if they only wanted to be told.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut ask =
            Self { most: 1_000_000, degree: 1_000_000, shows_plans: false, only: String::new(), tables: String::new() };
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("`{word}` wants a value"));
            match word.as_str() {
                "--most" => ask.most = number(&value()),
                "--degree" => ask.degree = number(&value()),
                "--plans" => ask.shows_plans = value() == "yes",
                "--tables" => ask.tables = value(),
                "--only" => ask.only = value(),
                _ => {
                    print!("{HELP}");
                    return None;
                }
            }
        }
        Some(ask)
    }

    pub(crate) fn wants_table(&self, name: &str) -> bool {
        self.tables.is_empty() || self.tables.split(',').any(|table| table == name)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// The powers of ten from `least` to `most`.
pub(crate) fn powers(least: u32, most: u32) -> Vec<u32> {
    std::iter::successors(Some(least), |size| size.checked_mul(10)).take_while(|size| *size <= most).collect()
}
