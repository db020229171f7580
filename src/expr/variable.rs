//! The variables of one statement.

use crate::value::{Name, Type};

/// A variable of one statement. Two variables of the same name in different scopes have different numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct VarId(pub u32);

/// What is known of a variable.
#[derive(Clone, Debug)]
pub(crate) struct VariableInfo {
    /// `None` for what the query left without a name.
    pub name: Option<Name>,
    pub var_type: Type,
    /// Whether it may be null: from OPTIONAL MATCH, or any value.
    pub nullable: bool,
}

/// The variables of one statement, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    infos: Vec<VariableInfo>,
}

impl Variables {
    pub(crate) fn add(&mut self, name: Option<Name>, var_type: Type) -> VarId {
        let id = VarId(u32::try_from(self.infos.len()).expect("fewer than 2^32 variables"));
        self.infos.push(VariableInfo { name, var_type, nullable: false });
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.infos.len()
    }

    pub(crate) fn get(&self, id: VarId) -> &VariableInfo {
        &self.infos[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: VarId) -> &mut VariableInfo {
        &mut self.infos[id.0 as usize]
    }

    /// Whether a variable has this name, in scope or not.
    pub(crate) fn has_name(&self, name: &Name) -> bool {
        self.infos.iter().any(|info| info.name.as_ref() == Some(name))
    }

    /// How a plan calls the variable: its name, or its number for one without.
    pub(crate) fn label(&self, id: VarId) -> String {
        match &self.get(id).name {
            Some(name) => name.to_string(),
            None => format!("_{}", id.0),
        }
    }
}
