//! The schema, step by step. Each migration is self-contained and is never changed once released; nothing of ours is
//! imported here, so that a later change of a type cannot change what an old migration did.
//!
//! Rules of the schema, held by a test: every table about customers has the customer in its key; no foreign key, unique
//! index, trigger or lock crosses customers; keys are text in byte order; times are microseconds since 1970 UTC; money
//! is minor units; every constraint and index has a name of ours.

mod ddl;
mod m20261121_000001_customers;
mod m20261121_000002_facts;
mod m20261121_000003_pyramids;
mod m20261121_000004_operations;
mod m20261127_000010_care;
mod m20261127_000020_questionnaires;
mod m20261128_000030_cells;
mod m20261128_000040_invitations;
mod m20261128_000050_standards;
mod m20261128_000060_contacts;
mod m20261128_000070_goals;
mod m20261128_000090_responses;
mod m20261128_000110_changes;
mod m20261129_000120_external_ids;
mod m20261129_000130_uses;
mod m20261129_000140_identities;

use sea_orm_migration::prelude::*;

/// All migrations, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_customers::Migration),
            Box::new(m20261121_000002_facts::Migration),
            Box::new(m20261121_000003_pyramids::Migration),
            Box::new(m20261121_000004_operations::Migration),
            Box::new(m20261127_000010_care::Migration),
            Box::new(m20261127_000020_questionnaires::Migration),
            Box::new(m20261128_000030_cells::Migration),
            Box::new(m20261128_000040_invitations::Migration),
            Box::new(m20261128_000050_standards::Migration),
            Box::new(m20261128_000060_contacts::Migration),
            Box::new(m20261128_000070_goals::Migration),
            Box::new(m20261128_000090_responses::Migration),
            Box::new(m20261128_000110_changes::Migration),
            Box::new(m20261129_000120_external_ids::Migration),
            Box::new(m20261129_000130_uses::Migration),
            Box::new(m20261129_000140_identities::Migration),
        ]
    }
}
