//! What is asked for on the command line.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::engine::{Engine, Failure};
use crate::{engines, measure};

const HELP: &str = "\
Measures Averment beside other stores on one disk.

  --only NAMES       some of: commits, threads, buffered, open, size, lookups, readers, invariant (commas between)
  --engines NAMES    some of: averment, SQLite, and DuckDB where it was built with it (with commas between)
  --folder PATH      where the databases lie; the default is below this crate's `target`
  --rounds N         turns of each engine (5)
  --seconds N        how long each turn of commits takes (2)
  --long-seconds N   how long each engine's readers are watched beside a writer (15)
  --scale N          divides the graph of 1,000,000 nodes and 5,000,000 relationships by N (1)
";

/// What to measure, and how long.
pub(crate) struct Ask {
    only: Vec<String>,
    /// In the order of their turns.
    pub engines: Vec<&'static dyn Engine>,
    pub folder: PathBuf,
    pub rounds: usize,
    pub turn: Duration,
    pub long: Duration,
    pub scale: u32,
}

impl Ask {
    /// What the words say; `None` if they only wanted to be told.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/databases"));
        let (turn, long) = (Duration::from_secs(2), Duration::from_secs(15));
        let mut ask =
            Self { only: Vec::new(), engines: engines::ALL.to_vec(), folder, rounds: 5, turn, long, scale: 1 };
        while let Some(word) = words.next() {
            if word == "--help" {
                print!("{HELP}");
                return Ok(None);
            }
            let value = words.next().ok_or_else(|| format!("`{word}` wants a value"))?;
            ask.set(&word, &value)?;
        }
        fs::create_dir_all(&ask.folder)?;
        Ok(Some(ask))
    }

    fn set(&mut self, word: &str, value: &str) -> Result<(), Failure> {
        match word {
            "--only" => self.only = known_names(value)?,
            "--engines" => self.engines = value.split(',').map(engines::named).collect::<Result<_, _>>()?,
            "--folder" => self.folder = PathBuf::from(value),
            "--rounds" => self.rounds = positive(word, value)?,
            "--seconds" => self.turn = Duration::from_secs(positive(word, value)? as u64),
            "--long-seconds" => self.long = Duration::from_secs(positive(word, value)? as u64),
            "--scale" => self.scale = u32::try_from(positive(word, value)?)?,
            _ => return Err(format!("`{word}` is not known: see --help").into()),
        }
        Ok(())
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn known_names(value: &str) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = value.split(',').map(str::to_owned).collect();
    let unknown = names.iter().find(|name| measure::ALL.iter().all(|(known, _)| known != name));
    unknown.map_or(Ok(()), |name| Err(format!("there is no measurement `{name}`: see --help")))?;
    Ok(names)
}

fn positive(word: &str, value: &str) -> Result<usize, Failure> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{word}` wants a whole number above 0, not `{value}`").into())
}
