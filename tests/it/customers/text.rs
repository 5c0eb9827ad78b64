//! Text of all languages: kept byte for byte, compared byte by byte, on both databases.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::{AttributeValue, Contact, Customer, ListCustomersRequest, Provenance, ValueType};
use guanxi_testkit::{TestServer, on_each_backend};

use super::{all, create, define, external, get, lookup, name, update};
use crate::support::{person, wrong_fields};

on_each_backend! {
    text_of_all_languages_is_kept_byte_for_byte,
    names_are_found_byte_for_byte,
    control_characters_are_refused,
    blanks_are_no_name,
    no_text_is_taken_for_sql,
}

/// Composed and decomposed, right to left, beyond the basic plane, joined invisibly, at the edges of Unicode.
const TEXTS: &[&str] = &[
    "Zoë",
    "Zoe\u{308}",
    "אבג",
    "\u{202e}مرحبا\u{202c}",
    "关系",
    "関係\u{fe00}",
    "𝄞🜁",
    "👩\u{200d}👩\u{200d}👧",
    "\u{feff}bom",
    "a\u{a0}b",
    " edges ",
    "İstanbul",
    "ß",
    "ẞ",
    "\u{ffff}",
    "\u{10ffff}",
    "a\u{2028}b",
    "e\u{301}\u{327}",
    "ﬀ",
    "\u{2126}",
    "\u{3a9}",
];

async fn text_of_all_languages_is_kept_byte_for_byte(guanxi: TestServer) {
    define(&guanxi, "motto", ValueType::Text).await.unwrap();
    for (index, text) in TEXTS.iter().enumerate() {
        let value = AttributeValue { value: Some(Value::Text((*text).into())), provenance: None };
        let given = Customer {
            provenance: Some(Provenance { source: (*text).into(), verify_time: None }),
            external_ids: vec![external("shop", text)],
            labels: [("note".to_owned(), (*text).to_owned())].into(),
            attributes: [("motto".to_owned(), value)].into(),
            contacts: vec![Contact {
                contact_id: "c".into(),
                display_name: (*text).into(),
                interests: vec![(*text).into()],
                ..Contact::default()
            }],
            ..person(text)
        };
        let id = format!("c{index}");
        let created = create(&guanxi, &id, given.clone()).await.unwrap();
        let Customer { stage, create_time, update_time, etag, .. } = created.clone();
        assert_eq!(created, Customer { name: name(&id), stage, create_time, update_time, etag, ..given }, "{text:?}");
        assert_eq!(get(&guanxi, &id).await.unwrap(), created, "{text:?}");
        assert_eq!(lookup(&guanxi, "shop", text).await.unwrap(), created, "{text:?}");
    }
}

/// No two of the texts are the same, whatever a database's collation thinks of them.
async fn names_are_found_byte_for_byte(guanxi: TestServer) {
    let texts: Vec<&str> =
        TEXTS.iter().copied().chain(["ZOË", "zoë", "SS", "ss", "edges", " edges", "_", "%", "Zo_", "Zo%"]).collect();
    for (index, text) in texts.iter().enumerate() {
        let labels = [("note".to_owned(), (*text).to_owned())].into();
        create(&guanxi, &format!("c{index}"), Customer { labels, ..person(text) }).await.unwrap();
    }
    for (index, text) in texts.iter().enumerate() {
        for field in ["display_name", "labels.note"] {
            let filter = format!("{field} = \"{text}\"");
            let request = ListCustomersRequest { filter: filter.clone(), ..ListCustomersRequest::default() };
            assert_eq!(all(&guanxi, request).await, [format!("c{index}")], "{filter:?}");
        }
    }
}

async fn control_characters_are_refused(guanxi: TestServer) {
    define(&guanxi, "motto", ValueType::Text).await.unwrap();
    for control in ["\0", "\u{1}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{9f}", "\n", "\r", "\t"] {
        let bad = format!("a{control}b");
        let value = AttributeValue { value: Some(Value::Text(bad.clone())), provenance: None };
        let customer = Customer {
            external_ids: vec![external("shop", &bad)],
            labels: [("note".to_owned(), bad.clone())].into(),
            attributes: [("motto".to_owned(), value)].into(),
            ..person(&bad)
        };
        let mut wrong = wrong_fields(create(&guanxi, "ada", customer).await);
        // A text of several lines has line ends and tabs.
        if ["\n", "\r", "\t"].contains(&control) {
            wrong.push("customer.attributes[\"motto\"].text".into());
        }
        let expected = ["display_name", "external_ids[0].id", "labels[\"note\"]", "attributes[\"motto\"].text"];
        assert_eq!(wrong, expected.map(|field| format!("customer.{field}")), "{control:?}");
    }
}

async fn blanks_are_no_name(guanxi: TestServer) {
    for blank in ["", " ", "   ", "\u{a0}", "\u{3000}\u{2003}"] {
        assert_eq!(wrong_fields(create(&guanxi, "ada", person(blank)).await), ["customer.display_name"], "{blank:?}");
    }
    create(&guanxi, "ada", person(" \u{3000}x")).await.unwrap();
}

async fn no_text_is_taken_for_sql(guanxi: TestServer) {
    let nasty = "Robert'); DROP TABLE customers;-- $1 ?1 {key} {condition} {source} \\ \" `";
    let customer = Customer { labels: [("note".to_owned(), nasty.to_owned())].into(), ..person(nasty) };
    create(&guanxi, "bobby", customer.clone()).await.unwrap();
    update(&guanxi, Customer { name: name("bobby"), ..customer }, &["*"]).await.unwrap();
    let quoted = nasty.replace('\\', "\\\\").replace('"', "\\\"");
    for field in ["display_name", "labels.note"] {
        let filter = format!("{field} = \"{quoted}\"");
        assert_eq!(all(&guanxi, ListCustomersRequest { filter, ..Default::default() }).await, ["bobby"]);
    }
    let filter = "labels.\"{condition} OR TRUE\":*".to_owned();
    assert!(all(&guanxi, ListCustomersRequest { filter, ..Default::default() }).await.is_empty());
}
