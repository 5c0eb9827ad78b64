//! guanxi-grpc
