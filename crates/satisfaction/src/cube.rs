//! Many records in a few integers. What the answers of one record count for is a row of integers whose places a revision
//! lays down ([`Sums`], layout.rs); rows add up in any order, and a record that is taken back is subtracted. So the answers
//! of a set need not be read again to say what its index is.
//!
//! place.rs says in which cells a record counts, count.rs what for, moments.rs what drivers are found from. question.rs is
//! what may be asked of the cells, fold.rs adds up what answers it, pool.rs and summary.rs say what follows. series.rs hands the
//! sums of periods on as they are. responses.rs does for invitations what all of these do for records.

mod count;
mod fold;
mod layout;
mod moments;
mod place;
mod pool;
mod question;
mod responses;
mod series;
mod summary;
mod sums;
#[cfg(test)]
mod tests;

pub use count::Counted;
pub use fold::{Fold, IndexRow};
pub(crate) use layout::{Compared, Layout, Measured, RECORDS};
pub use moments::Moments;
pub use place::{Face, Key, Place, Placed, Span, places, said, tier_key};
pub use question::{Detail, Grouping, IndexQuestion, Row, Weighting};
pub use responses::{ResponseCell, ResponseCount, Responses, response_changes};
pub use series::{Series, records};
pub use summary::{
    ComparisonSummary, DimensionSummary, Estimate, ItemSummary, PromoterSummary, Promoters, QuestionRates, Share, Size,
    Summary, Told, ZoneSummary,
};
pub use sums::Sums;
