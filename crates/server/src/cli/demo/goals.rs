//! What the company holds its answers against: what the trade reports, and what it wants itself.

use guanxi::v1 as pb;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use pb::SatisfactionQuantityKind as Kind;

use super::found::{Founder, Line, request_id};
use super::survey::QUESTIONNAIRE;
use super::world::{DAY, date};
use crate::cli::client;

fn quantity(kind: Kind, item: &str) -> Option<pb::SatisfactionQuantity> {
    Some(pb::SatisfactionQuantity { kind: kind.into(), item: item.to_owned(), ..Default::default() })
}

/// The promoter score of a trade survey, which says how many answered.
fn benchmark() -> pb::SatisfactionBenchmark {
    let day = |month, day| Some(guanxi::google::r#type::Date { year: 2025, month, day });
    pb::SatisfactionBenchmark {
        display_name: "Coffee roasters 2025".to_owned(),
        industry: "Coffee".to_owned(),
        start_date: day(1, 1),
        end_date: day(12, 31),
        quantity: quantity(Kind::NetPromoter, ""),
        value: Some(31.0),
        response_count: Some(1200),
        standard_deviation: Some(80.0),
        source: "Made up, as everything about this company".to_owned(),
        ..Default::default()
    }
}

impl Founder<'_> {
    /// One benchmark.
    pub(super) async fn benchmarks(&self) -> Result<Line, client::Error> {
        let mut line = Line::new("benchmarks");
        let request = pb::CreateSatisfactionBenchmarkRequest {
            satisfaction_benchmark: Some(benchmark()),
            satisfaction_benchmark_id: "roasters-2025".to_owned(),
            request_id: request_id(),
        };
        let create = || {
            let (mut client, request) = (SatisfactionServiceClient::new(self.channel.clone()), request.clone());
            async move { client.create_satisfaction_benchmark(request).await }
        };
        line.count(self.call(create).await)?;
        Ok(line)
    }

    /// One target: the delivery, which was the trouble, half a year after the story ends.
    pub(super) async fn targets(&self) -> Result<Line, client::Error> {
        let mut line = Line::new("targets");
        let target = pb::SatisfactionTarget {
            display_name: "Deliveries as good as the coffee".to_owned(),
            questionnaire: format!("questionnaires/{QUESTIONNAIRE}"),
            set: Some(pb::SatisfactionSet {
                collection_methods: vec![pb::CollectionMethod::SelfCompletion.into()],
                ..Default::default()
            }),
            quantity: quantity(Kind::Score, "delivery"),
            value: Some(80.0),
            due_date: Some(date(self.world.end() + 180 * DAY)),
            owner: "Head of logistics".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateSatisfactionTargetRequest {
            satisfaction_target: Some(target),
            satisfaction_target_id: "delivery-80".to_owned(),
            request_id: request_id(),
        };
        let create = || {
            let (mut client, request) = (SatisfactionServiceClient::new(self.channel.clone()), request.clone());
            async move { client.create_satisfaction_target(request).await }
        };
        line.count(self.call(create).await)?;
        Ok(line)
    }
}
