//! The commands of the REPL: what begins with `:`.

use averment::Value;
use averment::editing::nearest;
use clap::ValueEnum;

use super::obey::Then;
use crate::args::{self, Format};
use crate::session::{Existing, Session};
use crate::{Fault, LOG, SCHEMA, output};

/// The commits that `:log` lists.
const COMMITS_SHOWN: u32 = 20;

/// One command.
pub(super) struct Command {
    /// Without the colon; the first is the one that is shown.
    pub names: &'static [&'static str],
    /// What stands behind it.
    pub argument: &'static str,
    pub summary: &'static str,
    run: fn(&mut Session, &str) -> Result<Then, Fault>,
}

pub(super) const COMMANDS: &[Command] = &[
    Command { names: &["help", "h", "?"], argument: "", summary: "this page", run: help },
    Command { names: &["schema"], argument: "", summary: "labels, keys, and what joins what", run: schema },
    Command {
        names: &["param", "params"],
        argument: "[NAME => EXPRESSION]",
        summary: "sets $NAME; alone: lists the parameters",
        run: param,
    },
    Command {
        names: &["source"],
        argument: "FILE",
        summary: "runs a script, or adds a graph in .jsonl",
        run: |session, file| say(session.source(wanted(file, "a file")?)?),
    },
    Command {
        names: &["format"],
        argument: "[NAME]",
        summary: "table, vertical, csv, json, jsonl, markdown",
        run: format,
    },
    Command { names: &["rows"], argument: "[COUNT|all]", summary: "how many rows of an answer are shown", run: rows },
    Command {
        names: &["reasons"],
        argument: "[COUNT|all]",
        summary: "how many reasons of WHY a row shows",
        run: reasons,
    },
    Command {
        names: &["explain"],
        argument: "STATEMENT",
        summary: "the plan of a statement",
        run: |session, text| statement(session, "EXPLAIN", text),
    },
    Command {
        names: &["profile"],
        argument: "STATEMENT",
        summary: "runs it; rows and time of each step",
        run: |session, text| statement(session, "PROFILE", text),
    },
    Command {
        names: &["begin"],
        argument: "['MESSAGE']",
        summary: "holds the statements up to :commit together",
        run: |session, message| say(session.begin(message)?),
    },
    Command {
        names: &["commit"],
        argument: "['MESSAGE']",
        summary: "keeps what the transaction has written",
        run: |session, message| say(session.commit(message)?),
    },
    Command {
        names: &["rollback"],
        argument: "",
        summary: "undoes what the transaction has written",
        run: |session, _| say(session.roll_back()?),
    },
    Command {
        names: &["author"],
        argument: "[NAME]",
        summary: "who makes the commits from now on",
        run: |session, name| say(session.set_author(name)?),
    },
    Command { names: &["log"], argument: "[COUNT]", summary: "the last commits, newest first", run: log },
    Command { names: &["keep"], argument: "[COUNT|all]", summary: "how many can be read by AT COMMIT", run: keep },
    Command {
        names: &["save"],
        argument: "FILE.jsonl",
        summary: "writes the graph, to be opened again",
        run: |session, file| say(session.save(wanted(file, "a file")?, Existing::Kept)?),
    },
    Command {
        names: &["save!"],
        argument: "FILE.jsonl",
        summary: "the same, in place of a file that is there",
        run: |session, file| say(session.save(wanted(file, "a file")?, Existing::Replaced)?),
    },
    Command {
        names: &["open"],
        argument: "[FILE|fixture:NAME|:memory:]",
        summary: "goes on with a graph; alone: the fixtures",
        run: |session, name| say(session.open(Some(name).filter(|name| !name.is_empty()))?),
    },
    Command { names: &["timing"], argument: "[on|off]", summary: "whether the time is told", run: timing },
    Command { names: &["quit", "exit", "q"], argument: "", summary: "leaves (Ctrl-D)", run: |_, _| Ok(Then::Leave) },
];

/// Whether a text asks for a command: it begins with a colon, or is what people type to leave or to be helped.
pub(super) fn is_command(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(':') || ["help", "exit", "quit"].contains(&text.trim_end_matches(';'))
}

/// Does what a line asks for.
pub(super) fn obey(session: &mut Session, line: &str) -> Result<Then, Fault> {
    let line = line.strip_prefix(':').unwrap_or(line);
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if let Some(command) = COMMANDS.iter().find(|command| command.names.contains(&name)) {
        return (command.run)(session, argument.trim());
    }
    let near = near_name(name).map_or(String::new(), |near| format!("; did you mean `:{near}`?"));
    Err(Fault::command(format!("unknown command `:{name}`{near} (:help lists them)")))
}

fn near_name(name: &str) -> Option<String> {
    let mut names = COMMANDS.iter().map(|command| command.names[0]);
    let begun = names.clone().find(|known| known.starts_with(name) && !name.is_empty());
    begun.map(str::to_owned).or_else(|| nearest(name, &mut names).map(|near| near.to_string()))
}

const ABOUT_STATEMENTS: &str = "
A statement ends with `;` and may take several lines. Tab completes what the
graph has, Ctrl-C stops a statement, Ctrl-R searches the history. The language
is described in LANGUAGE.md.";

fn help(_: &mut Session, _: &str) -> Result<Then, Fault> {
    say(page())
}

fn page() -> String {
    let line = |command: &Command| {
        let usage = format!(":{} {}", command.names[0], command.argument);
        format!("{usage:<35} {}\n", command.summary)
    };
    COMMANDS.iter().map(line).collect::<String>() + ABOUT_STATEMENTS
}

fn schema(session: &mut Session, _: &str) -> Result<Then, Fault> {
    SCHEMA.iter().try_for_each(|statement| session.answer(statement))?;
    Ok(Then::GoOn)
}

fn log(session: &mut Session, count: &str) -> Result<Then, Fault> {
    let count = if count.is_empty() { Ok(COMMITS_SHOWN) } else { count.parse::<u32>() };
    let count = count.map_err(|_| Fault::command("`:log COUNT` lists so many commits"))?;
    session.answer(&format!("{LOG} YIELD * LIMIT {count}"))?;
    Ok(Then::GoOn)
}

fn keep(session: &mut Session, text: &str) -> Result<Then, Fault> {
    let keep = Some(text).filter(|text| !text.is_empty()).map(args::keep).transpose();
    say(session.keep(keep.map_err(Fault::command)?)?)
}

fn param(session: &mut Session, text: &str) -> Result<Then, Fault> {
    if text.is_empty() {
        for (name, value) in session.params.iter() {
            output::say(setting(name, value))?;
        }
        return Ok(Then::GoOn);
    }
    let (name, _) = text
        .split_once(|character: char| character == '=' || character.is_whitespace())
        .ok_or_else(|| Fault::command("a parameter is set by `:param NAME => EXPRESSION`"))?;
    let expression = text[name.len()..].trim_start();
    let expression = ["=>", "="].iter().find_map(|sign| expression.strip_prefix(sign)).unwrap_or(expression);
    let name = name.trim_start_matches('$');
    if name.is_empty() {
        return Err(Fault::command(format!("`{name}` is no name of a parameter")));
    }
    let value = session.value(expression.trim())?;
    let set = setting(name, &value);
    session.params.insert(name, value);
    say(set)
}

fn setting(name: &str, value: &Value) -> String {
    format!("${name} = {}", output::cell(value))
}

fn format(session: &mut Session, text: &str) -> Result<Then, Fault> {
    if !text.is_empty() {
        session.output.format = Format::from_str(text, true).map_err(|_| {
            let known: Vec<String> = Format::names().collect();
            Fault::command(format!("no format `{text}`; there are {}", known.join(", ")))
        })?;
    }
    say(format!("answers are shown as {}", session.output.format.name()))
}

fn rows(session: &mut Session, text: &str) -> Result<Then, Fault> {
    session.output.max_rows = match text {
        "" => session.output.max_rows,
        "all" => None,
        count => Some(count.parse().map_err(|_| Fault::command(format!("`{count}` is no number of rows")))?),
    };
    say(match session.output.max_rows {
        None => "all rows are shown".to_owned(),
        Some(count) => format!("up to {count} rows are shown"),
    })
}

fn reasons(session: &mut Session, text: &str) -> Result<Then, Fault> {
    if !text.is_empty() {
        session.output.max_reasons = args::reasons(text).map_err(Fault::command)?;
    }
    say(match session.output.max_reasons {
        usize::MAX => "all reasons are shown".to_owned(),
        count => format!("up to {count} reasons are shown of a row"),
    })
}

fn timing(session: &mut Session, text: &str) -> Result<Then, Fault> {
    session.shows_time = match text {
        "" => !session.shows_time,
        "on" => true,
        "off" => false,
        other => return Err(Fault::command(format!("`{other}` is neither `on` nor `off`"))),
    };
    say(format!("the time is {}", if session.shows_time { "told" } else { "not told" }))
}

fn statement(session: &mut Session, word: &str, text: &str) -> Result<Then, Fault> {
    session.answer(&format!("{word} {}", wanted(text, "a statement")?))?;
    Ok(Then::GoOn)
}

fn wanted<'t>(text: &'t str, what: &str) -> Result<&'t str, Fault> {
    if text.is_empty() { Err(Fault::command(format!("this command needs {what}"))) } else { Ok(text) }
}

fn say(text: impl std::fmt::Display) -> Result<Then, Fault> {
    output::say(text)?;
    Ok(Then::GoOn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_fits_a_terminal() {
        for line in page().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn a_command_that_is_misspelt_has_a_nearest_one() {
        assert_eq!(near_name("sch").as_deref(), Some("schema"));
        assert_eq!(near_name("shcema").as_deref(), Some("schema"));
        assert_eq!(near_name("nonsense"), None);
    }
}
