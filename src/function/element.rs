//! Functions of nodes, relationships, paths and maps.

use super::lens::Lens;
use super::witness::with_citations;
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{Element, ElementId, Name, Relationship, Type, Value};

const MAP_OR_ELEMENT: Accepts = Accepts::ELEMENT.or(Accepts::MAP);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "id",
        &[Accepts::ELEMENT],
        ResultType::Is(Type::Integer),
        id,
        "the id of a node or relationship, stable for the life of the database",
    ),
    Function::new("elementId", &[Accepts::ELEMENT], ResultType::Is(Type::String), element_id, "the id as text"),
    Function::new("labels", &[Accepts::NODE], ResultType::ListOf(Type::String), labels, "the labels of a node"),
    Function::new(
        "type",
        &[Accepts::RELATIONSHIP],
        ResultType::Is(Type::String),
        rel_type,
        "the type of a relationship",
    ),
    Function::new(
        "properties",
        &[MAP_OR_ELEMENT],
        ResultType::Is(Type::Map),
        properties,
        "the properties of a node or relationship as a map",
    ),
    Function::new(
        "keys",
        &[MAP_OR_ELEMENT],
        ResultType::ListOf(Type::String),
        keys,
        "the keys of the properties of a node or relationship, or of a map",
    ),
    Function::new(
        "startNode",
        &[Accepts::RELATIONSHIP],
        ResultType::Is(Type::Element),
        start_node,
        "where a relationship starts: a node, or another relationship",
    ),
    Function::new(
        "endNode",
        &[Accepts::RELATIONSHIP],
        ResultType::Is(Type::Element),
        end_node,
        "where a relationship ends: a node, or another relationship",
    ),
    Function::new(
        "asserted",
        &[Accepts::RELATIONSHIP],
        ResultType::Is(Type::Boolean),
        asserted,
        "whether the graph says a relationship, rather than somebody",
    ),
    Function::new(
        "degree",
        &[Accepts::NODE],
        ResultType::Is(Type::Integer),
        degree,
        "how many asserted relationships to nodes a node has, a loop at both its ends",
    )
    .under_lens()
    .because(counted),
    Function::new(
        "recorded",
        &[Accepts::ELEMENT],
        ResultType::Is(Type::DateTime),
        recorded,
        "when a node or relationship was recorded in this database",
    ),
    Function::new(
        "nodes",
        &[Accepts::PATH],
        ResultType::ListOf(Type::Element),
        nodes,
        "the nodes of a path, and relationships that stand where a node could",
    ),
    Function::new(
        "relationships",
        &[Accepts::PATH],
        ResultType::ListOf(Type::Relationship),
        relationships,
        "the relationships that a path travels",
    ),
];

fn id(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let id = element("id", &arguments[0])?;
    Ok(Value::Integer(i64::try_from(id.0).unwrap_or(i64::MAX)))
}

fn element_id(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(element("elementId", &arguments[0])?.to_string().into())
}

fn labels(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Node(node) => Ok(host.labels(node)?.into()),
        other => Err(FunctionError::wrong_type("labels", "a NODE", other)),
    }
}

fn rel_type(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(host.rel_type(relationship("type", &arguments[0])?)?.into())
}

fn properties(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Map(map) => Ok(Value::Map(map.clone())),
        other => {
            let properties = Value::Map(host.properties(element("properties", other)?)?.into());
            host.reserve(properties.payload_bytes())?;
            Ok(properties)
        }
    }
}

fn keys(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let keys: Vec<Name> = match &arguments[0] {
        Value::Map(map) => map.keys().cloned().collect(),
        other => host.properties(element("keys", other)?)?.into_keys().collect(),
    };
    host.reserve(size_of_val(&keys[..]))?;
    Ok(keys.into())
}

fn start_node(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(host.ends(relationship("startNode", &arguments[0])?)?.0)
}

fn end_node(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(host.ends(relationship("endNode", &arguments[0])?)?.1)
}

fn asserted(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    Ok(host.is_asserted(relationship("asserted", &arguments[0])?)?.into())
}

fn degree(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Node(node) => {
            Ok(Value::Integer(i64::try_from(host.degree(node, Lens::beside(arguments))?).unwrap_or(i64::MAX)))
        }
        other => Err(FunctionError::wrong_type("degree", "a NODE", other)),
    }
}

/// What [`degree`] counts.
fn counted(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Node(node) => {
            let degree = host.degree(node, Lens::default())?;
            host.reserve(usize::try_from(degree).unwrap_or(usize::MAX).saturating_mul(size_of::<Value>()))?;
            let found = host.touching(node, Lens::beside(arguments))?;
            with_citations(host, found.into_iter().map(Value::from).collect(), arguments)
        }
        _ => Ok(Value::Null),
    }
}

fn recorded(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let (_commit, time) = host.recorded(element("recorded", &arguments[0])?)?;
    Ok(time.into())
}

fn nodes(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Path(path) => Ok(path.elements.iter().cloned().map(element_value).collect::<Vec<_>>().into()),
        other => Err(FunctionError::wrong_type("nodes", "a PATH", other)),
    }
}

fn relationships(_: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    match &arguments[0] {
        Value::Path(path) => Ok(path.relationships.clone().into()),
        other => Err(FunctionError::wrong_type("relationships", "a PATH", other)),
    }
}

fn element_value(element: Element) -> Value {
    match element {
        Element::Node(node) => Value::Node(node),
        Element::Relationship(rel) => Value::Relationship(rel),
    }
}

fn element(function: &'static str, value: &Value) -> Result<ElementId, FunctionError> {
    match value {
        Value::Node(node) => Ok(node.id()),
        Value::Relationship(rel) => Ok(rel.id()),
        other => Err(FunctionError::wrong_type(function, "a NODE or RELATIONSHIP", other)),
    }
}

fn relationship<'a>(function: &'static str, value: &'a Value) -> Result<&'a Relationship, FunctionError> {
    match value {
        Value::Relationship(rel) => Ok(rel),
        other => Err(FunctionError::wrong_type(function, "a RELATIONSHIP", other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{call, check, check_error};
    use crate::value::{Node, Path};

    fn node(id: u64) -> Value {
        Node::bare(ElementId(id)).into()
    }

    fn rel(id: u64) -> Value {
        Relationship::bare(ElementId(id)).into()
    }

    #[test]
    fn elements_tell_what_the_graph_says_of_them() {
        check("id", &[node(1)], "1");
        check("elementId", &[rel(2)], "2");
        check("labels", &[node(1)], "['A', 'B']");
        check("type", &[rel(2)], "T");
        check("properties", &[node(1)], "{k: 1}");
        check("keys", &[node(1)], "['k']");
        check("asserted", &[rel(2)], "true");
        check("degree", &[node(1)], "1");
        check("labels", &[Value::Null], "null");
        assert!(matches!(call("startNode", &[rel(2)]), Ok(Value::Node(_))));
    }

    #[test]
    fn maps_have_properties_and_keys_too() {
        let map: Value = [("a", 1), ("b", 2)].into_iter().collect();
        let map = std::slice::from_ref(&map);
        check("properties", map, "{a: 1, b: 2}");
        check("keys", map, "['a', 'b']");
    }

    #[test]
    fn a_path_is_nodes_and_relationships() {
        let element = |id| Element::Node(Node::bare(ElementId(id)));
        let path: Value =
            Path { elements: vec![element(1), element(3)], relationships: vec![Relationship::bare(ElementId(2))] }
                .into();
        let path = std::slice::from_ref(&path);
        check("length", path, "1");
        check("nodes", path, "[(), ()]");
        check("relationships", path, "[[]]");
    }

    #[test]
    fn what_is_no_element_is_refused() {
        check_error(call("labels", &[1.into()]), "TypeError InvalidArgumentValue");
        check_error(call("type", &[node(1)]), "TypeError InvalidArgumentValue");
        check_error(call("properties", &["a".into()]), "TypeError InvalidArgumentValue");
        check_error(call("nodes", &[node(1)]), "TypeError InvalidArgumentValue");
        check_error(call("keys", &[node(9)]), "EntityNotFound DeletedEntityAccess");
    }
}
