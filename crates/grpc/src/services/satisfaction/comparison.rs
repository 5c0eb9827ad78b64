//! Two sets held against each other; a set against a benchmark.

use guanxi::v1 as pb;
use guanxi_app::{App, Error};
use guanxi_model::Violations;
use guanxi_satisfaction::IndexForm;
use guanxi_satisfaction::benchmark::Benchmark;
use guanxi_satisfaction::difference::{Against, apart};
use guanxi_satisfaction::quantity::Quantity;

use super::sets::{Asked, Side};
use super::{Answer, benchmarks};
use crate::from_proto::satisfaction_comparison::{self as read, AskedAgainst, ComparisonAsked};
use crate::from_proto::satisfaction_set::DaysOfSet;
use crate::services::Service;
use crate::status;
use crate::to_proto::satisfaction_comparison::{self as word, Told};

pub(super) async fn compare(
    service: &Service,
    request: pb::CompareSatisfactionRequest,
) -> Answer<pb::CompareSatisfactionResponse> {
    let asked = read::request(request).map_err(status::invalid)?;
    service.unit(|app| async move { compared(&app, asked).await }).await
}

async fn compared(app: &App, asked: ComparisonAsked) -> Result<pb::CompareSatisfactionResponse, Error> {
    let ComparisonAsked { after, against, quantities } = asked;
    let days = |side: &DaysOfSet| side.days;
    let (after_days, after_set) = (days(&after), after.set.clone());
    let after = Side::read(app, "after", after).await?;
    match against {
        AskedAgainst::Benchmark(id) => {
            let benchmark = benchmarks::find(app, &id).await?;
            let told = against_benchmark(&after, &benchmark, quantities)?;
            Ok(word::comparison(after.compared, (None, Some(benchmark)), told))
        }
        AskedAgainst::Set(before) => {
            let may_share = days(&before).1 >= after_days.0
                && after_days.1 >= days(&before).0
                && !after_set.is_apart_from(&before.set);
            let before = Side::read(app, "before", before).await?;
            if may_share && before.asked.number == after.asked.number {
                let fault = "is of the same revision, and may share records with the set after";
                return Err(Error::Invalid(Violations::one("before.questionnaire", fault)));
            }
            let told = against_set(&after, &before, quantities)?;
            Ok(word::comparison(after.compared, (Some(before.compared), None), told))
        }
    }
}

/// Compares what both were asked, in the same form and of the same kind of occasion.
fn against_set(after: &Side, before: &Side, quantities: Vec<Quantity>) -> Result<Vec<Told>, Error> {
    check_alike(&after.asked, &before.asked)?;
    let source = |quantity: &Quantity| -> Option<_> {
        let (after, before) = (after.asked.scheme.source(quantity).ok()?, before.asked.scheme.source(quantity).ok()?);
        after.is_like(&before).then_some((after, before))
    };
    let quantities = match quantities.is_empty() {
        true => after.asked.scheme.quantities().into_iter().filter(|quantity| source(quantity).is_some()).collect(),
        false => quantities,
    };
    let mut told = Vec::with_capacity(quantities.len());
    for (index, quantity) in quantities.into_iter().enumerate() {
        let at = format!("quantities[{index}]");
        let (ours, theirs) = (after.asked.source(&at, &quantity)?, before.asked.source(&at, &quantity)?);
        if !ours.is_like(&theirs) {
            let fault = "is not the same thing in the two revisions: they differ in scale, in the expectation that is \
                         compared, or in tolerance";
            return Err(Error::Invalid(Violations::one(at, fault)));
        }
        let (reading, against) = (ours.read(&after.sums), Against::Set(theirs.read(&before.sums)));
        let apart = apart(reading, against, quantity.kind.polarity());
        told.push((quantity, (reading, against), apart));
    }
    Ok(told)
}

fn check_alike(after: &Asked, before: &Asked) -> Result<(), Error> {
    let mut faults = Violations::new();
    let (ours, theirs) = (&after.scheme, &before.scheme);
    if ours.form() != theirs.form() {
        let (ours, theirs) = (form(ours.form()), form(theirs.form()));
        let fault =
            format!("is of the form {theirs}, and the set after of {ours}: their numbers are not the same thing");
        faults.push("before.questionnaire", fault);
    }
    if ours.content().scope != theirs.content().scope {
        let fault = "asks about another scope than the set after: what has just happened and all there has been are \
                     never mixed";
        faults.push("before.questionnaire", fault);
    }
    faults.finish().map_err(Error::Invalid)
}

fn form(form: IndexForm) -> &'static str {
    match form {
        IndexForm::Ratio => "RATIO",
        IndexForm::Interval => "INTERVAL",
        IndexForm::Gap => "GAP",
        IndexForm::Difference => "DIFFERENCE",
    }
}

/// Compares the number of a benchmark, or another one of its kind.
fn against_benchmark(after: &Side, benchmark: &Benchmark, quantities: Vec<Quantity>) -> Result<Vec<Told>, Error> {
    let content = &benchmark.content;
    let (ours, kind) = (after.asked.scheme.form(), content.quantity.kind);
    if let Some(theirs) = content.form.filter(|theirs| *theirs != ours) {
        let fault = format!("is of the form {}, and the set after of {}", form(theirs), form(ours));
        return Err(Error::Invalid(Violations::one("benchmark", fault)));
    }
    let (at, quantities) = match quantities.is_empty() {
        true => ("benchmark".to_owned(), vec![content.quantity.clone()]),
        false => ("quantities".to_owned(), quantities),
    };
    let mut told = Vec::with_capacity(quantities.len());
    for quantity in quantities {
        if quantity.kind != kind {
            return Err(Error::Invalid(Violations::one(at, "must be of the kind of the benchmark's")));
        }
        let reading = after.asked.source(&at, &quantity)?.read(&after.sums);
        let against = Against::Known(content.known());
        let apart = apart(reading, against, kind.polarity());
        told.push((quantity, (reading, against), apart));
    }
    Ok(told)
}
