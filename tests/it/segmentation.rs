//! Pyramids, their revisions, tiers and reports; operations.
