//! guanxi-server
