//! Set-wise SQL below sea-orm's query builder: many rows in one statement whose text does not depend on how many, so
//! that it is prepared once. PostgreSQL takes one array per column (UNNEST); SQLite takes a VALUES list padded with NULL
//! rows to a few lengths. The commit path of every fact and the runs over everybody live on this;
//! `cargo run --release -p guanxi-bench` shows what it is worth beside bare loaders.

use std::fmt::Write as _;

use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

use crate::Error;

/// A value on its way to a column.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Text(String),
    Int(i64),
    Bytes(Vec<u8>),
    Null,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Cell::Int(number)
    }
}

impl From<i16> for Cell {
    fn from(number: i16) -> Self {
        Cell::Int(i64::from(number))
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Cell::Bytes(bytes.to_vec())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

/// The type of a column, as far as arrays need to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Int,
    Bytes,
}

/// A column of a set of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

pub(crate) const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

pub(crate) const fn int(name: &'static str) -> Column {
    Column { name, kind: Kind::Int }
}

pub(crate) const fn bytes(name: &'static str) -> Column {
    Column { name, kind: Kind::Bytes }
}

/// Rows of one shape.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    columns: &'a [Column],
    cells: Vec<Cell>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(columns: &'a [Column]) -> Self {
        Rows { columns, cells: Vec::new() }
    }

    /// Adds a row; it has one cell per column.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        self.cells.extend(row);
        debug_assert_eq!(self.cells.len() % self.columns.len(), 0, "a row has one cell per column");
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}

/// To undo a statement alone, SQLite copies every page before the statement changes it. Here it need not (an upsert that
/// updates does all the same): a statement that fails is rolled back with its transaction or savepoint, by everybody.
pub(crate) const fn or_fail(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => "OR FAIL ",
        _ => "",
    }
}

/// Inserts rows; `tail` says what to do on conflict. Returns how many rows were inserted or changed.
pub(crate) async fn insert(
    connection: &impl ConnectionTrait,
    table: &str,
    rows: Rows<'_>,
    tail: &str,
) -> Result<u64, Error> {
    let names = rows.names();
    let or_fail = or_fail(connection.get_database_backend());
    // Without a WHERE, SQLite takes the ON of ON CONFLICT for that of a join.
    let statement =
        |source: &str| format!("INSERT {or_fail}INTO {table} ({names}) SELECT {names} FROM {source} WHERE TRUE {tail}");
    execute(connection, rows, statement).await
}

/// Updates for each row `k` those of a table that meet the conditions. Returns how many rows were changed.
pub(crate) async fn update(
    connection: &impl ConnectionTrait,
    table: &str,
    rows: Rows<'_>,
    (set, on): (&str, &str),
) -> Result<u64, Error> {
    let or_fail = or_fail(connection.get_database_backend());
    let statement = |source: &str| format!("UPDATE {or_fail}{table} SET {set} FROM {source} WHERE {on}");
    execute(connection, rows, statement).await
}

/// Runs a statement made from the text of a row source, for as many rows as there are. Returns the rows affected.
async fn execute(
    connection: &impl ConnectionTrait,
    rows: Rows<'_>,
    statement: impl Fn(&str) -> String,
) -> Result<u64, Error> {
    let mut affected = 0;
    for (source, values) in sources(connection.get_database_backend(), rows) {
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), statement(&source), values);
        affected += connection.execute_raw(statement).await?.rows_affected();
    }
    Ok(affected)
}

/// Runs a query made from the text of a row source, for as many rows as there are, and returns all results.
pub(crate) async fn select(
    connection: &impl ConnectionTrait,
    rows: Rows<'_>,
    query: impl Fn(&str) -> String,
) -> Result<Vec<QueryResult>, Error> {
    let mut results = Vec::new();
    let backend = connection.get_database_backend();
    for (source, values) in sources(backend, rows) {
        let query = at_once(backend, query(&source));
        let statement = Statement::from_sql_and_values(backend, query, values);
        results.append(&mut connection.query_all_raw(statement).await?);
    }
    Ok(results)
}

/// SQLite hands over each row as soon as it is found, and whoever waits would be woken for every one of them: here all are
/// found before the first is handed over.
fn at_once(backend: DbBackend, query: String) -> String {
    match backend {
        DbBackend::Sqlite => format!("WITH found AS MATERIALIZED ({query}) SELECT * FROM found"),
        _ => query,
    }
}

/// Deletes the rows of a table that are about customers. PostgreSQL is given them as an array, which it can only look up: two
/// sets it might join by reading all of the table.
pub(crate) async fn delete_of_customers(
    connection: &impl ConnectionTrait,
    table: &str,
    customers: Rows<'_>,
) -> Result<u64, Error> {
    let delete = |source: &str| match connection.get_database_backend() {
        DbBackend::Postgres => {
            format!("DELETE FROM {table} WHERE customer_id = ANY (ARRAY(SELECT k.customer_id FROM {source}))")
        }
        _ => format!("DELETE FROM {table} WHERE customer_id IN (SELECT k.customer_id FROM {source})"),
    };
    execute(connection, customers, delete).await
}

/// Joins a table, `tiers t`, to the row source `k` or another: for each of its rows those that meet the conditions. The
/// source comes first, and each of its rows finds its own: CROSS JOIN keeps SQLite from turning the order round, and OFFSET 0
/// keeps PostgreSQL, which has no statistics of a table that was just filled, from joining all of it. By an index, since
/// the connections price reading a table through out of the question.
pub(crate) fn join_each(backend: DbBackend, table: &str, on: &str) -> String {
    if backend != DbBackend::Postgres {
        return format!("CROSS JOIN {table} ON {on}");
    }
    let (_, alias) = table.split_once(' ').unwrap_or(("", table));
    format!("CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {on} OFFSET 0) {alias}")
}

/// SQLite allows 32766 parameters in a statement.
const MAX_PARAMETERS: usize = 32_766;
const MAX_ROWS: usize = 1024;

/// The row sources `(...) AS k` that hold the rows, with their values.
fn sources(backend: DbBackend, rows: Rows<'_>) -> Vec<(String, Vec<Value>)> {
    if rows.is_empty() {
        return Vec::new();
    }
    match backend {
        DbBackend::Postgres => vec![unnest(rows)],
        _ => values_lists(rows),
    }
}

fn unnest(rows: Rows<'_>) -> (String, Vec<Value>) {
    let mut arrays: Vec<Vec<Value>> = rows.columns.iter().map(|_| Vec::new()).collect();
    let width = rows.columns.len();
    for (index, cell) in rows.cells.into_iter().enumerate() {
        arrays[index % width].push(array_element(cell, rows.columns[index % width].kind));
    }
    let mut selected = String::new();
    let mut parameters = String::new();
    let mut raw = String::new();
    for (index, column) in rows.columns.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let (sql_type, null) = match column.kind {
            Kind::Text => ("text", "E'\\x01'"),
            Kind::Int => ("bigint", "-9223372036854775808"),
            Kind::Bytes => ("bytea", "''::bytea"),
        };
        let (name, number) = (column.name, index + 1);
        // Writing to a String cannot fail.
        let _ = write!(selected, "{comma}NULLIF(u.{name}, {null}) AS {name}");
        let _ = write!(parameters, "{comma}${number}::{sql_type}[]");
        let _ = write!(raw, "{comma}{name}");
    }
    let values = arrays.into_iter().zip(rows.columns).map(|(array, column)| {
        let array_type = match column.kind {
            Kind::Text => ArrayType::String,
            Kind::Int => ArrayType::BigInt,
            Kind::Bytes => ArrayType::Bytes,
        };
        Value::Array(array_type, Some(Box::new(array)))
    });
    (format!("(SELECT {selected} FROM unnest({parameters}) AS u({raw})) AS k"), values.collect())
}

/// Arrays bound by sea-orm hold no NULL; values that no column ever holds stand for it: a control character in text,
/// the smallest number, empty bytes.
fn array_element(cell: Cell, kind: Kind) -> Value {
    match (cell, kind) {
        (Cell::Text(text), _) => Value::from(text),
        (Cell::Int(number), _) => Value::from(number),
        (Cell::Bytes(bytes), _) => Value::from(bytes),
        (Cell::Null, Kind::Text) => Value::from("\u{1}"),
        (Cell::Null, Kind::Int) => Value::from(i64::MIN),
        (Cell::Null, Kind::Bytes) => Value::from(Vec::<u8>::new()),
    }
}

fn values_lists(rows: Rows<'_>) -> Vec<(String, Vec<Value>)> {
    let width = rows.columns.len();
    let most = previous_power_of_two((MAX_PARAMETERS / width).min(MAX_ROWS));
    let renamed: Vec<String> = rows
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| format!("column{} AS {}", index + 1, column.name))
        .collect();
    let renamed = renamed.join(", ");
    let row = format!("({})", vec!["?"; width].join(","));
    let mut lists = Vec::new();
    let mut cells = rows.cells.into_iter();
    loop {
        let mut values: Vec<Value> = cells
            .by_ref()
            .take(most * width)
            .zip(rows.columns.iter().cycle())
            .map(|(cell, column)| value(cell, column.kind))
            .collect();
        if values.is_empty() {
            return lists;
        }
        let padded = padded(values.len() / width);
        let padding = padded * width - values.len();
        values.extend(rows.columns.iter().cycle().take(padding).map(|column| value(Cell::Null, column.kind)));
        let list = vec![row.as_str(); padded].join(",");
        // Every set of rows has a first column that is never NULL: a key.
        lists.push((format!("(SELECT {renamed} FROM (VALUES {list}) WHERE column1 IS NOT NULL) AS k"), values));
    }
}

fn value(cell: Cell, kind: Kind) -> Value {
    match (cell, kind) {
        (Cell::Text(text), _) => Value::from(text),
        (Cell::Int(number), _) => Value::from(number),
        (Cell::Bytes(bytes), _) => Value::from(bytes),
        (Cell::Null, Kind::Text) => Value::String(None),
        (Cell::Null, Kind::Int) => Value::BigInt(None),
        (Cell::Null, Kind::Bytes) => Value::Bytes(None),
    }
}

/// The next power of two, or three quarters of it in the size of most batches: few lengths, each with a statement of its
/// own, and little padding.
fn padded(rows: usize) -> usize {
    let power = rows.next_power_of_two();
    let between = power / 4 * 3;
    if (24..=96).contains(&between) && rows <= between { between } else { power }
}

fn previous_power_of_two(number: usize) -> usize {
    1 << (usize::BITS - 1 - number.max(1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_few_lengths_and_each_is_enough() {
        let lengths: BTreeSet<usize> = (1..=MAX_ROWS).map(padded).collect();
        let all = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024];
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), all);
        assert!((1..=MAX_ROWS).all(|rows| rows <= padded(rows) && padded(rows) < rows * 2));
    }
}
