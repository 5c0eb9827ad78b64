//! How long and how many: each limit of a customer is reached, and not passed.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::{
    AccountTeamMember, AttributeValue, Consent, Contact, ContactChannel, Customer, LifeEvent, LockIn, Provenance,
    Relationship,
};
use guanxi_testkit::{TestServer, on_each_backend};

use super::whole::{define_all, full};
use super::{create, external, name};
use crate::support::{person, time, wrong_fields};

on_each_backend! {
    texts_are_as_long_as_promised,
    ids_are_as_long_as_promised,
    lists_are_as_long_as_promised,
    a_customer_may_reach_many_limits_together,
}

/// A path, how much is allowed there, and what puts so much there.
type Limit = (&'static str, usize, fn(&mut Customer, usize));

/// Four bytes each in UTF-8, two units in UTF-16: characters are counted, nothing else.
fn letters(count: usize) -> String {
    "𝄞".repeat(count)
}

fn source(count: usize) -> Option<Provenance> {
    Some(Provenance { source: letters(count), verify_time: None })
}

fn relationship(customer: &mut Customer) -> &mut Relationship {
    customer.relationship.as_mut().expect("a full customer")
}

const TEXTS: &[Limit] = &[
    ("customer.display_name", 200, |it, n| it.display_name = letters(n)),
    ("customer.provenance.source", 200, |it, n| it.provenance = source(n)),
    ("customer.external_ids[0].id", 200, |it, n| it.external_ids[0].id = letters(n)),
    ("customer.labels[\"region\"]", 200, |it, n| drop(it.labels.insert("region".into(), letters(n)))),
    ("customer.attributes[\"motto\"].text", 1000, |it, n| {
        let value = AttributeValue { value: Some(Value::Text(letters(n))), provenance: None };
        it.attributes.insert("motto".into(), value);
    }),
    ("customer.attributes[\"vip\"].provenance.source", 200, |it, n| {
        it.attributes.insert("vip".into(), AttributeValue { value: Some(Value::Boolean(true)), provenance: source(n) });
    }),
    ("customer.contacts[0].display_name", 200, |it, n| it.contacts[0].display_name = letters(n)),
    ("customer.contacts[0].job_title", 200, |it, n| it.contacts[0].job_title = letters(n)),
    ("customer.contacts[0].channels[0].address", 320, |it, n| it.contacts[0].channels[0].address = letters(n)),
    ("customer.contacts[0].preferences[1]", 200, |it, n| it.contacts[0].preferences[1] = letters(n)),
    ("customer.contacts[0].interests[0]", 200, |it, n| it.contacts[0].interests[0] = letters(n)),
    ("customer.contacts[0].provenance.source", 200, |it, n| it.contacts[0].provenance = source(n)),
    ("customer.life_events[0].title", 200, |it, n| it.life_events[0].title = letters(n)),
    ("customer.life_events[0].provenance.source", 200, |it, n| it.life_events[0].provenance = source(n)),
    ("customer.account_team[0].member", 200, |it, n| it.account_team[0].member = letters(n)),
    ("customer.account_team[0].display_name", 200, |it, n| it.account_team[0].display_name = letters(n)),
    ("customer.account_team[0].provenance.source", 200, |it, n| it.account_team[0].provenance = source(n)),
    ("customer.relationship.provenance.source", 200, |it, n| relationship(it).provenance = source(n)),
    ("customer.consents[0].source", 200, |it, n| it.consents[0].source = letters(n)),
];

const IDS: &[Limit] = &[
    ("customer.external_ids[0].system", 63, |it, n| it.external_ids[0].system = "s".repeat(n)),
    ("customer.contacts[1].contact_id", 63, |it, n| it.contacts[1].contact_id = "c".repeat(n)),
    ("customer.life_events[0].contact_id", 63, |it, n| it.life_events[0].contact_id = "c".repeat(n)),
    ("customer.consents[0].purpose", 63, |it, n| it.consents[0].purpose = "p".repeat(n)),
];

const LISTS: &[Limit] = &[
    ("customer.external_ids", 50, |it, n| {
        it.external_ids = (0..n).map(|id| external("erp", &id.to_string())).collect()
    }),
    ("customer.labels", 64, |it, n| it.labels = (0..n).map(|key| (format!("k{key}"), String::new())).collect()),
    ("customer.contacts", 100, |it, n| {
        let contact = |id| Contact { contact_id: format!("c{id}"), display_name: "C".into(), ..Contact::default() };
        it.contacts = (0..n).map(contact).collect();
    }),
    ("customer.contacts[0].channels", 20, |it, n| {
        it.contacts[0].channels = vec![ContactChannel { kind: 1, address: "a@b".into() }; n];
    }),
    ("customer.contacts[0].preferences", 20, |it, n| it.contacts[0].preferences = vec!["p".into(); n]),
    ("customer.contacts[0].interests", 20, |it, n| it.contacts[0].interests = vec!["i".into(); n]),
    ("customer.life_events", 100, |it, n| it.life_events = vec![LifeEvent { ..it.life_events[0].clone() }; n]),
    ("customer.account_team", 50, |it, n| {
        it.account_team = vec![AccountTeamMember { role: 1, member: "m".into(), ..AccountTeamMember::default() }; n];
    }),
    ("customer.relationship.lock_ins", 100, |it, n| {
        let tie = LockIn { ..relationship(it).lock_ins[0].clone() };
        relationship(it).lock_ins = vec![tie; n];
    }),
    ("customer.consents", 50, |it, n| {
        let said = Some(time("2025-01-01T00:00:00Z"));
        let consent = |p| Consent { purpose: format!("p{p}"), basis: 1, state: 1, time: said, ..Consent::default() };
        it.consents = (0..n).map(consent).collect();
    }),
];

/// Goes to each limit and one beyond, on a customer that is full otherwise.
async fn check(guanxi: &TestServer, limits: &[Limit]) {
    define_all(guanxi).await;
    for (index, (path, most, put)) in limits.iter().enumerate() {
        let id = format!("c{index}");
        let mut customer = Customer { external_ids: vec![external("shop", &id)], ..full() };
        put(&mut customer, most + 1);
        assert_eq!(wrong_fields(create(guanxi, &id, customer.clone()).await), [*path]);
        put(&mut customer, *most);
        let created = create(guanxi, &id, customer.clone()).await.unwrap_or_else(|status| panic!("{path}: {status}"));
        let Customer { stage, create_time, update_time, etag, .. } = created.clone();
        assert_eq!(created, Customer { name: name(&id), stage, create_time, update_time, etag, ..customer });
    }
}

async fn texts_are_as_long_as_promised(guanxi: TestServer) {
    check(&guanxi, TEXTS).await;
}

async fn ids_are_as_long_as_promised(guanxi: TestServer) {
    check(&guanxi, IDS).await;
    let mut customer = person("Ada");
    customer.labels = [("l".repeat(63), String::new())].into();
    create(&guanxi, "labelled", customer.clone()).await.unwrap();
    for bad in ["l".repeat(64), String::new(), "9".into(), "a-b".into(), "ä".into()] {
        customer.labels = [(bad.clone(), String::new())].into();
        let wrong = wrong_fields(create(&guanxi, "bad", customer.clone()).await);
        assert!(matches!(wrong.as_slice(), [one] if one.starts_with("customer.labels[\"")), "{bad}: {wrong:?}");
    }
}

async fn lists_are_as_long_as_promised(guanxi: TestServer) {
    check(&guanxi, LISTS).await;
}

/// Short of the size of a message, that is.
async fn a_customer_may_reach_many_limits_together(guanxi: TestServer) {
    let mut customer = full();
    customer.attributes.clear();
    for (_, most, put) in LISTS.iter().filter(|(path, ..)| !path.starts_with("customer.contacts[")) {
        put(&mut customer, *most);
    }
    let created = create(&guanxi, "ada", customer.clone()).await.unwrap();
    assert_eq!((created.contacts, created.consents), (customer.contacts, customer.consents));
    assert_eq!((created.life_events, created.labels), (customer.life_events, customer.labels));
}
