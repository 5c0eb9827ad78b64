//! Attribute definitions: what attributes there are, and that values keep to them.

use guanxi::v1::attribute_value::Value;
use guanxi::v1::{
    AttributeDefinition, AttributeValue, CreateAttributeDefinitionRequest, Customer, DeleteAttributeDefinitionRequest,
    GetAttributeDefinitionRequest, ListAttributeDefinitionsRequest, UpdateAttributeDefinitionRequest, ValueType,
};
use guanxi_testkit::{START, TestServer, on_each_backend};
use std::time::Duration;
use tonic::{Code, Status};

use super::{create, define, delete, get, mask, name, update};
use crate::support::{person, refused, time, wrong_fields};

on_each_backend! {
    a_definition_comes_back_as_it_was_given,
    a_key_is_taken_once,
    only_name_and_description_change,
    definitions_are_listed_in_byte_order,
    values_keep_to_their_definition,
    a_definition_in_use_is_not_deleted,
    there_are_two_hundred_at_most,
    every_wrong_field_is_listed,
}

fn employees() -> AttributeDefinition {
    AttributeDefinition {
        display_name: "Employees".into(),
        description: "As of the last report.\nWithout temps.".into(),
        value_type: ValueType::Number.into(),
        unit: "people".into(),
        ..AttributeDefinition::default()
    }
}

async fn create_as(
    guanxi: &TestServer,
    key: &str,
    definition: AttributeDefinition,
) -> Result<AttributeDefinition, Status> {
    let request = CreateAttributeDefinitionRequest {
        attribute_definition: Some(definition),
        attribute_definition_id: key.into(),
        request_id: String::new(),
    };
    Ok(guanxi.customers().create_attribute_definition(request).await?.into_inner())
}

async fn get_definition(guanxi: &TestServer, key: &str) -> Result<AttributeDefinition, Status> {
    let request = GetAttributeDefinitionRequest { name: format!("attributeDefinitions/{key}") };
    Ok(guanxi.customers().get_attribute_definition(request).await?.into_inner())
}

async fn change(
    guanxi: &TestServer,
    definition: AttributeDefinition,
    paths: &[&str],
) -> Result<AttributeDefinition, Status> {
    let request = UpdateAttributeDefinitionRequest {
        attribute_definition: Some(definition),
        update_mask: mask(paths),
        request_id: String::new(),
    };
    Ok(guanxi.customers().update_attribute_definition(request).await?.into_inner())
}

async fn remove(guanxi: &TestServer, key: &str) -> Result<(), Status> {
    let request =
        DeleteAttributeDefinitionRequest { name: format!("attributeDefinitions/{key}"), ..Default::default() };
    guanxi.customers().delete_attribute_definition(request).await.map(drop)
}

async fn a_definition_comes_back_as_it_was_given(guanxi: TestServer) {
    let created = create_as(&guanxi, "employees", employees()).await.unwrap();
    let expected = AttributeDefinition {
        name: "attributeDefinitions/employees".into(),
        create_time: Some(time(START)),
        update_time: Some(time(START)),
        etag: created.etag.clone(),
        ..employees()
    };
    assert_eq!(created, expected);
    assert_eq!(get_definition(&guanxi, "employees").await.unwrap(), expected);
    refused(get_definition(&guanxi, "others").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    remove(&guanxi, "employees").await.unwrap();
    refused(get_definition(&guanxi, "employees").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    refused(remove(&guanxi, "employees").await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn a_key_is_taken_once(guanxi: TestServer) {
    let first = define(&guanxi, "size", ValueType::Text).await.unwrap();
    let again = define(&guanxi, "size", ValueType::Number).await;
    let refusal = refused(again, Code::AlreadyExists, "RESOURCE_ALREADY_EXISTS");
    assert_eq!(refusal.metadata["resource"], "attributeDefinitions/size");
    assert_eq!(get_definition(&guanxi, "size").await.unwrap(), first);
}

async fn only_name_and_description_change(guanxi: TestServer) {
    let created = create_as(&guanxi, "employees", employees()).await.unwrap();
    guanxi.clock.advance(Duration::from_secs(60));
    let new = AttributeDefinition {
        display_name: "Head count".into(),
        description: String::new(),
        value_type: ValueType::Text.into(),
        unit: "heads".into(),
        ..created.clone()
    };
    let renamed = change(&guanxi, new.clone(), &["displayName", "value_type", "unit"]).await.unwrap();
    let expected = AttributeDefinition {
        display_name: "Head count".into(),
        update_time: Some(time("2026-01-31T12:01:00Z")),
        etag: renamed.etag.clone(),
        ..created.clone()
    };
    assert_eq!(renamed, expected);
    let unguarded = AttributeDefinition { etag: String::new(), ..new };
    let cleared = change(&guanxi, unguarded.clone(), &["*"]).await.unwrap();
    assert_eq!((cleared.description.as_str(), cleared.value_type()), ("", ValueType::Number));
    assert_eq!(wrong_fields(change(&guanxi, unguarded.clone(), &[]).await), ["update_mask"]);
    assert_eq!(wrong_fields(change(&guanxi, unguarded.clone(), &["key"]).await), ["update_mask.paths[0]"]);
    let nobody = AttributeDefinition { name: "attributeDefinitions/none".into(), ..unguarded };
    refused(change(&guanxi, nobody, &["*"]).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}

async fn definitions_are_listed_in_byte_order(guanxi: TestServer) {
    for key in ["b", "a_b", "ab", "a", "a_", "a0"] {
        define(&guanxi, key, ValueType::Text).await.unwrap();
    }
    for page_size in [1, 4, 6, 0] {
        let mut request = ListAttributeDefinitionsRequest { page_size, ..Default::default() };
        let mut found = Vec::new();
        loop {
            let page = guanxi.customers().list_attribute_definitions(request.clone()).await.unwrap().into_inner();
            assert!(page_size == 0 || page.attribute_definitions.len() <= page_size as usize);
            found.extend(page.attribute_definitions.into_iter().map(|one| one.display_name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(found, ["a", "a0", "a_", "a_b", "ab", "b"]);
    }
    let bad = ListAttributeDefinitionsRequest { page_size: -1, page_token: "x".into() };
    assert_eq!(wrong_fields(guanxi.customers().list_attribute_definitions(bad).await), ["page_size", "page_token"]);
}

fn with_value(key: &str, value: Option<Value>) -> Customer {
    let value = AttributeValue { value, provenance: None };
    Customer { name: name("ada"), attributes: [(key.to_owned(), value)].into(), ..person("Ada") }
}

async fn values_keep_to_their_definition(guanxi: TestServer) {
    define(&guanxi, "employees", ValueType::Number).await.unwrap();
    create(&guanxi, "ada", with_value("employees", Some(Value::Number(7.0)))).await.unwrap();
    let path = "customer.attributes[\"employees\"]";
    for wrong in [Value::Text("7".into()), Value::Boolean(true), Value::Time(time(START))] {
        let wrong = with_value("employees", Some(wrong));
        assert_eq!(wrong_fields(create(&guanxi, "bob", wrong.clone()).await), [path]);
        assert_eq!(wrong_fields(update(&guanxi, wrong, &["attributes"]).await), [path]);
    }
    let undefined = with_value("heads", Some(Value::Number(7.0)));
    assert_eq!(wrong_fields(create(&guanxi, "bob", undefined).await), ["customer.attributes[\"heads\"]"]);
    let empty = with_value("employees", None);
    assert_eq!(wrong_fields(create(&guanxi, "bob", empty).await), [format!("{path}.value")]);
    let badly_named = with_value("Heads", Some(Value::Number(7.0)));
    assert_eq!(wrong_fields(create(&guanxi, "bob", badly_named).await), ["customer.attributes[\"Heads\"]"]);
    assert_eq!(get(&guanxi, "ada").await.unwrap().attributes["employees"].value, Some(Value::Number(7.0)));
}

async fn a_definition_in_use_is_not_deleted(guanxi: TestServer) {
    define(&guanxi, "employees", ValueType::Number).await.unwrap();
    create(&guanxi, "ada", with_value("employees", Some(Value::Number(7.0)))).await.unwrap();
    let refusal = refused(remove(&guanxi, "employees").await, Code::FailedPrecondition, "ATTRIBUTE_IN_USE");
    assert_eq!(refusal.metadata["resource"], "attributeDefinitions/employees");
    delete(&guanxi, "ada").await.unwrap();
    refused(remove(&guanxi, "employees").await, Code::FailedPrecondition, "ATTRIBUTE_IN_USE");
    super::undelete(&guanxi, "ada").await.unwrap();
    update(&guanxi, Customer { name: name("ada"), ..person("Ada") }, &["attributes"]).await.unwrap();
    remove(&guanxi, "employees").await.unwrap();
    let again = with_value("employees", Some(Value::Number(7.0)));
    assert_eq!(wrong_fields(update(&guanxi, again, &["attributes"]).await), ["customer.attributes[\"employees\"]"]);
}

async fn there_are_two_hundred_at_most(guanxi: TestServer) {
    let mut customer = person("Ada");
    for index in 0..200 {
        let key = format!("k{index}");
        define(&guanxi, &key, ValueType::Boolean).await.unwrap();
        customer.attributes.extend(with_value(&key, Some(Value::Boolean(true))).attributes);
    }
    let refusal =
        refused(define(&guanxi, "one_more", ValueType::Text).await, Code::FailedPrecondition, "LIMIT_REACHED");
    assert_eq!(refusal.metadata["limit"], "200");
    assert_eq!(create(&guanxi, "ada", customer.clone()).await.unwrap().attributes, customer.attributes);
    customer.attributes.extend(with_value("one_more", Some(Value::Boolean(true))).attributes);
    assert_eq!(wrong_fields(create(&guanxi, "bob", customer).await)[0], "customer.attributes");
    remove(&guanxi, "k0").await.unwrap_err();
}

async fn every_wrong_field_is_listed(guanxi: TestServer) {
    let wrong = AttributeDefinition {
        display_name: " ".into(),
        description: "x".repeat(2001),
        value_type: 77,
        unit: "x".repeat(51),
        ..AttributeDefinition::default()
    };
    let at = |field: &str| format!("attribute_definition.{field}");
    let all = [at("display_name"), at("description"), at("value_type"), at("unit")];
    let answer = create_as(&guanxi, "no-hyphens", wrong).await;
    assert_eq!(wrong_fields(answer), [&["attribute_definition_id".to_owned()], &all[..]].concat());
    let unit_of_text = AttributeDefinition { value_type: ValueType::Text.into(), ..employees() };
    assert_eq!(wrong_fields(create_as(&guanxi, "a", unit_of_text).await), [at("unit")]);
    let none = CreateAttributeDefinitionRequest::default();
    let wrong = wrong_fields(guanxi.customers().create_attribute_definition(none).await);
    assert_eq!(wrong, ["attribute_definition_id", "attribute_definition"]);
    let longest = AttributeDefinition {
        display_name: "𝄞".repeat(200),
        description: "𝄞".repeat(2000),
        unit: "𝄞".repeat(50),
        ..employees()
    };
    create_as(&guanxi, &"k".repeat(63), longest).await.unwrap();
}
