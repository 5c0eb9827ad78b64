//! The request for fitting a model.

use guanxi::v1 as pb;
use guanxi_app::operations::RECORD_FILTER;
use guanxi_model::fact::CollectionMethod;
use guanxi_model::filter::Filter;
use guanxi_model::{Day, QuestionnaireId, RequestId, RevisionNumber, Violations};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::path_model::{InnerWeights, PathDraft, PathModel};

use super::customer::request_id;
use super::satisfaction_set::revision;
use super::{Path, distinct, done, list, page, time, word, word_or_none};

const MAX_METHODS: usize = 6;
const MAX_LATENTS: usize = 50;
/// One between any two.
const MAX_PATHS: usize = 1_225;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) days: (Day, Day),
    pub(crate) methods: Vec<CollectionMethod>,
    pub(crate) filter: Filter,
    pub(crate) model: PathModel,
    pub(crate) inner: InnerWeights,
    pub(crate) request_id: Option<RequestId>,
}

/// A questionnaire that must be known before the rest of a request can be read; none where it cannot be read itself.
pub(crate) fn questionnaire(name: &str) -> Option<(QuestionnaireId, Option<RevisionNumber>)> {
    revision(&mut Violations::new(), Path::of("questionnaire"), name)
}

/// FitSatisfactionModel. Without a scheme, its questionnaire could not be read.
pub(crate) fn request(
    scheme: Option<&QuestionnaireScheme>,
    request: pb::FitSatisfactionModelRequest,
) -> Result<Asked, Violations> {
    let pb::FitSatisfactionModelRequest {
        questionnaire,
        start_date,
        end_date,
        collection_methods,
        filter,
        latents,
        paths,
        inner_weights,
        request_id: id,
    } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    revision(&mut v, Path::of("questionnaire"), &questionnaire);
    let days = time::days(&mut v, Path::REQUEST, (start_date, end_date));
    let methods = methods(&mut v, collection_methods);
    let filter = page::filter(&mut v, &filter, &RECORD_FILTER);
    let inner =
        word_or_none(&mut v, Path::of("inner_weights"), inner_weights, pb::SatisfactionInnerWeights::as_str_name);
    let model = model(&mut v, scheme, (latents, paths));
    let inner = inner.unwrap_or(InnerWeights::Centroid);
    let asked = || Some(Asked { days: days?, methods, filter: filter?, model: model?, inner, request_id });
    let asked = asked();
    done(v, asked)
}

pub(super) fn methods(v: &mut Violations, methods: Vec<i32>) -> Vec<CollectionMethod> {
    let at = Path::of("collection_methods");
    if methods.is_empty() {
        v.push(at, "is required: records that were come by in different ways are one set only where that is asked for");
    }
    distinct(v, at, (methods, MAX_METHODS), |v, at, method| word(v, at, method, pb::CollectionMethod::as_str_name))
}

fn model(
    v: &mut Violations,
    scheme: Option<&QuestionnaireScheme>,
    (latents, paths): (Vec<String>, Vec<pb::SatisfactionPath>),
) -> Option<PathModel> {
    let latents = list(v, Path::of("latents"), (latents, MAX_LATENTS), |_, _, id| Some(id));
    let paths = list(v, Path::of("paths"), (paths, MAX_PATHS), |_, _, path| {
        let pb::SatisfactionPath { from, to } = path;
        Some(PathDraft { from, to })
    });
    scheme?.path_model(&latents, &paths).map_err(|faults| v.merge("", faults)).ok()
}
