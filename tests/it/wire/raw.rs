//! Calls by path, with bytes for messages and any headers: what no generated client would send.

use guanxi_testkit::TestServer;
use prost::bytes::{Buf as _, BufMut as _};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataKey};
use tonic::{Request, Status};

/// Takes messages for the bytes they are.
struct Verbatim;

impl Codec for Verbatim {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Verbatim;
    type Decoder = Verbatim;

    fn encoder(&mut self) -> Verbatim {
        Verbatim
    }

    fn decoder(&mut self) -> Verbatim {
        Verbatim
    }
}

impl Encoder for Verbatim {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Verbatim {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}

pub(super) const GET_CUSTOMER: &str = "/guanxi.v1.CustomerService/GetCustomer";

/// Calls a method with a message.
pub(super) async fn call(guanxi: &TestServer, path: &'static str, message: &[u8]) -> Result<Vec<u8>, Status> {
    send(guanxi, path, vec![message.to_vec()], None).await
}

/// Calls a method with a message and a header.
pub(super) async fn call_with(
    guanxi: &TestServer,
    path: &'static str,
    message: &[u8],
    (header, value): (&'static str, &str),
) -> Result<Vec<u8>, Status> {
    send(guanxi, path, vec![message.to_vec()], Some((header, value))).await
}

/// Calls a method with any number of messages.
pub(super) async fn send(
    guanxi: &TestServer,
    path: &'static str,
    messages: Vec<Vec<u8>>,
    header: Option<(&'static str, &str)>,
) -> Result<Vec<u8>, Status> {
    let mut client = Grpc::new(guanxi.channel());
    client.ready().await.expect("a connection");
    let mut request = Request::new(tokio_stream::iter(messages));
    if let Some((header, value)) = header {
        let key = MetadataKey::<Ascii>::from_static(header);
        request.metadata_mut().insert(key, value.parse().expect("plain text"));
    }
    Ok(client.client_streaming(request, PathAndQuery::from_static(path), Verbatim).await?.into_inner())
}

/// A message of one text field, number 1.
pub(super) fn text_field(text: &[u8]) -> Vec<u8> {
    let mut message = vec![0x0a];
    prost::encoding::encode_varint(text.len() as u64, &mut message);
    message.extend(text);
    message
}
