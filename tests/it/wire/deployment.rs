//! The settings a database was born with: a server of others does not start on it.

use guanxi_server::Config;
use guanxi_server::config::MigrateAtStart;
use guanxi_testkit::{TestServer, config, on_each_backend};
use tokio::net::TcpListener;

use crate::support::create_person;

on_each_backend! {
    a_server_of_another_currency_does_not_start,
    a_server_of_another_time_zone_does_not_start,
    a_currency_or_time_zone_that_is_none_is_refused,
    a_database_is_not_migrated_to_other_settings,
}

/// What a server says that does not start on the database of the case.
async fn refused_start(guanxi: &TestServer, change: impl FnOnce(&mut Config)) -> String {
    let mut config = config(guanxi.database().url());
    change(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let run = guanxi_server::run(config, guanxi.clock.clock(), listener, async {});
    run.await.expect_err("it must not start").to_string()
}

async fn a_server_of_another_currency_does_not_start(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    for migrate in [MigrateAtStart::Always, MigrateAtStart::Never] {
        let said = refused_start(&guanxi, |config| {
            config.deployment.currency = "EUR".into();
            config.storage.migrate_at_start = migrate;
        })
        .await;
        for word in ["deployment.currency", "EUR", "USD"] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    create_person(&guanxi, "bob").await;
}

async fn a_server_of_another_time_zone_does_not_start(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let said = refused_start(&guanxi, |config| config.deployment.time_zone = "Europe/Vienna".into()).await;
    for word in ["deployment.time_zone", "Europe/Vienna", "UTC"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    create_person(&guanxi, "bob").await;
}

async fn a_currency_or_time_zone_that_is_none_is_refused(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let said = refused_start(&guanxi, |config| config.deployment.currency = "dollars".into()).await;
    assert!(said.contains("deployment.currency") && said.contains("dollars"), "{said}");
    let said = refused_start(&guanxi, |config| config.deployment.time_zone = "Mars/Olympus".into()).await;
    assert!(said.contains("deployment.time_zone") && said.contains("Mars/Olympus"), "{said}");
}

async fn a_database_is_not_migrated_to_other_settings(guanxi: TestServer) {
    create_person(&guanxi, "ada").await;
    let mut other = config(guanxi.database().url());
    other.deployment.currency = "EUR".into();
    let said = guanxi_server::migrate(&other, guanxi.clock.clock()).await.unwrap_err().to_string();
    assert!(said.contains("deployment.currency") && said.contains("USD"), "{said}");
    // What is refused was not written: the first settings hold.
    let guanxi = guanxi.restart().await;
    create_person(&guanxi, "bob").await;
}
