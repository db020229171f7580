//! What a call asks for.

use super::regime::{EU_LAST_DAY_OF_MORE_THAN_HALF, KNOWN, Known, Regime};
use crate::editing::nearest;
use crate::sanctions::share::{Share, Units};
use crate::{BoxedError, Call, Clocks, Date, ElementId, Map, Value};

/// The options of both procedures.
const OF_STAKES: &[&str] = &["owns", "share", "valid_at", "known_at"];
/// Of `ownership.blocked` alone.
const OF_BLOCKED: &[&str] =
    &["regime", "threshold", "inclusive", "adds_owners", "by_control", "controls", "lists", "blocked"];
/// Of `ownership.tree` alone.
const OF_TREE: &[&str] = &["direction", "depth"];

/// Which stakes are looked at.
pub(super) struct Stakes {
    /// Types of relationships from an owner to what it owns.
    pub owns: Vec<String>,
    /// The key of the share, if it is named.
    pub share: Option<String>,
    /// The days for which it is asked.
    pub clocks: Clocks,
}

impl Stakes {
    /// Warns of names that the graph does not have.
    pub(super) fn expect(&self, call: &Call<'_>) {
        call.expect_types(self.owns.iter().map(String::as_str));
        call.expect_keys(self.share.as_deref());
    }
}

/// What `ownership.blocked` is asked.
pub(super) struct Question {
    pub stakes: Stakes,
    pub rule: Regime,
    /// Types of relationships from who controls to who is controlled.
    pub controls: Vec<String>,
    controls_are_named: bool,
    pub blocked: Blocked,
}

impl Question {
    /// As [`Stakes::expect`]; a graph need not tell who controls whom.
    pub(super) fn expect(&self, call: &Call<'_>) {
        self.stakes.expect(call);
        call.expect_types(self.controls.iter().filter(|_| self.controls_are_named).map(String::as_str));
    }
}

/// Who is blocked to begin with.
pub(super) enum Blocked {
    Nodes(Vec<ElementId>),
    /// The parties of these lists; `named` if the call names them.
    Lists {
        names: Vec<String>,
        named: bool,
    },
}

/// Which way a tree grows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Owners,
    Holdings,
}

pub(super) fn question(options: &Map) -> Result<Question, BoxedError> {
    let given = Given::of(options, &[OF_STAKES, OF_BLOCKED])?;
    let known = given.regime()?;
    let mut rule = known.rule;
    rule.threshold.inclusive &= !(known.name == "EU" && given.is_before_the_eu_changed());
    if let Some(share) = given.get("threshold") {
        rule.threshold.share = threshold(share)?;
    }
    rule.threshold.inclusive = given.boolean("inclusive")?.unwrap_or(rule.threshold.inclusive);
    rule.adds_owners = given.boolean("adds_owners")?.unwrap_or(rule.adds_owners);
    rule.by_control = given.boolean("by_control")?.unwrap_or(rule.by_control);
    Ok(Question {
        stakes: given.stakes()?,
        rule,
        controls_are_named: given.get("controls").is_some(),
        controls: given.names("controls")?.unwrap_or_else(|| vec!["CONTROLS".to_owned()]),
        blocked: given.blocked(known)?,
    })
}

pub(super) fn tree(options: &Map) -> Result<(Stakes, Direction, usize), BoxedError> {
    let given = Given::of(options, &[OF_STAKES, OF_TREE])?;
    let direction = match given.text("direction")? {
        None | Some("owners") => Direction::Owners,
        Some("holdings") => Direction::Holdings,
        Some(other) => return Err(format!("`direction` is 'owners' or 'holdings', not '{other}'").into()),
    };
    let depth = match given.get("depth") {
        None => usize::MAX,
        Some(Value::Integer(depth)) => usize::try_from(*depth).map_err(|_| "`depth` must not be negative")?,
        Some(other) => return Err(wrong("depth", "an INTEGER", other)),
    };
    Ok((given.stakes()?, direction, depth))
}

/// The share from which on an owner blocks.
fn threshold(value: &Value) -> Result<Units, BoxedError> {
    match (value, Share::of(value)) {
        (Value::Integer(_) | Value::Float(_) | Value::String(_), Share { least, most }) if least == most => Ok(least),
        (other, _) => Err(wrong("threshold", "a number of per cent from 0 to 100", other)),
    }
}

fn wrong(option: &str, wanted: &str, found: &Value) -> BoxedError {
    format!("`{option}` must be {wanted}, found {found}").into()
}

/// The options of a call, each of which is known.
struct Given<'o>(&'o Map);

impl<'o> Given<'o> {
    fn of(options: &'o Map, known: &[&[&'static str]]) -> Result<Self, BoxedError> {
        let known = || known.iter().copied().flatten().copied();
        if let Some(unknown) = options.keys().find(|name| known().all(|known| known != name.as_str())) {
            let hint = match nearest(unknown.as_str(), known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it knows {}", known().collect::<Vec<_>>().join(", ")),
            };
            return Err(format!("there is no option `{unknown}`; {hint}").into());
        }
        Ok(Self(options))
    }

    /// Null counts as left out.
    fn get(&self, option: &str) -> Option<&'o Value> {
        self.0.get(option).filter(|value| !matches!(value, Value::Null))
    }

    fn text(&self, option: &str) -> Result<Option<&'o str>, BoxedError> {
        match self.get(option) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(option, "a STRING", other)),
        }
    }

    fn boolean(&self, option: &str) -> Result<Option<bool>, BoxedError> {
        match self.get(option) {
            None => Ok(None),
            Some(Value::Boolean(value)) => Ok(Some(*value)),
            Some(other) => Err(wrong(option, "true or false", other)),
        }
    }

    /// One name, or a list of names.
    fn names(&self, option: &str) -> Result<Option<Vec<String>>, BoxedError> {
        let Some(value) = self.get(option) else { return Ok(None) };
        let name = |value: &Value| match value {
            Value::String(name) => Ok((**name).to_owned()),
            other => Err(wrong(option, "a STRING or a list of them", other)),
        };
        match value {
            Value::List(names) => names.iter().map(name).collect::<Result<_, _>>().map(Some),
            one => Ok(Some(vec![name(one)?])),
        }
    }

    fn stakes(&self) -> Result<Stakes, BoxedError> {
        Ok(Stakes {
            owns: self.names("owns")?.unwrap_or_else(|| vec!["OWNS".to_owned()]),
            share: self.text("share")?.map(str::to_owned),
            clocks: Clocks {
                valid_at: self.get("valid_at").cloned(),
                known_at: self.get("known_at").cloned(),
                possibly: false,
            },
        })
    }

    fn regime(&self) -> Result<&'static Known, BoxedError> {
        let name = self.text("regime")?.unwrap_or("OFAC");
        KNOWN.iter().find(|known| known.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known: Vec<_> = KNOWN.iter().map(|known| known.name).collect();
            format!("there is no regime '{name}'; there are {}, and each of their rules is an option", known.join(", "))
                .into()
        })
    }

    fn is_before_the_eu_changed(&self) -> bool {
        let last = Date::parse(EU_LAST_DAY_OF_MORE_THAN_HALF).expect("a day");
        match self.get("valid_at") {
            Some(Value::Date(day)) => *day <= last,
            Some(Value::DateTime(moment)) => moment.utc_date() <= last,
            _ => false,
        }
    }

    fn blocked(&self, regime: &Known) -> Result<Blocked, BoxedError> {
        match (self.get("blocked"), self.names("lists")?) {
            (Some(_), Some(_)) => Err("give `blocked` or `lists`, not both".into()),
            (Some(Value::List(nodes)), None) => {
                let id = |value: &Value| match value {
                    Value::Node(node) => Ok(node.id()),
                    other => Err(wrong("blocked", "a list of nodes", other)),
                };
                nodes.iter().map(id).collect::<Result<_, _>>().map(Blocked::Nodes)
            }
            (Some(Value::Node(node)), None) => Ok(Blocked::Nodes(vec![node.id()])),
            (Some(other), None) => Err(wrong("blocked", "a list of nodes", other)),
            (None, Some(names)) if names.is_empty() => Err("`lists` names no list, so nobody would be blocked".into()),
            (None, Some(names)) => Ok(Blocked::Lists { names, named: true }),
            (None, None) => {
                let names = regime.lists.iter().map(|&name| name.to_owned()).collect();
                Ok(Blocked::Lists { names, named: false })
            }
        }
    }
}
