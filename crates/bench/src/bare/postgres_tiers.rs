//! The bare activation on PostgreSQL: COPY out, score, COPY in; through a temporary table where rows are there already.

use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use guanxi_model::{CustomerId, Timestamp};
use guanxi_segmentation::PyramidScheme;
use sqlx::{Connection as _, PgConnection};

use super::copy::Copy;
use super::postgres::run;
use super::{Candidate, TRANSACTION, inputs, moves, tally};
use crate::Result;

const COLUMNS: &str = "customer_id, pyramid_id, tier, generation, assign_time, below, version";

pub(super) async fn activate(
    url: &str,
    (pyramid, generation): (&str, i64),
    scheme: &PyramidScheme,
    now: Timestamp,
) -> Result<(u64, Duration)> {
    let mut connection = PgConnection::connect(url).await?;
    run(&mut connection, "CREATE TEMP TABLE new_tiers (LIKE tiers) ON COMMIT DELETE ROWS; SET work_mem = '256MB'")
        .await?;
    let began = Instant::now();
    let candidates = read(&mut connection, pyramid).await?;
    let moves = moves(scheme, &candidates);
    for part in moves.chunks(TRANSACTION) {
        let (mut known, mut new, mut changes) = (Copy::new(), Copy::new(), Copy::new());
        let mut any_known = false;
        for (index, tier) in part {
            let one = &candidates[*index];
            let (id, to) = (one.customer.as_str(), tier.as_deref());
            any_known |= one.tier.is_some();
            let rows = if one.tier.is_some() { &mut known } else { &mut new };
            rows.row(7).text(id).text(pyramid).text_or_null(to).big(generation).big(now.0).big(0).big(one.version);
            changes.row(11).text(id).text(pyramid).big(generation).big(one.version);
            changes.text_or_null(one.tier.as_deref()).text_or_null(to).small(2).big(now.0);
            changes.text(&inputs(scheme, one)).null().null();
        }
        run(&mut connection, "BEGIN").await?;
        new.send(&mut connection, &format!("tiers ({COLUMNS})")).await?;
        if any_known {
            known.send(&mut connection, &format!("new_tiers ({COLUMNS})")).await?;
            let sql = "UPDATE tiers t SET tier = n.tier, generation = n.generation, assign_time = n.assign_time, \
                       version = n.version FROM new_tiers n WHERE t.customer_id = n.customer_id AND t.pyramid_id = n.pyramid_id";
            run(&mut connection, sql).await?;
        }
        changes.send(&mut connection, "tier_changes").await?;
        run(&mut connection, "COMMIT").await?;
    }
    let took = began.elapsed();
    connection.close().await?;
    Ok((moves.len() as u64, took))
}

async fn read(connection: &mut PgConnection, pyramid: &str) -> Result<Vec<Candidate>> {
    let sql = format!(
        "COPY (SELECT s.customer_id, s.version, s.purchases, s.net_revenue, t.tier FROM summaries s LEFT JOIN tiers t \
         ON t.customer_id = s.customer_id AND t.pyramid_id = '{pyramid}' WHERE s.delete_time IS NULL) TO STDOUT"
    );
    let mut rows = connection.copy_out_raw(&sql).await?;
    let mut candidates = Vec::new();
    // Messages are whole rows, mostly one.
    while let Some(lines) = rows.try_next().await? {
        for line in std::str::from_utf8(&lines)?.lines() {
            candidates.push(candidate(line)?);
        }
    }
    Ok(candidates)
}

fn candidate(line: &str) -> Result<Candidate> {
    let mut cells = line.split('\t');
    let mut next = || cells.next().ok_or("a row is too short");
    Ok(Candidate {
        customer: CustomerId::from_trusted(next()?.to_owned()),
        version: next()?.parse()?,
        tally: tally(next()?.parse()?, next()?.parse()?),
        tier: Some(next()?).filter(|tier| *tier != "\\N").map(str::to_owned),
    })
}
