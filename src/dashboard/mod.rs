//! Server-rendered pages at `/`: every figure leads to its rows, every row to the outlines on the image.
//!
//! A page is worked out off the async threads from one snapshot of the store; nothing is loaded from outside.

mod agreement;
mod annotators;
mod answer;
mod asked;
mod assets;
mod calibration;
mod definitions;
mod doubts;
mod errors;
mod frame;
mod gates;
mod imports;
mod item;
mod links;
mod needs;
mod overview;
mod projects;
mod scorecard;
mod studies;
mod throughput;
mod units;
mod views;

use crate::store::Store;
use poem::{EndpointExt, Route, get};
use std::sync::Arc;

/// What every page shares.
#[derive(Clone, Debug)]
pub struct PagesState {
    pub store: Arc<Store>,
}

/// All pages; the API is mounted beside them.
pub fn pages(state: PagesState) -> Route {
    let with = |endpoint: poem::RouteMethod| endpoint.data(state.clone());
    Route::new()
        .at("/", with(get(projects::show_list)))
        .at("/assets/concord.css", get(assets::style))
        .at("/assets/concord.js", get(assets::script))
        .at("/p/:project", with(get(overview::show)))
        .at("/p/:project/annotators", with(get(annotators::show)))
        .at("/p/:project/annotators/:rater", with(get(scorecard::show)))
        .at("/p/:project/studies", with(get(studies::show_list)))
        .at("/p/:project/studies/:study", with(get(studies::show_one)))
        .at("/p/:project/items/:item", with(get(item::show)))
        .at(
            "/p/:project/items/:item/image.png",
            with(get(item::show_image)),
        )
        .at("/p/:project/agreement", with(get(agreement::show)))
        .at("/p/:project/errors", with(get(errors::show)))
        .at("/p/:project/invalid", with(get(doubts::show_invalid)))
        .at(
            "/p/:project/orientation",
            with(get(doubts::show_suspected_turns)),
        )
        .at("/p/:project/unmatched", with(get(doubts::show_unmatched)))
        .at("/p/:project/conflicts", with(get(doubts::show_conflicts)))
        .at("/p/:project/throughput", with(get(throughput::show)))
        .at("/p/:project/gates", with(get(gates::show_list)))
        .at("/p/:project/gates/:record", with(get(gates::show_record)))
        .at("/p/:project/imports", with(get(imports::show_list)))
        .at("/p/:project/imports/:import", with(get(imports::show_one)))
        .at(
            "/p/:project/calibration",
            with(get(calibration::show_sessions).post(calibration::decide)),
        )
        .at(
            "/p/:project/calibration/:week",
            with(get(calibration::show_report)),
        )
        .at("/p/:project/definitions", with(get(definitions::show)))
}
