//! guanxi-app
