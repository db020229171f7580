//! The graph of the model back into entities of `FollowTheMoney`, a line each: parties, addresses, listings, and the relationships
//! that are entities there.
//!
//! What `draw` makes of an entity is undone here. What other lists have said is put into the words of `FollowTheMoney` as far as it
//! has some; of evidence, which entities cannot hold, it is counted how much is left out.

mod facts;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::Write;

use serde_json::{Map, Value as Json, json};

pub(super) use self::facts::is_of_model;
use self::facts::{Facts, Words, texts};
use super::draw::REL_TYPES;
use super::schemata::Schema;
use crate::format::{ExportReport, GraphError};
use crate::sanctions::model::home;
use crate::{ElementId, Error, Name, Node, Params, ReadTransaction, Relationship, Row, Value};

/// So many nodes are asked about at a time.
const MOST_NODES: usize = 500;

/// Schemata for labels of nodes that say none themselves: the first that a node has.
const SCHEMATA: [(&str, &str); 9] = [
    ("Listing", "Sanction"),
    ("Address", "Address"),
    ("Vessel", "Vessel"),
    ("Aircraft", "Airplane"),
    ("Person", "Person"),
    ("Company", "Company"),
    ("Agency", "PublicBody"),
    ("Organisation", "Organization"),
    ("Actor", "LegalEntity"),
];

/// Writes the parties, addresses, listings and relationships of imported lists as entities of `FollowTheMoney`, a line of JSON each.
///
/// What was imported as [`ListFormat::Ftm`](crate::sanctions::ListFormat::Ftm) is the same when it is written and imported again, but for the
/// evidence: sources and paragraphs are those of the new file. `DATA.md` tells which words become which.
///
/// A few hundred entities are held at a time, and of relationships a number each.
///
/// ```
/// use averment::import::ImportFile;
/// use averment::sanctions::{ListFormat, ListImport, write_ftm};
/// use averment::Database;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let line = r#"{"id":"p","properties":{"name":["Jane Doe"],"nationality":["kp"]},"schema":"Person"}"#;
/// let db = Database::in_memory();
/// let mut transaction = db.write()?;
/// ListImport::new().list(ListFormat::Ftm, [ImportFile::of_bytes("a.json", line)]).load(&mut transaction)?;
/// transaction.commit()?;
///
/// let mut out = Vec::new();
/// let report = write_ftm(&db.read(), &mut out)?;
/// let expected = r#"{"caption":"Jane Doe","id":"p","properties":{"name":["Jane Doe"],"nationality":["kp"]},"schema":"Person"}"#;
/// assert_eq!(String::from_utf8(out)?, expected.to_owned() + "\n");
/// assert_eq!(report.lost["sources and paragraphs"], 2);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`GraphError::Io`] if `out` fails, [`GraphError::Query`] if the graph cannot be asked.
pub fn write_ftm(from: &ReadTransaction, out: &mut impl Write) -> Result<ExportReport, GraphError> {
    let mut export = Export { from, out, report: ExportReport::default(), words: Words::new() };
    export.nodes(home::ENTITY, "MATCH (n:Entity) WHERE NOT n:Unresolved RETURN n")?;
    export.nodes(home::EVENT, "MATCH (n:Event:Listing) WHERE NOT n:Entity RETURN n")?;
    export.edges()?;
    export.lose_the_rest()?;
    export.out.flush()?;
    Ok(export.report)
}

struct Export<'o, W> {
    from: &'o ReadTransaction,
    out: &'o mut W,
    report: ExportReport,
    words: Words,
}

/// What a node is tied to, by the type of the relationship: the properties of that, the node at its end.
type Ties = HashMap<String, Vec<Tie>>;

struct Tie {
    rel: ElementId,
    rel_type: String,
    properties: BTreeMap<Name, Value>,
    other: Node,
}

impl<W: Write> Export<'_, W> {
    fn nodes(&mut self, home: &str, all: &str) -> Result<(), GraphError> {
        let mut batch = Vec::new();
        for row in self.from.query(all, ())? {
            batch.push(row?.at::<Node>(0)?);
            if batch.len() == MOST_NODES {
                self.batch(home, &std::mem::take(&mut batch))?;
            }
        }
        self.batch(home, &batch)
    }

    fn batch(&mut self, home: &str, nodes: &[Node]) -> Result<(), GraphError> {
        let ids: Vec<Value> = nodes.iter().filter_map(|node| node.properties().get("id").cloned()).collect();
        let leads = "type(r) STARTS WITH 'HAS_' OR type(r) IN ['TARGETS', 'ADDS_TO', 'BASED_IN', 'OF_STATE']";
        let mut ties = Ties::new();
        for pattern in [
            format!("(n)-[r]->(m) WHERE {leads}"),
            "(n)<-[r:TOOK]-(m)".to_owned(),
            "(n)<-[r:OWNS]-(m:Entity) WHERE r.schema IS NULL AND (n:Vessel OR n:Aircraft)".to_owned(),
        ] {
            let ask =
                format!("UNWIND $ids AS id MATCH (n:{home} {{id: id}}) MATCH {pattern} RETURN toString(id), r, m");
            for row in self.from.query(ask, Params::from_iter([("ids", ids.clone())]))? {
                let (id, rel, other) = row?.to::<(String, Relationship, Node)>()?;
                let (rel_type, properties) = (rel.rel_type().to_owned(), rel.properties().clone());
                ties.entry(id).or_default().push(Tie { rel: rel.id(), rel_type, properties, other });
            }
        }
        for node in nodes {
            self.node(node, &mut ties)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node, ties: &mut Ties) -> Result<(), GraphError> {
        let Some(id) = node.properties().get("id").map(ToString::to_string) else {
            self.report.lose("entities without an id");
            return Ok(());
        };
        let said = node.properties().get("schema").map(ToString::to_string);
        let is_born_here = said.is_none();
        let schema_name = said.unwrap_or_else(|| schema_by_labels(node).to_owned());
        let is_listing = has_label(node, "Listing");
        let mut facts = Facts::default();
        self.words.properties(node.properties(), is_born_here, is_listing, &mut facts, &mut self.report);
        let mut ties = ties.remove(&id).unwrap_or_default();
        // As they were drawn, so that what comes out does not depend on how the graph was asked.
        ties.sort_by_key(|tie| tie.rel);
        for tie in ties {
            self.tie(&tie, is_born_here, &schema_name, &mut facts);
        }
        if is_born_here && is_listing {
            Words::dates_of_listing(node.properties(), &mut facts, &mut self.report);
        }
        self.report.counts.nodes += 1;
        self.line(&id, &schema_name, facts, node.properties())
    }

    fn tie(&mut self, tie: &Tie, is_born_here: bool, schema_name: &str, facts: &mut Facts) {
        let Tie { rel_type, properties, other, .. } = tie;
        let text = |key: &str| other.properties().get(key).map(ToString::to_string);
        match rel_type.as_str() {
            "HAS_IDENTIFIER" => {
                let kind = text("type").unwrap_or_default();
                facts.push(&self.words.identifier(&kind, &mut self.report), text("number"));
                self.report.lose_many("issuers of identifiers", u64::from(text("issuer").is_some()));
                let dates = ["issued", "expires"].iter().filter(|key| properties.contains_key(**key)).count();
                self.report.lose_many("dates of identifiers", dates as u64);
            }
            "HAS_ADDRESS" => facts.push("addressEntity", text("id")),
            "TARGETS" => facts.push("entity", text("id")),
            "OWNS" => facts.push("owner", text("id")),
            "ADDS_TO" if is_born_here => facts.push("program", text("name")),
            "TOOK" if is_born_here => facts.push("authority", text("name")),
            "BASED_IN" | "OF_STATE" if is_born_here => {
                let is_of_person = rel_type == "OF_STATE" && schema_name == "Person";
                facts.push(if is_of_person { "nationality" } else { "country" }, text("code").or_else(|| text("name")));
            }
            rel_type => {
                if let Some(property) = self.words.lead(rel_type) {
                    facts.push(&property, text("id"));
                }
            }
        }
    }

    /// Relationships that are entities: one for all that have its id.
    fn edges(&mut self) -> Result<(), GraphError> {
        let types: Vec<&str> = REL_TYPES.iter().map(|(_, rel_type)| *rel_type).collect();
        let all = "MATCH (a:Entity)-[r]->(b:Entity) WHERE r.schema IS NOT NULL OR type(r) IN $types
                   RETURN r, toString(a.id), toString(b.id), r.schema IS NULL AND (b:Vessel OR b:Aircraft)";
        let params = || Params::from_iter([("types", types.clone())]);
        let shared = self.shared(all, &params())?;
        let mut open: BTreeMap<String, Edge> = BTreeMap::new();
        for row in self.from.query(all, params())? {
            let Some(edge) = edge_of(&row?)? else { continue };
            self.report.counts.relationships += 1;
            if shared.contains(&hash(&edge.id)) {
                let known = open.entry(edge.id.clone()).or_insert_with(|| Edge::without_ends(&edge));
                known.starts.extend(edge.starts);
                known.ends.extend(edge.ends);
            } else {
                self.edge(edge)?;
            }
        }
        open.into_values().try_for_each(|edge| self.edge(edge))
    }

    /// The hashes of ids that several relationships have: these wait for each other.
    fn shared(&self, all: &str, params: &Params) -> Result<HashSet<u64>, GraphError> {
        let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
        for row in self.from.query(all, params.clone())? {
            if let Some(edge) = edge_of(&row?)?
                && !seen.insert(hash(&edge.id))
            {
                shared.insert(hash(&edge.id));
            }
        }
        Ok(shared)
    }

    fn edge(&mut self, edge: Edge) -> Result<(), GraphError> {
        let Some((source, target)) = Schema::of(&edge.schema).and_then(Schema::edge) else {
            self.report.lose("relationships that FollowTheMoney has no word for");
            return Ok(());
        };
        let mut facts = Facts::default();
        let (schema, properties) = (edge.schema.as_str(), &edge.properties);
        self.words.properties(properties, edge.is_born_here, false, &mut facts, &mut self.report);
        edge.starts.into_iter().for_each(|id| facts.push(source, Some(id)));
        edge.ends.into_iter().for_each(|id| facts.push(target, Some(id)));
        if edge.is_born_here {
            Words::dates_of_edge(properties, &mut facts, &mut self.report);
        }
        self.line(&edge.id, schema, facts, properties)
    }

    fn line(
        &mut self,
        id: &str,
        schema: &str,
        facts: Facts,
        properties: &BTreeMap<Name, Value>,
    ) -> Result<(), GraphError> {
        let mut entity = Map::new();
        entity.insert("id".to_owned(), json!(id));
        entity.insert("schema".to_owned(), json!(schema));
        if let Some(name) = facts.first("name") {
            entity.insert("caption".to_owned(), json!(name));
        }
        entity.insert("properties".to_owned(), facts.into_json());
        for key in ["datasets", "referents"] {
            if let Some(value) = properties.get(key) {
                entity.insert(key.to_owned(), json!(texts(value)));
            }
        }
        if let Some(Value::Boolean(is_target)) = properties.get("target") {
            entity.insert("target".to_owned(), json!(is_target));
        }
        for key in ["first_seen", "last_seen", "last_change"] {
            if let Some(value) = properties.get(key) {
                entity.insert(key.to_owned(), json!(value.to_string()));
            }
        }
        let mut line = serde_json::to_vec(&Json::Object(entity)).map_err(|error| GraphError::Io(error.into()))?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        Ok(())
    }

    fn lose_the_rest(&mut self) -> Result<(), GraphError> {
        let carried = "['TARGETS', 'TOOK', 'ADDS_TO', 'LISTED_ON', 'BASED_IN', 'OF_STATE', 'NOW', 'SUPPORTS', 'OF']";
        let own: Vec<String> = REL_TYPES.iter().map(|(_, rel_type)| format!("'{rel_type}'")).collect();
        let others = format!(
            "MATCH (a)-[r]->(b) WHERE NOT type(r) IN {carried} AND NOT type(r) STARTS WITH 'HAS_' AND r.schema IS NULL \
             AND NOT (type(r) IN [{}] AND a:Entity AND b:Entity) RETURN count(*)",
            own.join(", ")
        );
        for (kind, ask) in [
            ("sources and paragraphs", "MATCH (n) WHERE n:Source OR n:Paragraph RETURN count(*)"),
            ("citations", "MATCH ()-[s:SUPPORTS]->() RETURN count(*)"),
            ("citations", "MATCH ()-[s:SUPPORTS]->[] RETURN count(*)"),
            ("quoted relationships", "MATCH [r] WHERE NOT asserted(r) RETURN count(*)"),
            ("relationships that FollowTheMoney has no word for", &others),
            (
                "nodes that are no entities",
                "MATCH (n) WHERE NOT (n:Entity OR n:Listing OR n:Source OR n:Paragraph OR n:State OR n:Place OR n:Agency OR \
                 n:List OR n:Identifier OR n:FormerId) RETURN count(*)",
            ),
        ] {
            let count: u64 = self.from.query(ask, ())?.single()?;
            self.report.lose_many(kind, count);
        }
        self.report.lose_many("commits", self.from.log().len() as u64);
        Ok(())
    }
}

fn has_label(node: &Node, label: &str) -> bool {
    node.labels().iter().any(|known| known.as_str() == label)
}

fn schema_by_labels(node: &Node) -> &'static str {
    SCHEMATA.iter().find(|(label, _)| has_label(node, label)).map_or("Thing", |(_, schema)| schema)
}

/// A relationship that is an entity.
struct Edge {
    id: String,
    schema: String,
    is_born_here: bool,
    starts: Vec<String>,
    ends: Vec<String>,
    properties: BTreeMap<Name, Value>,
}

impl Edge {
    fn without_ends(edge: &Edge) -> Self {
        let Edge { id, schema, is_born_here, properties, .. } = edge;
        let (id, schema, properties) = (id.clone(), schema.clone(), properties.clone());
        Edge { id, schema, is_born_here: *is_born_here, starts: Vec::new(), ends: Vec::new(), properties }
    }
}

/// None of one that is a property of its end, or whose ends have no ids and so are told.
fn edge_of(row: &Row) -> Result<Option<Edge>, Error> {
    let (rel, start, end, is_property) = row.to::<(Relationship, Option<String>, Option<String>, bool)>()?;
    let Some((start, end)) = start.zip(end).filter(|_| !is_property) else { return Ok(None) };
    let text = |key: &str| rel.properties().get(key).map(ToString::to_string);
    let said = text("schema");
    let is_born_here = said.is_none();
    let by_type = || REL_TYPES.iter().find(|(_, rel_type)| *rel_type == rel.rel_type()).map(|(schema, _)| *schema);
    let schema = said.or_else(|| by_type().map(str::to_owned)).unwrap_or_default();
    let id = text("id").unwrap_or_else(|| format!("relationship-{}", rel.id()));
    let properties = rel.properties().clone();
    Ok(Some(Edge { id, schema, is_born_here, starts: vec![start], ends: vec![end], properties }))
}

fn hash(id: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(id)
}
