# `just` lists what there is. Every recipe is one command that also works without just.

[private]
default:
    @just --list --unsorted

# Everything CI does.
check:
    .ci/run

# Format.
fmt:
    cargo fmt

# Lint the contract and the code.
lint:
    .ci/proto
    cargo clippy --workspace --all-targets -- -D warnings

# Test on SQLite, and on PostgreSQL where it is installed.
test *arguments:
    cargo test {{ arguments }}

# Build the clients in other languages, or those named.
clients *names:
    tests/clients/run build {{ names }}

# Build a server, and call it with the clients and grpcurl.
smoke: clients
    cargo build
    .ci/smoke target/debug/guanxi

# Measure against the ceilings.
bench *arguments:
    cargo run --release -p guanxi-bench -- {{ arguments }}

# Serve on a database in the present folder.
serve *arguments:
    cargo run --release -- serve {{ arguments }}

# Licences, bans, sources and advisories of the dependencies (cargo install cargo-deny --locked).
deny:
    cargo deny check

# Dependencies that nothing uses (cargo install cargo-machete --locked).
machete:
    cargo machete
