//! Parameters of a statement.

use crate::exec::Parameters;
use crate::value::{Name, Value};

/// The parameters of one run of a statement, by name without the `$`.
///
/// Made with [`params!`](crate::params), from pairs, or from `()` where there are none.
///
/// ```
/// use averment::{Database, params};
/// # fn main() -> Result<(), averment::Error> {
/// let rows = Database::in_memory().query("RETURN $x + 1 AS y", params! { "x" => 41 })?;
/// assert_eq!(rows.single::<i64>()?, 42);
/// let rows = Database::in_memory().query("RETURN $x + $y AS z", [("x", 1), ("y", 2)])?;
/// assert_eq!(rows.single::<i64>()?, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Params(Parameters);

impl Params {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one parameter.
    pub fn insert(&mut self, name: impl AsRef<str>, value: impl Into<Value>) {
        let (name, value) = (name.as_ref(), value.into());
        match self.place(name) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (Name::from(name), value)),
        }
    }

    /// The value of one parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// Where a parameter is, or would be.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|entry| entry.0.as_str().cmp(name))
    }

    pub(crate) fn into_inner(self) -> Parameters {
        self.0
    }

    /// The parameters in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl From<()> for Params {
    fn from((): ()) -> Self {
        Self::new()
    }
}

impl From<&Params> for Params {
    fn from(params: &Params) -> Self {
        params.clone()
    }
}

impl<N: AsRef<str>, V: Into<Value>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut pairs: Parameters =
            pairs.into_iter().map(|(name, value)| (Name::from(name.as_ref()), value.into())).collect();
        pairs.sort_by(|one, other| one.0.cmp(&other.0));
        // Of two with one name, the later one holds.
        pairs.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
        Self(pairs)
    }
}

impl<N: AsRef<str>, V: Into<Value>, const COUNT: usize> From<[(N, V); COUNT]> for Params {
    fn from(pairs: [(N, V); COUNT]) -> Self {
        pairs.into_iter().collect()
    }
}

impl IntoIterator for Params {
    type Item = (Name, Value);
    type IntoIter = std::vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

/// Parameters for a statement: `params! { "name" => "SenseTime", "limit" => 5 }`.
#[macro_export]
macro_rules! params {
    ($($name:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "there may be no parameters")]
        let mut params = $crate::Params::new();
        $(params.insert($name, $value);)*
        params
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_name_holds_and_names_are_in_order() {
        let mut params = Params::from([("b", 1), ("a", 2), ("b", 3), ("c", 4)]);
        params.insert("a", 5);
        params.insert("aa", 6);
        let told: Vec<String> = params.iter().map(|(name, value)| format!("{name} {value}")).collect();
        assert_eq!(told, ["a 5", "aa 6", "b 3", "c 4"]);
        assert!(matches!(params.get("b"), Some(Value::Integer(3))) && params.get("d").is_none());
    }
}
