//! What the databases say about their own tables, in the same words for both.

use std::collections::BTreeMap;

use guanxi_testkit::Backend;
use sea_orm::QueryResult;

use super::Opened;

/// All of a schema that the rules are about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Schema {
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) triggers: Vec<String>,
    pub(super) foreign_keys: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// With their types, in their order.
    pub(super) columns: Vec<(String, String)>,
    pub(super) primary_key: Vec<String>,
    /// Without the one of the primary key.
    pub(super) indexes: BTreeMap<String, Index>,
    /// Of primary keys, unique constraints and checks; without a name where we gave none.
    pub(super) constraints: Vec<Option<String>>,
    /// Columns of keys and indexes with their collations, where they have one.
    pub(super) collations: Vec<(String, String)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) unique: bool,
    pub(super) columns: Vec<String>,
}

/// Reads the whole schema.
pub(super) async fn read(opened: &Opened) -> Schema {
    match opened.backend {
        Backend::Sqlite => sqlite(opened).await,
        Backend::Postgres => postgres(opened).await,
    }
}

fn text(row: &QueryResult, index: usize) -> String {
    row.try_get_by_index(index).unwrap()
}

fn is_set(row: &QueryResult, index: usize) -> bool {
    row.try_get_by_index::<i64>(index).unwrap() != 0
}

async fn sqlite(opened: &Opened) -> Schema {
    let mut schema = Schema {
        triggers: opened.texts("SELECT name FROM sqlite_master WHERE type = 'trigger'").await,
        ..Schema::default()
    };
    let tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for row in opened.rows(tables).await {
        let name = text(&row, 0);
        let mut table = Table { constraints: constraints(&text(&row, 1)), ..Table::default() };
        for row in opened.rows(&format!("SELECT name, type, pk FROM pragma_table_info('{name}') ORDER BY cid")).await {
            table.columns.push((text(&row, 0), text(&row, 1)));
        }
        let key = format!("SELECT name FROM pragma_table_info('{name}') WHERE pk > 0 ORDER BY pk");
        table.primary_key = opened.texts(&key).await;
        let indexes = format!("SELECT name, \"unique\", origin <> 'pk' FROM pragma_index_list('{name}')");
        for row in opened.rows(&indexes).await {
            let index = text(&row, 0);
            let columns = format!("SELECT name, coll FROM pragma_index_xinfo('{index}') WHERE key = 1 ORDER BY seqno");
            let columns: Vec<_> = opened.rows(&columns).await.iter().map(|row| (text(row, 0), text(row, 1))).collect();
            if is_set(&row, 2) {
                let columns = columns.iter().map(|(column, _)| column.clone()).collect();
                table.indexes.insert(index, Index { unique: is_set(&row, 1), columns });
            }
            table.collations.extend(columns);
        }
        let foreign = format!("SELECT \"from\" FROM pragma_foreign_key_list('{name}')");
        let foreign = opened.texts(&foreign).await;
        schema.foreign_keys.extend(foreign.iter().map(|column| format!("{name}.{column}")));
        schema.tables.insert(name, table);
    }
    schema
}

/// The names of the constraints in the text of a table, as SQLite keeps it.
fn constraints(sql: &str) -> Vec<Option<String>> {
    let words: Vec<&str> = sql.split(|c: char| c.is_whitespace() || c == '(' || c == ',').collect();
    let begins = |word: &str| ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "REFERENCES"].contains(&word);
    let found = words.iter().enumerate().filter(|(_, word)| begins(&word.to_uppercase()));
    found
        .map(|(index, _)| match &words[index.saturating_sub(2)..index] {
            [word, name] if word.eq_ignore_ascii_case("CONSTRAINT") => Some((*name).to_owned()),
            _ => None,
        })
        .collect()
}

async fn postgres(opened: &Opened) -> Schema {
    let mut schema = Schema {
        triggers: opened.texts("SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal").await,
        foreign_keys: opened.texts("SELECT conname::text FROM pg_constraint WHERE contype = 'f'").await,
        ..Schema::default()
    };
    let columns = "SELECT table_name::text, column_name::text, upper(data_type)::text FROM information_schema.columns \
                   WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";
    for row in opened.rows(columns).await {
        let table = schema.tables.entry(text(&row, 0)).or_default();
        table.columns.push((text(&row, 1), text(&row, 2)));
    }
    let constraints = "SELECT conrelid::regclass::text, conname::text FROM pg_constraint \
                       WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2";
    for row in opened.rows(constraints).await {
        let table = schema.tables.entry(text(&row, 0)).or_default();
        table.constraints.push(Some(text(&row, 1)));
    }
    let indexes = "SELECT t.relname::text, i.relname::text, x.indisprimary::int::bigint, x.indisunique::int::bigint, \
                   a.attname::text, COALESCE(c.collname, '')::text FROM pg_index x \
                   JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
                   CROSS JOIN LATERAL unnest(x.indkey::int2[], x.indcollation::oid[]) WITH ORDINALITY AS k(attnum, coll, n) \
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum \
                   LEFT JOIN pg_collation c ON c.oid = k.coll \
                   WHERE t.relnamespace = 'public'::regnamespace ORDER BY 1, 2, k.n";
    for row in opened.rows(indexes).await {
        let table = schema.tables.entry(text(&row, 0)).or_default();
        if is_set(&row, 2) {
            table.primary_key.push(text(&row, 4));
        } else {
            let index = table.indexes.entry(text(&row, 1)).or_default();
            index.unique = is_set(&row, 3);
            index.columns.push(text(&row, 4));
        }
        table.collations.push((text(&row, 4), text(&row, 5)));
    }
    schema
}
