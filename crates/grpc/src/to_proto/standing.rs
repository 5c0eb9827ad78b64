//! How satisfied one customer is, and the figures that texts repeat.

use std::sync::Arc;

use guanxi::v1 as pb;
use guanxi_model::fact::FactKind;
use guanxi_model::statistics::Interval;
use guanxi_model::{CustomerId, FactId, Timestamp, name};
use guanxi_satisfaction::{
    Decayed, Heard, Metrics, QuestionnaireScheme, REFERENCE_FIGURES, ReferenceFigure, SatisfactionBand, Standing,
    Trend, told_by,
};
use prost::Message;

use super::page::MAX_PAGE_BYTES;
use super::{number, number_or_zero, satisfaction, time};

/// The records that were looked at.
pub(crate) struct Looked<'a> {
    pub(crate) customer: &'a CustomerId,
    pub(crate) now: Timestamp,
    pub(crate) half_life_days: i32,
    pub(crate) is_cut: bool,
    pub(crate) said: &'a [Said],
    /// In the order of `said`.
    pub(crate) heard: &'a [Heard],
    /// The newest comparison, of which record.
    pub(crate) comparison: Option<(usize, SatisfactionBand)>,
}

/// Which record, when, and what it answers.
pub(crate) struct Said {
    pub(crate) record: FactId,
    pub(crate) time: Timestamp,
    pub(crate) scheme: Arc<QuestionnaireScheme>,
}

/// GetCustomerSatisfaction.
pub(crate) fn resource(
    looked: &Looked<'_>,
    questionnaires: Vec<Standing>,
    scopes: Vec<Standing>,
) -> pb::CustomerSatisfaction {
    let mut questionnaires: Vec<_> = questionnaires.into_iter().map(|one| standing(looked, one)).collect();
    keep_small(&mut questionnaires);
    pb::CustomerSatisfaction {
        customer: name::customer(looked.customer),
        measure_time: Some(time::timestamp(looked.now)),
        half_life_days: looked.half_life_days,
        record_count: count(looked.heard.len()),
        is_cut: looked.is_cut,
        questionnaires,
        scopes: scopes.into_iter().map(|one| standing(looked, one)).collect(),
        word_of_mouth: looked
            .comparison
            .into_iter()
            .flat_map(|(index, band)| word_of_mouth(looked, index, band))
            .collect(),
    }
}

/// Leaves out results from where on they would make the reply too large: their records are named and can be asked for.
fn keep_small(standings: &mut [pb::SatisfactionStanding]) {
    let mut bytes = 0;
    for standing in standings {
        bytes += standing.last_result.as_ref().map_or(0, Message::encoded_len);
        if bytes > MAX_PAGE_BYTES {
            standing.last_result = None;
        }
    }
}

fn standing(looked: &Looked<'_>, standing: Standing) -> pb::SatisfactionStanding {
    let Standing { questionnaire, scope, form, method, newest, record_count, decayed, trend, bands, metrics } =
        standing;
    let Metrics { promoter, satisfied, easy } = metrics;
    let [dissatisfied, satisfied_band, delighted] = bands.map(count);
    let last = looked.said.get(newest).zip(looked.heard.get(newest));
    let result = |(said, heard): (&Said, &Heard)| satisfaction::result(&said.scheme, heard.evaluation.clone());
    pb::SatisfactionStanding {
        last_result: last.filter(|_| questionnaire.is_some()).map(result),
        questionnaire: questionnaire.as_ref().map(name::questionnaire).unwrap_or_default(),
        scope: number(scope),
        index_form: number_or_zero(form),
        collection_method: number_or_zero(method),
        record_count: count(record_count),
        last_record: last.map(|(said, _)| record(looked, said)).unwrap_or_default(),
        last_occur_time: last.map(|(said, _)| time::timestamp(said.time)),
        index: decayed.map(decayed_index),
        trend: trend.map(change),
        dissatisfied_count: dissatisfied,
        satisfied_count: satisfied_band,
        delighted_count: delighted,
        promoter_class: number_or_zero(promoter),
        csat_satisfied: satisfied,
        effort_easy: easy,
    }
}

fn record(looked: &Looked<'_>, said: &Said) -> String {
    name::fact(FactKind::SatisfactionRecord, looked.customer, &said.record)
}

fn decayed_index(decayed: Decayed) -> pb::DecayedIndex {
    let Decayed { mean, count: records } = decayed;
    let interval = mean.interval();
    pb::DecayedIndex {
        mean: Some(mean.mean),
        count: count(records),
        effective_count: Some(mean.n),
        lower_bound: interval.map(|it| it.low),
        upper_bound: interval.map(|it| it.high),
    }
}

fn change(trend: Trend) -> pb::CustomerSatisfactionTrend {
    let Trend { slope, interval: Interval { low, high } } = trend;
    pb::CustomerSatisfactionTrend { change_per_30_days: Some(slope), lower_bound: Some(low), upper_bound: Some(high) }
}

fn word_of_mouth<'a>(
    looked: &'a Looked<'_>,
    index: usize,
    band: SatisfactionBand,
) -> impl Iterator<Item = pb::WordOfMouth> + 'a {
    let of = looked.said.get(index).map(|said| record(looked, said)).unwrap_or_default();
    told_by(band).map(move |told| pb::WordOfMouth {
        satisfaction_record: of.clone(),
        band: number(band),
        people: Some(told.low),
        is_at_least: told.high.is_none(),
        reference_figure: Some(figure(told)),
    })
}

/// ListReferenceFigures.
pub(crate) fn figures_response() -> pb::ListReferenceFiguresResponse {
    pb::ListReferenceFiguresResponse { reference_figures: REFERENCE_FIGURES.iter().map(figure).collect() }
}

fn figure(figure: &ReferenceFigure) -> pb::ReferenceFigure {
    let ReferenceFigure { id, statement, low, high, unit, said_by, original_source, caveat } = *figure;
    pb::ReferenceFigure {
        figure_id: id.to_owned(),
        statement: statement.to_owned(),
        low: Some(low),
        high,
        unit: unit.to_owned(),
        said_by: said_by.to_owned(),
        original_source: original_source.to_owned(),
        caveat: caveat.to_owned(),
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_beyond_two_mebibytes_are_left_out() {
        let item = pb::SatisfactionItemResult { item: "x".repeat(900_000), ..Default::default() };
        let result = pb::SatisfactionResult { items: vec![item], ..Default::default() };
        let mut standings = vec![pb::SatisfactionStanding { last_result: Some(result), ..Default::default() }; 4];
        keep_small(&mut standings);
        let told: Vec<bool> = standings.iter().map(|standing| standing.last_result.is_some()).collect();
        assert_eq!(told, [true, true, false, false]);
    }
}
