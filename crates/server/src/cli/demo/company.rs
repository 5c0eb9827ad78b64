//! What customers find at the company: products, promotions, touchpoints, and what is noted about customers.

use guanxi::v1 as pb;
use pb::TouchpointKind::{Facility, OtherCustomers, Procedure, Staff};

pub(super) const NAME: &str = "Harbour Coffee Works";

/// Something that is sold; prices in hundredths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Product {
    pub(super) name: &'static str,
    pub(super) list: i64,
    pub(super) cost: i64,
}

const fn product(name: &'static str, list: i64, cost: i64) -> Product {
    Product { name, list, cost }
}

pub(super) const BEANS: [Product; 4] = [
    product("Harbour House, 1 kg", 1890, 860),
    product("Quay Espresso, 1 kg", 2190, 980),
    product("Lantern Decaf, 500 g", 1390, 690),
    product("Huila Single Estate, 500 g", 1690, 940),
];

/// From the smallest to the largest.
pub(super) const MACHINES: [Product; 3] = [
    product("Skiff, machine for the home", 64_900, 39_000),
    product("Ketch, semi-professional machine", 189_000, 112_000),
    product("Schooner, machine with two groups", 645_000, 398_000),
];

pub(super) const PARTS: [Product; 4] = [
    product("Descaling kit", 1490, 320),
    product("Grinder burrs", 4900, 1750),
    product("Water filter", 2990, 890),
    product("Maintenance", 12_000, 7400),
];

/// A promotion; what is taken off in basis points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) id: &'static str,
    pub(super) purpose: pb::PromotionPurpose,
    pub(super) basis_points: i64,
}

pub(super) const WELCOME: Offer =
    Offer { id: "welcome", purpose: pb::PromotionPurpose::Acquisition, basis_points: 1000 };
pub(super) const SPRING: Offer =
    Offer { id: "spring-tasting", purpose: pb::PromotionPurpose::Development, basis_points: 1000 };
pub(super) const NOVEMBER: Offer =
    Offer { id: "stock-clearance", purpose: pb::PromotionPurpose::Clearance, basis_points: 2000 };
pub(super) const THANKS: Offer = Offer { id: "thank-you", purpose: pb::PromotionPurpose::Reward, basis_points: 500 };
pub(super) const COME_BACK: Offer =
    Offer { id: "come-back", purpose: pb::PromotionPurpose::WinBack, basis_points: 1500 };

/// How much is bought in a month, compared with the others.
pub(super) const SEASON: [f64; 12] = [0.9, 0.9, 1.0, 1.0, 0.95, 0.85, 0.75, 0.75, 1.0, 1.1, 1.25, 1.4];

pub(super) const COMPETITORS: [&str; 3] = ["Black Anchor Roasters", "Capsule & Co.", "Northwind Vending"];

/// The journeys: id, name, journey, place in it, what meets the customer there.
pub(super) fn touchpoints() -> Vec<(&'static str, pb::Touchpoint)> {
    [
        ("tasting", "Public tasting", "buying", 1, OtherCustomers),
        ("showroom", "Showroom", "buying", 2, Facility),
        ("account-visit", "Visit of the account team", "buying", 3, Staff),
        ("web-shop", "Web shop", "buying", 4, Procedure),
        ("delivery", "Delivery", "buying", 5, Procedure),
        ("installation", "Installation", "using", 1, Staff),
        ("hotline", "Hotline", "using", 2, Staff),
        ("maintenance", "Maintenance on site", "using", 3, Staff),
        ("community", "Home barista community", "using", 4, OtherCustomers),
        ("lab", "Roasting lab", "shaping", 1, Staff),
    ]
    .into_iter()
    .map(|(id, name, journey, position, kind)| {
        let (display_name, journey) = (name.to_owned(), journey.to_owned());
        (id, pb::Touchpoint { display_name, journey, position, kind: kind.into(), ..Default::default() })
    })
    .collect()
}

/// What is noted about customers: key, name, type, unit.
pub(super) fn attribute_definitions() -> Vec<(&'static str, pb::AttributeDefinition)> {
    [
        ("employees", "Employees", pb::ValueType::Number, "people"),
        ("cups_per_day", "Cups a day", pb::ValueType::Number, "cups"),
        ("favourite_roast", "Favourite roast", pb::ValueType::Text, ""),
        ("newsletter", "Gets the newsletter", pb::ValueType::Boolean, ""),
        ("first_contact", "First contact", pb::ValueType::Time, ""),
    ]
    .into_iter()
    .map(|(key, name, kind, unit)| {
        let (display_name, unit) = (name.to_owned(), unit.to_owned());
        (key, pb::AttributeDefinition { display_name, value_type: kind.into(), unit, ..Default::default() })
    })
    .collect()
}
