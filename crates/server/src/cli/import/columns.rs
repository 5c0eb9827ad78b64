//! Where each field stands in a file: headers of the same name, and what the column map says.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde::Deserialize;

use super::field::{Field, Kind};
use super::reader::Row;
use super::satisfaction;

/// A column map as people write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    /// Field to header.
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,
    /// Field to the text that it has in every row.
    #[serde(default)]
    pub(super) constants: BTreeMap<String, String>,
    /// The fields that are the number of the row.
    #[serde(default)]
    pub(super) row_number: Vec<String>,
}

impl Mapping {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Column { index: usize, header: String },
    Constant(String),
    RowNumber,
}

/// Every field that a row has, by name.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    places: BTreeMap<String, Place>,
}

impl Columns {
    /// Finds the fields of a kind, or tells everything that is wrong at once.
    pub(super) fn resolve(kind: Kind, headers: &StringRecord, mapping: Mapping) -> Result<Self, String> {
        let mut faults = Vec::new();
        let mut places = BTreeMap::new();
        for (index, header) in headers.iter().enumerate() {
            let header = header.trim();
            let place = Place::Column { index, header: header.to_owned() };
            if kind.knows(header) && places.insert(header.to_owned(), place).is_some() {
                faults.push(format!("there are two columns \"{header}\""));
            }
        }
        let Mapping { columns, constants, row_number } = mapping;
        for (field, header) in columns {
            match headers.iter().position(|it| it.trim() == header) {
                Some(index) => drop(places.insert(field, Place::Column { index, header })),
                None => faults.push(format!("there is no column \"{header}\" for {field}")),
            }
        }
        places.extend(constants.into_iter().map(|(field, text)| (field, Place::Constant(text))));
        places.extend(row_number.into_iter().map(|field| (field, Place::RowNumber)));
        for field in places.keys().filter(|field| !kind.knows(field)) {
            faults.push(format!("{} have no field {field}", kind.noun()));
        }
        if kind == Kind::Satisfaction {
            faults.extend(satisfaction::faults(places.keys().map(String::as_str)));
        }
        let is_placed = |field: &Field| places.keys().any(|name| field.is(name));
        for field in kind.fields().iter().filter(|field| field.required && !is_placed(field)) {
            faults.push(format!("{} is required: give it with --column {}=HEADER", field.name, field.name));
        }
        if faults.is_empty() {
            return Ok(Self { places });
        }
        let headers: Vec<_> = headers.iter().collect();
        let known: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
        Err(format!(
            "{}\nthe columns are: {}\nthe fields are: {}",
            faults.join("\n"),
            headers.join(", "),
            known.join(", ")
        ))
    }

    /// What a field is in a row, without the blanks around it; none where there is no such column or it is empty.
    pub(super) fn text<'a>(&'a self, row: &'a Row, field: &str) -> Option<&'a str> {
        let text = match self.places.get(field)? {
            Place::Column { index, .. } => row.columns.get(*index)?,
            Place::Constant(text) => text,
            Place::RowNumber => &row.number,
        };
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.places.contains_key(field)
    }

    /// The fields of an open family, such as `label.`: the whole name and the key.
    pub(super) fn family<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.places.keys().filter_map(move |name| Some((name.as_str(), name.strip_prefix(prefix)?)))
    }

    /// A field as people find it in their file.
    pub(super) fn label(&self, field: &str) -> String {
        match self.places.get(field) {
            Some(Place::Column { header, .. }) if header != field => format!("{field} (column {header})"),
            _ => field.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(field, header)| ((*field).to_owned(), (*header).to_owned())).collect()
    }

    fn mapping(columns: &[(&str, &str)]) -> Mapping {
        Mapping { columns: pairs(columns), ..Mapping::default() }
    }

    fn row(columns: &[&str]) -> Row {
        Row { line: 2, number: "1".to_owned(), columns: record(columns) }
    }

    fn record(columns: &[&str]) -> StringRecord {
        StringRecord::from(columns.to_vec())
    }

    #[test]
    fn headers_that_are_fields_need_no_map() {
        let headers = record(&["net_amount", " customer ", "occur_time", "colour"]);
        let columns = Columns::resolve(Kind::Purchases, &headers, Mapping::default()).unwrap();
        let row = row(&[" 12.50", "ada", "", "red"]);
        assert_eq!(columns.text(&row, "customer"), Some("ada"));
        assert_eq!(columns.text(&row, "net_amount"), Some("12.50"));
        assert_eq!(columns.text(&row, "occur_time"), None, "empty");
        assert_eq!(columns.text(&row, "product"), None, "no column");
        assert_eq!(columns.label("net_amount"), "net_amount");
    }

    #[test]
    fn foreign_headers_are_mapped_and_constants_fill_in() {
        let headers = record(&["id", "date", "units", "dollars"]);
        let mut map = mapping(&[("customer", "id"), ("occur_time", "date"), ("net_amount", "dollars")]);
        map.constants = pairs(&[("channel", "web")]);
        let columns = Columns::resolve(Kind::Purchases, &headers, map).unwrap();
        let row = row(&["1", "1997-01-01", "1", "11.77"]);
        let texts = ["customer", "net_amount", "channel", "quantity"].map(|field| columns.text(&row, field));
        assert_eq!(texts, [Some("1"), Some("11.77"), Some("web"), None]);
        assert_eq!(columns.label("customer"), "customer (column id)");
    }

    #[test]
    fn the_number_of_the_row_fills_in_too() {
        let mut map = mapping(&[("answer.speed", "q1")]);
        map.constants = pairs(&[("occur_time", "2026-01-01"), ("questionnaire", "service"), ("revision", "1")]);
        map.constants.insert("collection_method".to_owned(), "phone".to_owned());
        map.row_number = vec!["customer".to_owned()];
        let columns = Columns::resolve(Kind::Satisfaction, &record(&["q1"]), map.clone()).unwrap();
        assert_eq!(columns.text(&row(&["5"]), "customer"), Some("1"));
        map.columns.clear();
        let fault = Columns::resolve(Kind::Satisfaction, &record(&["q1"]), map).unwrap_err();
        assert!(fault.contains("answer.ITEM.QUESTION is required"), "{fault}");
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let headers = record(&["id", "date"]);
        let map = mapping(&[("customer", "ID"), ("colour", "date")]);
        let faults = Columns::resolve(Kind::Purchases, &headers, map).unwrap_err();
        for fault in [
            "there is no column \"ID\" for customer",
            "purchases have no field colour",
            "net_amount is required: give it with --column net_amount=HEADER",
            "the columns are: id, date",
        ] {
            assert!(faults.contains(fault), "{fault} in {faults}");
        }
        let twice = record(&["customer", "occur_time", "net_amount", "customer"]);
        assert!(Columns::resolve(Kind::Purchases, &twice, Mapping::default()).is_err());
    }

    #[test]
    fn map_files_have_two_tables_and_a_list() {
        let map = Mapping::parse(
            "row_number = [\"note\"]\n[columns]\ncustomer = \"id\"\n[constants]\n\"label.region\" = \"north\"",
        )
        .unwrap();
        assert_eq!(map.columns, pairs(&[("customer", "id")]));
        assert_eq!(map.constants, pairs(&[("label.region", "north")]));
        assert_eq!(map.row_number, ["note"]);
        assert!(Mapping::parse("[column]\ncustomer = \"id\"").is_err());
    }
}
