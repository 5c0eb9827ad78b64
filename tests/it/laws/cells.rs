//! Cells are what the records come to: whatever was recorded late, corrected before or after, taken back, and wherever
//! customers stood meanwhile, an index read from cells is that of the records read one by one, bit for bit; and both are
//! what follows from the records as they are listed.

use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use guanxi::v1::{
    AnalyzeSatisfactionRequest, BatchRecordSatisfactionRequest, CollectionMethod, ContactRole, FactKind,
    GetCustomerRequest, MissingCustomer, PromoterClass, RecordSatisfactionRequest, ReportPeriod, Respondent,
    SatisfactionBasis, SatisfactionGrouping, SatisfactionHandler, SatisfactionIndex, SatisfactionQuestion,
    SatisfactionRecord, SatisfactionSet, SatisfactionView, WithdrawFactRequest,
};
use guanxi_model::Day;
use guanxi_testkit::{TestServer, on_each_backend};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::task::JoinSet;
use tonic::Code;
use tonic::transport::Channel;

use super::surveys::{CUSTOMERS, Event, answers, event, revision};
use super::trial::Law;
use crate::satisfaction::index::{analyzed, ask, asking};
use crate::satisfaction::kit::{add_revision, answered, create_touchpoint, in_use, records};
use crate::segmentation::kit as pyramids;
use crate::support::{shop, time};

on_each_backend! {
    cells_are_what_the_records_come_to,
    cells_are_what_the_records_come_to_over_two_servers_at_once,
}

const LAW: Law = Law { seed: "cells are what records come to!!", cases: 6, shrinks: 32 };
/// The 1st of November 2025; answers come in the ninety days from then on.
const FIRST: Day = Day(20_393);
/// Records that may be there at once in a call.
const AT_ONCE: usize = 25;

/// A case: its own customers, its own questionnaire.
struct Case<'a> {
    guanxi: &'a TestServer,
    number: u32,
    revisions: [String; 2],
}

impl Case<'_> {
    fn customer(&self, role: usize) -> String {
        format!("c{}-{role}", self.number)
    }

    fn record(&self, events: &[Event], index: usize) -> Option<SatisfactionRecord> {
        let Event::Answer { customer, day, revision, said, replaces } = &events[index] else { return None };
        let word = |place: usize, words: [&str; 3]| words[said.words[place]].to_owned();
        let answered =
            answered(&self.customer(*customer), &format!("e-{index}"), &self.revisions[*revision], answers(said));
        let mut record = SatisfactionRecord {
            collection_method: said.method,
            channel: word(0, ["", "web", "shop"]),
            touchpoint: word(1, ["", "touchpoints/desk", "touchpoints/phone"]),
            wave: word(2, ["", "spring", "autumn"]),
            respondent: said.role.map(|role| Respondent { contact_id: String::new(), role }),
            handlers: (0..said.words[3])
                .map(|one| SatisfactionHandler {
                    handler: format!("h-{}", said.words[4] + one),
                    team: word(4, ["", "red", "blue"]),
                    branch: word(4, ["north", "", "north"]),
                })
                .collect(),
            ..answered
        };
        let context = record.context.as_mut().unwrap();
        context.occur_time = Some(time(&format!("{}T09:00:00Z", FIRST.plus_days(*day))));
        context.replaces = replaces.map(|which| shop(&format!("e-{}", which.index(events.len()))));
        Some(record)
    }

    /// Sends everything, in calls of some records each, to one server after the other or to both at once.
    async fn send(&self, events: &[Event], channels: &[Channel]) {
        let mut open = Vec::new();
        for (index, event) in events.iter().enumerate() {
            if let Some(record) = self.record(events, index) {
                open.push(record);
            }
            let is_last = index + 1 == events.len();
            if open.len() == AT_ONCE || is_last || !matches!(event, Event::Answer { .. }) {
                self.flush(std::mem::take(&mut open), channels).await;
            }
            match event {
                Event::Answer { .. } => {}
                Event::Withdraw(which) => self.withdraw(events, which.index(events.len())).await,
                Event::Buy { customer, cents } => {
                    pyramids::buys(self.guanxi, &self.customer(*customer), *cents).await;
                }
            }
        }
    }

    async fn flush(&self, records: Vec<SatisfactionRecord>, channels: &[Channel]) {
        let size = records.len().div_ceil(channels.len()).max(1);
        let calls = records.chunks(size).zip(channels).map(|(some, channel)| {
            let requests = some.iter().map(|record| RecordSatisfactionRequest {
                satisfaction_record: Some(record.clone()),
                missing_customer: MissingCustomer::Create.into(),
                ..RecordSatisfactionRequest::default()
            });
            let request = BatchRecordSatisfactionRequest { requests: requests.collect(), all_or_nothing: false };
            let mut service = SatisfactionServiceClient::new(channel.clone());
            // Some are refused: what has a replacement gets no other.
            async move { service.batch_record_satisfaction(request).await.unwrap() }
        });
        let mut calls: JoinSet<_> = calls.collect();
        while let Some(done) = calls.join_next().await {
            done.unwrap();
        }
    }

    async fn withdraw(&self, events: &[Event], index: usize) {
        let Event::Answer { customer, .. } = &events[index] else { return };
        let request = WithdrawFactRequest {
            customer: format!("customers/{}", self.customer(*customer)),
            kind: FactKind::SatisfactionRecord.into(),
            fact: Some(shop(&format!("e-{index}"))),
        };
        let refused = self.guanxi.activity().withdraw_fact(request).await.err();
        let allowed = [Code::FailedPrecondition, Code::NotFound];
        assert!(refused.as_ref().is_none_or(|status| allowed.contains(&status.code())), "{refused:?}");
    }

    fn questions(&self) -> Vec<SatisfactionQuestion> {
        use ReportPeriod as Of;
        use SatisfactionGrouping as By;
        let base = |revision: usize, from: &str, to: &str| SatisfactionQuestion {
            view: SatisfactionView::Items.into(),
            pool_collection_methods: true,
            ..asking(&self.revisions[revision], from, to)
        };
        let mut questions = Vec::new();
        for (by, of) in [
            (By::Nothing, Of::Unspecified),
            (By::Tier, Of::Month),
            (By::Channel, Of::Quarter),
            (By::TierAndChannel, Of::Unspecified),
            (By::Touchpoint, Of::Month),
            (By::Wave, Of::Week),
            (By::TouchpointAndWave, Of::Unspecified),
            (By::Team, Of::Month),
            (By::Branch, Of::Unspecified),
            (By::Handler, Of::Quarter),
            (By::RespondentRole, Of::Day),
        ] {
            let question =
                SatisfactionQuestion { group_by: by.into(), period: of.into(), ..base(0, "2025-11-01", "2026-01-31") };
            let apart = SatisfactionQuestion { pool_collection_methods: false, ..question.clone() };
            let cut = SatisfactionQuestion {
                set: Some(SatisfactionSet {
                    collection_methods: vec![CollectionMethod::Phone.into()],
                    ..Default::default()
                }),
                half_life_days: Some(20),
                ..SatisfactionQuestion { group_by: by.into(), period: of.into(), ..base(1, "2025-11-07", "2026-01-03") }
            };
            let months = SatisfactionQuestion { half_life_days: None, ..cut.clone() };
            questions.extend([question, apart, cut, months]);
        }
        let all = SatisfactionSet::default;
        let payers = ContactRole::Payer.into();
        let kept_to = [
            (SatisfactionSet { branch: "north".into(), ..all() }, By::Nothing, base(0, "2025-11-02", "2026-01-31")),
            (SatisfactionSet { respondent_role: payers, ..all() }, By::Nothing, base(0, "2025-11-30", "2026-01-01")),
            (
                SatisfactionSet { touchpoint: "touchpoints/desk".into(), ..all() },
                By::Wave,
                base(0, "2025-11-01", "2026-01-30"),
            ),
            (SatisfactionSet { tier: "gold".into(), ..all() }, By::Channel, base(1, "2025-11-01", "2026-01-31")),
        ];
        let question =
            |(set, by, question): (_, By, _)| SatisfactionQuestion { set: Some(set), group_by: by.into(), ..question };
        questions.extend(kept_to.map(question));
        questions
    }

    /// Both ways say the same of every question.
    async fn compare(&self) -> Result<(), TestCaseError> {
        let mut asked = Vec::new();
        for question in self.questions() {
            let request = AnalyzeSatisfactionRequest { question: Some(question.clone()), ..Default::default() };
            let operation = self.guanxi.satisfaction().analyze_satisfaction(request).await.unwrap().into_inner();
            asked.push((question, operation.name));
        }
        for (question, operation) in asked {
            let told = ask(self.guanxi, question.clone()).await.unwrap();
            let reckoned = analyzed(&pyramids::ended(self.guanxi, &operation).await);
            let reckoned = SatisfactionIndex { basis: SatisfactionBasis::Cells.into(), ..reckoned };
            prop_assert_eq!(told, reckoned, "of {:?}", question);
        }
        Ok(())
    }

    /// What the records say that are listed, reckoned here.
    async fn reckon(&self) -> Result<(), TestCaseError> {
        let question = SatisfactionQuestion {
            pool_collection_methods: true,
            ..asking(&self.revisions[0], "2025-11-01", "2026-01-31")
        };
        let told = ask(self.guanxi, question).await.unwrap();
        let mut kept = Vec::new();
        for role in 0..CUSTOMERS {
            // A customer that nothing was recorded of is not there.
            let parent = format!("customers/{}", self.customer(role));
            if self.guanxi.customers().get_customer(GetCustomerRequest { name: parent.clone() }).await.is_ok() {
                kept.extend(records(self.guanxi, &parent, false).await);
            }
        }
        kept.retain(|record| record.questionnaire_revision == self.revisions[0]);
        let count = i64::try_from(kept.len()).unwrap();
        prop_assert_eq!(told.rows.first().map_or(0, |row| row.record_count), count);
        if count < 5 {
            return Ok(());
        }
        let row = &told.rows[0];
        let results: Vec<_> = kept.iter().filter_map(|record| record.result.as_ref()).collect();
        let indices: Vec<f64> = results.iter().filter_map(|result| result.index).collect();
        if let Some(mean) = row.index.unwrap().mean {
            let expected = indices.iter().sum::<f64>() / indices.len() as f64;
            prop_assert!((mean - expected).abs() < 1e-9, "{} is not {}", mean, expected);
        }
        let of = |class| results.iter().filter(|result| result.promoter_class() == class).count() as f64;
        let (up, even, down) = (of(PromoterClass::Promoter), of(PromoterClass::Passive), of(PromoterClass::Detractor));
        if let Some(score) = row.net_promoter.unwrap().score {
            let expected = 100.0 * (up - down) / (up + even + down);
            prop_assert!((score - expected).abs() < 1e-9, "{} is not {}", score, expected);
        }
        Ok(())
    }
}

async fn cells_are_what_the_records_come_to(guanxi: TestServer) {
    let channels = [guanxi.channel()];
    hold(&guanxi, &channels).await;
}

async fn cells_are_what_the_records_come_to_over_two_servers_at_once(guanxi: TestServer) {
    let replica = guanxi.replica().await;
    let channels = [guanxi.channel(), replica.channel];
    hold(&guanxi, &channels).await;
}

async fn hold(guanxi: &TestServer, channels: &[Channel]) {
    pyramids::active_pyramid(guanxi, "value", pyramids::by_revenue()).await;
    for id in ["desk", "phone"] {
        create_touchpoint(guanxi, id).await;
    }
    LAW.holds(&prop::collection::vec(event(), 20..120), async |number, events| {
        let id = format!("q{number}");
        let first = in_use(guanxi, &id, revision()).await;
        let second = add_revision(guanxi, &id, revision()).await;
        let case = Case { guanxi, number, revisions: [first, second] };
        case.send(&events, channels).await;
        case.compare().await?;
        case.reckon().await
    });
}
