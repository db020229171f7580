//! Parties of one list by the names that are printed for them: `Linked To` says no number.

use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct NameIndex {
    by_name: HashMap<String, Vec<String>>,
    by_alias: HashMap<String, Vec<String>>,
}

/// Whom a name leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    One(String),
    None,
    Several(Vec<String>),
}

impl NameIndex {
    pub(super) fn add_name(&mut self, name: &str, number: &str) {
        add(&mut self.by_name, name, number);
    }

    pub(super) fn add_alias(&mut self, name: &str, number: &str) {
        add(&mut self.by_alias, name, number);
    }

    /// A main name counts for more than another one; nobody is linked to himself.
    pub(super) fn find(&self, printed: &str, own: &str) -> Resolved {
        let plain = plain(printed);
        for names in [&self.by_name, &self.by_alias] {
            let found = names.get(&plain).into_iter().flatten();
            let found: Vec<String> = found.filter(|number| *number != own).cloned().collect();
            match found.len() {
                0 => {}
                1 => return Resolved::One(found[0].clone()),
                _ => return Resolved::Several(found),
            }
        }
        Resolved::None
    }
}

fn add(names: &mut HashMap<String, Vec<String>>, name: &str, number: &str) {
    let numbers = names.entry(plain(name)).or_default();
    if !name.is_empty() && !numbers.iter().any(|known| known == number) {
        numbers.push(number.to_owned());
    }
}

/// Without what sentences add: full stops at the end, capitals, more blanks than one.
fn plain(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(str::to_uppercase).collect();
    words.join(" ").trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_one_party_or_none() {
        let mut names = NameIndex::default();
        names.add_name("ACME CO., LTD.", "1");
        names.add_name("TWIN", "2");
        names.add_name("TWIN", "3");
        names.add_alias("Acme Works", "1");
        names.add_alias("TWIN", "4");
        assert_eq!(names.find("ACME  CO., LTD", "9"), Resolved::One("1".into()));
        assert_eq!(names.find("ACME WORKS.", "9"), Resolved::One("1".into()));
        assert_eq!(names.find("TWIN", "9"), Resolved::Several(vec!["2".into(), "3".into()]));
        assert_eq!(names.find("TWIN", "3"), Resolved::One("2".into()));
        assert_eq!(names.find("ACME", "9"), Resolved::None);
    }
}
