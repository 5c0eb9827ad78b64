//! The request for a simulation.

use guanxi::v1 as pb;
use guanxi_app::operations::{Candidate, SimulationRequest};
use guanxi_model::{PyramidId, RequestId, RevisionNumber, Violations, name, text};

use super::customer::request_id;
use super::resource::MAX_DESCRIPTION;
use super::scheme::AttributeTypes;
use super::{Context, Path, done, scheme, time};

const DEFAULT_EXAMPLES: i32 = 3;
const MAX_EXAMPLES: i32 = 10;

/// SimulatePyramid. `attributes` are those that the expressions of a draft may read.
pub(crate) fn request(
    (ctx, attributes): (&Context<'_>, &AttributeTypes),
    request: pb::SimulatePyramidRequest,
) -> Result<(SimulationRequest, Option<RequestId>), Violations> {
    let pb::SimulatePyramidRequest {
        name,
        baseline_revision,
        as_of_date,
        examples_per_cell,
        request_id: id,
        candidate: given,
    } = request;
    let mut v = Violations::new();
    let request_id = request_id(&mut v, &id);
    let pyramid = v.field(Path::of("name"), name::parse_pyramid(&name));
    let candidate = candidate((ctx, attributes), &mut v, pyramid.as_ref(), given);
    let baseline = match baseline_revision.as_str() {
        "" => None,
        name => revision(&mut v, Path::of("baseline_revision"), pyramid.as_ref(), name),
    };
    let as_of = time::past_day_if_given(ctx, &mut v, Path::of("as_of_date"), as_of_date);
    let examples = examples_per_cell.unwrap_or(DEFAULT_EXAMPLES);
    if !(0..=MAX_EXAMPLES).contains(&examples) {
        v.push(Path::of("examples_per_cell"), format!("must be 0 to {MAX_EXAMPLES}, got {examples}"));
    }
    let examples_per_cell = usize::try_from(examples).unwrap_or(0);
    let simulation = pyramid.zip(candidate).map(|(pyramid, candidate)| {
        (SimulationRequest { pyramid, candidate, baseline, as_of, examples_per_cell }, request_id)
    });
    done(v, simulation)
}

fn candidate(
    of: (&Context<'_>, &AttributeTypes),
    v: &mut Violations,
    pyramid: Option<&PyramidId>,
    given: Option<pb::simulate_pyramid_request::Candidate>,
) -> Option<Candidate> {
    use pb::simulate_pyramid_request::Candidate as Given;
    match given {
        Some(Given::PyramidRevision(name)) => {
            revision(v, Path::of("pyramid_revision"), pyramid, &name).map(Candidate::Revision)
        }
        Some(Given::Draft(mut draft)) => {
            let at = Path::of("draft");
            let description = std::mem::take(&mut draft.description);
            let described = v.field(at.field("description"), text::note(description, MAX_DESCRIPTION));
            let scheme = scheme::scheme(of, v, at, draft);
            described.and(scheme).map(|scheme| Candidate::Draft(Box::new(scheme)))
        }
        None => {
            v.push(Path::of("candidate"), "is required: pyramid_revision or draft");
            None
        }
    }
}

/// A revision of this pyramid.
fn revision(v: &mut Violations, at: Path<'_>, pyramid: Option<&PyramidId>, name: &str) -> Option<RevisionNumber> {
    let (of, number) = v.field(at, name::parse_revision(name))?;
    if pyramid.is_some_and(|pyramid| *pyramid != of) {
        v.push(at, "must be a revision of the pyramid that is simulated");
    }
    Some(number)
}
