//! Parameters of a statement.

use std::collections::BTreeMap;

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
pub struct Params(BTreeMap<Name, Value>);

impl Params {
    /// No parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one parameter.
    pub fn insert(&mut self, name: impl AsRef<str>, value: impl Into<Value>) {
        self.0.insert(Name::from(name.as_ref()), value.into());
    }

    /// The value of one parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn into_map(self) -> BTreeMap<Name, Value> {
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
        let mut params = Self::new();
        for (name, value) in pairs {
            params.insert(name, value);
        }
        params
    }
}

impl<N: AsRef<str>, V: Into<Value>, const COUNT: usize> From<[(N, V); COUNT]> for Params {
    fn from(pairs: [(N, V); COUNT]) -> Self {
        pairs.into_iter().collect()
    }
}

impl IntoIterator for Params {
    type Item = (Name, Value);
    type IntoIter = std::collections::btree_map::IntoIter<Name, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
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
