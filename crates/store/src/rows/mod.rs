//! Between rows and domain types: one file per table that more than one query reads.

pub(crate) mod customer;
pub(crate) mod fact;
pub(crate) mod measurement;
pub(crate) mod summary;
pub(crate) mod tier;
pub(crate) mod tier_change;
pub(crate) mod uses;

use guanxi_model::Words;
use sea_orm::QueryResult;

use crate::Error;

/// Reads a word by its stored code.
pub(crate) fn word<W: Words>(row: &QueryResult, index: usize, what: &'static str) -> Result<W, Error> {
    let code: i16 = row.try_get_by_index(index)?;
    W::from_code(i32::from(code)).ok_or_else(|| Error::corrupt(what, code))
}

/// Reads a 16-byte id.
pub(crate) fn id_bytes(row: &QueryResult, index: usize, what: &'static str) -> Result<[u8; 16], Error> {
    let bytes: Vec<u8> = row.try_get_by_index(index)?;
    <[u8; 16]>::try_from(bytes).map_err(|bytes| Error::corrupt(what, format!("{} bytes", bytes.len())))
}

/// Writes a document.
pub(crate) fn to_json<T: serde::Serialize>(value: &T, what: &'static str) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::corrupt(what, error))
}

/// Reads a document.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::corrupt(what, error))
}
