//! `GraphML`, as Neo4j, `NetworkX`, igraph, Gephi, yEd and this library write it.

use std::collections::{HashMap, HashSet};

use super::Reading;
use super::xml::{Piece, Tag, XmlReader};
use crate::Value;
use crate::format::export::{Kind, ROLE, Role, Scalar, TYPE};
use crate::format::line::{FileId, Found, Node, Rel};
use crate::import::{ImportError, ImportFile};

/// What XML takes for nothing where no text belongs.
const BLANKS: [char; 5] = [' ', '\t', '\r', '\n', '\u{feff}'];

/// Tags that are nested deeper are none of a graph.
const MOST_DEPTH: usize = 128;

/// The texts of one element have so many bytes at most.
const MOST_BYTES: usize = 64 << 20;

/// Of an edge that has none.
const PLAIN_TYPE: &str = "RELATED_TO";

/// Names under which others keep the labels of nodes,
const LABELS: [&str; 2] = ["labels", "labelV"];

/// and the types of edges.
const TYPES: [&str; 4] = ["label", "labelE", "Edge Label", "edgelabel"];

pub(super) fn read(files: &[ImportFile], reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
    for file in files {
        reading.begin_file(file);
        let xml = XmlReader::open(file)?;
        let xml = if reading.keeps_raw() { xml.keeping() } else { xml };
        let mut document = Document {
            xml,
            keys: Keys::default(),
            open: Vec::new(),
            graphs: 0,
            was_root: false,
            was_graph: false,
            text_bytes: 0,
        };
        document.read(reading)?;
    }
    Ok(())
}

/// What is open.
enum Open {
    Root,
    Graph {
        is_directed: bool,
    },
    /// A node or an edge.
    Element(Element),
    /// The id of its key, and what stands in it.
    Data(String, String),
    Key(String, KeyDef),
    Default(String),
    /// Within the data of a picture: a text that is shown.
    Shown,
    Hyperedge {
        line: u64,
        kept_from: usize,
    },
    /// What says nothing.
    Other,
}

struct Element {
    is_node: bool,
    line: u64,
    tag: Tag,
    is_directed: bool,
    /// Where what stands there begins in what the reader keeps.
    kept_from: usize,
    /// By the ids of their keys.
    data: Vec<(String, String)>,
}

/// What the data of a key are.
#[derive(Clone, Debug)]
struct KeyDef {
    name: String,
    of: Of,
    kind: Kind,
    role: Option<Role>,
    /// A picture of the element, by yEd.
    is_picture: bool,
    default: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Nodes,
    Edges,
    All,
    Others,
}

impl Of {
    fn is_of(self, is_node: bool) -> bool {
        self == Of::All || self == if is_node { Of::Nodes } else { Of::Edges }
    }
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, KeyDef>,
    /// Those with a default, in their order.
    with_default: Vec<String>,
    /// Whether this library has written the file.
    is_own: bool,
}

struct Document {
    xml: XmlReader,
    keys: Keys,
    open: Vec<Open>,
    graphs: usize,
    was_root: bool,
    was_graph: bool,
    text_bytes: usize,
}

/// What is wrong with an element, and under which it is counted.
type Reason = (&'static str, String);

impl Document {
    fn read(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
        loop {
            match self.xml.next()? {
                Piece::Open(tag) => self.open(tag, reading)?,
                Piece::Close => self.close(reading)?,
                Piece::Text(text) if self.open.is_empty() && !text.trim_matches(BLANKS).is_empty() => {
                    let behind = "there is text behind the document";
                    let before = "there is no graph in this file: it begins with text";
                    return Err(self.xml.damaged(if self.was_root { behind } else { before }));
                }
                Piece::Text(text) => self.text(&text)?,
                Piece::End if !self.open.is_empty() => return Err(self.xml.damaged("the file ends within a tag")),
                Piece::End if !self.was_graph => return Err(self.xml.damaged("there is no graph in this file")),
                Piece::End => return Ok(()),
            }
        }
    }

    fn open(&mut self, tag: Tag, reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
        if self.open.len() >= MOST_DEPTH {
            return Err(self.xml.damaged(format!("tags are nested more than {MOST_DEPTH} deep")));
        }
        let line = self.xml.line;
        let opened = match (tag.name.as_str(), self.open.last()) {
            ("graphml", None) if self.was_root => return Err(self.xml.damaged("the document ends before this tag")),
            ("graphml", None) => {
                self.was_root = true;
                Open::Root
            }
            (name, None) => {
                return Err(self.xml.damaged(format!("the document is `{}`, and no `graphml`", name.escape_debug())));
            }
            ("key", Some(Open::Root | Open::Graph { .. })) => self.key(&tag)?,
            ("default", Some(Open::Key(..))) => Open::Default(String::new()),
            ("graph", Some(Open::Root | Open::Element(_))) => {
                self.was_graph = true;
                self.graphs += 1;
                if self.graphs > 1 {
                    reading.note("nested graph, taken as part of the whole", line, "a graph within the graph");
                }
                Open::Graph { is_directed: tag.get("edgedefault") != Some("undirected") }
            }
            ("node" | "edge", Some(Open::Graph { is_directed })) => {
                let is_directed = match tag.get("directed") {
                    Some(said) => said != "false" && said != "0",
                    None => *is_directed,
                };
                let (is_node, kept_from) = (tag.name == "node", self.xml.keep());
                Open::Element(Element { is_node, line, tag, is_directed, kept_from, data: Vec::new() })
            }
            ("data", Some(Open::Element(_))) => {
                Open::Data(tag.get("key").unwrap_or_default().to_owned(), String::new())
            }
            ("data", Some(Open::Graph { .. } | Open::Root)) => {
                let key = tag.get("key").unwrap_or_default();
                reading.note("data of the whole graph, left out", line, &format!("data `{}`", key.escape_debug()));
                Open::Other
            }
            ("hyperedge", Some(Open::Graph { .. })) => Open::Hyperedge { line, kept_from: self.xml.keep() },
            ("port" | "locator", _) => {
                reading.note("port or locator, left out", line, &format!("`{}`", tag.name));
                Open::Other
            }
            ("NodeLabel" | "EdgeLabel", _) if self.is_in_picture() => Open::Shown,
            (name, Some(Open::Data(..))) if !self.is_in_picture() => {
                reading.note("tags within data, left out", line, &format!("`{}`", name.escape_debug()));
                Open::Other
            }
            _ => Open::Other,
        };
        self.open.push(opened);
        Ok(())
    }

    /// Whether what is open is the picture of an element.
    fn is_in_picture(&self) -> bool {
        self.picture().is_some()
    }

    /// The place of the data that are a picture.
    fn picture(&self) -> Option<usize> {
        self.open.iter().rposition(|open| match open {
            Open::Data(key, _) => self.keys.by_id.get(key).is_some_and(|key| key.is_picture),
            _ => false,
        })
    }

    fn key(&mut self, tag: &Tag) -> Result<Open, ImportError> {
        let get = |name: &str| tag.get(name);
        let Some(id) = get("id") else { return Err(self.xml.damaged("a key without an id")) };
        let role = get(ROLE).map(|name| Role::ALL.into_iter().find(|role| role.name() == name));
        let role = match role {
            Some(None) => return Err(self.xml.damaged(format!("the role of the key `{id}` is not known"))),
            role => role.flatten(),
        };
        self.keys.is_own |= role.is_some();
        let kind = kind_of(tag).map_err(|name| {
            self.xml.damaged(format!(
                "the type `{}` of the key `{}` is not known",
                name.escape_debug(),
                id.escape_debug()
            ))
        })?;
        let is_picture = get("yfiles.type").is_some_and(|what| what == "nodegraphics" || what == "edgegraphics");
        let of = match get("for").unwrap_or("all") {
            "node" => Of::Nodes,
            "edge" => Of::Edges,
            "all" => Of::All,
            _ => Of::Others,
        };
        let name = get("attr.name").unwrap_or(id).to_owned();
        Ok(Open::Key(id.to_owned(), KeyDef { name, of, kind, role, is_picture, default: None }))
    }

    fn text(&mut self, text: &str) -> Result<(), ImportError> {
        let picture = self.picture();
        let place = match self.open.last() {
            Some(Open::Data(..)) if picture.is_none() => Some(self.open.len() - 1),
            Some(Open::Shown) => picture,
            Some(Open::Default(_)) => Some(self.open.len() - 1),
            _ => None,
        };
        let Some(Open::Data(_, held) | Open::Default(held)) = place.and_then(|place| self.open.get_mut(place)) else {
            return Ok(());
        };
        held.push_str(text);
        self.text_bytes += text.len();
        if self.text_bytes > MOST_BYTES {
            return Err(self.xml.damaged(format!("an element has texts of more than {MOST_BYTES} bytes")));
        }
        Ok(())
    }

    fn close(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
        match (self.open.pop(), self.open.last_mut()) {
            (Some(Open::Data(key, text)), Some(Open::Element(element))) => element.data.push((key, text)),
            (Some(Open::Default(text)), Some(Open::Key(_, key))) => key.default = Some(text),
            (Some(Open::Key(id, key)), _) => self.add_key(id, key)?,
            (Some(Open::Element(element)), _) => {
                self.text_bytes = 0;
                self.add(&element, reading)?;
            }
            (Some(Open::Hyperedge { line, kept_from }), _) => {
                let message = "a hyperedge: relationships have two ends";
                reading.pass_over(line, &self.xml.taken(kept_from), "hyperedge", message)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add_key(&mut self, id: String, key: KeyDef) -> Result<(), ImportError> {
        if self.keys.by_id.contains_key(&id) {
            return Err(self.xml.damaged(format!("the key `{}` is declared twice", id.escape_debug())));
        }
        self.keys.add(id, key);
        Ok(())
    }

    fn add(&mut self, element: &Element, reading: &mut Reading<'_, '_>) -> Result<(), ImportError> {
        let (line, raw) = (element.line, self.xml.taken(element.kept_from));
        let read = Read::of(element, &self.keys);
        match read.and_then(|read| read.found(element, self.keys.is_own)) {
            Err((kind, message)) => reading.pass_over(line, &raw, kind, &message),
            Ok(Added::StandsFor(id, of)) => reading.stand_for(id, &of, line, &raw),
            Ok(Added::Found(found)) => {
                if let Found::Rel(rel) = &found {
                    self.note_rel(element, rel, reading);
                }
                reading.add(found, line, &raw)
            }
        }
    }

    fn note_rel(&self, element: &Element, rel: &Rel, reading: &mut Reading<'_, '_>) {
        let told = || format!("from {} to {}", rel.start, rel.end);
        if !element.is_directed {
            reading.note("undirected edge, drawn from its source to its target", element.line, &told());
        }
        if rel.type_name == PLAIN_TYPE && !self.keys.is_own {
            reading.note("edge without a type, drawn as RELATED_TO", element.line, &told());
        }
        if ["sourceport", "targetport"].iter().any(|name| element.tag.get(name).is_some()) {
            reading.note("port or locator, left out", element.line, &told());
        }
    }
}

impl Keys {
    fn add(&mut self, id: String, key: KeyDef) {
        if key.default.is_some() {
            self.with_default.push(id.clone());
        }
        self.by_id.insert(id, key);
    }
}

/// The type of the values of a key, or the name of one that is not known.
fn kind_of(tag: &Tag) -> Result<Kind, String> {
    if let Some(name) = tag.get(TYPE) {
        return Kind::named(name).ok_or_else(|| name.to_owned());
    }
    let plain = |name: &str| match name {
        "boolean" => Ok(Scalar::Boolean),
        "int" | "integer" | "long" | "short" | "byte" => Ok(Scalar::Integer),
        "float" | "double" => Ok(Scalar::Float),
        "string" => Ok(Scalar::String),
        name => Err(name.to_owned()),
    };
    match (tag.get("attr.list"), tag.get("attr.type")) {
        (Some(item), _) => Ok(Kind { scalar: plain(item)?, is_list: true }),
        (None, Some(name)) => Ok(Kind::one(plain(name)?)),
        (None, None) => Ok(Kind::STRING),
    }
}

/// What an element says of itself.
#[derive(Default)]
struct Read {
    labels: Option<String>,
    rel_type: Option<String>,
    state: Option<String>,
    stands_for: Option<String>,
    properties: Vec<(String, Value)>,
}

enum Added {
    Found(Found),
    StandsFor(FileId, FileId),
}

impl Read {
    fn of(element: &Element, keys: &Keys) -> Result<Self, Reason> {
        let mut read = Read::default();
        for (id, text) in &element.data {
            let Some(key) = keys.by_id.get(id) else {
                return Err(("unknown key", format!("the key `{}` is not declared", id.escape_debug())));
            };
            read.take(element.is_node, keys.is_own, key, text)?;
        }
        let said: HashSet<&str> = element.data.iter().map(|(id, _)| id.as_str()).collect();
        for id in &keys.with_default {
            let Some(key) = keys.by_id.get(id) else { continue };
            if key.of.is_of(element.is_node) && !said.contains(id.as_str()) {
                read.take(element.is_node, keys.is_own, key, key.default.as_deref().unwrap_or_default())?;
            }
        }
        let mut known = HashSet::new();
        if let Some((twin, _)) = read.properties.iter().find(|(key, _)| !known.insert(key.as_str())) {
            return Err(("value", format!("the property `{}` is there twice", twin.escape_debug())));
        }
        Ok(read)
    }

    fn take(&mut self, is_node: bool, is_own: bool, key: &KeyDef, text: &str) -> Result<(), Reason> {
        let role = key.role.or_else(|| foreign_role(is_node, is_own, key));
        let place = match role {
            Some(Role::Labels) => &mut self.labels,
            Some(Role::Type) => &mut self.rel_type,
            Some(Role::State) => &mut self.state,
            Some(Role::StandsFor) => &mut self.stands_for,
            None => return self.property(key, text),
        };
        *place = Some(text.to_owned());
        Ok(())
    }

    fn property(&mut self, key: &KeyDef, text: &str) -> Result<(), Reason> {
        if key.is_picture {
            let shown = text.trim();
            if !shown.is_empty() {
                self.properties.push(("label".to_owned(), Value::from(shown)));
            }
            return Ok(());
        }
        let is_text = key.kind == Kind::STRING;
        if !is_text && text.trim().is_empty() {
            return Ok(());
        }
        let Some(value) = key.kind.value(text) else {
            let shown: String = text.chars().take(60).collect();
            let (name, shown) = (key.name.escape_debug(), shown.escape_debug());
            return Err(("value", format!("`{name}`: `{shown}` is no {}", key.kind.name())));
        };
        self.properties.push((key.name.clone(), value));
        Ok(())
    }

    fn found(self, element: &Element, is_own: bool) -> Result<Added, Reason> {
        let missing = |what: &str| ("missing", format!("the {what} is missing"));
        let end = |name: &str| element.tag.get(name).map(|id| FileId::Text(id.to_owned())).ok_or_else(|| missing(name));
        let mut properties = self.properties;
        if let Some(id) = element.tag.get("id").filter(|_| !is_own)
            && !properties.iter().any(|(key, _)| key == "id")
        {
            properties.push(("id".to_owned(), Value::from(id)));
        }
        if element.is_node {
            let id = end("id")?;
            if let Some(rel) = self.stands_for {
                return Ok(Added::StandsFor(id, edge_id(&rel)));
            }
            let labels = self.labels.as_deref().or_else(|| element.tag.get("labels"));
            let labels = labels.map_or(Ok(Vec::new()), |labels| labels_of(labels, is_own))?;
            return Ok(Added::Found(Found::Node(Node { id: Some(id), labels, properties, commit: None })));
        }
        // Others number edges as they like, and number nodes so, too.
        let id = element.tag.get("id").filter(|_| is_own).map(edge_id);
        let rel_type = self.rel_type.as_deref().or_else(|| element.tag.get("label"));
        let rel_type = rel_type.map(|name| if is_own { name } else { name.trim() });
        let quoted = match self.state.as_deref() {
            None | Some("asserted") => false,
            Some("quoted") => true,
            Some(other) => return Err(("value", format!("`{other}` is neither `asserted` nor `quoted`"))),
        };
        let type_name = rel_type.filter(|name| is_own || !name.is_empty()).unwrap_or(PLAIN_TYPE).to_owned();
        let (start, end) = (end("source")?, end("target")?);
        Ok(Added::Found(Found::Rel(Rel { id, type_name, start, end, quoted, properties, commit: None })))
    }
}

/// What data are by their name, in files of others.
fn foreign_role(is_node: bool, is_own: bool, key: &KeyDef) -> Option<Role> {
    let is_among = |names: &[&str]| names.contains(&key.name.as_str());
    match is_node {
        _ if is_own || key.kind != Kind::STRING || key.is_picture => None,
        true if is_among(&LABELS) => Some(Role::Labels),
        false if is_among(&TYPES) => Some(Role::Type),
        true | false => None,
    }
}

/// Relationships have ids beside those of nodes.
fn edge_id(id: &str) -> FileId {
    FileId::Text(format!("edge {id}\0"))
}

/// `:A:B`, or JSON. Others may put blanks and more colons between.
fn labels_of(text: &str, is_own: bool) -> Result<Vec<String>, Reason> {
    if text.starts_with('[') {
        return serde_json::from_str(text).map_err(|_| ("value", format!("`{text}` is no list of labels")));
    }
    if is_own {
        return Ok(text.split(':').skip(1).map(str::to_owned).collect());
    }
    Ok(text.split(':').map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect())
}
