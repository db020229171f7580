//! Parameters from the command line and from files.

use averment::format::value_from_json;
use averment::{Params, Value};
use serde_json::Value as Json;

use crate::args::AskArgs;
use crate::{Fault, source};

/// The parameters of a command: those of the file, then those that are given one by one.
pub(crate) fn read(ask: &AskArgs) -> Result<Params, Fault> {
    let mut params = match &ask.params {
        Some(file) => from_object(&source::read_file(file)?)?,
        None => Params::new(),
    };
    for param in &ask.param {
        let (name, text) = param.split_once('=').ok_or_else(|| fault(format!("`{param}` is not NAME=VALUE")))?;
        let value = match serde_json::from_str(text) {
            Ok(json) => value_from_json(&json).map_err(|error| fault(format!("`{param}`: {error}")))?,
            Err(_) => Value::from(text),
        };
        params.insert(name, value);
    }
    Ok(params)
}

fn from_object(text: &str) -> Result<Params, Fault> {
    let Ok(Json::Object(entries)) = serde_json::from_str(text) else {
        return Err(fault("a file of parameters is one JSON object".to_owned()));
    };
    let mut params = Params::new();
    for (name, json) in &entries {
        params.insert(name, value_from_json(json).map_err(|error| fault(format!("parameter `{name}`: {error}")))?);
    }
    Ok(params)
}

fn fault(message: String) -> Fault {
    Fault::Input { code: "invalid-parameter", message }
}
