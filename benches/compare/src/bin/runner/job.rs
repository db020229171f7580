//! What one phase is to do.

use std::fs;
use std::path::{Path, PathBuf};

use averment::{Database, Durability, Params, Prepared, Value, format::value_from_json};
use serde_json::Value as Json;

use crate::Failure;
use crate::workload::Workload;

pub(crate) struct Job {
    pub workload: Workload,
    /// The folder of the database.
    pub database: PathBuf,
    argument: Json,
    /// For each query what it is asked with, one after the other.
    params: Json,
}

impl Job {
    pub(crate) fn read(workload: &str, database: &str, argument: &str) -> Result<Self, Failure> {
        let folder = Path::new(workload);
        let argument: Json = serde_json::from_str(argument)?;
        let params = serde_json::from_str(&fs::read_to_string(folder.join("params.json"))?)?;
        let workload = Workload::read(folder, &argument)?;
        Ok(Self { workload, database: PathBuf::from(database), argument, params })
    }

    pub(crate) fn open(&self, durability: Durability) -> Result<Database, Failure> {
        Ok(Database::options().durability(durability).threads(self.threads()?).open(&self.database)?)
    }

    /// How many threads may work on a statement: as the argument says, or the surroundings, as to all engines. One unless
    /// they do.
    fn threads(&self) -> Result<usize, Failure> {
        if let Some(count) = self.number("threads") {
            return Ok(usize::try_from(count)?);
        }
        Ok(std::env::var("BENCH_THREADS").ok().map_or(Ok(1), |count| count.parse())?)
    }

    pub(crate) fn prepare(&self, db: &Database, query: &str) -> Result<Prepared, Failure> {
        let text = self.argument["cypher"][query].as_str();
        let text = text.ok_or_else(|| format!("there is no text for `{query}`"))?;
        Ok(db.prepare(text)?)
    }

    pub(crate) fn params(&self, query: &str) -> Result<Vec<Params>, Failure> {
        let list = self.params[query].as_array().ok_or_else(|| format!("there are no parameters for `{query}`"))?;
        list.iter().map(params_of).collect()
    }

    /// Why a query is not asked, if it is not.
    pub(crate) fn unsupported(&self, query: &str) -> Option<&str> {
        self.argument["unsupported"][query].as_str()
    }

    /// The queries to ask: those of the argument, or all that have a text.
    pub(crate) fn queries(&self) -> Vec<&str> {
        let all = || self.argument["cypher"].as_object().map(|texts| texts.keys().map(String::as_str).collect());
        let asked = self.argument["queries"].as_array();
        let asked = asked.map(|names| names.iter().filter_map(Json::as_str).collect());
        asked.or_else(all).unwrap_or_default()
    }

    /// How often all parameters are asked, once they are warm.
    pub(crate) fn repetitions(&self) -> usize {
        self.number("reps").map_or(5, |count| usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// A pass that takes longer goes no further.
    pub(crate) fn budget_seconds(&self) -> f64 {
        self.argument["budget"].as_f64().unwrap_or(5.0)
    }

    pub(crate) fn word(&self, name: &str) -> Result<&str, Failure> {
        self.argument[name].as_str().ok_or_else(|| format!("the argument has no text `{name}`").into())
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.argument[name].as_u64()
    }
}

fn params_of(json: &Json) -> Result<Params, Failure> {
    let object = json.as_object().ok_or("parameters have to be an object")?;
    let pairs = object.iter().map(|(name, json)| Ok((name, value_from_json(json)?)));
    Ok(pairs.collect::<Result<Vec<(&String, Value)>, Failure>>()?.into_iter().collect())
}
