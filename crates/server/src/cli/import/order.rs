//! Orders: rows that follow each other and are lines of one purchase. No more than one order is kept in memory.

use guanxi::v1 as pb;

use super::reader::Row;

/// The most lines of a purchase.
const MAX_LINES: usize = 200;

/// A purchase, or why there is none, with the rows it was made of.
#[derive(Debug)]
pub(super) struct Order {
    /// The customer and the order; none for a row that is a purchase by itself.
    key: Option<(String, String)>,
    pub(super) purchase: Result<pb::Purchase, String>,
    pub(super) rows: Vec<Row>,
    pub(super) weight: u64,
}

/// Puts rows together.
#[derive(Debug, Default)]
pub(super) struct Orders {
    current: Option<Order>,
}

impl Orders {
    /// Takes a row as a purchase of one line; hands out the order before, when the row belongs to another.
    pub(super) fn add(
        &mut self,
        key: Option<(String, String)>,
        purchase: Result<pb::Purchase, String>,
        row: Row,
        weight: u64,
    ) -> Option<Order> {
        match &mut self.current {
            Some(order) if key.is_some() && order.key == key => order.add(purchase, row, weight),
            current => current.replace(Order { key, purchase, rows: vec![row], weight }),
        }
    }

    /// The last order.
    pub(super) fn take(&mut self) -> Option<Order> {
        self.current.take()
    }
}

impl Order {
    /// Adds a line. An order that is too long to be one is handed out in parts, so that it does not fill the memory.
    fn add(&mut self, purchase: Result<pb::Purchase, String>, row: Row, weight: u64) -> Option<Order> {
        if self.rows.len() == MAX_LINES {
            let fault = format!("the order has more than {MAX_LINES} lines");
            let rest = Order { key: self.key.clone(), purchase: Err(fault.clone()), rows: vec![row], weight };
            let mut full = std::mem::replace(self, rest);
            full.purchase = Err(fault);
            return Some(full);
        }
        let line = row.line;
        self.rows.push(row);
        self.weight += weight;
        if let Ok(whole) = &mut self.purchase {
            let added = purchase.and_then(|part| match part.r#type == whole.r#type {
                true => Ok(part.lines),
                false => Err("sells where the order gives back, or gives back where it sells".to_owned()),
            });
            match added {
                Ok(lines) => whole.lines.extend(lines),
                Err(fault) => self.purchase = Err(format!("line {line} of the order: {fault}")),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::*;

    fn purchase() -> Result<pb::Purchase, String> {
        Ok(pb::Purchase { lines: vec![pb::PurchaseLine::default()], ..Default::default() })
    }

    /// The lines of each purchase, and the rows it was made of.
    fn grouped(rows: Vec<(Option<&str>, Result<pb::Purchase, String>)>) -> Vec<(Result<usize, String>, usize)> {
        let mut orders = Orders::default();
        let mut done = Vec::new();
        for (line, (order, purchase)) in rows.into_iter().enumerate() {
            let key = order.map(|order| ("ada".to_owned(), order.to_owned()));
            let row = Row { line: line as u64 + 2, number: (line + 1).to_string(), columns: StringRecord::new() };
            done.extend(orders.add(key, purchase, row, 1));
        }
        done.extend(orders.take());
        assert!(done.iter().all(|order| order.weight == order.rows.len() as u64));
        done.into_iter().map(|order| (order.purchase.map(|it| it.lines.len()), order.rows.len())).collect()
    }

    #[test]
    fn consecutive_rows_of_an_order_are_one_purchase() {
        let keys = [Some("1"), Some("1"), Some("2"), None, None, Some("1")];
        let done = grouped(keys.map(|key| (key, purchase())).into());
        assert_eq!(done, [(Ok(2), 2), (Ok(1), 1), (Ok(1), 1), (Ok(1), 1), (Ok(1), 1)]);
    }

    #[test]
    fn one_bad_row_spoils_its_order_only() {
        let rows = vec![
            (Some("1"), purchase()),
            (Some("1"), Err("net_amount: is required".to_owned())),
            (Some("1"), purchase()),
            (Some("2"), purchase()),
        ];
        let fault = "line 3 of the order: net_amount: is required".to_owned();
        assert_eq!(grouped(rows), [(Err(fault), 3), (Ok(1), 1)]);
    }

    #[test]
    fn sales_and_returns_do_not_mix() {
        let given_back = purchase().map(|it| pb::Purchase { r#type: pb::PurchaseType::Return.into(), ..it });
        assert!(grouped(vec![(Some("1"), purchase()), (Some("1"), given_back)])[0].0.is_err());
    }

    #[test]
    fn endless_orders_do_not_fill_the_memory() {
        let done = grouped((0..450).map(|_| (Some("1"), purchase())).collect());
        assert_eq!(done.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [200, 200, 50]);
        assert!(done.iter().all(|(lines, _)| lines.is_err()));
    }
}
