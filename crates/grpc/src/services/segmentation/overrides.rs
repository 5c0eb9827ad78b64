//! Holding customers in tiers.

use guanxi::v1 as pb;
use guanxi_app::{App, ChangeOverride, Command, Error};

use super::{in_force, standing};

/// Sets or clears an override; where the customer stands then.
pub(super) async fn change(app: &App, change: ChangeOverride) -> Result<pb::TierAssignment, Error> {
    let of = change.subject();
    in_force::pyramid(app, &of.1).await?;
    app.run(Command::ChangeOverride(Box::new(change))).await?;
    standing::assignment(app, of, None).await
}
