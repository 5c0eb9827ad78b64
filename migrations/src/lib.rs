//! guanxi-migrations
