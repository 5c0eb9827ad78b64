//! Benchmarks.

use guanxi::v1 as pb;
use guanxi_model::page::{KeyPart, Page, QueryHash};
use guanxi_model::{etag, name};
use guanxi_satisfaction::benchmark::{Benchmark, BenchmarkContent};

use super::satisfaction_figure::quantity as word_quantity;
use super::{number_or_zero, page, time};

/// A benchmark.
pub(crate) fn resource(benchmark: Benchmark) -> pb::SatisfactionBenchmark {
    let Benchmark { id, content, revision, create_time, update_time } = benchmark;
    let BenchmarkContent {
        display_name,
        description,
        industry,
        competitor,
        days,
        quantity,
        form,
        value,
        n,
        deviation,
        source,
    } = content;
    let name = name::benchmark(&id);
    pb::SatisfactionBenchmark {
        etag: etag::etag(&name, revision),
        name,
        display_name,
        description,
        industry,
        competitor,
        start_date: Some(time::day(days.0)),
        end_date: Some(time::day(days.1)),
        quantity: Some(word_quantity(quantity)),
        index_form: number_or_zero(form),
        value: Some(value),
        response_count: n,
        standard_deviation: deviation,
        source,
        create_time: Some(time::timestamp(create_time)),
        update_time: Some(time::timestamp(update_time)),
    }
}

/// ListSatisfactionBenchmarks.
pub(crate) fn list_response(query: QueryHash, benchmarks: Page<Benchmark>) -> pb::ListSatisfactionBenchmarksResponse {
    let (satisfaction_benchmarks, next_page_token) = page::close(benchmarks, query, key, resource);
    pb::ListSatisfactionBenchmarksResponse { satisfaction_benchmarks, next_page_token }
}

/// What they are listed by.
pub(crate) fn key(benchmark: &Benchmark) -> Vec<KeyPart> {
    vec![KeyPart::Text(benchmark.id.as_str().to_owned())]
}
