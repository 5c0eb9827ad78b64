//! Server reflection, v1 and v1alpha: what grpcurl and the like learn about the contract.

use std::collections::BTreeSet;

use guanxi_testkit::{TestServer, on_each_backend};
use prost::Message as _;
use prost_types::FileDescriptorProto;
use tonic::Code;

use super::configured;
use super::health::SERVICES;

on_each_backend! {
    all_services_are_listed,
    every_method_is_described_with_an_example,
    every_message_field_and_value_is_commented,
    custom_options_are_served,
    error_details_are_served,
    what_a_file_needs_is_served_too,
    what_is_not_there_is_not_found,
    reflection_can_be_switched_off,
}

enum Ask<'a> {
    Services,
    Symbol(&'a str),
    File(&'a str),
}

#[derive(Debug, PartialEq)]
enum Answer {
    Services(BTreeSet<String>),
    Files(Vec<Vec<u8>>),
    Error(i32),
}

/// Both versions have the same messages, of different types.
macro_rules! asks {
    ($version:ident) => {
        async fn $version(guanxi: &TestServer, questions: &[Ask<'_>]) -> Result<Vec<Answer>, tonic::Status> {
            use tonic_reflection::pb::$version::ServerReflectionRequest;
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;

            let request = |question: &Ask<'_>| {
                let message_request = Some(match question {
                    Ask::Services => MessageRequest::ListServices(String::new()),
                    Ask::Symbol(symbol) => MessageRequest::FileContainingSymbol((*symbol).into()),
                    Ask::File(name) => MessageRequest::FileByFilename((*name).into()),
                });
                ServerReflectionRequest { host: String::new(), message_request }
            };
            let requests = tokio_stream::iter(questions.iter().map(request).collect::<Vec<_>>());
            let mut client = ServerReflectionClient::new(guanxi.channel());
            let mut responses = client.server_reflection_info(requests).await?.into_inner();
            let mut answers = Vec::new();
            while let Some(response) = responses.message().await? {
                answers.push(match response.message_response.expect("an answer") {
                    MessageResponse::ListServicesResponse(list) => {
                        Answer::Services(list.service.into_iter().map(|service| service.name).collect())
                    }
                    MessageResponse::FileDescriptorResponse(files) => Answer::Files(files.file_descriptor_proto),
                    MessageResponse::ErrorResponse(error) => Answer::Error(error.error_code),
                    other => panic!("{other:?} was not asked for"),
                });
            }
            Ok(answers)
        }
    };
}

asks!(v1);
asks!(v1alpha);

/// The same question to both versions, which must answer alike.
async fn ask(guanxi: &TestServer, question: Ask<'_>) -> Answer {
    let questions = [question];
    let mut answers = v1(guanxi, &questions).await.unwrap();
    assert_eq!(answers, v1alpha(guanxi, &questions).await.unwrap());
    answers.pop().expect("one answer")
}

/// The file that has a symbol, as it is served.
async fn file_of(guanxi: &TestServer, symbol: &str) -> Vec<u8> {
    let Answer::Files(mut files) = ask(guanxi, Ask::Symbol(symbol)).await else { panic!("{symbol} is not served") };
    files.remove(0)
}

async fn all_services_are_listed(guanxi: TestServer) {
    const SHARED: [&str; 3] =
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];
    for answers in [v1(&guanxi, &[Ask::Services]).await.unwrap(), v1alpha(&guanxi, &[Ask::Services]).await.unwrap()] {
        let expected = SERVICES.into_iter().chain(SHARED).map(str::to_owned);
        assert_eq!(answers, [Answer::Services(expected.collect())]);
    }
}

/// The paths in a file that have a comment of their own.
fn comments(file: &FileDescriptorProto) -> impl Fn(&[i32]) -> String + '_ {
    let locations = &file.source_code_info.as_ref().expect("comments").location;
    |path| {
        let here = locations.iter().find(|location| location.path == path);
        here.map(|location| location.leading_comments().to_owned()).unwrap_or_default()
    }
}

async fn every_method_is_described_with_an_example(guanxi: TestServer) {
    for service_name in SERVICES {
        let file = FileDescriptorProto::decode(file_of(&guanxi, service_name).await.as_slice()).unwrap();
        let comment = comments(&file);
        for (s, service) in (0..).zip(&file.service) {
            assert!(!comment(&[6, s]).is_empty(), "{service_name}");
            for (m, method) in (0..).zip(&service.method) {
                let comment = comment(&[6, s, 2, m]);
                let called = format!("{service_name}/{}", method.name());
                assert!(comment.contains("grpcurl") && comment.contains(&called), "{called}: {comment:?}");
            }
        }
    }
}

async fn every_message_field_and_value_is_commented(guanxi: TestServer) {
    let mut silent = Vec::new();
    for symbol in SERVICES[1..].iter().chain(&[
        "guanxi.v1.ErrorReason",
        "guanxi.v1.ServiceStandard",
        "guanxi.v1.ControlChart",
        "guanxi.v1.ContactReport",
    ]) {
        let file = FileDescriptorProto::decode(file_of(&guanxi, symbol).await.as_slice()).unwrap();
        let comment = comments(&file);
        for (m, message) in (0..).zip(&file.message_type) {
            let fields = (0..).zip(&message.field).map(|(f, field)| (vec![4, m, 2, f], field.name()));
            for (path, name) in fields.chain([(vec![4, m], "")]) {
                silent.extend(comment(&path).is_empty().then(|| format!("{}.{name}", message.name())));
            }
        }
        for (e, words) in (0..).zip(&file.enum_type) {
            let values = (0..).zip(&words.value).map(|(v, value)| (vec![5, e, 2, v], value.name()));
            for (path, name) in values.chain([(vec![5, e], words.name())]) {
                silent.extend(comment(&path).is_empty().then(|| name.to_owned()));
            }
        }
    }
    // Maps have entries of their own, which nobody writes.
    silent.retain(|name| !name.contains("Entry."));
    assert!(silent.is_empty(), "without a comment: {silent:?}");
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// prost forgets the options it does not know: what is in the served bytes, and not in those it writes, is an option.
async fn custom_options_are_served(guanxi: TestServer) {
    let file = file_of(&guanxi, "guanxi.v1.CustomerService").await;
    let without = FileDescriptorProto::decode(file.as_slice()).unwrap().encode_to_vec();
    // A resource type (google.api.resource), a signature (google.api.method_signature).
    for option in
        ["guanxi.dev/Customer", "guanxi.dev/Touchpoint", "customer,update_mask", "attribute_definition,update_mask"]
    {
        assert!(has(&file, option) && !has(&without, option), "{option}");
    }
    // google.api.field_behavior, number 1052, in either encoding of a repeated number.
    let behaviors = |bytes: &[u8]| bytes.windows(2).filter(|two| matches!(two, [0xe0 | 0xe2, 0x41])).count();
    assert!(behaviors(&file) > 50 && behaviors(&without) == 0, "{}, {}", behaviors(&file), behaviors(&without));
    for symbol in ["google.api.ResourceDescriptor", "google.api.FieldBehavior"] {
        file_of(&guanxi, symbol).await;
    }
}

async fn error_details_are_served(guanxi: TestServer) {
    for detail in ["ErrorInfo", "BadRequest", "ResourceInfo", "PreconditionFailure", "RetryInfo"] {
        let file = file_of(&guanxi, &format!("google.rpc.{detail}")).await;
        let file = FileDescriptorProto::decode(file.as_slice()).unwrap();
        assert_eq!(file.name(), "google/rpc/error_details.proto");
        assert!(file.message_type.iter().any(|message| message.name() == detail), "{detail}");
    }
    file_of(&guanxi, "google.rpc.Status").await;
    file_of(&guanxi, "guanxi.v1.ErrorReason").await;
}

/// A client builds its picture from the file of a service and all it imports.
async fn what_a_file_needs_is_served_too(guanxi: TestServer) {
    let mut wanted: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for service in SERVICES {
        let file = FileDescriptorProto::decode(file_of(&guanxi, service).await.as_slice()).unwrap();
        wanted.extend(file.dependency);
    }
    while let Some(name) = wanted.pop() {
        if seen.insert(name.clone()) {
            let Answer::Files(files) = ask(&guanxi, Ask::File(&name)).await else { panic!("{name} is not served") };
            let file = FileDescriptorProto::decode(files[0].as_slice()).unwrap();
            assert_eq!(file.name(), name);
            wanted.extend(file.dependency);
        }
    }
    for needed in ["google/protobuf/timestamp.proto", "google/type/money.proto", "google/api/resource.proto"] {
        assert!(seen.contains(needed), "{needed}");
    }
}

/// Told as the end of the stream or as an answer in it: the protocol wants the latter, the library does the former.
async fn what_is_not_there_is_not_found(guanxi: TestServer) {
    for question in [Ask::Symbol("guanxi.v1.Nothing"), Ask::File("nothing.proto"), Ask::Symbol("")] {
        match v1(&guanxi, &[question]).await {
            Ok(answers) => assert_eq!(answers, [Answer::Error(Code::NotFound as i32)]),
            Err(status) => assert_eq!(status.code(), Code::NotFound),
        }
    }
}

async fn reflection_can_be_switched_off(guanxi: TestServer) {
    let guanxi = configured(&guanxi, |config| config.server.reflection = false).await;
    assert_eq!(v1(&guanxi, &[Ask::Services]).await.unwrap_err().code(), Code::Unimplemented);
    assert_eq!(v1alpha(&guanxi, &[Ask::Services]).await.unwrap_err().code(), Code::Unimplemented);
}
