//! What `names.lookup` finds among many made names: the figures of `benches/names`, with fewer of them.

use averment::{Database, Params, Value, params};

#[path = "../../benches/names/made.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod made;

use made::{Listed, Quality, by_edits, forms, names, strangers};

/// So many names, whose seeds are those of the bench.
const COUNT: usize = 20_000;

/// How many strangers may be taken for somebody, and how many names have to be right: in 200.
const MOST_MISTAKEN: usize = 4;
const LEAST_RIGHT: usize = 190;

#[test]
fn of_two_hundred_noisy_names_nearly_all_are_found_and_hardly_a_stranger_is() {
    let made = names(COUNT, 1);
    let (forms, strangers) = (forms(200, 2, &made), strangers(200, 3, &Listed::of(&made)));
    let db = Database::in_memory();
    let rows: Vec<Value> = made.iter().map(|made| Value::from(made.name.as_str())).collect();
    let create = "UNWIND range(0, size($names) - 1) AS i CREATE (:Party {number: i, name: $names[i]})";
    db.query(create, Params::from_iter([("names", Value::from(rows))])).unwrap();
    db.query("CREATE NAME INDEX FOR (n) ON EACH [n.name]", ()).unwrap();
    let lookup = db.prepare("CALL names.lookup($name, {limit: 1}) YIELD node RETURN node.number").unwrap();
    let found = Quality::of(&forms, &strangers, |name| {
        let numbers: Vec<i64> = db.query(&lookup, params! { "name" => name }).unwrap().into_vec().unwrap();
        numbers.first().map(|number| usize::try_from(*number).unwrap())
    });
    println!("names.lookup: {found}");
    assert_eq!(found.right().0, 200);
    assert!(found.right().1 >= LEAST_RIGHT, "{found}");
    assert!(found.mistaken <= MOST_MISTAKEN, "{found}");

    let fewer: Vec<_> = forms.iter().step_by(7).cloned().collect();
    let by_edits = Quality::of(&fewer, &[], |name| by_edits(&made, name, 0.75));
    println!("Levenshtein: {by_edits}");
    let share = |(all, right): (usize, usize)| right * 100 / all;
    assert!(share(found.right()) > share(by_edits.right()), "{found}; {by_edits}");
}
