//! `guanxi import`: real purchases, imported twice.

use clap::Parser as _;
use guanxi::v1::Purchase;
use guanxi_server::cli::Cli;
use guanxi_testkit::{TestServer, data_file, on_each_backend};

use crate::activity::kinds::{ever_listed, listed};
use crate::support::cents;

on_each_backend! { purchases_imported_twice_are_there_once }

/// What `guanxi import` says of the purchases of CDNOW.
async fn import(guanxi: &TestServer, file: &str) -> String {
    let address = format!("http://{}", guanxi.address());
    let mut line = vec!["guanxi", "import", "purchases", file, "--address", &address, "--create-missing"];
    line.extend(["--customer-prefix", "c-", "--source", "cdnow", "--column", "customer=id"]);
    line.extend(["--column", "occur_time=date", "--column", "quantity=units", "--column", "net_amount=dollars"]);
    let mut said = Vec::new();
    let code = Cli::parse_from(line).run_to(&mut said).await.unwrap();
    let said = String::from_utf8(said).unwrap();
    assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS), "{said}");
    said
}

async fn purchases_imported_twice_are_there_once(guanxi: TestServer) {
    let Some(file) = data_file("cdnow/transactions.csv") else { return };
    let file = file.to_str().unwrap();
    let first = import(&guanxi, file).await;
    assert!(first.contains("purchases recorded: 69,659\npurchases unchanged: 0\nrows rejected: 0\n"), "{first}");
    let second = import(&guanxi, file).await;
    assert!(second.contains("purchases recorded: 0\npurchases unchanged: 69,659\nrows rejected: 0\n"), "{second}");
    assert!(second.contains("Nothing changed"), "{second}");
    let purchases = listed::<Purchase>(&guanxi.activity(), "customers/-").await;
    assert_eq!(purchases.len(), 69_659);
    assert_eq!(purchases.iter().map(|purchase| cents(purchase.net_amount.as_ref().unwrap())).sum::<i64>(), 250_031_563);
    assert_eq!(ever_listed::<Purchase>(&guanxi.activity(), "customers/c-1").await.len(), 1);
}
