//! What satisfaction is held against: benchmarks of others, and targets of our own. Nothing hangs on either.

use guanxi_model::{BenchmarkId, SatisfactionTargetId, Violations, name};
use guanxi_satisfaction::benchmark::Benchmark;
use guanxi_satisfaction::target::{Target, TargetContent};
use guanxi_store::Tx;

use super::resource::{Resource, kept};
use crate::error::{Error, Refusal};

impl Resource for Benchmark {
    kept!(id: BenchmarkId, SatisfactionBenchmarks: benchmark, put_benchmark, delete_benchmark);

    const LIMIT: usize = 1000;

    fn content(&self) -> String {
        format!("{:?}", self.content)
    }

    fn take(&mut self, field: &str, new: &Self) {
        let (kept, new) = (&mut self.content, &new.content);
        match field {
            "display_name" => kept.display_name.clone_from(&new.display_name),
            "description" => kept.description.clone_from(&new.description),
            "industry" => kept.industry.clone_from(&new.industry),
            "competitor" => kept.competitor.clone_from(&new.competitor),
            "start_date" => kept.days.0 = new.days.0,
            "end_date" => kept.days.1 = new.days.1,
            "quantity" => kept.quantity.clone_from(&new.quantity),
            "index_form" => kept.form = new.form,
            "value" => kept.value = new.value,
            "response_count" => kept.n = new.n,
            "standard_deviation" => kept.deviation = new.deviation,
            "source" => kept.source.clone_from(&new.source),
            _ => {}
        }
    }

    /// Its parts fit each other.
    async fn may_stand(&self, _tx: &Tx) -> Result<(), Error> {
        let mut faults = Violations::new();
        faults.merge("satisfaction_benchmark", self.content.faults());
        faults.finish().map_err(Error::Invalid)
    }

    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        Ok(())
    }
}

impl Resource for Target {
    kept!(
        id: SatisfactionTargetId,
        SatisfactionTargets: satisfaction_target, put_satisfaction_target, delete_satisfaction_target
    );

    const LIMIT: usize = 1000;

    fn content(&self) -> String {
        format!("{:?}", self.content)
    }

    fn take(&mut self, field: &str, new: &Self) {
        let (kept, new) = (&mut self.content, &new.content);
        match field {
            "display_name" => kept.display_name.clone_from(&new.display_name),
            "description" => kept.description.clone_from(&new.description),
            "questionnaire" => kept.questionnaire.clone_from(&new.questionnaire),
            "set" => kept.set.clone_from(&new.set),
            "quantity" => kept.quantity.clone_from(&new.quantity),
            "value" => kept.value = new.value,
            "due_date" => kept.due = new.due,
            "owner" => kept.owner.clone_from(&new.owner),
            _ => {}
        }
    }

    /// Its questionnaire is in use, and asks what is wanted. A questionnaire that was ever in use cannot be deleted.
    async fn may_stand(&self, tx: &Tx) -> Result<(), Error> {
        let TargetContent { questionnaire, set, .. } = &self.content;
        let mut faults = Violations::new();
        if set.face().is_none() {
            faults.push("satisfaction_target.set", "no cells keep records apart by all these keys together");
        }
        let Some(asked) = tx.questionnaire(questionnaire).await? else {
            let fault = format!("there is no {}", name::questionnaire(questionnaire));
            faults.push("satisfaction_target.questionnaire", fault);
            return Err(Error::Invalid(faults));
        };
        let unused = || Refusal::QuestionnaireNotActive(name::questionnaire(questionnaire));
        let (number, _) = asked.active.ok_or_else(unused)?;
        let missing = || Error::NotFound(name::questionnaire_revision(questionnaire, number));
        let revision = tx.revision(questionnaire, number).await?.ok_or_else(missing)?;
        faults.merge("satisfaction_target", self.content.faults(&revision.scheme));
        faults.finish().map_err(Error::Invalid)
    }

    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        Ok(())
    }
}
