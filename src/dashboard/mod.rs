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
        .at("/", with(get(projects::list)))
        .at("/assets/concord.css", get(assets::style))
        .at("/assets/concord.js", get(assets::script))
        .at("/p/:project", with(get(overview::page)))
        .at("/p/:project/annotators", with(get(annotators::page)))
        .at("/p/:project/annotators/:rater", with(get(scorecard::page)))
        .at("/p/:project/studies", with(get(studies::list)))
        .at("/p/:project/studies/:study", with(get(studies::one)))
        .at("/p/:project/items/:item", with(get(item::page)))
        .at("/p/:project/items/:item/image.png", with(get(item::image)))
        .at("/p/:project/agreement", with(get(agreement::page)))
        .at("/p/:project/errors", with(get(errors::page)))
        .at("/p/:project/invalid", with(get(doubts::invalid)))
        .at("/p/:project/unmatched", with(get(doubts::unmatched)))
        .at("/p/:project/conflicts", with(get(doubts::conflicts)))
        .at("/p/:project/throughput", with(get(throughput::page)))
        .at("/p/:project/gates", with(get(gates::list)))
        .at("/p/:project/gates/:record", with(get(gates::record)))
        .at("/p/:project/imports", with(get(imports::list)))
        .at("/p/:project/imports/:import", with(get(imports::one)))
        .at(
            "/p/:project/calibration",
            with(get(calibration::sessions).post(calibration::decide)),
        )
        .at("/p/:project/calibration/:week", with(get(calibration::report)))
        .at("/p/:project/definitions", with(get(definitions::page)))
}
