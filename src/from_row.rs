//! Whole rows as Rust tuples.

use crate::error::Error;
use crate::row::{FromValue, Row};
use crate::value::ErrorKind;

/// A Rust type that a whole row can be turned into: a [`FromValue`] type for a row of one column, and tuples of up to
/// twelve of them by position.
///
/// For structs with named fields use [`Row::deserialize`].
///
/// ```
/// use averment::Database;
/// # fn main() -> Result<(), averment::Error> {
/// let rows = Database::in_memory().query("UNWIND ['a', 'b'] AS name RETURN name, size(name), null AS note", ())?;
/// let rows: Vec<(String, i64, Option<String>)> = rows.into_vec()?;
/// assert_eq!(rows, [("a".to_owned(), 1, None), ("b".to_owned(), 1, None)]);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "a row cannot be made into `{Self}`",
    note = "rows are made into values and tuples of them; for a struct: derive `serde::Deserialize` and call `deserialize`"
)]
pub trait FromRow: Sized {
    /// The row as this type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Argument`] if the row has another number of columns, [`ErrorKind::Type`] if a value is of another
    /// type.
    fn from_row(row: &Row) -> Result<Self, Error>;
}

impl FromRow for Row {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(row.clone())
    }
}

impl<T: FromValue> FromRow for T {
    fn from_row(row: &Row) -> Result<Self, Error> {
        check_width(row, 1)?;
        row.at(0)
    }
}

fn check_width(row: &Row, wanted: usize) -> Result<(), Error> {
    let found = row.values().len();
    if found == wanted {
        return Ok(());
    }
    let message = format!("the row has {found} columns, not {wanted}");
    Err(Error::plain(ErrorKind::Argument, "WrongColumnCount", message))
}

macro_rules! from_row {
    ($($count:literal: $($type:ident $index:tt),+;)*) => {$(
        impl<$($type: FromValue),+> FromRow for ($($type,)+) {
            fn from_row(row: &Row) -> Result<Self, Error> {
                check_width(row, $count)?;
                Ok(($(row.at::<$type>($index)?,)+))
            }
        }
    )*};
}

from_row! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}
