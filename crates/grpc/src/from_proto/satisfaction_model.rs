//! The request for fitting a model.

use guanxi::v1 as pb;
use guanxi_app::operations::RecordFilter;
use guanxi_model::fact::CollectionMethod;
use guanxi_model::{Day, QuestionnaireId, RequestId, RevisionNumber, Violations, name, text};
use guanxi_satisfaction::QuestionnaireScheme;
use guanxi_satisfaction::path_model::{InnerWeights, PathDraft, PathModel};

use super::customer::request_id;
use super::satisfaction_index::{TierOf, days, revision, tier_of};
use super::{Path, distinct, done, list, word, word_or_none};

const MAX_METHODS: usize = 6;
const MAX_LINE: usize = 100;
const MAX_LATENTS: usize = 50;
/// One between any two.
const MAX_PATHS: usize = 1_225;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) days: (Day, Day),
    /// Its stamp is still to be put in.
    pub(crate) filter: RecordFilter,
    pub(crate) tier: Option<TierOf>,
    pub(crate) model: PathModel,
    pub(crate) inner: InnerWeights,
    pub(crate) request_id: Option<RequestId>,
}

/// Which questionnaire a model is of, which must be known before the rest can be read; none where it cannot be read itself.
pub(crate) fn questionnaire(
    request: &pb::FitSatisfactionModelRequest,
) -> Option<(QuestionnaireId, Option<RevisionNumber>)> {
    revision(&mut Violations::new(), Path::of("questionnaire"), &request.questionnaire)
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
        tier,
        pyramid,
        channel,
        touchpoint,
        wave,
        latents,
        paths,
        inner_weights,
        request_id: id,
    } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    revision(&mut v, Path::of("questionnaire"), &questionnaire);
    let days = days(&mut v, Path::REQUEST, (start_date, end_date));
    let methods = methods(&mut v, collection_methods);
    let tier = tier_of(&mut v, Path::REQUEST, (tier, &pyramid));
    let channel = line(&mut v, "channel", channel);
    let touchpoint = match touchpoint.as_str() {
        "" => None,
        name => v.field(Path::of("touchpoint"), name::parse_touchpoint(name)),
    };
    let wave = line(&mut v, "wave", wave);
    let inner =
        word_or_none(&mut v, Path::of("inner_weights"), inner_weights, pb::SatisfactionInnerWeights::as_str_name);
    let model = model(&mut v, scheme, (latents, paths));
    let filter = RecordFilter { methods, stamp: None, channel, touchpoint, wave };
    let inner = inner.unwrap_or(InnerWeights::Centroid);
    let asked = days.zip(model).map(|(days, model)| Asked { days, filter, tier, model, inner, request_id });
    done(v, asked)
}

fn methods(v: &mut Violations, methods: Vec<i32>) -> Vec<CollectionMethod> {
    let at = Path::of("collection_methods");
    if methods.is_empty() {
        v.push(at, "is required: records that were come by in different ways are one set only where that is asked for");
    }
    distinct(v, at, (methods, MAX_METHODS), |v, at, method| word(v, at, method, pb::CollectionMethod::as_str_name))
}

fn line(v: &mut Violations, field: &'static str, line: String) -> Option<String> {
    v.field(Path::of(field), text::optional(line, MAX_LINE)).filter(|line| !line.is_empty())
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
