//! Counters for Prometheus: requests by area and status, and how long they took.

use prometheus::{
    Encoder, HistogramVec, IntCounterVec, TextEncoder, register_histogram_vec,
    register_int_counter_vec,
};
use std::sync::LazyLock;

static REQUESTS: LazyLock<Option<IntCounterVec>> = LazyLock::new(|| {
    register_int_counter_vec!(
        "concord_requests_total",
        "Requests answered",
        &["area", "status"]
    )
    .ok()
});

static DURATION_S: LazyLock<Option<HistogramVec>> = LazyLock::new(|| {
    register_histogram_vec!(
        "concord_request_duration_seconds",
        "Time to answer a request",
        &["area"]
    )
    .ok()
});

/// Counts one answered request.
pub fn observe(area: &str, status: u16, duration_s: f64) {
    if let Some(requests) = &*REQUESTS {
        requests
            .with_label_values(&[area, &status.to_string()])
            .inc();
    }
    if let Some(durations) = &*DURATION_S {
        durations.with_label_values(&[area]).observe(duration_s);
    }
}

/// Everything counted so far, in Prometheus' text format.
pub fn exposition() -> String {
    let mut text = Vec::new();
    // Writing to memory fails only for an invalid metric name, and those above are fixed.
    if TextEncoder::new()
        .encode(&prometheus::gather(), &mut text)
        .is_err()
    {
        text.clear();
    }
    String::from_utf8(text).unwrap_or_default()
}
