//! What other systems call a customer, found by the customer: rewritten with its record, and erased with it.

crate::ddl::migration!(UP, DOWN);

const UP: &[&str] = &["CREATE INDEX external_ids_by_customer ON external_ids (customer_id)"];

const DOWN: &[&str] = &["DROP INDEX external_ids_by_customer"];
