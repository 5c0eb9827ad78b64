//! Requests about benchmarks. Which of their parts fit each other is in `guanxi_satisfaction::benchmark`, which is asked
//! once the whole is known: an update may name a part.

use guanxi::v1 as pb;
use guanxi_app::catalogue::Guard;
use guanxi_model::{BenchmarkId, Day, Violations, name, text};
use guanxi_satisfaction::benchmark::{Benchmark, BenchmarkContent};
use guanxi_satisfaction::quantity::{Quantity, QuantityKind};

use super::customer::named;
use super::resource::{self, MAX_NAME, described};
use super::satisfaction_set::comparable_quantity as read_quantity;
use super::{Context, Paging, Path, Update, given, time, word_or_none};

const WRITABLE: &[&str] = &[
    "display_name",
    "description",
    "industry",
    "competitor",
    "start_date",
    "end_date",
    "quantity",
    "index_form",
    "value",
    "response_count",
    "standard_deviation",
    "source",
];
const NOT_WRITABLE: &[&str] = &["name", "create_time", "update_time", "etag"];
const MAX_SOURCE: usize = 1000;

/// CreateSatisfactionBenchmark.
pub(crate) fn create_request(
    ctx: &Context<'_>,
    request: pb::CreateSatisfactionBenchmarkRequest,
) -> Result<(Benchmark, Guard), Violations> {
    let pb::CreateSatisfactionBenchmarkRequest { satisfaction_benchmark, satisfaction_benchmark_id, request_id } =
        request;
    resource::creation(
        ("satisfaction_benchmark_id", BenchmarkId::parse(satisfaction_benchmark_id)),
        ("satisfaction_benchmark", satisfaction_benchmark, &request_id),
        |v, at, (id, benchmark)| masked(ctx, v, at, (id, benchmark, WRITABLE)).map(|(benchmark, _)| benchmark),
    )
}

/// UpdateSatisfactionBenchmark.
pub(crate) fn update_request(
    ctx: &Context<'_>,
    request: pb::UpdateSatisfactionBenchmarkRequest,
) -> Result<Update<Benchmark>, Violations> {
    let pb::UpdateSatisfactionBenchmarkRequest { satisfaction_benchmark, update_mask, request_id } = request;
    resource::update(
        (update_mask, WRITABLE, NOT_WRITABLE),
        ("satisfaction_benchmark", satisfaction_benchmark, &request_id),
        |v, at, (benchmark, mask)| {
            let id = v.field(at.field("name"), name::parse_benchmark(&benchmark.name));
            masked(ctx, v, at, (id, benchmark, mask))
        },
    )
}

/// The benchmark with the fields of the mask, and its etag.
fn masked(
    ctx: &Context<'_>,
    v: &mut Violations,
    at: Path<'_>,
    (id, benchmark, mask): (Option<BenchmarkId>, pb::SatisfactionBenchmark, &[&str]),
) -> Option<(Benchmark, String)> {
    let pb::SatisfactionBenchmark {
        name: _,
        display_name,
        description,
        industry,
        competitor,
        start_date,
        end_date,
        quantity,
        index_form,
        value,
        response_count,
        standard_deviation,
        source,
        create_time: _,
        update_time: _,
        etag,
    } = benchmark;
    let mut read = nothing();
    (read.display_name, read.description) = described(v, at, (display_name, description), mask).unwrap_or_default();
    for field in mask {
        let here = at.field(field);
        match *field {
            "industry" => {
                read.industry = v.field(here, text::required(industry.as_str(), MAX_NAME)).unwrap_or_default()
            }
            "competitor" => {
                read.competitor = v.field(here, text::optional(competitor.as_str(), MAX_NAME)).unwrap_or_default();
            }
            "start_date" | "end_date" => {
                let (date, day) =
                    if *field == "start_date" { (start_date, &mut read.days.0) } else { (end_date, &mut read.days.1) };
                *day = given(v, here, date).and_then(|date| time::day(v, here, date)).unwrap_or(*day);
            }
            "quantity" => read.quantity = read_quantity(v, here, quantity.clone()).unwrap_or(nothing().quantity),
            "index_form" => read.form = word_or_none(v, here, index_form, pb::IndexForm::as_str_name),
            "value" => read.value = given(v, here, value).unwrap_or_default(),
            "response_count" => read.n = response_count,
            "standard_deviation" => read.deviation = standard_deviation,
            "source" => read.source = v.field(here, text::required(source.as_str(), MAX_SOURCE)).unwrap_or_default(),
            _ => {}
        }
    }
    let benchmark = Benchmark { id: id?, content: read, revision: 0, create_time: ctx.now, update_time: ctx.now };
    v.is_empty().then_some((benchmark, etag))
}

/// What stands where nothing was read.
fn nothing() -> BenchmarkContent {
    BenchmarkContent {
        display_name: String::new(),
        description: String::new(),
        industry: String::new(),
        competitor: String::new(),
        days: (Day::default(), Day::default()),
        quantity: Quantity::whole(QuantityKind::Index),
        form: None,
        value: 0.0,
        n: None,
        deviation: None,
        source: String::new(),
    }
}

/// GetSatisfactionBenchmark.
pub(crate) fn get_request(request: &pb::GetSatisfactionBenchmarkRequest) -> Result<BenchmarkId, Violations> {
    let pb::GetSatisfactionBenchmarkRequest { name } = request;
    named(name, name::parse_benchmark)
}

/// DeleteSatisfactionBenchmark.
pub(crate) fn delete_request(
    request: pb::DeleteSatisfactionBenchmarkRequest,
) -> Result<(BenchmarkId, Guard), Violations> {
    let pb::DeleteSatisfactionBenchmarkRequest { name, etag, request_id } = request;
    resource::deletion((&name, etag, &request_id), name::parse_benchmark)
}

/// ListSatisfactionBenchmarks.
pub(crate) fn list_request(request: &pb::ListSatisfactionBenchmarksRequest) -> Result<Paging, Violations> {
    let pb::ListSatisfactionBenchmarksRequest { page_size, page_token } = request;
    resource::list("satisfactionBenchmarks", (*page_size, page_token))
}
