//! Customers and the catalogue: attribute definitions and touchpoints.
