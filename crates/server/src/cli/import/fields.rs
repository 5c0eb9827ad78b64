//! Reading the fields of one row: every fault is found, each told with the field and the column it stands in.

use guanxi::google::r#type::Money;
use guanxi::v1 as pb;
use guanxi_model::{Currency, Zone};

use super::reader::Row;
use super::{Setting, value};

/// The fields of a row, and what is wrong with them so far.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    setting: &'a Setting,
    row: &'a Row,
    faults: Vec<String>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(setting: &'a Setting, row: &'a Row) -> Self {
        Self { setting, row, faults: Vec::new() }
    }

    pub(super) fn zone(&self) -> &'a Zone {
        &self.setting.zone
    }

    /// A field as it stands in the file; none where it is empty.
    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.setting.columns.text(self.row, field)
    }

    /// The same as the contract has it, where an empty text is none.
    pub(super) fn string(&self, field: &str) -> String {
        self.text(field).unwrap_or_default().to_owned()
    }

    /// A list in one column.
    pub(super) fn list(&self, field: &str) -> Vec<String> {
        let parts = self.text(field).unwrap_or_default().split(';').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The keys and values of an open family of fields, such as `label.`.
    pub(super) fn family(&self, prefix: &str) -> Vec<(String, String)> {
        let entry = |(name, key): (&str, &str)| Some((key.to_owned(), self.text(name)?.to_owned()));
        self.setting.columns.family(prefix).filter_map(entry).collect()
    }

    /// A field that may be empty.
    pub(super) fn parse<T>(&mut self, field: &str, parse: impl FnOnce(&'a str) -> Result<T, String>) -> Option<T> {
        let parsed = parse(self.text(field)?);
        parsed.map_err(|fault| self.fault(field, &fault)).ok()
    }

    /// A field that may not.
    pub(super) fn required<T>(&mut self, field: &str, parse: impl FnOnce(&'a str) -> Result<T, String>) -> Option<T> {
        if self.text(field).is_none() {
            self.fault(field, "is required");
        }
        self.parse(field, parse)
    }

    /// A word of the contract, as its number; that of nothing where it is not given.
    pub(super) fn word<E: TryFrom<i32>>(&mut self, field: &str, prefix: &str, name: fn(&E) -> &'static str) -> i32 {
        self.parse(field, |text| value::word(text, prefix, name)).unwrap_or_default()
    }

    pub(super) fn moment(&mut self, field: &str) -> Option<prost_types::Timestamp> {
        let zone = self.zone();
        self.parse(field, |text| value::moment(text, zone))
    }

    /// The currency of the row.
    pub(super) fn currency(&mut self) -> Currency {
        let given = self.parse("currency", |text| Currency::parse(text).map_err(|error| error.to_string()));
        given.unwrap_or(self.setting.currency)
    }

    pub(super) fn money(&mut self, field: &str, currency: &Currency) -> Option<Money> {
        self.parse(field, |text| value::money(text, currency))
    }

    /// What every fact has. `source_id` is asked where the row has none.
    pub(super) fn context(&mut self, source_id: impl FnOnce() -> String) -> Option<pb::FactContext> {
        let reference = &self.setting.customer;
        let customer = self.required("customer", |text| match reference.external_id(text) {
            Some(id) => Ok((String::new(), Some(id))),
            None => reference.id(text).map(|id| (format!("customers/{id}"), None)),
        });
        let zone = self.zone();
        let occur_time = self.required("occur_time", |text| value::moment(text, zone));
        let (customer, customer_external_id) = customer?;
        Some(pb::FactContext {
            customer,
            customer_external_id,
            occur_time: Some(occur_time?),
            source: self.source().to_owned(),
            source_id: self.text("source_id").map_or_else(source_id, str::to_owned),
            note: self.string("note"),
            ..Default::default()
        })
    }

    /// The system that says so.
    pub(super) fn source(&self) -> &'a str {
        self.text("source").unwrap_or(self.setting.source.as_str())
    }

    /// Whether a field says "not rated".
    pub(super) fn is_not_rated(&self, field: &str) -> bool {
        self.text(field).is_some_and(|text| text.eq_ignore_ascii_case(&self.setting.not_rated))
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.setting.columns.has(field)
    }

    pub(super) fn fault(&mut self, field: &str, fault: &str) {
        self.faults.push(format!("{}: {fault}", self.setting.columns.label(field)));
    }

    /// The value, unless there was a fault.
    pub(super) fn done<T>(self, value: Option<T>) -> Result<T, String> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(self.faults.join("; ")),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use csv::StringRecord;
    use guanxi_model::SourceName;

    use super::super::columns::{Columns, Mapping};
    use super::super::customer::Reference;
    use super::super::field::Kind;
    use super::super::satisfaction::NOT_RATED;
    use super::*;

    /// A file with these headers and nothing special about it.
    pub(in super::super) fn setting(kind: Kind, headers: &[&str]) -> Setting {
        Setting {
            columns: Columns::resolve(kind, &StringRecord::from(headers.to_vec()), Mapping::default()).unwrap(),
            source: SourceName::parse("import").unwrap(),
            customer: Reference::new(None, ""),
            currency: Currency::parse("USD").unwrap(),
            zone: Zone::utc(),
            not_rated: NOT_RATED.to_owned(),
        }
    }

    pub(in super::super) fn row(columns: &[&str]) -> Row {
        Row { line: 2, number: "1".to_owned(), columns: StringRecord::from(columns.to_vec()) }
    }
}
