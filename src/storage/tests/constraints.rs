//! Constraints and the indexes that they rest on.

use super::*;

#[test]
fn uniqueness_holds_at_once_and_for_what_is_asserted() {
    let (mut writer, nodes, label, key) = numbered(2);
    let name = Name::from("one_number");
    writer.create_constraint(name.clone(), Owner::Label(label), vec![key], ConstraintKind::Unique).unwrap();
    let taken = writer.set_property(nodes[0], key, &Value::Integer(1));
    assert!(matches!(taken, Err(StorageError::NotUnique { .. })));
    assert!(writer.set_property(nodes[0], key, &Value::Integer(0)).is_ok(), "an element does not clash with itself");
    let stranger = writer.create_node(&[]).unwrap();
    writer.set_property(End::node(stranger), key, &Value::Integer(1)).unwrap();
    assert!(matches!(writer.add_label(stranger, label), Err(StorageError::NotUnique { .. })));

    let rel_type = writer.rel_type(&Name::from("KNOWS"));
    let on_type = Owner::Type(rel_type);
    writer.create_constraint(Name::from("one_rel"), on_type, vec![key], ConstraintKind::Unique).unwrap();
    let rels: Vec<RelSlot> =
        [true, false].map(|asserted| writer.create_rel(rel_type, nodes[0], nodes[1], asserted).unwrap()).into();
    for rel in &rels {
        writer.set_property(End::rel(*rel), key, &Value::Integer(7)).unwrap();
    }
    assert!(matches!(writer.set_state(rels[1], true), Err(StorageError::NotUnique { .. })));
    writer.set_state(rels[0], false).unwrap();
    assert!(writer.set_state(rels[1], true).unwrap());

    writer.drop_constraint(&name).unwrap();
    assert_eq!(writer.graph().catalog().index_on(Owner::Label(label), &[key]), None);
    assert!(writer.set_property(nodes[0], key, &Value::Integer(1)).is_ok());
}

#[test]
fn existence_is_checked_at_the_end_of_a_statement() {
    let (mut writer, nodes, label, key) = numbered(2);
    writer.create_constraint(Name::from("has_number"), Owner::Label(label), vec![key], ConstraintKind::Key).unwrap();
    writer.check_statement().unwrap();
    let before = writer.savepoint();
    let node = End::node(writer.create_node(&[label]).unwrap());
    assert!(matches!(writer.check_statement(), Err(StorageError::Missing { .. })));
    writer.set_property(node, key, &Value::Integer(9)).unwrap();
    writer.check_statement().unwrap();
    writer.roll_back_to(before);
    writer.set_property(nodes[0], key, &Value::Null).unwrap();
    assert!(matches!(writer.check_statement(), Err(StorageError::Missing { .. })));
    writer.delete(nodes[0]).unwrap();
    writer.check_statement().unwrap();
}

#[test]
fn a_constraint_that_the_graph_breaks_is_refused_and_leaves_nothing() {
    let (mut writer, nodes, label, key) = numbered(3);
    let owner = Owner::Label(label);
    writer.set_property(nodes[0], key, &Value::Integer(1)).unwrap();
    let name = Name::from("unique");
    let error = writer.create_constraint(name.clone(), owner, vec![key], ConstraintKind::Unique).unwrap_err();
    let text = "constraint `unique` cannot be created: 2 `Person` share number: 1";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.class().kind, crate::value::ErrorKind::ConstraintValidation);
    assert!(writer.graph().catalog().indexes.is_empty() && writer.graph().catalog().constraints.is_empty());
    writer.create_node(&[label]).unwrap();
    let error = writer.create_constraint(name, owner, vec![key], ConstraintKind::Exists).unwrap_err();
    assert_eq!(error.to_string(), "constraint `unique` cannot be created: 1 `Person` lack `number`");
}

#[test]
fn an_index_that_a_constraint_rests_on_stays() {
    let (mut writer, _, label, key) = numbered(1);
    let owner = Owner::Label(label);
    let index = writer.create_index(Name::from("by_number"), owner, vec![key]).unwrap();
    assert_eq!(index, IndexId(0));
    assert!(matches!(
        writer.create_index(Name::from("again"), owner, vec![key]),
        Err(StorageError::AlreadyIndexed { .. })
    ));
    let name = Name::from("unique");
    writer.create_constraint(name.clone(), owner, vec![key], ConstraintKind::Unique).unwrap();
    assert!(matches!(writer.drop_index(index), Err(StorageError::IndexInUse { .. })));
    writer.drop_constraint(&name).unwrap();
    assert!(writer.graph().catalog().index(index).is_some(), "it was there before the constraint");
    writer.drop_index(index).unwrap();
    assert!(matches!(writer.drop_constraint(&name), Err(StorageError::UnknownConstraint { .. })));
}
