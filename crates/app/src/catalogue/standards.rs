//! Service standards. What gives measurements their meaning is fixed once something was measured: another standard is
//! another resource.

use guanxi_model::{ServiceStandardId, Violations, name};
use guanxi_satisfaction::standard::{MEANING, ServiceStandard, StandardContent};
use guanxi_store::Tx;

use super::resource::{Resource, kept};
use crate::error::{Error, Refusal};

impl Resource for ServiceStandard {
    kept!(id: ServiceStandardId, ServiceStandards: service_standard, put_service_standard, delete_service_standard);

    const LIMIT: usize = 1000;

    fn content(&self) -> String {
        format!("{:?}", self.content)
    }

    fn take(&mut self, field: &str, new: &Self) {
        let (kept, new) = (&mut self.content, &new.content);
        match field {
            "display_name" => kept.display_name.clone_from(&new.display_name),
            "description" => kept.description.clone_from(&new.description),
            "kind" => kept.kind = new.kind,
            "touchpoint" => kept.touchpoint.clone_from(&new.touchpoint),
            "owner" => kept.owner.clone_from(&new.owner),
            "metric" => kept.metric = new.metric,
            "unit" => kept.unit.clone_from(&new.unit),
            "direction" => kept.direction = new.direction,
            "target" => kept.target = new.target,
            "opportunities_per_unit" => kept.opportunities = new.opportunities,
            "baseline" => kept.baseline = new.baseline,
            "period" => kept.period = new.period,
            _ => {}
        }
    }

    fn may_take(&self, fields: &[&str], new: &Self) -> Result<(), Error> {
        let changes = |field: &&str| fields.contains(field) && differs(field, &self.content, &new.content);
        match self.totals.measurements > 0 && MEANING.iter().any(changes) {
            true => Err(Refusal::ServiceStandardMeasured(name::service_standard(&self.id)).into()),
            false => Ok(()),
        }
    }

    /// Its parts fit each other, and its touchpoint is there.
    async fn may_stand(&self, tx: &Tx) -> Result<(), Error> {
        let mut faults = Violations::new();
        faults.merge("service_standard", self.content.faults());
        if let Some(id) = &self.content.touchpoint
            && tx.touchpoint(id).await?.is_none()
        {
            faults.push("service_standard.touchpoint", format!("there is no {}", name::touchpoint(id)));
        }
        faults.finish().map_err(Error::Invalid)
    }

    async fn let_go(&self, _tx: &Tx) -> Result<(), Error> {
        match self.totals.measurements {
            0 => Ok(()),
            _ => Err(Refusal::ServiceStandardMeasured(name::service_standard(&self.id)).into()),
        }
    }
}

fn differs(field: &str, kept: &StandardContent, new: &StandardContent) -> bool {
    match field {
        "metric" => kept.metric != new.metric,
        "unit" => kept.unit != new.unit,
        "direction" => kept.direction != new.direction,
        "target" => kept.target.to_bits() != new.target.to_bits(),
        "opportunities_per_unit" => kept.opportunities != new.opportunities,
        _ => false,
    }
}
