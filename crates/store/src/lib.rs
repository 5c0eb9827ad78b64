//! guanxi-store
