//! Sums against numbers of the literature and what is reckoned by hand, and the laws that make cells worth keeping.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_model::fact::{Answer, CollectionMethod, Handler, QuestionKind, SatisfactionRecord, Stamp};
use guanxi_model::{Day, Period, PyramidId, QuestionnaireId, RevisionNumber, TierId};
use proptest::prelude::*;

use super::pool::Pool;
use super::{
    Counted, Detail, Face, Fold, Grouping, IndexQuestion, Key, Placed, Share, Span, Sums, Told, Weighting, places,
};
use crate::sample::{answer, draft, item, pair, rated, rating, scale, scheme};
use crate::scheme::{IndexForm, ItemDraft, QuestionnaireDraft, QuestionnaireScheme, SatisfactionMetric};

const NEW_YEAR: Day = Day(20_454);

fn record(answers: Vec<Answer>) -> SatisfactionRecord {
    SatisfactionRecord {
        questionnaire: QuestionnaireId::from_trusted("service".to_owned()),
        revision: RevisionNumber::new(1).unwrap(),
        respondent: None,
        method: CollectionMethod::Phone,
        channel: String::new(),
        touchpoint: None,
        about: None,
        wave: String::new(),
        handlers: Vec::new(),
        answers,
        emotion: None,
        invitation: None,
        stamp: Some(Stamp::default()),
    }
}

/// All records of a year from the new year on, in one row.
fn question() -> IndexQuestion {
    IndexQuestion {
        days: (NEW_YEAR, NEW_YEAR.plus_days(364)),
        period: None,
        group_by: Grouping::Nothing,
        keys: BTreeMap::new(),
        methods: Vec::new(),
        pools_methods: false,
        half_life_days: None,
        weighting: Weighting::PerResponse,
        detail: Detail::Items,
    }
}

/// What records of the new year say together.
fn told(scheme: &QuestionnaireScheme, answers: impl IntoIterator<Item = Vec<Answer>>) -> Told {
    let question = question();
    let mut fold = Fold::new(scheme, &question);
    answers.into_iter().for_each(|answers| fold.add_record(&record(answers), NEW_YEAR));
    let mut rows = fold.finish();
    assert_eq!(rows.len(), 1);
    *rows.remove(0).summary.told.unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-8 * expected.abs().max(1.0), "{found} is not {expected}");
}

fn asking(metric: SatisfactionMetric, (min, max): (i32, i32)) -> QuestionnaireScheme {
    let asked = ItemDraft { metric: Some(metric), ..item("one", scale(min, max), &[QuestionKind::Rating]) };
    scheme(draft(IndexForm::Interval, Vec::new(), vec![asked]))
}

#[test]
fn rocks_2016() {
    let nps = asking(SatisfactionMetric::NetPromoter, (0, 10));
    let answers = (0..100).map(|one| match one {
        0..50 => 9,
        50..80 => 7,
        _ => 6,
    });
    let told = told(&nps, answers.map(|value| vec![rating("one", value)])).promoters.unwrap().told.unwrap();
    near(told.score, 30.0);
    near(told.error, 7.810_249_675_9);
    near(told.interval.low, 14.051_130_2);
    near(told.interval.high, 44.201_297_0);
}

#[test]
fn wilson_1927() {
    let csat = asking(SatisfactionMetric::Csat, (1, 5));
    let told = told(&csat, (0..50).map(|one| vec![rating("one", if one < 42 { 4 } else { 3 })]));
    let (share, interval) = told.satisfied.unwrap().told.unwrap();
    near(share, 0.84);
    near(interval.low, 0.714_857_839_4);
    near(interval.high, 0.916_625_793_2);
}

#[test]
fn dixon_freeman_toman_2010() {
    let ces = asking(SatisfactionMetric::CustomerEffort, (1, 7));
    let told = told(&ces, [7, 6, 5, 5, 4, 7, 2].map(|value| vec![rating("one", value)]));
    near(told.easy.unwrap().told.unwrap().0, 5.0 / 7.0);
    near(told.items[0].answer.as_ref().unwrap().told.unwrap().mean, 5.142_857_142_857_143);
}

#[test]
fn methods_1_4_clients_of_96_96_97() {
    let points = scheme(draft(IndexForm::Ratio, Vec::new(), vec![item("one", scale(0, 100), &[QuestionKind::Rating])]));
    let told = told(&points, [96, 96, 97, 96, 96, 97].map(|value| vec![rating("one", value)]));
    near(told.index.told.unwrap().mean, 96.333_333_333_333_33);
    near(told.items[0].score.as_ref().unwrap().told.unwrap().mean, 96.333_333_333_333_33);
}

#[test]
fn kish_1965() {
    let five = scheme(draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1)]));
    let days = [(0, 5), (30, 4), (90, 2), (365, 1)]
        .map(|(age, value)| (NEW_YEAR.plus_days(-age), five.count(&[rating("one", value)]).sums));
    let pool = Pool::of_days(&days.into(), Some(90));
    let mean = pool.mean(five.layout().items[0].outcome.unwrap()).unwrap();
    near(mean.mean, 3.923_352_051_7);
    near(mean.n, 2.941_509_590_5);
}

#[test]
fn equal_answers_have_no_spread_at_all() {
    let plain =
        scheme(draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1), rated("two", 1), rated("three", 1)]));
    let told = told(&plain, std::iter::repeat_n(vec![rating("one", 2), rating("two", 3), rating("three", 3)], 7));
    let mean = told.index.told.unwrap();
    assert_eq!((mean.deviation, mean.interval().map(|interval| interval.low)), (Some(0.0), Some(mean.mean)));
}

#[test]
fn comparison_zone_and_rates_are_reckoned_by_hand() {
    let asked = [QuestionKind::Perception, QuestionKind::DesiredExpectation, QuestionKind::AdequateExpectation];
    let zones = scheme(QuestionnaireDraft {
        compared: Some(QuestionKind::DesiredExpectation),
        ..draft(IndexForm::Gap, Vec::new(), vec![item("one", scale(1, 7), &asked)])
    });
    let said = |values: [i32; 3]| asked.iter().zip(values).map(|(kind, value)| answer("one", *kind, value)).collect();
    let mut records: Vec<Vec<Answer>> = [[5, 6, 4], [3, 6, 4], [7, 6, 4], [6, 6, 4], [5, 4, 6]].map(said).into();
    records.push(vec![Answer { value: None, ..answer("one", QuestionKind::Perception, 1) }]);
    let told = told(&zones, records);
    let item = &told.items[0];
    let gap = item.comparisons[0].gap.told.unwrap();
    near(gap.mean, (-1.0 - 3.0 + 1.0 + 0.0 + 1.0) / 5.0);
    near(gap.deviation.unwrap(), (12.0_f64 - 0.8).sqrt() / 2.0);
    near(item.comparisons[0].ratio.unwrap(), 26.0 / 28.0);
    let share = |share: &Share| share.told.map(|(share, _)| share);
    let bands = [&item.comparisons[0].dissatisfied, &item.comparisons[0].satisfied, &item.comparisons[0].delighted];
    assert_eq!(bands.map(share), [Some(0.4), Some(0.2), Some(0.4)]);
    let zone = item.zone.as_ref().unwrap();
    assert_eq!(share(&zone.contradictory), Some(0.2));
    assert_eq!((share(&zone.tolerated), zone.tolerated.size.n), (None, 4), "four are too few to tell");
    assert_eq!([zone.superiority, zone.adequacy, zone.width], [Some(-0.4), Some(4.0 / 5.0), Some(6.0 / 5.0)]);
    let rates: Vec<_> = item.questions.iter().map(|one| (share(&one.not_rated), share(&one.missing))).collect();
    let sixth = Some(1.0 / 6.0);
    assert_eq!(rates, [(sixth, Some(0.0)), (Some(0.0), sixth), (Some(0.0), sixth)]);
    near(told.index.told.unwrap().mean, -0.4);
}

#[test]
fn each_customer_counts_once() {
    let plain = scheme(draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1)]));
    let question = IndexQuestion { weighting: Weighting::PerCustomer, ..question() };
    let mut fold = Fold::new(&plain, &question);
    for customer in 0..5 {
        // The first has answered nine times, all the best; the others once, with 2 of 5.
        for _ in 0..if customer == 0 { 9 } else { 1 } {
            fold.add_record(&record(vec![rating("one", if customer == 0 { 5 } else { 2 })]), NEW_YEAR);
        }
        fold.end_of_customer();
    }
    let summary = fold.finish().remove(0).summary;
    assert_eq!((summary.records, summary.size.n), (13, 5));
    let mean = summary.told.unwrap().index.told.unwrap();
    near(mean.mean, (100.0 + 4.0 * 25.0) / 5.0);
    near(mean.deviation.unwrap(), (5.0_f64 * 1125.0 / 4.0 * 4.0 / 5.0).sqrt());
}

#[test]
fn gaps_of_customers_that_make_up_for_each_other_are_none() {
    let pairs = scheme(QuestionnaireDraft {
        compared: Some(QuestionKind::DesiredExpectation),
        ..draft(IndexForm::Gap, Vec::new(), vec![pair("one")])
    });
    let question = IndexQuestion { weighting: Weighting::PerCustomer, ..question() };
    let mut fold = Fold::new(&pairs, &question);
    // Gaps of 0.1, 0.2 and -0.3 in the mean, and of nobody else: as floats they come to 6e-17.
    for (records, off, by) in [(10, 1, 1), (10, 2, 1), (10, 3, -1), (1, 0, 0), (1, 0, 0)] {
        for one in 0..records {
            let perceived = if one < off { 4 + by } else { 4 };
            let asked = [(QuestionKind::Perception, perceived), (QuestionKind::DesiredExpectation, 4)];
            fold.add_record(&record(asked.map(|(kind, value)| answer("one", kind, value)).into()), NEW_YEAR);
        }
        fold.end_of_customer();
    }
    let told = fold.finish().remove(0).summary.told.unwrap();
    let item = &told.items[0].comparisons[0];
    assert_eq!([told.index.told, item.gap.told].map(|told| told.unwrap().mean), [0.0, 0.0]);
    assert_eq!((item.perception, item.expectation), (Some(4.0), Some(4.0)));
}

#[test]
fn a_range_is_whole_months_and_the_days_at_its_ends() {
    let spans = |from: &str, to: &str| {
        IndexQuestion { days: (Day::parse(from).unwrap(), Day::parse(to).unwrap()), ..question() }.spans()
    };
    let told = |spans: Vec<(Span, Day, Day)>| {
        spans.into_iter().map(|(span, from, to)| format!("{span:?} {from} {to}")).collect::<Vec<_>>()
    };
    assert_eq!(
        told(spans("2026-01-15", "2026-04-02")),
        ["Day 2026-01-15 2026-01-31", "Month 2026-02-01 2026-03-31", "Day 2026-04-01 2026-04-02"]
    );
    assert_eq!(told(spans("2026-01-01", "2026-01-31")), ["Month 2026-01-01 2026-01-31"]);
    assert_eq!(told(spans("2026-01-02", "2026-02-27")), ["Day 2026-01-02 2026-02-27"]);
    assert_eq!(told(spans("2026-02-28", "2026-02-28")), ["Day 2026-02-28 2026-02-28"]);
}

#[test]
fn no_face_keeps_tier_and_team_apart() {
    let by = |group_by, key| IndexQuestion { group_by, keys: [(key, "x".to_owned())].into(), ..question() }.face();
    assert_eq!(by(Grouping::Tier, Key::Channel), Some(Face::Tier));
    assert_eq!(by(Grouping::Nothing, Key::Wave), Some(Face::Touchpoint));
    assert_eq!((by(Grouping::Tier, Key::Team), by(Grouping::Handler, Key::Team)), (None, None));
    assert_eq!(question().face(), Some(Face::Tier));
}

#[test]
fn moments_are_means_and_covariances() {
    let two = scheme(draft(IndexForm::Ratio, Vec::new(), vec![rated("one", 1), rated("two", 1)]));
    let mut sums = Sums::default();
    for (one, two_) in [(1, 2), (3, 2), (5, 5)] {
        sums.plus(&two.count(&[rating("one", one), rating("two", two_)]).moments.unwrap());
    }
    assert_eq!(two.count(&[rating("one", 1)]).moments, None, "not complete");
    let moments = two.moments(&sums);
    assert_eq!((moments.n, moments.parts), (3, vec!["one".to_owned(), "two".to_owned()]));
    near(moments.means[0], 3.0);
    near(moments.means[2], 20.0 * (1.5 + 2.5 + 5.0) / 3.0);
    near(moments.covariances[0][0], 4.0);
    near(moments.covariances[0][1], 3.0);
    near(moments.covariances[1][1], 3.0);
    near(moments.covariances[0][2], 10.0 * (4.0 + 3.0));
    assert_eq!(two.moments(&Sums::default()).covariances, Vec::<Vec<f64>>::new());
}

/// Any answers to two ratings and a pair.
fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let value = |max| prop::option::weighted(0.9, prop::option::weighted(0.9, 1..=max));
    (value(5), value(5), value(7), value(7)).prop_map(|(one, two, perceived, expected)| {
        let given = [
            (rating("one", 1), one),
            (rating("two", 1), two),
            (answer("pair", QuestionKind::Perception, 1), perceived),
            (answer("pair", QuestionKind::DesiredExpectation, 1), expected),
        ];
        given.into_iter().filter_map(|(answer, value)| value.map(|value| Answer { value, ..answer })).collect()
    })
}

fn records() -> impl Strategy<Value = Vec<(SatisfactionRecord, Day)>> {
    let word = || prop::sample::select(vec!["", "a", "b"]).prop_map(str::to_owned);
    let handler = (word(), word()).prop_map(|(team, branch)| Handler { handler: format!("h{team}"), team, branch });
    let tier = prop::option::of(word());
    let one = (answers(), word(), word(), prop::collection::vec(handler, 0..3), tier, 0..200).prop_map(
        |(answers, channel, wave, handlers, tier, day)| {
            let tier = tier.filter(|tier| !tier.is_empty()).map(TierId::from_trusted);
            let stamp = Some(Stamp { pyramid: Some(PyramidId::from_trusted("value".to_owned())), tier });
            (SatisfactionRecord { channel, wave, handlers, stamp, ..record(answers) }, NEW_YEAR.plus_days(day))
        },
    );
    prop::collection::vec(one, 1..40)
}

proptest! {
    #[test]
    fn cells_and_records_say_the_same(
        records in records(),
        taken_back in any::<prop::sample::Index>(),
        (from, length) in (0..150, 0..200),
        grouping in prop::sample::select(vec![
            Grouping::Nothing, Grouping::Tier, Grouping::TierAndChannel, Grouping::Wave, Grouping::Team, Grouping::Branch,
        ]),
        period in prop::sample::select(vec![None, Some(Period::Day), Some(Period::Week), Some(Period::Month), Some(Period::Quarter)]),
        half_life_days in prop::option::of(1..100),
    ) {
        let plain = scheme(QuestionnaireDraft {
            compared: Some(QuestionKind::DesiredExpectation),
            ..draft(IndexForm::Interval, Vec::new(), vec![rated("one", 1), rated("two", 1), pair("pair")])
        });
        let days = (NEW_YEAR.plus_days(from), NEW_YEAR.plus_days(from + length));
        let question = IndexQuestion { days, period, group_by: grouping, half_life_days, ..question() };
        let mut cells: BTreeMap<Placed, Sums> = BTreeMap::new();
        let mut put = |record: &SatisfactionRecord, day: Day, counted: &Counted| {
            for place in places(record).into_iter().filter(|place| place.face != Face::Moments) {
                for span in [Span::Day, Span::Month] {
                    let placed = Placed { place: place.clone(), span, start: span.start_of(day), method: record.method };
                    cells.entry(placed).or_default().plus(&counted.sums);
                }
            }
        };
        for (record, day) in &records {
            put(record, *day, &plain.count(&record.answers));
        }
        let (gone, day) = &records[taken_back.index(records.len())];
        put(gone, *day, &plain.count(&gone.answers).negated());
        let face = question.face().unwrap();
        let spans: BTreeSet<_> = question.spans().into_iter().collect();
        let mut from_cells = Fold::new(&plain, &question);
        for (placed, sums) in &cells {
            let covers = |(span, from, to): &(Span, Day, Day)| *span == placed.span && (*from..=*to).contains(&placed.start);
            if placed.place.face == face && spans.iter().any(covers) {
                from_cells.add(placed, sums);
            }
        }
        let mut from_records = Fold::new(&plain, &question);
        let kept = records.iter().enumerate().filter(|(index, _)| *index != taken_back.index(records.len()));
        for (_, (record, day)) in kept {
            from_records.add_record(record, *day);
        }
        prop_assert_eq!(from_cells.finish(), from_records.finish());
    }
}
