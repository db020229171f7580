//! Functions and procedures of other languages and libraries, and what is written here instead.

/// Names without regard to case, and what to write.
const FOREIGN: &[(&[&str], &str)] = &[
    (&["concat", "strcat", "concat_ws"], "strings are joined by `+`"),
    (&["len", "strlen", "cardinality", "array_length"], "did you mean `size`?"),
    (&["substr", "mid"], "did you mean `substring`? it counts from 0"),
    (&["ifnull", "nvl", "isnull", "zeroifnull"], "write `coalesce(x, y)`, or `x IS NULL` to ask"),
    (&["now", "getdate", "sysdate", "current_timestamp"], "did you mean `datetime`?"),
    (&["curdate", "current_date", "today"], "did you mean `date`?"),
    (&["lcase", "tolowercase"], "did you mean `toLower`?"),
    (&["ucase", "touppercase"], "did you mean `toUpper`?"),
    (&["if", "iif", "decode", "apoc.do.when", "apoc.when"], "write `CASE WHEN condition THEN x ELSE y END`"),
    (&["int", "integer", "to_number", "toint"], "did you mean `toInteger`?"),
    (&["float", "double", "decimal"], "did you mean `toFloat`?"),
    (&["str", "string", "text", "to_char"], "did you mean `toString`?"),
    (&["to_date", "str_to_date", "apoc.date.parse"], "did you mean `date`?"),
    (&["cast", "convert"], "write `toInteger(x)`, `toFloat(x)`, `toString(x)` or `date(x)`"),
    (
        &["year", "month", "day", "hour", "minute", "datepart"],
        "write `x.year`, `x.month`, `x.day`; of an EDTF date: `earliest(x).year`",
    ),
    (&["datediff", "date_diff", "age"], "write `duration.between(a, b)` or `duration.inDays(a, b)`"),
    (&["dateadd", "date_add"], "write `x + duration({days: 1})`"),
    (&["mod"], "write `x % y`"),
    (&["pow", "power"], "write `x ^ y`"),
    (&["random"], "did you mean `rand`?"),
    (&["average", "mean"], "did you mean `avg`?"),
    (&["stddev"], "did you mean `stDev`?"),
    (&["median"], "write `percentileCont(x, 0.5)`"),
    (&["array_agg", "list", "group_concat", "string_agg", "listagg"], "did you mean `collect`?"),
    (&["instr", "charindex", "indexof", "locate", "position"], "write `text CONTAINS part`"),
    (&["regexp_like", "regex"], "write `text =~ pattern`"),
    (&["startswith", "starts_with"], "write `text STARTS WITH part`"),
    (&["endswith", "ends_with"], "write `text ENDS WITH part`"),
    (&["node"], "write `MATCH (n) WHERE id(n) = 0`"),
    (&["label"], "did you mean `labels`?"),
    (&["has", "isdefined"], "write `x.key IS NOT NULL`"),
    (&["filter"], "write `[x IN list WHERE condition]`"),
    (&["extract"], "write `[x IN list | value]`"),
    (&["apoc.coll.max"], "did you mean `coll.max`?"),
    (&["apoc.coll.min"], "did you mean `coll.min`?"),
    (&["apoc.coll.sum"], "write `reduce(sum = 0, x IN list | sum + x)`"),
    (&["apoc.coll.avg"], "write `UNWIND list AS x` and `avg(x)`"),
    (&["apoc.coll.toset"], "did you mean `coll.distinct`?"),
    (&["apoc.coll.sort"], "did you mean `coll.sort`?"),
    (&["apoc.coll.indexof"], "did you mean `coll.indexOf`?"),
    (&["apoc.coll.insert"], "did you mean `coll.insert`?"),
    (&["apoc.coll.remove"], "did you mean `coll.remove`?"),
    (&["apoc.coll.contains"], "write `x IN list`"),
    (&["apoc.coll.flatten"], "did you mean `coll.flatten`?"),
    (&["apoc.text.join"], "write `reduce(text = '', x IN list | text + x)`"),
    (&["apoc.text.split"], "write `split(text, mark)`"),
    (&["apoc.text.replace"], "write `replace(text, from, to)`"),
    (&["apoc.convert.tointeger"], "write `toInteger(x)`"),
    (&["apoc.convert.tostring"], "write `toString(x)`"),
    (&["apoc.create.uuid"], "write `randomUUID()`"),
    (&["apoc.node.degree"], "write `degree(n)`"),
    (&["apoc.date.currenttimestamp"], "write `timestamp()`"),
    (&["apoc.create.node"], "write `CREATE (:Label {key: value})`"),
    (&["apoc.create.relationship"], "write `CREATE (a)-[:TYPE]->(b)`"),
    (&["apoc.merge.node", "apoc.merge.relationship"], "write `MERGE`"),
    (&["apoc.periodic.iterate", "apoc.periodic.commit"], "write `CALL (x) { ... } IN TRANSACTIONS`"),
    (&["apoc.load.csv"], "write `LOAD CSV`"),
    (&["apoc.load.json", "apoc.load.xml"], "rows come as a parameter: `UNWIND $rows AS row`"),
    (&["apoc.meta.schema", "apoc.meta.graph", "db.schema.visualization"], "write `CALL db.schema.patterns()`"),
    (&["db.schema.nodetypeproperties"], "write `CALL db.schema.labels()`"),
    (&["db.schema.reltypeproperties"], "write `CALL db.schema.relationshipTypes()`"),
    (&["db.indexes"], "write `SHOW INDEXES`"),
    (&["db.constraints"], "write `SHOW CONSTRAINTS`"),
    (&["dbms.functions"], "write `SHOW FUNCTIONS`"),
    (&["dbms.procedures"], "write `SHOW PROCEDURES`"),
    (&["point", "distance", "point.distance", "point.withinbbox"], "keep coordinates as numbers: there are no points"),
];

/// Libraries of which nothing is here.
const LIBRARIES: &[(&str, &str)] = &[("apoc.", "there is no APOC here"), ("gds.", "there is no library of GDS here")];

/// What to write instead of a call of `name`, if it is known from elsewhere.
pub(crate) fn instead_of(name: &str) -> Option<String> {
    let is_meant = |(names, _): &&(&[&str], &str)| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let instead = FOREIGN.iter().find(is_meant).map(|(_, instead)| *instead);
    let is_of =
        |(prefix, _): &&(&str, &str)| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    match (LIBRARIES.iter().find(is_of), instead) {
        (Some((_, missing)), Some(instead)) => Some(format!("{missing}; {instead}")),
        (Some((_, missing)), None) => Some((*missing).to_owned()),
        (None, instead) => instead.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Registry;
    use super::*;

    #[test]
    fn no_function_of_the_language_is_foreign_and_those_that_are_proposed_are_there() {
        let registry = Registry::builtin();
        let is_known = |name: &str| registry.function(name).is_some() || registry.aggregate(name).is_some();
        for (names, instead) in FOREIGN {
            assert!(names.iter().all(|name| !is_known(name)), "{names:?}");
            let proposed = instead.split('`').skip(1).step_by(2).filter(|code| !code.contains(' '));
            let called = proposed.map(|code| code.split('(').next().unwrap_or(code)).filter(|name| *name != "MERGE");
            for name in called.filter(|name| !name.contains(['.', '=']) && name.chars().all(char::is_alphanumeric)) {
                assert!(is_known(name), "{name}");
            }
        }
    }

    #[test]
    fn a_library_that_is_not_here_is_named() {
        assert_eq!(instead_of("NVL").as_deref(), Some("write `coalesce(x, y)`, or `x IS NULL` to ask"));
        assert_eq!(instead_of("apoc.coll.contains").as_deref(), Some("there is no APOC here; write `x IN list`"));
        assert_eq!(instead_of("apoc.quux").as_deref(), Some("there is no APOC here"));
        assert_eq!(instead_of("quux"), None);
    }
}
