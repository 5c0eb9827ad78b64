//! What is no call of the contract: bytes that are no message, methods that are not there, deadlines that are none.

use guanxi::v1::Customer;
use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use tonic::Code;

use super::raw::{GET_CUSTOMER, call, call_with, send, text_field};
use crate::support::{create_person, refused, wrong_fields};

on_each_backend! {
    bytes_that_are_no_message_are_refused,
    a_call_of_one_message_takes_no_other_number,
    fields_of_a_later_contract_are_ignored,
    a_method_that_is_not_there_is_unimplemented,
    a_deadline_that_is_none_is_refused,
    headers_of_callers_change_nothing,
}

async fn bytes_that_are_no_message_are_refused(guanxi: TestServer) {
    let bad: [&[u8]; 9] = [
        &[0xff; 16],
        &[0x0a],
        &[0x0a, 0x05],
        &[0x0a, 0x05, b'a'],
        &[0x08, 0x01],
        &[0x0d, 0, 0, 0, 0],
        &[0x0a, 0x01, 0xff],
        &[0x00, 0x00],
        b"{\"name\": \"customers/ada\"}",
    ];
    for message in bad {
        assert_eq!(wrong_fields(call(&guanxi, GET_CUSTOMER, message).await), ["request"], "{message:?}");
    }
    for path in ["/guanxi.v1.ActivityService/RecordPurchase", "/google.longrunning.Operations/GetOperation"] {
        assert_eq!(wrong_fields(call(&guanxi, path, &[0xff; 16]).await), ["request"], "{path}");
    }
}

async fn a_call_of_one_message_takes_no_other_number(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    assert_eq!(wrong_fields(send(&guanxi, GET_CUSTOMER, vec![], None).await), ["request"]);
    assert_eq!(wrong_fields(call(&guanxi, GET_CUSTOMER, &[]).await), ["name"], "an empty message is one");
}

async fn fields_of_a_later_contract_are_ignored(guanxi: TestServer) {
    let ada = create_person(&guanxi, "ada").await;
    let mut message = text_field(b"customers/ada");
    // Field 5000, a text.
    message.extend([0xc2, 0xb8, 0x02, 0x03, b'n', b'e', b'w']);
    let answer = call(&guanxi, GET_CUSTOMER, &message).await.unwrap();
    assert_eq!(Customer::decode(answer.as_slice()).unwrap(), ada);
}

async fn a_method_that_is_not_there_is_unimplemented(guanxi: TestServer) {
    for path in [
        "/guanxi.v1.CustomerService/MergeCustomers",
        "/guanxi.v1.CustomerService/getCustomer",
        "/guanxi.v1.CustomerService/",
        "/guanxi.v2.CustomerService/GetCustomer",
        "/CustomerService/GetCustomer",
        "/",
    ] {
        let status = call(&guanxi, path, &[]).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}: {status:?}");
    }
}

async fn a_deadline_that_is_none_is_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let message = text_field(b"customers/ada");
    for timeout in ["soon", "1", "S", "-1S", "+1S", "1s", "1.5S", "123456789S", "1 S", "10S, 20S"] {
        let answer = call_with(&guanxi, GET_CUSTOMER, &message, ("grpc-timeout", timeout)).await;
        let refusal = refused(answer, Code::InvalidArgument, "INVALID_FIELDS");
        assert_eq!(refusal.fields, ["grpc-timeout"], "{timeout}");
    }
    for timeout in ["10S", "99999999H", "10000m", "9999999u"] {
        call_with(&guanxi, GET_CUSTOMER, &message, ("grpc-timeout", timeout)).await.expect(timeout);
    }
}

async fn headers_of_callers_change_nothing(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let message = text_field(b"customers/ada");
    let long = "x".repeat(8000);
    for header in [("x-request-id", "order-17"), ("x-request-id", long.as_str()), ("authorization", "Bearer x")] {
        call_with(&guanxi, GET_CUSTOMER, &message, header).await.expect(header.0);
    }
}
