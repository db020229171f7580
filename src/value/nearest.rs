//! The name somebody probably meant.

use super::Name;

/// The longest name, in letters, that another one is looked for: the work grows by the square.
const LONGEST: usize = 100;

/// The candidate nearest to `name`, if one is near enough to be a slip of the hand.
///
/// Letters that differ in case only count as equal. Near enough is one edit in a short name and one in three
/// letters of a longer one; a single letter is near to its capital only, and of a hundred letters no one knows. Of two equally near, the first in the alphabet
/// wins, so that a message is the same every time.
///
/// # Example: a label that is not there
///
/// ```
/// use averment::editing::nearest;
/// assert_eq!(nearest("Compny", ["Company", "Person"]).as_deref(), Some("Company"));
/// assert_eq!(nearest("Vessel", ["Company", "Person"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<Name> {
    if name.chars().nth(LONGEST).is_some() {
        return None;
    }
    let wanted = name.to_lowercase();
    let letter_count = wanted.chars().count();
    let allowed = if letter_count < 2 { 0 } else { (letter_count / 3).max(1) };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.chars().nth(letter_count + allowed).is_none())
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| Name::from(candidate))
}

/// What is said of a name that a graph does not have.
pub(crate) fn not_here(noun: &str, name: &str, all: &[Name]) -> String {
    let near = nearest(name, all.iter().map(Name::as_str));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("no {noun} `{name}` here{hint}")
}

/// Edits, where swapping two neighbours is one.
fn distance(left: &str, right: &str) -> usize {
    strsim::osa_distance(left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_found_and_a_stranger_is_not() {
        let labels = ["Company", "Person", "Paragraph"];
        assert_eq!(nearest("Compny", labels), Some(Name::from("Company")));
        assert_eq!(nearest("PERSON", labels), Some(Name::from("Person")));
        assert_eq!(nearest("Vessel", labels), None);
        assert_eq!(nearest("Company", ["Company"]), None);
    }

    #[test]
    fn names_in_other_scripts_count_letters_not_bytes() {
        assert_eq!(nearest("Компани", ["Компания", "Лицо"]), Some(Name::from("Компания")));
    }

    #[test]
    fn a_name_without_end_is_near_to_none() {
        let long = "x".repeat(1 << 20);
        assert_eq!(nearest(&long, [format!("{long}y").as_str(), "x"]), None);
        assert_eq!(nearest("xx", [long.as_str(), "x"]), Some(Name::from("x")));
    }

    #[test]
    fn a_short_name_allows_one_edit() {
        assert_eq!(nearest("ob", ["on", "person"]), Some(Name::from("on")));
        assert_eq!(nearest("n", ["m", "N"]), Some(Name::from("N")));
        assert_eq!(nearest("ab", ["cd"]), None);
    }
}
