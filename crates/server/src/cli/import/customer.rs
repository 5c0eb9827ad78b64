//! Customers: how a file names them, and a row as a customer of the contract.

use std::collections::BTreeMap;

use guanxi::v1 as pb;
use guanxi_model::{CustomerId, SourceName};
use pb::attribute_value::Value;

use super::reader::Row;
use super::{Setting, fields::Fields, value};

/// The only contact that a row can give.
const CONTACT: &str = "main";

/// How the customer column names a customer.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    /// By its id, behind a prefix.
    Id(String),
    /// By its id in another system.
    External(SourceName),
}

impl Reference {
    pub(super) fn new(system: Option<SourceName>, prefix: &str) -> Self {
        system.map_or_else(|| Self::Id(prefix.to_owned()), Self::External)
    }

    /// The customer id. One that is named by an external id gets the id that the server gives to a customer which a
    /// fact names so: no customer gets two.
    pub(super) fn id(&self, text: &str) -> Result<CustomerId, String> {
        match self {
            Self::External(system) => Ok(CustomerId::derived(&["external", system.as_str(), text])),
            Self::Id(prefix) => CustomerId::parse(format!("{prefix}{text}")).map_err(|error| match prefix.as_str() {
                "" => format!("{error}; for ids of another form use --customer-prefix or --customer-system"),
                _ => error.to_string(),
            }),
        }
    }

    /// The external id, where that is what the column holds.
    pub(super) fn external_id(&self, text: &str) -> Option<pb::ExternalId> {
        match self {
            Self::Id(_) => None,
            Self::External(system) => Some(pb::ExternalId { system: system.to_string(), id: text.to_owned() }),
        }
    }
}

/// The types of the attributes that are defined.
pub(super) type Definitions = BTreeMap<String, pb::ValueType>;

/// A row as a customer with its id.
pub(super) fn customer(
    setting: &Setting,
    definitions: &Definitions,
    row: &Row,
) -> Result<(CustomerId, pb::Customer), String> {
    let mut fields = Fields::new(setting, row);
    let id = fields.required("customer", |text| setting.customer.id(text));
    let kind = fields.required("kind", |text| value::word(text, "CUSTOMER_KIND_", pb::CustomerKind::as_str_name));
    let display_name = fields.required("display_name", |text| Ok(text.to_owned()));
    let own = fields.text("customer").and_then(|text| setting.customer.external_id(text));
    let ids = fields.family("external_id.").into_iter().map(|(system, id)| pb::ExternalId { system, id });
    let external_ids = own.into_iter().chain(ids).collect();
    let setting = fields
        .parse("setting", |text| value::word(text, "RELATIONSHIP_SETTING_", pb::RelationshipSetting::as_str_name));
    let customer = pb::Customer {
        kind: kind.unwrap_or_default(),
        external_ids,
        labels: fields.family("label.").into_iter().collect(),
        attributes: attributes(&mut fields, definitions),
        contacts: contact(&fields, display_name.as_deref().unwrap_or_default()).into_iter().collect(),
        relationship: setting.map(|setting| pb::Relationship { setting, ..Default::default() }),
        provenance: provenance(&mut fields),
        display_name: display_name.unwrap_or_default(),
        ..Default::default()
    };
    fields.done(id.map(|id| (id, customer)))
}

fn provenance(fields: &mut Fields<'_>) -> Option<pb::Provenance> {
    let source = fields.text("provenance").map(str::to_owned);
    let verify_time = fields.moment("verify_time");
    (source.is_some() || verify_time.is_some())
        .then(|| pb::Provenance { source: source.unwrap_or_default(), verify_time })
}

fn attributes(
    fields: &mut Fields<'_>,
    definitions: &Definitions,
) -> std::collections::HashMap<String, pb::AttributeValue> {
    let mut values = std::collections::HashMap::new();
    for (key, _) in fields.family("attribute.") {
        let kind = definitions.get(&key).copied().unwrap_or_default();
        let zone = fields.zone();
        let value = fields.parse(&format!("attribute.{key}"), |text| match kind {
            pb::ValueType::Unspecified => Err("is not defined".to_owned()),
            pb::ValueType::Text => Ok(Value::Text(text.to_owned())),
            pb::ValueType::Number => number(text).map(Value::Number),
            pb::ValueType::Boolean => value::boolean(text).map(Value::Boolean),
            pb::ValueType::Time => value::moment(text, zone).map(Value::Time),
        });
        values.extend(value.map(|value| (key, pb::AttributeValue { value: Some(value), provenance: None })));
    }
    values
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("must be a number, got \"{text}\""))
}

fn contact(fields: &Fields<'_>, display_name: &str) -> Option<pb::Contact> {
    use pb::ContactChannelKind::{Email, Phone, Post};
    let channel = |(field, kind): (&str, pb::ContactChannelKind)| {
        fields.text(field).map(|address| pb::ContactChannel { kind: kind.into(), address: address.to_owned() })
    };
    let channels: Vec<_> =
        [("email", Email), ("phone", Phone), ("post", Post)].into_iter().filter_map(channel).collect();
    let name = fields.text("contact_name");
    (name.is_some() || !channels.is_empty()).then(|| pb::Contact {
        contact_id: CONTACT.to_owned(),
        display_name: name.unwrap_or(display_name).to_owned(),
        channels,
        ..Default::default()
    })
}

/// The fields of a wanted customer that the one kept has otherwise. What the file does not give is not compared: others
/// may know more.
pub(super) fn differences(wanted: &pb::Customer, kept: &pb::Customer) -> Vec<&'static str> {
    let ids = |customer: &pb::Customer| {
        let mut ids: Vec<_> = customer.external_ids.iter().map(|it| (it.system.clone(), it.id.clone())).collect();
        ids.sort();
        ids
    };
    let checks = [
        ("kind", wanted.kind != kept.kind),
        ("display_name", wanted.display_name != kept.display_name),
        ("external_ids", !wanted.external_ids.is_empty() && ids(wanted) != ids(kept)),
        ("labels", !wanted.labels.is_empty() && wanted.labels != kept.labels),
        ("attributes", !wanted.attributes.is_empty() && wanted.attributes != kept.attributes),
        ("contacts", !wanted.contacts.is_empty() && wanted.contacts != kept.contacts),
        ("relationship", wanted.relationship.is_some() && wanted.relationship != kept.relationship),
        ("provenance", wanted.provenance.is_some() && wanted.provenance != kept.provenance),
    ];
    checks.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

#[cfg(test)]
mod tests {
    use super::super::field::Kind;
    use super::super::fields::tests::{row, setting};
    use super::*;

    const HEADERS: &[&str] =
        &["customer", "kind", "display_name", "label.region", "attribute.employees", "email", "external_id.erp"];

    fn read(columns: &[&str]) -> Result<(CustomerId, pb::Customer), String> {
        let definitions = [("employees".to_owned(), pb::ValueType::Number)].into();
        customer(&setting(Kind::Customers, HEADERS), &definitions, &row(columns))
    }

    #[test]
    fn rows_become_customers() {
        let (id, customer) = read(&["acme", "Organization", "Acme", "north", "120", "a@acme.example", "4711"]).unwrap();
        assert_eq!(id.as_str(), "acme");
        assert_eq!(customer.kind(), pb::CustomerKind::Organization);
        assert_eq!(customer.labels["region"], "north");
        assert_eq!(customer.attributes["employees"].value, Some(Value::Number(120.0)));
        assert_eq!(customer.contacts[0].channels[0].address, "a@acme.example");
        assert_eq!(customer.external_ids[0].system, "erp");
        let (_, empty) = read(&["acme", "person", "Acme", "", "", "", ""]).unwrap();
        assert!(empty.labels.is_empty() && empty.contacts.is_empty() && empty.attributes.is_empty());
    }

    #[test]
    fn every_fault_of_a_row_is_told() {
        let faults = read(&["1", "robot", "", "", "many", "", ""]).unwrap_err();
        for fault in [
            "customer: must be",
            "--customer-prefix",
            "kind: must be one of person",
            "display_name: is required",
            "attribute.employees",
        ] {
            assert!(faults.contains(fault), "{fault} in {faults}");
        }
    }

    #[test]
    fn foreign_ids_become_customers_in_two_ways() {
        let prefixed = Reference::new(None, "c-");
        assert_eq!(prefixed.id("1").unwrap().as_str(), "c-1");
        assert_eq!(prefixed.external_id("1"), None);
        let external = Reference::new(Some(SourceName::parse("shop").unwrap()), "");
        assert_eq!(external.id("#1").unwrap(), CustomerId::derived(&["external", "shop", "#1"]));
        assert_eq!(external.external_id("#1").unwrap().system, "shop");
    }

    #[test]
    fn only_what_the_file_gives_is_compared() {
        let (_, wanted) = read(&["acme", "organization", "Acme", "", "", "", "4711"]).unwrap();
        let mut kept = wanted.clone();
        kept.name = "customers/acme".to_owned();
        kept.labels.insert("region".to_owned(), "south".to_owned());
        assert!(differences(&wanted, &kept).is_empty());
        kept.display_name = "ACME".to_owned();
        kept.external_ids.clear();
        assert_eq!(differences(&wanted, &kept), ["display_name", "external_ids"]);
    }
}
