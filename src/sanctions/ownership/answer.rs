//! The rows of `ownership.blocked`, each with the stakes that were counted.

use petgraph::Direction as Way;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences, IntoEdgesDirected, IntoNodeIdentifiers, NodeIndexable};
use rustc_hash::FxHashMap;

use super::blocked::{BYTES_PER_PLACE, Case, Control, Controls, Found, Over, Party, Side, Status};
use super::holdings::{Holdings, Place, place};
use super::options::{Blocked, Question, question};
use crate::sanctions::share::shown;
use crate::{BoxedError, Call, Clocked, Clocks, GraphView, Map, Name, Value};

/// The code of a warning.
const ALL_TIMES: &str = "all-times";

const LIST: &str = "List";
const LISTED_ON: &str = "LISTED_ON";
/// The keys under which the name of a list may stand.
const NAME_KEYS: [&str; 2] = ["name", "id"];

/// The body of the procedure.
pub(super) fn blocked(call: &Call<'_>) -> Result<Vec<Vec<Value>>, BoxedError> {
    let question = question(&call.argument::<Map>(0)?)?;
    question.expect(call);
    let (certain, possible) = graphs(call, &question.stakes.clocks)?;
    let seen = Seen { call, question: &question, certain: certain.view(), possible: possible.view() };
    let parties = seen.parties()?;
    let until = certain.is_of_all_times().then(|| call.valid_keys()[1]);
    let holdings = Holdings::read(call, &question.stakes, seen.certain, seen.possible, until)?;
    if let Some(until) = until
        && (holdings.some_have_ended || seen.has_former_parties(until)?)
    {
        call.warn(ALL_TIMES, "listings and stakes of all times count, and some have ended: `valid_at` asks for a day");
    }
    call.reserve(seen.possible.node_bound() * BYTES_PER_PLACE)?;
    let controls = seen.controls();
    let is_over = call.alarm();
    let case = Case { holdings: &holdings, controls: &controls, rule: question.rule, is_over: &is_over };
    let found =
        case.decide(&parties, |side| call.in_parts(Side::BOTH.len(), |part| side(Side::BOTH[part])).map_err(|_| Over));
    call.reserve(0)?;
    seen.rows(&holdings, &found.map_err(|Over| "the statement was told to stop")?)
}

/// What is so on the day asked, and what may be.
pub(super) fn graphs<'c>(call: &Call<'c>, clocks: &Clocks) -> Result<(Clocked<'c>, Clocked<'c>), BoxedError> {
    let possibly = Clocks { possibly: true, ..clocks.clone() };
    Ok((call.under(clocks)?, call.under(&possibly)?))
}

/// The graph that a call sees, and what it asks.
struct Seen<'s> {
    call: &'s Call<'s>,
    question: &'s Question,
    certain: GraphView<'s>,
    possible: GraphView<'s>,
}

impl Seen<'_> {
    /// Who is blocked to begin with, each once, in the order of places.
    fn parties(&self) -> Result<Vec<Party>, BoxedError> {
        let mut places: FxHashMap<Place, bool> = FxHashMap::default();
        match &self.question.blocked {
            Blocked::Nodes(ids) => {
                let nodes = ids.iter().filter_map(|id| self.possible.index_of(*id));
                places.extend(nodes.map(|node| (place(node), true)));
            }
            Blocked::Lists { names, named } => {
                for list in self.lists(names, *named)? {
                    for edge in self.possible.with_type(LISTED_ON).edges_directed(list, Way::Incoming) {
                        let is_certain = self.certain.edge_id(edge.id()).is_some();
                        *places.entry(place(edge.source())).or_default() |= is_certain;
                    }
                }
            }
        }
        self.call.reserve(places.len() * size_of::<Party>())?;
        let mut parties: Vec<_> = places.into_iter().map(|(place, is_certain)| Party { place, is_certain }).collect();
        parties.sort_unstable_by_key(|party| party.place);
        Ok(parties)
    }

    /// Whether some listing has ended, of which a day that is asked for would tell.
    fn has_former_parties(&self, until: &str) -> Result<bool, BoxedError> {
        let Blocked::Lists { names, named } = &self.question.blocked else { return Ok(false) };
        let has_ended = |list| {
            let listings = self.possible.with_type(LISTED_ON).edges_directed(list, Way::Incoming);
            let listings: Vec<EdgeIndex> = listings.map(|edge| edge.id()).collect();
            self.possible.edge_properties(&listings, until).iter().any(|end| !end.is_null())
        };
        Ok(self.lists(names, *named)?.into_iter().any(has_ended))
    }

    /// The lists of these names.
    fn lists(&self, names: &[String], each_is_wanted: bool) -> Result<Vec<NodeIndex>, BoxedError> {
        let mut found = vec![Vec::new(); names.len()];
        let mut there = Vec::new();
        for list in self.possible.with_label(LIST).node_identifiers() {
            let is_called = |key| match self.possible.node_property(list, key) {
                Value::String(name) => names.iter().position(|wanted| **wanted == *name),
                _ => None,
            };
            if let Some(which) = NAME_KEYS.into_iter().find_map(is_called) {
                found[which].push(list);
            }
            if let Value::String(name) = self.possible.node_property(list, NAME_KEYS[0]) {
                there.push(format!("'{name}'"));
            }
        }
        let missing = names.iter().zip(&found).find(|(_, lists)| lists.is_empty()).map(|(name, _)| name);
        match missing {
            Some(name) if each_is_wanted || found.iter().all(Vec::is_empty) => Err(no_list(name, &there)),
            _ => Ok(found.concat()),
        }
    }

    fn controls(&self) -> Controls {
        let mut controls = Controls::default();
        for rel_type in self.question.controls.iter().filter(|_| self.question.rule.by_control) {
            for edge in self.possible.with_type(rel_type).edge_references() {
                let is_certain = self.certain.edge_id(edge.id()).is_some();
                let control = Control { of: place(edge.target()), is_certain };
                controls.0.entry(place(edge.source())).or_default().push(control);
            }
        }
        controls
    }

    /// In the order of places, which is the order in which nodes were made.
    fn rows(&self, holdings: &Holdings, found: &Found) -> Result<Vec<Vec<Value>>, BoxedError> {
        let because = self.call.wants("because").then(|| Because { seen: self, holdings, found, keys: Keys::new() });
        let [yes, perhaps, no] = ["yes", "cannot be excluded", "no"].map(Value::from);
        let wants_node = self.call.wants("entity");
        let mut rows = Vec::new();
        let findings = (0..).zip(&found.findings).filter_map(|(place, finding)| Some((place, finding.as_ref()?)));
        for (entity, finding) in findings {
            if rows.len() % STRETCH == 0 {
                self.call.reserve(STRETCH * BYTES_PER_ROW)?;
            }
            let reasons = because.as_ref().map(|because| because.of(entity));
            if let Some(reasons) = &reasons {
                self.call.reserve(reasons.len() * BYTES_PER_REASON)?;
            }
            let status = match finding.status {
                Status::Yes => &yes,
                Status::CannotBeExcluded => &perhaps,
                Status::No => &no,
            };
            rows.push(vec![
                if wants_node { self.node(entity) } else { Value::Null },
                status.clone(),
                shown(finding.least()),
                shown(finding.most()),
                reasons.map_or(Value::Null, Value::from),
            ]);
        }
        Ok(rows)
    }

    fn node(&self, place: Place) -> Value {
        self.call.node(NodeIndex::from(place)).into()
    }

    fn relationship(&self, stake: EdgeIndex) -> Value {
        self.call.relationship(stake).into()
    }
}

/// Rows that are made between two looks at the budget.
const STRETCH: usize = 1_024;

/// About what a row takes, and each reason in it.
const BYTES_PER_ROW: usize = 256;
const BYTES_PER_REASON: usize = 512;

fn no_list(name: &str, there: &[String]) -> BoxedError {
    let there = match there {
        [] => "there is no list at all".to_owned(),
        names => format!("there are {}", names.join(", ")),
    };
    format!("there is no list '{name}', so nobody would be blocked; {there}. Give `lists` or `blocked`").into()
}

/// Why an entity is in the answer.
struct Because<'b, 's> {
    seen: &'b Seen<'s>,
    holdings: &'b Holdings,
    found: &'b Found,
    keys: Keys,
}

/// What stands in a reason, named once for all of them.
struct Keys {
    owner: Name,
    stakes: Name,
    share_min: Name,
    share_max: Name,
    control: Name,
    claimed: Name,
    conflict: Name,
}

impl Keys {
    fn new() -> Self {
        Self {
            owner: Name::from("owner"),
            stakes: Name::from("stakes"),
            share_min: Name::from("share_min"),
            share_max: Name::from("share_max"),
            control: Name::from("control"),
            claimed: Name::from("claimed"),
            conflict: Name::from("conflict"),
        }
    }
}

impl Because<'_, '_> {
    fn of(&self, entity: Place) -> Vec<Map> {
        let mut because = self.stakes(entity);
        because.extend(self.control(entity));
        because.extend(self.claims(entity));
        because.extend(self.too_much(entity));
        because
    }

    /// The stakes of who is or may be blocked.
    fn stakes(&self, entity: Place) -> Vec<Map> {
        let counted = self.holdings.of_asset(entity).filter(|(_, holding)| self.counts(holding.owner, entity));
        let reason = |(number, holding): (u32, &super::holdings::Holding)| {
            let stakes: Vec<Value> = self.holdings.stakes(number).map(|stake| self.seen.relationship(stake)).collect();
            let mut reason = vec![
                (&self.keys.owner, self.seen.node(holding.owner)),
                (&self.keys.stakes, stakes.into()),
                (&self.keys.share_min, shown(holding.least())),
                (&self.keys.share_max, shown(holding.most())),
            ];
            if self.holdings.disputed.binary_search(&number).is_ok() {
                reason.push((&self.keys.conflict, "the sources of this stake contradict each other".into()));
            }
            map(reason)
        };
        counted.map(reason).collect()
    }

    fn control(&self, entity: Place) -> Vec<Map> {
        let Question { controls, rule, .. } = self.seen.question;
        let types = if rule.by_control { &controls[..] } else { &[] };
        self.those_with(&self.keys.control, self.seen.possible, types, entity)
    }

    /// Stakes that somebody claims and nobody asserts: named, and not counted.
    fn claims(&self, entity: Place) -> Vec<Map> {
        self.those_with(&self.keys.claimed, self.seen.possible.claimed(), &self.seen.question.stakes.owns, entity)
    }

    /// Who is or may be blocked and has a relationship to the entity, with that under a key.
    fn those_with(&self, key: &Name, view: GraphView<'_>, types: &[String], entity: Place) -> Vec<Map> {
        let edges = types
            .iter()
            .flat_map(|rel_type| view.with_type(rel_type).edges_directed(NodeIndex::from(entity), Way::Incoming));
        let counted = edges.filter(|edge| self.counts(place(edge.source()), entity));
        let reasons = counted.map(|edge| {
            let owner = self.seen.node(place(edge.source()));
            map(vec![(&self.keys.owner, owner), (key, self.seen.relationship(edge.id()))])
        });
        reasons.collect()
    }

    fn too_much(&self, entity: Place) -> Option<Map> {
        let told = self.holdings.too_much(entity)?;
        let message = format!("the stakes in it add up to {} per cent at least", shown(told));
        Some(map(vec![(&self.keys.conflict, message.into())]))
    }

    fn counts(&self, owner: Place, entity: Place) -> bool {
        owner != entity && self.found.possible[owner as usize]
    }
}

fn map(entries: Vec<(&Name, Value)>) -> Map {
    entries.into_iter().map(|(key, value)| (key.clone(), value)).collect()
}
