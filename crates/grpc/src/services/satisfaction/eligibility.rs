//! Whether a customer may be asked, and holding a slot for it.

use guanxi::v1 as pb;
use guanxi_app::command::Outcome;
use guanxi_app::{App, Error, Refusal};
use guanxi_model::{CustomerId, QuestionnaireId, RevisionNumber, Timestamp, name};
use guanxi_satisfaction::{Addressee, Asking, Objections, looks_back_to, objections};

use super::{Answer, questionnaires};
use crate::from_proto::invitation::{self as read, Check};
use crate::services::{Service, unexpected};
use crate::status;
use crate::to_proto::invitation as word;

/// What is asked now, and by which rule.
struct Asked {
    asking: Asking,
    revision: RevisionNumber,
}

impl Asked {
    async fn of(app: &App, id: &QuestionnaireId) -> Result<Asked, Error> {
        let kept = questionnaires::find(app, id).await?;
        let not_active = || Refusal::QuestionnaireNotActive(name::questionnaire(id));
        let (revision, _) = kept.active.ok_or_else(not_active)?;
        let key = (id.clone(), revision);
        let (mut known, unknown) = app.known_questionnaires([key.clone()].into());
        known.extend(app.read_questionnaires(unknown).await?);
        let scheme = known.get(&key).ok_or_else(not_active)?;
        let population = scheme.content().population;
        let asking = Asking { questionnaire: id.clone(), population, rule: kept.contact_rule };
        Ok(Asked { asking, revision })
    }
}

pub(super) async fn check(
    service: &Service,
    request: pb::CheckSurveyEligibilityRequest,
) -> Answer<pb::SurveyEligibility> {
    let check = read::check_request(request).map_err(status::invalid)?;
    service.unit(|app| async move { checked(&app, check).await }).await
}

async fn checked(app: &App, check: Check) -> Result<pb::SurveyEligibility, Error> {
    let Check { customer, questionnaire, reserve } = check;
    let asked = Asked::of(app, &questionnaire).await?;
    let now = app.now();
    let (found, reserved) = match reserve {
        Some(slot) => match app.run(slot.reserve(&customer, (&asked.asking, asked.revision), now)).await? {
            Outcome::Approached { objections, reserved } => (objections, reserved.map(|one| *one)),
            outcome => return Err(unexpected(&outcome)),
        },
        None => (against(app, &asked.asking, (&customer, now)).await?, None),
    };
    Ok(word::eligibility(&customer, (&questionnaire, asked.revision), (now, found, reserved)))
}

async fn against(app: &App, asking: &Asking, (customer, now): (&CustomerId, Timestamp)) -> Result<Objections, Error> {
    let kept = app.reader().customer(customer).await?.ok_or_else(|| Error::NotFound(name::customer(customer)))?;
    let mut approaches = app.reader().approaches(std::slice::from_ref(customer), looks_back_to(now)).await?;
    let addressee = Addressee {
        is_deleted: kept.delete_time.is_some(),
        stage: kept.stage,
        consents: &kept.profile.consents,
        approaches: &approaches.remove(customer).unwrap_or_default(),
    };
    // No invitation is called nothing.
    Ok(objections(asking, addressee, (now, "")))
}
