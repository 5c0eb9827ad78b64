//! What customers are asked after a purchase, and what those answer who do: tied to how the purchase went, and to who
//! brought it. Chance of its own, so that the rest of the story does not depend on who is asked.

use guanxi::v1 as pb;
use guanxi::v1::satisfaction_service_client::SatisfactionServiceClient;
use pb::QuestionKind::{Perception, PredictiveExpectation, Rating};
use tonic::{Code, Status};

use super::dice::Dice;
use super::found::{Founder, Line, request_id};
use super::life::Life;
use super::world::{DAY, Moment};
use crate::cli::client;

/// The one questionnaire there is, and the revision that is answered.
pub(super) const QUESTIONNAIRE: &str = "after-purchase";
pub(super) const REVISION: &str = "questionnaires/after-purchase/revisions/1";

/// From the 1st of September 2024 to the 31st of March 2025 a carrier was tried that came late; then the company drove itself.
const LATE_CARRIER: std::ops::Range<Moment> = 19_967 * DAY..20_179 * DAY;
/// What that took from the mood about deliveries.
const LATENESS: f64 = 0.2;

/// Coffee, delivery and advice, held against what was expected, and whether one would recommend us.
fn revision() -> pb::QuestionnaireRevision {
    let asked = |id: &str, text: &str, weight, (min, max), questions: &[pb::QuestionKind]| pb::QuestionnaireItem {
        item_id: id.to_owned(),
        text: text.to_owned(),
        weight: Some(weight),
        scale: Some(pb::AnswerScale { min, max, ..Default::default() }),
        questions: questions.iter().map(|kind| (*kind).into()).collect(),
        ..Default::default()
    };
    let pair = [Perception, PredictiveExpectation];
    let recommend = pb::QuestionnaireItem {
        metric: pb::SatisfactionMetric::NetPromoter.into(),
        ..asked("recommend", "How likely are you to recommend us?", 0, (0, 10), &[Rating])
    };
    pb::QuestionnaireRevision {
        scope: pb::QuestionnaireScope::Transaction.into(),
        journey: "buying".to_owned(),
        index_form: pb::IndexForm::Interval.into(),
        items: vec![
            asked("product", "What you bought", 3, (1, 7), &pair),
            asked("delivery", "How it came", 2, (1, 7), &pair),
            asked("advice", "How we advised you", 1, (1, 5), &[Rating]),
            recommend,
        ],
        ..Default::default()
    }
}

impl Founder<'_> {
    /// The questionnaire, in use.
    pub(super) async fn questionnaires(&self) -> Result<Line, client::Error> {
        let mut line = Line::new("questionnaires");
        let questionnaire = pb::Questionnaire { display_name: "After a purchase".to_owned(), ..Default::default() };
        let request = pb::CreateQuestionnaireRequest {
            questionnaire: Some(questionnaire),
            questionnaire_id: QUESTIONNAIRE.to_owned(),
            request_id: request_id(),
        };
        let create = || {
            let (mut client, request) = (SatisfactionServiceClient::new(self.channel.clone()), request.clone());
            async move { client.create_questionnaire(request).await }
        };
        line.count(self.call(create).await)?;
        self.put_in_use().await?;
        Ok(line)
    }

    /// Where a demo was cut off, the questionnaire may be there without a revision, or without one in use.
    async fn put_in_use(&self) -> Result<(), Status> {
        let name = format!("questionnaires/{QUESTIONNAIRE}");
        let get = || {
            let mut client = SatisfactionServiceClient::new(self.channel.clone());
            let request = pb::GetQuestionnaireRequest { name: name.clone() };
            async move { client.get_questionnaire(request).await }
        };
        if !self.call(get).await?.active_revision.is_empty() {
            return Ok(());
        }
        let first = || {
            let mut client = SatisfactionServiceClient::new(self.channel.clone());
            let request = pb::GetQuestionnaireRevisionRequest { name: REVISION.to_owned() };
            async move { client.get_questionnaire_revision(request).await }
        };
        match self.call(first).await {
            Ok(_) => {}
            Err(status) if status.code() == Code::NotFound => self.add_revision(&name).await?,
            Err(status) => return Err(status),
        }
        let activate = || {
            let mut client = SatisfactionServiceClient::new(self.channel.clone());
            let request =
                pb::ActivateQuestionnaireRevisionRequest { name: REVISION.to_owned(), request_id: String::new() };
            async move { client.activate_questionnaire_revision(request).await }
        };
        self.call(activate).await.map(drop)
    }

    async fn add_revision(&self, parent: &str) -> Result<(), Status> {
        let request = pb::CreateQuestionnaireRevisionRequest {
            parent: parent.to_owned(),
            questionnaire_revision: Some(revision()),
            request_id: request_id(),
        };
        let add = || {
            let (mut client, request) = (SatisfactionServiceClient::new(self.channel.clone()), request.clone());
            async move { client.create_questionnaire_revision(request).await }
        };
        self.call(add).await.map(drop)
    }
}

impl Life<'_> {
    /// What somebody in a mood, 0 to 1, says of an order.
    pub(super) fn answer(
        &mut self,
        at: Moment,
        of: (&str, &str, &pb::Invited),
        method: pb::CollectionMethod,
        (bought, mood): (Moment, f64),
    ) {
        let dice = &mut self.survey_dice;
        let mut answers = Vec::new();
        for item in ["product", "delivery"] {
            answers.push(answer(item, PredictiveExpectation, dice.between(5, 6)));
            let late = item == "delivery" && LATE_CARRIER.contains(&bought);
            let mood = if late { mood - LATENESS } else { mood };
            answers.push(answer(item, Perception, felt(dice, mood, (1, 7))));
        }
        // Who was not advised has nothing to rate.
        match dice.chance(0.3) {
            true => {
                answers.push(pb::SatisfactionAnswer { value: None, not_rated: true, ..answer("advice", Rating, 0) })
            }
            false => answers.push(answer("advice", Rating, felt(dice, mood, (1, 5)))),
        }
        if dice.chance(0.9) {
            answers.push(answer("recommend", Rating, felt(dice, mood, (0, 10))));
        }
        self.record.answers(at, of, (method, answers));
    }
}

fn answer(item: &str, question: pb::QuestionKind, value: i64) -> pb::SatisfactionAnswer {
    pb::SatisfactionAnswer {
        item: item.to_owned(),
        question: question.into(),
        value: i32::try_from(value).ok(),
        ..Default::default()
    }
}

/// What somebody in this mood, 0 to 1, answers on a scale.
fn felt(dice: &mut Dice, mood: f64, (min, max): (i64, i64)) -> i64 {
    let spread = dice.between(-25, 15) as f64 / 100.0;
    let steps = (max - min) as f64;
    min + ((mood + spread).clamp(0.0, 1.0) * steps).round() as i64
}

#[cfg(test)]
mod tests {
    use super::super::world::date;
    use super::*;

    #[test]
    fn the_carrier_was_tried_for_seven_months() {
        let date = |moment| {
            let date = date(moment);
            (date.year, date.month, date.day)
        };
        assert_eq!((date(LATE_CARRIER.start), date(LATE_CARRIER.end)), ((2024, 9, 1), (2025, 4, 1)));
    }
}
