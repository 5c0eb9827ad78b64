//! A row as a purchase of one line.

use guanxi::google::r#type::Money;
use guanxi::v1 as pb;

use super::fields::Fields;
use super::identity::Identity;
use super::order::Orders;
use super::reader::{Go, Opened, Row, Sink};
use super::{Setting, value};

/// Reads a file of purchases.
pub(super) fn reader(
    opened: Opened,
    setting: Setting,
) -> impl FnOnce(Sink<pb::Purchase>) -> Result<u64, csv::Error> + Send + 'static {
    move |mut sink| {
        let mut identity = Identity::default();
        let mut orders = Orders::default();
        let rows = opened.each(|row, weight, fault| {
            let order = setting.columns.text(&row, "order").filter(|_| fault.is_none());
            let customer = setting.columns.text(&row, "customer").unwrap_or_default();
            let key = order.map(|order| (customer.to_owned(), order.to_owned()));
            let purchase = fault.map_or_else(|| purchase(&setting, &mut identity, &row), Err);
            match orders.add(key, purchase, row, weight) {
                Some(order) => sink.put(order.purchase, order.rows, order.weight),
                None => Go::On,
            }
        })?;
        if let Some(order) = orders.take() {
            sink.put(order.purchase, order.rows, order.weight);
        }
        sink.finish();
        Ok(rows)
    }
}

fn purchase(setting: &Setting, identity: &mut Identity, row: &Row) -> Result<pb::Purchase, String> {
    let mut fields = Fields::new(setting, row);
    let order = fields.text("order");
    let context = fields.context(|| order.map_or_else(|| identity.of(&row.columns), str::to_owned));
    let (r#type, line) = line(&mut fields);
    let purpose = fields.word("promotion_purpose", "PROMOTION_PURPOSE_", pb::PromotionPurpose::as_str_name);
    let promotion_id = fields.text("promotion").map(str::to_owned);
    let purchase = pb::Purchase {
        context,
        r#type,
        lines: line.into_iter().collect(),
        promotion: promotion_id.map(|promotion_id| pb::Promotion { promotion_id, purpose }),
        channel: fields.string("channel"),
        contact_id: fields.string("contact"),
        due_date: fields.parse("due_date", value::date),
        ..Default::default()
    };
    fields.done(Some(purchase))
}

/// The line, and whether it was sold or given back.
fn line(fields: &mut Fields<'_>) -> (i32, Option<pb::PurchaseLine>) {
    let currency = fields.currency();
    let net_amount = fields.required("net_amount", |text| value::money(text, &currency));
    let quantity = fields.parse("quantity", value::whole);
    let line = pb::PurchaseLine {
        product: fields.string("product"),
        quantity: quantity.unwrap_or_default(),
        list_amount: fields.money("list_amount", &currency),
        discount_amount: fields.money("discount_amount", &currency),
        net_amount,
        cost_amount: fields.money("cost_amount", &currency),
    };
    if quantity == Some(0) {
        // On the wire 0 is a quantity that was not given, which means 1.
        fields.fault("quantity", "must not be 0");
    }
    if fields.has("type") {
        let r#type = fields.required("type", |text| value::word(text, "PURCHASE_TYPE_", pb::PurchaseType::as_str_name));
        return (r#type.unwrap_or_default(), Some(line));
    }
    match signs(line.quantity, line.net_amount.as_ref()) {
        (false, false) => (pb::PurchaseType::Sale.into(), Some(line)),
        (true, true) => (pb::PurchaseType::Return.into(), Some(without_sign(line))),
        _ => {
            fields.fault("quantity", "must be of the same sign as net_amount");
            (0, None)
        }
    }
}

/// Whether the quantity and the amount are those of a return. What is 0 or not given goes with the other.
fn signs(quantity: i64, net_amount: Option<&Money>) -> (bool, bool) {
    let sign = net_amount.map_or(0, |money| money.units.signum() + i64::from(money.nanos.signum()));
    match (quantity, sign) {
        (0, amount) => (amount < 0, amount < 0),
        (quantity, 0) => (quantity < 0, quantity < 0),
        (quantity, amount) => (quantity < 0, amount < 0),
    }
}

fn without_sign(line: pb::PurchaseLine) -> pb::PurchaseLine {
    let positive = |money: Option<Money>| {
        money.map(|money| Money { units: money.units.saturating_abs(), nanos: money.nanos.saturating_abs(), ..money })
    };
    pb::PurchaseLine {
        product: line.product,
        quantity: line.quantity.saturating_abs(),
        list_amount: positive(line.list_amount),
        discount_amount: positive(line.discount_amount),
        net_amount: positive(line.net_amount),
        cost_amount: positive(line.cost_amount),
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::Kind;
    use super::super::fields::tests::{row, setting};
    use super::*;

    const HEADERS: &[&str] = &["customer", "occur_time", "net_amount", "quantity", "cost_amount", "promotion"];

    fn read(columns: &[&str]) -> Result<pb::Purchase, String> {
        purchase(&setting(Kind::Purchases, HEADERS), &mut Identity::default(), &row(columns))
    }

    #[test]
    fn rows_become_purchases() {
        let purchase = read(&["ada", "1997-01-01", "11.77", "2", "", "spring"]).unwrap();
        let context = purchase.context.unwrap();
        assert_eq!((context.customer.as_str(), context.source.as_str()), ("customers/ada", "import"));
        assert!(context.source_id.ends_with("-1"), "made of the row: {}", context.source_id);
        assert_eq!(purchase.r#type, pb::PurchaseType::Sale as i32);
        assert_eq!(purchase.promotion.unwrap().promotion_id, "spring");
        let line = &purchase.lines[0];
        assert_eq!((line.quantity, line.cost_amount.as_ref()), (2, None));
        let net = line.net_amount.as_ref().unwrap();
        assert_eq!((net.units, net.nanos, net.currency_code.as_str()), (11, 770_000_000, "USD"));
    }

    #[test]
    fn what_is_negative_is_a_return() {
        for columns in [["ada", "1997-01-01", "-5.50", "-1", "-2", ""], ["ada", "1997-01-01", "-5.50", "", "2", ""]] {
            let purchase = read(&columns).unwrap();
            assert_eq!(purchase.r#type, pb::PurchaseType::Return as i32);
            let line = &purchase.lines[0];
            let amounts = [&line.net_amount, &line.cost_amount].map(|it| it.as_ref().map(|it| (it.units, it.nanos)));
            assert_eq!(amounts, [Some((5, 500_000_000)), Some((2, 0))]);
            assert!(line.quantity >= 0);
        }
        assert_eq!(read(&["ada", "1997-01-01", "0.00", "-1", "", ""]).unwrap().r#type, pb::PurchaseType::Return as i32);
        assert!(read(&["ada", "1997-01-01", "5.50", "-1", "", ""]).is_err());
        assert!(read(&["ada", "1997-01-01", "-5.50", "1", "", ""]).is_err());
    }

    #[test]
    fn every_fault_of_a_row_is_told() {
        let faults = read(&["", "yesterday", "5,5", "0", "x", ""]).unwrap_err();
        for fault in [
            "customer: is required",
            "occur_time: must be",
            "net_amount: must be",
            "quantity: must not be 0",
            "cost_amount",
        ] {
            assert!(faults.contains(fault), "{fault} in {faults}");
        }
    }
}
