//! What the first line of a file says of its columns.
//!
//! ```text
//! name            a property; its type is to be found, or it is a text
//! name:type       a property of a type; name:type[] a list of them
//! name:ID(group)  the id of the node, kept as a property if it has a name; `name:ID(group){id-type: long}`
//! :START_ID(group), :END_ID(group)    ids of the nodes at the ends of the relationship
//! :LABEL, :TYPE   labels of the node, the type of the relationship
//! :IGNORE         nothing
//! ```

use std::collections::HashSet;

use super::cell::CellType;
use super::ids::IdType;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HeaderColumn {
    /// As it stands there.
    pub text: String,
    pub role: Role,
}

/// What a column says of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The type is `None` where the header does not tell it.
    Property {
        key: String,
        cell_type: Option<CellType>,
    },
    Id {
        key: Option<String>,
        group: Option<String>,
        id_type: Option<IdType>,
    },
    Start {
        group: Option<String>,
    },
    End {
        group: Option<String>,
    },
    Labels,
    Type,
    Ignored,
}

/// Names of columns that are ids and ends where the header says of none that it is.
#[derive(Clone, Debug, Default)]
pub(super) struct PlainNames {
    pub id: Option<String>,
    pub start: Option<String>,
    pub end: Option<String>,
}

/// Names by which ends are known where nothing else is said.
pub(super) const STARTS: [&str; 5] = ["start", "source", "src", "from", "start_id"];
pub(super) const ENDS: [&str; 5] = ["end", "target", "dst", "to", "end_id"];

/// The name by which an id is known where nothing else is said.
pub(super) const ID: &str = "id";

/// Whether elements are nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Elements {
    Nodes,
    Rels,
}

/// Reads a header; what is wrong with it is told.
pub(super) fn read_header<'h>(
    fields: impl Iterator<Item = &'h str>,
    elements: Elements,
    names: &PlainNames,
) -> Result<Vec<HeaderColumn>, String> {
    let mut columns = fields.map(column).collect::<Result<Vec<_>, _>>()?;
    if let Some(number) = columns.first().filter(|first| is_number(first)) {
        let number = &number.text;
        return Err(format!(
            "the first line says what columns there are, and `{number}` is a number: if there is no such line, give one in a \
             file of its own, `--nodes Label=header.csv,data.csv`; if it is a name, `{number}:string` says so"
        ));
    }
    match elements {
        Elements::Nodes => find_id(&mut columns, names)?,
        Elements::Rels => {
            find_end(&mut columns, names.start.as_deref(), &STARTS, Side::Start)?;
            find_end(&mut columns, names.end.as_deref(), &ENDS, Side::End)?;
        }
    }
    check(&columns, elements)?;
    Ok(columns)
}

fn column(text: &str) -> Result<HeaderColumn, String> {
    if text.chars().any(char::is_control) {
        let text = text.escape_debug();
        return Err(format!("the name `{text}` of a column has letters that cannot be seen; is this UTF-8 text?"));
    }
    let role = match split(text) {
        None => Role::Property { key: text.to_owned(), cell_type: None },
        Some((key, kind)) => role(key, kind).ok_or_else(|| unknown(text))??,
    };
    if matches!(&role, Role::Property { key, .. } if key.is_empty()) {
        return Err("a column has no name; `:IGNORE` passes one over".to_owned());
    }
    Ok(HeaderColumn { text: text.to_owned(), role })
}

fn is_number(column: &HeaderColumn) -> bool {
    matches!(&column.role, Role::Property { key, cell_type: None } if key.trim().parse::<f64>().is_ok_and(f64::is_finite))
}

/// The name, and what stands behind the last colon that is in no brackets: a group may have some, and options have one.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let opening = if text.ends_with('}') { text.rfind('{') } else { None };
    let (before, _) = text.split_at(opening.unwrap_or(text.len()));
    let opening = if before.ends_with(')') { before.rfind('(') } else { opening };
    let colon = text[..opening.unwrap_or(text.len())].rfind(':')?;
    Some((&text[..colon], &text[colon + 1..]))
}

fn unknown(text: &str) -> String {
    let kinds = "ID, START_ID, END_ID, LABEL, TYPE, IGNORE";
    format!("what `{text}` is, is not known; behind the colon stands one of {kinds}, or a type: {}", CellType::names())
}

/// `None`: it is not known.
pub(super) fn role(key: &str, kind: &str) -> Option<Result<Role, String>> {
    if let Some((kind, options)) = kind.strip_suffix('}').and_then(|kind| kind.split_once('{')) {
        return Some(role(key, kind)?.and_then(|role| with_options(role, key, options)));
    }
    if let Some(cell_type) = CellType::named(kind) {
        return Some(Ok(Role::Property { key: key.to_owned(), cell_type: Some(cell_type) }));
    }
    let (word, group) = match kind.strip_suffix(')').and_then(|kind| kind.split_once('(')) {
        Some((word, group)) => (word, Some(group.trim().to_owned()).filter(|group| !group.is_empty())),
        None => (kind, None),
    };
    let role = match (word.to_ascii_uppercase().as_str(), &group) {
        ("ID", _) => Role::Id { key: Some(key.to_owned()).filter(|key| !key.is_empty()), group, id_type: None },
        ("START_ID", _) => Role::Start { group },
        ("END_ID", _) => Role::End { group },
        ("LABEL", None) => Role::Labels,
        ("TYPE", None) => Role::Type,
        ("IGNORE", None) => Role::Ignored,
        _ => return None,
    };
    Some(Ok(role))
}

fn with_options(role: Role, name: &str, options: &str) -> Result<Role, String> {
    let (option, value) = options.split_once(':').unwrap_or((options, ""));
    if let Role::Id { key, group, .. } = role
        && option.trim() == "id-type"
    {
        let id_type = CellType::named(value.trim()).and_then(IdType::of).ok_or_else(|| no_id_type(value.trim()))?;
        return Ok(Role::Id { key, group, id_type: Some(id_type) });
    }
    Err(format!("`{name}` has no option `{}`; ids have `id-type`", option.trim()))
}

fn no_id_type(text: &str) -> String {
    format!("`{text}` is no type of ids: `string` or `long`")
}

/// Takes the column with the usual name, or the one that is asked for, for the id.
fn find_id(columns: &mut [HeaderColumn], names: &PlainNames) -> Result<(), String> {
    if columns.iter().any(|column| matches!(column.role, Role::Id { .. })) {
        return Ok(());
    }
    let wanted = names.id.as_deref().unwrap_or(ID);
    let Some(column) = columns.iter_mut().find(|column| is_property(column, wanted)) else {
        return match &names.id {
            Some(name) => Err(format!("there is no column `{name}` for the id")),
            None => Ok(()),
        };
    };
    let Role::Property { key, cell_type } = &column.role else { return Ok(()) };
    let id_type = match cell_type {
        None => None,
        Some(cell_type) => Some(IdType::of(*cell_type).ok_or_else(|| no_id_type(&column.text))?),
    };
    column.role = Role::Id { key: Some(key.clone()), group: None, id_type };
    Ok(())
}

fn is_property(column: &HeaderColumn, name: &str) -> bool {
    matches!(&column.role, Role::Property { key, .. } if key == name)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

fn find_end(columns: &mut [HeaderColumn], asked: Option<&str>, usual: &[&str], side: Side) -> Result<(), String> {
    let is_end = |column: &HeaderColumn| match side {
        Side::Start => matches!(column.role, Role::Start { .. }),
        Side::End => matches!(column.role, Role::End { .. }),
    };
    if columns.iter().any(is_end) {
        return Ok(());
    }
    let found = match asked {
        Some(name) => columns.iter().position(|column| is_property(column, name)),
        None => usual.iter().find_map(|name| columns.iter().position(|column| is_property(column, name))),
    };
    let role = match side {
        Side::Start => Role::Start { group: None },
        Side::End => Role::End { group: None },
    };
    match (found, asked) {
        (Some(place), _) => columns[place].role = role,
        (None, Some(name)) => return Err(format!("there is no column `{name}` for the {}", told(side))),
        (None, None) => {
            let mark = if side == Side::Start { ":START_ID" } else { ":END_ID" };
            return Err(format!(
                "no column says where relationships {}: one has to be called `{mark}`, or, without types, one of {}",
                told(side),
                usual.join(", ")
            ));
        }
    }
    Ok(())
}

fn told(side: Side) -> &'static str {
    match side {
        Side::Start => "start",
        Side::End => "end",
    }
}

/// Whether columns contradict each other, or the elements.
fn check(columns: &[HeaderColumn], elements: Elements) -> Result<(), String> {
    let mut keys: HashSet<&str> = HashSet::new();
    let mut marks: Vec<std::mem::Discriminant<Role>> = Vec::new();
    for HeaderColumn { text, role } in columns {
        let is_out_of_place = match role {
            Role::Property { .. } | Role::Ignored => false,
            Role::Id { .. } | Role::Labels => elements == Elements::Rels,
            Role::Start { .. } | Role::End { .. } | Role::Type => elements == Elements::Nodes,
        };
        if is_out_of_place {
            let what = if elements == Elements::Nodes { "nodes have" } else { "relationships have" };
            return Err(format!("`{text}` is nothing that {what}"));
        }
        if let Role::Property { key, .. } | Role::Id { key: Some(key), .. } = role
            && !keys.insert(key)
        {
            return Err(format!("the column `{key}` is there twice"));
        }
        let mark = std::mem::discriminant(role);
        if !matches!(role, Role::Property { .. } | Role::Ignored) {
            if marks.contains(&mark) {
                return Err(format!("`{text}` is the second column of its kind"));
            }
            marks.push(mark);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(header: &str, elements: Elements) -> Result<Vec<Role>, String> {
        let columns = read_header(header.split(','), elements, &PlainNames::default())?;
        Ok(columns.into_iter().map(|column| column.role).collect())
    }

    fn property(key: &str, name: &str) -> Role {
        Role::Property { key: key.to_owned(), cell_type: CellType::named(name) }
    }

    #[test]
    fn columns_are_what_stands_behind_the_colon() {
        let found =
            roles("personId:ID(Person){id-type: long},name,tags:String[],:LABEL,x:IGNORE,a:b:double", Elements::Nodes);
        let id = Role::Id {
            key: Some("personId".to_owned()),
            group: Some("Person".to_owned()),
            id_type: Some(IdType::Integer),
        };
        let expected = [
            id,
            property("name", ""),
            property("tags", "string[]"),
            Role::Labels,
            Role::Ignored,
            property("a:b", "float"),
        ];
        assert_eq!(found.unwrap(), expected);
        let found = roles(":START_ID(A:B),x:END_ID(c)", Elements::Rels).unwrap();
        assert_eq!(found[0], Role::Start { group: Some("A:B".to_owned()) });
        let found = roles(":START_ID(Person),:END_ID,:TYPE,since:date", Elements::Rels);
        let start = Role::Start { group: Some("Person".to_owned()) };
        assert_eq!(found.unwrap(), [start, Role::End { group: None }, Role::Type, property("since", "date")]);
    }

    /// Each was held against all before it, which took as long as an import.
    #[test]
    fn many_columns_are_told_apart_quickly() {
        let names: Vec<String> = (0..20_000).map(|number| format!("k{number}")).collect();
        assert_eq!(roles(&names.join(","), Elements::Nodes).unwrap().len(), 20_000);
    }

    #[test]
    fn a_plain_header_has_usual_names() {
        let found = roles("name,id", Elements::Nodes).unwrap();
        assert_eq!(found[1], Role::Id { key: Some("id".to_owned()), group: None, id_type: None });
        let found = roles("dst,src,x", Elements::Rels).unwrap();
        assert_eq!(found[..2], [Role::End { group: None }, Role::Start { group: None }]);
    }

    #[track_caller]
    fn check_refused(header: &str, elements: Elements, expected: &str) {
        let error = roles(header, elements).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_a_header_cannot_say_is_told() {
        check_refused("id:ID,name:sring", Elements::Nodes, "what `name:sring` is, is not known");
        check_refused("a,b,a", Elements::Nodes, "the column `a` is there twice");
        check_refused("a,", Elements::Nodes, "a column has no name");
        check_refused("a:ID,b:ID", Elements::Nodes, "`b:ID` is the second column of its kind");
        check_refused(":START_ID,x", Elements::Nodes, "`:START_ID` is nothing that nodes have");
        check_refused("a,b", Elements::Rels, "no column says where relationships start");
        check_refused("src,b", Elements::Rels, "no column says where relationships end");
        check_refused("id:ID{id-type: date}", Elements::Nodes, "`date` is no type of ids");
        check_refused("name:string{x: 1}", Elements::Nodes, "has no option `x`");
        check_refused("a\0b", Elements::Nodes, "letters that cannot be seen");
    }
}
