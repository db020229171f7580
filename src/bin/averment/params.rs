//! Parameters from the command line and from files.

use averment::format::{DecodeError, json_from_str, value_from_json};
use averment::{Params, Value};
use serde::de::IgnoredAny;
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
        params.insert(name, value(text).map_err(|error| fault(format!("`{param}`: {error}")))?);
    }
    Ok(params)
}

/// JSON, or else text; what is JSON and no value is a fault.
fn value(text: &str) -> Result<Value, DecodeError> {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Ok(Value::from(text));
    }
    value_from_json(&json_from_str(text)?)
}

fn from_object(text: &str) -> Result<Params, Fault> {
    const FORM: &str = "a file of parameters is one JSON object";
    let json = json_from_str(text).map_err(|error| fault(format!("{FORM}: {error}")))?;
    let Json::Object(entries) = json else { return Err(fault(FORM.to_owned())) };
    let mut params = Params::new();
    for (name, json) in &entries {
        params.insert(name, value_from_json(json).map_err(|error| fault(format!("parameter `{name}`: {error}")))?);
    }
    Ok(params)
}

fn fault(message: String) -> Fault {
    Fault::Input { code: "invalid-parameter", message }
}
