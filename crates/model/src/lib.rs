//! The words of the domain as types: what an id, an amount, a moment, a customer and a fact are, and how callers write
//! them. Everything here is pure: no I/O, no async, no clock but the one handed in. What is decided about customers lives
//! in the capability crates, how things are kept in `store`, how they travel in `grpc`.
//!
//! - [`violation`]: all that is wrong with an input, at once
//! - [`id`], [`name`]: identifiers, and the resource names made of them
//! - [`money`], [`time`], [`text`], [`grid`]: values and their limits
//! - [`customer`], [`fact`]: whom we know, and what happened; [`words`] are their closed lists
//! - [`tally`]: what is counted per customer
//! - [`statistics`]: what may be said of a number that was counted or measured
//! - [`filter`], [`mask`], [`page`], [`etag`]: what the methods of every resource share

pub mod customer;
pub mod etag;
pub mod fact;
pub mod filter;
pub mod grid;
pub mod id;
pub mod mask;
pub mod money;
pub mod name;
pub mod page;
pub mod statistics;
pub mod tally;
pub mod text;
pub mod time;
pub mod violation;
pub mod words;

pub use customer::{ExternalId, Stage};
pub use id::{
    AttributeKey, BenchmarkId, CustomerId, DimensionId, FactId, IdError, ItemId, LabelKey, MeasureId, MeasurementId,
    OperationId, PyramidId, QuestionnaireId, RequestId, RevisionNumber, SatisfactionTargetId, ServiceStandardId,
    SourceName, TargetDecisionId, TierId, TouchpointId,
};
pub use money::{Amount, Currency, MoneyError};
pub use name::NameError;
pub use tally::{Counter, Tally};
pub use text::TextError;
pub use time::{Clock, Date, Day, ManualClock, Period, TimeError, Timestamp, Zone};
pub use violation::{Violation, Violations};
pub use words::Words;
