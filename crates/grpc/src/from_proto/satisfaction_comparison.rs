//! What is asked to be held against each other.

use guanxi::v1 as pb;
use guanxi_model::{BenchmarkId, Violations, name};
use guanxi_satisfaction::quantity::Quantity;

use super::satisfaction_set::{DaysOfSet, comparable_quantity, days_of_set};
use super::{Path, distinct, done, given};

const MAX_QUANTITIES: usize = 50;

/// CompareSatisfaction.
#[derive(Clone, Debug)]
pub(crate) struct ComparisonAsked {
    pub(crate) after: DaysOfSet,
    pub(crate) against: AskedAgainst,
    /// None where all are meant.
    pub(crate) quantities: Vec<Quantity>,
}

/// What a set is held against.
#[derive(Clone, Debug)]
pub(crate) enum AskedAgainst {
    Set(DaysOfSet),
    Benchmark(BenchmarkId),
}

/// CompareSatisfaction.
pub(crate) fn request(request: pb::CompareSatisfactionRequest) -> Result<ComparisonAsked, Violations> {
    use pb::compare_satisfaction_request::Against;
    let pb::CompareSatisfactionRequest { after, quantities, against } = request;
    let mut v = Violations::new();
    let at = Path::of("after");
    let after = given(&mut v, at, after).and_then(|days| days_of_set(&mut v, at, days));
    let against = match against {
        Some(Against::Before(days)) => days_of_set(&mut v, Path::of("before"), days).map(AskedAgainst::Set),
        Some(Against::Benchmark(named)) => {
            v.field(Path::of("benchmark"), name::parse_benchmark(&named)).map(AskedAgainst::Benchmark)
        }
        None => {
            v.push("before", "choose one of before, benchmark");
            None
        }
    };
    let quantities = distinct(&mut v, Path::of("quantities"), (quantities, MAX_QUANTITIES), |v, at, one| {
        comparable_quantity(v, at, Some(one))
    });
    if let (Some(after), Some(AskedAgainst::Set(before))) = (&after, &against) {
        check_apart(&mut v, after, before);
    }
    done(v, after.zip(against).map(|(after, against)| ComparisonAsked { after, against, quantities }))
}

/// Tests are of sets that share no record.
fn check_apart(v: &mut Violations, after: &DaysOfSet, before: &DaysOfSet) {
    if after.questionnaire != before.questionnaire {
        v.push(
            "before.questionnaire",
            "must be the questionnaire of the set after; different ones ask different things",
        );
        return;
    }
    let days_are_apart = after.days.1 < before.days.0 || before.days.1 < after.days.0;
    let revisions_are_apart = after.number.zip(before.number).is_some_and(|(after, before)| after != before);
    if !(days_are_apart || revisions_are_apart || after.set.is_apart_from(&before.set)) {
        let fault = "may share records with the set after, which no test is made for: take days, revisions, keys or \
                     collection methods that differ";
        v.push("before", fault);
    }
}
