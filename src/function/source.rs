//! Functions of where something is read: of one element, or of all that a list or a path holds.
//!
//! Under clocks they tell of the citations that these show. Since when an element is known is a word on it that no clock
//! changes.

use std::collections::BTreeSet;

use super::host::Cited;
use super::lens::Lens;
use super::witness::with_citations;
use super::{Accepts, Function, FunctionError, Host, ResultType};
use crate::value::{Date, Element, Node, Type, Value};

const ELEMENTS: Accepts = Accepts::ELEMENT.or(Accepts::PATH).or(Accepts::LIST);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "sources",
        &[ELEMENTS],
        ResultType::ListOf(Type::Node),
        sources,
        "the sources that an element, or what a list or path holds, is cited from, each once, in the order of their ids",
    )
    .under_lens()
    .because(cited),
    Function::new(
        "citations",
        &[ELEMENTS],
        ResultType::ListOf(Type::Map),
        citations,
        "the citations of an element, or of what a list or path holds, in the order of their ids: \
         {citation, paragraph, source, certainty, voice, printed}",
    )
    .under_lens()
    .because(cited),
    Function::new(
        "certainty",
        &[ELEMENTS],
        ResultType::Is(Type::Any),
        certainty,
        "the best certainty with which an element is cited; of a list or path, that of its weakest link",
    )
    .under_lens()
    .because(cited),
    Function::new(
        "known",
        &[ELEMENTS],
        ResultType::Is(Type::Date),
        known,
        "the day from which an element, or all that a list or path holds, is certainly known; null if no day is certain",
    )
    .under_lens()
    .because(made_known),
];

/// From the best to the worst. It is the reading that is more or less certain: what is stated and what is hedged stands in
/// the text for all to see, what is inferred is a conclusion of ours, and of what is garbled not even the text is sure.
const CERTAINTIES: [&str; 4] = ["stated", "hedged", "inferred", "garbled"];

fn sources(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut sources: BTreeSet<Node> = BTreeSet::new();
    for element in elements("sources", &arguments[0])? {
        sources.extend(host.citations(element.id(), Lens::beside(arguments))?.into_iter().map(|cited| cited.source));
    }
    reserve_list(host, sources.len())?;
    Ok(sources.into_iter().collect::<Vec<_>>().into())
}

fn citations(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut all: Vec<Cited> = Vec::new();
    for element in elements("citations", &arguments[0])? {
        all.extend(host.citations(element.id(), Lens::beside(arguments))?);
    }
    // Where a paragraph is of several sources, they keep their order.
    all.sort_by_key(|cited| cited.citation.id());
    let maps = all.into_iter().map(|cited| {
        let map = described(host, cited)?;
        host.reserve(map.payload_bytes())?;
        Ok(map)
    });
    Ok(maps.collect::<Result<Vec<_>, _>>()?.into())
}

/// One citation as a map.
pub(super) fn described(host: &dyn Host, cited: Cited) -> Result<Value, FunctionError> {
    let mut properties = host.properties(cited.citation.id())?;
    let [certainty, voice, printed] =
        ["certainty", "voice", "printed"].map(|key| properties.remove(key).unwrap_or_default());
    let entries: [(&str, Value); 6] = [
        ("citation", cited.citation.into()),
        ("paragraph", cited.paragraph.into()),
        ("source", cited.source.into()),
        ("certainty", certainty),
        ("voice", voice),
        ("printed", printed),
    ];
    Ok(entries.into_iter().collect())
}

/// An uncited node is no link of a chain: a company stands for itself. An uncited relationship is one of which nobody
/// knows how certain it is, as is what is cited without a word on that.
fn certainty(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut weakest = Value::Null;
    for element in elements("certainty", &arguments[0])? {
        let cited = host.citations(element.id(), Lens::beside(arguments))?;
        if cited.is_empty() && matches!(element, Element::Node(_)) {
            continue;
        }
        let best = best_certainty(host, &cited)?;
        if best.is_null() {
            return Ok(Value::Null);
        }
        if weakest.is_null() || doubt(&best) > doubt(&weakest) {
            weakest = best;
        }
    }
    Ok(weakest)
}

/// Null if no citation has a word on it.
fn best_certainty(host: &dyn Host, citations: &[Cited]) -> Result<Value, FunctionError> {
    let mut best = Value::Null;
    for cited in citations {
        let found = host.property(cited.citation.id(), "certainty")?;
        if !found.is_null() && (best.is_null() || doubt(&found) < doubt(&best)) {
            best = found;
        }
    }
    Ok(best)
}

/// The place among the certainties; behind them for a word of somebody else's.
fn doubt(certainty: &Value) -> usize {
    let place = |word: &str| CERTAINTIES.iter().position(|known| *known == word);
    let place = if let Value::String(word) = certainty { place(word) } else { None };
    place.unwrap_or(CERTAINTIES.len())
}

fn known(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let mut last: Option<Date> = None;
    for element in elements("known", &arguments[0])? {
        let Some(day) = host.known(element.id(), false)? else { return Ok(Value::Null) };
        last = last.max(Some(day));
    }
    Ok(last.into())
}

/// The elements themselves, with which their citations are told.
fn cited(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let found = elements("citations", &arguments[0])?;
    reserve_list(host, found.len())?;
    let found = found.into_iter().map(Value::from).collect();
    with_citations(host, found, arguments)
}

/// The elements, and the relationships through which alone those are known that nothing cites.
fn made_known(host: &dyn Host, arguments: &[Value]) -> Result<Value, FunctionError> {
    let found = elements("known", &arguments[0])?;
    reserve_list(host, 2 * found.len())?;
    let mut all = Vec::with_capacity(2 * found.len());
    for element in found {
        let through = host.known_through(element.id(), false)?;
        all.extend([element.into()].into_iter().chain(through.map(Value::from)));
    }
    with_citations(host, all, arguments)
}

/// The elements in a value, each once, in the order in which they stand there. Nulls are passed over.
fn elements(function: &'static str, value: &Value) -> Result<Vec<Element>, FunctionError> {
    let mut found = Vec::new();
    add_elements(&mut found, function, value)?;
    let mut seen = BTreeSet::new();
    found.retain(|element: &Element| seen.insert(element.id()));
    Ok(found)
}

/// Lists are nested no deeper than a query may make them.
fn add_elements(found: &mut Vec<Element>, function: &'static str, value: &Value) -> Result<(), FunctionError> {
    match value {
        Value::Null => {}
        Value::Node(node) => found.push(Element::Node(node.clone())),
        Value::Relationship(rel) => found.push(Element::Relationship(rel.clone())),
        Value::Path(path) => {
            found.extend(path.elements.iter().cloned());
            found.extend(path.relationships.iter().cloned().map(Element::Relationship));
        }
        Value::List(items) => items.iter().try_for_each(|item| add_elements(found, function, item))?,
        other => {
            return Err(FunctionError::wrong_type(function, "a NODE, a RELATIONSHIP, a PATH or a list of them", other));
        }
    }
    Ok(())
}

fn reserve_list(host: &dyn Host, len: usize) -> Result<(), FunctionError> {
    host.reserve(len * size_of::<Value>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::{call, check, check_error};
    use crate::value::{ElementId, Relationship};

    #[test]
    fn the_known_words_of_certainty_have_an_order_and_others_come_last() {
        let doubts = ["stated", "hedged", "inferred", "garbled", "rumoured"].map(|word| doubt(&Value::from(word)));
        assert_eq!(doubts, [0, 1, 2, 3, 4]);
        assert_eq!(doubt(&Value::from(1)), 4);
    }

    #[test]
    fn an_element_and_a_list_of_it_have_the_same_sources() {
        let node: Value = Node::bare(ElementId(1)).into();
        check("sources", std::slice::from_ref(&node), "[()]");
        check("sources", &[vec![node.clone(), Value::Null, vec![node.clone()].into()].into()], "[()]");
        check("known", &[node], "1970-01-02");
        check("certainty", &[Value::Null], "null");
        check("citations", &[Relationship::bare(ElementId(2)).into()], "[]");
    }

    #[test]
    fn what_is_no_element_is_refused() {
        check_error(call("sources", &[1.into()]), "TypeError InvalidArgumentValue");
        check_error(call("known", &[vec![Value::from("a")].into()]), "TypeError InvalidArgumentValue");
    }
}
